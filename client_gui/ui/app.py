"""Ties the parts together: window, model, connection, settings."""

from __future__ import annotations

import sys
import time
import tkinter as tk
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from client_gui import texts
from client_gui.core.events import NetEvent
from client_gui.model.changes import (
    Change,
    ListChanged,
    NickNeeded,
    Noticed,
    TrustNeeded,
    TypingChanged,
)
from client_gui.model.lines import Line
from client_gui.model.model import Model, Phase
from client_gui.system import appearance, desktop, drafts
from client_gui.system import settings as settings_module
from client_gui.system.notify import Notifier
from client_gui.system.settings import Server, Settings
from client_gui.texts import _
from client_gui.ui import styles
from client_gui.ui.actions import Actions
from client_gui.ui.composer import ComposerCallbacks
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.findbar import Search
from client_gui.ui.finding import Finding
from client_gui.ui.gestures import TranscriptCallbacks
from client_gui.ui.header import HeaderCallbacks
from client_gui.ui.members import MembersCallbacks
from client_gui.ui.menus import Menus
from client_gui.ui.navigation import Navigation
from client_gui.ui.preferences import Preferences
from client_gui.ui.sidebar import SidebarCallbacks
from client_gui.ui.switcher import Switcher
from client_gui.ui.theme import DARK, LIGHT, Theme
from client_gui.ui.window import Window
from gchat.wire.names import casefold

