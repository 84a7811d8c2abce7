"""Forms for an account: to register, to log in, to change the password. What the server answers
stands beside the field that it is about.
"""

from __future__ import annotations

import re
import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import replace
from tkinter import ttk

from client_gui.core import events
from client_gui.core.events import Kind
from client_gui.core.protocol import Command
from client_gui.model.model import Model
from client_gui.model.services import is_service
from client_gui.texts import _
from client_gui.ui.context import Context
from client_gui.ui.panels import Panel
from client_gui.ui.servers import Servers
from client_gui.ui.theme import Theme

_CODES = {  # https://ircv3.net/specs/extensions/account-registration
    "WEAK_PASSWORD": "new",
    "UNACCEPTABLE_PASSWORD": "new",
    "INVALID_EMAIL": "email",
    "UNACCEPTABLE_EMAIL": "email",
}
_DONE = re.compile(
    r"now (logged in|identified|recognized)|password .*changed|account created|is now registered",
    re.IGNORECASE,
)
_ABOUT = (  # what a service's sentence is about
    (re.compile(r"(least|short|weak|long|characters|allowed)", re.IGNORECASE), "new"),
    (re.compile(r"password", re.IGNORECASE), "password"),
    (re.compile(r"e-?mail|address", re.IGNORECASE), "email"),
    (re.compile(r"account|nick", re.IGNORECASE), "account"),
)


