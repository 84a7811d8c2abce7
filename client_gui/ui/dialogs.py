"""The dialog that asks for a nickname, host and port, and says why they did not do."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import replace
from tkinter import ttk

from client_gui.settings import Server
from client_gui.texts import _
from client_gui.ui.check import Check
from client_gui.ui.theme import Theme

WIDTH = 420
PORT_MAX = 65535


class ConnectDialog(tk.Toplevel):
    """`connect` is called with a server and a password ("" for none); the dialog stays until it is
    destroyed. `cancel` is called when it is closed. `known` are servers that can be chosen again.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        connect: Callable[[Server, str], None],
        cancel: Callable[[], None],
        known: Sequence[Server] = (),
    ) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.background)
        self.title("gchat — connect")
        self.resizable(False, False)
        self._theme = theme
        self._connect = connect
        self._known = list(known)
        self._server = Server()
        body = tk.Frame(self, background=palette.background)
        body.pack(fill="both", expand=True, padx=theme.px(28), pady=theme.px(24))
        body.columnconfigure(0, weight=3, minsize=theme.px(WIDTH * 0.6))
        body.columnconfigure(1, weight=1)
        tk.Label(
            body,
            text=_("Join the chat"),
            font=theme.title,
            background=palette.background,
            foreground=palette.text,
            anchor="w",
        ).grid(row=0, column=0, columnspan=2, sticky="w", pady=(0, theme.px(10)))
        self.nick = self._entry(body, _("Nickname"), 1, 0, columns=2)
        self.host = self._entry(body, _("Server"), 3, 0)
        self.port = self._entry(body, _("Port"), 3, 1)
        self.account = self._entry(body, _("Account (if you have one)"), 7, 0)
        self.password = self._entry(body, _("Password"), 7, 1)
        self.password.configure(show="•")
        self.tls = Check(body, _("Encrypted (TLS)"))
        self.tls.grid(row=9, column=0, sticky="w")
        if len(self._known) > 1:
            self._offer(body)
        self.message = tk.Label(
            body,
            font=theme.small,
            background=palette.background,
            foreground=palette.bad,
            anchor="w",
            justify="left",
            wraplength=theme.px(WIDTH),
            height=2,
        )
        self.message.grid(row=10, column=0, columnspan=2, sticky="we", pady=(theme.px(8), 0))
        buttons = tk.Frame(body, background=palette.background)
        buttons.grid(row=11, column=0, columnspan=2, sticky="e", pady=(theme.px(6), 0))
        ttk.Button(buttons, text="Cancel", style="Quiet.TButton", command=cancel).pack(side="left")
        self.button = ttk.Button(buttons, text="Connect", style="Send.TButton", command=self.submit)
        self.button.pack(side="left", padx=(theme.px(8), 0))
        self.bind("<Return>", lambda event: self.submit())
        self.bind("<Escape>", lambda event: cancel())
        self.protocol("WM_DELETE_WINDOW", cancel)
        self.nick.focus_set()

    def _entry(
        self, body: tk.Frame, label: str, row: int, column: int, *, columns: int = 1
    ) -> tk.Entry:
        theme, palette = self._theme, self._theme.palette
        left = theme.px(10) if column else 0
        tk.Label(
            body,
            text=label,
            font=theme.small,
            background=palette.background,
            foreground=palette.dim,
            anchor="w",
        ).grid(row=row, column=column, columnspan=columns, sticky="w", padx=(left, 0))
        frame = tk.Frame(
            body,
            background=palette.field,
            highlightthickness=theme.px(2),
            highlightbackground=palette.border,
            highlightcolor=palette.accent,
        )
        frame.grid(
            row=row + 1,
            column=column,
            columnspan=columns,
            sticky="we",
            padx=(left, 0),
            pady=(theme.px(2), theme.px(10)),
        )
        entry = tk.Entry(
            frame,
            font=theme.body,
            relief="flat",
            borderwidth=0,
            highlightthickness=0,
            background=palette.field,
            foreground=palette.text,
            insertbackground=palette.text,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
            width=10,
        )
        entry.pack(fill="x", padx=theme.px(10), pady=theme.px(8))
        focused, blurred = palette.accent, palette.border
        entry.bind("<FocusIn>", lambda _: frame.configure(highlightbackground=focused))
        entry.bind("<FocusOut>", lambda _: frame.configure(highlightbackground=blurred))
        return entry

    def _offer(self, body: tk.Frame) -> None:
        """Servers where somebody has been."""
        names = [one.name for one in self._known]
        box = ttk.Combobox(body, values=names, font=self._theme.small, state="readonly")
        box.set(_("Where you have been …"))
        box.grid(row=6, column=0, columnspan=2, sticky="we", pady=(0, self._theme.px(10)))
        box.bind("<<ComboboxSelected>>", lambda event: self.fill(self._known[box.current()]))

    def fill(self, server: Server) -> None:
        """Puts values into the fields."""
        self._server = server
        self.tls.on = server.tls
        for entry, value in (
            (self.host, server.host),
            (self.port, str(server.port)),
            (self.nick, server.nick),
            (self.account, server.account),
        ):
            entry.delete(0, "end")
            entry.insert(0, value)

    def submit(self) -> None:
        """Connects, if what is in the fields can be right."""
        nick, host, port = self.nick.get().strip(), self.host.get().strip(), self.port.get().strip()
        if not nick:
            self.complain(_("Choose a nickname."), self.nick)
        elif " " in nick:
            self.complain(_("A nickname has no spaces in it."), self.nick)
        elif not host:
            self.complain(_("Which server?"), self.host)
        elif not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= PORT_MAX):
            self.complain(
                _("A port is a number from 1 to {port_max}.").format(port_max=PORT_MAX), self.port
            )
        else:
            self.message.configure(text=_("Connecting …"), foreground=self._theme.palette.dim)
            self.button.state(["disabled"])
            before = self._server
            same = (before.host, before.port) == (host, int(port))
            server = replace(
                before if same else Server(),
                host=host,
                port=int(port),
                nick=nick,
                tls=self.tls.on,
                account=self.account.get().strip(),
            )
            self._connect(server, self.password.get())

    def complain(self, sentence: str, entry: tk.Entry | None = None) -> None:
        """Says why it did not do, and asks again."""
        self.message.configure(text=sentence, foreground=self._theme.palette.bad)
        self.button.state(["!disabled"])
        if entry is not None:
            entry.focus_set()
            entry.selection_range(0, "end")
