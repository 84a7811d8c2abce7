"""Ties the parts together: window, model, connection, settings."""

from __future__ import annotations

import sys
import time
import tkinter as tk
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from client_gui import texts
from client_gui.core.events import NetEvent
from client_gui.core.folding import UNTIL_TOLD
from client_gui.model.attention import Attention
from client_gui.model.changes import (
    Change,
    ListChanged,
    NickNeeded,
    Noticed,
    RoomsChanged,
    StatusChanged,
    TrustNeeded,
    TypingChanged,
)
from client_gui.model.lines import Line
from client_gui.model.model import Model, Phase
from client_gui.system import appearance, desktop, drafts, muting, urgency
from client_gui.system import settings as settings_module
from client_gui.system.notify import Notifier
from client_gui.system.settings import Server
from client_gui.texts import _
from client_gui.ui import editing, keys, placing, styles, timers
from client_gui.ui.actions import Actions
from client_gui.ui.composer import ComposerCallbacks
from client_gui.ui.context import Context
from client_gui.ui.findbar import Search
from client_gui.ui.finding import Finding
from client_gui.ui.gestures import TranscriptCallbacks
from client_gui.ui.header import HeaderCallbacks
from client_gui.ui.here import Here
from client_gui.ui.idling import Idling
from client_gui.ui.logs import Logs
from client_gui.ui.members import MembersCallbacks
from client_gui.ui.menus import Menus
from client_gui.ui.navigation import Navigation
from client_gui.ui.preferences import Preferences
from client_gui.ui.servers import Servers, Session
from client_gui.ui.sidebar import SidebarCallbacks
from client_gui.ui.spelling import Spelling
from client_gui.ui.switcher import Switcher
from client_gui.ui.theme import DARK, LIGHT, Theme
from client_gui.ui.window import Window

