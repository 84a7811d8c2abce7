"""Every command and every mode is told of by HELP: https://modern.ircdocs.horse/#help-message"""

from __future__ import annotations

import pytest

from gchat.core.rooms import CHANMODES, PREFIXES
from gchat.core.users import USER_MODES
from gchat.dialects.irc.commands import COMMANDS, Command
from gchat.dialects.irc.dialect import IrcDialect
from gchat.dialects.irc.handlers.modes import OWN_MODES, ROOM_MODES
from gchat.wire.message import parse
from tests.support.peer import FakePeer
from tests.support.person import Person

LINE_BYTES = 512


def ask(line: str) -> list[str]:
    peer = FakePeer()
    irc = IrcDialect(peer)
    irc.receive(b"NICK Tuan")
    irc.receive(b"USER t 0 * :T")
    peer.take()
    irc.receive(line.encode())
    found = peer.take()
    assert all(len(one.encode()) + 2 <= LINE_BYTES for one in found)
    return found


@pytest.mark.parametrize(("name", "row"), COMMANDS.items())
def test_a_command_has_help_and_a_paragraph_of_the_standard(name: str, row: Command) -> None:
    assert row.usage
    assert all(name in line for line in row.usage)
    assert row.text.endswith(".")
    assert row.url.startswith("https://")
    first, *lines, last = ask(f"HELP {name.lower()}")
    assert first == f":gchat.local 704 Tuan {name} :Help on {name}"
    assert [parse(line).params[-1] for line in lines[: len(row.usage)]] == list(row.usage)
    assert last == f":gchat.local 706 Tuan {name} :End of /HELP"


@pytest.mark.parametrize("letter", sorted({*"".join(CHANMODES), *PREFIXES, *USER_MODES}))
def test_a_mode_has_help(letter: str) -> None:
    _, *lines, _ = ask(f"HELP +{letter}")
    tables = [table for table in (ROOM_MODES, OWN_MODES) if letter in table]
    texts = [": ".join(table[letter]) for table in tables]
    assert [parse(line).params[-1] for line in lines] == texts
    assert (letter in ROOM_MODES) is (letter in "".join(CHANMODES) or letter in PREFIXES)
    assert (letter in OWN_MODES) is (letter in USER_MODES)
    whole = "\n".join(ask("HELP MODE"))
    assert all(text in whole for text in texts)


def test_which_commands_there_are_and_what_there_is_not() -> None:
    index = " ".join(line.split(" :", 1)[1] for line in ask("HELP"))
    assert set(COMMANDS) <= set(index.split())
    for subject in ("NOTHING", "+Z"):
        (answer,) = ask(f"HELP {subject}")
        assert answer.startswith(f":gchat.local 524 Tuan {subject} :")


def test_help_of_one_command() -> None:
    """HELP: https://modern.ircdocs.horse/#help-message"""
    assert Person("Tuan").ask("HELP links") == [
        "704 Tuan | LINKS | Help on LINKS",
        "705 Tuan | LINKS | LINKS",
        f"705 Tuan | LINKS | {COMMANDS['LINKS'].text}",
        "706 Tuan | LINKS | End of /HELP",
    ]
    first, *_ = Person("Tuan").ask("HELPOP join")
    assert first == "704 Tuan | JOIN | Help on JOIN"
