"""The dialog that asks for nickname and server, and says why connecting failed. At the first start
it shows only the nickname.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tkinter import filedialog, ttk

from client_gui.core.places import MOST, PORT_MAX, NotAPlace, Place, TooMany, places, written
from client_gui.core.proxies import NotAProxy, proxy
from client_gui.system import importing
from client_gui.system.importing import Listed, NoList
from client_gui.system.settings import Server
from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.check import Check
from client_gui.ui.panels import Choice, Chooser
from client_gui.ui.placing import over
from client_gui.ui.popup import PopupMenu
from client_gui.ui.roomlist import RoomList, Row
from client_gui.ui.scrolling import GUTTER, ScrollArea
from client_gui.ui.theme import Theme

WIDTH = 440
KNOWN_WIDTH = 210
EXAMPLE = "chat.example.org:6697"
EXAMPLE_PROXY = "socks5://name:password@proxy.example.org:1080"
NAMED = 3  # other servers that are named
ADD = "+"  # the key of the row for a new server
_ELSEWHERE = Server(host="", nick="")


class ConnectDialog(tk.Toplevel):
    """`connect` is called with a server and a password ("" for none); the dialog stays until it is
    destroyed. `cancel` is called when it is closed. `known` are servers that can be chosen again,
    `lobby` the room to join if the user names none, `others` servers that stay connected.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        connect: Callable[[Server, str, str], None],
        cancel: Callable[[], None],
        known: Sequence[Server] = (),
        lobby: str = "#lobby",
        others: Sequence[str] = (),
    ) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.background)
        self.title(_("gchat — connect"))
        self.resizable(False, False)
        self._theme = theme
        self.connect, self.cancel = connect, cancel
        self._known = list(known)
        self._lobby = lobby
        self._server = Server()
        self.wanted = ""  # the nickname that was asked for, until there is an answer
        self.on_forget: Callable[[Server], None] = lambda server: None
        sides = theme.px(28), theme.px(28 - GUTTER)
        right = tk.Frame(self, background=palette.background)
        right.pack(side="right", fill="both", expand=True, padx=sides, pady=theme.px(24))
        if self._known:
            self._show_known()  # where the screen has no room for both, it is what gives way
        area = ScrollArea(self, theme, within=right)
        area.pack(fill="both", expand=True)
        self._body = area.inside
        self._buttons(right, area)
        self.message = self._label("", theme.small, palette.bad, within=right)
        self.message.configure(justify="left", wraplength=theme.px(WIDTH), height=2)
        self.message.pack(side="bottom", fill="x", pady=(theme.px(4), 0), before=area)
        self._body.columnconfigure(0, weight=3, minsize=theme.px(WIDTH * 0.62))
        self._body.columnconfigure(1, weight=1, minsize=theme.px(WIDTH * 0.38))
        self._title = self._label(_("Join the chat"), theme.title, palette.text)
        self._title.grid(row=0, column=0, columnspan=2, sticky="w", pady=(0, theme.px(10)))
        self.nick = self._entry(self._body, _("Nickname"), 1, 0, columns=2)
        self.more = ttk.Button(
            self._body, style="Link.TButton", text=_("Server and account …"), command=self.unfold
        )
        self.more.grid(row=2, column=0, columnspan=2, sticky="w", pady=(0, theme.px(4)))
        self._details = tk.Frame(self._body, background=palette.background)
        self._details.columnconfigure(0, weight=3, minsize=theme.px(WIDTH * 0.62))
        self._details.columnconfigure(1, weight=1, minsize=theme.px(WIDTH * 0.38))
        self._fill_details()
        if others:
            self._tell_of(others)
        self.bind("<Return>", lambda event: self.submit())
        self.bind("<Escape>", lambda event: self._give_up())
        self.protocol("WM_DELETE_WINDOW", self._give_up)
        self.nick.focus_set()
        timers.soon(self, lambda: over(self, parent))

    def _fill_details(self) -> None:
        inside = self._details
        self.host = self._entry(inside, _("Server (or its addresses, with commas)"), 0, 0)
        self.port = self._entry(inside, _("Port"), 0, 1)
        self.account = self._entry(inside, _("Account (if you have one)"), 1, 0)
        self.password = self._entry(inside, _("Password"), 1, 1)
        self.password.configure(show="•")
        self.rooms = self._entry(inside, _("Rooms to join"), 2, 0)
        self.proxy = self._entry(inside, _("Proxy (if you need one)"), 2, 1)
        self.tls = Check(inside, _("Encrypted (TLS)"))
        self.tls.grid(row=3, column=0, sticky="w", pady=(self._theme.px(4), 0))
        self.importing = ttk.Button(
            inside, style="Link.TButton", text=_("From HexChat or WeeChat …"), command=self._import
        )
        self.importing.grid(row=3, column=1, sticky="e", pady=(self._theme.px(4), 0))

    def _tell_of(self, others: Sequence[str]) -> None:
        """Another server comes to those that are there; where one is left."""
        names = ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")
        text = _(
            "With another server, you stay connected to {names} too. A right click on a server's "
            "name at the left disconnects or closes it."
        )
        hint = self._label(text.format(names=names), self._theme.small, self._theme.palette.dim)
        hint.configure(justify="left", wraplength=self._theme.px(WIDTH))
        hint.grid(row=4, column=0, columnspan=2, sticky="we", pady=(self._theme.px(10), 0))

    def _buttons(self, within: tk.Frame, above: tk.Frame) -> None:
        theme = self._theme
        row = tk.Frame(within, background=theme.palette.background)
        beside = 0, theme.px(GUTTER)
        row.pack(side="bottom", anchor="e", padx=beside, pady=(theme.px(6), 0), before=above)
        ttk.Button(row, text=_("Cancel"), style="Quiet.TButton", command=self._give_up).pack(
            side="left"
        )
        self.button = ttk.Button(row, text=_("Connect"), style="Send.TButton", command=self.submit)
        self.button.pack(side="left", padx=(theme.px(8), 0))

    def _give_up(self) -> None:
        self.cancel()

    def _label(
        self, text: str, font: object, colour: str, within: tk.Misc | None = None
    ) -> tk.Label:
        ground = self._theme.palette.background
        return tk.Label(
            within or self._body,
            text=text,
            font=font,  # type: ignore[arg-type]
            background=ground,
            foreground=colour,
            anchor="w",
        )

    def _entry(
        self, parent: tk.Frame, label: str, row: int, column: int, *, columns: int = 1
    ) -> ttk.Entry:
        theme, palette = self._theme, self._theme.palette
        frame = tk.Frame(parent, background=palette.background)
        frame.grid(
            row=row,
            column=column,
            columnspan=columns,
            sticky="we",
            padx=(theme.px(10) if column else 0, 0),
            pady=(0, theme.px(8)),
        )
        tk.Label(
            frame,
            text=label,
            font=theme.small,
            background=palette.background,
            foreground=palette.dim,
            anchor="w",
        ).pack(fill="x", pady=(0, theme.px(2)))
        entry = ttk.Entry(frame, style="Field.TEntry", font=theme.body, width=10)
        entry.pack(fill="x")
        return entry

    # -- servers where somebody has been

    def _show_known(self) -> None:
        theme, palette = self._theme, self._theme.palette
        side = tk.Frame(self, background=palette.side)
        side.pack(side="left", fill="y")
        self.known = RoomList(side, theme, KNOWN_WIDTH, self._choose, self._ask_forget)
        self.known.pack(fill="both", expand=True, padx=theme.px(8), pady=theme.px(14))

    def _list(self, current: int) -> None:
        rows = [Row(_("SAVED SERVERS"))]
        for number, one in enumerate(self._known):
            name = one.host if one.port == Server().port else f"{one.host}:{one.port}"
            rows.append(Row(name, str(number), current=number == current, mark="⌂"))
        self.known.show([*rows, Row(_("Another one"), ADD, current=current < 0, mark="+")])

    def another(self) -> None:
        """Asks for a server that is in no list, with the nickname that stands there."""
        self.fill(replace(_ELSEWHERE, nick=self.nick.get().strip()))
        self.unfold()
        self.host.focus_set()

    def _choose(self, key: str) -> None:
        self.fill(_ELSEWHERE if key == ADD else self._known[int(key)])
        self.unfold()
        (self.host if key == ADD else self.nick).focus_set()

    def _import(self) -> None:
        """Offers the servers of another program's list, to fill the fields with."""
        files = importing.usual_files()
        if not files:
            chosen = filedialog.askopenfilename(
                parent=self, title=_("Where is servlist.conf (HexChat) or irc.conf (WeeChat)?")
            )
            files = [Path(chosen)] if chosen else []
        listed: list[Listed] = []
        for file in files:
            try:
                listed += importing.servers_in(file)
            except NoList:
                text = _("{file} is no list of servers that can be read.")
                self.complain(text.format(file=file.name))
        if listed:
            self._offer(listed)

    def _offer(self, listed: list[Listed]) -> None:
        def take(key: str) -> None:
            server = replace(listed[int(key)].server)
            server.nick = server.nick or self.nick.get().strip()
            self.fill(server)
            self.unfold()
            text = _("Taken over: addresses, rooms and names. Passwords are typed anew.")
            self.message.configure(text=text, foreground=self._theme.palette.dim)
            (self.password if server.account else self.nick).focus_set()

        chooser = Chooser(self, self._theme, _("Servers of HexChat or WeeChat"), take)
        chooser.offer(
            [
                Choice(str(number), one.name, " · ".join([one.server.host, *one.server.rooms]))
                for number, one in enumerate(listed)
            ]
        )

    def _ask_forget(self, x: int, y: int, key: str) -> None:
        if key == ADD:
            return
        menu = PopupMenu(self, self._theme)
        menu.add_command(label=_("Forget this server"), command=lambda: self._forget(int(key)))
        menu.tk_popup(x, y)

    def _forget(self, number: int) -> None:
        server = self._known.pop(number)
        self.on_forget(server)
        self._list(-1)

    # -- what is in the fields

    def unfold(self) -> None:
        """Shows all fields."""
        self.more.grid_remove()
        self._details.grid(row=3, column=0, columnspan=2, sticky="we")

    def fill(self, server: Server) -> None:
        """Puts a server's values into the fields; unfolds them unless all are the usual ones."""
        self._server = server
        self.tls.on = server.tls
        for entry, value in (
            (self.host, ", ".join([server.host, *server.others])),
            (self.port, str(server.port)),
            (self.nick, server.nick),
            (self.account, server.account),
            (self.password, ""),
            (self.rooms, " ".join(server.rooms or [self._lobby])),
            (self.proxy, server.proxy),
        ):
            entry.delete(0, "end")
            entry.insert(0, value)
        if self._known:
            found = [n for n, one in enumerate(self._known) if one.name == server.name]
            self._list(found[0] if found else -1)
        usual = Server(nick=server.nick, rooms=server.rooms)
        if self._known or server != usual:
            self.unfold()

    def submit(self) -> None:
        """Connects, if what is in the fields can be right."""
        nick, host, port = self.nick.get().strip(), self.host.get().strip(), self.port.get().strip()
        if not nick:
            self.complain(_("Choose a nickname."), self.nick)
        elif " " in nick:
            self.complain(_("A nickname has no spaces in it."), self.nick)
        elif not host.strip(", "):
            self.complain(_("Which server?"), self.host)
        elif not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= PORT_MAX):
            text = _("A port is a number from 1 to {port_max}.").format(port_max=PORT_MAX)
            self.complain(text, self.port)
        else:
            self._submit(host, int(port), nick)

    def _submit(self, hosts: str, port: int, nick: str) -> None:
        try:
            found = places(hosts, port)
            typed = self.proxy.get().strip()
            by = proxy(typed) if typed else None
        except NotAPlace as wrong:
            text = _("{part} is no address. Write a name, or a name and a port: {example}")
            self.complain(text.format(part=wrong, example=EXAMPLE), self.host)
        except TooMany:
            text = _("A server has at most {most} addresses.").format(most=MOST)
            self.complain(text, self.host)
        except NotAProxy:
            text = _("A proxy is written so: {example}")
            self.complain(text.format(example=EXAMPLE_PROXY), self.proxy)
        else:
            self.message.configure(text=_("Connecting …"), foreground=self._theme.palette.dim)
            self.button.state(["disabled"])
            self.wanted = nick
            server = self._chosen(found, nick, "" if by is None else str(by))
            self.connect(server, self.password.get(), "" if by is None else by.password)

    def _chosen(self, found: list[Place], nick: str, by: str) -> Server:
        before = self._server
        host, port = found[0]
        same = (before.host, before.port) == (host, port)
        rooms = self.rooms.get().replace(",", " ").split()
        return replace(
            before if same else Server(),  # a certificate is one server's
            host=host,
            port=port,
            others=[written(place) for place in found[1:]],
            nick=nick,
            tls=self.tls.on,
            proxy=by,
            account=self.account.get().strip(),
            rooms=[name if name[:1] in "#&+!" else f"#{name}" for name in rooms],
        )

    def complain(self, sentence: str, entry: ttk.Entry | None = None) -> None:
        """Says what was wrong, and asks again."""
        self.wanted = ""
        self.message.configure(text=sentence, foreground=self._theme.palette.bad)
        self.button.state(["!disabled"])
        if entry in (self.host, self.port, self.password, self.proxy):
            self.unfold()
        if entry is not None:
            entry.focus_set()
            entry.selection_range(0, "end")
