"""The times of a connection, with a clock that the test moves."""

from __future__ import annotations

import pytest

from gchat.config.settings import TimesConfig
from gchat.net.timeouts import Action, Due, Timeouts

TIMES = TimesConfig(
    prompt=2.0, handshake=10.0, registration=30.0, ping_interval=100.0, ping_timeout=20.0
)
START = 1000.0


def before(timeouts: Timeouts, after: float, *, shaking: bool = False, silent: bool = False) -> Due:
    return timeouts.registering(START + after, TIMES, shaking_hands=shaking, silent=silent)


def test_who_says_nothing_is_prompted_once_and_then_given_up() -> None:
    timeouts = Timeouts(START)
    assert before(timeouts, 0, silent=True) == Due(Action.WAIT, START + 2)
    assert before(timeouts, 1.9, silent=True) == Due(Action.WAIT, START + 2)
    assert before(timeouts, 2, silent=True) == Due(Action.PROMPT, START + 30)
    assert before(timeouts, 3, silent=True) == Due(Action.WAIT, START + 30)
    assert before(timeouts, 29.9, silent=True) == Due(Action.WAIT, START + 30)
    assert before(timeouts, 30, silent=True) == Due(Action.CLOSE, None, "Registration timed out")


def test_who_has_said_something_is_not_prompted() -> None:
    timeouts = Timeouts(START)
    assert before(timeouts, 5) == Due(Action.WAIT, START + 30)
    assert before(timeouts, 30) == Due(Action.CLOSE, None, "Registration timed out")


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (9.9, Due(Action.WAIT, START + 10)),
        (10, Due(Action.CLOSE, None, "Handshake timed out")),
    ],
)
def test_a_handshake_has_a_time_of_its_own(after: float, due: Due) -> None:
    assert before(Timeouts(START), after, shaking=True) == due


def test_a_handshake_is_not_given_longer_than_the_registration() -> None:
    times = TimesConfig(registration=5.0, handshake=10.0)
    timeouts = Timeouts(START)
    due = timeouts.registering(START + 5, times, shaking_hands=True, silent=False)
    assert due == Due(Action.CLOSE, None, "Handshake timed out")


def test_a_prompt_does_not_come_after_the_end() -> None:
    times = TimesConfig(registration=5.0, prompt=10.0)
    due = Timeouts(START).registering(START, times, shaking_hands=False, silent=True)
    assert due == Due(Action.WAIT, START + 5)


def test_who_is_silent_is_pinged_and_then_given_up() -> None:
    timeouts = Timeouts(START)
    assert timeouts.registered(START + 99.9, TIMES) == Due(Action.WAIT, START + 100)
    assert timeouts.registered(START + 100, TIMES) == Due(Action.PING, START + 120)
    assert timeouts.registered(START + 110, TIMES) == Due(Action.WAIT, START + 120)
    due = timeouts.registered(START + 120, TIMES)
    assert due == Due(Action.CLOSE, None, "Ping timeout: 20 seconds")


def test_who_answers_is_asked_again_an_interval_later() -> None:
    timeouts = Timeouts(START)
    assert timeouts.registered(START + 100, TIMES).action is Action.PING
    timeouts.heard = START + 101
    assert timeouts.registered(START + 120, TIMES) == Due(Action.WAIT, START + 201)
    assert timeouts.registered(START + 201, TIMES) == Due(Action.PING, START + 221)
    assert timeouts.registered(START + 221, TIMES).action is Action.CLOSE


def test_a_websocket_is_asked_before_proxies_end_it() -> None:
    times = TimesConfig(ping_interval=100.0, web_ping_interval=10.0, ping_timeout=20.0)
    timeouts = Timeouts(START)
    assert timeouts.registered(START + 10, times, web=True) == Due(Action.PING, START + 20)
    assert timeouts.registered(START + 20, times, web=True) == Due(Action.WAIT, START + 30)
    timeouts.heard = START + 11
    assert timeouts.registered(START + 20, times, web=True) == Due(Action.WAIT, START + 21)
    assert timeouts.registered(START + 21, times, web=True) == Due(Action.PING, START + 31)
    assert timeouts.registered(START + 41, times, web=True).action is Action.CLOSE
    often = TimesConfig(ping_interval=5.0, web_ping_interval=10.0)
    assert Timeouts(START).registered(START + 5, often, web=True).action is Action.PING


def test_a_browsers_silent_connection_is_not_asked() -> None:
    timeouts = Timeouts(START)
    for after in (0, 1.9, 2, 20):
        due = timeouts.registering(
            START + after, TIMES, shaking_hands=False, silent=True, browsing=True
        )
        assert due == Due(Action.WAIT, START + (2 if after < 2 else 30))


def test_an_answer_in_the_same_moment_counts() -> None:
    timeouts = Timeouts(START)
    timeouts.registered(START + 100, TIMES)
    timeouts.heard = START + 100
    assert timeouts.registered(START + 120, TIMES) == Due(Action.WAIT, START + 200)
