"""Bytes as text, and text within bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.text import cut, decode, split_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Tuấn 🙂".encode(), "Tuấn 🙂"),
        (b"\xed\xa0\xbd\xed\xb9\x82", "🙂"),  # as Tcl writes it
        (b"a\xed\xa0\xbd\xed\xb9\x82b \xc3\xa9", "a🙂b é"),
        (b"\xed\x9f\xbf", "\ud7ff"),  # begins like a surrogate, and is none
    ],
)
def test_utf_8_and_cesu_8(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    "data",
    [b"\xff", b"caf\xe9", b"\xed\xa0\xbd", b"\xed\xb9\x82\xed\xa0\xbd", b"\xed\xa0\xbdx", b"\xc3"],
)
def test_what_is_neither(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(data)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 40))
def test_what_is_cut_is_the_beginning_and_fits(text: str, limit: int) -> None:
    found = cut(text, limit)
    assert text.startswith(found)
    assert len(found.encode()) <= limit
    rest = text[len(found) :]
    assert not rest or len(found.encode()) + len(rest[0].encode()) > limit


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(8, 40))
def test_no_piece_is_too_long_and_nothing_is_lost(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= limit for piece in pieces)
