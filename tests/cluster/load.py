"""People who talk all the time, on several nodes, and note what became of each message."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gchat.wire.message import Message, parse
from tests.cluster.audit import Auditor
from tests.cluster.audit import Message as Said

ROOM = "#lobby"  # it lasts: of a room that has ended, what was said is deleted at some time
AHEAD = 5  # messages that one has on their way
LOGIN_SECONDS = 5.0  # then another connection is tried
AGAIN_SECONDS = 0.1  # between two tries to connect
LOOK_SECONDS = 0.02
WAIT_SECONDS = 40.0  # for something that is bound to come
CAPS = "batch echo-message labeled-response message-tags server-time"

Where = Callable[[], int]  # the port to connect to now, 0 for none


class Wrong(AssertionError):
    """A guarantee is broken; the text says how."""


@dataclass(slots=True)
class Session:
    """One connection of somebody's."""

    nick: str
    sock: socket.socket
    began: float
    seen: list[tuple[str, str]] = field(default_factory=list)  # (msgid, text), in order
    waiting: dict[str, str] = field(default_factory=dict)  # by label, what was sent
    rest: bytes = b""
    talks: bool = False  # it is in the room
    last_words: str = ""  # ERROR, when it was closed


class Talker:
    """Writes numbered messages as fast as they are answered, and connects again when cut off."""

    def __init__(self, name: str, where: Where) -> None:
        self.name = name
        self._where = where
        self._tried = 0.0
        self._connected = 0  # times
        self.sent = 0
        self.session: Session | None = None
        self.past: list[Session] = []
        self.echoed: dict[str, str] = {}  # text → msgid
        self.refused: dict[str, str] = {}  # text → why
        self.acknowledged: set[str] = set()  # texts
        self.unknown: set[str] = set()  # texts that were on their way when the connection ended

    @property
    def sessions(self) -> list[Session]:
        """All of them, the present one last."""
        return [*self.past, *([self.session] if self.session is not None else [])]

    @property
    def on_their_way(self) -> int:
        """Messages that were sent and not answered."""
        return len(self.session.waiting) if self.session is not None else 0

    def connect(self) -> socket.socket | None:
        """Tries to; the socket, if it is one to be listened to from here on."""
        now = time.monotonic()
        port = self._where()
        if self.session is not None or not port or now - self._tried < AGAIN_SECONDS:
            return None
        self._tried = now
        try:
            sock = socket.create_connection(("127.0.0.1", port), 1.0)
        except OSError:
            return None
        self._connected += 1
        session = self.session = Session(f"{self.name}n{self._connected}", sock, now)
        try:
            sock.sendall(
                f"CAP REQ :{CAPS}\r\nNICK {session.nick}\r\nUSER u 0 * :r\r\nCAP END\r\n"
                f"JOIN {ROOM}\r\n".encode()
            )
        except OSError:
            self.session = None
            sock.close()
            return None
        sock.setblocking(False)
        return sock

    def talk(self, ahead: int = AHEAD) -> None:
        """Keeps so many messages on their way."""
        session = self.session
        while session is not None and session.talks and len(session.waiting) < ahead:
            text = f"{self.name}-{self.sent}"
            try:
                session.sock.send(f"@label={self.sent} PRIVMSG {ROOM} :{text}\r\n".encode())
            except OSError:
                return
            session.waiting[str(self.sent)] = text
            self.sent += 1

    def read(self) -> bool:
        """Takes in what has come; False at the end."""
        session = self.session
        assert session is not None
        try:
            data = session.sock.recv(1 << 20)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            return False
        data = session.rest + data
        end = data.rfind(b"\n") + 1
        session.rest = data[end:]
        for line in data[:end].decode().splitlines():
            if line:
                self._take(session, parse(line))
        return True

    def _take(self, session: Session, message: Message) -> None:
        if message.command == "PING":
            session.sock.send(f"PONG {message.params[-1]}\r\n".encode())
        elif message.command == "ERROR":
            session.last_words = message.params[-1]
        elif message.command == "JOIN" and message.nick == session.nick:
            session.talks = True
        elif message.command == "PRIVMSG" and message.params[0] == ROOM:
            session.seen.append((message.tags["msgid"], message.params[1]))
        text = session.waiting.pop(message.tags.get("label", ""), "")
        if text and message.command == "PRIVMSG":
            if text != message.params[1]:
                raise Wrong(f"{text} was answered with {message.params[1]}")
            self.echoed[text] = message.tags["msgid"]
        elif text and message.command == "ACK":  # done, and the echo was lost with the connection
            self.acknowledged.add(text)
        elif text:
            self.refused[text] = message.params[-1]

    def end(self) -> None:
        """The connection has ended."""
        session, self.session = self.session, None
        assert session is not None
        session.sock.close()
        self.past.append(session)
        self.unknown.update(session.waiting.values())
        session.waiting.clear()


