"""Every effect as IRC lines, without capabilities and with those that change it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import pytest

from gchat.core.effects import (
    ChangedAccount,
    ChangedAway,
    ChangedMetadata,
    ChangedModes,
    ChangedNick,
    ChangedRealname,
    ChangedRoomName,
    ChangedTopic,
    ChangedUserModes,
    Disconnected,
    Effect,
    Entered,
    Evicted,
    Invitation,
    Knock,
    Left,
    MarkedRead,
    Presence,
    Redaction,
    Spoke,
    Wallop,
    WasKicked,
)
from gchat.core.events import Entry, ModeChange, Quit
from gchat.dialects.irc.render import (
    Form,
    form_in_batch,
    marker_time,
    mode_words,
    parse_time,
    render,
    server_time,
    variant,
)
from gchat.wire.caps import BROADCAST_CAPS, CAPABILITIES, Cap, Capability
from gchat.wire.lines import MAX_BODY_BYTES

AT = 1_700_000_000_007
TIME = "2023-11-14T22:13:20.007Z"
WHO: dict[str, Any] = {
    "entry": Entry(7, AT, "id7", Quit(1, "")),
    "uid": 1,
    "nick": "Tuan",
    "source": "Tuan!u@h",
}
ROOM: dict[str, Any] = {**WHO, "room": "#a", "room_name": "#A"}
IN = {**WHO, "account": "An"}
TAGS = Cap.MESSAGE_TAGS | Cap.SERVER_TIME | Cap.ACCOUNT_TAG


def lines(effect: Effect, caps: Cap = Cap.NONE) -> list[str]:
    """The lines, each of which ends as it has to."""
    data = variant(caps).render(effect)
    assert data == b"" or data.endswith(b"\r\n")
    return data.decode().split("\r\n")[:-1]


def spoke(text: str = "hi", **more: Any) -> Spoke:
    return Spoke(**{**WHO, "verb": "PRIVMSG", "target": "#A", "text": text, "tags": (), **more})


CHANGES = (ModeChange(True, "o", "Duy"), ModeChange(True, "m"), ModeChange(False, "b", "*!*@x"))

# effect, capabilities, lines
ROWS: list[tuple[Effect, Cap, list[str]]] = [
    (spoke(), Cap.NONE, [":Tuan!u@h PRIVMSG #A :hi"]),
    (spoke(""), Cap.NONE, [":Tuan!u@h PRIVMSG #A :"]),
    (spoke(verb="NOTICE", target="Duy"), Cap.NONE, [":Tuan!u@h NOTICE Duy :hi"]),
    (spoke(verb="TAGMSG", text=""), Cap.NONE, []),
    (
        spoke(verb="TAGMSG", text="", tags=(("+react", "; "),)),
        Cap.MESSAGE_TAGS,
        [r"@msgid=id7;+react=\:\s :Tuan!u@h TAGMSG #A"],
    ),
    (
        spoke(tags=(("+a", "1"), ("+b", "")), bot=True, account="An"),
        TAGS,
        [f"@time={TIME};account=An;msgid=id7;bot;+a=1;+b :Tuan!u@h PRIVMSG #A :hi"],
    ),
    (spoke(account="An", tags=(("+a", "1"),)), Cap.NONE, [":Tuan!u@h PRIVMSG #A :hi"]),
    (spoke(account="An"), Cap.ACCOUNT_TAG, ["@account=An :Tuan!u@h PRIVMSG #A :hi"]),
    (spoke(), Cap.ACCOUNT_TAG, [":Tuan!u@h PRIVMSG #A :hi"]),
    (spoke(), Cap.SERVER_TIME, [f"@time={TIME} :Tuan!u@h PRIVMSG #A :hi"]),
    (spoke(), Cap.MESSAGE_TAGS, ["@msgid=id7 :Tuan!u@h PRIVMSG #A :hi"]),
    (Entered(**ROOM, realname="T R"), Cap.NONE, [":Tuan!u@h JOIN #A"]),
    (Entered(**ROOM, realname="T R"), Cap.EXTENDED_JOIN, [":Tuan!u@h JOIN #A * :T R"]),
    (
        Entered(**ROOM, account="An", realname="T R"),
        Cap.EXTENDED_JOIN | TAGS,
        [f"@time={TIME};account=An;msgid=id7 :Tuan!u@h JOIN #A An :T R"],
    ),
    (Left(**ROOM, reason=""), Cap.NONE, [":Tuan!u@h PART #A"]),
    (Left(**ROOM, reason="so long"), Cap.NONE, [":Tuan!u@h PART #A :so long"]),
    (
        WasKicked(**ROOM, target="Duy", target_uid=2, reason="go away"),
        Cap.NONE,
        [":Tuan!u@h KICK #A Duy :go away"],
    ),
    (Disconnected(**WHO, rooms=(), reason="so long"), Cap.NONE, [":Tuan!u@h QUIT :so long"]),
    (ChangedNick(**WHO, new="An"), Cap.NONE, [":Tuan!u@h NICK An"]),
    (ChangedTopic(**ROOM, text="News"), Cap.NONE, [":Tuan!u@h TOPIC #A :News"]),
    (ChangedTopic(**ROOM, text=""), Cap.MESSAGE_TAGS, ["@msgid=id7 :Tuan!u@h TOPIC #A :"]),
    (ChangedModes(**ROOM, changes=CHANGES), Cap.NONE, [":Tuan!u@h MODE #A +om-b Duy *!*@x"]),
    (Redaction(**WHO, target="#A", msgid="id1", reason=""), Cap.NONE, []),
    (
        Redaction(**WHO, target="#A", msgid="id1", reason=""),
        Cap.REDACTION,
        [":Tuan!u@h REDACT #A id1"],
    ),
    (
        Redaction(**WHO, target="#A", msgid="id1", reason="my fault"),
        Cap.REDACTION | Cap.MESSAGE_TAGS,
        ["@msgid=id7 :Tuan!u@h REDACT #A id1 :my fault"],
    ),
    (MarkedRead(**WHO, target="#A", at=AT), Cap.NONE, []),
    (
        MarkedRead(**WHO, target="#A", at=AT),
        Cap.READ_MARKER | TAGS,
        [f"MARKREAD #A timestamp={TIME}"],
    ),
    (MarkedRead(**WHO, target="#A", at=0), Cap.READ_MARKER, ["MARKREAD #A *"]),
    (Invitation(**WHO, room_name="#A", target="Duy"), Cap.NONE, [":Tuan!u@h INVITE Duy #A"]),
    (
        Invitation(**WHO, room_name="#A", target="Duy"),
        Cap.MESSAGE_TAGS,
        [":Tuan!u@h INVITE Duy #A"],
    ),
    (Invitation(**WHO, room_name="#A", target="Duy", told=True), Cap.NONE, []),
    (
        Invitation(**WHO, room_name="#A", target="Duy", told=True),
        Cap.INVITE_NOTIFY,
        [":Tuan!u@h INVITE Duy #A"],
    ),
    (
        Knock(**WHO, room_name="#A", text=""),
        Cap.NONE,
        [":Tuan!u@h 710 * #A Tuan!u@h :has asked for an invitation"],
    ),
    (
        Knock(**WHO, room_name="#A", text="let me in"),
        Cap.MESSAGE_TAGS,
        [":Tuan!u@h 710 * #A Tuan!u@h :let me in"],
    ),
    (
        ChangedRoomName(
            **WHO, room_name="#A", old_key="#a", new="#B", new_key="#b", reason="a why"
        ),
        Cap.NONE,
        [],
    ),
    (
        ChangedRoomName(
            **WHO, room_name="#A", old_key="#a", new="#B", new_key="#b", reason="a why"
        ),
        Cap.CHANNEL_RENAME,
        [":Tuan!u@h RENAME #A #B :a why"],
    ),
    (ChangedAway(**WHO, text="at lunch"), Cap.NONE, []),
    (ChangedAway(**WHO, text="at lunch"), Cap.AWAY_NOTIFY, [":Tuan!u@h AWAY :at lunch"]),
    (ChangedAway(**WHO, text=None), Cap.AWAY_NOTIFY | Cap.MESSAGE_TAGS, [":Tuan!u@h AWAY"]),
    (ChangedAway(**WHO, text="at lunch", watched=True), Cap.AWAY_NOTIFY, []),
    (ChangedAway(**WHO, text="at lunch", watched=True), Cap.EXTENDED_MONITOR, []),
    (
        ChangedAway(**WHO, text="at lunch", watched=True),
        Cap.AWAY_NOTIFY | Cap.EXTENDED_MONITOR,
        [":Tuan!u@h AWAY :at lunch"],
    ),
    (ChangedRealname(**WHO, realname="T R"), Cap.NONE, []),
    (ChangedRealname(**WHO, realname="T R"), Cap.SETNAME, [":Tuan!u@h SETNAME :T R"]),
    (ChangedRealname(**WHO, realname="T R", watched=True), Cap.SETNAME, []),
    (
        ChangedRealname(**WHO, realname="T R", watched=True),
        Cap.SETNAME | Cap.EXTENDED_MONITOR,
        [":Tuan!u@h SETNAME :T R"],
    ),
    (ChangedAccount(**IN), Cap.NONE, []),
    (ChangedAccount(**IN), Cap.ACCOUNT_NOTIFY, [":Tuan!u@h ACCOUNT An"]),
    (ChangedAccount(**WHO), Cap.ACCOUNT_NOTIFY, [":Tuan!u@h ACCOUNT *"]),
    (ChangedAccount(**WHO, watched=True), Cap.ACCOUNT_NOTIFY, []),
    (
        ChangedAccount(**IN, watched=True),
        Cap.ACCOUNT_NOTIFY | Cap.EXTENDED_MONITOR,
        [":Tuan!u@h ACCOUNT An"],
    ),
    (ChangedUserModes(**WHO, words="+i"), Cap.NONE, [":Tuan!u@h MODE Tuan +i"]),
    (ChangedUserModes(**WHO, words="+i"), Cap.MESSAGE_TAGS, [":Tuan!u@h MODE Tuan +i"]),
    (Wallop(**WHO, text="hello all"), Cap.NONE, [":Tuan!u@h WALLOPS :hello all"]),
    (Wallop(**WHO, text="hello all"), Cap.MESSAGE_TAGS, [":Tuan!u@h WALLOPS :hello all"]),
    # what each connection says by itself
    (Presence(**WHO, online=True), BROADCAST_CAPS, []),
    (ChangedMetadata(**WHO, target="Tuan", key="k", value="v"), BROADCAST_CAPS, []),
    (Evicted(**WHO, targets=(1,), reason=""), BROADCAST_CAPS, []),
]


@pytest.mark.parametrize(("effect", "caps", "expected"), ROWS, ids=lambda x: type(x).__name__)
def test_lines(effect: Effect, caps: Cap, expected: list[str]) -> None:
    assert lines(effect, caps) == expected


def test_every_kind_of_effect_is_tested() -> None:
    def leaves(base: type) -> set[type]:
        below: list[type] = base.__subclasses__()
        return {leaf for one in below for leaf in leaves(one)} if below else {base}

    assert {type(effect) for effect, _, _ in ROWS} == leaves(Effect)


def test_forms_that_differ_in_no_byte_are_one() -> None:
    assert variant(Cap.SASL | Cap.ECHO_MESSAGE) is variant(Cap.NONE)
    assert variant(Cap.SERVER_TIME | Cap.SASL) is variant(Cap.SERVER_TIME)
    assert variant(Cap.SERVER_TIME) is not variant(Cap.NONE)
    assert (variant(Cap.SERVER_TIME).dialect, variant(Cap.SERVER_TIME).caps) == (
        "irc",
        Cap.SERVER_TIME,
    )


# -- texts that are too long for a line


def room_for(effect: Spoke) -> int:
    """Bytes of text that fit into a line of this message."""
    return MAX_BODY_BYTES - len(f":{effect.source} {effect.verb} {effect.target} :\r\n")


def test_a_text_that_fits_is_one_line_and_one_byte_more_is_two() -> None:
    most = room_for(spoke())
    for text, sizes in (("x" * most, [most]), ("x" * (most + 1), [most, 1])):
        found = lines(spoke(text))
        assert [len(one.removeprefix(":Tuan!u@h PRIVMSG #A :")) for one in found] == sizes
        assert max(len(one.encode()) + 2 for one in found) == MAX_BODY_BYTES
    wide = "ấ" * (most // 3)
    assert lines(spoke(wide)) == [f":Tuan!u@h PRIVMSG #A :{wide}"]
    first, second = lines(spoke(wide + "ấ"))
    assert first.removeprefix(":Tuan!u@h PRIVMSG #A :") == wide
    assert second == ":Tuan!u@h PRIVMSG #A :ấ"


def test_the_id_and_the_tags_of_a_long_text_are_where_they_belong() -> None:
    tags = (("+draft/reply", "id1"),)
    first, second = lines(spoke("x" * 600, tags=tags, bot=True), TAGS)
    head = f"@time={TIME};msgid=id7;bot;+draft/reply=id1 :Tuan!u@h PRIVMSG #A :x"
    assert first.startswith(head)
    assert second.startswith(f"@time={TIME};bot;+draft/reply=id1 :Tuan!u@h PRIVMSG #A :x")


def test_a_long_action_is_several_actions() -> None:
    most = room_for(spoke()) - len("\x01ACTION \x01")
    found = lines(spoke(f"\x01ACTION {'x' * most}y\x01"))
    head = ":Tuan!u@h PRIVMSG #A :\x01ACTION "
    assert found == [f"{head}{'x' * most}\x01", f"{head}y\x01"]
    assert len(found[0]) + 2 == MAX_BODY_BYTES


def test_a_text_of_several_lines() -> None:
    """https://ircv3.net/specs/extensions/multiline"""
    effect = spoke("one\n\0more\n\ntwo", tags=(("+a", "1"),), account="An")
    head = ":Tuan!u@h PRIVMSG #A :"
    plain = [head + "one", head + "more", head + "two"]
    assert lines(effect) == lines(effect, Cap.MULTILINE) == plain
    assert lines(effect, Cap.BATCH) == plain
    first, second, _ = lines(effect, Cap.MESSAGE_TAGS)
    assert first == f"@msgid=id7;+a=1 {head}one"
    assert second == f"@+a=1 {head}more"
    assert lines(effect, Cap.MULTILINE | Cap.BATCH | TAGS) == [
        f"@time={TIME};account=An;msgid=id7;+a=1 :Tuan!u@h BATCH +mid7 draft/multiline #A",
        f"@batch=mid7 {head}one",
        f"@batch=mid7;draft/multiline-concat {head}more",
        f"@batch=mid7 {head}",
        f"@batch=mid7 {head}two",
        "BATCH -mid7",
    ]


