"""Dictionaries, and the thread that asks them."""

from __future__ import annotations

import platform
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.system import desktop
from client_gui.system.spelling import (
    LISTED,
    NO_DICTIONARY,
    NO_LIBRARY,
    NO_PYENCHANT,
    SUGGESTED,
    USED,
    WAITING,
    Dictionaries,
    Known,
    Speller,
    chosen,
)
from tests.client_gui.dictionaries import dictionaries
from tests.support.clients import WAIT_SECONDS

__all__ = ["dictionaries"]  # a fixture
SOME = ("de_AT", "de_DE", "en_AU", "en_GB", "en_US", "fr_CA", "vi_VN")


@pytest.mark.parametrize(
    ("setting", "preferred", "used"),
    [
        ("", ["en_GB.UTF-8"], ("en_GB",)),
        ("", ["en_gb", "en"], ("en_GB",)),
        ("", ["en"], ("en_US",)),
        ("", ["en_NZ"], ("en_US",)),
        ("", ["de"], ("de_DE",)),
        ("", ["fr_FR@euro"], ("fr_CA",)),
        ("", ["vi-VN", "vi", "en-US"], ("vi_VN", "en_US")),
        ("", ["xx", ""], ()),
        ("", [], ()),
        ("en_AU", ["vi"], ("en_AU",)),
        ("xx_XX", ["vi"], ()),
    ],
)
def test_which_are_used(setting: str, preferred: list[str], used: tuple[str, ...]) -> None:
    assert chosen(setting, preferred, SOME) == used


def test_so_many_are_used() -> None:
    many = [f"l{chr(97 + n)}" for n in range(USED + 1)]
    assert chosen("", many[:USED], many) == tuple(many[:USED])
    assert chosen("", many, many) == tuple(many[:USED])


def test_words(dictionaries: Path) -> None:
    found = Dictionaries()
    assert {"en_US", "vi_VN"} <= set(found.known().available)
    assert found.wrong(["helo"]) == frozenset()  # no dictionary is in use yet
    assert found.use(["en_US", "no_NO"]) == ("en_US",)
    assert found.wrong(["hello", "helo", "don't", "đúng"]) == {"helo", "đúng"}
    assert "hello" in found.suggestions("helo")
    assert len(found.suggestions("helo")) == SUGGESTED
    assert found.use(["vi_VN", "en_US"]) == ("vi_VN", "en_US")
    assert found.wrong(["hello", "helo", "đúng"]) == {"helo"}


def test_a_word_is_added_for_good(dictionaries: Path) -> None:
    found = Dictionaries()
    found.known()
    found.use(["en_US"])
    found.add("helo")
    assert found.wrong(["helo", "wrld"]) == {"wrld"}
    assert "helo" in (dictionaries / "en_US.dic").read_text()
    again = Dictionaries()
    again.known()
    again.use(["en_US"])
    assert again.wrong(["helo", "wrld"]) == {"wrld"}


class Missing:
    """Stands for a module that cannot be imported."""

    def __init__(self, error: ImportError) -> None:
        self._error = error

    def find_spec(self, name: str, *rest: object) -> None:
        if name == "enchant":
            raise self._error


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        (ModuleNotFoundError("No module named 'enchant'"), NO_PYENCHANT),
        (ImportError("The 'enchant' C library was not found"), NO_LIBRARY),
    ],
)
def test_without_enchant(monkeypatch: pytest.MonkeyPatch, error: ImportError, lacking: str) -> None:
    monkeypatch.delitem(sys.modules, "enchant", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(error), *sys.meta_path])
    found = Dictionaries()
    assert found.known() == Known(lacking=lacking)
    assert found.use([]) == ()
    assert found.wrong(["helo"]) == frozenset()
    assert found.suggestions("helo") == ()


class Listed:
    """Stands for a broker."""

    def __init__(self, count: int) -> None:
        self._count = count

    def list_languages(self) -> list[str]:
        return [f"l{n:03}" for n in range(self._count)]


def test_without_dictionaries_and_with_many(dictionaries: Path) -> None:
    found = Dictionaries()
    for count, listed in ((0, 0), (LISTED, LISTED), (LISTED + 1, LISTED)):
        found._broker = Listed(count)
        known = found.known()
        assert len(known.available) == listed
        assert known.lacking == ("" if count else NO_DICTIONARY)


def test_what_to_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pip install pyenchant" in desktop.without_spelling(NO_PYENCHANT)
    about = {"ID": "debian"}
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: about)
    assert desktop.without_spelling(NO_LIBRARY).endswith("apt install libenchant-2-2")
    assert desktop.without_spelling(NO_DICTIONARY).endswith("apt install hunspell-en-us")
    monkeypatch.setattr(desktop, "NAME", "darwin")
    assert "brew install enchant" in desktop.without_spelling(NO_LIBRARY)


def test_the_thread_answers_in_order(dictionaries: Path) -> None:
    answers: queue.Queue[Callable[[], None]] = queue.Queue()
    speller, heard = Speller(answers.put), list[object]()
    assert speller.known(lambda known: heard.append("en_US" in known.available))
    assert speller.use(["en_US"], heard.append)
    assert speller.wrong(["helo", "hello"], heard.append)
    assert speller.suggest("helo", lambda some: heard.append("hello" in some))
    assert speller.add("helo", heard.append)
    assert speller.wrong(["helo"], heard.append)
    for _answer in range(6):
        answers.get(timeout=WAIT_SECONDS)()
    assert heard == [True, ("en_US",), frozenset({"helo"}), True, None, frozenset()]
    thread = speller._thread
    assert thread is not None
    speller.close()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()
    assert not speller.known(lambda known: None)


def test_too_many_questions_and_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    answers: queue.Queue[Callable[[], None]] = queue.Queue()
    speller, begun, go = Speller(answers.put), threading.Event(), threading.Event()

    class Slow(Dictionaries):
        def add(self, word: str) -> None:
            begun.set()
            assert go.wait(WAIT_SECONDS)

        def suggestions(self, word: str) -> tuple[str, ...]:
            raise OSError("disk")

    speller._dictionaries = Slow()
    assert speller.add("x", lambda _none: None)
    assert begun.wait(WAIT_SECONDS)
    assert speller.suggest("x", lambda some: None)  # is never answered
    for _question in range(WAITING - 1):
        assert speller.wrong(["x"], lambda wrong: None)
    assert not speller.wrong(["x"], lambda wrong: None)
    go.set()
    for _answer in range(WAITING):
        answers.get(timeout=WAIT_SECONDS)()
    assert "the dictionary does not answer" in caplog.text
    speller.close()