LOBBY = "#lobby"
TICK_MS = 1000  # the countdown to the next attempt, and how long somebody is said to write
DRAFT_MS = 3000  # after the first key
ZOOM_STEP, ZOOM_LEAST, ZOOM_MOST = 0.1, 0.6, 2.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; for the rest, the saved settings hold."""

    host: str = ""
    port: int = 0
    nick: str = ""  # asked for where empty
    lobby: str = ""  # joined first, whatever rooms are saved; LOBBY where there are none
    keep: int | None = None
    dark: bool | None = None
    scale: float | None = None
    layout: str = ""
    settings: Path | None = None
    others: tuple[str, ...] = ()  # addresses of the same server


class App(Context):
    """One client, from its dialog to the end. Lives in Tk's thread."""

    def __init__(self, root: tk.Tk, options: Options, notifier: Notifier | None = None) -> None:
        self.root = root
        self._path = options.settings or settings_module.folder() / settings_module.FILE
        self._store = settings_module.Store(self._path)
        self.settings = self._store.load()
        self._override(options)
        self._languages = desktop.languages(root.tk.call)
        texts.use(self.settings.language, self._languages)
        self._drafts = drafts.DraftFile(self._path.parent)
        self._draft_timer: str | None = None
        self.servers = Servers(self, options.lobby or LOBBY, self._drafts.kept)
        again = self._first_servers(options)
        self.here = Here(self.servers)
        self.navigation = Navigation(self)
        self.finding = Finding(self, self.servers, self.navigation)
        self.actions = Actions(
            self, self.servers, self.finding, self.navigation, lambda: self.switcher.join("")
        )
        self.menus = Menus(self, self.actions, self.navigation, self.servers)
        self.spelling = Spelling(self, self.actions, self.menus, texts.preferred(self._languages))
        self.logs = Logs(self)
        self.idling = Idling(self, self.servers)
        self.switcher = Switcher(self, self.actions, self.servers, self.navigation)
        self._notifier = notifier or Notifier()
        self.welcomed = False  # the main window is in use
        self._closing = False
        self.ending: Callable[[], None] = lambda: None  # called before Tk ends
        self._preferences: Preferences | None = None
        self._sent: list[str] = []  # what Up recalls
        self._ticks = False
        self._listen()
        self._urgent = False  # the desktop was asked to show that something is new
        self.rebuild()
        if options.nick or again:
            self.window.show_all(time.time())
            self.welcomed = True
            for one in self.servers.all:
                one.connection.kept = True
                one.connection.start()
        else:
            root.withdraw()
            self.connection.ask()

    def _first_servers(self, options: Options) -> bool:
        """The server that is named; otherwise those that were open, the last one that was shown is
        shown again; otherwise the last one. Returns whether they were open: then nothing is asked.
        """
        # another window of ours may be at them already, under the same nicknames
        opened = [] if options.host or not self._drafts.first else self.settings.opened()
        before = [one for one in self.settings.servers if not opened or one in opened]
        last = before[0] if before else Server()
        same = not options.host or (options.host, options.port) == (last.host, last.port)
        server = replace(last) if same else Server(options.host, options.port)
        server.others = list(options.others) or server.others
        server.nick = options.nick or server.nick
        if options.lobby:
            fold = UNTIL_TOLD(options.lobby)
            others = [name for name in server.rooms if UNTIL_TOLD(name) != fold]
            server.rooms, server.shown = [options.lobby, *others], ""
        for one in opened or [server]:
            session = self.servers.add(server if one.name == server.name else one)
            if one.name == server.name:
                self.servers.shown = session
        self._at(self.servers.shown)
        return bool(opened)

    def _at(self, session: Session) -> None:
        """What the parts of the window are about from now on."""
        self.servers.shows(session)
        self.model, self.connection, self.files = session.model, session.connection, session.files

    def _listen(self) -> None:
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        editing.install(self.root)
        self.root.bind("<FocusIn>", self._focused, add=True)
        self.root.bind("<FocusOut>", self._unfocused, add=True)

    def _override(self, options: Options) -> None:
        """For this run: the settings that are kept stay as they are."""
        self._dark = options.dark
        self._keep, self._scale, self._layout = options.keep, options.scale, options.layout

    def rebuild(self, *, keep: bool = True) -> None:
        """Makes the window anew, as the settings are now. What is typed is kept as the current
        room's draft, unless (not `keep`) it belongs to another room.
        """
        before: Window | None = getattr(self, "window", None)
        cursor, finding = "", None
        if before is not None:
            cursor = before.composer.text.index("insert") if keep else ""
            finding = before.findbar.words if keep else None
            if keep:
                self.navigation.keep_draft()
            before.destroy()
            self.theme.release()
        wanted = self.settings.theme
        dark = self._dark
        if dark is None:
            dark = wanted == "dark" or (wanted == "system" and appearance.is_dark())
        density = desktop.density(self.root.winfo_fpixels("1i"))
        scale = (self._scale or self.settings.scale) * self.settings.zoom * density
        self.theme = Theme(self.root, DARK if dark else LIGHT, scale)
        styles.configure(self.root, self.theme)
        self.root.iconphoto(True, str(self.theme.icon()))
        actions = self.actions
        self.window = Window(
            self.root,
            self.theme,
            self.servers.sections,
            keep=self.settings.lines if self._keep is None else self._keep,
            compact=(self._layout or self.settings.layout) == "compact",
            members=self.settings.members,
            typing=ComposerCallbacks(
                actions.send,
                actions.words,
                actions.writes,
                actions.many_lines,
                actions.escape,
                actions.secret,
                self.here.choose_files,
                self.here.pasted,
                self.here.paste_picture,
                self.here.stop_file,
            ),
            choices=SidebarCallbacks(
                self._chosen,
                self.here.connect,
                self.switcher.join,
                self.menus.room,
                self.menus.server,
                self.servers.fold,
                self.preferences,
                self.menus.me,
            ),
            callbacks=TranscriptCallbacks(
                actions.older,
                actions.follow,
                actions.send_again,
                self.menus.line,
                actions.react,
                actions.answer,
                actions.end_seen,
                self.to_composer,
            ),
            people=MembersCallbacks(self.navigation.talk, self.menus.person),
            heading=HeaderCallbacks(
                actions.set_topic,
                self.finding.open,
                self._toggle_rooms,
                actions.follow,
                self._toggle_members,
                self.to_composer,
            ),
            search=Search(
                self.finding.look_for,
                self.finding.step,
                self.finding.on_server,
                self.finding.closed,
            ),
            sent=self._sent,
            geometry=self.settings.geometry,
        )
        self.window.composer.put(self.model.rooms[self.model.current].draft, cursor)
        if finding is not None:
            self.finding.open(finding)
            self.to_composer()
        self.spelling.attach()
        self.show_notice()
        self.files.show()
        self._bind_keys()

    def _bind_keys(self) -> None:
        root = self.root
        keys.letters(
            root,
            {
                "k": self.switcher.go,
                "f": self.finding.open,
                "j": self.switcher.join,
                "o": self.here.ask,
                "r": self.here.retry,
                "m": self._toggle_members,
                "u": self.here.choose_files,
            },
        )
        keys.to_composer(root, lambda: self.window.composer.text)
        for pressed, act in (
            ("<F6>", self._to_transcript),
            ("<F1>", self.switcher.keys),
            ("<Control-comma>", self.preferences),
            ("<Alt-Up>", lambda: self.navigation.step(-1, self.servers.order())),
            ("<Alt-Down>", lambda: self.navigation.step(1, self.servers.order())),
            ("<Control-plus>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-equal>", lambda: self._zoom(ZOOM_STEP)),
            ("<Control-minus>", lambda: self._zoom(-ZOOM_STEP)),
            ("<Control-0>", lambda: self._zoom(1 - self.settings.zoom)),
        ):
            root.bind(desktop.keys(pressed), lambda event, act=act: (act(), "break")[1])  # type: ignore[misc]
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
        self._store.save(self.settings)

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

        def changed(chosen: dict[str, Any]) -> None:
            for name, value in chosen.items():
                setattr(self.settings, name, value)  # the others may have changed meanwhile
            for model in self.servers.models.values():
                model.attention = Attention(self.settings.highlights)
            self._dark = self._keep = self._scale = None
            self._layout = ""
            texts.use(self.settings.language, self._languages)
            self.apply_settings()

        self._preferences = Preferences(self.root, self.theme, self.settings, changed)
        self.spelling.tell_known(self._preferences.show_dictionaries)

    def _zoom(self, step: float) -> None:
        zoom = round(min(max(self.settings.zoom + step, ZOOM_LEAST), ZOOM_MOST), 2)
        self.settings.zoom = zoom
        self.apply_settings()

    def _toggle_rooms(self) -> None:
        self.window.toggle_rooms()

    def _toggle_members(self) -> None:
        self.settings.members = self.window.toggle_members()
        self.save()

    # -- what the connections tell

    def show_server(self, model: Model, key: str = "") -> bool:
        """Shows another server; what was typed waits where it was."""
        session = self.servers.of(model)
        if session is None:
            return False
        if model is self.model:
            self.navigation.choose(key)
            return True
        self.navigation.keep_draft()
        self.actions.writes(active=False)
        self.actions.answer(None)
        self.files.left()
        self.model.look_away()
        self._at(session)
        model.show(key if key in model.rooms else model.current)
        model.watched = self.has_keyboard()
        self.window.show_server()
        self.window.composer.put(model.rooms[model.current].draft)
        self.to_composer()
        self.show_notice()
        self.files.show()
        self.connection.shown()
        return True

    def _chosen(self, server: str, key: str) -> None:
        session = self.servers.named(server)
        if session is not None:
            self.navigation.choose(key or session.model.current, session.model)

    def servers_changed(self) -> None:
        """Draws them, and how they are doing."""
        self.window.show_rooms()
        self.window.show_states(time.time())

    def welcome(self) -> None:
        """The first connection stands: the window is shown."""
        if not self.welcomed:
            self.welcomed = True
            self.root.deiconify()
            self.window.show_all(time.time())
            self.window.composer.text.focus_set()

    def take(self, events: Sequence[NetEvent], model: Model | None = None) -> None:
        """What a receive loop tells, in order; to this model, or to the one that is shown."""
        model = model or self.model
        session = self.servers.of(model)  # none for one that is closed, and says goodbye
        self.model.watched = self.has_keyboard()
        changes = self._applied(events, model, session)
        if session is not None:
            self.logs.heard(session.name, model, changes)
        if self._closing or session is None:
            return  # what is confirmed now need not be kept as a draft
        for change in changes:
            self._ask_for(change, session)
        self.navigation.arrived()
        if self.welcomed:
            if session is self.servers.shown:
                self.show(changes)
            elif any(isinstance(one, RoomsChanged | StatusChanged) for one in changes):
                self.servers_changed()
            if self.servers.unread and not self.model.watched:
                self._demand(urgent=True)
        self._count_down()

    def _applied(
        self, events: Sequence[NetEvent], model: Model, session: Session | None
    ) -> list[Change]:
        changes: list[Change] = []
        for event in events:
            try:
                if session is not None and session.files.heard(event):
                    continue
                changes += model.apply(event)
                self.actions.accounts.heard(event, model)
            except Exception:  # it costs this event, not the window
                self.root.report_callback_exception(*sys.exc_info())
        return changes

    def _ask_for(self, change: Change, session: Session) -> None:
        connection, model = session.connection, session.model
        match change:
            case NickNeeded():
                why = f"{change.nick}: {change.reason}."
                connection.when_shown(lambda: connection.ask(why), why)
            case TrustNeeded():
                why = _("The server's certificate is not trusted.")
                connection.when_shown(lambda: connection.ask_trust(change), why)
            case Noticed() if self.settings.notify and change.room not in self.muted(model):
                if not (model is self.model and self._looked_at(change.room)):
                    self._notify(change, session)
            case ListChanged():
                self.switcher.list_changed()
                self.finding.found(model)
            case TypingChanged() if model is self.model and change.room == model.current:
                self.show_notice()

    def _notify(self, change: Noticed, session: Session) -> None:
        room = session.model.rooms[change.room]
        about = [change.line.nick] if room.direct else [change.line.nick, room.name]
        if self.servers.several:
            about.append(self.servers.title(session))
        self._notifier.tell(" · ".join(about), change.line.text)

    def muted(self, model: Model) -> frozenset[str]:
        """The keys of a server's rooms that are muted."""
        session = self.servers.of(model)
        name = "" if session is None else session.name
        return muting.muted(self.settings.muted, name, model.fold)

    def mute(self, model: Model, key: str) -> None:
        """Mutes a room, or unmutes it."""
        session = self.servers.of(model)
        if session is not None:
            muting.toggle(self.settings.muted, session.name, key, model.fold)
            self.save()
            self.servers_changed()

    def _focused(self, event: object) -> None:
        """Somebody looks at the window again: what is in view was seen."""
        if self.model.watched or not self.welcomed:
            return
        self.model.watched = True
        self._demand(urgent=False)
        if self.window.transcript.at_end:
            self.actions.end_seen()

    def _unfocused(self, event: object) -> None:
        """Nobody looks any more: what comes from now on is marked as new."""
        if not self.welcomed or self._closing or self.has_keyboard():
            return
        if self.model.watched and self.model.look_away():
            self.window.transcript.draw_again()

    def _demand(self, *, urgent: bool) -> None:
        if urgent != self._urgent:
            self._urgent = urgent
            urgency.demand(self.root.winfo_id(), urgent=urgent)

    def _looked_at(self, key: str) -> bool:
        return key == self.model.current and self.has_keyboard()

    def has_keyboard(self) -> bool:
        """Whether somebody is at this window. Asked of Tk itself: tkinter knows not all widgets."""
        return bool(self.root.tk.call("focus"))

    def _count_down(self) -> None:
        room = self.model.rooms[self.model.current]
        waits = any(one.model.status.phase is Phase.WAITING for one in self.servers.all)
        busy = waits or room.typing
        if not busy or self._ticks or not self.welcomed:
            return

        def tick() -> None:
            self._ticks = False
            if not self._closing:
                self.window.show_states(time.time())
                self.show_notice()
                self._count_down()

        self._ticks = True
        self.root.after(TICK_MS, tick)

    # -- what is shown

    def show(self, changes: Iterable[Change]) -> None:
        """Draws what has changed."""
        self.window.show(changes, time.time())

    def opened(self) -> None:
        """There may be a conversation with somebody else."""
        self.connection.watch_people()  # of the server that is shown

    def show_notice(self) -> None:
        """What is answered, and who writes."""
        self.window.notice(*self._notice())

    def _notice(self) -> tuple[str, str]:
        answering = self.actions.answering
        if answering is not None:
            about = {"nick": answering.nick, "text": " ".join(answering.text.split())}
            return _("↪ Reply to {nick}: {text}").format(**about), _("(Esc to cancel)")
        names = self.model.rooms[self.model.current].typists(time.time())
        if len(names) > 3:
            return _("several people are typing …"), ""
        one, some = _("{names} is typing …"), _("{names} are typing …")
        text = one if len(names) == 1 else some
        return text.format(names=", ".join(names)) if names else "", ""

    def typed(self) -> None:
        """Saves the drafts soon, so that even a crash of the machine does not lose them all."""
        if self._draft_timer is None:
            self._draft_timer = self.root.after(DRAFT_MS, self._keep_drafts)

    def _keep_drafts(self) -> None:
        if self._draft_timer is not None:
            self.root.after_cancel(self._draft_timer)  # it may be this one
            self._draft_timer = None
        self.navigation.keep_draft()
        kept, models = self._drafts.kept, self.servers.models.items()
        typed = {name: drafts.of(model) for name, model in models}
        unconfirmed = {name: drafts.unconfirmed(model) for name, model in models}
        self._drafts.save(drafts.Kept(kept.typed | typed, kept.unconfirmed | unconfirmed))

    # -- the end

    def close(self, reason: str = "") -> None:
        """Says goodbye and closes the window, soon."""
        if self._closing:
            return
        self._closing = True
        self.settings.geometry = placing.kept(self.root) or self.settings.geometry
        for one in self.servers.all:
            one.connection.remember_shown()
        self.save()
        self._keep_drafts()
        for child in self.root.winfo_children():
            if isinstance(child, tk.Toplevel):
                child.destroy()
        self.root.withdraw()
        self.servers.close(reason, self._destroy)

    def _destroy(self) -> None:
        self._keep_drafts()  # what was sent in the last moment may be confirmed by now
        self._drafts.close()
        self.logs.close()
        self.spelling.close()
        self.ending()
        timers.stop_all(self.root)
        self.window.destroy()
        self.theme.release()
        self.root.update_idletasks()  # Tk itself has something left to do after a change of theme
        self.root.destroy()
