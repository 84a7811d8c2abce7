"""Long pastes: as few messages as they need, or slowly one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_gui.core.events import Kind, Said, Sending, Unsent
from client_gui.core.pacing import BURST, WAITING_MAX, Pace, Waiting
from client_gui.core.speaking import UNLABELED, parts_of
from tests.client_gui.core.test_protocol import ready

ONE = Waiting(b"x", ())


def test_a_burst_goes_at_once_and_the_rest_in_time() -> None:
    pace = Pace(0.0)
    assert [pace.takes_at_once() for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert pace.put(ONE)
    assert pace.put(ONE)
    assert pace.deadline == 1.0
    assert pace.due(0.9) == []
    assert pace.due(1.0) == [ONE]
    assert not pace.takes_at_once(), "what waits goes first"
    assert pace.due(100.0) == [ONE]
    assert pace.deadline is None


def test_only_so_many_wait() -> None:
    pace = Pace(0.0)
    assert all(pace.put(ONE) for _ in range(WAITING_MAX))
    assert not pace.put(ONE)


def test_forty_lines_without_multiline_are_sent_slowly_and_in_order() -> None:
    core = ready("echo-message")
    lines = [f"line {number}" for number in range(40)]
    events = core.say("#lobby", "\n".join(lines))
    assert [one.text for one in events if isinstance(one, Sending)] == lines
    sent = core.data_to_send().decode().splitlines()
    assert len(sent) == BURST
    for second in range(1, 40):
        assert core.deadline is not None
        core.on_time(float(second))
        new = core.data_to_send().decode().splitlines()
        assert len([one for one in new if one.startswith("PRIVMSG")]) <= 1
        sent += [one for one in new if one.startswith("PRIVMSG")]
    assert sent == [f"PRIVMSG #lobby :{line}" for line in lines]


def test_without_receipts_they_are_said_when_they_are_sent() -> None:
    core = ready()
    events = core.say("#lobby", "\n".join(map(str, range(BURST + 1))))
    assert [type(one) for one in events] == [Said] * BURST + [Sending]
    (waits,) = (one for one in events if isinstance(one, Sending))
    assert waits.label.startswith(UNLABELED)
    (said,) = core.on_time(1.0)
    assert said == Said("#lobby", "Tuan", waits.text, Kind.MESSAGE, own=True)


def test_what_is_too_much_is_not_sent_and_says_so() -> None:
    core = ready("echo-message")
    events = core.say("#lobby", "\n".join(["x"] * (WAITING_MAX + BURST + 1)))
    assert isinstance(events[-1], Unsent)
    assert isinstance(events[-2], Sending)


@pytest.mark.parametrize(("lines", "parts"), [(32, 1), (33, 2), (40, 2), (64, 2), (65, 3)])
def test_as_few_messages_as_it_needs(lines: int, parts: int) -> None:
    assert len(parts_of(["x"] * lines, 400, 4096, 32)) == parts


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=200)),
    st.integers(64, 400),
    st.integers(400, 4096),
    st.integers(0, 40),
)
def test_nothing_is_lost_and_no_limit_passed(
    lines: list[str], space: int, most_bytes: int, most_lines: int
) -> None:
    parts = parts_of(lines, space, most_bytes, most_lines)
    for part in parts:
        text = "".join(("" if on or not at else "\n") + one for at, (one, on) in enumerate(part))
        assert len(text.encode()) <= most_bytes
        assert not most_lines or len(part) <= most_lines
        assert all(len(one.encode()) <= space for one, _on in part)
    said = "".join(one for part in parts for one, _on in part)
    assert "".join(said.split()) == "".join("".join(lines).split())