class Crowd:
    """All of them, in one thread: what is done to nodes and logs is done in between."""

    def __init__(self) -> None:
        self.talkers: list[Talker] = []
        self._selector = selectors.DefaultSelector()

    def add(self, name: str, where: Where) -> Talker:
        """Somebody more."""
        talker = Talker(name, where)
        self.talkers.append(talker)
        return talker

    @property
    def echoed(self) -> int:
        """Messages that were echoed so far."""
        return sum(len(one.echoed) for one in self.talkers)

    @property
    def refused(self) -> int:
        """Messages that were refused so far."""
        return sum(len(one.refused) for one in self.talkers)

    def talk_until(
        self, done: Callable[[], object], seconds: float = WAIT_SECONDS, *, ahead: int = AHEAD
    ) -> None:
        """They talk until something has come about."""
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise Wrong(f"it did not happen: {self.state()}")
            self._step(ahead)

    def talk_for(self, seconds: float) -> None:
        """They talk for so long."""
        end = time.monotonic() + seconds
        self.talk_until(lambda: time.monotonic() >= end, seconds + WAIT_SECONDS)

    def talk_on(self, messages: int = 30) -> None:
        """They talk until each of them has had so many more echoes."""
        target = {one.name: len(one.echoed) + messages for one in self.talkers}
        self.talk_until(lambda: all(len(one.echoed) >= target[one.name] for one in self.talkers))

    def fall_silent(self) -> None:
        """Nothing new is said, and everything is answered and shown to all."""
        self.talk_until(lambda: not any(one.on_their_way for one in self.talkers), ahead=0)

    def hear(self, msgid: str) -> None:
        """They are silent until everybody who is there has seen this message, or came later."""

        def heard() -> bool:
            last = [
                one.session.seen[-1][0] for one in self.talkers if one.session and one.session.seen
            ]
            return all(one >= msgid for one in last)

        self.talk_until(heard, ahead=0)

    def _step(self, ahead: int) -> None:
        for talker in self.talkers:
            session = talker.session
            if session is not None and not session.talks:
                if time.monotonic() - session.began > LOGIN_SECONDS:
                    self._end(talker)
            elif session is None and (sock := talker.connect()) is not None:
                self._selector.register(sock, selectors.EVENT_READ, talker)
        if self._selector.get_map():
            for key, _ in self._selector.select(LOOK_SECONDS):
                if not key.data.read():
                    self._end(key.data)
        else:
            time.sleep(LOOK_SECONDS)
        for talker in self.talkers:
            talker.talk(ahead)

    def _end(self, talker: Talker) -> None:
        assert talker.session is not None
        self._selector.unregister(talker.session.sock)
        talker.end()

    def close(self) -> None:
        """They go."""
        for talker in self.talkers:
            if talker.session is not None:
                self._end(talker)
        self._selector.close()

    def state(self) -> str:
        """Of each: how many were echoed, refused and are on their way."""
        return ", ".join(
            f"{one.name}: {len(one.echoed)} echoed, {len(one.refused)} refused, "
            f"{len(one.unknown)} unknown, {one.on_their_way} on their way, "
            f"{'there' if one.session and one.session.talks else 'not there'}"
            for one in self.talkers
        )

    # -- the guarantees

    def check(self, audit: Auditor) -> None:
        """What everybody has seen and was told against what the log has. Raises Wrong."""
        log = audit.of(ROOM)
        places = {one.msgid: index for index, one in enumerate(log)}
        texts = [one.text for one in log]
        if len(places) != len(log):
            raise Wrong("two messages have one msgid")
        if len(set(texts)) != len(texts):
            twice = {text for text in texts if texts.count(text) > 1}
            raise Wrong(f"these are in the log twice: {sorted(twice)}")
        if [one.msgid for one in log] != sorted(places):
            raise Wrong("msgids go backwards")
        known = set(texts)
        for talker in self.talkers:
            if lost := talker.echoed.keys() - known:
                raise Wrong(f"these were echoed and are not in the log: {sorted(lost)}")
            if lost := talker.acknowledged - known:
                raise Wrong(f"these were acknowledged and are not in the log: {sorted(lost)}")
            if shown := talker.refused.keys() & known:
                raise Wrong(f"these were refused and are in the log: {sorted(shown)}")
            for session in talker.sessions:
                _check_order(session, log, places)


def _check_order(session: Session, log: list[Said], places: dict[str, int]) -> None:
    if not session.seen:
        return
    if strange := [one for one in session.seen if one[0] not in places]:
        raise Wrong(f"{session.nick} was shown what the log does not have: {strange}")
    first, last = places[session.seen[0][0]], places[session.seen[-1][0]]
    there = [(one.msgid, one.text) for one in log[first : last + 1]]
    if there != session.seen:
        missing = [one for one in there if one not in session.seen]
        raise Wrong(
            f"{session.nick} was shown another order than the log's, or not all of it: "
            f"{len(session.seen)} of {len(there)}, without {missing[:5]}"
        )
