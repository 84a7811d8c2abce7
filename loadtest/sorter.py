"""A client that is in several rooms: sorts what it reads by room, for each room's verification.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from loadtest.verify import Faults, FindLines, Receiver


@dataclass(slots=True)
class Sorter:
    """What one client has received of its streams, line by line: how the rooms follow each other
    differs from client to client. Each line counts for the room that it names, so one that comes in
    a wrong room is altered there, and lost where it belongs.
    """

    receivers: dict[bytes, Receiver]  # by room
    find: FindLines
    room: Callable[[bytes], bytes]  # of a message's line
    at: int = 0  # grows as messages arrive
    rest: bytes = b""  # a line that was not read whole yet
    foreign: int = 0  # messages of rooms that the client is not in
    _newest: list[Receiver] = field(default_factory=list)  # who got something of the last read

    @property
    def strayed(self) -> bool:
        """See Receiver."""
        return bool(self.foreign) or any(one.strayed for one in self.receivers.values())

    @property
    def received(self) -> int:
        """See Receiver."""
        return sum(one.received for one in self.receivers.values())

    def receive(self, data: bytes) -> bytes:
        """See Receiver."""
        data = self.rest + data
        end = data.rfind(b"\n") + 1
        whole, self.rest = data[:end], data[end:]
        self._newest = []
        size = 0
        rooms: dict[bytes, list[bytes]] = {}
        for line, _ in self.find(whole):
            size += len(line)
            rooms.setdefault(self.room(line), []).append(line)
        for room, lines in rooms.items():
            receiver = self.receivers.get(room)
            if receiver is None:
                self.foreign += len(lines)
                continue
            before = receiver.at
            receiver.receive(b"".join(lines))
            self._newest.append(receiver)
            self.at += receiver.at - before
        return whole if size != len(whole) else b""

    def newest(self) -> list[float]:
        """See Receiver."""
        return [due for one in self._newest for due in one.newest()]

    def finish(self, *, cut: bool = False) -> Faults:
        """See Receiver."""
        faults = Faults(altered=self.foreign)
        for one in self.receivers.values():
            faults.add(one.finish(cut=cut))
        return faults
