"""Where browsers are, for as long as that matters."""

from __future__ import annotations

import pytest

from gchat.net.browsers import ADDRESSES_MOST, NEAR_SECONDS, Browsers, is_browser
from gchat.web.exchange import Request


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", True),
        ("curl/7.88.1", False),
        ("", False),
    ],
)
def test_which_are_browsers(agent: str, found: bool) -> None:
    assert is_browser(Request("GET", "/", {"user-agent": agent} if agent else {})) is found


def test_near_in_time_and_at_the_same_address() -> None:
    browsers = Browsers()
    assert not browsers.near("a", 100.0)
    browsers.note("a", 100.0)
    assert browsers.near("a", 99.0), "opened before the answer"
    assert browsers.near("a", 100.0 + NEAR_SECONDS)
    assert not browsers.near("a", 100.1 + NEAR_SECONDS)
    assert not browsers.near("b", 100.0)


def test_as_many_as_are_remembered() -> None:
    browsers = Browsers()
    for number in range(ADDRESSES_MOST):
        browsers.note(str(number), 1.0)
    browsers.note("0", 1.0)
    browsers.note("new", 1.0)
    assert browsers.near("0", 1.0)
    assert not browsers.near("1", 1.0)
