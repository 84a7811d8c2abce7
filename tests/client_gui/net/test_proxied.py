"""Connections through real proxies."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from client_gui.core.proxies import Proxy
from client_gui.net.address import Address
from client_gui.net.stream import NotTrusted, connect_to
from client_gui.system import secrets, settings
from tests.client_gui.driver import Ui
from tests.client_gui.net.forwarding import ForwardProxy
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
OpenUi = Callable[..., Ui]
KINDS = ("socks5", "http")


def address(
    port: int, by: ForwardProxy, kind: str, host: str = "localhost", **rest: str
) -> Address:
    return Address(host, port, "Tuan", proxy=Proxy(kind, "127.0.0.1", by.port, **rest))


async def hello(where: Address) -> bytes:
    stream = await connect_to(where)
    await stream.send_all(b"NICK Tuan\r\nUSER t 0 * :T\r\n")
    found = b""
    while b" 001 " not in found:
        found += await stream.receive_some(4096)
    await trio.aclose_forcefully(stream)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_proxy_looks_the_name_up(server: ServerProcess, kind: str) -> None:
    with ForwardProxy(kind) as by:
        trio.run(hello, address(server.port, by, kind))
        assert by.asked == [("localhost", server.port)]


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_password(server: ServerProcess, kind: str) -> None:
    with ForwardProxy(kind, "tuan", "s3cret:x") as by:
        trio.run(hello, address(server.port, by, kind, user="tuan", password="s3cret:x"))
        for rest in ({"user": "tuan", "password": "wrong"}, {}):
            with pytest.raises(OSError, match="the proxy says: ") as refused:
                trio.run(hello, address(server.port, by, kind, **rest))
            assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("socks5", "the proxy says: Connection not allowed by ruleset"),
        ("http", "the proxy says: 403 Not there"),
    ],
)
def test_what_the_proxy_refuses(kind: str, says: str) -> None:
    with ForwardProxy(kind) as by, pytest.raises(OSError, match=says):
        trio.run(connect_to, address(6667, by, kind, "refused.example"))


@pytest.mark.parametrize("kind", KINDS)
def test_no_proxy_there(kind: str) -> None:
    with ForwardProxy(kind) as by:
        gone = by
    with pytest.raises(OSError, match=rf"the proxy 127\.0\.0\.1:{gone.port} does not answer"):
        trio.run(connect_to, address(6667, gone, kind))


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 9999]
)
@pytest.mark.parametrize("kind", KINDS)
def test_something_else_there(kind: str, said: bytes) -> None:
    """It is said, and little is read of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                try:
                    peer.sendall(said)
                except OSError:
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        by = Proxy(kind, "127.0.0.1", listener.getsockname()[1])
        with pytest.raises(OSError, match="the proxy "):
            trio.run(connect_to, Address("localhost", 6667, "Tuan", proxy=by))
        thread.join()


def test_what_the_server_says_at_once_is_not_lost(server: ServerProcess) -> None:
    with ForwardProxy("http", first=b"NOTICE * :hello\r\n") as by:
        found = trio.run(hello, address(server.port, by, "http"))
    assert found.startswith(b"NOTICE * :hello\r\n")


@pytest.mark.parametrize("kind", KINDS)
def test_tls_through_it(make_server: Make, kind: str) -> None:
    server = make_server("--tls-self-signed")
    with ForwardProxy(kind) as by:
        where = address(server.port, by, kind)

        async def main() -> None:
            with pytest.raises(NotTrusted) as shown:
                await connect_to(
                    Address(where.host, where.port, "Tuan", tls=True, proxy=where.proxy)
                )
            pin = shown.value.fingerprint
            await hello(Address(where.host, where.port, "Tuan", (), True, pin, proxy=where.proxy))

        trio.run(main)


def test_from_the_dialog(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, int, str], str] = {}
    monkeypatch.setattr(secrets, "keep", lambda *words: kept.update({words[:3]: words[3]}))
    monkeypatch.setattr(secrets, "recall", lambda *words: kept.get(words, ""))
    file = tmp_path / "client.json"
    with ForwardProxy("socks5", "tuan", "s3cret") as by:
        ui = open_ui(server.port, settings=file)
        dialog = ui.app.connection.dialog
        assert dialog is not None
        for typed in ("what is this", "ftp://127.0.0.1:1"):
            dialog.proxy.delete(0, "end")
            dialog.proxy.insert(0, typed)
            ui.connect("Tuan")
            assert dialog.message.cget("text").startswith("A proxy is written so: socks5://")
        dialog.proxy.delete(0, "end")
        dialog.proxy.insert(0, f"socks5://tuan:s3cret@127.0.0.1:{by.port}")
        ui.enter("Tuan")
        assert by.asked == [("127.0.0.1", server.port)]
        ui.wait_until(lambda: kept)
        ui.close()
        assert "s3cret" not in file.read_text()
        assert settings.load(file).servers[0].proxy == f"socks5://tuan@127.0.0.1:{by.port}"
        ui = open_ui(server.port, nick="Tuan", settings=file)
        ui.wait_for("Tuan has connected to the chat room")
        assert len(by.asked) == 2
        ui.close()
        kept.clear()
        ui = open_ui(server.port, nick="Tuan", settings=file)
        ui.wait_until(lambda: "The server cannot be reached: the proxy says:" in ui.screen())
