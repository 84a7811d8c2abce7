"""What differs from one connection to the next of the same form."""

from __future__ import annotations

from tests.support.clients import IrcClient, words
from tests.support.process import ServerProcess


def test_a_room_with_another_name_is_left_and_entered(server: ServerProcess) -> None:
    """By who has not asked for the capability:
    https://ircv3.net/specs/extensions/channel-rename#fallback
    """
    tuan = IrcClient(server.port, "Tuan", "draft/channel-rename", join="#old")
    tuan.ask("TOPIC #old :Plans")
    duy = IrcClient(server.port, "Duy", join="#old")
    tuan.sync()
    assert words(tuan.ask("RENAME #old #new :Better")) == ["Tuan RENAME #old | #new | Better"]
    assert words(duy.sync()) == [
        "Duy PART #old | Better",
        "Duy JOIN #new",
        "gchat.local 332 Duy | #new | Plans",
        "gchat.local 353 Duy | = | #new | @Tuan Duy",
        "gchat.local 366 Duy | #new | End of /NAMES list",
    ]


def test_names_that_are_not_wanted_are_not_sent_after_a_rename(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/no-implicit-names"""
    tuan = IrcClient(server.port, "Tuan", "draft/channel-rename", join="#old")
    duy = IrcClient(server.port, "Duy", "no-implicit-names")
    duy.ask("JOIN #old")
    tuan.sync()
    tuan.ask("RENAME #old #new")
    assert words(duy.sync()) == ["Duy PART #old | Renamed", "Duy JOIN #new"]
    assert words(duy.sync()) == []


def test_a_key_is_told_to_who_asked_for_it(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/metadata#metadata-sub"""
    tuan = IrcClient(server.port, "Tuan", "draft/metadata-3", join="#a")
    duy = IrcClient(server.port, "Duy", "draft/metadata-3", join="#a")
    lan = IrcClient(server.port, "Lan", "draft/metadata-3", join="#a")
    duy.ask("METADATA * SUB url")
    lan.ask("METADATA * SUB avatar")
    tuan.ask("METADATA * SET url :https://here")
    assert words(duy.sync())[-1] == "gchat.local 761 Duy | Tuan | url | * | https://here"
    assert not [m for m in lan.sync() if m.command == "761"]
