"""How somebody is described."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec.structs import replace

from client_gui.core.events import WhoIs
from client_gui.model.whois import described

NOTHING = WhoIs("Duy", "u@h", "", (), "", "", "", None, None, secure=False, operator=False, more=())


def test_only_what_is_known_is_said() -> None:
    assert described(NOTHING) == "Duy is Duy, from u@h"


def test_all_of_it() -> None:
    since = int(time.mktime((2026, 1, 2, 3, 4, 0, 0, 0, -1)))
    about = WhoIs(
        "Duy", "u@h", "Duy N", ("@#a", "#b"), "srv", "duy", "lunch", 125, since, True, True, ("x",)
    )
    assert described(about).splitlines() == [
        "Duy is Duy N, from u@h",
        "Account: duy",
        "Rooms: @#a #b",
        "Server: srv",
        "Operates this network.",
        "Connected by TLS.",
        "Away: lunch",
        "Silent for 2 min.",
        "Connected since 2026-01-02 03:04.",
        "x",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 day"),
        (2 * 86_400, "2 days"),
    ],
)
def test_how_long_somebody_is_silent(seconds: int, words: str) -> None:
    changes: dict[str, Any] = {"idle": seconds}
    assert f"Silent for {words}." in described(replace(NOTHING, **changes))
