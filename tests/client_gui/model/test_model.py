"""The model: events in, what the window shows out. No window here."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from client_gui.core import events
from client_gui.core.events import Kind
from client_gui.model.changes import (
    LineAdded,
    LineChanged,
    ListChanged,
    NickNeeded,
    RoomsChanged,
    TypingChanged,
)
from client_gui.model.lines import LINE_LENGTH, Fate, Line, Look, clean, summary
from client_gui.model.model import HANDLERS, Model, Phase, Status
from client_gui.model.rooms import LINES_KEPT, TYPING_SECONDS
from client_gui.model.several import next_unread


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


def test_members_stand_where_people_look_for_them() -> None:
    it = model()
    names = ("Zed", "Đào", "Tuan", "dan", "Ánh", "Eva", "An", "an\u0301h2")
    it.apply(events.Members("#lobby", tuple(("", name) for name in names)))
    sorted_names = [name for _, name in it.rooms["#lobby"].sorted_members()]
    assert sorted_names == ["An", "Ánh", "an\u0301h2", "dan", "Đào", "Eva", "Tuan", "Zed"]


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


def test_where_it_goes_on_is_said_once() -> None:
    it = model()
    it.apply(events.Waiting("Its server was stopped", 1.0, "b.example"))
    assert lines(it)[-1] == "Its server was stopped. We go on at b.example."
    assert it.status.elsewhere == "b.example"
    it.apply(events.Waiting("Its server was stopped", 1.0))
    assert lines(it)[-1] == "Its server was stopped. We go on at b.example."
    assert it.status.elsewhere == ""


def test_what_the_server_refuses_stands_where_it_belongs() -> None:
    it = model()
    it.apply(events.Joined("#other", "Tuan", own=True))
    it.apply(events.ServerText("#other: no", error=True, room="#other"))
    it.apply(events.ServerText("#gone: no", error=True, room="#gone"))
    assert lines(it, "#other")[-1] == "#other: no"
    assert lines(it)[-1] == "#gone: no"
    changes = it.apply(events.NickRefused("Tuan", "taken"))
    assert NickNeeded("Tuan", "taken") in changes
    assert it.status == Status(Phase.OFFLINE, "taken")


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


def own(text: str, label: str = "", msgid: str = "") -> events.Said:
    return events.Said("#lobby", "Tuan", text, Kind.MESSAGE, own=True, label=label, msgid=msgid)


def sending(text: str, label: str) -> events.Sending:
    return events.Sending("#lobby", text, Kind.MESSAGE, label)


def fates(model: Model) -> list[tuple[str, Fate]]:
    return [(one.text, one.fate) for one in model.rooms["#lobby"].lines if one.look is Look.MESSAGE]


def test_a_message_is_on_its_way_until_its_receipt_is_there() -> None:
    it = model()
    it.apply(sending("one", "say1"))
    it.apply(sending("two", "say2"))
    it.apply(said("meanwhile"))
    assert fates(it) == [
        ("one", Fate.PENDING),
        ("two", Fate.PENDING),
        ("meanwhile", Fate.SENT),
    ]
    it.apply(own("one", "say1"))
    assert fates(it) == [("two", Fate.PENDING), ("meanwhile", Fate.SENT), ("one", Fate.SENT)]


def test_what_was_refused_can_be_sent_again() -> None:
    it = model()
    it.apply(sending("one", "say1"))
    (changed,) = it.apply(events.NotSent("say1", "You cannot send to this room"))
    assert isinstance(changed, LineChanged)
    assert changed.line is not None
    assert (changed.line.fate, changed.line.why) == (Fate.FAILED, "You cannot send to this room")
    line, _ = it.take_back(changed.number)
    assert line is not None
    assert line.text == "one"
    assert fates(it) == []
    assert it.take_back(changed.number) == (None, [])


def test_what_was_on_its_way_when_the_connection_was_lost() -> None:
    """It may have arrived: then the past has it, once."""
    it = model()
    it.apply(sending("arrived", "say1"))
    it.apply(sending("lost", "say2"))
    it.apply(events.Waiting("The server closed the connection.", 1.0))
    assert fates(it) == [("arrived", Fate.FAILED), ("lost", Fate.FAILED)]
    it.apply(events.Registered("Tuan"))
    it.apply(events.History("#lobby", (own("arrived", msgid="id1"),), missed=True))
    assert fates(it) == [("lost", Fate.FAILED), ("arrived", Fate.SENT)]


def test_reactions_and_deletions() -> None:
    it = model()
    it.apply(events.Said("#lobby", "Duy", "hi", Kind.MESSAGE, own=False, msgid="id1"))
    number = it.rooms["#lobby"].lines[-1].number
    assert it.apply(events.Reacted("#lobby", "Lan", "id1", "👍"))[0] == LineChanged(
        "#lobby", number, it.rooms["#lobby"].lines[-1]
    )
    it.apply(events.Reacted("#lobby", "Tuan", "id1", "👍"))
    assert it.rooms["#lobby"].reactions == {"id1": {"👍": {"Lan": None, "Tuan": None}}}
    it.apply(events.Reacted("#lobby", "Lan", "id1", "👍", adding=False))
    it.apply(events.Reacted("#lobby", "Tuan", "id1", "👍", adding=False))
    assert it.rooms["#lobby"].reactions == {"id1": {}}
    it.apply(events.Redacted("#lobby", "Duy", "id1"))
    assert str(it.rooms["#lobby"].lines[-1]) == "Duy: (deleted)"
    assert it.apply(events.Redacted("#lobby", "Duy", "unknown")) == []
    assert it.apply(events.Reacted("#nowhere", "Duy", "id1", "x")) == []


def test_who_writes() -> None:
    now = [5.0]
    it = Model("Tuan", "#lobby", lambda: now[0])
    assert it.apply(events.Typing("#lobby", "Duy", active=True)) == [TypingChanged("#lobby")]
    room = it.rooms["#lobby"]
    assert room.typists(now[0]) == ["Duy"]
    assert room.typists(now[0] + TYPING_SECONDS) == []
    it.apply(said("done"))
    assert room.typists(now[0]) == []
    it.apply(events.Typing("#lobby", "Lan", active=True))
    it.apply(events.Typing("#lobby", "Lan", active=False))
    assert room.typists(now[0]) == []


def test_what_another_client_has_read_is_not_unread_here() -> None:
    it = model()
    it.apply(events.Joined("#other", "Tuan", own=True))
    it.apply(events.Said("#other", "Duy", "hi", Kind.MESSAGE, own=False, at=10.0))
    assert it.rooms["#other"].unread == 1
    it.apply(events.ReadUpTo("#other", 9.0))
    assert it.rooms["#other"].unread == 1
    it.apply(events.ReadUpTo("#other", 10.0))
    assert (it.rooms["#other"].unread, it.rooms["#other"].new_from) == (0, 0)
    it.show("#other")
    assert it.read_now() is None
    it.apply(events.Said("#other", "Duy", "more", Kind.MESSAGE, own=False, at=11.0))
    assert it.read_now() == 11.0
    assert it.read_now() is None


def test_new_stands_over_the_first_unread_line_until_one_has_gone_elsewhere() -> None:
    it = model()
    it.apply(events.Joined("#other", "Tuan", own=True))
    it.apply(said("one", "#other"))
    it.apply(said("two", "#other"))
    first = it.rooms["#other"].lines[-2].number
    assert it.rooms["#other"].new_from == first
    it.show("#other")
    it.apply(said("three", "#other"))
    assert it.rooms["#other"].new_from == first, "it does not move while one is reading"
    it.show("#lobby")
    assert it.rooms["#other"].new_from == 0


def test_a_run_of_comings_and_goings_is_one_sentence() -> None:
    def passing(*who: str) -> list[Line]:
        return [
            Line(Look.CAME if one[0] == "+" else Look.LEFT, 5.0, f"{one} did", one[1:])
            for one in who
        ]

    assert summary(passing("+Duy")) == "+Duy did"
    assert summary(passing("+Duy", "+Lan")) == "Duy and Lan joined"
    assert summary(passing("+Duy", "-Lan")) == "Duy joined · Lan left"
    assert summary(passing("+Duy", "-Duy", "+Lan")) == "Lan joined · Duy left"
    assert summary(passing("+a", "+b", "+c", "+d", "+e")) == "a, b and 3 others joined"


def test_being_away_and_the_other_news() -> None:
    it = model()
    it.apply(events.Away("Duy", "lunch"))
    assert it.away == {"duy": "lunch"}
    it.apply(events.NickChanged("Duy", "Lan", own=False))
    assert it.away == {"lan": "lunch"}
    it.apply(events.Away("Lan", None))
    assert it.away == {}
    it.apply(events.LoggedIn("Tuan"))
    assert it.account == "Tuan"
    it.apply(events.LoginFailed("You are not logged in: no."))
    it.apply(events.Invited("#x", "Duy"))
    assert lines(it)[-2:] == ["You are not logged in: no.", "Duy invites you to #x: /join #x"]
    it.apply(events.RoomListed("#a", 3, ""))
    it.apply(events.RoomListed("#b", 9, "t"))
    assert it.apply(events.RoomsListed()) == [ListChanged()]
    assert [one.name for one in it.listed] == ["#b", "#a"]
    it.apply(events.RoomRenamed("#lobby", "#hall"))
    assert (it.current, it.lobby, it.rooms["#hall"].name) == ("#hall", "#hall", "#hall")


def test_the_next_room_in_which_something_is_new() -> None:
    it = model()
    for room in ("#a", "#b", "#c"):
        it.apply(events.Joined(room, "Tuan", own=True))
    assert next_unread([it], it, 1) == (it, "#a")
    assert next_unread([it], it, -1) == (it, "#c")
    it.apply(said("hi", "#b"))
    assert next_unread([it], it, 1) == next_unread([it], it, -1) == (it, "#b")
    it.show("#b")
    it.close("#b")
    assert it.current == "#lobby"
    assert it.close("#lobby") == []


def test_the_next_room_of_all_servers() -> None:
    """Rooms of the same name on two servers are two; empty ones come in order, round and round."""
    one, two = model(), model()
    for it in (one, two):
        it.apply(events.Joined("#a", "Tuan", own=True))
    both = [one, two]
    assert next_unread(both, one, 1) == (one, "#a")
    assert next_unread(both, one, -1) == (two, "#a")
    two.watched = False
    two.apply(said("hi", "#lobby"))
    assert next_unread(both, one, 1) == next_unread(both, one, -1) == (two, "#lobby")
    assert one.unread() == 0
    assert two.unread() == 1


ROOT = Path(__file__).parents[3]


def test_every_event_is_understood() -> None:
    """By the model, or (what is about files) by the window: client_gui/ui/files.py."""
    known = set(get_args(events.NetEvent))
    files = {one for one in known - set(HANDLERS) if one.__name__.startswith(("File", "Picture"))}
    assert known == {*HANDLERS, *files}
    handled = (ROOT / "client_gui/ui/files.py").read_text("utf-8")
    assert all(f"events.{one.__name__}()" in handled for one in files)
