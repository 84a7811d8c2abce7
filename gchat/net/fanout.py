"""Shows effects to the connections of this node: rendered once per variant, queued for all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from gchat.core.effects import (
    ChangedMetadata,
    ChangedRoomName,
    Disconnected,
    Effect,
    Entered,
    Left,
    Personal,
    Presence,
    Spoke,
    WasKicked,
)
from gchat.core.events import Event
from gchat.dialects.peer import Variant
from gchat.net.broadcast import BroadcastGroup
from gchat.net.flusher import Flusher
from gchat.net.outbox import Group, Outbox

log = logging.getLogger(__name__)


def _render(variant: Variant, effect: Effect) -> bytes:
    """An effect that cannot be rendered must not stop those after it."""
    try:
        return variant.render(effect)
    except Exception:
        log.exception("an effect could not be delivered: %s", type(effect).__name__)
        return b""


NO_ROOMS: frozenset[str] = frozenset()
Private = Callable[[Effect], bytes]
_PRIVATE = (ChangedMetadata, ChangedRoomName, Presence)  # rendered for each connection by itself


class Recipient:
    """One connection as the fan-out knows it."""

    __slots__ = ("answers", "captured", "echo", "number", "outbox", "private")

    def __init__(self, number: int, outbox: Outbox, *, echo: bool, private: Private) -> None:
        self.number = number
        self.outbox = outbox
        self.echo = echo  # sees its own messages
        self.private = private
        self.answers: Event | None = None  # what this event shows the connection is captured
        self.captured: tuple[bytes, ...] = ()


class Fanout:
    """Which of this node's connections is in which room, grouped by what they are shown. A user may
    have several connections. Never waits.
    """

    def __init__(self, flusher: Flusher) -> None:
        self._flusher = flusher
        self._recipients: dict[int, tuple[Recipient, ...]] = {}  # by uid
        # the rooms that each user is shown, also while they have no connection that is shown any
        self._seen: dict[int, frozenset[str]] = {}
        self._groups: dict[tuple[Variant, frozenset[str]], BroadcastGroup] = {}
        self._rooms: dict[str, dict[Variant, dict[Group, None]]] = {}

    def register(
        self,
        uid: int,
        outbox: Outbox,
        variant: Variant,
        *,
        echo: bool,
        private: Private,
        number: int = 0,
        rooms: Iterable[str] = (),
    ) -> None:
        """From now on shows a connection what the user `uid` sees, in this form. `private` renders
        effects that are not the same for all connections with this form; `number` is the
        connection's, 0 if it is the same as the uid. `rooms`: those that a user is in of whom
        nothing was known here, because all of their connections are to other nodes.
        """
        others = tuple(one for one in self._recipients.get(uid, ()) if one.outbox is not outbox)
        seen = self._seen.get(uid)
        if seen is None:
            seen = frozenset(rooms) or NO_ROOMS
        self._recipients[uid] = (
            *others,
            Recipient(number or uid, outbox, echo=echo, private=private),
        )
        group = self._group(variant, seen)
        self._seen[uid] = group.rooms  # one set for all who are in the same rooms
        self._move(outbox, group)

    def forget(self, uid: int, outbox: Outbox | None = None) -> None:
        """Stops showing things to one of a user's connections, or (`None`) to the whole user."""
        if outbox is None:
            self._seen.pop(uid, None)
        left = []
        for recipient in self._recipients.pop(uid, ()):
            if outbox is None or recipient.outbox is outbox:
                self._move(recipient.outbox, None)
            else:
                left.append(recipient)
        if left:
            self._recipients[uid] = tuple(left)

    def capture(self, uid: int, outbox: Outbox, event: Event) -> None:
        """Keeps what this event of the user's shows the connection itself, until `captured`."""
        for recipient in self._recipients.get(uid, ()):
            if recipient.outbox is outbox:
                recipient.answers = event

    def captured(self, uid: int, outbox: Outbox) -> bytes:
        """Returns what was kept, and ends the capture."""
        data = b""
        for recipient in self._recipients.get(uid, ()):
            if recipient.outbox is outbox:
                data, recipient.captured, recipient.answers = b"".join(recipient.captured), (), None
        return data

    def clear(self) -> None:
        """Shows nobody anything any more."""
        for uid in list(self._recipients):
            self.forget(uid)
        self._seen.clear()

    def deliver(self, effects: Iterable[Effect]) -> None:
        """Queues each effect for everybody who sees it, and keeps the rooms up to date."""
        for effect in effects:
            if type(effect) is Spoke:
                # most effects are messages, which do not change who sees what
                self._show(effect)
            else:
                self._follow(effect)

    def _follow(self, effect: Effect) -> None:
        """Shows an effect that may change who sees what, and updates that."""
        if isinstance(effect, Entered):
            self._enter(effect.uid, effect.room)
        if isinstance(effect, _PRIVATE) or (isinstance(effect, Personal) and effect.watched):
            self._show_privately(effect)
        else:
            self._show(effect)
        if isinstance(effect, Left):
            self._leave(effect.uid, effect.room)
        elif isinstance(effect, WasKicked):
            self._leave(effect.target_uid, effect.room)
        elif isinstance(effect, Disconnected):
            self.forget(effect.uid)
        elif isinstance(effect, ChangedRoomName):
            for uid in effect.uids:
                self._enter(uid, effect.new_key)
                if effect.new_key != effect.old_key:
                    self._leave(uid, effect.old_key)

    def _show(self, effect: Effect) -> None:
        skipped = self._skipped(effect)
        apart = skipped.group if skipped is not None else None
        encoded: dict[Variant, bytes] = {}
        if effect.room:
            for variant, groups in self._rooms.get(effect.room, {}).items():
                data = encoded[variant] = _render(variant, effect)
                if data:
                    for group in groups:
                        group.write(data, skipped if group is apart else None)
        for uid in effect.uids:
            for recipient in self._recipients.get(uid, ()):
                outbox = recipient.outbox
                if outbox is skipped or outbox.group is None:
                    continue
                variant = outbox.group.variant
                one = encoded.get(variant)
                if one is None:
                    one = encoded[variant] = _render(variant, effect)
                if one:
                    outbox.write(one)

    def _skipped(self, effect: Effect) -> Outbox | None:
        """The connection that caused the effect, if it is not shown it like the others: it did not
        ask for its own messages (echo-message), or gets them in the answer to a labeled command.
        A message to oneself is received in any case, and the echo is shown besides.
        """
        for doer in self._recipients.get(effect.uid, ()):
            group = doer.outbox.group
            if group is None:
                continue
            if isinstance(effect, Spoke):
                if effect.origin != doer.number:
                    continue
                to_self = not effect.room and effect.uids == (effect.uid,)
                if not doer.echo:
                    return None if to_self else doer.outbox
                if to_self and doer.answers is None:
                    doer.outbox.write(_render(group.variant, effect))
            else:
                to_self = False
            if doer.answers is not None and doer.answers is effect.entry.event:
                if effect.room in group.rooms or effect.uid in effect.uids:
                    doer.captured += (_render(group.variant, effect),)
                return None if to_self else doer.outbox
        return None

    def _show_privately(self, effect: Effect) -> None:
        for uid in effect.uids:
            for recipient in self._recipients.get(uid, ()):
                try:
                    data = recipient.private(effect)
                except Exception:
                    log.exception("an effect could not be delivered: %s", type(effect).__name__)
                    continue
                if recipient.answers is not None and recipient.answers is effect.entry.event:
                    recipient.captured += (data,)
                elif data:
                    recipient.outbox.write(data)

    def _enter(self, uid: int, room: str) -> None:
        rooms = self._seen.get(uid)
        if rooms is not None:
            self._seen[uid] = self._move_all(uid, rooms | {room})

    def _move_all(self, uid: int, rooms: frozenset[str]) -> frozenset[str]:
        """Shows these rooms to all of a user's connections. Returns an equal set, shared if it can
        be.
        """
        for recipient in self._recipients.get(uid, ()):
            group = recipient.outbox.group
            if group is not None:
                new = self._group(group.variant, rooms)
                self._move(recipient.outbox, new)
                rooms = new.rooms
        return rooms

    def _leave(self, uid: int, room: str) -> None:
        rooms = self._seen.get(uid)
        if rooms is not None:
            self._seen[uid] = self._move_all(uid, rooms - {room})

    def _move(self, outbox: Outbox, new: BroadcastGroup | None) -> None:
        old = outbox.group
        if old is new:
            return
        if old is not None:
            old.remove(outbox)
            if not old.members:
                self._drop(old)
        if new is not None:
            new.add(outbox)

    def _group(self, variant: Variant, rooms: frozenset[str]) -> BroadcastGroup:
        """The group of these rooms in this form. If it is new, the caller must add a member at
        once.
        """
        group = self._groups.get((variant, rooms))
        if group is None:
            group = self._groups[variant, rooms] = BroadcastGroup(self._flusher, variant, rooms)
            for room in rooms:
                self._rooms.setdefault(room, {}).setdefault(variant, {})[group] = None
        return group

    def _drop(self, group: Group) -> None:
        del self._groups[group.variant, group.rooms]
        for room in group.rooms:
            variants = self._rooms[room]
            del variants[group.variant][group]
            if not variants[group.variant]:
                del variants[group.variant]
                if not variants:
                    del self._rooms[room]
