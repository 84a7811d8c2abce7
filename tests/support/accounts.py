"""People with accounts, on a real server."""

from __future__ import annotations

import base64

from tests.support.clients import IrcClient, LineClient, words
from tests.support.process import ServerProcess

FAST = {"accounts_iterations": 4096, "accounts_attempts": 0}
PASSWORD = "correct horse"


def register(server: ServerProcess, name: str) -> None:
    with IrcClient(server.port, name, "draft/account-registration") as client:
        answers = client.ask(f"REGISTER * * :{PASSWORD}")
        assert words(answers)[-1] == f"gchat.local REGISTER SUCCESS | {name} | Account registered"
        client.send("QUIT")
        client.read_to_end()


def plain(name: str, password: str = PASSWORD) -> str:
    return base64.b64encode(f"\0{name}\0{password}".encode()).decode()


def log_in(server: ServerProcess, account: str, *caps: str, nick: str = "") -> IrcClient:
    """A registered client that is logged in."""
    client = IrcClient.__new__(IrcClient)
    LineClient.__init__(client, server.port)
    client.nick = nick or account
    client.send("CAP LS 302", f"CAP REQ :{' '.join(('sasl', *caps))}", "AUTHENTICATE PLAIN")
    client.send(f"AUTHENTICATE {plain(account)}")
    assert client.until("903", "904")[-1].command == "903"
    client.send(f"NICK {client.nick}", "USER u 0 * :U", "CAP END")
    client.welcome = client.until("376", "422")
    return client
