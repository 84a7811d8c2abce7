"""PRIVMSG, NOTICE, TAGMSG. Without a label they do not wait for the journal."""

from __future__ import annotations

from gchat.core.effects import Refused
from gchat.core.events import Said
from gchat.core.users import SERVICES
from gchat.dialects.bounds import TARGETS_PER_MESSAGE
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.playback import MODULE, play
from gchat.dialects.irc.handlers.services import serve
from gchat.dialects.irc.render import split_message, surely_fits, text_room
from gchat.wire.caps import Cap
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.message import Message
from gchat.wire.names import casefold, is_room
from gchat.wire.numerics import (
    ERR_INPUTTOOLONG,
    ERR_NORECIPIENT,
    ERR_NOTEXTTOSEND,
    ERR_TOOMANYTARGETS,
    RPL_AWAY,
)
from gchat.wire.text import ACTION


@command(
    "PRIVMSG",
    message=True,
    usage=("PRIVMSG target[,target] :text",),
    text=(
        "Sends a message to rooms or users, at most 4 of them. A prefix before a room (such as "
        "@#room) sends it only to members of that rank or higher."
    ),
    url="https://modern.ircdocs.horse/#privmsg-message",
)
def privmsg(irc: IrcConnection, message: Message) -> None:
    """PRIVMSG; if the receiver is away, the sender is told so."""
    targets, text = _checked(irc, message)
    for target in targets:
        folded = casefold(target)
        if folded in SERVICES:
            irc.peer.settle()
            serve(irc, target, text)
            continue
        if target == MODULE and Cap.ZNC_PLAYBACK in irc.caps:
            irc.peer.settle()
            play(irc, text)
            continue
        _post(irc, message, target, text)
        person = None if is_room(target) else irc.hub.nicks.get(folded)
        if person is not None and person.away is not None:
            irc.reply(RPL_AWAY, person.nick, text=person.away)


@command(
    "NICKSERV",
    "NS",
    usage=(
        "NICKSERV REGISTER password [e-mail]",
        "NICKSERV IDENTIFY [account] password",
        "NICKSERV LOGOUT",
        "NICKSERV GHOST nickname [password]",
        "NICKSERV PASSWD oldpassword newpassword",
        "NICKSERV CERT ADD|LIST",
        "NICKSERV CERT DEL [fingerprint]",
        "NICKSERV INFO [account]",
        "NICKSERV DROP password",
        "NICKSERV HELP",
    ),
    text=(
        "Sends a command to NickServ, the service for accounts. REGISTER registers an account "
        "for your nickname, IDENTIFY and LOGOUT log in and out, DROP deletes the account. GHOST "
        "disconnects a user who is logged in to your account; PASSWD changes the password; INFO "
        "shows who is logged in to an account. CERT manages the TLS certificates that log in to "
        "your account."
    ),
    url="https://modern.ircdocs.horse/#servers",
)
def nickserv(irc: IrcConnection, message: Message) -> None:
    """NS, NICKSERV: the same as PRIVMSG NickServ."""
    serve(irc, "NickServ", " ".join(message.params))


@command(
    "CHANSERV",
    "CS",
    usage=(
        "CHANSERV REGISTER #room",
        "CHANSERV UNREGISTER #room",
        "CHANSERV INFO #room",
        "CHANSERV HOOK ADD|RENEW|REMOVE #room name",
        "CHANSERV HOOK LIST #room",
        "CHANSERV HELP",
    ),
    text=(
        "Sends a command to ChanServ, the service that registers rooms. REGISTER makes a room "
        "yours permanently, UNREGISTER gives it up; you have to be logged in. INFO shows whose "
        "room it is. HOOK makes, renews, removes and lists the addresses by which programs speak "
        "in a room."
    ),
    url="https://modern.ircdocs.horse/#servers",
)
def chanserv(irc: IrcConnection, message: Message) -> None:
    """CS, CHANSERV."""
    serve(irc, "ChanServ", " ".join(message.params))


