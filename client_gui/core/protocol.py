"""The client core: bytes in, events out; commands in, bytes out. No socket, no clock, no thread.

Whoever drives it hands in what was received and what time it is, sends what `data_to_send` gives,
and calls `on_time` when `deadline` has come. Times are in seconds of any clock that never goes
backwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from client_gui.core import asked, heard, history, negotiation, speaking
from client_gui.core.connection import Connection
from client_gui.core.events import (
    Closed,
    Event,
    FileHost,
    FoldChanged,
    Kind,
    Latency,
    NickRefused,
    Registered,
    ServerText,
)
from client_gui.core.exceptions import NotConnected, ProtocolError
from client_gui.core.folding import Fold
from client_gui.core.limits import WATCHED, is_id, is_name
from client_gui.core.login import Login
from client_gui.core.state import State
from client_gui.texts import _
from gchat.wire import numerics
from gchat.wire.lines import LineSplitter
from gchat.wire.message import (
    Message,
    MessageError,
    format_tags,
    parse,
)

NICKSERV = "NickServ"  # for what servers have no command of their own
NICK_RETRIES = 5  # underscores that are tried when reconnecting under a nickname that is in use

_CLOSING_LINK = re.compile(r"Closing Link: .*?\((.*)\)")  # what most servers wrap a reason in
_NICK_REFUSALS = {
    numerics.ERR_NONICKNAMEGIVEN.code,
    numerics.ERR_ERRONEUSNICKNAME.code,
    numerics.ERR_NICKNAMEINUSE.code,
    "436",  # ERR_NICKCOLLISION
    "437",  # ERR_UNAVAILRESOURCE
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    registration: float = 30.0  # from connecting to the welcome
    keepalive: float = 30.0  # of silence before we send a PING
    reply: float = 20.0  # for the PONG
    probe: float = 5.0  # for the PONG, if the connection may be gone


class ClientProtocol(Connection):
    """One connection, from its first byte to its last."""

    def __init__(
        self,
        nick: str,
        now: float,
        *,
        rooms: tuple[tuple[str, str], ...] = (("#lobby", ""),),
        realname: str = "",
        retry_nick: bool = False,
        timeouts: Timeouts | None = None,
        newest: dict[str, str] | None = None,
        login: Login | None = None,
        private: bool = False,
    ) -> None:
        """`rooms`: names and keys. `newest`: see Backlog; what earlier connections have shown.
        `private`: nobody else can read what is sent.
        """
        super().__init__(nick, now=now, newest=newest, login=login, private=private)
        self._rooms = rooms  # joined as soon as we are welcome
        self._retries = NICK_RETRIES if retry_nick else 0  # nicknames we may try by ourselves
        self._timeouts = timeouts or Timeouts()
        self._lines = LineSplitter()
        self._opened = now
        self._heard = now
        self._told_fold: Fold | None = None
        self._pinged: float | None = None  # when a sign of life was asked for
        self._patience = self._timeouts.reply
        self.send("CAP", "LS", "302")
        self.send("NICK", nick)
        self.send("USER", "gchat", "0", "*", realname or nick)

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
                    alive = self._pinged + self._patience
                return min(alive, self.backlog.deadline or alive, self._turn(alive))
        return None

    def _turn(self, otherwise: float) -> float:
        """When the next message that waits may be sent."""
        turn = self.pace.deadline
        return otherwise if turn is None else turn

    def on_time(self, now: float) -> list[Event]:
        """Does what is due at `now`."""
        told = self.sent_by(now) if self.state is State.READY else []
        return [*told, *self._overdue(now)]

    def _overdue(self, now: float) -> list[Event]:
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        if self.state is State.REGISTERING:
            return self._close(_("The server did not answer in time."))
        if self.backlog.deadline is not None and now >= self.backlog.deadline:
            return self.backlog.give_up()
        if self._pinged is not None:
            return self._close(_("The server no longer answers."))
        self._ask_for_life(now, self._timeouts.reply)
        return []

    def probe(self, now: float) -> None:
        """The connection may be gone without notice: sends a PING and waits only briefly."""
        if self.state is State.READY:
            self._ask_for_life(now, self._timeouts.probe)

    def _ask_for_life(self, now: float, patience: float) -> None:
        self._pinged, self._patience = now, patience
        self.send("PING", "keepalive")

    # -- commands

    def say(
        self, room: str, text: str, kind: Kind = Kind.MESSAGE, reply_to: str = ""
    ) -> list[Event]:
        """Sends `text` to a room or a person; see speaking.say. Raises NotConnected, and
        MessageError where `room` is no name.
        """
        if self.state is not State.READY:
            raise NotConnected("not connected")
        return speaking.say(self, room, text, kind, reply_to)

    def typing(self, room: str, *, active: bool) -> None:
        """Lets others know that we write. https://ircv3.net/specs/client-tags/typing"""
        if self.state is State.READY and "message-tags" in self.caps:
            self.send("TAGMSG", room, tags={"+typing": "active" if active else "done"})

    def react(self, room: str, msgid: str, reaction: str, *, adding: bool = True) -> None:
        """https://ircv3.net/specs/client-tags/react"""
        if self.state is State.READY and "message-tags" in self.caps:
            key = "+draft/react" if adding else "+draft/unreact"
            self.send("TAGMSG", room, tags={key: reaction, "+draft/reply": msgid})

    def mark_read(self, room: str, at: float) -> None:
        """Lets our other clients know how far we have read, in seconds since 1970."""
        if self.state is State.READY and "draft/read-marker" in self.caps:
            moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
            self.send("MARKREAD", room, f"timestamp={moment.removesuffix('+00:00')}Z")

    def look_for(self, room: str, words: str) -> list[Event]:
        """Looks for words in a room's past, where the server keeps it."""
        if self.state is not State.READY or "soju.im/search" not in self.caps:
            return [ServerText(_("This server cannot search."), error=True)]
        self.send("SEARCH", format_tags({"in": room, "text": words}))
        return []

    def watch(self, nick: str) -> None:
        """Asks whether a person is connected and away, and to be told when that changes.
        https://ircv3.net/specs/extensions/monitor
        """
        if self.state is State.READY and is_name(nick):
            if len(self.watched) < WATCHED:
                self.watched.add(self.isupport.fold(nick))
            if self.isupport.monitor:
                self.send("MONITOR", "+", nick)
            self.send("WHO", nick, *(["%nf"] if self.isupport.whox else []))

    def change_nick(self, nick: str) -> None:
        """Asks for another nickname. After NickRefused, registration goes on with it."""
        if self.state is State.NEEDS_NICK:
            self.state = State.REGISTERING
            self._opened = self._heard
            self.nick = self.wished = nick
        self.send("NICK", nick)

    def register(self, password: str, email: str) -> None:
        """Registers our nickname. https://ircv3.net/specs/extensions/account-registration, and
        NickServ where the server does not know that. Raises NotConnected, MessageError.
        """
        if "draft/account-registration" in self.values:
            self.command("REGISTER", "*", email or "*", password)
        else:
            self.command("PRIVMSG", NICKSERV, f"REGISTER {password} {email}".rstrip())

    def identify(self, account: str, password: str) -> None:
        """Logs in to an account. Raises NotConnected, MessageError."""
        self.command("PRIVMSG", NICKSERV, f"IDENTIFY {account} {password}")

    def change_password(self, old: str, new: str) -> None:
        """Changes the password of our account. Raises NotConnected, MessageError."""
        self.command("PRIVMSG", NICKSERV, f"PASSWD {old} {new}")

    def file_token(self) -> None:
        """Asks for a token with which a file can be sent. Raises NotConnected."""
        self.command("FILEHOST", "TOKEN")

    def load_older(self, room: str, msgid: str) -> None:
        """Asks for what was said in a room before a message, where the server keeps it."""
        if self.state is State.READY:
            self.backlog.older(room, msgid)

    def command(self, command: str, *params: str, label: str = "") -> None:
        """Sends any other command, such as JOIN. Raises NotConnected, MessageError."""
        if self.state is not State.READY:
            raise NotConnected("not connected")
        if command == "JOIN" and len(params) > 1:
            self.keys[self.isupport.fold(params[0])] = params[1]
        self.send(command, *params, tags={"label": label} if label else None)

    def ask(self, command: str, *params: str) -> None:
        """The same, and shows the answer as it is, where the server says what an answer is: also
        what is not shown otherwise, such as who is in a room. Raises NotConnected, MessageError.
        """
        label = f"{asked.LABEL}{self.next_label()}" if self.knows_labels else ""
        self.command(command, *params, label=label)

    def quit(self, reason: str = "") -> None:
        """Says goodbye. The server answers by closing."""
        reason = " ".join(reason.replace("\0", "").split())
        if not self.closed:
            self.send("QUIT", *([reason] if reason else []))
            self.state = State.CLOSED

    # -- bytes in

    def receive_eof(self) -> list[Event]:
        """The server closed the connection, or it broke."""
        return self._close(_("The server closed the connection."))

    def receive_data(self, data: bytes, now: float) -> list[Event]:
        """What the bytes tell. Raises ProtocolError where the server cannot be understood; the
        connection is then to be closed.
        """
        events: list[Event] = []
        if self.closed:
            return events
        self._heard = self.backlog.now = now
        events += self.sent_by(now)
        for line in self._lines.feed(data):
            message = self._parse(line)
            message = message and self._assembly.take(message)
            if message is None:
                continue
            batch = message.tags.get("batch", "")
            if self.backlog.holds(batch) and message.command != "BATCH":
                if message.command == "CHATHISTORY":
                    self.backlog.target(batch, message.params)
                past = message.command in history.COMMANDS
                found = self._handle(message, now) if past else []
                self.backlog.take(batch, message.tags.get("msgid", ""), found)
                continue
            found = self._handle(message, now)
            if message.command in ("BATCH", "FAIL"):
                events += found
            else:
                events += self.backlog.happened(found, now)
        return events

    def _parse(self, line: bytes | None) -> Message | None:
        """The message; `None` for one that can be passed over."""
        if line is None:
            self.state = State.CLOSED
            raise ProtocolError(_("The server sends lines that are too long: is it a chat server?"))
        text = line.decode("utf-8", "replace").replace("\0", "").replace("\r", "")
        if not text.strip(" "):
            return None
        try:
            return _sane(parse(text))
        except MessageError:
            if self.state is State.READY:
                return None
            self.state = State.CLOSED
            raise ProtocolError(_("That is not a chat server.")) from None

    def _handle(self, message: Message, now: float) -> list[Event]:
        return asked.answer(self.label_of(message), message, self._told(message, now))

    def _told(self, message: Message, now: float) -> list[Event]:
        if message.command == "PONG" and self._pinged is not None:
            latency = now - self._pinged
            self._pinged = None
            return [Latency(latency)]
        if message.command in _TABLE:
            own, least = _TABLE[message.command]
            return own(self, message) if len(message.params) >= least else []
        told = self.questions.whois(message)
        if told is not None:
            return told
        if message.command in heard.TABLE:
            handler, least = heard.TABLE[message.command]
            return handler(self, message) if len(message.params) >= least else []
        if message.command in _NICK_REFUSALS:
            return self._nick_refused(message)
        return heard.other(self, message)

    def _ping(self, message: Message) -> list[Event]:
        self._out.append(f"PONG :{message.params[0]}\r\n".encode())
        return []

    def _error(self, message: Message) -> list[Event]:
        text = message.params[-1] if message.params else ""
        reason = _CLOSING_LINK.fullmatch(text)
        return self._close((reason[1] if reason else text) or _("The server said goodbye."))

    def _close(self, reason: str) -> list[Event]:
        if self.closed:
            return []
        self.state = State.CLOSED
        return [*self.backlog.give_up(), Closed(reason)]

    # -- registration

    def _welcome(self, message: Message) -> list[Event]:
        if self.state is State.READY:
            return []
        self.nick = message.params[0]
        self.state = State.READY
        self.backlog.enabled = self.caps >= history.CAPS
        self.backlog.begin()
        for room, key in self._rooms:
            self.command("JOIN", room, *([key] if key else []))
        self._ask_for_life(self._heard, self._timeouts.reply)  # its answer tells the latency
        return [Registered(self.nick)]

    def _nick_refused(self, message: Message) -> list[Event]:
        reason = message.params[-1] if message.params else _("The nickname was refused.")
        if self.state is not State.REGISTERING:
            return [ServerText(f"{self._refused_name(message)}: {reason}", error=True)]
        if self._retries and message.command == numerics.ERR_NICKNAMEINUSE.code:
            self._retries -= 1
            self.nick += "_"
            self.send("NICK", self.nick)
            return []
        self.state = State.NEEDS_NICK
        return [NickRefused(self.nick, reason)]

    def _refused_name(self, message: Message) -> str:
        return message.params[1] if len(message.params) > 2 else self.nick

    def _isupport(self, message: Message) -> list[Event]:
        tokens, before = message.params[1:-1], self.isupport.filehost
        self.isupport.update(tokens)
        address = self.isupport.filehost
        told: list[Event] = [FileHost(address)] if address != before else []
        if any(one.startswith("CASEMAPPING=") for one in tokens):
            told += self._tell_fold()
        return told

    def _welcome_ends(self, message: Message) -> list[Event]:
        """The message of the day is over: what the server has not told by now is as usual."""
        return self._tell_fold()

    def _tell_fold(self) -> list[Event]:
        fold, before, self._told_fold = self.isupport.fold, self._told_fold, self.isupport.fold
        return [FoldChanged(fold)] if fold != before else []


