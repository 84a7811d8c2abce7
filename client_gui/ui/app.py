"""Ties the parts together: dialog, window, model, bridge, receive loop."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from client_gui import appearance, secrets, texts
from client_gui import settings as settings_module
from client_gui.bridge import Bridge
from client_gui.changes import Change, ListChanged, NickNeeded, Noticed, TrustNeeded, TypingChanged
from client_gui.events import Kind, NetEvent
from client_gui.lines import Line, Look
from client_gui.login import Login
from client_gui.model import Model, Phase, Status
from client_gui.net import NetThread
from client_gui.notify import Notifier
from client_gui.settings import Server, Settings
from client_gui.stream import Address
from client_gui.texts import _
from client_gui.ui.actions import Actions
from client_gui.ui.composer import Typing
from client_gui.ui.dialogs import ConnectDialog
from client_gui.ui.panels import Question
from client_gui.ui.preferences import Preferences
from client_gui.ui.sidebar import Choices
from client_gui.ui.theme import DARK, LIGHT, Theme
from client_gui.ui.transcript import Wishes
from client_gui.ui.window import Window
from gchat.wire.names import casefold

CLOSE_SECONDS = 1.0  # for the goodbye, before the window goes without it
CLOSE_POLL_MS = 20
TICK_MS = 1000  # the countdown to the next attempt, and how long somebody is said to write
ZOOM_STEP, ZOOM_LEAST, ZOOM_MOST = 0.1, 0.6, 2.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; what it does not is as it was the last time."""

    host: str = ""
    port: int = 0
    nick: str = ""  # asked for where empty
    lobby: str = "#lobby"
    keep: int | None = None
    dark: bool | None = None
    scale: float | None = None
    layout: str = ""
    settings: Path | None = None


