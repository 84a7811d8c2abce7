"""MONITOR."""

from __future__ import annotations

from tests.support.clients import IrcClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_a_list_of_nicknames() -> None:
    """MONITOR: https://ircv3.net/specs/extensions/monitor"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan)
    both = ["730 Tuan | Duy!~duy@127.0.0.1", "731 Tuan | Nobody"]
    assert tuan.ask("MONITOR + Duy,Nobody") == both
    assert tuan.ask("MONITOR S") == both
    assert tuan.ask("MONITOR L") == ["732 Tuan | Duy,Nobody", "733 Tuan | End of MONITOR list"]
    assert tuan.ask("MONITOR - duy", "MONITOR l")[0] == "732 Tuan | Nobody"
    assert tuan.ask("MONITOR C", "MONITOR S", "MONITOR L") == ["733 Tuan | End of MONITOR list"]


def test_its_bound() -> None:
    """MONITOR: https://ircv3.net/specs/extensions/monitor#errmonlistfull-734"""
    tuan = Person("Tuan")
    tuan.ask("MONITOR + " + ",".join(f"n{number}" for number in range(60)))
    (full, *_) = tuan.ask("MONITOR + " + ",".join(f"m{number}" for number in range(41)))
    assert full.startswith("734 Tuan | 100 | m")


def test_who_comes_and_goes_is_told(server: ServerProcess) -> None:
    """MONITOR: https://ircv3.net/specs/extensions/monitor#monitor--targettarget2"""
    tuan = IrcClient(server.port, "Tuan")
    tuan.ask("MONITOR + duy")
    duy = IrcClient(server.port, "Duy")
    assert words([tuan.read()]) == ["gchat.local 730 Tuan | Duy!~duy@127.0.0.1"]
    duy.ask("NICK Lan")
    assert words([tuan.read()]) == ["gchat.local 731 Tuan | Duy"]
    duy.ask("NICK DUY")
    assert words([tuan.read()]) == ["gchat.local 730 Tuan | DUY!~duy@127.0.0.1"]
    duy.send("QUIT")
    assert words([tuan.read()]) == ["gchat.local 731 Tuan | DUY"]
