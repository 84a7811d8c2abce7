"""Shows effects to the connections of this node: encoded once per variant, queued for all."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gchat.core.effects import (
    Disconnected,
    Effect,
    Entered,
    Left,
    Spoke,
    WasKicked,
)
from gchat.dialects.link import Variant
from gchat.net.outbox import Outbox

log = logging.getLogger(__name__)


def _render(variant: Variant, effect: Effect) -> bytes:
    """One bad effect must not keep the others, or the rooms' members, from following."""
    try:
        return variant.render(effect)
    except Exception:
        log.exception("an effect cannot be shown: %s", type(effect).__name__)
        return b""


class Recipient:
    """One connection as the fan-out knows it."""

    __slots__ = ("echo", "outbox", "rooms", "uid", "variant")

    def __init__(self, uid: int, outbox: Outbox, variant: Variant, *, echo: bool) -> None:
        self.uid = uid
        self.outbox = outbox
        self.variant = variant
        self.echo = echo  # sees its own messages
        self.rooms: set[str] = set()  # folded names


_Group = dict[Recipient, None]


class Fanout:
    """Who of this node's connections is in which room, grouped by variant. Never waits."""

    def __init__(self) -> None:
        self._recipients: dict[int, Recipient] = {}
        self._rooms: dict[str, dict[Variant, _Group]] = {}

    def register(self, uid: int, outbox: Outbox, variant: Variant, *, echo: bool) -> None:
        """Shows the user of this uid what they see, in this form from now on."""
        recipient = self._recipients.get(uid)
        if recipient is None:
            self._recipients[uid] = Recipient(uid, outbox, variant, echo=echo)
            return
        recipient.echo = echo
        if variant != recipient.variant:
            rooms = list(recipient.rooms)
            for room in rooms:
                self._leave(recipient, room)
            recipient.variant = variant
            for room in rooms:
                self._enter(recipient, room)

    def forget(self, uid: int) -> None:
        """Shows them nothing any more."""
        recipient = self._recipients.pop(uid, None)
        if recipient is not None:
            for room in list(recipient.rooms):
                self._leave(recipient, room)

    def clear(self) -> None:
        """Shows nobody anything any more."""
        self._recipients.clear()
        self._rooms.clear()

    def deliver(self, effects: Iterable[Effect]) -> None:
        """Queues each effect for everybody who sees it, and keeps the rooms up to date."""
        for effect in effects:
            if isinstance(effect, Entered):
                recipient = self._recipients.get(effect.uid)
                if recipient is not None:
                    self._enter(recipient, effect.room)
            self._show(effect)
            if isinstance(effect, Left):
                self._leave_uid(effect.uid, effect.room)
            elif isinstance(effect, WasKicked):
                self._leave_uid(effect.target_uid, effect.room)
            elif isinstance(effect, Disconnected):
                self.forget(effect.uid)

    def _show(self, effect: Effect) -> None:
        skipped = self._skipped(effect) if isinstance(effect, Spoke) else None
        encoded: dict[Variant, bytes] = {}
        if effect.room:
            for variant, group in self._rooms.get(effect.room, {}).items():
                data = encoded[variant] = _render(variant, effect)
                if data:
                    for recipient in group:
                        if recipient is not skipped:
                            recipient.outbox.write(data)
        for uid in effect.uids:
            other = self._recipients.get(uid)
            if other is None or other is skipped:
                continue
            one = encoded.get(other.variant)
            if one is None:
                one = encoded[other.variant] = _render(other.variant, effect)
            if one:
                other.outbox.write(one)

    def _skipped(self, effect: Spoke) -> Recipient | None:
        """The sender, if it does not want its own messages back; a message to oneself is also
        one that is received, and is always shown.
        """
        sender = self._recipients.get(effect.uid)
        if sender is None or sender.echo or (not effect.room and effect.uids == (effect.uid,)):
            return None
        return sender

    def _enter(self, recipient: Recipient, room: str) -> None:
        recipient.rooms.add(room)
        groups = self._rooms.setdefault(room, {})
        groups.setdefault(recipient.variant, {})[recipient] = None

    def _leave_uid(self, uid: int, room: str) -> None:
        recipient = self._recipients.get(uid)
        if recipient is not None:
            self._leave(recipient, room)

    def _leave(self, recipient: Recipient, room: str) -> None:
        recipient.rooms.discard(room)
        groups = self._rooms.get(room)
        group = groups.get(recipient.variant) if groups else None
        if groups is None or group is None:
            return
        group.pop(recipient, None)
        if not group:
            del groups[recipient.variant]
            if not groups:
                del self._rooms[room]
