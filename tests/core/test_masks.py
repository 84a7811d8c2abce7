"""Ban masks, against the matcher of the standard library and against masks made to be slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.masks import complete, matches

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
