"""NAMES, and names that nobody asked for."""

from __future__ import annotations

from tests.support.clients import IrcClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_names_of_a_room_need_several_lines(server: ServerProcess) -> None:
    nicks = [f"somebody-with-a-long-name-{number:03}" for number in range(40)]
    for nick in nicks:
        IrcClient(server.port, nick, join="#room")
    last = IrcClient(server.port, "Last")
    lines = [m for m in last.join("#room") if m.command == "353"]
    assert len(lines) > 1
    names = " ".join(m.params[-1] for m in lines).split()
    assert [name.lstrip("@") for name in names] == [*nicks, "Last"]


def test_invisible_people_are_named_to_members_only(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("MODE Tuan +i")
    duy = IrcClient(server.port, "Duy")
    assert [m.command for m in duy.ask("NAMES #room")] == ["366"]
    assert words(tuan.ask("NAMES #room"))[0].endswith("@Tuan")


def test_names() -> None:
    """NAMES: https://modern.ircdocs.horse/#names-message"""
    tuan = Person("Tuan")
    tuan.ask("JOIN #a")
    duy = Person("Duy", "userhost-in-names", beside=tuan)
    duy.ask("JOIN #a")
    assert tuan.ask("NAMES #A") == [
        "353 Tuan | = | #a | @Tuan Duy",
        "366 Tuan | #A | End of /NAMES list",
    ]
    assert duy.ask("NAMES #a")[0] == ("353 Duy | = | #a | @Tuan!~tuan@127.0.0.1 Duy!~duy@127.0.0.1")
    assert tuan.ask("NAMES #none") == ["366 Tuan | #none | End of /NAMES list"]
