"""Names by which somebody has reached this server and that are not its own: said in the log, so
that an operator whose people cannot reach it learns which setting to change. Anybody can send any
name, so each is said once, and only so many, and not many at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gchat.core.limits import Buckets

log = logging.getLogger(__name__)

NAMES_MOST = 100  # that are said in one run
NAME_CHARACTERS = 100  # of one
NAMES_BURST, NAMES_PER_MINUTE = 5, 5


class ForeignNames:
    """`monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: set[str] = set()
        self._rate = Buckets(NAMES_BURST, NAMES_PER_MINUTE / 60, 1)

    def note(self, host: str, where: str) -> None:
        """Somebody at the address `where` has sent this `Host`."""
        name = host.lower()[:NAME_CHARACTERS]
        if name in self._said or len(self._said) >= NAMES_MOST:
            return
        if not self._rate.take(None, self._monotonic()):
            return
        self._said.add(name)
        log.warning(
            "%s asked for this server by the name %s, which is not known as one of its own: if it "
            "is one, name it in the setting server.hosts",
            where,
            ascii(name),
        )
