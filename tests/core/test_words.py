"""The words of a text, as searches compare them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.words import phrases, searchable, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World_wide 42!", "hello world wide 42"),
        ("Đi ăn PHỞ nhé, hôm nay", "di an pho nhe hom nay"),
        ("Đi ăn phở — 20 % rẻ hơn", "di an pho 20 re hon"),  # a sign that is not ASCII stays a gap
        ("Straße und Ærø, Œuvre, þing, ıstanbul", "strasse und aero oeuvre thing istanbul"),
        ("nai\u0308ve na\u00efve", "naive naive"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("gchat\u2122 ok", "gchat ok"),
        ("\ufb01ne \uff21\uff22", "fine ab"),
        ("Ёлка и йод", "елка и иод"),
        ("هـــذا مُحَمَّد", "هذا محمد"),
        ("漢字kana", "漢 字 kana"),
        ("สวัสดี a", "ส ว ั ส ด ี a"),
        ("ok 👍🏽 é", "ok u1f44d e"),
        ("", ""),
        ("\N{EM DASH}", ""),
    ],
)
def test_words(text: str, words: str) -> None:
    assert searchable(text) == words


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_words_are_their_own_words(text: str) -> None:
    found = words_of(text)
    assert words_of(" ".join(found)) == found
    assert (
        words_of(f"{text} \N{LATIN SMALL LETTER D WITH STROKE} \N{CJK UNIFIED IDEOGRAPH-4E00}")[
            : len(found)
        ]
        == found
    ), "by whichever way"


def test_what_has_no_words_is_not_looked_for() -> None:
    assert phrases(["!", "Phở bò"]) == [["pho", "bo"]]