def _sane(message: Message) -> Message | None:
    """The message, without its id if that is not valid; `None` if the room or person that it is
    about cannot have such a name.
    """
    if message.command in _TARGETED and not all(map(is_name, message.params[:1] or [""])):
        return None
    if not is_id(message.tags.get("msgid", "x")):
        del message.tags["msgid"]
    return message


# The first parameter of these is a room or a person.
_TARGETED = {"INVITE", "JOIN", "KICK", "MARKREAD", "MODE", "NICK", "NOTICE", "PART", "PRIVMSG"}
_TARGETED |= {"REDACT", "RENAME", "TAGMSG", "TOPIC"}

Command = Callable[[ClientProtocol], list[Event] | None]  # what is asked of a connection
_Handler = Callable[[ClientProtocol, Message], list[Event]]

# What is about the connection itself; the rest is in heard.TABLE.
_TABLE: dict[str, tuple[_Handler, int]] = {
    "001": (ClientProtocol._welcome, 1),
    "005": (ClientProtocol._isupport, 2),
    "376": (ClientProtocol._welcome_ends, 0),
    "422": (ClientProtocol._welcome_ends, 0),
    "902": (negotiation.login_ended, 1),
    "903": (negotiation.login_ended, 0),
    "904": (negotiation.login_ended, 1),
    "905": (negotiation.login_ended, 1),
    "906": (negotiation.login_ended, 1),
    "907": (negotiation.login_ended, 1),
    "AUTHENTICATE": (negotiation.authenticate, 1),
    "CAP": (negotiation.cap, 3),
    "ERROR": (ClientProtocol._error, 0),
    "PING": (ClientProtocol._ping, 1),
}
