"""Away while nobody is there, and back at the first key: where somebody has asked for that."""

from __future__ import annotations

import time
from collections.abc import Callable

from client_gui.model.model import Model
from client_gui.system import idle
from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.context import Context
from client_gui.ui.servers import Servers

LOOK_MS = 5000  # between two looks
BACK_SECONDS = 10.0  # whoever has touched something so lately is there


class Idling:
    """Never changes what somebody has said themselves: neither that they are away nor that not."""

    def __init__(
        self,
        context: Context,
        servers: Servers,
        seconds: Callable[[], float | None] = idle.seconds,
    ) -> None:
        """`seconds`: since somebody touched anything, `None` where that is not known; then it is
        since this window was used.
        """
        self._context = context
        self._servers = servers
        self._seconds = seconds
        self._used = time.monotonic()  # when this window was
        self._by_us: list[Model] = []  # servers where we have said that we are away
        for event in ("<Any-KeyPress>", "<Any-ButtonPress>", "<Motion>"):
            context.root.bind_all(event, self._touched, add=True)
        timers.after(context.root, LOOK_MS, self._again)

    def _touched(self, event: object) -> None:
        self._used = time.monotonic()
        if self._by_us:
            self.look()

    def _again(self) -> None:
        self.look()
        timers.after(self._context.root, LOOK_MS, self._again)

    def look(self) -> None:
        """Says that we are away, or back, where it is time for that, to each server."""
        minutes = self._context.settings.away_after
        if not (minutes or self._by_us):
            return  # nobody has asked for it
        here = time.monotonic() - self._used
        everywhere = self._seconds()
        still = here if everywhere is None else min(here, everywhere)
        back = still < BACK_SECONDS or not minutes
        for one in self._servers.all:
            model, connection = one.model, one.connection
            away = model.fold(model.nick) in model.away
            if model in self._by_us and back:
                if away:
                    connection.do_if_ready(lambda core: core.command("AWAY"))
            elif not back and still >= minutes * 60 and not away and connection.ready:
                if model not in self._by_us:
                    self._by_us.append(model)
                connection.do_if_ready(lambda core: core.command("AWAY", _("away")))
        if back:
            self._by_us.clear()
