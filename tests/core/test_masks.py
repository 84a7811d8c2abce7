"""Ban masks, against the matcher of the standard library and against masks made to be slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.masks import BadMask, _compiled, complete, fold, hits, matches

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


@pytest.mark.parametrize(
    ("mask", "whole"),
    [
        ("*@192.0.2.0/24", "*!*@192.0.2.0/24"),
        ("*@192.0.2.77/24", "*!*@192.0.2.0/24"),
        ("*@2001:0DB8:0:0::/32", "*!*@2001:db8::/32"),
        ("*@2001:db8:0:0:0:0:0:7", "*!*@2001:db8::7"),
        ("*@::1", "*!*@0::1"),
        ("*@::ffff:198.51.100.7", "*!*@198.51.100.7"),
        ("*@::ffff:198.51.100.0/120", "*!*@198.51.100.0/24"),
        ("*@2001:0db8:*", "*!*@2001:db8::/32"),
        ("*@2001:db8:1:2:3:4:5:*", "*!*@2001:db8:1:2:3:4:5:0/112"),
        ("192.0.2.1", "*!*@192.0.2.1"),
        ("192.0.2.*", "*!*@192.0.2.*"),
        ("2001:db8::/48", "*!*@2001:db8::/48"),
        ("m:*@2001:0db8::7", "m:*!*@2001:db8::7"),
    ],
)
def test_addresses_have_one_form(mask: str, whole: str) -> None:
    assert complete(mask) == whole


@pytest.mark.parametrize(
    "mask",
    [
        "*@192.0.2.0/33",
        "*@192.0.2/24",
        "*@host/24",
        "*@2001:db8::*",
        "*@*::1",
        "*@1:2:3",
        "1:2?::/a",
    ],
)
def test_a_mask_that_could_never_match_is_none(mask: str) -> None:
    with pytest.raises(BadMask):
        complete(mask)


@pytest.mark.parametrize(
    ("mask", "host", "expected"),
    [
        ("*@192.0.2.0/24", "192.0.2.200", True),
        ("*@192.0.2.0/24", "192.0.3.1", False),
        ("*@192.0.2.0/24", "2001:db8::1", False),
        ("*@192.0.2.0/24", "localhost", False),
        ("duy!*@192.0.2.0/24", "192.0.2.1", False),
        ("t*!~?@192.0.2.0/24", "192.0.2.1", True),
        ("*@2001:db8::/32", "2001:db8:ffff::1", True),
        ("*@2001:0db8:*", "2001:db8::1", True),
        ("*@::/0", "0::1", True),
        ("*@0.0.0.0/0", "203.0.113.9", True),
    ],
)
def test_networks(mask: str, host: str, expected: bool) -> None:
    assert hits(fold(complete(mask)), f"tuan!~t@{host}", "") is expected


def test_long_masks_are_not_kept() -> None:
    """6,000 of 475 characters held 77 MB."""
    _compiled.cache_clear()
    for number in range(50):
        assert matches("*" + "x" * 470 + f"{number}*", "x" * 470 + f"{number}")
        assert matches(f"*{number}", f"a{number}")
    assert _compiled.cache_info().currsize == 50
    assert _compiled.cache_info().maxsize == 4096
