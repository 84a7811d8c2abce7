"""A hub with people on it, for tests that say what an event brings, whole."""

from __future__ import annotations

from typing import Any

from gchat.config import AccountsConfig, Config, LimitsConfig, ServerConfig
from gchat.core.accounts import Seat
from gchat.core.apply import apply
from gchat.core.effects import Effect, Failure, Outcome, Saved
from gchat.core.events import AccountMade, Connected, Entry, Event, Joined, Opered
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper

NOW = 1_700_000_000_000  # milliseconds


class Stage:
    """Tuan (1), Duy (2), Lan (3) and Mai (4) are connected; `now` is moved by the test."""

    def __init__(self, lobby: str = "#lobby", certificates: int = 10, **limits: Any) -> None:
        self.now = NOW
        config = Config(
            server=ServerConfig(lobby=lobby),
            accounts=AccountsConfig(certificates=certificates),
            limits=LimitsConfig(**limits),
        )
        self.hub = Hub(config)
        self._stamper = Stamper(lambda: self.now)
        self.entry: Entry
        self._stored: tuple[Saved, ...] = ()
        for uid, nick in enumerate(("Tuan", "Duy", "Lan", "Mai"), 1):
            self.do(Connected(uid, nick, "~u", f"host{uid}", f"{nick} Real"))

    def apply(self, event: Event) -> Outcome:
        """The next entry's outcome."""
        self.entry = self._stamper.stamp(event)
        outcome = apply(self.hub, self.entry)
        self._stored = outcome.saved
        return outcome

    def stored(self) -> tuple[Saved, ...]:
        """What the last entry changed for longer than the hub lives."""
        return self._stored

    def do(self, *events: Event) -> tuple[Effect, ...]:
        """What the last of them brought; none may be refused."""
        effects: tuple[Effect, ...] = ()
        for event in events:
            outcome = self.apply(event)
            assert not outcome.refusals, (event, outcome.refusals)
            effects = outcome.effects
        return effects

    def refused(self, event: Event) -> tuple[str, tuple[str, ...], str]:
        """The one refusal: the numeric's name or the standard reply's code, parameters, and the
        text where it is not the numeric's own."""
        outcome = self.apply(event)
        assert not outcome.effects
        assert not outcome.saved
        (refusal,) = outcome.refusals
        if isinstance(refusal, Failure):
            return f"{refusal.command} {refusal.code}", refusal.context, refusal.text
        own = refusal.text == refusal.numeric.text
        return refusal.numeric.name, refusal.params, "" if own else refusal.text

    def by(self, uid: int) -> dict[str, Any]:
        """What every effect says of the one whose doing it is, as they are now."""
        user = self.hub.users[uid]
        return {
            "entry": self.entry,
            "uid": uid,
            "nick": user.nick,
            "source": f"{user.nick}!~u@host{uid}",
            "account": user.account,
        }

    def join(self, room: str, *uids: int) -> None:
        """They enter, one after the other."""
        self.do(*(Joined(uid, room) for uid in uids))

    def log_in(self, *uids: int) -> None:
        """Each makes an account that is called like them."""
        self.do(*(AccountMade(uid, self.hub.users[uid].nick, "verifier") for uid in uids))

    def oper(self, *uids: int) -> None:
        """They are operators of the server."""
        self.do(*(Opered(uid, "admin") for uid in uids))


def names(rooms: dict[str, Seat]) -> dict[str, str]:
    """The names of an account's rooms, by their folded form."""
    return {key: seat.name for key, seat in rooms.items()}
