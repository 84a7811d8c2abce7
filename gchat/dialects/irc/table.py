"""Every IRC command: its handler and what must be true before the handler is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gchat.dialects.irc import (
    help as help_,
)
from gchat.dialects.irc import (
    history,
    login,
    markers,
    messages,
    metadata,
    modes,
    monitor,
    multiline,
    oper,
    people,
    redaction,
    registration,
    rooms,
    search,
    server,
)
from gchat.wire.caps import Cap
from gchat.wire.message import Message

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

Handler = Callable[["IrcConnection", Message], None]


@dataclass(frozen=True, slots=True)
class Row:
    """`min_params`: with fewer, 461. `before_registration`, or with one of the capabilities
    `before_with`: otherwise 451. `message`: does not wait until the connection's earlier messages
    are applied.
    """

    handler: Handler
    min_params: int = 0
    before_registration: bool = False
    message: bool = False
    before_with: Cap = Cap.NONE


COMMANDS: dict[str, Row] = {
    "ADMIN": Row(server.admin),
    "AUTHENTICATE": Row(login.authenticate, 1, before_registration=True),
    "AWAY": Row(people.away, before_with=Cap.PRE_AWAY),
    "BATCH": Row(multiline.batch, 1, message=True),
    "CAP": Row(registration.cap, 1, before_registration=True),
    "CHANSERV": Row(messages.chanserv),
    "CHATHISTORY": Row(history.chathistory),
    "CS": Row(messages.chanserv),
    "HELP": Row(help_.help_),
    "HELPOP": Row(help_.help_),
    "INFO": Row(server.info),
    "INVITE": Row(rooms.invite),
    "ISON": Row(people.ison, 1),
    "ISUPPORT": Row(server.isupport_command, before_with=Cap.EXTENDED_ISUPPORT),
    "JOIN": Row(rooms.join, 1),
    "KICK": Row(rooms.kick, 2),
    "KILL": Row(oper.kill, 1),
    "KLINE": Row(oper.kline, 1),
    "KNOCK": Row(rooms.knock, 1),
    "LINKS": Row(server.links),
    "LIST": Row(rooms.list_),
    "LUSERS": Row(server.lusers),
    "MARKREAD": Row(markers.markread),
    "METADATA": Row(metadata.metadata, 2, before_with=Cap.METADATA),
    "MODE": Row(modes.mode, 1),
    "MONITOR": Row(monitor.monitor, 1),
    "MOTD": Row(server.motd),
    "NAMES": Row(rooms.names),
    "NICK": Row(registration.nick, before_registration=True),
    "NICKSERV": Row(messages.nickserv),
    "NOTICE": Row(messages.notice, message=True),
    "NS": Row(messages.nickserv),
    "OPER": Row(oper.oper, 2),
    "PART": Row(rooms.part, 1),
    "PASS": Row(registration.pass_, 1, before_registration=True),
    "PING": Row(server.ping, before_registration=True),
    "PONG": Row(server.pong, before_registration=True),
    "PRIVMSG": Row(messages.privmsg, message=True),
    "QUIT": Row(server.quit_, before_registration=True),
    "REDACT": Row(redaction.redact, 2),
    "REGISTER": Row(login.register, 3, before_registration=True),
    "REHASH": Row(oper.rehash),
    "RENAME": Row(rooms.rename, 2),
    "SEARCH": Row(search.search, 1),
    "SETNAME": Row(people.setname, 1),
    "TAGMSG": Row(messages.tagmsg, message=True),
    "TIME": Row(server.time),
    "TOPIC": Row(rooms.topic, 1),
    "UNKLINE": Row(oper.unkline, 1),
    "USER": Row(registration.user, 4, before_registration=True),
    "USERHOST": Row(people.userhost, 1),
    "VERIFY": Row(login.verify, 2, before_registration=True),
    "VERSION": Row(server.version),
    "WALLOPS": Row(oper.wallops, 1),
    "WEBIRC": Row(registration.webirc, 4, before_registration=True),
    "WHO": Row(people.who),
    "WHOIS": Row(people.whois),
    "WHOWAS": Row(people.whowas),
}
