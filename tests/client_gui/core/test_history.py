"""What was missed and what is older: no gap, no duplicate, in order."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from client_gui.core.events import (
    Closed,
    Event,
    History,
    Joined,
    Members,
    Past,
    Quit,
    Reacted,
    Redacted,
    Said,
    ServerText,
)
from client_gui.core.history import CATCH_UP_SECONDS, PAGES
from client_gui.core.protocol import ClientProtocol, Timeouts


def texts(lines: Iterable[Past]) -> list[str]:
    """What was said."""
    return [line.text for line in lines if isinstance(line, Said)]


CAPS = "batch draft/chathistory echo-message message-tags server-time"


class Server:
    """Answers CHATHISTORY from a log of numbered messages of #lobby, `page` at most at once."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.log: list[str] = []  # the msgids
        self.core: ClientProtocol | None = None
        self.told: list[Event] = []
        self.newest: dict[str, str] = {}
        self.asked: list[str] = []  # not answered yet
        self.people: list[str] = []  # with whom there are conversations
        self.knows_people = True  # otherwise it does not answer

    def connect(self) -> None:
        self.core = ClientProtocol("Tuan", 0.0, newest=self.newest)
        self.asked = []
        self.hear(f"CAP * LS :{CAPS}", f"CAP * ACK :{CAPS}", ":srv 001 Tuan :Welcome")
        self.hear(f":srv 005 Tuan CASEMAPPING=ascii CHATHISTORY={self.page} :are supported")
        self.hear(":Tuan!u@h JOIN #lobby")

    def lose(self) -> None:
        """The connection is lost."""
        self.core = None

    def hear(self, *lines: str) -> list[Event]:
        assert self.core is not None
        events = self.core.receive_data("".join(f"{line}\r\n" for line in lines).encode(), 1.0)
        self.told += events
        for line in self.core.data_to_send().decode().splitlines():
            if line.startswith("CHATHISTORY TARGETS"):
                people = (f"@batch=t CHATHISTORY TARGETS {nick} x" for nick in self.people)
                batch = ("BATCH +t draft/chathistory-targets", *people, "BATCH -t")
                events += self.hear(*(batch if self.knows_people else ()))
            elif line.startswith("CHATHISTORY"):
                self.asked.append(line)
        return events

    def message(self, tags: str, msgid: str) -> str:
        return (
            f"@{tags}msgid={msgid};time=2026-01-01T00:00:00.000Z :Duy!u@h PRIVMSG #lobby :{msgid}"
        )

    def say(self) -> None:
        """Somebody says something; it is shown to the client if it is there."""
        self.log.append(f"m{len(self.log):04}")
        if self.core is not None:
            self.hear(self.message("", self.log[-1]))

    def answer(self) -> None:
        """The oldest question that was not answered."""
        if not self.asked:
            return
        _, command, room, where, limit = self.asked.pop(0).split(" ")
        number, bound = int(limit), where.removeprefix("msgid=")
        if command == "LATEST":
            found = self.log[-number:]
        elif command == "AFTER":
            found = [msgid for msgid in self.log if msgid > bound][:number]
        else:
            found = [msgid for msgid in self.log if msgid < bound][-number:]
        self.hear(
            f"BATCH +1 chathistory {room}",
            *(self.message("batch=1;", msgid) for msgid in found),
            "BATCH -1",
        )

    def ids(self) -> list[str]:
        """The messages as they were told."""
        found: list[str] = []
        for event in self.told:
            if isinstance(event, History) and not event.older:
                found += [line.msgid for line in event.lines]
            elif isinstance(event, Said):
                found.append(event.msgid)
        return found


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 5), st.lists(st.sampled_from(["say", "say", "answer", "drop"]), max_size=80))
def test_whatever_happens_nothing_is_missed_or_told_twice(page: int, steps: list[str]) -> None:
    server = Server(page)
    for _ in range(3):
        server.say()
    server.connect()
    for step in steps:
        if step == "say":
            server.say()
        elif step == "answer":
            server.answer()
        elif server.core is None:
            server.connect()
        else:
            server.core, server.asked = None, []
    if server.core is None:
        server.connect()
    while server.asked:
        server.answer()
    ids = server.ids()
    assert ids == server.log[-len(ids) :], "contiguous, in order, each once"
    assert len(ids) >= min(len(server.log), page)


