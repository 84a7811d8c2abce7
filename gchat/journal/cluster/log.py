"""The log: a stream of Valkey or Redis, written to at the primary and read from `copies` of them.

This is the seam: what the rest of the engine knows of the log is `append`, `read`, `trim`, and a
few values that all nodes share. Every call switches greenlets, and raises LogGone where nobody
answers and LogRefused where the answer is no.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import gevent

from gchat.core.nodes import LogLost
from gchat.journal.cluster.codec import UnknownEvent
from gchat.journal.cluster.connection import LogConnection, LogGone, LogRefused
from gchat.wire.log_address import LogAddress

START = "0-0"  # the position before everything
READ_ENTRIES = 200  # at once
BEHIND_SECONDS = 10.0  # for a replica to have what was read from another one
LOOK_SECONDS = 0.2  # between two looks whether it has

Position = str  # "milliseconds-number", as the stream's ids


class LogEntry(NamedTuple):
    """One batch of events of one node."""

    position: Position
    node: int  # 0: it wants to join
    counter: int  # of this node's batches
    events: list[bytes]

    @property
    def ms(self) -> int:
        """Milliseconds since 1970, by the log's clock; never less than those of an entry before."""
        return order(self.position)[0]


def order(position: Position) -> tuple[int, int]:
    """By which positions are compared."""
    ms, _, number = position.partition("-")
    return int(ms), int(number or 0)


