"""The client core: bytes in, events out; commands in, bytes out. No socket, no clock, no thread.

Whoever drives it hands in what was received and what time it is, sends what `data_to_send` gives,
and calls `on_time` when `deadline` has come. Times are in seconds of any clock that never goes
backwards.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from client_gui import history
from client_gui.events import (
    Closed,
    Event,
    Joined,
    Kind,
    Latency,
    Left,
    Members,
    NickChanged,
    NickRefused,
    Quit,
    Registered,
    Said,
    ServerText,
    TopicChanged,
)
from client_gui.exceptions import NotConnected, ProtocolError
from client_gui.isupport import Isupport
from gchat.wire import numerics
from gchat.wire.lines import MAX_BODY_BYTES, LineSplitter
from gchat.wire.message import Message, MessageError, format_message, parse, split_text

WANTED_CAPS = (
    "batch",
    "draft/chathistory",
    "echo-message",
    "message-tags",
    "multi-prefix",
    "server-time",
)
HOST_ALLOWANCE = 90  # bytes of !user@host, until the server has shown us our own
MEMBERS_MAX = 100_000  # names collected for one room before the end of its list must come
NICK_RETRIES = 5  # underscores that are tried when reconnecting under a nickname that is in use

_CLOSING_LINK = re.compile(r"Closing Link: .*?\((.*)\)")  # what most servers wrap a reason in
_NICK_REFUSALS = {
    numerics.ERR_NONICKNAMEGIVEN.code,
    numerics.ERR_ERRONEUSNICKNAME.code,
    numerics.ERR_NICKNAMEINUSE.code,
    "436",  # ERR_NICKCOLLISION
    "437",  # ERR_UNAVAILRESOURCE
}


class State(enum.Enum):
    """Where the connection is in its life."""

    REGISTERING = enum.auto()
    NEEDS_NICK = enum.auto()  # refused; `change_nick` goes on
    READY = enum.auto()
    CLOSED = enum.auto()


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    registration: float = 30.0  # from the first byte to the welcome
    keepalive: float = 30.0  # of silence before the server is asked for a sign of life
    reply: float = 20.0  # to give it


class ClientProtocol:
    """One connection, from its first byte to its last."""

    def __init__(
        self,
        nick: str,
        now: float,
        *,
        rooms: tuple[str, ...] = ("#lobby",),
        realname: str = "",
        retry_nick: bool = False,
        timeouts: Timeouts | None = None,
        newest: dict[str, str] | None = None,
    ) -> None:
        """`newest`: see Backlog; what the connection before this one has told."""
        self.state = State.REGISTERING
        self.nick = nick  # what the server calls us, or is asked to
        self.isupport = Isupport()
        self.caps: set[str] = set()  # enabled
        self._rooms = rooms  # joined as soon as we are welcome
        self._retries = NICK_RETRIES if retry_nick else 0  # nicknames we may try by ourselves
        self._timeouts = timeouts or Timeouts()
        self._lines = LineSplitter()
        self._out: list[bytes] = []
        self._offered: list[str] = []  # what CAP LS has told so far
        self._names: dict[str, list[tuple[str, str]]] = {}  # member lists that have not ended
        self._source = ""  # nick!user@host as the server shows us
        self._to_self = ""  # the id of the last message that we wrote to ourselves
        self._backlog = history.Backlog(self._send, self.isupport, {} if newest is None else newest)
        self._opened = now
        self._heard = now
        self._pinged: float | None = None  # when a sign of life was asked for
        self._send("CAP", "LS", "302")
        self._send("NICK", nick)
        self._send("USER", "gchat", "0", "*", realname or nick)

    @property
    def closed(self) -> bool:
        """Whether the connection is over, or about to be."""
        return self.state is State.CLOSED

    # -- bytes out

    def data_to_send(self) -> bytes:
        """What is to be sent, once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def _send(self, command: str, *params: str) -> None:
        self._out.append(format_message(command, *params).encode("utf-8", "replace") + b"\r\n")

    # -- time

    @property
    def deadline(self) -> float | None:
        """When `on_time` is to be called, unless something is received before."""
        match self.state:
            case State.REGISTERING:
                return self._opened + self._timeouts.registration
            case State.READY:
                alive = self._heard + self._timeouts.keepalive
                if self._pinged is not None:
                    alive = self._pinged + self._timeouts.reply
                return min(alive, self._backlog.deadline or alive)
        return None

    def on_time(self, now: float) -> list[Event]:
        """Does what is due at `now`."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        if self.state is State.REGISTERING:
            return self._close("The server did not answer in time.")
        if self._backlog.deadline is not None and now >= self._backlog.deadline:
            return self._backlog.give_up()
        if self._pinged is not None:
            return self._close("The server does not answer any more.")
        self._pinged = now
        self._send("PING", "keepalive")
        return []

    # -- commands

    def say(self, room: str, text: str, kind: Kind = Kind.MESSAGE) -> list[Event]:
        """Sends `text` to a room or a person, in as many messages as its lines and their lengths
        need. Where the server sends no receipts, the events are our own copy of it. Raises
        NotConnected, and MessageError where `room` is no name.
        """
        if self.state is not State.READY:
            raise NotConnected("not connected")
        command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
        source = len(self._source.encode()) or len(self.nick.encode()) + HOST_ALLOWANCE
        space = MAX_BODY_BYTES - 2 - source - len(f":  {command} {room} :".encode())
        if kind is Kind.ACTION:
            space -= len("\x01ACTION \x01")
        events: list[Event] = []
        clean = text.encode("utf-8", "replace").decode().replace("\0", "").replace("\r", "\n")
        for line in clean.split("\n"):
            if not line.strip():
                continue
            for piece in split_text(line, max(space, 64)):
                wrapped = f"\x01ACTION {piece}\x01" if kind is Kind.ACTION else piece
                self._send(command, room, wrapped)
                if "echo-message" not in self.caps:
                    events.append(Said(room, self.nick, piece, kind, own=True))
        return events

    def change_nick(self, nick: str) -> None:
        """Asks for another nickname; also the way on after NickRefused."""
        if self.state is State.NEEDS_NICK:
            self.state = State.REGISTERING
            self._opened = self._heard
            self.nick = nick
        self._send("NICK", nick)

    def load_older(self, room: str, msgid: str) -> None:
        """Asks for what was said in a room before a message, where the server keeps it."""
        if self.state is State.READY:
            self._backlog.older(room, msgid)

    def command(self, command: str, *params: str) -> None:
        """Sends any other command, such as JOIN. Raises NotConnected, MessageError."""
        if self.state is not State.READY:
            raise NotConnected("not connected")
        self._send(command, *params)

    def quit(self, reason: str = "") -> None:
        """Says goodbye. The server answers by closing."""
        if not self.closed:
            self._send("QUIT", *([reason] if reason else []))
            self.state = State.CLOSED

    # -- bytes in

    def receive_eof(self) -> list[Event]:
        """The server closed the connection, or it broke."""
        return self._close("The server closed the connection.")

    def receive_data(self, data: bytes, now: float) -> list[Event]:
        """What the bytes tell. Raises ProtocolError where the server cannot be understood; the
        connection is then to be closed.
        """
        events: list[Event] = []
        if self.closed:
            return events
        self._heard = now
        for line in self._lines.feed(data):
            message = self._parse(line)
            if message is not None:
                found = self._handle(message, now)
                if message.command in ("BATCH", "FAIL"):
                    events += found
                elif not self._backlog.takes(message.tags.get("batch"), found):
                    events += self._backlog.happened(found, now)
        return events

    def _parse(self, line: bytes | None) -> Message | None:
        """The message; `None` for one that can be passed over."""
        if line is None:
            self.state = State.CLOSED
            raise ProtocolError("The server sends lines that are too long: is it a chat server?")
        text = line.decode("utf-8", "replace").replace("\0", "").replace("\r", "")
        if not text.strip(" "):
            return None
        try:
            return parse(text)
        except MessageError:
            if self.state is State.READY:
                return None
            self.state = State.CLOSED
            raise ProtocolError("What answers there is not a chat server.") from None

    def _handle(self, message: Message, now: float) -> list[Event]:
        if message.command == "PONG" and self._pinged is not None:
            latency = now - self._pinged
            self._pinged = None
            return [Latency(latency)]
        if message.command in _TABLE:
            handler, least = _TABLE[message.command]
            return handler(self, message) if len(message.params) >= least else []
        if message.command in _NICK_REFUSALS:
            return self._nick_refused(message)
        return self._other_numeric(message)

    def _close(self, reason: str) -> list[Event]:
        if self.closed:
            return []
        self.state = State.CLOSED
        return [Closed(reason)]

    # -- registration

    def _cap(self, message: Message) -> list[Event]:
        """https://ircv3.net/specs/extensions/capability-negotiation"""
        subcommand, names = message.params[1].upper(), message.params[-1].split()
        if subcommand == "LS" and self.state is State.REGISTERING:
            self._offered += [name.partition("=")[0] for name in names]
            if len(message.params) > 3 and message.params[2] == "*":
                return []
            wanted = [name for name in WANTED_CAPS if name in self._offered]
            if wanted:
                self._send("CAP", "REQ", " ".join(wanted))
            else:
                self._send("CAP", "END")
        elif subcommand == "ACK":
            for name in names:
                if name.startswith("-"):
                    self.caps.discard(name[1:])
                else:
                    self.caps.add(name)
            self._end_negotiation()
        elif subcommand == "NAK":
            self._end_negotiation()
        elif subcommand == "DEL":
            self.caps.difference_update(names)
        return []

    def _end_negotiation(self) -> None:
        if self.state in (State.REGISTERING, State.NEEDS_NICK):
            self._send("CAP", "END")

    def _welcome(self, message: Message) -> list[Event]:
        if self.state is State.READY:
            return []
        self.nick = message.params[0]
        self.state = State.READY
        self._backlog.enabled = self.caps >= history.CAPS
        for room in self._rooms:
            self._send("JOIN", room)
        self._pinged = self._heard
        self._send("PING", "keepalive")  # its answer tells the latency at once
        return [Registered(self.nick)]

    def _nick_refused(self, message: Message) -> list[Event]:
        reason = message.params[-1] if message.params else "The nickname was refused."
        if self.state is not State.REGISTERING:
            return [ServerText(f"{self._refused_name(message)}: {reason}", error=True)]
        if self._retries and message.command == numerics.ERR_NICKNAMEINUSE.code:
            self._retries -= 1
            self.nick += "_"
            self._send("NICK", self.nick)
            return []
        self.state = State.NEEDS_NICK
        return [NickRefused(self.nick, reason)]

    def _refused_name(self, message: Message) -> str:
        return message.params[1] if len(message.params) > 2 else self.nick

    def _isupport(self, message: Message) -> list[Event]:
        self.isupport.update(message.params[1:-1])
        return []

    # -- what happens

    def _is_own(self, nick: str) -> bool:
        return self.isupport.fold(nick) == self.isupport.fold(self.nick)

    def _ping(self, message: Message) -> list[Event]:
        self._out.append(f"PONG :{message.params[0]}\r\n".encode())
        return []

    def _error(self, message: Message) -> list[Event]:
        text = message.params[-1] if message.params else ""
        reason = _CLOSING_LINK.fullmatch(text)
        return self._close((reason[1] if reason else text) or "The server said goodbye.")

    def _join(self, message: Message) -> list[Event]:
        own = self._is_own(message.nick)
        if own:
            self._source = message.source or ""
        return [Joined(message.params[0], message.nick, own, _time(message))]

    def _part(self, message: Message) -> list[Event]:
        reason = message.params[1] if len(message.params) > 1 else ""
        own = self._is_own(message.nick)
        return [Left(message.params[0], message.nick, reason, own, at=_time(message))]

    def _kick(self, message: Message) -> list[Event]:
        room, nick, *reason = message.params
        text = reason[0] if reason else ""
        return [Left(room, nick, text, self._is_own(nick), message.nick, _time(message))]

    def _quit(self, message: Message) -> list[Event]:
        reason = message.params[0] if message.params else ""
        return [Quit(message.nick, reason, _time(message))]

    def _nick(self, message: Message) -> list[Event]:
        own = self._is_own(message.nick)
        new = message.params[0]
        if own:
            self.nick = new
            self._source = ""
        return [NickChanged(message.nick, new, own)]

    def _said(self, message: Message) -> list[Event]:
        target, text = message.params[:2]
        nick = message.nick or self.isupport.network
        own = self._is_own(nick)
        kind = Kind.NOTICE if message.command == "NOTICE" else Kind.MESSAGE
        if text.startswith("\x01"):
            if not text.startswith("\x01ACTION "):
                return []  # CTCP questions are not answered: they tell strangers about us
            text = text.removeprefix("\x01ACTION ").removesuffix("\x01")
            kind = Kind.ACTION
        if "!" not in (message.source or "") and not self.isupport.is_room(target):
            return [ServerText(text)]
        msgid = message.tags.get("msgid", "")
        if own and msgid and self._is_own(target):
            if msgid == self._to_self:
                return []  # what we write to ourselves comes twice: sent, and received
            self._to_self = msgid
        room = target if self.isupport.is_room(target) or own else nick
        return [Said(room, nick, text, kind, own, _time(message), msgid)]

    def _topic(self, message: Message) -> list[Event]:
        return [TopicChanged(message.params[0], message.params[1], message.nick)]

    def _batch(self, message: Message) -> list[Event]:
        return self._backlog.batch(message.params, message.tags.get("batch"))

    def _topic_told(self, message: Message) -> list[Event]:
        return [TopicChanged(message.params[1], message.params[2], "")]

    def _name_reply(self, message: Message) -> list[Event]:
        names = self._names.setdefault(self.isupport.fold(message.params[2]), [])
        if len(names) < MEMBERS_MAX:
            names += [self.isupport.split_prefix(name) for name in message.params[3].split()]
        return []

    def _end_of_names(self, message: Message) -> list[Event]:
        names = self._names.pop(self.isupport.fold(message.params[1]), None)
        return [] if names is None else [Members(message.params[1], tuple(names))]

    def _motd(self, message: Message) -> list[Event]:
        return [ServerText(message.params[1])]

    def _other_numeric(self, message: Message) -> list[Event]:
        """Errors are shown in the server's words; other numerics have nothing to tell here."""
        if message.command == "FAIL" and len(message.params) > 2:
            failed = self._backlog.failed() if message.params[0] == "CHATHISTORY" else []
            return [*failed, ServerText(message.params[-1], error=True)]
        if not (message.command.isdigit() and message.command[:1] in ("4", "5")):
            return []
        about = message.params[1:-1]
        if message.command in ("421", "422") and about in ([], ["CAP"]):
            return []  # no message of the day, or a server that knows no capabilities
        text = ": ".join([*about, message.params[-1]]) if message.params else message.command
        room = next((param for param in about if self.isupport.is_room(param)), "")
        return [ServerText(text, error=True, room=room)]


