"""Turns each message of the server into events. A part of the client core: no I/O."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from client_gui.core import asked
from client_gui.core.connection import Connection
from client_gui.core.events import (
    AccountAnswered,
    Away,
    Event,
    FileRefused,
    FileToken,
    Invited,
    Joined,
    Kind,
    Left,
    LoggedIn,
    Members,
    ModesChanged,
    NickChanged,
    NotSent,
    Presence,
    Quit,
    RankChanged,
    Reacted,
    ReadUpTo,
    Redacted,
    RoomListed,
    RoomRenamed,
    RoomsListed,
    Said,
    ServerText,
    TopicChanged,
    Typing,
)
from client_gui.core.limits import NAME_LISTS, is_name, number
from client_gui.texts import _
from gchat.wire.message import Message
from gchat.wire.text import ACTION

WHO_MAX = 1000  # members; in a larger room we do not ask who is away
MEMBERS_MAX = 100_000  # names collected for one room before the end of its list must come
LAST_MOMENT = 7_258_118_400.0  # the year 2200, in seconds since 1970
_REACT, _UNREACT, _REPLY = "+draft/react", "+draft/unreact", "+draft/reply"


def _join(core: Connection, message: Message) -> list[Event]:
    own = core.is_own(message.nick)
    if own:
        core.source = message.source or ""
    return [Joined(message.params[0], message.nick, own, _time(message))]


def _part(core: Connection, message: Message) -> list[Event]:
    reason = message.params[1] if len(message.params) > 1 else ""
    own = core.is_own(message.nick)
    return [Left(message.params[0], message.nick, reason, own, at=_time(message))]


def _kick(core: Connection, message: Message) -> list[Event]:
    room, nick, *reason = message.params
    text = reason[0] if reason else ""
    return [Left(room, nick, text, core.is_own(nick), message.nick, _time(message))]


def _quit(core: Connection, message: Message) -> list[Event]:
    reason = message.params[0] if message.params else ""
    core.name_free(message.nick)
    return [Quit(message.nick, reason, _time(message))]


def _nick(core: Connection, message: Message) -> list[Event]:
    own = core.is_own(message.nick)
    new = message.params[0]
    if own:
        core.nick = core.wished = new  # whoever chose it: an earlier one is not asked for again
        core.source = ""
    else:
        core.name_free(message.nick)
    return [NickChanged(message.nick, new, own)]


def _room(core: Connection, target: str, nick: str) -> str:
    """The room that a message belongs to, or the other person of a conversation."""
    return target if core.isupport.is_room(target) or core.is_own(nick) else nick


def _said(core: Connection, message: Message) -> list[Event]:
    target, text = message.params[:2]
    target = _without_status(core, target)
    nick = message.nick or core.isupport.network or "*"
    own = core.is_own(nick)
    kind = Kind.NOTICE if message.command == "NOTICE" else Kind.MESSAGE
    if text.startswith("\x01"):
        if not text.startswith(ACTION):
            return []  # CTCP questions are not answered: they tell strangers about us
        text = text.removeprefix(ACTION).removesuffix("\x01")
        kind = Kind.ACTION
    if "!" not in (message.source or "") and not core.isupport.is_room(target):
        return [ServerText(text)]
    msgid = message.tags.get("msgid", "")
    if own and msgid and core.is_own(target):
        if msgid == core.to_self:
            return []  # what we write to ourselves comes twice: sent, and received
        core.to_self = msgid
    label = core.label_of(message) if own else ""
    reply_to = message.tags.get(_REPLY, "")
    room, source = _room(core, target, nick), message.source or ""
    return [Said(room, nick, text, kind, own, _time(message), msgid, reply_to, label, source)]


def _without_status(core: Connection, target: str) -> str:
    """`@#room` (a message to those with a rank in the room) becomes `#room`."""
    bare = target.lstrip(core.isupport.prefixes)
    return bare if bare != target and core.isupport.is_room(bare) else target


def _tagged(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/client-tags/typing, react and reply"""
    nick, tags, source = message.nick, message.tags, message.source or ""
    room = _room(core, _without_status(core, message.params[0]), nick)
    msgid = tags.get(_REPLY, "")
    if msgid and tags.get(_REACT):
        return [Reacted(room, nick, msgid, tags[_REACT], source=source)]
    if msgid and tags.get(_UNREACT):
        return [Reacted(room, nick, msgid, tags[_UNREACT], adding=False, source=source)]
    if "+typing" in tags and not core.is_own(nick):
        return [Typing(room, nick, tags["+typing"] == "active", source)]
    return []


