"""Every IRC command: its handler and what must be true before the handler is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gchat.dialects.irc import (
    history,
    markers,
    messages,
    modes,
    people,
    redaction,
    registration,
    rooms,
    search,
    server,
)
from gchat.wire.message import Message

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

Handler = Callable[["IrcConnection", Message], None]


@dataclass(frozen=True, slots=True)
class Row:
    """`min_params`: with fewer, 461. `before_registration`: otherwise 451. `message`: does not
    wait until the connection's earlier messages are applied.
    """

    handler: Handler
    min_params: int = 0
    before_registration: bool = False
    message: bool = False


COMMANDS: dict[str, Row] = {
    "AUTHENTICATE": Row(registration.authenticate, before_registration=True),
    "AWAY": Row(people.away),
    "CAP": Row(registration.cap, 1, before_registration=True),
    "CHATHISTORY": Row(history.chathistory),
    "INFO": Row(server.info),
    "INVITE": Row(rooms.invite, 2),
    "ISON": Row(people.ison, 1),
    "JOIN": Row(rooms.join, 1),
    "KICK": Row(rooms.kick, 2),
    "LIST": Row(rooms.list_),
    "LUSERS": Row(server.lusers),
    "MARKREAD": Row(markers.markread),
    "MODE": Row(modes.mode, 1),
    "MOTD": Row(server.motd),
    "NAMES": Row(rooms.names),
    "NICK": Row(registration.nick, before_registration=True),
    "NOTICE": Row(messages.notice, message=True),
    "PART": Row(rooms.part, 1),
    "PASS": Row(registration.pass_, 1, before_registration=True),
    "PING": Row(server.ping, before_registration=True),
    "PONG": Row(server.pong, before_registration=True),
    "PRIVMSG": Row(messages.privmsg, message=True),
    "QUIT": Row(server.quit_, before_registration=True),
    "REDACT": Row(redaction.redact, 2),
    "SEARCH": Row(search.search, 1),
    "TAGMSG": Row(messages.tagmsg, message=True),
    "TIME": Row(server.time),
    "TOPIC": Row(rooms.topic, 1),
    "USER": Row(registration.user, 4, before_registration=True),
    "USERHOST": Row(people.userhost, 1),
    "VERSION": Row(server.version),
    "WHO": Row(people.who),
    "WHOIS": Row(people.whois),
}
