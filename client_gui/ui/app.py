"""Ties the parts together: dialog, window, model, bridge, receive loop."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Sequence
from dataclasses import dataclass, replace

from client_gui.bridge import Bridge
from client_gui.commands import Leave, Nick, Send, Tell, interpret
from client_gui.events import NetEvent
from client_gui.model import Change, Model, NickNeeded, Phase, Status
from client_gui.net import Address, NetThread
from client_gui.ui.dialogs import ConnectDialog
from client_gui.ui.theme import DARK, LIGHT, Theme
from client_gui.ui.window import Window

CLOSE_SECONDS = 1.0  # for the goodbye, before the window goes without it
CLOSE_POLL_MS = 20
TICK_MS = 1000  # the countdown to the next attempt


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `nick` is empty where it has to be asked for."""

    host: str
    port: int
    nick: str = ""
    lobby: str = "#lobby"
    keep: int = 10
    dark: bool = False
    scale: float = 1.0


class App:
    """One client, from its dialog to the end. Lives in Tk's thread."""

    def __init__(self, root: tk.Tk, options: Options) -> None:
        self.root = root
        self._options = options
        self._theme = Theme(root, DARK if options.dark else LIGHT, options.scale)
        self.model = Model(options.nick, options.lobby, time.time)
        self.window = Window(
            root,
            self._theme,
            self.model,
            keep=options.keep,
            send=self.send,
            retry=self._retry,
            older=self._older,
        )
        self.dialog: ConnectDialog | None = None
        self._bridge: Bridge[tuple[NetThread | None, NetEvent]] = Bridge(root, self._deliver)
        self._net: NetThread | None = None
        self._welcomed = False  # the main window is in use
        self._closing = False
        self._tick: str | None = None
        root.protocol("WM_DELETE_WINDOW", self.close)
        if options.nick:
            self.window.show_all(time.time())
            self._welcomed = True
            self._start(options.host, options.port, options.nick)
        else:
            root.withdraw()
            self._ask(options.nick)

    # -- asking

    def _ask(self, nick: str, why: str = "") -> None:
        if self.dialog is None:
            host, port = self._options.host, self._options.port
            self.dialog = ConnectDialog(self.root, self._theme, self._on_dialog, self._cancel)
            self.dialog.fill(host, port, nick)
        if why:
            self.dialog.complain(why, self.dialog.nick)

    def _on_dialog(self, host: str, port: int, nick: str) -> None:
        if self._net is not None and (host, port) == (self._options.host, self._options.port):
            self._net.change_nick(nick)
            return
        self._options = replace(self._options, host=host, port=port, nick=nick)
        self._start(host, port, nick)

    def _cancel(self) -> None:
        if self._welcomed:
            self._close_dialog()
        else:
            self.close()

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.destroy()
            self.dialog = None

    # -- the connection

    def _start(self, host: str, port: int, nick: str) -> None:
        self._stop_net()
        self.model.status = Status(Phase.CONNECTING)  # what the last attempt came to is over
        address = Address(host, port, nick, (self._options.lobby,))
        # each event says which connection it is of, so that one that was given up stays silent
        net = NetThread(address, lambda event: self._bridge.put((net, event)))
        self._net = net
        net.start()

    def _stop_net(self) -> None:
        if self._net is not None:
            self._net.quit()
            self._net = None

    def _retry(self) -> None:
        if self._net is not None and self.model.status.phase is Phase.WAITING:
            self._net.retry()

    def _older(self) -> None:
        """Asks for what was said before what the current room has."""
        if self._net is None or self.model.status.phase is not Phase.CONNECTED:
            return
        room = self.model.rooms[self.model.current]
        msgid = self.model.oldest(self.model.current)
        if msgid:
            self._net.do(lambda core: core.load_older(room.name, msgid))

    def _deliver(self, items: Sequence[tuple[NetThread | None, NetEvent]]) -> None:
        changes: list[Change] = []
        current = [event for net, event in items if net is self._net]
        if not current or self._closing:
            return  # of a connection that was given up
        for event in current:
            changes += self.model.apply(event)
        for change in changes:
            if isinstance(change, NickNeeded):
                self._ask(change.nick, f"{change.nick}: {change.reason}.")
        self._follow_status()
        if self._welcomed:
            self.window.show(changes, time.time())
        self._count_down()

    def _follow_status(self) -> None:
        """While the dialog is there, the connection's state is told in it."""
        status = self.model.status
        if self.dialog is None:
            return
        if status.phase is Phase.CONNECTED:
            self._close_dialog()
            if not self._welcomed:
                self._welcomed = True
                self.root.deiconify()
                self.window.show_all(time.time())
                self.window.composer.text.focus_set()
        elif status.phase is Phase.WAITING and not self._welcomed:
            self.dialog.complain(status.reason)
            self._stop_net()

    def _count_down(self) -> None:
        if self.model.status.phase is not Phase.WAITING or self._tick or not self._welcomed:
            return

        def tick() -> None:
            self._tick = None
            if not self._closing:
                self.window.sidebar.show_status(self.model, time.time())
                self._count_down()

        self._tick = self.root.after(TICK_MS, tick)

    # -- typing

    def send(self, typed: str) -> bool:
        """Carries out what was typed; False where it must not be lost."""
        action = interpret(typed.rstrip("\n"), self.model.rooms[self.model.current].name)
        match action:
            case Tell():
                changes = self.model.say_locally(action.text, error=action.error)
                self.window.show(changes, time.time())
            case Leave():
                self.close(action.reason)
            case Nick() if self._net is not None:
                self._net.change_nick(action.nick)
            case _ if self._net is None or self.model.status.phase is not Phase.CONNECTED:
                text = "Not connected: what you typed is still there, send it again later."
                changes = self.model.say_locally(text, error=True)
                self.window.show(changes, time.time())
                return False
            case Send():
                self._net.do(action.command)
        return True

    # -- the end

    def close(self, reason: str = "") -> None:
        """Says goodbye and closes the window, at the latest after CLOSE_SECONDS."""
        if self._closing:
            return
        self._closing = True
        self.root.withdraw()
        self._close_dialog()
        net = self._net
        if net is not None:
            net.quit(reason)
        started = time.monotonic()

        def wait() -> None:
            over = time.monotonic() - started > CLOSE_SECONDS
            if net is None or net.done.is_set() or over:
                self._destroy()
            else:
                self.root.after(CLOSE_POLL_MS, wait)

        wait()

    def _destroy(self) -> None:
        self._bridge.close()
        if self._tick is not None:
            self.root.after_cancel(self._tick)
        self.root.destroy()