class Form(Panel):
    """Fields, one below the other; `answer` is called with what is in them. The form stays until it
    is destroyed.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        title: str,
        fields: Sequence[tuple[str, str, bool]],
        values: dict[str, str],
        answer: Callable[[dict[str, str]], None],
        done: str = "",
    ) -> None:
        """`fields`: each one's key, its label, and whether it is secret. `done` is what the button
        says, the title where it is "".
        """
        super().__init__(parent, theme, title)
        self._answer = answer
        self.fields: dict[str, ttk.Entry] = {}
        self._reasons: dict[str, tk.Label] = {}
        for key, label, secret in fields:
            self.label(label, font="small", dim=True).pack(anchor="w")
            self.fields[key] = self.entry(values.get(key, ""), secret=secret)
            reason = self._reasons[key] = self.label("", font="small")
            reason.configure(foreground=theme.palette.bad)
        self.said = self.label("", font="small")
        self.said.pack(anchor="w")
        _cancel, self.button = self.buttons(
            (_("Cancel"), self.destroy), (done or title, self.submit)
        )
        self.bind("<Return>", lambda event: self.submit())
        empty = next((one for one in self.fields.values() if not one.get()), None)
        (empty or next(iter(self.fields.values()))).focus_set()

    def submit(self) -> None:
        """Hands over what is in the fields, if nothing is missing."""
        if self.button.instate(["disabled"]):
            return None
        values = {key: entry.get().strip() for key, entry in self.fields.items()}
        self.clear()
        for key, value in values.items():
            if not value and key != "email":
                return self.complain(_("This is missing."), key)
            if " " in value:
                return self.complain(_("This has no spaces in it."), key)
        if values.get("again", values.get("new")) != values.get("new"):
            return self.complain(_("The two are not the same."), "again")
        self.button.state(["disabled"])
        self.said.configure(text=_("One moment …"), foreground=self.theme.palette.dim)
        return self._answer(values)

    def clear(self) -> None:
        """Nothing is wrong any more."""
        for reason in self._reasons.values():
            reason.configure(text="")
            reason.pack_forget()
        self.said.configure(text="")

    def complain(self, sentence: str, key: str) -> None:
        """Says what was wrong beside its field, and asks again."""
        self.clear()
        self.button.state(["!disabled"])
        entry = self.fields.get(key)
        if entry is None:
            self.said.configure(text=sentence, foreground=self.theme.palette.bad)
            return
        self._reasons[key].configure(text=sentence)
        self._reasons[key].pack(anchor="w", after=entry, pady=(0, self.theme.px(8)))
        entry.focus_set()
        entry.selection_range(0, "end")

    def reason(self, key: str) -> str:
        """What stands beside a field."""
        return str(self._reasons[key].cget("text"))


class Accounts:
    """The forms of one window, of which at most one is open."""

    def __init__(self, context: Context, servers: Servers) -> None:
        self._context = context
        self._servers = servers
        self._connection = servers.shown.connection  # whose form it is: it stays with its server
        self.form: Form | None = None
        self._waits = False  # for the server's answer
        self._typed: dict[str, str] = {}

    def register(self) -> None:
        """Asks for a password, to register our nickname."""
        fields = (
            ("new", _("Password"), True),
            ("again", _("Password, once more"), True),
            ("email", _("E-mail (not needed)"), False),
        )
        title = _("Register {nick}").format(nick=self._context.model.nick)
        self._open(
            title, fields, lambda typed: lambda core: core.register(*_two(typed)), _("Register")
        )

    def log_in(self) -> None:
        """Asks for account and password."""
        fields = ("account", _("Account"), False), ("password", _("Password"), True)
        self._open(
            _("Log in"),
            fields,
            lambda typed: lambda core: core.identify(typed["account"], typed["password"]),
        )

    def change_password(self) -> None:
        """Asks for the old password and a new one."""
        fields = (
            ("password", _("Password until now"), True),
            ("new", _("New password"), True),
            ("again", _("New password, once more"), True),
        )
        self._open(
            _("Change the password"),
            fields,
            lambda typed: lambda core: core.change_password(typed["password"], typed["new"]),
        )

    def _open(
        self,
        title: str,
        fields: Sequence[tuple[str, str, bool]],
        command: Callable[[dict[str, str]], Command],
        done: str = "",
    ) -> None:
        context = self._context
        if self.form is not None:
            self.form.destroy()
        connection = self._connection = self._servers.shown.connection
        done = done or title
        if self._servers.several:
            title = f"{title} · {self._servers.title(self._servers.shown)}"
        self._waits = False
        account = context.model.account or self._connection.server.account or context.model.nick

        def answered(typed: dict[str, str]) -> None:
            self._typed, self._waits = typed, True
            if not connection.do(command(typed)):
                self._failed(_("Not connected: that cannot be done now."), "")

        values = {"account": account}
        self.form = Form(context.root, context.theme, title, fields, values, answered, done)

    # -- what the server answers

    def heard(self, event: events.NetEvent, model: Model) -> None:
        """Takes what may be the answer to the form that is open, of the server of this model."""
        if self.form is None or not self._waits or model is not self._connection.model:
            return
        match event:
            case events.LoggedIn():
                self._done(event.account)
            case events.AccountAnswered(done=True):
                self._done(event.account)
            case events.AccountAnswered():
                self._failed(event.text, _CODES.get(event.code, "account"))
            case events.Said(own=False, kind=Kind.NOTICE) if is_service(event.nick):
                if _DONE.search(event.text):
                    self._done("")
                else:
                    self._failed(event.text, self._field(event.text))
            case events.ServerText(error=True) | events.LoginFailed() | events.CommandFailed():
                text = event.text if isinstance(event, events.ServerText) else event.reason
                self._failed(text, self._field(text))
            case events.Closed() | events.Waiting():
                self._failed(event.reason, "")

    def _field(self, text: str) -> str:
        keys = self.form.fields if self.form is not None else {}
        found = (key for about, key in _ABOUT if key in keys and about.search(text))
        return next(found, "")

    def _failed(self, text: str, key: str) -> None:
        self._waits = False
        if self.form is not None and self.form.winfo_exists():
            self.form.complain(text, key)

    def _done(self, account: str) -> None:
        connection, typed = self._connection, self._typed
        model = connection.model
        name = account or typed.get("account") or model.account
        password = typed.get("new") or typed.get("password", "")
        self._waits, self._typed = False, {}
        connection.account_is(replace(connection.server, account=name or model.nick))
        connection.password_is(password)
        if self.form is not None:
            self.form.destroy()
            self.form = None


def _two(typed: dict[str, str]) -> tuple[str, str]:
    return typed["new"], typed.get("email", "")
