"""When a connection that says nothing is asked something or given up. Holds no clock, no socket."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from gchat.config.settings import TimesConfig
from gchat.web.connection import Phase

LEAST_BYTES_PER_SECOND = 4096  # of a body, once it had `times.upload` to begin


class Action(Enum):
    """What is to be done with a connection now."""

    WAIT = auto()
    PROMPT = auto()  # ask for a nickname, as plain text
    PING = auto()
    CLOSE = auto()


class Due(NamedTuple):
    """What is to be done, when to look again (in the clock's seconds; `None` for never), and why
    the connection is closed.
    """

    action: Action
    again: float | None
    reason: str = ""


_NO_VISIT: tuple[Phase, int] = (Phase.READING, 0)  # see Layers


class Timeouts:
    """The times of one connection, in the seconds of one clock."""

    __slots__ = ("_pinged", "_prompted", "_received", "_visit", "_visit_began", "heard", "opened")

    def __init__(self, now: float) -> None:
        self.heard = now  # when the peer was last heard of
        self.opened = now
        self._prompted = False
        self._pinged = 0.0  # when a sign of life was asked for; 0 while none is owed
        self._visit = _NO_VISIT
        self._visit_began = now
        self._received = 0  # bytes of a body

    def registering(
        self,
        now: float,
        times: TimesConfig,
        *,
        shaking_hands: bool,
        silent: bool,
        browsing: bool = False,
    ) -> Due:
        """Before the connection has a nickname. `shaking_hands`: TLS or WebSocket is not agreed on
        yet. `silent`: nothing was received so far, so nobody knows what the peer speaks.
        `browsing`: it may be a browser's, see `browsers.py`.
        """
        ends, why = self.opened + times.registration, "Registration timed out"
        if shaking_hands:
            ends, why = min(ends, self.opened + times.handshake), "Handshake timed out"
        if now >= ends:
            return Due(Action.CLOSE, None, why)
        if self._prompted or not silent:
            return Due(Action.WAIT, ends)
        asks = self.opened + times.prompt
        if now >= asks and browsing:
            return Due(Action.WAIT, ends)
        if now >= asks:
            self._prompted = True
            return Due(Action.PROMPT, ends)
        return Due(Action.WAIT, min(asks, ends))

    def visited(self, now: float, visit: tuple[Phase, int], received: int = 0) -> None:
        """The connection is one of HTTP, and this is what it is doing now: see Layers."""
        self._received = received
        if visit != self._visit:
            self._visit, self._visit_began = visit, now

    def visiting(self, now: float, times: TimesConfig) -> Due:
        """While it is HTTP: a request has to come whole in time, however slowly it comes; a body
        that may be large goes on coming, and not too slowly.
        """
        phase, why = self._visit[0], "Request timed out"
        if phase is Phase.READING:
            ends = self._visit_began + times.handshake
        elif phase is Phase.UPLOADING:
            slowest = self._visit_began + self._received / LEAST_BYTES_PER_SECOND
            ends = min(self.heard, slowest) + times.upload
        else:
            ends, why = self._visit_began + times.http_idle, "Idle"
        if now < ends:
            return Due(Action.WAIT, ends)
        return Due(Action.CLOSE, None, why)

    def registered(self, now: float, times: TimesConfig, *, web: bool = False) -> Due:
        """Once the connection has a nickname. The caller must send a PING that is due. `web`: it is
        a WebSocket.
        """
        interval = times.ping_interval
        if web:
            interval = min(interval, times.web_ping_interval)
        if self._pinged and self.heard < self._pinged:
            if now >= self._pinged + times.ping_timeout:
                why = f"Ping timeout: {times.ping_timeout:.0f} seconds"
                return Due(Action.CLOSE, None, why)
            return Due(Action.WAIT, self._pinged + times.ping_timeout)
        if now < self.heard + interval:
            return Due(Action.WAIT, self.heard + interval)
        self._pinged = now
        return Due(Action.PING, now + min(times.ping_timeout, interval))
