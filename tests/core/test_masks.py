"""Ban masks, against the matcher of the standard library and against masks made to be slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.masks import complete, fold, hits, matches

_LETTERS = st.text("ab*?", max_size=12)


@given(_LETTERS, st.text("ab", max_size=12))
def test_masks_match_as_regular_expressions_do(mask: str, text: str) -> None:
    pattern = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in mask)
    assert matches(mask, text) == bool(re.fullmatch(pattern, text, re.DOTALL))


def test_a_mask_made_to_be_slow_is_not() -> None:
    """As a regular expression this one takes longer than the universe has existed."""
    assert not matches("*a" * 200 + "b", "a" * 500)


@pytest.mark.parametrize(
    ("mask", "whole"),
    [
        ("Tuan", "Tuan!*@*"),
        ("a!b", "a!b@*"),
        ("b@c", "*!b@c"),
        ("a!b@c", "a!b@c"),
        ("@c", "*!*@c"),
        ("!", "*!*@*"),
    ],
)
def test_complete(mask: str, whole: str) -> None:
    assert complete(mask) == whole


@pytest.mark.parametrize(
    ("mask", "whole"),
    [("m:Tuan", "m:Tuan!*@*"), ("m:a:Tuan", "m:a:Tuan"), ("a:Tuan", "a:Tuan"), ("", "*!*@*")],
)
def test_complete_extended(mask: str, whole: str) -> None:
    """https://modern.ircdocs.horse/#extban-parameter"""
    assert complete(mask) == whole


@pytest.mark.parametrize(
    ("mask", "account", "mute", "hit"),
    [
        ("tuan!*@*", "", False, True),
        ("tuan!*@*", "", True, False),
        ("m:tuan!*@*", "", True, True),
        ("m:tuan!*@*", "", False, False),
        ("duy!*@*", "", False, False),
        ("a:an", "an", False, True),
        ("a:a*", "an", False, True),
        ("a:*", "", False, False),
        ("a:binh", "an", False, False),
        ("m:a:an", "an", True, True),
        ("m:a:an", "an", False, False),
    ],
)
def test_whom_a_mask_is_about(mask: str, account: str, mute: bool, hit: bool) -> None:
    assert hits(mask, "tuan!u@h", account, mute=mute) is hit
    if not mute:
        assert hits(mask, "tuan!u@h", account) is hit


def test_masks_are_compared_in_one_form() -> None:
    assert fold("TUẤN!*@Host") == "tuấn!*@host"
    assert fold("Tuấn") == "tuấn", "composed or not"


def test_what_has_no_wildcard_is_compared_as_it_is() -> None:
    assert matches("a+b", "a+b")
    assert not matches("a+b", "aab")
    assert matches("a?b", "a\nb")
    assert matches("[*]", "[x]")
    assert not matches("[*]", "x")
