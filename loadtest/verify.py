"""Did every message arrive exactly once, in order and unchanged at everybody it is for? Pure.

The cost of a delivery is what counts here, so nothing is done for each line: the first client to
see a message parses it and appends its line to the stream's text; all others compare what they read
with that text, a read at a time.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

# Finds the messages in whole lines: (line with its ending, payload).
FindLines = Callable[[bytes], list[tuple[bytes, bytes]]]


@dataclass(slots=True)
class Faults:
    """What went wrong, in messages at clients."""

    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    altered: int = 0  # or never sent by anybody

    def __bool__(self) -> bool:
        return bool(self.lost or self.duplicated or self.reordered or self.altered)

    def add(self, other: Faults) -> None:
        """Adds another count to this one."""
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.reordered += other.reordered
        self.altered += other.altered


@dataclass(slots=True)
class Stream:
    """Messages in the order in which they were first seen by any client of this process."""

    due: dict[bytes, float] = field(default_factory=dict)  # payload → when it is sent; monotonic s
    senders: dict[bytes, int] = field(default_factory=dict)  # payload → client
    unseen: set[bytes] = field(default_factory=set)  # payloads not in `order` yet
    order: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # `due`, beside `order`
    text: bytearray = field(default_factory=bytearray)  # the lines
    ends: list[int] = field(default_factory=list)  # where each line ends in `text`
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # lines of each sender

    def expect(self, payload: bytes, due: float, sender: int) -> None:
        """Notes a message that is going to be sent. Payloads are unique."""
        self.due[payload] = due
        self.senders[payload] = sender
        self.unseen.add(payload)

    def append(self, line: bytes, payload: bytes) -> bool:
        """Takes in a line that nobody has seen before; False where it is none."""
        if payload not in self.unseen:
            return False
        self.unseen.remove(payload)
        self.order.append(payload)
        self.times.append(self.due[payload])
        start = len(self.text)
        self.text += line
        self.ends.append(len(self.text))
        self.spans.setdefault(self.senders[payload], []).append((start, len(self.text)))
        return True

    def digest(self) -> str:
        """The same in every process exactly where all of them saw the same order."""
        return hashlib.sha256(b"\n".join(self.order)).hexdigest()

    def disorder(self) -> int:
        """Messages that stand behind a later one of their sender."""
        last: dict[int, float] = {}
        wrong = 0
        for payload in self.order:
            sender, due = self.senders[payload], self.due[payload]
            wrong += due < last.get(sender, due)
            last[sender] = max(due, last.get(sender, due))
        return wrong


@dataclass(slots=True)
class Receiver:
    """What one client has received of its stream."""

    stream: Stream
    client: int
    find: FindLines
    sees_own: bool = True
    # A client that is not shown its own messages cannot know the whole order: what it reads waits
    # until another client has seen it.
    leads: bool = True
    at: int = 0  # how far in the stream's text
    before: int = 0  # `at`, before the last read
    rest: bytes = b""  # read, not compared yet
    strays: list[bytes] = field(default_factory=list)  # payloads, from the first deviation on
    _own: int = 0  # how many of its own lines it has passed

    @property
    def received(self) -> int:
        """How many messages have arrived here."""
        own = bisect_right(self._spans(), (self.at, 0)) if not self.sees_own else 0
        return bisect_right(self.stream.ends, self.at) - own + len(self.strays)

    @property
    def strayed(self) -> bool:
        """Whether something came that should not have, or not at its place."""
        return bool(self.strays)

    def newest(self) -> list[float]:
        """When the messages that the last read brought were due."""
        stream = self.stream
        first, last = bisect_right(stream.ends, self.before), bisect_right(stream.ends, self.at)
        if self.sees_own:
            return stream.times[first:last]
        others = (p for p in stream.order[first:last] if stream.senders[p] != self.client)
        return [stream.due[payload] for payload in others]

    def receive(self, data: bytes) -> bytes:
        """Takes in what one read brought. Returns the whole lines in it if they hold anything else
        than messages of the load, otherwise b"".
        """
        self.before = self.at
        if self.rest:
            data, self.rest = self.rest + data, b""
        if not self.strays:
            data = self._follow(data)
            if not data:
                return b""
            data = self._from_line_start(data)
        end = data.rfind(b"\n") + 1
        whole, self.rest = data[:end], data[end:]
        lines = self.find(whole)
        self._take(lines)
        return whole if sum(len(line) for line, _ in lines) != len(whole) else b""

    def finish(self, *, cut: bool = False) -> Faults:
        """Everything that is wrong with what arrived, once all is over. Where it was `cut` short,
        what comes after the last message here may be on its way, and is not lost.
        """
        whole = self.rest[: self.rest.rfind(b"\n") + 1]
        self.rest = b""
        for line, payload in self.find(whole):
            self._skip_own()
            if not self.strays and self.stream.text.startswith(line, self.at):
                self.at += len(line)
            else:
                self.strays.append(payload)
        return self._count(cut=cut)

    def _spans(self) -> list[tuple[int, int]]:
        return self.stream.spans.get(self.client, [])

    def _skip_own(self) -> None:
        """Steps over our own lines, which we are not shown."""
        if self.sees_own:
            return
        spans = self._spans()
        while self._own < len(spans) and spans[self._own][0] == self.at:
            self.at = spans[self._own][1]
            self._own += 1

    def _follow(self, data: bytes) -> bytes:
        """Skips what others have seen as well; returns what is left to check line by line."""
        text = self.stream.text
        if self.sees_own:
            if text.startswith(data, self.at):
                self.at += len(data)
                return b""
            return data
        spans = self._spans()
        while data:
            self._skip_own()
            known = spans[self._own][0] - self.at if self._own < len(spans) else len(data)
            part = data[:known]
            if not text.startswith(part, self.at):
                return data
            self.at += len(part)
            data = data[len(part) :]
        return b""

    def _from_line_start(self, data: bytes) -> bytes:
        """Puts back the part of a line that was compared already."""
        ends = self.stream.ends
        index = bisect_right(ends, self.at)
        start = ends[index - 1] if index else 0
        if start < self.at:
            data = bytes(self.stream.text[start : self.at]) + data
            self.at = start
        return data

    def _take(self, lines: list[tuple[bytes, bytes]]) -> None:
        """Line by line: lines that others have seen, then those that nobody has."""
        stream = self.stream
        for number, (line, payload) in enumerate(lines):
            self._skip_own()
            if self.strays:
                self.strays.append(payload)
            elif stream.text.startswith(line, self.at):
                self.at += len(line)
            elif self.at == len(stream.text) and self.leads and stream.append(line, payload):
                self.at = len(stream.text)
            elif self.at == len(stream.text) and not self.leads and payload in stream.unseen:
                self.rest = b"".join(line for line, _ in lines[number:]) + self.rest
                return
            else:
                self.strays.append(payload)

    def _count(self, *, cut: bool) -> Faults:
        faults, stream = Faults(), self.stream
        place = bisect_left(stream.ends, self.at + 1)
        hidden = set() if self.sees_own else {self.client}
        expected = [p for p in stream.order[place:] if stream.senders[p] not in hidden]
        unseen = sorted(stream.unseen, key=stream.due.__getitem__)
        expected += [p for p in unseen if stream.senders[p] not in hidden]
        counts = Counter(self.strays)
        while cut and expected and expected[-1] not in counts:
            expected.pop()
        missing = set(expected)
        for payload, count in counts.items():
            if payload not in stream.due:
                faults.altered += count
            elif payload not in missing:
                faults.duplicated += count
            else:
                faults.duplicated += count - 1
        faults.lost += sum(payload not in counts for payload in expected)
        places = {payload: index for index, payload in enumerate(expected)}
        arrived = [places[p] for p in dict.fromkeys(self.strays) if p in places]
        faults.reordered += sum(b < a for a, b in pairwise(arrived))
        return faults