class StreamLog:
    """`key`: of the stream; the other keys begin with it. With `copies` 2 it is read from a
    replica, so that what was read is on two servers.
    """

    def __init__(self, address: LogAddress, key: str, copies: int = 1) -> None:
        self.address = address
        self.copies = copies
        self._key = key.encode()
        self._writer: LogConnection | None = None
        self._reader: LogConnection | None = None
        self._beside: LogConnection | None = None  # for everything else
        self._reading_on = False  # the reader's place in the stream was looked at
        self.reconnects = 0  # of the writer

    # -- events

    def append(self, node: int, counter: int, events: Sequence[bytes]) -> Position:
        """Adds a batch; returns where it is. After LogGone it may be there or not."""
        fields: list[bytes] = [b"h", b"%d %d" % (node, counter)]
        for event in events:
            fields += (b"e", event)
        try:
            if self._writer is None:
                self._writer = self.primary()
                self.reconnects += 1
            found: bytes = self._writer.ask(b"XADD", self._key, b"*", *fields)
        except (LogGone, LogRefused) as error:
            if isinstance(error, LogGone) or error.code == "READONLY":  # another one is the primary
                self._drop_writer()
            raise
        return found.decode()

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def read(self, after: Position, wait: float) -> list[LogEntry]:
        """The next entries behind a position, in order; waits for some, so many seconds. Raises
        LogLost where the entry at that position is there no more, and UnknownEvent where something
        is no entry.
        """
        try:
            if self._reader is None:
                self._reader, self._reading_on = self._source(), False
            if not self._reading_on:
                self._look(self._reader, after)
                self._reading_on = True
            found = self._reader.ask(
                *(b"XREAD", b"COUNT", READ_ENTRIES, b"BLOCK", max(1, int(wait * 1000))),
                *(b"STREAMS", self._key, after),
                wait=wait,
            )
        except (LogGone, LogRefused):
            self.read_elsewhere()
            raise
        return [_entry(where, fields) for where, fields in found[0][1]] if found else []

    def read_elsewhere(self) -> None:
        """The next `read` finds out anew where to read."""
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def _source(self) -> LogConnection:
        return self.primary() if self.copies == 1 else self.replica()

    def _look(self, source: LogConnection, after: Position) -> None:
        """Raises LogLost where this server does not have the entry that was read last."""
        if after == START:
            if self._is_trimmed(source):
                raise LogLost("the log does not go back to its beginning any more")
            return
        for _ in range(int(BEHIND_SECONDS / LOOK_SECONDS)):
            first, last = self._ends(source)
            if order(after) <= order(last):
                break
            gevent.sleep(LOOK_SECONDS)  # a replica may be behind
        else:
            raise LogLost(f"the log ends at {last}, and {after} was read from it")
        if order(after) < order(first):
            raise LogLost(f"the log begins at {first}, and {after} was the last that was read")
        if not source.ask(b"XRANGE", self._key, after, after):
            raise LogLost(f"{after} was read from the log, and is not in it any more")

    def _is_trimmed(self, source: LogConnection) -> bool:
        """Whether the stream has had more than it has."""
        found = self._about(source)
        return found is not None and found[b"entries-added"] != found[b"length"]

    def _about(self, source: LogConnection) -> dict[bytes, Any] | None:
        """What a server says of the stream, `None` where there is none yet."""
        try:
            return _pairs(source.ask(b"XINFO", b"STREAM", self._key))
        except LogRefused as error:
            if "no such key" in str(error):
                return None
            raise

    def _ends(self, source: LogConnection) -> tuple[Position, Position]:
        """Of the stream: its first entry that is left, and the last that it ever had."""
        found = self._about(source)
        if found is None:
            return START, START
        first = found[b"first-entry"]
        last: bytes = found[b"last-generated-id"]
        return (first[0].decode() if first else last.decode()), last.decode()

    def ends(self) -> tuple[Position, Position]:
        """Of the stream where it is read: its first entry that is left, and the last."""
        if self._reader is None:
            self._reader, self._reading_on = self._source(), False
        return self._ends(self._reader)

    def has(self, position: Position) -> bool:
        """Whether one can go on reading behind a position."""
        try:
            if self._reader is None:
                self._reader, self._reading_on = self._source(), False
            self._look(self._reader, position)
        except LogLost:
            return False
        return True

    def trim(self, before: Position) -> None:
        """Forgets about all that is before a position."""
        self.ask(b"XTRIM", self._key, b"MINID", b"~", before)

    def trim_to(self, entries: int) -> None:
        """Forgets about all but the last so many."""
        self.ask(b"XTRIM", self._key, b"MAXLEN", b"~", entries)

    def size(self) -> int:
        """Bytes of memory that the stream takes at its server, about."""
        return self.ask(b"MEMORY", b"USAGE", self._key) or 0

    def now_ms(self) -> int:
        """The time at the log's server, in milliseconds since 1970."""
        seconds, micros = self.ask(b"TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    # -- values that all nodes share

    def value(self, name: str) -> bytes | None:
        """A value; `None` where nobody has set it."""
        found: bytes | None = self.ask(b"GET", self._named(name))
        return found

    def set(self, name: str, value: bytes) -> None:
        """Sets a value."""
        self.ask(b"SET", self._named(name), value)

    def set_first(self, name: str, value: bytes) -> bytes:
        """Sets a value if nobody has; returns it as it is then."""
        self.ask(b"SET", self._named(name), value, b"NX")
        return self.value(name) or value

    def note(self, name: str, field: str, value: bytes, *, keep: bool = True) -> None:
        """Sets one field of a table, or (`keep` is False) removes it."""
        if keep:
            self.ask(b"HSET", self._named(name), field, value)
        else:
            self.ask(b"HDEL", self._named(name), field)

    def table(self, name: str) -> dict[str, bytes]:
        """All fields of a table."""
        found = self.ask(b"HGETALL", self._named(name))
        return {key.decode(): value for key, value in _pairs(found).items()}

    def _named(self, name: str) -> bytes:
        return self._key + b":" + name.encode()

    def ask(self, *command: Any) -> Any:
        """What the primary answers to any other command."""
        try:
            if self._beside is None:
                self._beside = self.primary()
            return self._beside.ask(*command)
        except (LogGone, LogRefused) as error:
            if self._beside is not None and (
                isinstance(error, LogGone) or error.code == "READONLY"
            ):
                self._beside.close()
                self._beside = None
            raise

    # -- where it is

    def primary(self) -> LogConnection:
        """A connection to the server that is written to."""
        if not self.address.master:
            host, port = self.address.hosts[0]
        else:
            host, port = self._ask_sentinels(b"GET-MASTER-ADDR-BY-NAME", _whole)
        return LogConnection(host, port, self.address)

    def replica(self) -> LogConnection:
        """A connection to a replica that is connected to the primary."""
        if self.address.master:
            host, port = self._ask_sentinels(b"REPLICAS", _first_replica)
        else:
            primary = self.primary()
            try:
                host, port = _replica_of(primary.ask(b"INFO", b"replication"))
            finally:
                primary.close()
        return LogConnection(host, port, self.address)

    def _ask_sentinels(self, question: bytes, read: Any) -> tuple[str, int]:
        """What the first of them says that knows it."""
        problem = "no Sentinel answers"
        for host, port in self.address.hosts:
            sentinel = LogConnection(host, port, self.address, login=False)
            try:
                found = sentinel.ask(b"SENTINEL", question, self.address.master)
                where: tuple[str, int] | None = read(found)
                if where is not None:
                    return where
                problem = f"the Sentinel at {host}:{port} knows none"
            except (LogGone, LogRefused) as error:
                problem = f"the Sentinel at {host}:{port}: {error}"
            finally:
                sentinel.close()
        raise LogGone(problem)

    def moved(self) -> bool:
        """Whether the Sentinels name another primary than the one that is written to. If so, the
        next calls go there.
        """
        if not self.address.master or self._writer is None:
            return False
        where = self._ask_sentinels(b"GET-MASTER-ADDR-BY-NAME", _whole)
        reader = self._reader
        if self.copies > 1 and reader is not None and where == (reader.host, reader.port):
            self.read_elsewhere()  # the replica that is read has become the primary
        if where == (self._writer.host, self._writer.port):
            return False
        self.read_elsewhere()
        for one in (self._writer, self._beside):
            if one is not None:
                one.close()
        self._writer = self._beside = None
        return True

    def close(self) -> None:
        """Lets go of all connections."""
        for one in (self._writer, self._reader, self._beside):
            if one is not None:
                one.close()
        self._writer = self._reader = self._beside = None


def _entry(where: bytes, fields: list[bytes]) -> LogEntry:
    """Raises UnknownEvent where no node has written it."""
    try:
        node, _, counter = fields[1].partition(b" ")
        return LogEntry(where.decode(), int(node), int(counter), fields[3::2])
    except (ValueError, IndexError):
        raise UnknownEvent(f"the log has an entry of somebody else's: {where.decode()}") from None


def _pairs(found: list[Any]) -> dict[bytes, Any]:
    return dict(zip(found[::2], found[1::2], strict=True))


def _whole(found: list[bytes] | None) -> tuple[str, int] | None:
    return (found[0].decode(), int(found[1])) if found else None


def _first_replica(found: list[list[bytes]]) -> tuple[str, int] | None:
    for one in found:
        replica = _pairs(one)
        bad = {b"s_down", b"o_down", b"disconnected"} & set(replica[b"flags"].split(b","))
        if not bad and replica[b"master-link-status"] == b"ok":
            return replica[b"ip"].decode(), int(replica[b"port"])
    return None


def information_of(answer: bytes) -> dict[str, str]:
    """What INFO answers, by name."""
    pairs = (line.partition(":") for line in answer.decode().splitlines() if ":" in line)
    return {name: value for name, _, value in pairs}


def _replica_of(information: bytes) -> tuple[str, int]:
    """Of the answer to INFO replication. Raises LogGone where there is none."""
    for name, value in information_of(information).items():
        if name.startswith("slave") and "state=online" in value:
            found = dict(one.partition("=")[::2] for one in value.split(","))
            return found["ip"], int(found["port"])
    raise LogGone("the log has no replica that is connected, and copies = 2 needs one")
