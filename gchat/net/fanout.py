"""Shows effects to the connections of this node: encoded once per variant, queued for all."""

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
    Presence,
    Spoke,
    WasKicked,
)
from gchat.dialects.link import Variant
from gchat.net.cohort import Cohort
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox

log = logging.getLogger(__name__)


def _render(variant: Variant, effect: Effect) -> bytes:
    """One bad effect must not keep the others, or the rooms' members, from following."""
    try:
        return variant.render(effect)
    except Exception:
        log.exception("an effect cannot be shown: %s", type(effect).__name__)
        return b""


Private = Callable[[Effect], bytes]
_PRIVATE = (ChangedMetadata, ChangedRoomName, Presence)  # read otherwise by each connection


class Recipient:
    """One connection as the fan-out knows it."""

    __slots__ = ("captured", "echo", "outbox", "private")

    def __init__(self, outbox: Outbox, *, echo: bool, private: Private) -> None:
        self.outbox = outbox
        self.echo = echo  # sees its own messages
        self.private = private
        self.captured: list[bytes] | None = None  # what its own doing shows it, while it is kept


class Fanout:
    """Who of this node's connections is in which room, grouped by what they are shown. Never
    waits.
    """

    def __init__(self, flusher: Flusher) -> None:
        self._flusher = flusher
        self._recipients: dict[int, Recipient] = {}
        self._cohorts: dict[tuple[Variant, frozenset[str]], Cohort] = {}
        self._rooms: dict[str, dict[Variant, dict[Cohort, None]]] = {}

    def register(
        self, uid: int, outbox: Outbox, variant: Variant, *, echo: bool, private: Private
    ) -> None:
        """Shows the user of this uid what they see, in this form from now on. `private` renders
        what is not the same for all who have the form.
        """
        self._recipients[uid] = Recipient(outbox, echo=echo, private=private)
        rooms = outbox.cohort.rooms if outbox.cohort is not None else frozenset[str]()
        self._move(outbox, self._cohort(variant, rooms))

    def forget(self, uid: int) -> None:
        """Shows them nothing any more."""
        recipient = self._recipients.pop(uid, None)
        if recipient is not None:
            self._move(recipient.outbox, None)

    def capture(self, uid: int) -> None:
        """From here on keeps what somebody's own doing shows themselves, until `captured`."""
        recipient = self._recipients.get(uid)
        if recipient is not None:
            recipient.captured = []

    def captured(self, uid: int) -> bytes:
        """What was kept, and ends the keeping."""
        recipient = self._recipients.get(uid)
        if recipient is None or recipient.captured is None:
            return b""
        data, recipient.captured = b"".join(recipient.captured), None
        return data

    def clear(self) -> None:
        """Shows nobody anything any more."""
        for uid in list(self._recipients):
            self.forget(uid)

    def deliver(self, effects: Iterable[Effect]) -> None:
        """Queues each effect for everybody who sees it, and keeps the rooms up to date."""
        for effect in effects:
            if isinstance(effect, Entered):
                self._enter(effect.uid, effect.room)
            if isinstance(effect, _PRIVATE):
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
        skipped = self._skipped(effect) if isinstance(effect, Spoke) else None
        doer = self._recipients.get(effect.uid)
        if doer is not None and doer.captured is not None:
            skipped = self._capture(effect, doer, skipped)
        apart = skipped.cohort if skipped is not None else None
        encoded: dict[Variant, bytes] = {}
        if effect.room:
            for variant, cohorts in self._rooms.get(effect.room, {}).items():
                data = encoded[variant] = _render(variant, effect)
                if data:
                    for cohort in cohorts:
                        cohort.write(data, skipped if cohort is apart else None)
        for uid in effect.uids:
            recipient = self._recipients.get(uid)
            if recipient is None or recipient.outbox is skipped:
                continue
            outbox = recipient.outbox
            assert outbox.cohort is not None
            variant = outbox.cohort.variant
            one = encoded.get(variant)
            if one is None:
                one = encoded[variant] = _render(variant, effect)
            if one:
                outbox.write(one)

    def _capture(self, effect: Effect, doer: Recipient, skipped: Outbox | None) -> Outbox | None:
        """Keeps the effect for the one whose doing it is, who is then to be skipped. A message to
        oneself is kept as the answer, and shown as received.
        """
        cohort = doer.outbox.cohort
        assert doer.captured is not None
        if cohort is None or doer.outbox is skipped:
            return skipped
        if effect.room in cohort.rooms or effect.uid in effect.uids:
            doer.captured.append(_render(cohort.variant, effect))
        if isinstance(effect, Spoke) and not effect.room and effect.uids == (effect.uid,):
            return skipped
        return doer.outbox

    def _show_privately(self, effect: Effect) -> None:
        for uid in effect.uids:
            recipient = self._recipients.get(uid)
            if recipient is None:
                continue
            data = recipient.private(effect)
            if recipient.captured is not None and uid == effect.uid:
                recipient.captured.append(data)
            elif data:
                recipient.outbox.write(data)

    def _skipped(self, effect: Spoke) -> Outbox | None:
        """The sender, if it does not want its own messages back; a message to oneself is also
        one that is received, and is always shown.
        """
        sender = self._recipients.get(effect.uid)
        if sender is None or sender.echo or (not effect.room and effect.uids == (effect.uid,)):
            return None
        return sender.outbox

    def _enter(self, uid: int, room: str) -> None:
        recipient = self._recipients.get(uid)
        if recipient is not None and recipient.outbox.cohort is not None:
            cohort = recipient.outbox.cohort
            self._move(recipient.outbox, self._cohort(cohort.variant, cohort.rooms | {room}))

    def _leave(self, uid: int, room: str) -> None:
        recipient = self._recipients.get(uid)
        if recipient is not None and recipient.outbox.cohort is not None:
            cohort = recipient.outbox.cohort
            self._move(recipient.outbox, self._cohort(cohort.variant, cohort.rooms - {room}))

    def _move(self, outbox: Outbox, new: Cohort | None) -> None:
        old = outbox.cohort
        if old is new:
            return
        if old is not None:
            old.remove(outbox)
            if not old.members:
                self._drop(old)
        if new is not None:
            new.add(outbox)

    def _cohort(self, variant: Variant, rooms: frozenset[str]) -> Cohort:
        """The cohort of these rooms in this form; a new one is to get its first member at once."""
        cohort = self._cohorts.get((variant, rooms))
        if cohort is None:
            cohort = self._cohorts[variant, rooms] = Cohort(self._flusher, variant, rooms)
            for room in rooms:
                self._rooms.setdefault(room, {}).setdefault(variant, {})[cohort] = None
        return cohort

    def _drop(self, cohort: Cohort) -> None:
        del self._cohorts[cohort.variant, cohort.rooms]
        for room in cohort.rooms:
            variants = self._rooms[room]
            del variants[cohort.variant][cohort]
            if not variants[cohort.variant]:
                del variants[cohort.variant]
                if not variants:
                    del self._rooms[room]
