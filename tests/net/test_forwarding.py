"""HTTP proxies that say for whom they ask: who is believed, and what is counted where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect, unix_connect

from gchat import system
from gchat.net import services
from gchat.wire.message import parse
from gchat.wire.sasl import Verifier
from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.process import ServerProcess
from tests.support.waiting import wait_until

Make = Callable[..., ServerProcess]
Join = Callable[..., ClientConnection]
PROXY = {"server_http_proxies": "127.0.0.1"}
GET = "GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def dial() -> Iterator[Callable[..., ClientConnection]]:
    """A WebSocket with further headers."""
    with ExitStack() as stack:

        def dial(port: int, headers: dict[str, str]) -> ClientConnection:
            url = f"ws://127.0.0.1:{port}"
            return stack.enter_context(connect(url, additional_headers=headers))

        yield dial


def until(web: ClientConnection, command: str) -> str:
    """The line with this command."""
    while True:
        data = web.recv(timeout=15)
        line = data if isinstance(data, str) else data.decode()
        if parse(line).command == command:
            return line


def host(web: ClientConnection, nick: str = "Web") -> str:
    """The host that somebody is seen with."""
    web.send(f"NICK {nick}")
    web.send("USER w 0 * :W")
    return until(web, "001").rpartition("@")[2]


@pytest.mark.parametrize(
    ("settings", "headers", "seen"),
    [
        (PROXY, {"X-Forwarded-For": "192.0.2.7"}, "192.0.2.7"),
        (PROXY, {"X-Forwarded-For": "6.6.6.6, 192.0.2.7"}, "192.0.2.7"),
        (PROXY, {"X-Forwarded-For": "[2001:db8::1]:5"}, "2001:db8::1"),
        (PROXY, {"X-Forwarded-For": "unknown"}, "127.0.0.1"),
        (PROXY, {"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=6.6.6.6"}, "192.0.2.7"),
        (PROXY, {"Forwarded": "for=6.6.6.6"}, "127.0.0.1"),
        (PROXY, {}, "127.0.0.1"),
        (
            {**PROXY, "server_forwarded_by": "Forwarded"},
            {"X-Forwarded-For": "6.6.6.6", "Forwarded": 'for="[2001:db8::1]:4711"'},
            "2001:db8::1",
        ),
        ({"server_http_proxies": "192.0.2.1"}, {"X-Forwarded-For": "6.6.6.6"}, "127.0.0.1"),
        ({}, {"X-Forwarded-For": "6.6.6.6"}, "127.0.0.1"),
    ],
)
def test_who_is_believed(
    make_server: Make, dial: Join, settings: Any, headers: dict[str, str], seen: str
) -> None:
    assert host(dial(make_server(**settings).port, headers)) == seen


def test_several_headers_are_one(make_server: Make) -> None:
    server = make_server(**PROXY)
    client = LineClient(server.port, (GET + "Upgrade: websocket\r\n").encode())
    client.send(
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-For: 192.0.2.7",
        "",
    )
    assert client.read_line() == "HTTP/1.1 101 Switching Protocols"
    while client.read_line():
        pass
    for text in ("NICK Web", "USER w 0 * :W"):
        client.send_raw(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode())
    seen = b""
    while b" 001 Web " not in seen:
        seen += client.sock.recv(4096)
    assert b"Web!~w@192.0.2.7" in seen


def test_secure_is_what_the_proxy_was_asked_by(make_server: Make, dial: Join) -> None:
    server = make_server(**PROXY)
    tuan = IrcClient(server.port, "Tuan")
    for nick, proto in (("One", "https"), ("Two", "http"), ("Three", "")):
        headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": proto}
        host(dial(server.port, headers), nick)
        secure = [w for w in words(tuan.ask(f"WHOIS {nick}")) if " 671 " in w]
        assert bool(secure) is (proto == "https")


def test_connections_are_counted_where_they_come_from(make_server: Make, dial: Join) -> None:
    server = make_server(**PROXY, limits_connections_per_address=2)
    for nick in ("One", "Two"):
        host(dial(server.port, {"X-Forwarded-For": "192.0.2.7"}), nick)
    with pytest.raises(InvalidStatus) as refused:
        dial(server.port, {"X-Forwarded-For": "192.0.2.7"})
    assert refused.value.response.status_code == 429
    assert b"Too many connections from your address" in refused.value.response.body
    host(dial(server.port, {"X-Forwarded-For": "192.0.2.8"}), "Three")
    PlainClient(server.port, "Duy")  # the proxy's own machine is as it was


def test_new_connections_are_counted_there_too(make_server: Make, dial: Join) -> None:
    server = make_server(
        **PROXY, limits_new_connections_burst=1, limits_new_connections_per_minute=1
    )
    host(dial(server.port, {"X-Forwarded-For": "192.0.2.7"}), "One")
    with pytest.raises(InvalidStatus, match="429"):
        dial(server.port, {"X-Forwarded-For": "192.0.2.7"})
    host(dial(server.port, {"X-Forwarded-For": "192.0.2.8"}), "Two")
    page = LineClient(server.port, f"{GET}X-Forwarded-For: 192.0.2.7\r\n\r\n".encode())
    assert page.read_line() == "HTTP/1.1 200 OK", "files of the page are no connections"


def test_a_ban_meets_whom_the_proxy_names(make_server: Make, dial: Join, tmp_path: Path) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{Verifier.make("secret", 4096)}"\n')
    server = make_server("--config", str(config), **PROXY)
    lan = IrcClient(server.port, "Lan")
    lan.ask("OPER admin secret", "KLINE *@192.0.2.0/24 :away")
    banned = dial(server.port, {"X-Forwarded-For": "192.0.2.7"})
    banned.send("NICK Web")
    banned.send("USER w 0 * :W")
    assert "You are banned: away" in until(banned, "465")
    assert host(dial(server.port, {"X-Forwarded-For": "198.51.100.1"})) == "198.51.100.1"


def test_one_connection_of_a_proxy_is_of_many_people(make_server: Make) -> None:
    """Each request counts for who asks, and between two the connection is nobody's."""
    server = make_server(**PROXY, limits_connections_per_address=1)
    http = [HTTPConnection("127.0.0.1", server.port, timeout=15) for _ in range(3)]
    for number in range(4):
        for one in http:
            one.request("GET", "/", headers={"X-Forwarded-For": f"192.0.2.{number % 2}"})
            answer = one.getresponse()
            answer.read()
            assert answer.status == 200
    half = f"{GET}X-Forwarded-For: 192.0.2.7\r\n"
    LineClient(server.port, f"{half}\r\n{half}".encode()).read_line()
    for one in http:
        one.close()


