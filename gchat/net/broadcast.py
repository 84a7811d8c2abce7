"""Connections that are sent the same bytes: these are queued once for all of them."""

from __future__ import annotations

from gchat.dialects.peer import Variant
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox

GROUP_BYTES = 64 * 1024  # what may wait for a group; then it is flushed at once


class BroadcastGroup:
    """The outboxes of all who are in the same rooms and are sent the same form.

    What is written here goes to every member, with one send each when the flusher says so. A member
    that gets something for itself meanwhile is given what waits here first (`catch_up`), so that
    everything reaches it in the order in which it was written.
    """

    __slots__ = (
        "_ahead",
        "_chunks",
        "_everybody",
        "_flusher",
        "_size",
        "members",
        "rooms",
        "variant",
    )

    def __init__(self, flusher: Flusher, variant: Variant, rooms: frozenset[str]) -> None:
        self.variant = variant
        self.rooms = rooms
        self.members: dict[Outbox, None] = {}
        self._flusher = flusher
        self._chunks: list[bytes] = []
        self._size = 0
        self._ahead: dict[Outbox, int] = {}  # how many of the chunks a member has already
        # the members, until they change: where there are many small groups, half of a flush is
        # waiting for memory, and a tuple is in one place
        self._everybody: tuple[Outbox, ...] | None = None

    def add(self, outbox: Outbox) -> None:
        """Adds a member, which gets what is written from now on."""
        self.members[outbox] = None
        self._everybody = None
        outbox.group = self
        if self._chunks:
            self._ahead[outbox] = len(self._chunks)

    def remove(self, outbox: Outbox) -> None:
        """Removes a member, which still gets what was written until now."""
        self.catch_up(outbox)
        self._ahead.pop(outbox, None)
        del self.members[outbox]
        self._everybody = None
        outbox.group = None

    def write(self, data: bytes, skipped: Outbox | None = None) -> None:
        """Queues whole lines for every member, but for `skipped`."""
        chunks = self._chunks
        if skipped is not None:
            self.catch_up(skipped)
            self._ahead[skipped] = len(chunks) + 1
        if not chunks:
            self._flusher.add_first(self)
        chunks.append(data)
        self._size += len(data)
        if self._size > GROUP_BYTES:
            self.flush()

    def catch_up(self, outbox: Outbox) -> None:
        """Gives a member what waits for it here."""
        chunks = self._chunks
        if not chunks:
            return
        place = self._ahead.get(outbox, 0)
        if place < len(chunks):
            self._ahead[outbox] = len(chunks)
            outbox.queue(b"".join(chunks[place:]))

    def flush(self) -> tuple[int, int]:
        """Sends what waits to the members. Returns the number of sends and of deliveries."""
        chunks, ahead = self._chunks, self._ahead
        count = len(chunks)
        if not count:
            return 0, 0
        data = chunks[0] if count == 1 else b"".join(chunks)
        everybody = self._everybody
        if everybody is None:
            everybody = self._everybody = tuple(self.members)
        self._size = 0
        if not ahead:
            chunks.clear()
            for outbox in everybody:
                outbox.send(data)
        else:
            self._chunks, self._ahead = [], {}
            for outbox in everybody:
                place = ahead.get(outbox)
                if place is None:
                    outbox.send(data)
                elif place < count:
                    outbox.send(b"".join(chunks[place:]))
        return len(everybody), len(everybody) * count
