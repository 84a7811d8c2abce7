"""What one connection knows and can send: the state that the parts of the protocol share."""

from __future__ import annotations

from collections.abc import Mapping

from client_gui.core import history
from client_gui.core.asked import Questions
from client_gui.core.events import Event
from client_gui.core.isupport import Isupport
from client_gui.core.login import Exchange, Login
from client_gui.core.pacing import Pace, Waiting
from client_gui.core.pieces import Assembly
from client_gui.core.state import State
from gchat.wire.message import Message, format_message


class Connection:
    """Changed by the parts of the protocol: negotiation, heard, speaking, protocol."""

    def __init__(
        self,
        nick: str,
        *,
        now: float,
        newest: dict[str, str] | None,
        login: Login | None,
        private: bool,
    ) -> None:
        """See ClientProtocol."""
        self.state = State.REGISTERING
        self.nick = nick  # our nickname at the server, or the one that we asked for
        self.wished = nick  # what we want to be called: asked for again once nobody else has it
        self.isupport = Isupport()
        self.caps: set[str] = set()  # enabled
        self.waited: set[str] = set()  # asked for, and not answered
        self.values: dict[str, str] = {}  # what CAP LS has told so far
        self.login = login
        self.exchange: Exchange | None = None
        self.private = private  # nobody else reads what is sent
        self.keys: dict[str, str] = {}  # keys that we gave, by the room's folded name
        self.names: dict[str, list[tuple[str, str]]] = {}  # member lists that have not ended
        self.questions = Questions(self.isupport)
        self.watched: set[str] = set()  # folded nicknames of people whose presence is shown
        self.source = ""  # nick!user@host as the server shows us
        self.to_self = ""  # the id of the last message that we wrote to ourselves
        self._out: list[bytes] = []
        self._labels = 0  # given so far
        self._assembly = Assembly()
        self.pace = Pace(now)
        self.backlog = history.Backlog(self.send, self.isupport, {} if newest is None else newest)

    def send(self, command: str, *params: str, tags: Mapping[str, str] | None = None) -> None:
        """Queues a message. Raises MessageError where it is none."""
        line = format_message(command, *params, tags=tags)
        self._out.append(line.encode("utf-8", "replace") + b"\r\n")

    def send_slowly(
        self, command: str, *params: str, tags: Mapping[str, str], then: tuple[Event, ...] = ()
    ) -> bool:
        """Queues a message that waits for its turn; `then` is told when it is sent. False if too
        many wait. Raises MessageError.
        """
        line = format_message(command, *params, tags=tags).encode("utf-8", "replace") + b"\r\n"
        return self.pace.put(Waiting(line, then))

    def sent_by(self, now: float) -> list[Event]:
        """Sends what may be sent by now of what waits; what is to be told of it."""
        due = self.pace.due(now)
        self._out += [one.line for one in due]
        return [event for one in due for event in one.events]

    def label_of(self, message: Message) -> str:
        """The label of our command that a message answers, "" for none."""
        return message.tags.get("label", "") or self._assembly.label_of(message)

    @property
    def knows_labels(self) -> bool:
        """Whether the server says which command it answers.
        https://ircv3.net/specs/extensions/labeled-response
        """
        return self.caps >= {"labeled-response", "batch"}

    def next_label(self) -> int:
        """A number that no message before has had."""
        self._labels += 1
        return self._labels

    def name_free(self, nick: str) -> None:
        """A nickname is free again: asks for it, if it is the one that we want and were not given
        (mostly it was held by our own old connection).
        """
        fold = self.isupport.fold
        if fold(nick) == fold(self.wished) != fold(self.nick):
            self.send("NICK", self.wished)

    def watches(self, nick: str) -> bool:
        """Whether the window wants to know if this person is connected."""
        return self.isupport.fold(nick) in self.watched

    def is_own(self, nick: str) -> bool:
        """Whether it is what we are called."""
        return self.isupport.fold(nick) == self.isupport.fold(self.nick)