def test_who_asks_without_end_is_told_to_wait(make_server: Make) -> None:
    server = make_server(**PROXY)
    http = HTTPConnection("127.0.0.1", server.port, timeout=15)

    def ask(who: str) -> int:
        nonlocal http
        http.request("HEAD", "/", headers={"X-Forwarded-For": who})
        answer = http.getresponse()
        answer.read()
        if answer.status == 429:
            assert answer.headers["Retry-After"] == "1"
        return answer.status

    asked = 0
    while ask("192.0.2.7") == 200:
        asked += 1
        if asked % 30 == 0:  # a connection has a rate of its own
            http.close()
            http = HTTPConnection("127.0.0.1", server.port, timeout=15)
    assert asked >= services.REQUESTS_BURST
    assert ask("192.0.2.8") == 200
    http.close()


def test_guesses_of_hooks_are_counted_where_they_come_from(make_server: Make) -> None:
    server = make_server(**PROXY, accounts_attempts=1, accounts_attempts_per_minute=1)
    found = []
    for who in ("192.0.2.7", "192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2"):
        http = HTTPConnection("127.0.0.1", server.port, timeout=15)
        http.request("POST", "/hook/x", b"x", {"X-Forwarded-For": who})
        found.append(http.getresponse().status)
        http.close()
    assert found == [404, 429, 404, 404, 429]


@pytest.mark.skipif(not system.UNIX_SOCKETS, reason="this system has none")
def test_on_a_unix_socket(make_server: Make, tmp_path: Path) -> None:
    path = tmp_path / "gchat"
    make_server(server_http_proxies="localhost", server_listen=f"unix:{path}")
    with unix_connect(str(path), additional_headers={"X-Forwarded-For": "192.0.2.7"}) as web:
        assert host(web) == "192.0.2.7"


def test_a_name_that_is_not_ours_is_said_in_the_log(server: ServerProcess) -> None:
    def ask(name: str, *headers: str) -> str:
        lines = ["GET / HTTP/1.1", f"Host: {name}", *headers, "Connection: close", "", ""]
        with LineClient(server.port, "\r\n".join(lines).encode()) as client:
            return client.read_to_end()[0]

    for _ in range(3):
        assert ask("chat.lan:5555") == "HTTP/1.1 403 Forbidden"
    assert ask("localhost") == "HTTP/1.1 200 OK"
    web = ("Upgrade: websocket", "Origin: http://pc", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    with LineClient(
        server.port, "\r\n".join([*("GET / HTTP/1.1", "Host: pc", *web, key), "", ""]).encode()
    ) as client:
        while client.read_line():
            pass
    ask("x" * 300)
    wait_until(lambda: server.log.count("server.hosts") >= 3)
    log = [line for line in server.log.splitlines() if "server.hosts" in line]
    assert len(log) == 3
    assert "127.0.0.1 asked for this server by the name 'chat.lan:5555'" in log[0]
    assert "'pc'" in log[1]
    assert "x" * 101 not in log[2]
    for number in range(9):
        ask(f"name{number}")
    wait_until(lambda: server.log.count("server.hosts") >= 5)
    assert server.log.count("server.hosts") == 5, "and no more at once"
