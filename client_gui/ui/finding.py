"""Finding words: in everything that is loaded of the current room, and on the server."""

from __future__ import annotations

import time

from client_gui.core.events import Said
from client_gui.model.lines import SPOKEN
from client_gui.model.model import Model
from client_gui.texts import _
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.navigation import Navigation
from client_gui.ui.panels import Choice, Chooser, Words
from client_gui.ui.servers import Servers

SHOWN = 100  # results of the server, the newest


class Finding:
    """The search of one window."""

    def __init__(self, context: Context, servers: Servers, navigation: Navigation) -> None:
        self._context = context
        self._servers = servers
        self._navigation = navigation
        self._words = ""
        # the room in which the places are, and its server
        self._room: tuple[Model, str] | None = None
        self._places: list[int] = []  # numbers of lines, the newest first
        self._at = 0
        self._panel: Chooser | None = None
        self._asked: tuple[Model, str] | None = None  # in which room, and where, the server looks
        self._found: dict[str, Said] = {}  # on the server, by their ids

    @property
    def _connection(self) -> Connection:
        """To the server that is shown."""
        return self._servers.shown.connection

    def open(self, words: str = "") -> None:
        """Shows the bar."""
        self._context.window.findbar.open(words)

    def look_for(self, words: str) -> None:
        """Goes to the newest place where the words are."""
        model = self._context.model
        self._words, self._room = words.strip(), (model, model.current)
        folded = self._words.casefold()
        self._places = [
            line.number
            for line in reversed(model.rooms[model.current].lines)
            if folded and line.look in SPOKEN and folded in str(line).casefold()
        ]
        self._at = 0
        self._show()

    def step(self, step: int) -> None:
        """To the place before (1) or after (-1), round and round."""
        if self._room != (self._context.model, self._context.model.current):
            self.look_for(self._words)
        elif self._places:
            self._at = (self._at + step) % len(self._places)
            self._show()

    def _show(self) -> None:
        window = self._context.window
        if not self._places:
            window.transcript.unmark()
            window.findbar.say(_("nothing") if self._words else "")
            return
        window.transcript.reveal(self._places[self._at], self._words)
        about = {"number": self._at + 1, "count": len(self._places)}
        window.findbar.say(_("{number} of {count}").format(**about))

    def closed(self) -> None:
        """The bar is gone."""
        self._context.window.transcript.unmark()
        self._context.window.composer.text.focus_set()

    # -- on the server

    def on_server(self, words: str) -> None:
        """Lets the server search the current room for these words."""
        context = self._context
        room = context.model.rooms[context.model.current].name
        context.model.found, context.model.searching = None, True
        self._asked = context.model, context.model.current
        if words.strip() and not self._connection.do(lambda core: core.look_for(room, words)):
            context.window.findbar.say(_("not connected"))

    def found(self, model: Model) -> None:
        """Lists what the server has found. The one chosen is shown in the transcript if it is
        loaded, otherwise in a window of its own.
        """
        context = self._context
        if model.found is None:
            return
        results = model.found[-SHOWN:]
        model.found = None
        self._found = {one.msgid: one for one in results}
        rows = [
            Choice(one.msgid, _when(one), f"{one.nick}: {one.text}") for one in reversed(results)
        ]
        nothing = [Choice("", _("Nothing was found."))]
        if self._panel is not None:
            self._panel.destroy()
        self._panel = Chooser(context.root, context.theme, _("Found on the server"), self._go)
        self._panel.offer(rows or nothing)

    def _go(self, msgid: str) -> None:
        context = self._context
        if self._asked is not None:
            self._navigation.go(*self._asked)  # another room may be shown by now
        line = context.model.rooms[context.model.current].find(msgid) if msgid else None
        if line is not None:
            context.window.transcript.reveal(line.number, self._words)
        elif msgid in self._found:
            one = self._found[msgid]
            Words(context.root, context.theme, _when(one), [(one.nick, one.text)])


def _when(one: Said) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
