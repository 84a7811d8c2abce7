"""Every way to reach a stranger is one allowance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gchat.core.events import Connected, Event, Invited, Joined, Knocked, ModeChange, ModesSet, Said
from gchat.core.strangers import INVITATIONS
from tests.core.stage import Stage

WAYS: dict[str, Callable[[int, str], Event]] = {
    "PRIVMSG": lambda uid, nick: Said(uid, nick, "hi"),
    "NOTICE": lambda uid, nick: Said(uid, nick, "hi", "NOTICE"),
    "TAGMSG": lambda uid, nick: Said(uid, nick, "", "TAGMSG", (("+typing", "active"),)),
    "INVITE": lambda uid, nick: Invited(uid, "#a", nick),
    "KNOCK": lambda uid, nick: Knocked(uid, f"#{nick}", ""),
}


def crowd() -> Stage:
    """Tuan is in #a; others are each in a room of their own that one may knock at."""
    stage = Stage(strangers_per_minute=3)
    stage.join("#a", 1)
    for uid in range(11, 17):
        stage.do(Connected(uid, f"s{uid}", "~s", "host", "S"), Joined(uid, f"#s{uid}"))
        stage.do(ModesSet(uid, f"#s{uid}", (ModeChange(True, "i", ""),)))
    return stage


@pytest.mark.parametrize("last", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_one_allowance_for_all_ways(first: str, last: str) -> None:
    stage = crowd()
    for uid in (11, 12, 13):
        stage.do(WAYS[first](1, f"s{uid}"))
    name, _, text = stage.refused(WAYS[last](1, "s14"))
    assert (name, text) == ("ERR_TARGETTOOFAST", "You are messaging too many new people: wait 60 s")
    stage.now += 60_000
    stage.do(WAYS[last](1, "s14"))


@pytest.mark.parametrize("way", ["PRIVMSG", "NOTICE", "TAGMSG", "INVITE"])
def test_who_takes_nothing_from_strangers(way: str) -> None:
    stage = crowd()
    stage.hub.users[11].modes = frozenset("R")
    assert stage.refused(WAYS[way](1, "s11"))[0] == "ERR_NEEDREGGEDNICK"
    stage.log_in(1)
    stage.do(WAYS[way](1, "s11"))


def test_nobody_is_invited_again_and_again() -> None:
    stage = crowd()
    stage.join("#a", 2)
    invite: Event = Invited(1, "#a", "s11")
    for _ in range(INVITATIONS):
        stage.do(invite)
    for uid in (1, 2):
        name, params, text = stage.refused(Invited(uid, "#a", "s11"))
        assert (name, params) == ("ERR_TARGETTOOFAST", ("s11",))
        assert text == "This user was invited too often: wait 60 s"
    stage.do(Invited(1, "#a", "s12"))
    stage.now += 60_000
    stage.do(invite)


def test_whom_somebody_wrote_to_may_answer() -> None:
    stage = crowd()
    stage.do(Said(1, "s11", "hi"))
    stage.hub.users[11].modes = frozenset("R")
    assert stage.refused(Said(1, "s11", "again"))[0] == "ERR_NEEDREGGEDNICK", "they heard only"
    stage.do(Said(11, "Tuan", "who are you?"))
    stage.do(Said(1, "s11", "Tuan"))
    stage.do(Said(1, "s11", "Nguyen Tuan"))
