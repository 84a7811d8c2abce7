"""The past of rooms, as the server keeps it: what was missed while away, what is older.

A part of the client core: no I/O. https://ircv3.net/specs/extensions/chathistory
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from msgspec import structs

from client_gui.core.events import (
    Closed,
    Event,
    FoldChanged,
    Found,
    History,
    Joined,
    Latency,
    NickRefused,
    Past,
    Registered,
    Said,
)
from client_gui.core.isupport import Isupport
from client_gui.core.limits import BATCH_EVENTS, BATCHES, is_name

CAPS = frozenset({"draft/chathistory", "batch", "message-tags", "server-time"})
PAGE = 100  # events asked for at once
FIRST = 50  # events asked for on entering a room of which we know nothing yet
ENOUGH = 25  # messages: while fewer are among the events, up to PAGES pages are asked for
CONVERSATIONS = 10  # with people, whose past is asked for
_FAR_PAST, _FAR_FUTURE = "1970-01-01T00:00:00.000Z", "2200-01-01T00:00:00.000Z"
PAGES = 4  # see ENOUGH
COMMANDS = frozenset({"PRIVMSG", "NOTICE", "TAGMSG", "REDACT"})  # of the past, only these are shown
CATCH_UP_SECONDS = 15.0  # after that, new events are shown even if the past has not come

_AT_ONCE = (Closed, FoldChanged, Latency, NickRefused, Registered)  # never held back


class _Wanted(enum.Enum):
    PEOPLE = enum.auto()  # with whom there are conversations
    LATEST = enum.auto()
    MISSED = enum.auto()
    OLDER = enum.auto()


@dataclass(slots=True)
class _Request:
    wanted: _Wanted
    room: str
    limit: int
    later: list[Past] = field(default_factory=list)  # of the pages that came before; newer
    pages: int = 1


@dataclass(slots=True)
class _Batch:
    room: str
    search: bool = False
    targets: bool = False
    names: list[str] = field(default_factory=list)  # of targets
    lines: list[Past] = field(default_factory=list)
    count: int = 0  # of messages in it, whatever they are
    first: str = ""  # the ids of the first and last
    last: str = ""


class Backlog:
    """Asks for the past and puts it before the present. `newest` maps each room (its folded name)
    to the id of the last message that was shown; it is kept from one connection to the next.

    From the moment we enter a room until its past has come, almost all other events are held back:
    so messages are shown in order, with neither gaps nor duplicates.
    """

    def __init__(
        self, send: Callable[..., None], isupport: Isupport, newest: dict[str, str]
    ) -> None:
        self._send = send
        self._isupport = isupport
        self._newest = newest
        self.enabled = False  # the server knows all of CAPS
        self.now = 0.0  # when the last bytes came
        self.deadline: float | None = None  # when to stop waiting for the past
        self._requests: deque[_Request] = deque()
        self._batches: dict[str, _Batch] = {}
        self._nested: set[str] = set()  # batches within others
        self._missed: dict[str, list[Past]] = {}  # by room, while pages are to come
        self._entering = 0  # rooms whose past is not there yet
        self._past: list[History] = []
        self._held: list[Event] = []

    def begin(self) -> None:
        """We are registered: asks with whom we had conversations, the latest first."""
        if self.enabled:
            self._requests.append(_Request(_Wanted.PEOPLE, "*", CONVERSATIONS))
            bounds = f"timestamp={_FAR_FUTURE}", f"timestamp={_FAR_PAST}"
            self._send("CHATHISTORY", "TARGETS", *bounds, str(CONVERSATIONS))

    def older(self, room: str, msgid: str) -> None:
        """Asks for what was said before a message."""
        if self.enabled:
            request = _Request(_Wanted.OLDER, room, self._limit(PAGE))
            self._ask(request, "BEFORE", f"msgid={msgid}")

    def _limit(self, wanted: int) -> int:
        return min(wanted, self._isupport.history or wanted)

    def _ask(self, request: _Request, command: str, where: str) -> None:
        self._requests.append(request)
        self._send("CHATHISTORY", command, request.room, where, str(request.limit))

    def _enter(self, room: str, now: float) -> None:
        self._entering += 1
        self.deadline = now + CATCH_UP_SECONDS
        last = self._newest.get(self._isupport.fold(room))
        if last is None:
            self._ask(_Request(_Wanted.LATEST, room, self._limit(FIRST)), "LATEST", "*")
        else:
            self._next_page(room, last)

    def _next_page(self, room: str, last: str) -> None:
        self._ask(_Request(_Wanted.MISSED, room, self._limit(PAGE)), "AFTER", f"msgid={last}")

    # -- what the server says

    def batch(self, words: list[str], within: str | None) -> list[Event]:
        """A BATCH message's parameters, and the batch that it is in."""
        reference = words[0][1:]
        if words[0].startswith("+"):
            if len(self._batches) >= BATCHES:
                return []
            if within in self._batches:
                self._batches[reference] = self._batches[within]
                self._nested.add(reference)
            elif len(words) > 2 and words[1] == "chathistory":
                self._batches[reference] = _Batch(words[2])
            elif len(words) > 1 and words[1] == "draft/chathistory-targets":
                self._batches[reference] = _Batch("", targets=True)
            elif len(words) > 1 and words[1] == "soju.im/search":
                self._batches[reference] = _Batch("", search=True)
            return []
        batch = self._batches.pop(reference, None)
        if reference in self._nested:
            self._nested.discard(reference)
            return []
        if batch is not None and batch.targets:
            self._people(batch.names)
            return []
        if batch is not None and batch.search:
            return [Found(tuple(line for line in batch.lines if isinstance(line, Said)))]
        return [] if batch is None else self._ended(batch)

    def _people(self, names: list[str]) -> None:
        """Asks for the past of these conversations, as on entering a room."""
        if self._requests and self._requests[0].wanted is _Wanted.PEOPLE:
            self._requests.popleft()
            for name in names[:CONVERSATIONS]:
                if is_name(name) and not self._isupport.is_room(name):
                    self._enter(name, self.now)

    def holds(self, reference: str | None) -> bool:
        """Whether a message with this batch tag is of the past."""
        return reference in self._batches

    def target(self, reference: str, words: list[str]) -> None:
        """Notes one room or person from the answer to CHATHISTORY TARGETS."""
        batch = self._batches[reference]
        if batch.targets and len(words) > 1 and len(batch.names) < CONVERSATIONS:
            batch.names.append(words[1])

    def take(self, reference: str, msgid: str, events: list[Event]) -> None:
        """Adds the events of one message of the past to its batch."""
        batch = self._batches[reference]
        if batch.count < BATCH_EVENTS:
            batch.lines += [event for event in events if isinstance(event, Past)]
        batch.count += 1
        batch.first, batch.last = batch.first or msgid, msgid or batch.last

    def failed(self) -> list[Event]:
        """The server refused the first CHATHISTORY that it has not answered (it answers in order).
        If that was for the first page of what we missed, asks for the newest messages instead.
        """
        if not self._requests:
            return []
        request = self._requests[0]
        if request.wanted is _Wanted.PEOPLE:
            self._requests.popleft()
            return []
        if request.wanted is _Wanted.MISSED and not self._missed.get(
            self._isupport.fold(request.room)
        ):
            self._requests.popleft()
            self._ask(_Request(_Wanted.LATEST, request.room, self._limit(FIRST)), "LATEST", "*")
            return []
        return self._ended(_Batch(request.room))

    def _ended(self, batch: _Batch) -> list[Event]:
        fold = self._isupport.fold
        if self._requests and self._requests[0].wanted is _Wanted.PEOPLE:
            self._requests.popleft()  # no answer will come any more: answers come in order
        request = self._requests[0] if self._requests else None
        if request is None or fold(request.room) != fold(batch.room):
            return self.tell([History(batch.room, tuple(batch.lines))])  # sent by itself
        self._requests.popleft()
        full = batch.count >= request.limit
        if request.wanted is _Wanted.MISSED:
            pages = self._missed.setdefault(fold(batch.room), [])
            pages += batch.lines
            if full and batch.last:
                if self.deadline is not None:
                    self.deadline += CATCH_UP_SECONDS  # it comes, be it slowly
                self._next_page(request.room, batch.last)
                return []
            del self._missed[fold(batch.room)]
            past = History(batch.room, tuple(pages), missed=True)
        else:
            lines = [*batch.lines, *request.later]
            few = sum(isinstance(line, Said) for line in lines) < ENOUGH
            if full and few and request.pages < PAGES and batch.first:
                again = replace(request, later=lines, pages=request.pages + 1)
                self._ask(again, "BEFORE", f"msgid={batch.first}")
                return []
            older = request.wanted is _Wanted.OLDER
            past = History(
                batch.room, tuple(lines), older=older, more=full, oldest=batch.first if full else ""
            )
            if older:
                return [past]
        self._past.append(past)
        self._entering -= 1
        return [] if self._entering else self._release()

    def give_up(self) -> list[Event]:
        """The past did not come in time, or will not come any more: what has come is told."""
        fold = self._isupport.fold
        for request in self._requests:
            pages = self._missed.get(fold(request.room))
            if request.wanted is _Wanted.MISSED and pages:
                self._past.append(History(request.room, tuple(pages), missed=True))
            elif request.later:
                older = request.wanted is _Wanted.OLDER
                lines = tuple(request.later)
                self._past.append(History(request.room, lines, older=older, more=True))
        asked = [one.room for one in self._requests if one.wanted is _Wanted.OLDER]
        self._requests.clear()
        self._missed.clear()
        told = self._release()
        # an empty answer, so that whoever asked for older messages can ask again
        return [*told, *(History(room, (), older=True, more=True) for room in asked)]

    # -- what is told

    def happened(self, events: list[Event], now: float) -> list[Event]:
        """Returns the events that can be shown now; keeps those that must wait for the past."""
        told: list[Event] = []
        for event in events:
            if isinstance(event, Joined) and event.own and self.enabled:
                self._enter(event.room, now)
            if self._entering and not isinstance(event, _AT_ONCE):
                self._held.append(event)
            else:
                told += self.tell([event])
        return told

    def _release(self) -> list[Event]:
        # messages sent since we entered may also be in the past: take them from `_held` only
        held = {event.msgid for event in self._held if isinstance(event, Said) and event.msgid}
        past = [
            structs.replace(
                one,
                lines=tuple(
                    line
                    for line in one.lines
                    if not isinstance(line, Said) or line.msgid not in held
                ),
            )
            for one in self._past
        ]
        told = self.tell([*past, *self._held])
        self._past, self._held, self._entering, self.deadline = [], [], 0, None
        return told

    def tell(self, events: list[Event]) -> list[Event]:
        """Returns the events; remembers the id of each room's last message in them."""
        for event in events:
            if isinstance(event, History) and event.older:
                continue
            lines = event.lines if isinstance(event, History) else (event,)
            for line in lines:
                if isinstance(line, Said) and line.msgid:
                    self._newest[self._isupport.fold(line.room)] = line.msgid
        return events
