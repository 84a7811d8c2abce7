"""Names that look alike."""

from __future__ import annotations

import pytest

from gchat.wire.confusables import mixed, skeletons
from gchat.wire.names import InvalidName, casefold, check_nickname

CYRILLIC_APE = "\u0430\u0440\u0435"  # reads "ape"
GREEK_O = "\u03bf"


@pytest.mark.parametrize(
    "name",
    ["Tuan", "Nguyễn", "李小龙", "さくらハナ桜a", "김민수abc", "Владимир1", "मस्ते", "ƀarb_42"],
)
def test_one_script_or_those_written_together(name: str) -> None:
    assert mixed(name) == []


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("\u0422uan", ["CYRILLIC", "LATIN"]),
        (f"b{GREEK_O}b", ["GREEK", "LATIN"]),
        ("김さ", ["HANGUL", "HIRAGANA"]),
    ],
)
def test_letters_that_are_not_written_together(name: str, scripts: list[str]) -> None:
    assert mixed(name) == scripts
    with pytest.raises(InvalidName, match=r"mixes \w+ and \w+ letters"):
        check_nickname(name)


def test_what_looks_the_same_has_the_same_skeleton() -> None:
    assert "ape" in skeletons(casefold(CYRILLIC_APE))
    assert "tom" in skeletons(casefold("\u0422\u041e\u041c")), "in capitals"
    assert skeletons("ape") == ("ape",)
    assert skeletons("l1") == ("l1",), "of ASCII, people tell the letters apart"
