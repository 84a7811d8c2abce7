"""Where the tint of a message begins and ends: beside its avatar, and at the right edge."""

from __future__ import annotations

import pytest

from client_gui.core.events import Kind, NotSent, Said, Sending
from client_gui.ui.drawing import QUOTE_LENGTH
from tests.client_gui.driver import Ui


def tags(ui: Ui, place: str) -> set[str]:
    return set(ui.app.window.transcript.text.tag_names(place))


def say(ui: Ui, text: str, nick: str = "Duy", msgid: str = "", reply_to: str = "") -> None:
    kind = Kind.MESSAGE
    ui.app.take([Said("#lobby", nick, text, kind, own=False, msgid=msgid, reply_to=reply_to)])
    ui.root.update()


def test_the_tint_of_the_last_mention_reaches_the_edge_and_ends_with_it(ui: Ui) -> None:
    say(ui, "Tuan: hello")
    assert "mention" in tags(ui, "end-1c")
    say(ui, "nothing for you", "Lan")
    assert "mention" not in tags(ui, "end-1c")
    text = ui.app.window.transcript.text
    after = text.search("nothing for you", "1.0")
    assert "mention" not in tags(ui, f"{after} lineend")
    assert "mention" in tags(ui, f"{text.search('hello', '1.0')} lineend")
    say(ui, "Tuan?")
    ui.app.window.transcript.draw_again()
    assert "mention" in tags(ui, "end-1c")


def test_a_room_without_a_mention_has_no_tint_left_of_another(ui: Ui) -> None:
    say(ui, "Tuan: hello")
    ui.type("/query Lan")
    ui.wait_until(lambda: ui.app.model.current == "lan")
    assert "mention" not in tags(ui, "end-1c")


@pytest.mark.parametrize("tag", ["picked", "hovered"])
def test_the_avatar_is_not_tinted(ui: Ui, tag: str) -> None:
    say(ui, "hello")
    say(ui, "again", msgid="m2")
    transcript = ui.app.window.transcript
    first, second = ui.app.model.rooms["#lobby"].lines[-2:]
    for line, at in ((first, 2), (second, 0)):
        transcript._tint(tag, *(transcript._place_of(line.number) or ("", "")))
        row = transcript.text.index(f"{transcript.text.tag_ranges(tag)[0]} linestart")
        assert transcript.text.compare(transcript.text.tag_ranges(tag)[0], "==", f"{row} +{at}c")
        transcript.text.tag_remove(tag, "1.0", "end")


def test_the_message_under_the_mouse_is_tinted_and_no_other(ui: Ui) -> None:
    say(ui, "one", msgid="m1")
    say(ui, "two", "Lan", msgid="m2")
    transcript = ui.app.window.transcript
    one, two = ui.app.model.rooms["#lobby"].lines[-2:]
    for line, other in ((one, two), (two, one)):
        transcript.hover(line)
        assert "hovered" in tags(ui, transcript.text.search(line.text, "1.0"))
        assert "hovered" not in tags(ui, transcript.text.search(other.text, "1.0"))
    transcript.hover(None)
    assert not transcript.text.tag_ranges("hovered")


def test_only_the_words_of_what_was_not_sent_are_underlined(ui: Ui) -> None:
    ui.app.take([Sending("#lobby", "lost", Kind.MESSAGE, "x1"), NotSent("x1", "too long")])
    ui.root.update()
    text = ui.app.window.transcript.text
    again = text.tag_ranges("again")
    assert text.get(*again[:2]).startswith("too long")


def test_a_quote_that_is_cut_says_so(ui: Ui) -> None:
    say(ui, "x" * QUOTE_LENGTH, msgid="m1")
    say(ui, "x" * QUOTE_LENGTH + "y", msgid="m2")
    say(ui, "whole", "Lan", reply_to="m1")
    say(ui, "cut", "Lan", reply_to="m2")
    text = ui.app.window.transcript.text
    ranges = list(map(str, text.tag_ranges("quote")))
    whole, cut = (
        text.get(first, last) for first, last in zip(ranges[::2], ranges[1::2], strict=True)
    )
    assert whole.endswith("x")
    assert cut.endswith("x…")
