"""The last of what was said, in memory: bounded by lines and by bytes, all places together."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable
from functools import partial
from operator import attrgetter

from gevent.lock import RLock
from msgspec.structs import replace

from gchat.core.effects import Effect, Redaction, Spoke
from gchat.core.history import (
    MESSAGES,
    Archive,
    Query,
    Record,
    Reference,
    Search,
    is_conversation,
    participants,
)
from gchat.core.records import records
from gchat.core.words import phrases, words_of
from gchat.wire.names import casefold
from gchat.yielding import Turn

MOST_LINES = 20_000
MOST_BYTES = 32 << 20
LINE_BYTES = 1000  # that a line takes beside its texts
TURN_SECONDS = 0.002  # of looking through lines; then others get their turn
SPOKEN = MESSAGES | {"TAGMSG"}  # kinds that may be taken back

_at = attrgetter("at")


class MemoryArchive:
    """When there are too many lines, the oldest of all places are dropped.

    Effects are kept as they are, and made into records only when somebody reads: most never are.
    """

    def __init__(
        self, boot: str = "", most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
    ) -> None:
        """`boot`: different for each run of the server."""
        self._boot = boot
        self._most_lines, self._most_bytes = most_lines, most_bytes
        # the latest effects, not yet made into records: effect, place of its room, size in bytes
        self._seen: deque[tuple[Effect, str, int]] = deque()
        self._reading = RLock()  # held while records are made of them
        self._places: dict[str, deque[Record]] = {}
        self._order: deque[Record] = deque()  # of all places, without what was taken back
        self._said: dict[str, list[Record]] = {}  # by msgid: the kinds that may be taken back
        self._bytes = 0

    def __len__(self) -> int:
        """Lines; an effect that is not yet made into records counts as one."""
        return len(self._order) + len(self._seen)

    def see(self, effect: Effect, place: str) -> None:
        """Takes in what was seen; `place` is that of its room, "" for none."""
        if type(effect) is Spoke and not effect.tags and effect.text.isascii():  # most are so
            size = LINE_BYTES + len(effect.text)
        else:
            size = LINE_BYTES + _effect_bytes(effect)
        self._seen.append((effect, place, size))
        self._bytes += size
        while (
            len(self._order) + len(self._seen) > self._most_lines or self._bytes > self._most_bytes
        ):
            self._forget_first()

    def _forget_first(self) -> None:
        if self._order:
            self._forget(self._order.popleft())
            return
        self._bytes -= self._seen.popleft()[2]

    def catch_up(self) -> None:
        """Makes records of what was seen. May switch greenlets."""
        with self._reading:
            turn = Turn(TURN_SECONDS)
            while self._seen:
                effect, place, size = self._seen.popleft()
                self._bytes -= size
                if isinstance(effect, Redaction):
                    self.redact(effect.place, effect.msgid)
                for record in records([effect], self._boot, partial(_placed, place)):
                    self.keep(record)
                turn.yield_if_due()

    def keep(self, record: Record) -> None:
        """Takes in one more line."""
        self._places.setdefault(record.place, deque()).append(record)
        self._order.append(record)
        self._bytes += _size(record)
        if record.kind in SPOKEN:
            self._said.setdefault(record.msgid, []).append(record)
        while len(self) > self._most_lines or self._bytes > self._most_bytes:
            self._forget_first()

    def redact(self, place: str, msgid: str) -> None:
        """Takes one message back."""
        for record in [one for one in self._said.get(msgid, ()) if one.place == place]:
            self._order.remove(record)
            self._forget(record)

    def _forget(self, record: Record) -> None:
        lines = self._places[record.place]
        if lines[0] is record:
            lines.popleft()
        else:
            lines.remove(record)
        if not lines:
            del self._places[record.place]
        self._bytes -= _size(record)
        said = [one for one in self._said.pop(record.msgid, ()) if one is not record]
        if said:
            self._said[record.msgid] = said

    def of(self, address: str) -> Archive:
        return self

    def read(self, query: Query) -> list[Record]:
        self.catch_up()
        lines = list(self._places.get(query.place, ()))
        start = self._position(lines, query.after, behind=True) if query.after else 0
        end = self._position(lines, query.before, behind=False) if query.before else len(lines)
        if start is None or end is None:
            return []
        start = max(start, bisect_left(lines, query.since, key=_at))
        found = [one for one in lines[start:end] if _is_wanted(one, query)]
        return found[max(0, len(found) - query.limit) :] if query.newest else found[: query.limit]

    def around(self, query: Query, center: Reference) -> list[Record]:
        self.catch_up()
        before = self.read(replace(query, before=center, limit=query.limit // 2))
        lines = list(self._places.get(query.place, ()))
        here = self._position(lines, center, behind=False)
        if here is None:
            return []
        here = max(here, bisect_left(lines, query.since, key=_at))
        after = [one for one in lines[here:] if _is_wanted(one, query)]
        return before + after[: query.limit - len(before)]

    def _position(self, lines: list[Record], at: Reference, *, behind: bool) -> int | None:
        """The index in `lines` just before a point, or (`behind`) just behind it; `None` for a
        message that is not known.
        """
        if not at.msgid:
            return (bisect_right if behind else bisect_left)(lines, at.at, key=_at)
        # an event may have several lines: "before" is before all of them, "behind" behind all
        found = [index for index, one in enumerate(lines) if one.msgid == at.msgid]
        if not found:
            return None
        return found[-1] + 1 if behind else found[0]

    def targets(
        self,
        places: Iterable[tuple[str, int]],
        person: str,
        after: int,
        before: int,
        limit: int,
    ) -> list[Record]:
        self.catch_up()
        found = []
        for place, since in [*places, *((one, 0) for one in self.conversations(person))]:
            last = self.read(Query(place, 1, since=since))
            found += [one for one in last if after < one.at < before]
        return sorted(found, key=lambda one: one.msgid)[:limit]

    def find(self, msgid: str) -> Record | None:
        self.catch_up()
        found = self._said.get(msgid)
        return found[0] if found else None

    def conversations(self, person: str) -> list[str]:
        self.catch_up()
        return [
            place
            for place in self._places
            if is_conversation(place) and person in participants(place)
        ]

    def search(self, search: Search) -> list[Record]:
        self.catch_up()
        words = phrases(search.words)
        if search.words and not words:
            return []
        nick = casefold(search.nick)
        since = dict(search.places)
        found: list[Record] = []
        turn = Turn(TURN_SECONDS)
        for one in list(reversed(self._order)):
            turn.yield_if_due()
            if len(found) == search.limit or one.at <= search.after:
                break
            if (
                one.kind in MESSAGES
                and one.place in since
                and one.at >= since[one.place]
                and not (search.before and one.at >= search.before)
                and not (nick and casefold(one.nick) != nick)
                and _has_all(one.text, words)
            ):
                found.append(one)
        self.catch_up()  # what was taken back meanwhile is not shown any more
        return [one for one in found[::-1] if self._has(one)]

    def _has(self, record: Record) -> bool:
        return any(one is record for one in self._said.get(record.msgid, ()))


def _is_wanted(record: Record, query: Query) -> bool:
    return (query.events or record.kind in MESSAGES) and record.kind not in query.hidden


def _placed(place: str, key: str) -> str:
    return place or key


def _size(record: Record) -> int:
    texts = record.text, record.arg, record.source, record.target
    return LINE_BYTES + sum(map(_bytes, texts)) + _tag_bytes(record.tags)


def _effect_bytes(effect: Effect) -> int:
    if type(effect) is Spoke:
        return _bytes(effect.text) + _tag_bytes(effect.tags)
    texts = (getattr(effect, name, None) for name in ("text", "reason", "realname"))
    return sum(_bytes(text) for text in texts if text)


def _bytes(text: str) -> int:
    """That it may take in memory."""
    return len(text) if text.isascii() else 4 * len(text)


def _tag_bytes(tags: tuple[tuple[str, str], ...]) -> int:
    return sum(_bytes(key) + _bytes(value) for key, value in tags)


def _has_all(text: str, wanted: list[list[str]]) -> bool:
    """Whether each of what is looked for is in the text, as whole words that follow each other."""
    if not wanted:
        return True
    if text.isascii():  # most of what is not found is told by this
        small = text.lower()
        if not all(word in small for words in wanted for word in words):
            return False
    line = f" {' '.join(words_of(text))} "
    return all(f" {' '.join(words)} " in line for words in wanted)