class App:
    """One client, from its dialog to the end. Lives in Tk's thread."""

    window: Window
    theme: Theme

    def __init__(self, root: tk.Tk, options: Options, notifier: Notifier | None = None) -> None:
        self.root = root
        self._path = options.settings or settings_module.folder() / settings_module.FILE
        self.settings = settings_module.load(self._path)
        self._override(options)
        texts.use(self.settings.language)
        last = self.settings.servers[0] if self.settings.servers else Server()
        same = not options.host or (options.host, options.port) == (last.host, last.port)
        self.server = replace(last) if same else Server(options.host, options.port)
        self._password = ""
        self._lobby = options.lobby
        self.model = Model(options.nick, options.lobby, time.time)
        self.actions = Actions(self)
        self._notifier = notifier or Notifier()
        self.dialog: ConnectDialog | None = None
        self._bridge: Bridge[tuple[NetThread | None, NetEvent]] = Bridge(root, self._deliver)
        self.net: NetThread | None = None
        self._welcomed = False  # the main window is in use
        self._closing = False
        self._remembered = False  # where we are connected, for the next time
        self._wanted = ""  # the key of a room that is to be shown once we are in it
        self._tick: str | None = None
        root.protocol("WM_DELETE_WINDOW", self.close)
        self.rebuild()
        if options.nick:
            self.server.nick = options.nick
            self.window.show_all(time.time())
            self._welcomed = True
            self._start()
        else:
            root.withdraw()
            self._ask()

    def _override(self, options: Options) -> None:
        self._dark = options.dark
        if options.keep is not None:
            self.settings.lines = options.keep
        if options.scale is not None:
            self.settings.scale = options.scale
        if options.layout:
            self.settings.layout = options.layout

    def rebuild(self) -> None:
        """Makes the window anew, as the settings are now; what is typed stays."""
        typed = ""
        before: Window | None = getattr(self, "window", None)
        if before is not None:
            typed = before.composer.get()
            before.destroy()
        wanted = self.settings.theme
        dark = self._dark
        if dark is None:
            dark = wanted == "dark" or (wanted == "system" and appearance.is_dark())
        scale = self.settings.scale * self.settings.zoom
        self.theme = Theme(self.root, DARK if dark else LIGHT, scale)
        actions = self.actions
        self.window = Window(
            self.root,
            self.theme,
            self.model,
            keep=self.settings.lines,
            compact=self.settings.layout == "compact",
            members=self.settings.members,
            typing=Typing(
                actions.send, actions.words, actions.writes, actions.many_lines, actions.escape
            ),
            choices=Choices(
                self.choose, self._retry, actions.ask_room, actions.room_menu, self.preferences
            ),
            wishes=Wishes(
                self._older,
                actions.follow,
                actions.send_again,
                actions.line_menu,
                actions.react,
                self._end_seen,
            ),
            actions=actions,
            people=self._toggle_members,
        )
        if typed:
            self.window.composer.put(typed)
        self._bind_keys()

    def _bind_keys(self) -> None:
        actions, root = self.actions, self.root
        for keys, act in (
            ("<Control-k>", actions.switch),
            ("<Control-f>", actions.ask_find),
            ("<Control-j>", actions.ask_room),
            ("<F1>", actions.keys),
            ("<Control-comma>", self.preferences),
            ("<Alt-Up>", lambda: self.choose(self.model.next_unread(-1))),
            ("<Alt-Down>", lambda: self.choose(self.model.next_unread(1))),
            ("<Control-plus>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-equal>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-minus>", lambda: self._zoom(-ZOOM_STEP)),
            ("<Control-0>", lambda: self._zoom(1 - self.settings.zoom)),
        ):
            root.bind(keys, lambda event, act=act: (act(), "break")[1])  # type: ignore[misc]

    def _zoom(self, step: float) -> None:
        zoom = round(min(max(self.settings.zoom + step, ZOOM_LEAST), ZOOM_MOST), 2)
        self.settings.zoom = zoom
        self.apply_settings()

    def apply_settings(self) -> None:
        """They are others now: kept, and seen at once."""
        settings_module.save(self.settings, self._path)
        self.rebuild()
        self.window.show_all(time.time())
        self.window.composer.text.focus_set()

    def preferences(self) -> None:
        """Asks what is to be otherwise."""

        def changed(new: Settings) -> None:
            self.settings, self._dark = new, None
            texts.use(new.language)
            self.apply_settings()

        Preferences(self.root, self.theme, self.settings, changed)

    def _toggle_members(self) -> None:
        self.settings.members = not self.settings.members
        self.window.show_members(shown=self.settings.members)
        settings_module.save(self.settings, self._path)

    # -- asking

    def _ask(self, why: str = "") -> None:
        if self.dialog is None:
            self.dialog = ConnectDialog(
                self.root, self.theme, self._on_dialog, self._cancel, self.settings.servers
            )
            self.dialog.fill(self.server)
        if why:
            self.dialog.complain(why, self.dialog.nick)

    def _on_dialog(self, server: Server, password: str) -> None:
        same = replace(server, nick=self.server.nick) == self.server
        self.server, self._password = server, password
        if self.net is not None and same:
            self.net.change_nick(server.nick)
            return
        if password:
            secrets.keep(server.host, server.port, server.account, password)
        self._start()

    def _cancel(self) -> None:
        if self._welcomed:
            self._close_dialog()
        else:
            self.close()

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.destroy()
            self.dialog = None

    def _ask_trust(self, needed: TrustNeeded) -> None:
        pairs = [needed.fingerprint[at : at + 2] for at in range(0, 64, 2)]
        shown = ":".join(pairs).upper()
        text = _("Its SHA-256 is\n{shown}\n\nCompare it with what the server prints.").format(
            shown=shown
        )
        if needed.changed:
            text = _("It is ANOTHER certificate than the one you trusted before. ") + text
        else:
            text = _("Nobody whom this computer knows has signed the server's certificate. ") + text

        def answer(yes: bool) -> None:
            if yes and self.net is not None:
                self.server.pin = needed.fingerprint
                self.net.trust(needed.fingerprint)

        Question(self.root, self.theme, _("certificate"), text, _("Trust it"), answer)

    # -- the connection

    def _start(self) -> None:
        self._stop_net()
        self._remembered = False
        self.model.status = Status(Phase.CONNECTING)  # what the last attempt came to is over
        server = self.server
        password = self._password or secrets.recall(server.host, server.port, server.account)
        login = Login(server.account, password) if server.account and password else None
        rooms = (self._lobby, *server.rooms)
        address = Address(
            server.host, server.port, server.nick, rooms, server.tls, server.pin, login
        )
        # each event says which connection it is of, so that one that was given up stays silent
        net = NetThread(address, lambda event: self._bridge.put((net, event)))
        self.net = net
        net.start()

    def _stop_net(self) -> None:
        if self.net is not None:
            self.net.quit()
            self.net = None

    def _retry(self) -> None:
        if self.net is not None and self.model.status.phase is Phase.WAITING:
            self.net.retry()

    def _older(self) -> None:
        """Asks for what was said before what the current room has."""
        if self.net is None or self.model.status.phase is not Phase.CONNECTED:
            return
        room = self.model.rooms[self.model.current]
        msgid = self.model.oldest(self.model.current)
        if msgid:
            self.net.do(lambda core: core.load_older(room.name, msgid))

    def _deliver(self, items: Sequence[tuple[NetThread | None, NetEvent]]) -> None:
        changes: list[Change] = []
        current = [event for net, event in items if net is self.net]
        if not current or self._closing:
            return  # of a connection that was given up
        for event in current:
            changes += self.model.apply(event)
        for change in changes:
            self._ask_for(change)
        self._follow_status()
        self._show_wanted()
        if self._welcomed:
            self.show(changes)
        self._count_down()

    def _ask_for(self, change: Change) -> None:
        match change:
            case NickNeeded():
                self._ask(f"{change.nick}: {change.reason}.")
            case TrustNeeded():
                self._ask_trust(change)
            case Noticed() if self.settings.notify and change.room not in self.settings.muted:
                if not self._looked_at(change.room):
                    room = self.model.rooms[change.room]
                    title = change.line.nick if room.direct else f"{change.line.nick} · {room.name}"
                    self._notifier.tell(title, change.line.text)
            case ListChanged():
                self.actions.list_changed()
                self.actions.found()
            case TypingChanged() if change.room == self.model.current:
                self.show_notice()

    def _looked_at(self, key: str) -> bool:
        return key == self.model.current and self.root.focus_displayof() is not None

    def _follow_status(self) -> None:
        """While the dialog is there, the connection's state is told in it."""
        status = self.model.status
        if status.phase is Phase.CONNECTED and not self._remembered:
            self._remembered = True
            self._remember()
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

    def _remember(self) -> None:
        """The server, as it is to be found the next time."""
        lobby = self.model.lobby
        self.server.rooms = [
            room.name for key, room in self.model.rooms.items() if room.here and key != lobby
        ] or self.server.rooms
        self.settings.used(self.server)
        settings_module.save(self.settings, self._path)

    def _count_down(self) -> None:
        room = self.model.rooms[self.model.current]
        busy = self.model.status.phase is Phase.WAITING or room.typing
        if not busy or self._tick or not self._welcomed:
            return

        def tick() -> None:
            self._tick = None
            if not self._closing:
                self.window.sidebar.show_status(self.model, time.time())
                self.show_notice()
                self._count_down()

        self._tick = self.root.after(TICK_MS, tick)

    # -- what is shown

    def show(self, changes: Iterable[Change]) -> None:
        """Draws what has changed."""
        self.window.show(changes, time.time())

    def show_notice(self) -> None:
        """What is answered, and who writes."""
        answering = self.actions.answering
        names = self.model.rooms[self.model.current].typists(time.time())
        text = ""
        if answering is not None:
            text = _("↪ answering {nick}: {text}  (Esc to stop)").format(
                nick=answering.nick, text=answering.text[:60]
            )
        elif len(names) > 3:
            text = _("several people are typing …")
        elif names:
            one, some = _("{names} is typing …"), _("{names} are typing …")
            text = (one if len(names) == 1 else some).format(names=", ".join(names))
        self.window.notice(text)

    def choose(self, key: str) -> None:
        """Goes to a room; what was typed in the one before waits there."""
        if key not in self.model.rooms:
            return
        before = self.model.rooms.get(self.model.current)
        if before is not None:
            before.draft = self.window.composer.get()
        self.actions.answer(None)
        self.model.show(key)
        self.window.show_room()
        self.window.composer.put(self.model.rooms[key].draft)
        self.window.composer.text.focus_set()
        self.show_notice()

    def wants(self, key: str) -> None:
        """Goes to this room as soon as we are in it."""
        self._wanted = key
        self._show_wanted()

    def _show_wanted(self) -> None:
        room = self.model.rooms.get(self._wanted)
        if room is not None and room.here:
            key, self._wanted = self._wanted, ""
            self.choose(key)
            self._remember()

    def talk(self, nick: str) -> None:
        """Goes to the conversation with somebody."""
        self.model.room(nick, direct=True)
        self.choose(casefold(nick))

    def forget(self, key: str) -> None:
        """Takes a room out of the list."""
        if key == self.model.current:
            self.choose(self.model.lobby)
        self.show(self.model.close(key))
        self._remember()

    def mute(self, key: str) -> None:
        """No notifications of this room, or again some."""
        muted = self.settings.muted
        if key in muted:
            muted.remove(key)
        else:
            muted.append(key)
        settings_module.save(self.settings, self._path)

    def _end_seen(self) -> None:
        """The last line is in view: our other clients may know."""
        at = self.model.read_now()
        if at is not None and self.net is not None and self._welcomed:
            room = self.model.rooms[self.model.current].name
            self.net.do_if_ready(lambda core: core.mark_read(room, at))

    def menu(self, parent: tk.Misc | None = None) -> tk.Menu:
        """An empty one, in the window's colours."""
        palette = self.theme.palette
        return tk.Menu(
            parent or self.root,
            tearoff=False,
            font=self.theme.body,
            background=palette.background,
            foreground=palette.text,
            activebackground=palette.selected,
            activeforeground=palette.text,
            relief="flat",
            borderwidth=1,
        )

    def copy(self, text: str) -> None:
        """Puts text on the clipboard."""
        self.root.clipboard_clear()
        self.root.clipboard_append(text)

    def kind_of(self, line: Line) -> Kind:
        """As what it was said."""
        return {Look.ACTION: Kind.ACTION, Look.NOTICE: Kind.NOTICE}.get(line.look, Kind.MESSAGE)

    # -- the end

    def close(self, reason: str = "") -> None:
        """Says goodbye and closes the window, at the latest after CLOSE_SECONDS."""
        if self._closing:
            return
        self._closing = True
        self.root.withdraw()
        self._close_dialog()
        net = self.net
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
