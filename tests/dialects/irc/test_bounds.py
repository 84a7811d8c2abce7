"""What is within its bound fits into the line of everybody who is sent it, whatever the names."""

from __future__ import annotations

from typing import Any

import pytest

from gchat.config import Config, ServerConfig
from gchat.core.effects import (
    ChangedAway,
    ChangedRealname,
    ChangedRoomName,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Knock,
    Left,
    Redaction,
    Wallop,
    WasKicked,
)
from gchat.core.events import Entry, Parted
from gchat.dialects.bounds import (
    AWAY_BYTES,
    KNOCK_BYTES,
    REALNAME_BYTES,
    REASON_BYTES,
    ROOM_LENGTH,
    TOPIC_BYTES,
)
from gchat.dialects.irc.render import Form, render
from gchat.wire.caps import CAPABILITIES, Cap
from gchat.wire.names import NICK_LENGTH, USER_LENGTH, check_nickname, check_room
from gchat.wire.text import cut
from tests.support.person import Person

NICK = check_nickname("ж" * NICK_LENGTH)
ROOM = check_room("#" + "x" * (ROOM_LENGTH - 1))
USER = "u" * (USER_LENGTH - 1)
HOST = "2001:0db8:0000:0000:0000:0000:0000:0001"
SOURCE = f"{NICK}!~{USER}@{HOST}"
EVERY = Cap.NONE
for one in CAPABILITIES.values():
    EVERY |= one.flag
LETTER = "ế"  # three bytes


def text(size: int) -> str:
    """Of as many bytes, or a little less."""
    return cut(LETTER * size, size)


def effects() -> list[tuple[Effect, str]]:
    """Each with the text that has to be in it whole."""
    doing: Any = {
        "entry": Entry(1, 1, "m" * 16, Parted(1, "#a")),
        "uid": 1,
        "nick": NICK,
        "source": SOURCE,
        "account": NICK,
    }
    reason, topic = text(REASON_BYTES), text(TOPIC_BYTES)
    name = text(REALNAME_BYTES)
    return [
        (ChangedTopic(**doing, room_name=ROOM, text=topic), topic),
        (Left(**doing, room_name=ROOM, reason=reason), reason),
        (WasKicked(**doing, room_name=ROOM, target=NICK, target_uid=1, reason=reason), reason),
        (Disconnected(**doing, rooms=(), reason=f"Killed ({NICK} ({reason}))"), reason),
        (
            ChangedRoomName(
                **doing, room_name=ROOM, old_key="a", new=ROOM, new_key="b", reason=reason
            ),
            reason,
        ),
        (Redaction(**doing, target=ROOM, msgid="m" * 16, reason=reason), reason),
        (Knock(**doing, room_name=ROOM, text=text(KNOCK_BYTES)), text(KNOCK_BYTES)),
        (Entered(**doing, room_name=ROOM, realname=name), name),
        (ChangedRealname(**doing, realname=name), name),
        (ChangedAway(**doing, text=text(AWAY_BYTES)), text(AWAY_BYTES)),
        (Wallop(**doing, text=topic), topic),
    ]


@pytest.mark.parametrize(("effect", "whole"), effects())
def test_what_others_see(effect: Effect, whole: str) -> None:
    line = render(effect, form=Form(EVERY)).decode()
    assert whole in line
    body = line[line.index(" ") + 1 :] if line.startswith("@") else line
    assert len(body.encode()) <= 512


@pytest.fixture
def tuan() -> Person:
    """Somebody with the longest names, on a server with the longest name."""
    config = Config(server=ServerConfig(name="s" * 63))
    person = Person(NICK, "setname", user=USER, host=HOST, config=config)
    person.ask(f"JOIN {ROOM}")
    return person


@pytest.mark.parametrize(
    ("given", "asked", "size"),
    [
        (f"TOPIC {ROOM} :", f"TOPIC {ROOM}", TOPIC_BYTES),
        ("AWAY :", f"WHOIS {NICK}", AWAY_BYTES),
        ("AWAY :", f"PRIVMSG {NICK} :x", AWAY_BYTES),
        ("SETNAME :", f"WHOIS {NICK}", REALNAME_BYTES),
        ("SETNAME :", f"WHO {ROOM}", REALNAME_BYTES),
    ],
)
def test_what_is_asked_for(tuan: Person, given: str, asked: str, size: int) -> None:
    tuan.ask(given + text(size))
    assert any(line.endswith(text(size)) for line in tuan.ask(asked))


def test_what_is_longer_is_cut_and_its_author_told() -> None:
    tuan, duy = Person("Tuan"), Person("Duy", "standard-replies")
    tuan.ask("JOIN #a")
    duy.ask("JOIN #a")
    longer = text(TOPIC_BYTES) + "ế!"
    told = f"The topic was cut to {TOPIC_BYTES} bytes"
    assert tuan.ask(f"TOPIC #a :{longer}") == [f"NOTICE Tuan | {told}"]
    assert duy.ask(f"TOPIC #a :{longer}") == [f"WARN TOPIC | TEXT_CUT | #a | {told}"]
    assert tuan.ask("TOPIC #a")[0] == f"332 Tuan | #a | {text(TOPIC_BYTES)}"
    assert tuan.ask(f"TOPIC #a :{text(TOPIC_BYTES)}") == []
    assert tuan.ask(f"AWAY :{longer}")[-1].startswith("NOTICE Tuan | The text was cut to")


def test_bounds_are_announced() -> None:
    told = " ".join(Person("Tuan").ask("VERSION"))
    for token in (
        f"TOPICLEN={TOPIC_BYTES}",
        f"AWAYLEN={AWAY_BYTES}",
        f"KICKLEN={REASON_BYTES}",
        f"NAMELEN={REALNAME_BYTES}",
        f"CHANNELLEN={ROOM_LENGTH}",
    ):
        assert f" {token} " in told
