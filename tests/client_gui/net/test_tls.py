"""The client and certificates, against the real server."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from client_gui.core.login import Login
from client_gui.net.address import Address
from client_gui.net.stream import NotTrusted, TlsFailed, connect_to
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
OpenUi = Callable[..., Ui]


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server(
        "--data", str(tmp_path / "data"), "--tls-self-signed", accounts_iterations=4096
    )


def fingerprint(server: ServerProcess) -> str:
    """As the server prints it."""
    assert server.process.stdout is not None
    line = ""
    while "SHA-256" not in line:
        line = server.process.stdout.readline()
    return re.sub(r"[^0-9a-f]", "", line.rsplit(" ", 1)[1].lower())


def test_a_certificate_that_somebody_has_compared(server: ServerProcess) -> None:
    real = fingerprint(server)

    async def main() -> None:
        address = Address("127.0.0.1", server.port, "Tuan", tls=True)
        with pytest.raises(NotTrusted) as refused:
            await connect_to(address)
        assert refused.value.fingerprint == real
        for pin, trusted in ((real, True), ("0" * 64, False)):
            with_pin = Address("127.0.0.1", server.port, "Tuan", tls=True, pin=pin)
            if trusted:
                stream = await connect_to(with_pin)
                await stream.send_all(b"NICK Tuan\r\nUSER t 0 * :T\r\n")
                assert b" 001 " in await stream.receive_some(4096)
                await trio.aclose_forcefully(stream)
            else:
                with pytest.raises(NotTrusted):
                    await connect_to(with_pin)

    trio.run(main)


def test_what_is_no_tls_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(b"NOTICE * :hello\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(TlsFailed):
            trio.run(connect_to, Address("127.0.0.1", port, "Tuan", tls=True))
        thread.join()


def test_from_the_dialog_with_tls_and_an_account(server: ServerProcess, open_ui: OpenUi) -> None:
    real = fingerprint(server)
    owner = IrcClient(server.port, "Tuan")
    owner.ask("NS REGISTER secret-words")
    owner.send("QUIT")
    owner.read_to_end()
    ui = open_ui(server.port)
    dialog = ui.app.connection.dialog
    assert dialog is not None
    dialog.tls.on = True
    dialog.account.insert(0, "Tuan")
    dialog.password.insert(0, "secret-words")
    ui.connect("Tuan")
    ui.wait_until(lambda: "signed by no authority" in ui.screen())
    shown = re.findall(r"(?:[0-9A-F]{2}:){3}[0-9A-F]{2}", ui.screen())
    assert "".join(shown).replace(":", "").lower() == real
    ui.press("Trust it")
    ui.wait_for("Tuan has connected to the chat room")
    ui.wait_until(lambda: ui.app.model.account == "Tuan")
    witness = IrcClient(server.port, "Witness")
    whois = " ".join(m.params[-1] for m in witness.ask("WHOIS Tuan"))
    assert "secure connection" in whois
    ui.close()
    assert Login("a", "b") == Login("a", "b")
