"""What nobody has seen is marked and stays in view until somebody has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from client_gui.core.events import Joined, Kind, Said
from client_gui.system.settings import FIT
from client_gui.system.urgency import is_urgent
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    say(ui, *(f"seen {number}" for number in range(12)))
    return ui


def say(ui: Ui, *texts: str, room: str = "#lobby", **about: str) -> None:
    for text in texts:
        said = Said(room, "Duy", text, Kind.MESSAGE, False, None, **about)
        ui.app.take([said])
        ui.root.update()


def new_at(ui: Ui) -> str:
    """What stands under the NEW line."""
    text = ui.app.window.transcript.text
    (place, *_rest) = text.tag_ranges("new")
    after = text.get(f"{place} lineend +1c", "end")
    return next(line for line in after.splitlines() if line.startswith(("new ", "seen ")))


def drawn(ui: Ui) -> list[str]:
    return [line for line in ui.lines() if not line.startswith("↑")]


def test_what_comes_while_nobody_looks_stays_in_view_and_is_marked(ui: Ui) -> None:
    assert len(drawn(ui)) == 10
    ui.look_away()
    say(ui, *(f"new {number}" for number in range(14)))
    assert [one for one in drawn(ui) if "new" in one] == [f"Duy: new {n}" for n in range(14)]
    assert new_at(ui) == "new 0"
    assert ui.root.title() == "(14) #lobby — 127.0.0.1 — gchat"
    text = ui.app.window.transcript.text
    assert text.dlineinfo(text.tag_ranges("new")[0]) is not None, "it is in view"
    assert is_urgent(ui.root.winfo_id())
    ui.look()
    ui.app.window.transcript.to_end()
    ui.root.update()
    assert ui.root.title() == "#lobby — 127.0.0.1 — gchat"
    assert not is_urgent(ui.root.winfo_id())
    assert new_at(ui) == "new 0", "it stands where the keyboard was lost"
    say(ui, "new 14")
    assert drawn(ui) == [f"Duy: new {number}" for number in range(5, 15)]
    assert ui.lines()[0] == "↑ 18 earlier messages"
    ui.click(text, "1.3")
    assert "Duy: seen 3" in ui.lines()


def test_the_mark_moves_to_where_the_keyboard_was_lost_last(ui: Ui) -> None:
    ui.look_away()
    say(ui, "new 0")
    ui.look()
    ui.look_away()
    say(ui, "new 1")
    assert new_at(ui) == "new 1"
    text = ui.app.window.transcript.text
    assert len(text.tag_ranges("new")) == 2, "there is one mark"


def test_more_than_the_window_holds_waits_from_its_first_line(ui: Ui) -> None:
    ui.look_away()
    say(ui, *(f"new {number}" for number in range(60)))
    text, jump = ui.app.window.transcript.text, ui.app.window.transcript.jump
    assert text.dlineinfo(text.tag_ranges("new")[0]) is not None
    assert jump.cget("text") == "↓ 60 new"
    ui.look()
    assert ui.app.model.rooms["#lobby"].unread == 60, "they are not in view yet"
    jump.event_generate("<Button-1>")
    ui.wait_until(lambda: not ui.app.model.rooms["#lobby"].unread)


def test_comings_and_goings_are_not_new(ui: Ui) -> None:
    ui.look_away()
    ui.app.take([Joined("#lobby", f"Lan{n}", own=False) for n in range(3)])
    assert ui.root.title() == "#lobby — 127.0.0.1 — gchat"
    ui.look()
    ui.app.window.transcript.text.configure(height=3)
    say(ui, *(f"seen {number}" for number in range(80)))
    ui.app.window.transcript.text.yview_moveto(0)
    ui.root.update()
    ui.app.take([Joined("#lobby", "Lan9", own=False)])
    assert ui.app.window.transcript.jump.cget("text") == ""


def test_muted_rooms_are_not_counted_in_the_title(ui: Ui) -> None:
    say(ui, "new 0", room="#Loud[x]")
    say(ui, "new 1", room="#loud")
    assert ui.root.title().startswith("(2) ")
    ui.app.navigation.mute(ui.app.model.fold("#loud"))
    assert ui.root.title().startswith("(1) ")


def test_a_reply_to_us_is_a_mention(ui: Ui) -> None:
    own = Said("#lobby", "Tuan", "mine", Kind.MESSAGE, own=True, msgid="m1")
    ui.app.take([own])
    ui.app.navigation.talk("Nobody")
    say(ui, "yours", msgid="m2", reply_to="m1")
    say(ui, "another's", msgid="m3", reply_to="m2")
    room = ui.app.model.rooms["#lobby"]
    assert (room.unread, room.mentions) == (2, 1)
    assert ui.told == [("Duy · #lobby", "yours")]


@pytest.mark.parametrize("height", [400, 700])
def test_as_many_as_fit(server: ServerProcess, open_ui: OpenUi, height: int) -> None:
    ui = open_ui(server.port, nick="Lan", keep=FIT, layout="compact")
    ui.wait_for("Lan has connected to the chat room")
    ui.root.geometry(f"900x{height}")
    ui.look()
    say(ui, *(f"seen {number}" for number in range(100)))
    text = ui.app.window.transcript.text
    assert len(drawn(ui)) < 40
    assert text.dlineinfo("@0,0") is not None
    assert text.yview()[0] > 0 or text.get("1.0").startswith("↑"), "no part of it is empty"
    last = text.dlineinfo("end-1c")
    assert last is not None
    assert last[1] > text.winfo_height() * 0.8