def test_a_long_line_of_several_is_split_too() -> None:
    head = ":Tuan!u@h PRIVMSG #A :"
    most = room_for(spoke())
    found = lines(spoke("x" * (most + 2) + "\nend"))
    assert found == [head + "x" * most, head + "xx", head + "end"]


def test_a_message_of_several_lines_within_a_batch() -> None:
    form = form_in_batch(Cap.BATCH | Cap.MULTILINE, "past")
    assert render(spoke("a\nb"), form=form).decode().split("\r\n")[:-1] == [
        "@batch=past :Tuan!u@h BATCH +mid7 draft/multiline #A",
        "@batch=mid7 :Tuan!u@h PRIVMSG #A :a",
        "@batch=mid7 :Tuan!u@h PRIVMSG #A :b",
        "@batch=past BATCH -mid7",
    ]


def test_what_is_in_a_batch_says_so_where_batches_are_known() -> None:
    caps = Cap.BATCH | Cap.SERVER_TIME
    expected = f"@batch=past;time={TIME} :Tuan!u@h PRIVMSG #A :hi\r\n"
    assert render(spoke(), form=form_in_batch(caps, "past")) == expected.encode()
    assert form_in_batch(Cap.SERVER_TIME, "past") == Form(Cap.SERVER_TIME)
    expected = "@batch=past :Tuan!u@h JOIN #A\r\n"
    assert render(Entered(**ROOM), form=Form(Cap.NONE, "past")) == expected.encode()
    assert Form(Cap.BATCH).has(Cap.BATCH)
    assert not Form(Cap.BATCH).has(Cap.SASL)


