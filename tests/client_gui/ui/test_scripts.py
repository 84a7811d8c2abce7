"""Emoji and text that is read from the right, as people see them."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from client_gui.system import desktop
from client_gui.ui import drawing
from client_gui.ui.emoji_pictures import Pictures, can_draw, name_of, named, pieces, read
from client_gui.ui.right_to_left import in_lines, ordered
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient

OpenUi = Callable[..., Ui]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1fb\U0001f1f3"
THUMB = "\U0001f44d\U0001f3fd"


@pytest.mark.parametrize("symbol", [FAMILY, FLAG, THUMB, "\u2764\ufe0f", "\U0001f600"])
def test_a_sequence_is_one_piece(symbol: str) -> None:
    assert list(pieces(f"a{symbol}b")) == [("a", False), (symbol, True), ("b", False)]


def test_text_without_emoji_is_one_piece() -> None:
    assert list(pieces("Ấn 1 # * ©?"[:8])) == [("Ấn 1 # *", False)]


def test_without_a_font_an_emoji_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "can_draw", lambda: False)
    monkeypatch.setattr(desktop, "draws_emoji", lambda: False)
    assert drawing.displayable("hi \U0001f600!") == "hi :grinning_face:!"
    assert drawing.displayable("\U00020000") == "\ufffd"
    assert named("plain") == "plain"


@pytest.fixture
def pictures() -> None:
    if not can_draw():
        if os.environ.get("CI"):
            pytest.fail("there is no font with colour emoji")
        pytest.skip("there is no font with colour emoji")


@pytest.mark.parametrize("symbol", [FAMILY, FLAG, THUMB])
def test_a_sequence_is_drawn_as_one_picture(pictures: None, ui: Ui, symbol: str) -> None:
    found = Pictures(ui.root, 18).of(symbol)
    assert found is not None
    assert found.height() == 18
    assert found.width() <= 30, "one picture, not one for each of its characters"


def test_emoji_in_messages_and_reactions_are_pictures_and_copied_as_characters(
    pictures: None, ui: Ui, duy: IrcClient
) -> None:
    told = duy.ask(f"PRIVMSG #lobby :so {FAMILY} and {FLAG}!")
    ui.wait_for(f"Duy: so {FAMILY} and {FLAG}!")
    msgid = next(m.tags["msgid"] for m in told if m.command == "PRIVMSG")
    duy.ask(f"@+draft/react={THUMB};+draft/reply={msgid} TAGMSG #lobby")
    text = ui.app.window.transcript.text

    def names() -> list[str]:
        return [one.partition("#")[0] for one in text.image_names()]

    ui.wait_until(lambda: name_of(f" {THUMB} 1 ") in names())
    assert name_of(FAMILY) in names()
    assert name_of(FLAG) in names()
    assert f"so {FAMILY} and {FLAG}!" in read(text, "1.0", "end")
    at = text.search("so ", "1.0")
    text.tag_add("sel", at, f"{at} lineend")
    text.event_generate("<<Copy>>")
    assert ui.root.clipboard_get() == f"so {FAMILY} and {FLAG}!"


# The letters as they are joined: initial, medial, final, isolated forms.
SALAM = "\u0633\u0644\u0627\u0645"


def test_hebrew_is_in_order_and_latin_within_it_stays() -> None:
    assert ordered("\u05d0\u05d1\u05d2 abc") == "abc \u05d2\u05d1\u05d0"
    assert ordered("hi \u05d0\u05d1") == "hi \u05d1\u05d0"
    assert ordered("plain") == "plain"


def test_arabic_is_joined() -> None:
    drawn = ordered(SALAM)
    assert drawn != SALAM[::-1]
    assert all("\ufe70" <= char <= "\ufefc" for char in drawn)
    assert drawn[-1] == "\ufeb3", "it begins at the right, with the initial form of seen"


def test_lines_are_broken_before_they_are_ordered() -> None:
    text = " ".join(["\u05d0\u05d0", "\u05d1\u05d1", "\u05d2\u05d2"])
    assert in_lines(text, len, 5).split("\n") == ["\u05d1\u05d1 \u05d0\u05d0", "\u05d2\u05d2"]
    assert in_lines("a\nb", len, 1) == "a\nb"


def test_a_message_is_drawn_in_order_and_copied_as_it_was_written(ui: Ui, duy: IrcClient) -> None:
    said = f"{SALAM} https://gchat.example/x"
    duy.ask(f"PRIVMSG #lobby :{said}")
    ui.wait_for(f"Duy: {said}")
    text = ui.app.window.transcript.text
    assert ordered(SALAM) in text.get("1.0", "end")
    link = text.tag_ranges("link")
    assert text.get(*link) == "https://gchat.example/x"
    at = text.search("https", "1.0")
    text.tag_add("sel", f"{at} linestart", f"{at} lineend")
    text.event_generate("<<Copy>>")
    assert ui.root.clipboard_get() == f"Duy: {said}"