@command(
    "NOTICE",
    message=True,
    usage=("NOTICE target[,target] :text",),
    text=(
        "Sends a message like PRIVMSG, to at most 4 targets; programs never answer it. No error "
        "is sent back, even when it cannot be delivered."
    ),
    url="https://modern.ircdocs.horse/#notice-message",
)
def notice(irc: IrcConnection, message: Message) -> None:
    """NOTICE is never answered, not even when it cannot be sent."""
    try:
        targets, text = _checked(irc, message)
    except Refused:
        return
    for target in targets:
        if casefold(target) not in SERVICES:
            _post(irc, message, target, text, silent=True)


@command(
    "TAGMSG",
    message=True,
    usage=("@+tag[=value][;+tag ...] TAGMSG target[,target]",),
    text=(
        "Sends tags without a text to rooms or users, such as reactions and typing "
        "notifications. Request the capability message-tags first."
    ),
    url="https://ircv3.net/specs/extensions/message-tags#the-tagmsg-tag-only-message",
)
def tagmsg(irc: IrcConnection, message: Message) -> None:
    """TAGMSG, https://ircv3.net/specs/extensions/message-tags#the-tagmsg-tag-only-message."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NORECIPIENT)
    if not _client_tags(irc, message):
        return
    for target in _targets(irc, message.params[0]):
        if casefold(target) not in SERVICES:  # which have no use for tags
            _post(irc, message, target, "")


def _checked(irc: IrcConnection, message: Message) -> tuple[list[str], str]:
    if not message.params or not message.params[0]:
        raise Refused(ERR_NORECIPIENT, text=f"No recipient given ({message.command})")
    if len(message.params) < 2 or not message.params[1]:
        raise Refused(ERR_NOTEXTTOSEND)
    return _targets(irc, message.params[0]), message.params[1]


def _targets(irc: IrcConnection, param: str) -> list[str]:
    """The targets, each once."""
    if "," not in param:
        return [param]
    targets = list(dict.fromkeys(target for target in param.split(",") if target))
    if len(targets) > TARGETS_PER_MESSAGE:
        raise Refused(ERR_TOOMANYTARGETS, targets[TARGETS_PER_MESSAGE])
    return targets


def _client_tags(irc: IrcConnection, message: Message) -> tuple[tuple[str, str], ...]:
    """The tags to pass on: those with a "+", if the sender negotiated message-tags."""
    if not message.tags or Cap.MESSAGE_TAGS not in irc.caps:
        return ()
    return tuple(item for item in message.tags.items() if item[0].startswith("+"))


def _post(
    irc: IrcConnection, message: Message, target: str, text: str, *, silent: bool = False
) -> None:
    tags = _client_tags(irc, message)
    if not silent:
        _check_size(irc, message, target, text)
    elif len(text.encode()) > irc.config.limits.message_bytes:
        return
    said = Said(irc.peer.uid, target, text, message.command, tags, irc.peer.number)
    irc.post(said, silent=silent)


def _check_size(irc: IrcConnection, message: Message, target: str, text: str) -> None:
    """Warns the sender if a text is too long for one line: its readers get several messages. Raises
    Refused if it is too long to be split, or if it fits into the sender's own line and the sender
    does not know WARN: such a client is used to 417 or to silence.
    """
    command, source = message.command, irc.user.source
    if surely_fits(source, target, text):
        return
    room = text_room(source, command, target)
    size = len(text.encode())
    if size <= room:
        return
    most = irc.config.limits.message_bytes
    if size > most:
        raise Refused(ERR_INPUTTOOLONG, text=f"The message is too long: at most {most} bytes")
    if text.startswith("\x01") and not text.startswith(ACTION):
        raise Refused(ERR_INPUTTOOLONG, text="The message is too long, and CTCP cannot be split")
    own = len(f"{command} {message.params[0]} {text}\r\n".encode())  # without the colon
    if own <= MAX_BODY_BYTES and Cap.STANDARD_REPLIES not in irc.caps:
        raise Refused(ERR_INPUTTOOLONG, text="The message is too long to be sent to others")
    parts = len(split_message(text, room))
    told = f"Your message is too long for one line and is sent as {parts} messages"
    irc.warn(command, "MESSAGE_SPLIT", target, str(parts), text=told)
