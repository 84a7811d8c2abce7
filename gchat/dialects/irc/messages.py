"""PRIVMSG, NOTICE, TAGMSG. They do not wait for the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Refused
from gchat.core.events import Said
from gchat.dialects.bounds import TARGETS_PER_MESSAGE
from gchat.dialects.irc.playback import MODULE, play
from gchat.dialects.irc.services import SERVICES, serve
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

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection


MOST = MAX_BODY_BYTES - 2  # bytes of a line as others are sent it


def privmsg(irc: IrcConnection, message: Message) -> None:
    """PRIVMSG; who writes to somebody who is away is told so."""
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


def nickserv(irc: IrcConnection, message: Message) -> None:
    """NS, NICKSERV: as if it was written to it."""
    serve(irc, "NickServ", " ".join(message.params))


def chanserv(irc: IrcConnection, message: Message) -> None:
    """CS, CHANSERV."""
    serve(irc, "ChanServ", " ".join(message.params))


def notice(irc: IrcConnection, message: Message) -> None:
    """NOTICE is never answered, not even when it cannot be sent."""
    try:
        targets, text = _checked(irc, message)
    except Refused:
        return
    for target in targets:
        _post(irc, message, target, text, silent=True)


def tagmsg(irc: IrcConnection, message: Message) -> None:
    """TAGMSG, https://ircv3.net/specs/extensions/message-tags#the-tagmsg-tag-only-message."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NORECIPIENT)
    if not _client_tags(irc, message):
        return
    for target in _targets(irc, message.params[0]):
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
    """The tags that are for the receiver: those with a "+", from who negotiated tags."""
    if not message.tags or Cap.MESSAGE_TAGS not in irc.caps:
        return ()
    return tuple(item for item in message.tags.items() if item[0].startswith("+"))


def fits(irc: IrcConnection, command: str, target: str, text: str) -> bool:
    """Whether others can be sent it in one line."""
    head = f":{irc.user.source} {command} {target} :"
    characters = len(head) + len(text)
    if characters > MOST:
        return False
    if head.isascii() and text.isascii():
        return True
    return len(head.encode()) + len(text.encode()) <= MOST


def _post(
    irc: IrcConnection, message: Message, target: str, text: str, *, silent: bool = False
) -> None:
    tags = _client_tags(irc, message)
    if not fits(irc, message.command, target, text):
        if silent:
            return
        raise Refused(ERR_INPUTTOOLONG, text="The message is too long to be shown to others")
    said = Said(irc.peer.uid, target, text, message.command, tags, irc.peer.number)
    irc.post(said, silent=silent)