# -- modes


def test_modes_as_words() -> None:
    assert mode_words(list(CHANGES)) == ["+om-b", "Duy", "*!*@x"]
    assert mode_words([ModeChange(False, "m"), ModeChange(True, "i")]) == ["-m+i"]


def test_changes_of_modes_are_as_many_lines_as_they_need() -> None:
    """Each takes its letter, its sign and a space beside its argument."""
    room = MAX_BODY_BYTES - len(":Tuan!u@h MODE #A \r\n")
    for size, many in ((room // 2 - 3, 1), (room // 2 - 2, 2)):
        changes = tuple(ModeChange(True, "b", letter * size) for letter in "xy")
        found = lines(ChangedModes(**ROOM, changes=changes))
        assert len(found) == many
        assert all(len(one) + 2 <= MAX_BODY_BYTES for one in found)
        assert all(one.startswith(":Tuan!u@h MODE #A +b") for one in found)
    third = tuple(ModeChange(True, "b", letter * (room // 3 - 3)) for letter in "xyz")
    assert len(lines(ChangedModes(**ROOM, changes=third))) == 1
    longer = (*third[:2], ModeChange(True, "b", "z" * (room // 3)))
    assert len(lines(ChangedModes(**ROOM, changes=longer))) == 2
    wide = tuple(ModeChange(True, "b", "ấ" * 100) for _ in range(2))
    assert len(lines(ChangedModes(**ROOM, changes=wide))) == 2


# -- times: https://ircv3.net/specs/extensions/server-time


def test_times_and_back() -> None:
    assert server_time(AT) == TIME
    assert server_time(0) == "1970-01-01T00:00:00.000Z"
    assert parse_time(TIME) == AT
    assert parse_time("2023-11-14T22:13:20.0Z") == AT - 7
    assert parse_time("1969-01-01T00:00:00.000Z") == 0
    with pytest.raises(ValueError, match="does not match"):
        parse_time("yesterday")
    assert (marker_time(AT), marker_time(0)) == (f"timestamp={TIME}", "*")


@pytest.mark.parametrize("row", CAPABILITIES.values(), ids=lambda row: row.name)
def test_a_capability_parts_people_where_it_changes_what_is_broadcast(row: Capability) -> None:
    """Otherwise who has it and who has not are written to at once."""
    every = reduce(or_, (one.flag for one in CAPABILITIES.values()))
    effects = [effect for effect, _, _ in ROWS] + [spoke("one\ntwo")]
    with_it, without = (
        [render(effect, form=Form(caps)) for effect in effects]
        for caps in (every, every & ~row.flag)
    )
    assert (with_it != without) is row.broadcast
    assert (row.flag in BROADCAST_CAPS) is row.broadcast
