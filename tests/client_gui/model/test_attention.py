"""Words that call somebody, beside their nickname."""

from __future__ import annotations

import pytest

from client_gui.core import events
from client_gui.core.events import Kind
from client_gui.model.attention import WORD_LENGTH, WORDS_MOST, Attention, words
from client_gui.model.changes import Noticed
from client_gui.model.model import Model


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Tuan: hello", True),
        ("the DEPLOY is done", True),
        ("deployed", False),
        ("redeploy", False),
        ("C++ is old", True),
        ("c+ is older", False),
        ("đúng rồi", True),
        ("release  party", False),
        ("the release party!", True),
        ("nothing", False),
    ],
)
def test_whole_words_in_any_case(text: str, called: bool) -> None:
    attention = Attention(["deploy", "c++", "đúng", "release party"])
    assert attention.called(text, "Tuan") is called


def test_where_nothing_calls() -> None:
    """Before there is a nickname: an empty word is in every text."""
    assert not any(Attention().called(text, "") for text in ("", "hello - there", "?"))


def test_the_nickname_may_change() -> None:
    attention = Attention()
    assert attention.called("Duy?", "Duy")
    assert not attention.called("Duy?", "Lan")
    assert attention.called("Lan?", "Lan")


def test_what_is_typed() -> None:
    assert words(" a b , c,, a b,  ") == ["a b", "c"]
    assert len(words(",".join(str(n) for n in range(WORDS_MOST)))) == WORDS_MOST
    assert words("x" * WORD_LENGTH) == ["x" * WORD_LENGTH]
    for typed in (",".join(str(n) for n in range(WORDS_MOST + 1)), "x" * (WORD_LENGTH + 1)):
        with pytest.raises(ValueError, match="too many"):
            words(typed)


def test_a_file_may_hold_too_much() -> None:
    attention = Attention(["", "x" * (WORD_LENGTH + 1), *(f"w{n}" for n in range(WORDS_MOST + 1))])
    assert attention.called(f"w{WORDS_MOST - 1}", "")
    assert not attention.called(f"w{WORDS_MOST}", "")
    assert not attention.called("anything", "")


def test_such_a_message_is_a_mention() -> None:
    model = Model("Tuan", "#lobby", lambda: 1.0)
    model.attention = Attention(["deploy"])
    changes = model.apply(events.Said("#lobby", "Duy", "deploy!", Kind.MESSAGE, own=False))
    assert any(isinstance(one, Noticed) for one in changes)
    changes = model.apply(events.Said("#lobby", "Duy", "deploy!", Kind.NOTICE, own=False))
    assert not any(isinstance(one, Noticed) for one in changes), "programs say much"
