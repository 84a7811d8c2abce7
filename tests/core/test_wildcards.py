"""Wildcards, against regular expressions and against masks made to be slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.wildcards import matches

_LETTERS = st.text("ab*?", max_size=12)


@given(_LETTERS, st.text("ab", max_size=12))
def test_masks_match_as_regular_expressions_do(mask: str, text: str) -> None:
    pattern = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in mask)
    assert matches(mask, text) == bool(re.fullmatch(pattern, text, re.DOTALL))


@pytest.mark.parametrize("mask", ["*a" * 200 + "b", "*a?" * 150 + "b", "?" * 500 + "b"])
def test_a_mask_made_to_be_slow_is_not(mask: str) -> None:
    """As a regular expression some take longer than the universe has existed."""
    assert not matches(mask, "a" * 500)


def test_what_has_no_wildcard_is_compared_as_it_is() -> None:
    assert matches("a+b", "a+b")
    assert not matches("a+b", "aab")
    assert matches("a?b", "a\nb")
    assert matches("[*]", "[x]")
    assert not matches("[*]", "x")
