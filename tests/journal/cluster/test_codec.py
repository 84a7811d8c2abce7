"""Events as bytes and back, also between two versions."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.events import Event, NodeBeat, Quit, Said
from gchat.journal.cluster.codec import UnknownEvent, decode, encode

INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1)
WITH_INTEGERS: dict[Any, st.SearchStrategy[Any]] = {
    int: INTEGERS,
    tuple[int, ...]: st.lists(INTEGERS).map(tuple),
    dict[str, int | str]: st.dictionaries(st.text(), INTEGERS | st.text()),
}


def events() -> st.SearchStrategy[Event]:
    """Any event with anything in it."""
    return st.one_of(*(_of(kind) for kind in get_args(Event)))


def _of(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind).items()
    return st.builds(
        kind, **{name: WITH_INTEGERS.get(hint, st.from_type(hint)) for name, hint in hints}
    )


@given(events())
def test_there_and_back(event: Event) -> None:
    again = decode(encode(event))
    assert type(again) is type(event)
    assert again == event


@given(events(), st.dictionaries(st.text(min_size=1), st.integers() | st.text() | st.none()))
def test_what_a_newer_one_says_beside_is_passed_over(event: Event, beside: dict[str, Any]) -> None:
    name, fields = msgspec.json.decode(encode(event))
    more = {f"new {key}": value for key, value in beside.items()}
    assert decode(msgspec.json.encode([name, {**more, **fields}])) == event


def test_what_an_older_one_does_not_say_has_its_default() -> None:
    assert decode(b'["Quit",{"uid":7,"reason":"bye"}]') == Quit(7, "bye")
    assert decode(b'["NodeBeat",{"node":1,"position":"5-0"}]') == NodeBeat(1, "5-0", 0, "")


def test_it_is_readable() -> None:
    assert (
        encode(Said(4294967297, "#dev", "Hello, Tuấn!"))
        == (
            '["Said",{"uid":4294967297,"target":"#dev","text":"Hello, Tuấn!","verb":"PRIVMSG",'
            '"tags":[],"origin":0}]'
        ).encode()
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'["Sparkled",{}]', "an event of an unknown kind: 'Sparkled'"),
        (b'["Quit",{"uid":"seven","reason":"x"}]', "something that is no event"),
        (b'["Quit",{"uid":7}]', "something that is no event"),
        (b'["Quit"]', "something that is no event"),
        (b"", "something that is no event"),
        (b"\xff\xfe", "something that is no event"),
        (b'["Quit",{"uid":7,"reason":"\xff"}]', "something that is no event"),
    ],
)
def test_what_is_no_event(data: bytes, says: str) -> None:
    with pytest.raises(UnknownEvent, match=says):
        decode(data)


@given(st.binary(max_size=200))
def test_garbage_is_an_event_or_is_refused(data: bytes) -> None:
    try:
        decode(data)
    except UnknownEvent:
        pass


@given(st.data())
def test_so_is_a_damaged_event(data: st.DataObject) -> None:
    whole = encode(data.draw(events()))
    at = data.draw(st.integers(0, len(whole) - 1))
    try:
        decode(whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :])
    except UnknownEvent:
        pass
