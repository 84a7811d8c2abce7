"""Tab."""

from __future__ import annotations

import pytest

from client_gui.model.completion import Completer

NICKS, ROOMS, COMMANDS = ["Tuan", "Túc", "Duy", "tun"], ["#lobby", "#long"], ["join", "me", "msg"]


def tabs(text: str, times: int, cursor: int | None = None) -> str:
    """The text after so many Tabs."""
    completer = Completer()
    for _ in range(times):
        at = len(text) if cursor is None else cursor
        found = completer.next(text, at, NICKS, ROOMS, COMMANDS)
        if found is None:
            return text
        start, end, new = found
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("typed", "times", "becomes"),
    [
        ("du", 1, "Duy, "),
        ("hi du", 1, "hi Duy "),
        ("@du", 1, "@Duy "),
        ("tu", 1, "Tuan, "),
        ("tu", 2, "tun, "),
        ("tu", 3, "Tuan, "),
        ("tú", 1, "Túc, "),
        ("/m", 1, "/me "),
        ("/m", 2, "/msg "),
        ("x /m", 1, "x /m"),
        ("#lo", 2, "#long "),
        ("nobody", 1, "nobody"),
        ("", 1, ""),
        ("a\ndu", 1, "a\nDuy "),
        (":tada", 1, "🎉"),
        (":nosuchemoji", 1, ":nosuchemoji"),
    ],
)
def test_what_tab_makes_of_it(typed: str, times: int, becomes: str) -> None:
    assert tabs(typed, times) == becomes


def test_another_key_begins_anew() -> None:
    completer = Completer()
    assert completer.next("tu", 2, NICKS, ROOMS, COMMANDS) == (0, 2, "Tuan, ")
    completer.reset()
    assert completer.next("Tuan, du", 8, NICKS, ROOMS, COMMANDS) == (6, 8, "Duy ")
