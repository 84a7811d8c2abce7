"""nginx and Caddy before the server, with the examples of docs/operations.md."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from gchat.net.tls import self_signed
from gchat.wire.message import parse
from gchat.wire.sasl import Verifier
from tests.support.clients import WAIT_SECONDS, IrcClient, words
from tests.support.process import ServerProcess, free_port
from tests.support.tls_client import TlsClient
from tests.web.browser import ticking

Make = Callable[..., ServerProcess]
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
NAME = "chat.example.org"
PING, CUT = 0.5, 2.0  # seconds: of the server; after which nginx ends a silent connection
NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    proxy_read_timeout {cut}s;
    include {folder}/site.conf;
}}
"""
CADDY = "{{\n  admin off\n  auto_https disable_redirects\n  storage file_system {folder}\n}}\n"


def example(language: str) -> str:
    """A block of the document's section."""
    section = DOCUMENT.read_text().partition("### Behind nginx or Caddy")[2]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


class Proxy:
    """One that speaks TLS on `port`, with a gchat behind it."""

    def __init__(self, program: str, server: ServerProcess, folder: Path) -> None:
        folder.mkdir()
        self_signed(folder, NAME)
        self.port = free_port()
        self.context = ssl.create_default_context(cafile=str(folder / "tls-certificate.pem"))
        pem = f"{folder}/tls-certificate.pem", f"{folder}/tls-key.pem"
        if program.endswith("nginx"):
            text = example("nginx").replace("listen 443", f"listen 127.0.0.1:{self.port}")
            text = re.sub(r"/etc\S+fullchain.pem", pem[0], text)
            text = re.sub(r"/etc\S+privkey.pem", pem[1], text)
            (folder / "nginx.conf").write_text(NGINX.format(folder=folder, cut=f"{CUT:g}"))
            command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        else:
            text = example("caddy").replace(
                f"{NAME} {{", f"{NAME}:{self.port} {{\n  bind 127.0.0.1"
            )
            text = text.replace("bind 127.0.0.1", f"bind 127.0.0.1\n  tls {pem[0]} {pem[1]}")
            text = CADDY.format(folder=folder) + text
            command = [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/site.conf"]
        assert "127.0.0.1:55555" in text
        text = text.replace("127.0.0.1:55555", f"127.0.0.1:{server.port}")
        (folder / "site.conf").write_text(text)
        environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            command, stderr=self._log, stdout=self._log, env=environment
        )
        for _ in ticking(WAIT_SECONDS):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, (folder / "log").read_text()
        raise TimeoutError((folder / "log").read_text())

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        self._process.wait(WAIT_SECONDS)
        self._log.close()

    @contextmanager
    def dial(self, source: str, **headers: str) -> Iterator[ClientConnection]:
        """A WebSocket, as a page of the proxy's opens it, from this address."""
        sock = socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS, (source, 0))
        where = f"{NAME}:{self.port}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        with connect(
            f"ws://{where}/",
            sock=TlsClient(sock, self.context, NAME),
            origin=Origin(f"https://{where}"),
            additional_headers=names,
        ) as web:
            yield web

    def get(self, path: str, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
        """An answer's status and body."""
        http = HTTPSConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS, context=self.context)
        http.sock = self.context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS), server_hostname=NAME
        )
        http.request(method, path, body, {"Host": f"{NAME}:{self.port}"})
        answer = http.getresponse()
        found = answer.status, answer.read()
        http.close()
        return found


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    config = tmp_path / "gchat.toml"
    operators = f'[operators]\nadmin = "{Verifier.make("secret", 4096)}"\n'
    config.write_text(f"{example('toml')}{operators}")
    flags = "--config", str(config)
    return make_server(
        *flags,
        times_web_ping_interval=PING,
        limits_connections_per_address=2,
        accounts_iterations=4096,
    )


@pytest.fixture(params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest,
    need: Callable[[str], str],
    server: ServerProcess,
    tmp_path: Path,
) -> Iterator[Proxy]:
    with ExitStack() as stack:
        found = Proxy(need(request.param), server, tmp_path / "proxy")
        stack.callback(found.stop)
        yield found


def register(web: ClientConnection, nick: str) -> str:
    """Takes a nickname; returns the host that others see."""
    web.send(f"NICK {nick}")
    web.send("USER w 0 * :W")
    while True:
        data = web.recv(timeout=WAIT_SECONDS)
        line = parse(data if isinstance(data, str) else data.decode())
        if line.command == "001":
            return line.params[-1].rpartition("@")[2]
        if line.command in ("465", "ERROR"):
            return line.params[-1]


def test_everybody_has_their_own_address(proxy: Proxy, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan")
    with proxy.dial("127.0.0.2") as one, proxy.dial("127.0.0.3") as two:
        assert register(one, "One") == "127.0.0.2"
        assert register(two, "Two") == "127.0.0.3"
        assert any(" 671 " in word for word in words(lan.ask("WHOIS One")))
        with proxy.dial("127.0.0.2", X_Forwarded_For="6.6.6.6") as spoofed:
            assert register(spoofed, "Three") == "127.0.0.2"
            with pytest.raises(InvalidStatus) as refused, proxy.dial("127.0.0.2"):
                pass
            assert refused.value.response.status_code == 429
        lan.ask("OPER admin secret", "KLINE *@127.0.0.2 :away")
    with proxy.dial("127.0.0.2") as banned:
        assert register(banned, "Five").startswith("You are banned")


def test_the_page_and_hooks(proxy: Proxy, server: ServerProcess) -> None:
    status, body = proxy.get("/")
    assert status == 200
    found = re.search(rb'<script[^>]+src="([^"]+)"', body)
    assert found
    assert proxy.get(found[1].decode())[0] == 200
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("NS REGISTER a-good-password", "CS REGISTER #room")
    (told, _) = tuan.ask("CS HOOK ADD #room ci")
    address = re.search(rf"https://{NAME}(/hook/[\w-]+)", told.params[-1])
    assert address
    assert proxy.get(address[1], "POST", b"through the proxy") == (200, b"ok")
    assert tuan.sync()[0].params == ["#room", "through the proxy"]


def test_who_is_silent_stays_connected(proxy: Proxy) -> None:
    """For longer than nginx waits: what comes is a PING, which a client answers."""
    with proxy.dial("127.0.0.2") as web:
        register(web, "One")
        pings = 0
        for _ in ticking(1.5 * CUT):
            with suppress(TimeoutError):
                data = web.recv(timeout=0.1)
                line = parse(data if isinstance(data, str) else data.decode())
                if line.command == "PING":
                    pings += 1
                    web.send(f"PONG {line.params[-1]}")
        assert pings
        web.send("PING here")
        while "here" not in str(web.recv(timeout=WAIT_SECONDS)):
            pass