def _time(message: Message) -> float | None:
    """https://ircv3.net/specs/extensions/server-time"""
    try:
        return datetime.fromisoformat(message.tags["time"]).timestamp()
    except (KeyError, ValueError, OverflowError, OSError):
        return None


_Handler = Callable[[ClientProtocol, Message], list[Event]]

# Each message that is understood: its handler and the parameters without which it is passed over.
_TABLE: dict[str, tuple[_Handler, int]] = {
    "001": (ClientProtocol._welcome, 1),
    "005": (ClientProtocol._isupport, 2),
    "332": (ClientProtocol._topic_told, 3),
    "353": (ClientProtocol._name_reply, 4),
    "366": (ClientProtocol._end_of_names, 2),
    "372": (ClientProtocol._motd, 2),
    "BATCH": (ClientProtocol._batch, 1),
    "CAP": (ClientProtocol._cap, 3),
    "ERROR": (ClientProtocol._error, 0),
    "JOIN": (ClientProtocol._join, 1),
    "KICK": (ClientProtocol._kick, 2),
    "NICK": (ClientProtocol._nick, 1),
    "NOTICE": (ClientProtocol._said, 2),
    "PART": (ClientProtocol._part, 1),
    "PING": (ClientProtocol._ping, 1),
    "PRIVMSG": (ClientProtocol._said, 2),
    "QUIT": (ClientProtocol._quit, 0),
    "TOPIC": (ClientProtocol._topic, 2),
}