def _redact(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/extensions/message-redaction"""
    target, msgid = message.params[:2]
    room = _room(core, _without_status(core, target), message.nick)
    return [Redacted(room, message.nick, msgid)]


def _markread(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/extensions/read-marker"""
    at = _moment(message.params[1].removeprefix("timestamp="))
    return [] if at is None else [ReadUpTo(message.params[0], at)]


def _mode(core: Connection, message: Message) -> list[Event]:
    """Of a room: our own modes are of no interest to anybody."""
    room, modes, *arguments = message.params
    if not core.isupport.is_room(room):
        return []
    ranks = core.isupport.ranks(modes, arguments)
    by = message.nick or message.source or ""
    return [
        *(RankChanged(room, nick, prefix, adding) for adding, prefix, nick in ranks),
        ModesChanged(room, by, " ".join([modes, *arguments]), tuple(ranks)),
    ]


def _away(core: Connection, message: Message) -> list[Event]:
    return [Away(message.nick, message.params[0] if message.params else None)]


def _own_away(core: Connection, message: Message) -> list[Event]:
    return [Away(core.nick, "" if message.command == "306" else None)]


def _who_is_away(core: Connection, message: Message) -> list[Event]:
    return [Away(message.params[1], message.params[2])]


def _who(core: Connection, message: Message) -> list[Event]:
    """An answer to WHO, which we send to learn who is away."""
    nick, flags = message.params[5:7] if message.command == "352" else message.params[1:3]
    here: list[Event] = [Presence(nick, online=True)] if core.watches(nick) else []
    return [*here, Away(nick, "")] if flags.startswith("G") else here


def _monitored(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/extensions/monitor"""
    nicks = [one.partition("!")[0] for one in message.params[1].split(",")]
    return [Presence(nick, message.command == "730") for nick in nicks if is_name(nick)]


def _account(core: Connection, message: Message) -> list[Event]:
    return [LoggedIn(message.params[2])]


def _registered(core: Connection, message: Message) -> list[Event]:
    """https://ircv3.net/specs/extensions/account-registration"""
    kind, account, text = message.params[:3]
    return [AccountAnswered(account, text, done=kind == "SUCCESS", code=kind)]


def _logged_out(core: Connection, message: Message) -> list[Event]:
    return [LoggedIn("")]


def _invite(core: Connection, message: Message) -> list[Event]:
    room, source = message.params[1], message.source or ""
    return [Invited(room, message.nick, source)] if core.is_own(message.params[0]) else []


def _rename(core: Connection, message: Message) -> list[Event]:
    new = message.params[1]
    return [RoomRenamed(message.params[0], new)] if is_name(new) else []


def _listed(core: Connection, message: Message) -> list[Event]:
    name, count = message.params[1:3]
    return [RoomListed(name, number(count), message.params[-1] if len(message.params) > 3 else "")]


def _list_ends(core: Connection, message: Message) -> list[Event]:
    return [RoomsListed()]


def _topic(core: Connection, message: Message) -> list[Event]:
    return [TopicChanged(message.params[0], message.params[1], message.nick)]


def _topic_told(core: Connection, message: Message) -> list[Event]:
    return [TopicChanged(message.params[1], message.params[2], "")]


def _batch(core: Connection, message: Message) -> list[Event]:
    return core.backlog.batch(message.params, message.tags.get("batch"))


def _name_reply(core: Connection, message: Message) -> list[Event]:
    key = core.isupport.fold(message.params[2])
    if key not in core.names and len(core.names) >= NAME_LISTS:
        return []
    names = core.names.setdefault(key, [])
    if len(names) < MEMBERS_MAX:
        names += [core.isupport.split_prefix(name) for name in message.params[3].split()]
    return []


def _end_of_names(core: Connection, message: Message) -> list[Event]:
    room = message.params[1]
    names = core.names.pop(core.isupport.fold(room), None)
    if names is None:
        return []
    if "away-notify" in core.caps and len(names) <= WHO_MAX:
        core.send("WHO", room, *(["%nf"] if core.isupport.whox else []))
    return [Members(room, tuple(names))]


def _motd(core: Connection, message: Message) -> list[Event]:
    return [ServerText(message.params[1])]


def _nothing(core: Connection, message: Message) -> list[Event]:
    return []


def other(core: Connection, message: Message) -> list[Event]:
    """Errors are shown in the server's words, and so is what somebody must have asked for."""
    text = ""
    about = message.params[1:-1]
    if message.command == "FAIL" and message.params[:1] == ["FILEHOST"] and about:
        return [FileRefused(message.params[-1])]
    if message.command == "FAIL" and message.params[:1] == ["REGISTER"] and about:
        code = message.params[1]
        return [AccountAnswered(message.params[-2], message.params[-1], done=False, code=code)]
    if message.command == "FAIL" and len(message.params) > 2:
        text = message.params[-1]
        failed = core.backlog.failed() if message.params[0] == "CHATHISTORY" else []
        if message.params[0] in ("CHATHISTORY", "MARKREAD"):
            return [*failed, *([ServerText(text, error=True)] if failed else [])]
    elif message.command.isdigit() and message.command[:1] in ("4", "5"):
        if message.command in ("421", "422") and about in ([], ["CAP"]):
            return []  # no message of the day, or a server that knows no capabilities
        text = ": ".join([*about, message.params[-1]]) if message.params else message.command
        if message.command == "475" and about:  # ERR_BADCHANNELKEY
            text = _("{room} has a key: /join {room} KEY").format(room=about[0])
    if not text:
        return asked.shown(message)
    label = core.label_of(message)
    if label:
        return [NotSent(label, text)]
    room = next((param for param in about if core.isupport.is_room(param)), "")
    return [ServerText(text, error=True, room=room)]


def _filehost(core: Connection, message: Message) -> list[Event]:
    """https://github.com/ircv3/ircv3-specifications/pull/562"""
    return [FileToken(message.params[1])] if message.params[0] == "TOKEN" else []


def _moment(text: str) -> float | None:
    """Seconds since 1970; `None` if the text is not a time, or is one out of range."""
    try:
        moment = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if 0 <= moment <= LAST_MOMENT else None


def _time(message: Message) -> float | None:
    """https://ircv3.net/specs/extensions/server-time"""
    return _moment(message.tags.get("time", ""))


Handler = Callable[["Connection", Message], list[Event]]

# Each message that we understand: its handler, and how many parameters it must have. With fewer, it
# is ignored.
TABLE: dict[str, tuple[Handler, int]] = {
    "301": (_who_is_away, 3),
    "305": (_own_away, 0),
    "306": (_own_away, 0),
    "321": (_nothing, 0),
    "322": (_listed, 3),
    "323": (_list_ends, 0),
    "332": (_topic_told, 3),
    "352": (_who, 7),
    "353": (_name_reply, 4),
    "354": (_who, 3),
    "366": (_end_of_names, 2),
    "372": (_motd, 2),
    "730": (_monitored, 2),
    "731": (_monitored, 2),
    "900": (_account, 3),
    "901": (_logged_out, 1),
    "AWAY": (_away, 0),
    "BATCH": (_batch, 1),
    "FILEHOST": (_filehost, 2),
    "INVITE": (_invite, 2),
    "JOIN": (_join, 1),
    "KICK": (_kick, 2),
    "MARKREAD": (_markread, 2),
    "MODE": (_mode, 2),
    "NICK": (_nick, 1),
    "NOTICE": (_said, 2),
    "PART": (_part, 1),
    "PRIVMSG": (_said, 2),
    "QUIT": (_quit, 0),
    "REDACT": (_redact, 2),
    "REGISTER": (_registered, 3),
    "RENAME": (_rename, 2),
    "TAGMSG": (_tagged, 1),
    "TOPIC": (_topic, 2),
}
