"""The model: events in, what the window shows out. No window here."""

from __future__ import annotations

from client_gui import events
from client_gui.changes import LineAdded, NickNeeded, RoomsChanged
from client_gui.events import Kind
from client_gui.lines import LINE_LENGTH, clean
from client_gui.model import Model, Phase
from client_gui.rooms import LINES_KEPT


def model() -> Model:
    """A model that is connected, at five o'clock."""
    model = Model("Tuan", "#lobby", lambda: 5.0)
    model.apply(events.Registered("Tuan"))
    model.apply(events.Joined("#lobby", "Tuan", own=True))
    return model


def said(
    text: str, room: str = "#lobby", nick: str = "Duy", kind: Kind = Kind.MESSAGE
) -> events.Said:
    """A message."""
    return events.Said(room, nick, text, kind, own=False)


def lines(model: Model, room: str = "#lobby") -> list[str]:
    """A room as it reads."""
    return [str(line) for line in model.rooms[room].lines]


def test_the_sentences() -> None:
    it = model()
    for event in (
        events.Joined("#lobby", "Duy", own=False),
        said("Hello, Tuan!"),
        said("waves", kind=Kind.ACTION),
        said("beep", kind=Kind.NOTICE),
        events.NickChanged("Duy", "Lan", own=False),
        events.TopicChanged("#lobby", "Be kind", "Lan"),
        events.TopicChanged("#lobby", "", "Lan"),
        events.Quit("Lan", "bye"),
        events.Left("#lobby", "Nobody", "", own=False),
    ):
        it.apply(event)
    assert lines(it) == [
        "Tuan has connected to the chat room",
        "Duy has connected to the chat room",
        "Duy: Hello, Tuan!",
        "* Duy waves",
        "-Duy- beep",
        "Duy is now known as Lan",
        "Lan changed the topic to: Be kind",
        "Lan removed the topic",
        "Lan has left the chat room!",
        "Nobody has left the chat room!",
    ]


def test_unread_and_mentions_count_in_rooms_that_are_not_looked_at() -> None:
    it = model()
    it.apply(events.Joined("#other", "Tuan", own=True))
    it.apply(said("hi", "#other"))
    it.apply(said("tuan, look", "#other"))
    it.apply(said("Tuanh is somebody else", "#other"))
    it.apply(said("here"))
    assert (it.rooms["#other"].unread, it.rooms["#other"].mentions) == (3, 1)
    assert it.rooms["#lobby"].unread == 0
    assert RoomsChanged() in it.show("#other")
    assert (it.rooms["#other"].unread, it.rooms["#other"].mentions) == (0, 0)


def test_a_direct_message_counts_as_a_mention() -> None:
    it = model()
    it.apply(events.Said("Duy", "Duy", "psst", Kind.MESSAGE, own=False))
    assert it.rooms["duy"].direct
    assert it.rooms["duy"].mentions == 1


def test_members_follow_who_comes_goes_and_is_renamed() -> None:
    it = model()
    it.apply(events.Members("#lobby", (("@", "Op"), ("", "Tuan"), ("+", "duy"))))
    assert it.rooms["#lobby"].sorted_members() == [("@", "Op"), ("+", "duy"), ("", "Tuan")]
    it.apply(events.NickChanged("Op", "Boss", own=False))
    it.apply(events.Left("#lobby", "duy", "", own=False))
    it.apply(events.NickChanged("Tuan", "Tun", own=True))
    assert it.nick == "Tun"
    assert it.rooms["#lobby"].sorted_members() == [("@", "Boss"), ("", "Tun")]
    it.apply(events.Left("#lobby", "Tun", "", own=True))
    assert it.rooms["#lobby"].members == {}


def test_why_there_is_no_connection_is_said_once() -> None:
    it = model()
    it.apply(events.Closed("The server closed the connection."))
    for _ in range(3):
        it.apply(events.Waiting("The server closed the connection.", 2.0))
        it.apply(events.Connecting("h", 1))
    it.apply(events.Waiting("Nothing answers there.", 4.0))
    assert lines(it)[1:] == ["The server closed the connection.", "Nothing answers there."]
    assert (it.status.phase, it.status.until) == (Phase.WAITING, 9.0)
    it.apply(events.Registered("Tuan"))
    it.apply(events.Waiting("Nothing answers there.", 4.0))
    assert lines(it)[-1] == "Nothing answers there."
    assert len(lines(it)) == 4


def test_what_the_server_refuses_stands_where_it_belongs() -> None:
    it = model()
    it.apply(events.Joined("#other", "Tuan", own=True))
    it.apply(events.ServerText("#other: no", error=True, room="#other"))
    it.apply(events.ServerText("#gone: no", error=True, room="#gone"))
    assert lines(it, "#other")[-1] == "#other: no"
    assert lines(it)[-1] == "#gone: no"
    assert it.apply(events.NickRefused("Tuan", "taken")) == [NickNeeded("Tuan", "taken")]


def test_lines_are_bounded_in_number_and_length() -> None:
    it = model()
    for number in range(LINES_KEPT):
        it.apply(said(str(number)))
    room = it.rooms["#lobby"]
    assert (len(room.lines), room.forgotten) == (LINES_KEPT, 1)
    it.apply(said("more"))
    assert (len(room.lines), room.forgotten) == (LINES_KEPT, 2)
    assert len(clean("x" * LINE_LENGTH)) == LINE_LENGTH
    assert clean("x" * (LINE_LENGTH + 1)) == "x" * LINE_LENGTH + " …"


def test_a_change_is_told_for_each_line() -> None:
    it = model()
    (change,) = it.apply(said("hi"))
    assert isinstance(change, LineAdded)
    assert (change.room, str(change.line), change.line.at) == ("#lobby", "Duy: hi", 5.0)
    (change,) = it.apply(events.Said("#lobby", "Duy", "x", Kind.MESSAGE, own=False, at=3.5))
    assert isinstance(change, LineAdded)
    assert change.line.at == 3.5
