"""Addresses as people write them."""

from __future__ import annotations

import pytest

from client_gui.core.places import HOST_LENGTH, MOST, NotAPlace, TooMany, places, written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , ", []),
        ("chat.example.org", [("chat.example.org", 1)]),
        ("a.example:6697, b.example:6698", [("a.example", 6697), ("b.example", 6698)]),
        ("a,b:2 ,,c", [("a", 1), ("b", 2), ("c", 1)]),
        ("a, a:1, a:2", [("a", 1), ("a", 2)]),
        ("::1", [("::1", 1)]),
        ("[::1]", [("::1", 1)]),
        ("[2001:db8::1]:6697, 192.0.2.1", [("2001:db8::1", 6697), ("192.0.2.1", 1)]),
        ("bücher.example", [("bücher.example", 1)]),
        (
            "Chat.Example.ORG, chat.example.org, BÜCHER.example",
            [("chat.example.org", 1), ("bücher.example", 1)],
        ),
        ("x" * HOST_LENGTH, [("x" * HOST_LENGTH, 1)]),
    ],
)
def test_what_is_an_address(text: str, found: list[tuple[str, int]]) -> None:
    assert places(text, 1) == found
    assert places(", ".join(map(written, found)), 9) == found


@pytest.mark.parametrize(
    "part",
    [
        *("a:", "a:0", "a:65536", "a:x", ":1", "a b", "a/b", "http://a", "[::1", "[::1]x", "[]:1"),
        *("user@a", "a\x00", "x" * (HOST_LENGTH + 1), "a:" + "1" * 5000),
    ],
)
def test_what_is_none(part: str) -> None:
    with pytest.raises(NotAPlace) as wrong:
        places(f"good.example, {part}, other.example", 1)
    assert str(wrong.value) == part


def test_as_many_as_there_may_be() -> None:
    text = ",".join(f"host{number}" for number in range(MOST))
    assert len(places(text, 1)) == MOST
    with pytest.raises(TooMany):
        places(f"{text},another", 1)
