"""Where browsers are. Chromium opens more connections than it needs and keeps those that say
nothing, for a minute and longer, for its next requests. One that was sent the plain-text prompt
meanwhile makes such a request fail: before a status line there may be 4 bytes. So a silent
connection that was opened about when a browser asked for something from the same address is not
prompted: people at netcat seldom come in the same half second.
"""

from __future__ import annotations

from gchat.web.exchange import Request

NEAR_SECONDS = 0.5  # that a silent connection may be opened after a request, or any time before one
ADDRESSES_MOST = 10_000  # that are remembered: the last ones


def is_browser(request: Request) -> bool:
    """Whether a browser asks: they all say that they are Mozilla, and few other programs do."""
    return request.headers.get("user-agent", "").startswith("Mozilla/")


class Browsers:
    """Addresses from which a browser has asked for something, and when. All times in seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}  # the latest is the last

    def note(self, address: str, now: float) -> None:
        """A browser asks from there now."""
        self._last.pop(address, None)
        if len(self._last) >= ADDRESSES_MOST:
            del self._last[next(iter(self._last))]
        self._last[address] = now

    def near(self, address: str, opened: float) -> bool:
        """Whether a silent connection from there that was opened then may be a browser's."""
        last = self._last.get(address)
        return last is not None and last >= opened - NEAR_SECONDS
