"""Somebody at an IRC client without a socket: what handlers answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from gchat.config import Config
from gchat.dialects.irc.dialect import IrcDialect
from gchat.dialects.node import Node
from gchat.wire.address import Origin, parse_address
from gchat.wire.message import parse
from tests.support.clients import words
from tests.support.peer import FakePeer, fake_node


class Person:
    """Registered under a nickname, on another Person's node or one of their own. What others do is
    not shown: that is the fan-out's work.
    """

    def __init__(
        self,
        nick: str,
        *caps: str,
        beside: Person | None = None,
        user: str = "",
        host: str = "127.0.0.1",
        config: Config | None = None,
    ) -> None:
        self._numbers: Iterator[int] = beside._numbers if beside else count(1)
        self.node: Node = beside.node if beside else fake_node(config=config)
        self.peer = FakePeer(next(self._numbers), self.node)
        self.peer.origin = Origin(parse_address(host))
        self._irc = IrcDialect(self.peer)
        for cap in caps:
            self.ask(f"CAP REQ {cap}")
        self.welcome = self.ask(
            f"NICK {nick}", f"USER {user or nick.lower()} 0 * :{nick} Real", "CAP END"
        )

    def ask(self, *lines: str) -> list[str]:
        """What is answered, as `words` writes it, without the name of the server."""
        for line in lines:
            self._irc.receive(line.encode())
            self.peer.settle()
        answers = words([parse(line) for line in self.peer.take()])
        return [answer.removeprefix("gchat.local ") for answer in answers]
