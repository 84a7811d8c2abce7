"""Which words a dictionary is asked about."""

from __future__ import annotations

import time

import pytest

from client_gui.model.spelling import TEXT_LENGTH, WORD_LENGTH, Word, scripts_of, words

LATIN = scripts_of(["en_US"])


def found(typed: str, scripts: frozenset[str] = LATIN) -> list[str]:
    return [one.text for one in words(typed, scripts)]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Helo there, wrld!", ["Helo", "there", "wrld"]),
        (
            "“quoted” (in brackets) *loud* well-known",
            ["quoted", "in", "brackets", "loud", "well", "known"],
        ),
        ("don't and don’t, 'said' she", ["don't", "and", "don't", "said", "she"]),
        ("so:\nnext; line…", ["so", "next", "line"]),
        ("đúng rồi", ["đúng", "rồi"]),
        ("ro\u0302\u0300i", ["rồi"]),  # as some keyboards write it
        ("😀 wrld", ["wrld"]),
        ("", []),
        # what is no word of a language
        ("see https://example.org/wrld and www.wrld.org or me@wrld.org", ["see", "and", "or"]),
        ("in #wrld and &wrld, says @wrld", ["in", "and", "says"]),
        (":wrld: :) :-P", []),
        ("run `wrld -x` now", ["run", "now"]),
        ("--wrld -w wrld() wrld(x) a_wrld C:\\wrld ~/wrld and/or x=wrld", []),
        ("NASA iPhone McWrld v2 1st 100 file.wrld", []),
        ("a I", []),
        # what is said by a command, and what is not
        ("/me wrld", ["wrld"]),
        ("/msg Wrld some wrds", ["some", "wrds"]),
        ("/ME wrld", ["wrld"]),
        ("/msg Wrld", []),
        ("/topic wrld", []),
        ("/wrld", []),
        ("//wrld says", ["says"]),
    ],
)
def test_words(typed: str, asked: list[str]) -> None:
    assert found(typed) == asked


def test_where_they_stand() -> None:
    (one,) = words("/me  “wrld’s”", LATIN)
    assert (one.start, one.length, one.text) == (6, 6, "wrld's")
    assert [place for place in range(20) if one.touches(place)] == list(range(6, 13))


@pytest.mark.parametrize("token", ["Wrld:", "@Wrld,", "Wrld's", "[Wrld]!"])
def test_names(token: str) -> None:
    assert "Wrld" in Word(0, 4, "Wrld", token).names


def test_names_with_signs_in_them() -> None:
    (*_, last) = words("[wrld-one]:", LATIN)
    assert {"[wrld-one]", "wrld-one", "one"} <= last.names


def test_only_scripts_of_the_dictionaries() -> None:
    text = "wrld мир עולם 世界 κόσμος ｗｉｄｅ"
    assert found(text) == ["wrld"]
    assert found(text, scripts_of(["ru_RU"])) == ["мир"]
    assert found(text, scripts_of(["he", "el_GR", "en-GB"])) == ["wrld", "עולם", "κόσμος"]
    assert found(text, scripts_of(["zh_CN"])) == []
    assert scripts_of(["sr_RS"]) == {"CYRILLIC", "LATIN"}
    assert found("नमस्ते", scripts_of(["hi_IN"])) == ["नमस्ते"]


def test_bounds() -> None:
    assert found("w" * WORD_LENGTH) == ["w" * WORD_LENGTH]
    assert found("w" * (WORD_LENGTH + 1)) == []
    assert found(" " * (TEXT_LENGTH - 4) + "wrld") == ["wrld"]
    assert found("wr " * (TEXT_LENGTH // 3) + "wrld") == ["wr"] * (TEXT_LENGTH // 3)


@pytest.mark.parametrize("text", ["w'" * 50_000, "`" * 100_000, "(" * 100_000, "w.w" * 30_000])
def test_hostile_texts_take_no_longer(text: str) -> None:
    """Twice as much takes about twice as long: nothing in it is quadratic."""

    def seconds(length: int) -> float:
        before = time.process_time()
        list(words(text[:length], LATIN))
        return time.process_time() - before

    half = min(seconds(TEXT_LENGTH // 2) for _ in range(5))
    assert min(seconds(TEXT_LENGTH) for _ in range(5)) < 10 * half + 0.05
