"""Who was in which room until a moment ago: they are shown what they missed, not what they saw."""

from __future__ import annotations

from collections.abc import Iterable

from gchat.core.effects import ChangedNick, Disconnected, Effect, Entered, Left, Spoke, WasKicked
from gchat.core.events import Entry
from gchat.wire.names import casefold

MOMENT_MS = 3_600_000  # somebody who comes back later than this counts as new
VISITORS = 1000  # nicknames and accounts kept for each room; the oldest are forgotten first


class Visitors:
    """For each room (its folded name), who left it and with which entry. People are known by their
    account, and by their nickname.
    """

    def __init__(self) -> None:
        self._left: dict[str, dict[str, Entry]] = {}

    def keep(self, effects: Iterable[Effect]) -> None:
        """Takes in what is shown."""
        for effect in effects:
            match effect:
                case Left():
                    self._note(effect.room, effect.nick, effect.account, effect.entry)
                case WasKicked():
                    self._note(effect.room, effect.target, "", effect.entry)
                case Disconnected():
                    for room in effect.rooms:
                        self._note(room, effect.nick, effect.account, effect.entry)

    def last_run(self, room: str, effects: Iterable[Effect]) -> None:
        """Takes in the end of a room's history, in order, when the server starts. Those who had not
        left have seen all of it, so they count as having left with its last entry.
        """
        here: dict[str, str] = {}  # nicknames, with their accounts
        entry = None
        for effect in effects:
            entry = effect.entry
            match effect:
                case Left() | Disconnected():
                    here.pop(effect.nick, None)
                    self._note(room, effect.nick, effect.account, entry)
                case WasKicked():
                    here.pop(effect.target, None)
                    self._note(room, effect.target, "", entry)
                case ChangedNick():
                    here[effect.new] = here.pop(effect.nick, effect.account)
                case Entered() | Spoke():
                    here[effect.nick] = effect.account
        if entry is not None:
            for nick, account in here.items():
                self._note(room, nick, account, entry)

    def left(self, room: str, nick: str, account: str, now: int) -> Entry | None:
        """The entry with which somebody left a room, where that is less than MOMENT_MS before `now`
        (milliseconds).
        """
        visitors = self._left.get(room, {})
        entry = visitors.get(_by_account(account)) if account else None
        entry = entry or visitors.get(casefold(nick))
        return entry if entry is not None and entry.at > now - MOMENT_MS else None

    def move(self, room: str, new: str) -> None:
        """A room is called otherwise."""
        if room in self._left:
            self._left[new] = self._left.pop(room)

    def forget(self, room: str) -> None:
        """Lets go of a room that is no more."""
        self._left.pop(room, None)

    def _note(self, room: str, nick: str, account: str, entry: Entry) -> None:
        visitors = self._left.setdefault(room, {})
        for who in [casefold(nick), *([_by_account(account)] if account else [])]:
            visitors.pop(who, None)  # to the end of the order
            visitors[who] = entry
        while len(visitors) > VISITORS:
            del visitors[next(iter(visitors))]


def _by_account(account: str) -> str:
    return f"={casefold(account)}"  # which no nickname begins with
