"""Where browsers are. Chromium opens connections ahead of time that say nothing, and keeps one that
was sent the plain-text prompt for its next request, which then fails: what it reads before a status
line may have 4 bytes. So a silent connection that was opened about when something was answered by
HTTP at the same address is asked for a nickname only when Chromium does not use it any more.
"""

from __future__ import annotations

NEAR_SECONDS = 5.0  # between the latest answer by HTTP and a silent connection that is a browser's
# Chromium uses no connection that was never used after 10 s: kUnusedIdleSocketTimeout in its
# net/socket/client_socket_pool.cc
UNUSED_SECONDS = 11.0
ADDRESSES_MOST = 10_000  # that are remembered: the last ones


class Browsers:
    """Addresses at which somebody was answered by HTTP, and when. All times in seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}  # the latest is the last

    def note(self, address: str, now: float) -> None:
        """Somebody there is answered now."""
        self._last.pop(address, None)
        if len(self._last) >= ADDRESSES_MOST:
            del self._last[next(iter(self._last))]
        self._last[address] = now

    def near(self, address: str, opened: float) -> bool:
        """Whether a connection from there that was opened then may be a browser's."""
        return self._last.get(address, opened - NEAR_SECONDS - 1) >= opened - NEAR_SECONDS
