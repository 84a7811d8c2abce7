"""Capabilities and logging in, before the server has welcomed us. A part of the client core."""

from __future__ import annotations

from client_gui.core.connection import Connection
from client_gui.core.events import Event, LoginFailed
from client_gui.core.limits import CAPS
from client_gui.core.login import Exchange, Login
from client_gui.core.state import State
from client_gui.texts import _
from gchat.wire.authenticate import SaslError
from gchat.wire.message import Message

WANTED_CAPS = (
    "away-notify",
    "batch",
    "draft/channel-rename",
    "draft/chathistory",
    "draft/event-playback",
    "draft/message-redaction",
    "draft/multiline",
    "draft/read-marker",
    "echo-message",
    "labeled-response",
    "message-tags",
    "multi-prefix",
    "server-time",
    "soju.im/search",
)


def cap(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/extensions/capability-negotiation"""
    subcommand, names = message.params[1].upper(), message.params[-1].split()
    match subcommand:
        case "LS" if core.state is State.REGISTERING:
            return _offered(core, names, more=len(message.params) > 3 and message.params[2] == "*")
        case "ACK":
            return _acknowledged(core, names)
        case "NAK":
            core.waited.clear()
            _end(core)
            if core.login is not None:
                return [LoginFailed(_("This server has no accounts."))]
        case "DEL":
            core.caps.difference_update(names)
    return []


def _acknowledged(core: Connection, names: list[str]) -> list[Event]:
    for name in names:
        if name.startswith("-"):
            core.caps.discard(name[1:])
        elif len(core.caps) < CAPS:
            core.caps.add(name)
    core.waited -= {name.lstrip("-") for name in names}
    if core.waited:
        return []  # an answer may come in several lines
    if core.login is not None and "sasl" in core.caps and core.state is State.REGISTERING:
        return _log_in(core, core.login)
    _end(core)
    return []


def _offered(core: Connection, names: list[str], *, more: bool) -> list[Event]:
    for name, _equals, value in (one.partition("=") for one in names[: CAPS - len(core.values)]):
        core.values[name] = value
    if more:
        return []
    wanted = [name for name in WANTED_CAPS if name in core.values]
    if core.login is not None and "sasl" in core.values:
        wanted.append("sasl")
    if wanted:
        core.waited = set(wanted)
        core.send("CAP", "REQ", " ".join(wanted))
    else:
        core.send("CAP", "END")
    if core.login is not None and "sasl" not in core.values:
        return [LoginFailed(_("This server has no accounts."))]
    return []


def _log_in(core: Connection, login: Login) -> list[Event]:
    offered = [one for one in core.values["sasl"].split(",") if one]
    try:
        core.exchange = Exchange(login, offered, private=core.private)
    except SaslError as error:
        _end(core)
        return [LoginFailed(_("You are not logged in: {error}.").format(error=error))]
    core.send("AUTHENTICATE", core.exchange.mechanism)
    return []


def authenticate(core: Connection, message: Message) -> list[Event]:
    """AUTHENTICATE: the server's next word of the exchange."""
    if core.exchange is None:
        return []
    try:
        for param in core.exchange.answer(message.params[0]):
            core.send("AUTHENTICATE", param)
    except SaslError as error:
        core.exchange = None
        core.send("AUTHENTICATE", "*")
        _end(core)
        return [LoginFailed(_("You are not logged in: {error}.").format(error=error))]
    return []


def login_ended(core: Connection, message: Message) -> list[Event]:
    """903, or a numeric that says why the login failed."""
    if core.exchange is None:
        return []
    core.exchange = None
    _end(core)
    if message.command == "903":
        return []
    return [LoginFailed(_("You are not logged in: {params}.").format(params=message.params[-1]))]


def _end(core: Connection) -> None:
    if core.state in (State.REGISTERING, State.NEEDS_NICK):
        core.send("CAP", "END")