TICK_MS = 1000  # the countdown to the next attempt, and how long somebody is said to write
DRAFT_MS = 3000  # after the first key
ZOOM_STEP, ZOOM_LEAST, ZOOM_MOST = 0.1, 0.6, 2.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; for the rest, the saved settings hold."""

    host: str = ""
    port: int = 0
    nick: str = ""  # asked for where empty
    lobby: str = "#lobby"
    keep: int | None = None
    dark: bool | None = None
    scale: float | None = None
    layout: str = ""
    settings: Path | None = None


class App(Context):
    """One client, from its dialog to the end. Lives in Tk's thread."""

    def __init__(self, root: tk.Tk, options: Options, notifier: Notifier | None = None) -> None:
        self.root = root
        self._path = options.settings or settings_module.folder() / settings_module.FILE
        self.settings = settings_module.load(self._path)
        self._override(options)
        self._languages = desktop.languages(root.tk.call)
        texts.use(self.settings.language, self._languages)
        last = self.settings.servers[0] if self.settings.servers else Server()
        same = not options.host or (options.host, options.port) == (last.host, last.port)
        server = replace(last) if same else Server(options.host, options.port)
        self._lobby = options.lobby  # the room to join if none is named
        self.model = self._new_model(server)
        # by server, for each one used since the start: what was typed there is kept
        self._models: dict[str, Model] = {server.name: self.model}
        self._drafts_path = self._path.with_name(drafts.FILE)
        self._drafts = drafts.load(self._drafts_path)
        self.model.type_again(self._drafts.pop(server.name, {}))
        self._draft_timer: str | None = None
        self.connection = Connection(self, server, options.lobby)
        self.finding = Finding(self, self.connection)
        self.navigation = Navigation(self)
        self.actions = Actions(self, self.connection, self.finding, self.navigation)
        self.menus = Menus(self, self.actions, self.navigation)
        self.switcher = Switcher(self, self.actions, self.connection, self.navigation)
        self._notifier = notifier or Notifier()
        self.welcomed = False  # the main window is in use
        self._closing = False
        self._preferences: Preferences | None = None
        self._sent: list[str] = []  # what Up recalls
        self._tick: str | None = None
        root.protocol("WM_DELETE_WINDOW", self.close)
        self.rebuild()
        if options.nick:
            server.nick = options.nick
            self.window.show_all(time.time())
            self.welcomed = True
            self.connection.start()
        else:
            root.withdraw()
            self.connection.ask()

    def _override(self, options: Options) -> None:
        self._dark = options.dark
        if options.keep is not None:
            self.settings.lines = options.keep
        if options.scale is not None:
            self.settings.scale = options.scale
        if options.layout:
            self.settings.layout = options.layout

    def rebuild(self, *, keep: bool = True) -> None:
        """Makes the window anew, as the settings are now. What is typed is kept as the current
        room's draft, unless (not `keep`) it belongs to another room.
        """
        before: Window | None = getattr(self, "window", None)
        if before is not None:
            if keep:
                self.navigation.keep_draft()
            before.destroy()
            self.theme.release()
        wanted = self.settings.theme
        dark = self._dark
        if dark is None:
            dark = wanted == "dark" or (wanted == "system" and appearance.is_dark())
        density = desktop.density(self.root.winfo_fpixels("1i"))
        scale = self.settings.scale * self.settings.zoom * density
        self.theme = Theme(self.root, DARK if dark else LIGHT, scale)
        styles.configure(self.root, self.theme)
        actions = self.actions
        self.window = Window(
            self.root,
            self.theme,
            self.model,
            keep=self.settings.lines,
            compact=self.settings.layout == "compact",
            members=self.settings.members,
            typing=ComposerCallbacks(
                actions.send, actions.words, actions.writes, actions.many_lines, actions.escape
            ),
            choices=SidebarCallbacks(
                self.navigation.choose,
                self.connection.retry,
                self.switcher.join,
                self.menus.room,
                self.preferences,
                self.connection.ask,
            ),
            callbacks=TranscriptCallbacks(
                actions.older,
                actions.follow,
                actions.send_again,
                self.menus.line,
                actions.react,
                actions.end_seen,
                self.to_composer,
            ),
            people=MembersCallbacks(self.navigation.talk, self.menus.person),
            heading=HeaderCallbacks(actions.set_topic, self.finding.open, self._toggle_members),
            search=Search(
                self.finding.look_for,
                self.finding.step,
                self.finding.on_server,
                self.finding.closed,
            ),
            muted=self.settings.muted,
            sent=self._sent,
        )
        self.window.composer.put(self.model.rooms[self.model.current].draft)
        self.show_notice()
        self._bind_keys()

    def _bind_keys(self) -> None:
        root = self.root
        for keys, act in (
            ("<Control-k>", self.switcher.go),
            ("<Control-f>", self.finding.open),
            ("<Control-j>", self.switcher.join),
            ("<Control-o>", self.connection.ask),
            ("<Control-r>", self.connection.retry),
            ("<Control-m>", self._toggle_members),
            ("<F6>", self._to_transcript),
            ("<F1>", self.switcher.keys),
            ("<Control-comma>", self.preferences),
            ("<Alt-Up>", lambda: self.navigation.choose(self.model.next_unread(-1))),
            ("<Alt-Down>", lambda: self.navigation.choose(self.model.next_unread(1))),
            ("<Control-plus>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-equal>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-minus>", lambda: self._zoom(-ZOOM_STEP)),
            ("<Control-0>", lambda: self._zoom(1 - self.settings.zoom)),
        ):
            root.bind(desktop.keys(keys), lambda event, act=act: (act(), "break")[1])  # type: ignore[misc]
        if desktop.here().has_application_menu:
            root.createcommand("tk::mac::Quit", self.close)
            root.createcommand("tk::mac::ShowPreferences", self.preferences)

    def reply_to(self, line: Line | None) -> None:
        """What is sent next answers this line; None for no line."""
        self.actions.answer(line)

    def writes(self, active: bool) -> None:
        """Somebody begins or ends to write in the composer."""
        self.actions.writes(active)

    def to_composer(self) -> None:
        """The keyboard goes to where one types."""
        self.window.composer.text.focus_set()

    def _to_transcript(self) -> None:
        self.window.transcript.gestures.enter()

    # -- settings

    def save(self) -> None:
        """Keeps the settings for the next time."""
        settings_module.save(self.settings, self._path)

    def apply_settings(self) -> None:
        """The settings have changed: saves them, and draws the window with them."""
        self.save()
        self.rebuild()
        self.window.show_all(time.time())
        self.to_composer()

    def preferences(self) -> None:
        """Opens the window for changing settings, or raises the one that is open."""
        if self._preferences is not None and self._preferences.winfo_exists():
            self._preferences.lift()
            return

        def changed(new: Settings) -> None:
            self.settings, self._dark = new, None
            texts.use(new.language, self._languages)
            self.apply_settings()

        self._preferences = Preferences(self.root, self.theme, self.settings, changed)

    def _zoom(self, step: float) -> None:
        zoom = round(min(max(self.settings.zoom + step, ZOOM_LEAST), ZOOM_MOST), 2)
        self.settings.zoom = zoom
        self.apply_settings()

    def _toggle_members(self) -> None:
        self.settings.members = not self.settings.members
        self.window.show_members(shown=self.settings.members)
        self.save()

    # -- what the connection tells

    def arrive(self, server: Server) -> None:
        """The window is at this server from now on."""
        model = self._models.get(server.name)
        fresh = model is not None and not any(one.lines for one in model.rooms.values())
        home = casefold((server.rooms or [self._lobby])[0])
        if model is None or (fresh and model.lobby != home):
            kept = {} if model is None else drafts.of(model)
            model = self._models[server.name] = self._new_model(server)
            model.type_again(kept | self._drafts.pop(server.name, {}))
        if model is not self.model:
            self.navigation.keep_draft()
            self.actions.answer(None)
            self.model.gone()
            self.model = model
            self.rebuild(keep=False)
            self.window.show_all(time.time())

    def _new_model(self, server: Server) -> Model:
        return Model(server.nick, (server.rooms or [self._lobby])[0], time.time)

    def welcome(self) -> None:
        """The first connection stands: the window is shown."""
        if not self.welcomed:
            self.welcomed = True
            self.root.deiconify()
            self.window.show_all(time.time())
            self.window.composer.text.focus_set()

    def take(self, events: Sequence[NetEvent]) -> None:
        """What the receive loop tells, in order."""
        changes: list[Change] = []
        for event in events:
            try:
                changes += self.model.apply(event)
            except Exception:  # it costs this event, not the window
                self.root.report_callback_exception(*sys.exc_info())
        if self._closing:
            return  # what is confirmed now need not be kept as a draft
        for change in changes:
            self._ask_for(change)
        self.navigation.arrived()
        if self.welcomed:
            self.show(changes)
        self._count_down()

    def _ask_for(self, change: Change) -> None:
        match change:
            case NickNeeded():
                self.connection.ask(f"{change.nick}: {change.reason}.")
            case TrustNeeded():
                self.connection.ask_trust(change)
            case Noticed() if self.settings.notify and change.room not in self.settings.muted:
                if not self._looked_at(change.room):
                    room = self.model.rooms[change.room]
                    title = change.line.nick if room.direct else f"{change.line.nick} · {room.name}"
                    self._notifier.tell(title, change.line.text)
            case ListChanged():
                self.switcher.list_changed()
                self.finding.found()
            case TypingChanged() if change.room == self.model.current:
                self.show_notice()

    def _looked_at(self, key: str) -> bool:
        return key == self.model.current and self.has_keyboard()

    def has_keyboard(self) -> bool:
        """Whether somebody is at this window. Asked of Tk itself: tkinter knows not all widgets."""
        return bool(self.root.tk.call("focus"))

    def _count_down(self) -> None:
        room = self.model.rooms[self.model.current]
        busy = self.model.status.phase is Phase.WAITING or room.typing
        if not busy or self._tick or not self.welcomed:
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
        self.window.notice(self._notice())

    def _notice(self) -> str:
        answering = self.actions.answering
        if answering is not None:
            about = {"nick": answering.nick, "text": answering.text[:60]}
            return _("↪ Reply to {nick}: {text}  (Esc to cancel)").format(**about)
        names = self.model.rooms[self.model.current].typists(time.time())
        if len(names) > 3:
            return _("several people are typing …")
        one, some = _("{names} is typing …"), _("{names} are typing …")
        text = one if len(names) == 1 else some
        return text.format(names=", ".join(names)) if names else ""

    def typed(self) -> None:
        """Saves the drafts soon, so that even a crash of the machine does not lose them all."""
        if self._draft_timer is None:
            self._draft_timer = self.root.after(DRAFT_MS, self._keep_drafts)

    def _keep_drafts(self) -> None:
        if self._draft_timer is not None:
            self.root.after_cancel(self._draft_timer)  # it may be this one
            self._draft_timer = None
        self.navigation.keep_draft()
        here = {name: drafts.of(model) for name, model in self._models.items()}
        drafts.save(self._drafts_path, self._drafts | here)

    # -- the end

    def close(self, reason: str = "") -> None:
        """Says goodbye and closes the window, soon."""
        if self._closing:
            return
        self._closing = True
        self._keep_drafts()
        for child in self.root.winfo_children():
            if isinstance(child, tk.Toplevel):
                child.destroy()
        self.root.withdraw()
        self.connection.close(reason, self._destroy)

    def _destroy(self) -> None:
        self._keep_drafts()  # what was sent in the last moment may be confirmed by now
        if self._tick is not None:
            self.root.after_cancel(self._tick)
        self.window.destroy()
        self.theme.release()
        self.root.update_idletasks()  # Tk itself has something left to do after a change of theme
        self.root.destroy()
