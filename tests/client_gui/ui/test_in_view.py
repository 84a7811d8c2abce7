"""What is in view: messages, whoever comes and goes; what is new; what is not sent; later lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.core.events import Away, Joined, Kind, Left, Said
from client_gui.model.lines import Fate, Look
from client_gui.ui.transcript import BETWEEN, FIT
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def say(ui: Ui, *texts: str) -> None:
    ui.app.take([Said("#lobby", "Duy", text, Kind.MESSAGE, own=False) for text in texts])
    ui.root.update()


def test_who_comes_and_goes_takes_no_message_out_of_view(ui: Ui) -> None:
    texts = [f"message {number}" for number in range(12)]
    say(ui, *texts)
    for number in range(15):
        ui.app.take([Joined("#lobby", f"n{number}", own=False)])
    for number in range(15):
        ui.app.take([Left("#lobby", f"n{number}", "", own=False)])
    ui.root.update()
    shown = [line for line in ui.lines() if line.startswith("Duy: ")]
    assert shown == [f"Duy: {text}" for text in texts[-10:]]
    assert ui.lines()[-1] == "n0, n1 and 13 others left"
    ui.app.window.transcript.draw_again()
    assert [line for line in ui.lines() if line.startswith("Duy: ")] == shown


def test_so_many_lines_between_messages_are_drawn_and_no_more(ui: Ui) -> None:
    say(ui, "long ago")
    for number in range(BETWEEN + 20):
        ui.app.take([Joined("#lobby", f"n{number}", own=False)])
    ui.app.window.transcript.draw_again()
    assert ui.app.window.transcript._drawn() == 10 + BETWEEN
    hidden = len(ui.app.model.rooms["#lobby"].lines) - 10 - BETWEEN
    assert ui.lines()[0] == f"↑ {hidden} earlier messages"


def test_the_bar_leaves_when_another_message_is_under_the_mouse(ui: Ui) -> None:
    ui.app.settings.lines = 100
    ui.app.apply_settings()
    for number in range(60):
        ui.app.take(
            [Said("#lobby", "Duy", f"m{number}", Kind.MESSAGE, own=False, msgid=f"i{number}")]
        )
    ui.root.update()
    transcript = ui.app.window.transcript
    transcript.hover(ui.app.model.rooms["#lobby"].lines[-1])
    assert transcript.bar.line is not None
    transcript.text.yview_scroll(-3, "units")
    ui.wait_until(lambda: transcript.bar.line is None)
    assert not transcript.text.tag_ranges("hovered")


def test_as_many_as_fit_are_there_after_the_window_is_made_anew(ui: Ui) -> None:
    say(ui, *(f"message {number}" for number in range(80)))
    ui.app.settings.lines = FIT
    ui.app.apply_settings()
    transcript = ui.app.window.transcript
    ui.wait_until(lambda: len(ui.app.window.transcript.units()) > 10)
    assert transcript.winfo_exists()


def enter_dev(ui: Ui) -> None:
    ui.type("/join #dev")
    ui.wait_until(lambda: ui.app.model.current == "#dev")


def test_what_is_new_begins_at_the_top_where_it_does_not_fit(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    with IrcClient(server.port, "Duy", join="#dev") as duy:
        enter_dev(ui)
        ui.app.navigation.choose("#lobby")
        duy.ask(*(f"PRIVMSG #dev :line {number}" for number in range(60)))
        ui.wait_until(lambda: ui.app.model.rooms["#dev"].unread == 60)
        ui.app.navigation.choose("#dev")
        ui.root.update()
        transcript = ui.app.window.transcript
        place = transcript.text.tag_ranges("new")
        assert transcript.text.dlineinfo(place[0]) is not None, "NEW is in view"
        assert not transcript.at_end
        ui.wait_until(transcript.jump.winfo_ismapped)
        assert transcript.jump.cget("text") == "↓ 60 new"
        transcript.to_end()
        ui.wait_until(lambda: not transcript.jump.winfo_ismapped())


def test_being_put_out_of_a_room_is_noticed(server: ServerProcess, open_ui: OpenUi) -> None:
    with IrcClient(server.port, "Duy", join="#dev") as duy:
        ui = open_ui(server.port, nick="Tuan")
        ui.wait_for("Tuan has connected to the chat room")
        enter_dev(ui)
        ui.app.navigation.choose("#lobby")
        duy.ask("KICK #dev Tuan :bye")
        room = ui.app.model.rooms["#dev"]
        ui.wait_until(lambda: not room.here)
        assert (room.unread, room.mentions) == (1, 1)
        assert room.lines[-1].look is Look.ERROR
        assert room.lines[-1].text == "You were put out of #dev by Duy: bye"
        ui.app.navigation.choose("#dev")
        ui.root.update()
        assert ui.app.window.composer._hint.cget("text") == "You are not in #dev: /join #dev"
        ui.type("/part")
        assert "#dev" not in ui.app.model.rooms, "there is nothing to leave but the list"


def test_a_change_of_modes_is_told(server: ServerProcess, open_ui: OpenUi) -> None:
    with IrcClient(server.port, "Duy", join="#dev") as duy:
        ui = open_ui(server.port, nick="Tuan")
        ui.wait_for("Tuan has connected to the chat room")
        enter_dev(ui)
        duy.ask("MODE #dev +o Tuan", "MODE #dev +m")
        ui.wait_for("Duy made Tuan an operator of this room", "Duy changed the modes: +m")


def test_what_was_refused_is_not_asked_again_after_a_start(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    file = tmp_path / "client.json"
    with IrcClient(server.port, "Duy", join="#dev") as duy:
        duy.ask("MODE #dev +m")
        ui = open_ui(server.port, nick="Tuan", settings=file)
        ui.wait_for("Tuan has connected to the chat room")
        enter_dev(ui)
        ui.type("may I?")
        room = ui.app.model.rooms["#dev"]
        ui.wait_until(lambda: any(line.fate is Fate.FAILED for line in room.lines))
        ui.close()
        ui = open_ui(server.port, nick="Tuan", settings=file)
        ui.wait_until(lambda: "#dev" in ui.app.model.rooms and ui.app.model.rooms["#dev"].here)
        assert not [one for one in ui.app.model.rooms["#dev"].lines if one.fate is Fate.FAILED]


def test_later_lines_of_a_compact_message_stand_beside_the_clock(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    ui = open_ui(server.port, nick="Tuan", layout="compact")
    ui.wait_for("Tuan has connected to the chat room")
    say(ui, "first\nsecond")
    text = ui.app.window.transcript.text
    ui.root.update()
    first = text.bbox(text.search("first", "1.0"))
    second = text.bbox(text.search("second", "1.0"))
    clock = text.bbox(f"{text.search('first', '1.0')} linestart")
    assert first is not None
    assert second is not None
    assert clock is not None
    assert clock[0] < second[0] <= first[0]


def test_a_link_without_a_scheme_opens(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    say(ui, "see www.gchat.example/x.")
    text = ui.app.window.transcript.text
    found = text.tag_ranges("link")
    link = text.get(*found[:2])
    assert link == "www.gchat.example/x"
    ui.app.actions.follow(link)
    assert opened == ["http://www.gchat.example/x"]


def test_a_notice_says_that_it_is_one(ui: Ui) -> None:
    say(ui, "a message")
    ui.app.take([Said("#lobby", "Duy", "a notice", Kind.NOTICE, own=False)])
    ui.root.update()
    text = ui.app.window.transcript.text
    head = text.search("a notice", "1.0")
    assert text.get(f"{head} -1l linestart", f"{head} -1l lineend").endswith("notice")


def test_why_somebody_is_away_is_told_in_the_conversation(ui: Ui) -> None:
    ui.type("/query Duy")
    ui.app.take([Away("Duy", "at lunch"), Away("Duy", "at lunch"), Away("Lan", "ill")])
    ui.root.update()
    assert [line for line in ui.lines() if "away" in line] == ["Duy is away: at lunch"]
