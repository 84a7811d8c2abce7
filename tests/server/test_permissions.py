"""Who may do what: every command that asks for a rank × every rank → allowed, or the numeric that
says no. `-` is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gchat.wire.sasl import Verifier
from tests.support.clients import OPEN, IrcClient
from tests.support.process import ServerProcess

# Outsider: not in the room. Oper: an operator of the server, not in the room.
ROLES = ("Outsider", "Oper", "Member", "Voice", "Half", "Op", "Founder")
RANKS = {"Voice": "v", "Half": "h", "Op": "o"}
SECRET = "secret words"

# What is asked, the modes that the room has, and what each role is answered.
TABLE = [
    ("TOPIC {room} :new", "", "442 442 - - - - -"),
    ("TOPIC {room} :new", "t", "442 442 482 482 - - -"),
    ("TOPIC {room}", "s", "403 403 - - - - -"),
    ("PRIVMSG {room} :hi", "n", "404 404 - - - - -"),
    ("PRIVMSG {room} :hi", "m", "404 404 404 - - - -"),
    ("PRIVMSG {room} :hi", "M", "404 404 404 - - - -"),
    ("PRIVMSG {room} :hi", "b *!*@*", "404 404 404 - - - -"),
    ("PRIVMSG {room} :hi", "b m:*!*@*", "404 404 404 - - - -"),
    ("PRIVMSG @{room} :hi", "n", "404 404 - - - - -"),
    ("@+x=y TAGMSG {room}", "m", "404 404 404 - - - -"),
    ("MODE {room} +m", "", "482 482 482 482 - - -"),
    ("MODE {room} -n", "", "482 482 482 482 - - -"),
    ("MODE {room} +k key", "", "482 482 482 482 - - -"),
    ("MODE {room} +l 5", "", "482 482 482 482 - - -"),
    ("MODE {room} +f 5:10", "", "482 482 482 482 - - -"),
    ("MODE {room} +b *!*@bad", "", "482 482 482 482 - - -"),
    ("MODE {room} b", "", "- - - - - - -"),
    ("MODE {room} e", "", "482 482 482 482 - - -"),
    ("MODE {room} I", "", "482 482 482 482 - - -"),
    ("MODE {room} +v Target", "", "482 482 482 482 - - -"),
    ("MODE {room} +h Target", "", "482 482 482 482 482 - -"),
    ("MODE {room} +o Target", "", "482 482 482 482 482 - -"),
    ("MODE {room} +a Target", "", "482 482 482 482 482 482 -"),
    ("MODE {room} +q Target", "", "482 482 482 482 482 482 -"),
    ("MODE {room} -v Voice", "", "482 482 482 482 - - -"),
    ("MODE {room} -h Half", "", "482 482 482 482 - - -"),
    ("MODE {room} -o Op", "", "482 482 482 482 482 - -"),
    ("MODE {room} -q Founder", "", "482 482 482 482 482 482 -"),
    ("KICK {room} Target :out", "", "442 442 482 482 - - -"),
    ("KICK {room} Half :out", "", "442 442 482 482 - - -"),
    ("KICK {room} Op :out", "", "442 442 482 482 482 - -"),
    ("KICK {room} Founder :out", "", "442 442 482 482 482 482 -"),
    ("INVITE Stranger {room}", "", "442 442 - - - - -"),
    ("INVITE Stranger {room}", "i", "442 442 482 482 - - -"),
    ("JOIN {room}", "i", "473 473 - - - - -"),
    ("JOIN {room}", "k key", "475 475 - - - - -"),
    ("JOIN {room} key", "k key", "- - - - - - -"),
    ("JOIN {room}", "l 3", "471 471 - - - - -"),
    ("JOIN {room}", "R", "477 477 - - - - -"),
    ("JOIN {room}", "b *!*@*", "474 474 - - - - -"),
    ("KNOCK {room} :please", "", "713 713 714 714 714 714 714"),
    ("KNOCK {room} :please", "i", "- - 714 714 714 714 714"),
    ("RENAME {room} {room}x :moved", "", "442 442 482 482 482 CANNOT_RENAME -"),
    (
        "METADATA {room} SET url :http://x",
        "",
        "NO NO NO NO NO - -",
    ),
    ("METADATA {room} GET url", "", "- - - - - - -"),
    ("CS REGISTER {room}", "", "no no no no no no -"),
    ("CS UNREGISTER {room}", "", "no no no no no no -"),
    ("CS HOOK ADD {room} ci", "", "no no no no no - -"),
    ("CS HOOK LIST {room}", "", "no no no no no - -"),
    ("CHATHISTORY LATEST {room} * 10", "", "INVALID_TARGET INVALID_TARGET - - - - -"),
    ("SEARCH :in={room}", "", "INVALID_PARAMS INVALID_PARAMS - - - - -"),
    ("KLINE *@nowhere :x", "", "481 - 481 481 481 481 481"),
    ("UNKLINE *@nowhere", "", "481 - 481 481 481 481 481"),
    ("REHASH", "", "481 - 481 481 481 481 481"),
    ("WALLOPS :x", "", "481 - 481 481 481 481 481"),
]


class World:
    """Everybody, once; a new room for each question."""

    def __init__(self, server: ServerProcess) -> None:
        self.port = server.port
        self.people = {
            name: IrcClient(server.port, name) for name in (*ROLES, "Target", "Stranger")
        }
        for client in self.people.values():
            client.ask("CAP REQ :message-tags draft/channel-rename draft/metadata-3")
        self.people["Oper"].ask(f"OPER admin :{SECRET}")
        self.people["Founder"].ask("NS REGISTER a-good-password")
        self._rooms = 0

    def room(self, modes: str) -> str:
        self._rooms += 1
        room = f"#room{self._rooms}"
        founder = self.people["Founder"]
        founder.ask(f"JOIN {room}", f"CS REGISTER {room}")
        for name in (*ROLES[2:-1], "Target"):
            self.people[name].join(room)
        ranks = "".join(RANKS.values())
        founder.ask(
            f"MODE {room} +{ranks} {' '.join(RANKS)}", f"MODE {room} -t", "TOPIC {room} :old"
        )
        founder.ask(f"MODE {room} +{modes}")
        return room

    def answer(self, role: str, line: str, modes: str) -> str:
        room = self.room(modes)
        got = self.people[role].ask(line.format(room=room))
        self.people["Founder"].ask(f"CS UNREGISTER {room}")
        for client in self.people.values():
            client.ask(f"PART {room}", f"PART {room}x")
        for message in got:
            if message.command == "FAIL":
                return message.params[1].replace("KEY_NO_PERMISSION", "NO")
            if message.command[0] in "45" or message.command in ("712", "713", "714"):
                return message.command
            if message.nick == "ChanServ" and message.command == "NOTICE":
                done = (" is registered ", "is no longer registered", " speaks in ", "0 hooks in ")
                return "-" if any(words in message.params[1] for words in done) else "no"
        return "-"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("permissions")
    config = folder / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{Verifier.make(SECRET, 4096)}"\n')
    with ServerProcess(
        "--config", str(config), "--data", str(folder), accounts_iterations=4096
    ) as server:
        world = World(server)
        for client in world.people.values():
            OPEN.remove(client)  # not only for one test
        yield world
        for client in world.people.values():
            client.close()


@pytest.mark.parametrize(("line", "modes", "answers"), TABLE)
def test_who_may(world: World, line: str, modes: str, answers: str) -> None:
    found = {role: world.answer(role, line, modes) for role in ROLES}
    assert found == dict(zip(ROLES, answers.split(), strict=True))


def test_who_may_kill(world: World) -> None:
    for role in ROLES:
        victim = IrcClient(world.port, f"For{role}")
        numerics = [message.command for message in world.people[role].ask(f"KILL For{role} :x")]
        assert ("481" in numerics) is (role != "Oper")
        assert (victim.ask() == []) if role != "Oper" else victim.read_to_end()