def test_what_happens_meanwhile_comes_after_the_past() -> None:
    server = Server(50)
    for _ in range(60):
        server.say()
    server.connect()
    server.hear(":srv 353 Tuan = #lobby :Tuan Duy", ":srv 366 Tuan #lobby :End")
    server.hear(":Duy!u@h QUIT :bye")
    assert not [event for event in server.told if isinstance(event, Joined)]
    server.answer()
    kinds = [type(event) for event in server.told]
    assert kinds[-4:] == [History, Joined, Members, Quit]
    (history,) = (event for event in server.told if isinstance(event, History))
    assert texts(history.lines) == server.log[10:]
    assert (history.more, history.oldest) == (True, "m0010")


def test_older_ones_on_request() -> None:
    server = Server(30)
    for _ in range(80):
        server.say()
    server.connect()
    server.answer()
    assert server.core is not None
    server.core.load_older("#lobby", "m0050")
    server.hear()
    server.answer()
    last = server.told[-1]
    assert isinstance(last, History)
    assert texts(last.lines) == server.log[20:50]
    assert (last.older, last.more, last.oldest) == (True, True, "m0020")
    server.core.load_older("#lobby", "m0020")
    server.hear()
    server.answer()
    last = server.told[-1]
    assert isinstance(last, History)
    assert not last.more


def test_a_page_with_few_messages_is_not_all_that_is_asked_for() -> None:
    """Comings and goings fill pages; nobody scrolls up to see nothing new."""
    server = Server(2)
    for _ in range(20):
        server.say()
    server.connect()
    for _ in range(PAGES):
        server.answer()
    (history,) = (event for event in server.told if isinstance(event, History))
    assert texts(history.lines) == server.log[-2 * PAGES :]
    assert not server.asked
    assert (history.more, history.oldest) == (True, server.log[-2 * PAGES])


def test_reactions_and_what_was_taken_back_are_of_the_past_too() -> None:
    server = Server(50)
    server.connect()
    server.hear(
        "BATCH +1 chathistory #lobby",
        server.message("batch=1;", "m0001"),
        "@batch=1;msgid=m2;+draft/react=x;+draft/reply=m0001 :Lan!u@h TAGMSG #lobby",
        "@batch=1;msgid=m3 :Tuan!u@h NICK Other",
        "@batch=1;msgid=m4 :Duy!u@h REDACT #lobby m0001",
        "BATCH -1",
    )
    (history,) = (event for event in server.told if isinstance(event, History))
    assert [type(one) for one in history.lines] == [Said, Reacted, Redacted]
    assert server.core is not None
    assert server.core.nick == "Tuan", "what was is not what is"


def test_a_server_that_cannot_answer_holds_nothing_up() -> None:
    server = Server(2)
    server.connect()
    events = server.hear("FAIL CHATHISTORY MESSAGE_ERROR LATEST #lobby :Not now")
    assert [type(event) for event in events] == [History, Joined, ServerText]


def test_a_server_that_does_not_answer_is_not_waited_for_for_ever() -> None:
    server = Server(2)
    server.connect()
    core = server.core
    assert core is not None
    core._timeouts = Timeouts(keepalive=1000)
    server.hear("PONG srv keepalive")
    assert core.deadline == 1.0 + CATCH_UP_SECONDS
    assert core.on_time(CATCH_UP_SECONDS) == []
    assert [type(event) for event in core.on_time(1.0 + CATCH_UP_SECONDS)] == [Joined]
    assert core.deadline == 1001.0
    server.say()
    assert server.ids() == ["m0000"]


