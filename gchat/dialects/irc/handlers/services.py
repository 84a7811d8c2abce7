"""NickServ and ChanServ, for clients without REGISTER and SASL. They are not users: a message to
one is carried out as a command, and answered with NOTICEs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gchat.core.effects import Refused
from gchat.core.events import (
    AccountDropped,
    CertificateSet,
    Event,
    Killed,
    LoggedOut,
    PasswordSet,
    RoomRegistered,
)
from gchat.core.users import SERVICES
from gchat.dialects import hooks
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.login import (
    failed,
    log_in,
    make_account,
    make_verifier,
)
from gchat.dialects.irc.handlers.people import visible
from gchat.dialects.passwords import LoginFailed, NotTried, check_password
from gchat.wire.names import casefold

Usage = hooks.Usage  # the command has the wrong parameters, or takes a login
Command = Callable[["IrcConnection", list[str]], str]


def serve(irc: IrcConnection, service: str, text: str) -> None:
    """Carries out what was written to a service, and answers."""
    name = SERVICES[casefold(service)]
    commands = _COMMANDS[name]
    word, *rest = text.split() or ["HELP"]
    command = commands.get(word.upper())
    if command is None:
        answer = f"Unknown command {word.upper()}. Commands: {', '.join(commands)}"
    else:
        handler, usage = command
        try:
            answer = handler(irc, rest)
        except Usage:
            answer = f"Usage: {word.upper()} {usage}".rstrip()
        except Refused as refusal:
            answer = refusal.text
        except LoginFailed as denied:
            if not isinstance(denied, NotTried):
                failed(irc, denied.who)
            answer = str(denied)
    for line in answer.split("\n"):
        irc.say("NOTICE", irc.nick, line, source=f"{name}!{name}@services")


def _commit(irc: IrcConnection, event: Event) -> None:
    """Raises Refused."""
    outcome = irc.peer.commit(event)
    for refusal in outcome.refusals:
        raise refusal


def _register(irc: IrcConnection, words: list[str]) -> str:
    if len(words) not in (1, 2):
        raise Usage
    make_account(irc, irc.user.nick, words[0], words[1] if len(words) == 2 else "")
    return "Account created"


def _identify(irc: IrcConnection, words: list[str]) -> str:
    if len(words) not in (1, 2):
        raise Usage
    name = words[0] if len(words) == 2 else irc.user.nick
    account = check_password(irc.peer, name, words[-1])
    log_in(irc, account)
    return f"You are now logged in as {account.name}"


def _logout(irc: IrcConnection, words: list[str]) -> str:
    _commit(irc, LoggedOut(irc.peer.uid))
    return "You are now logged out"


def _ghost(irc: IrcConnection, words: list[str]) -> str:
    if len(words) not in (1, 2):
        raise Usage
    if len(words) == 2:
        log_in(irc, check_password(irc.peer, words[0], words[1]))
    _commit(irc, Killed(irc.peer.uid, words[0], "GHOST", own=True))
    return f"{words[0]} is no longer connected"


def _password(irc: IrcConnection, words: list[str]) -> str:
    """Takes the old password too: an unattended client must not be enough to steal an account."""
    if len(words) != 2 or not irc.user.account:
        raise Usage
    account = check_password(irc.peer, irc.user.account, words[0])
    verifier = make_verifier(irc, "PASSWD", account.name, words[1], account.ident)
    _commit(irc, PasswordSet(irc.peer.uid, verifier, account.ident))
    return "The password was changed"


def _certificate(irc: IrcConnection, words: list[str]) -> str:
    """Without a fingerprint in `words`, takes that of the connection's own certificate."""
    account = irc.hub.account_of(irc.user)
    if not words or len(words) > 2 or account is None:
        raise Usage
    action = words[0].upper()
    fingerprint = words[1].replace(":", "").lower() if len(words) == 2 else irc.peer.fingerprint
    if action == "LIST":
        return "\n".join([*account.certificates, "End of list"])
    if action not in ("ADD", "DEL"):
        raise Usage
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        return "No certificate. Connect with a TLS client certificate, or give its fingerprint"
    if action == "ADD" and fingerprint != irc.peer.fingerprint:
        return "Only this connection's own certificate can be added: connect with it"
    _commit(irc, CertificateSet(irc.peer.uid, fingerprint, action == "ADD"))
    return f"{fingerprint} {'was added' if action == 'ADD' else 'was removed'}"


def _drop(irc: IrcConnection, words: list[str]) -> str:
    if len(words) != 1 or not irc.user.account:
        raise Usage
    account = check_password(irc.peer, irc.user.account, words[0])
    _commit(irc, AccountDropped(irc.peer.uid, account.ident))
    return "The account was deleted"


def _account_info(irc: IrcConnection, words: list[str]) -> str:
    if len(words) > 1:
        raise Usage
    account = irc.hub.accounts.get(casefold(words[0] if words else irc.user.nick))
    if account is None:
        return "There is no such account"
    users = (irc.hub.users[uid] for uid in account.uids)
    nicks = ", ".join(user.nick for user in users if visible(irc, user))
    return f"{account.name} is registered. Logged in: {nicks or 'nobody that you can see'}"


def _help(commands: dict[str, tuple[Command, str]]) -> Command:
    def answer(irc: IrcConnection, words: list[str]) -> str:
        return "\n".join(f"{name} {usage}".rstrip() for name, (_, usage) in commands.items())

    return answer


def _register_room(irc: IrcConnection, words: list[str]) -> str:
    if len(words) != 1:
        raise Usage
    _commit(irc, RoomRegistered(irc.peer.uid, words[0]))
    return f"{words[0]} is registered to you and is now permanent"


def _unregister_room(irc: IrcConnection, words: list[str]) -> str:
    if len(words) != 1:
        raise Usage
    _commit(irc, RoomRegistered(irc.peer.uid, words[0], adding=False))
    return f"{words[0]} is no longer registered"


def _room_info(irc: IrcConnection, words: list[str]) -> str:
    if len(words) != 1:
        raise Usage
    room = irc.hub.room(words[0])
    if not irc.hub.shows(room, irc.peer.uid):
        return "No such room"
    if not room.founder:
        return f"{room.name} is not registered"
    return f"{room.name} is registered to {room.founder}"


def _hook(irc: IrcConnection, words: list[str]) -> str:
    return hooks.command(irc.peer, words)


_NICKSERV: dict[str, tuple[Command, str]] = {
    "REGISTER": (_register, "PASSWORD [E-MAIL]"),
    "IDENTIFY": (_identify, "[ACCOUNT] PASSWORD"),
    "LOGOUT": (_logout, ""),
    "GHOST": (_ghost, "NICKNAME [PASSWORD]"),
    "PASSWD": (_password, "OLD NEW (once you are logged in)"),
    "CERT": (_certificate, "ADD|DEL|LIST [FINGERPRINT] (once you are logged in)"),
    "INFO": (_account_info, "[ACCOUNT]"),
    "DROP": (_drop, "PASSWORD (once you are logged in)"),
}
_NICKSERV["HELP"] = (_help(_NICKSERV), "")
_CHANSERV: dict[str, tuple[Command, str]] = {
    "REGISTER": (_register_room, "#ROOM"),
    "UNREGISTER": (_unregister_room, "#ROOM"),
    "INFO": (_room_info, "#ROOM"),
    "HOOK": (_hook, hooks.USAGE),
}
_CHANSERV["HELP"] = (_help(_CHANSERV), "")
_COMMANDS = {"NickServ": _NICKSERV, "ChanServ": _CHANSERV}