def test_what_a_server_sends_by_itself_is_the_past_too() -> None:
    server = Server(2)
    server.connect()
    server.answer()
    server.hear("BATCH +9 chathistory #lobby", server.message("batch=9;", "x"), "BATCH -9")
    assert isinstance(server.told[-1], History)
    assert texts(server.told[-1].lines) == ["x"]


def test_a_batch_within_the_past_belongs_to_it() -> None:
    server = Server(9)
    server.connect()
    server.hear(
        "BATCH +1 chathistory #lobby",
        "@batch=1 BATCH +2 draft/multiline #lobby",
        server.message("batch=2;", "inner"),
        "BATCH -2",
        server.message("batch=1;", "outer"),
        "BATCH -1",
    )
    (history,) = (event for event in server.told if isinstance(event, History))
    assert texts(history.lines) == ["inner", "outer"]


def test_conversations_with_people_are_caught_up_with_too() -> None:
    server = Server(50)
    server.people = ["Duy", "#lobby", ":a b"]
    server.connect()
    assert server.asked == ["CHATHISTORY LATEST Duy * 50", "CHATHISTORY LATEST #lobby * 50"]
    server.hear("BATCH +1 chathistory Duy", "@batch=1;msgid=d1 :Duy!u@h PRIVMSG Tuan :psst")
    server.hear("BATCH -1", "BATCH +2 chathistory #lobby", "BATCH -2")
    direct = [one for one in server.told if isinstance(one, History) and one.room == "Duy"]
    assert [texts(one.lines) for one in direct] == [["psst"]]
    server.connect()
    assert server.asked[0].startswith("CHATHISTORY AFTER Duy msgid=d1 ")


def test_a_server_that_says_nothing_about_people_holds_nothing_up() -> None:
    server = Server(50)
    server.knows_people = False
    server.say()
    server.connect()
    server.answer()
    assert [texts(one.lines) for one in server.told if isinstance(one, History)] == [["m0000"]]


def test_other_batches_are_of_no_interest() -> None:
    server = Server(2)
    server.connect()
    server.answer()
    events = server.hear("BATCH +3 netjoin a b", "@batch=3 :Lan!u@h JOIN #lobby", "BATCH -3")
    assert [type(event) for event in events] == [Joined]


def test_what_has_come_is_told_though_the_rest_does_not_come() -> None:
    """The server stops in the middle of what was missed."""
    server = Server(2)
    for _ in range(3):
        server.say()
    server.connect()
    while server.asked:
        server.answer()
    server.lose()
    for _ in range(6):
        server.say()
    server.connect()
    server.answer()
    server.answer()
    assert server.core is not None
    server.hear(":Duy!u@h PRIVMSG #lobby :now")
    deadline = server.core.deadline
    assert deadline is not None
    assert deadline > CATCH_UP_SECONDS + 1, "each page is a sign of life"
    server.told += server.core.on_time(deadline)
    said = [one.text for one in server.told if isinstance(one, Said)]
    missed = [texts(one.lines) for one in server.told if isinstance(one, History) and one.missed]
    assert missed == [server.log[3:7]]
    assert said == ["now"]


def test_what_was_held_back_is_told_when_the_connection_ends() -> None:
    server = Server(2)
    server.connect()
    server.hear(":Duy!u@h PRIVMSG Tuan :psst")
    assert server.core is not None
    events = server.core.receive_eof()
    assert [one.text for one in events if isinstance(one, Said)] == ["psst"]
    assert isinstance(events[-1], Closed)


def test_where_the_server_does_not_know_what_we_saw_last_its_newest_will_do() -> None:
    server = Server(50)
    server.say()
    server.connect()
    server.answer()
    server.connect()
    assert server.asked[0].startswith("CHATHISTORY AFTER #lobby msgid=m0000")
    server.asked.clear()
    server.hear("FAIL CHATHISTORY INVALID_MSGREFTYPE AFTER :gone")
    assert server.asked == ["CHATHISTORY LATEST #lobby * 50"]
