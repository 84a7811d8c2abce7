"""People who do other things than talk until the server is killed: topics, modes, ranks, accounts,
registered rooms, read markers, taking messages back. What each of them was shown or told is a fact
that has to be in the file.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from gchat.core.hub import Hub
from gchat.core.saved import restore
from gchat.journal.sqlite.rows import record
from gchat.journal.sqlite.schema import COLUMNS
from gchat.journal.sqlite.store import FILE
from gchat.wire.message import Message, parse
from tests.support.clients import IrcClient

CAPS = (
    "batch",
    "draft/account-registration",
    "draft/message-redaction",
    "draft/read-marker",
    "echo-message",
    "message-tags",
)
KEPT = ("JOIN", "PART", "TOPIC", "MODE", "KICK", "NICK", "REDACT")  # lines that the past has
# What somebody has to have been told of, or nothing is proved.
ABOUT = (
    *("JOIN", "TOPIC", "MODE", "REDACT"),  # lines that were shown
    *("account", "marker", "mode", "rank", "redaction", "room", "topic"),
)
SPOKEN = ("PRIVMSG", "NOTICE", "TAGMSG")
YEAR_2020 = 1_577_836_800  # seconds


@dataclass
class Facts:
    """What is in the file after the kill."""

    lines: set[tuple[str, str]]  # msgid, kind
    hub: Hub  # what was saved of it

    @classmethod
    def of(cls, folder: Path) -> Facts:
        """Reads them."""
        hub = Hub()
        with closing(sqlite3.connect(folder / FILE)) as file:
            rows = (record(row, {}) for row in file.execute(f"SELECT {COLUMNS} FROM entries"))
            lines = {(line.msgid, line.kind) for line in rows}
            sql = "SELECT kind, key, value FROM state WHERE kind <> 'task' ORDER BY kind, key"
            for kind, key, value in file.execute(sql):
                restore(hub, kind, key, value)
        return cls(lines, hub)


Check = Callable[[Facts], bool]


@dataclass
class Doer:
    """Somebody in a room of their own, which they register; asks one thing after the other."""

    name: str
    port: int
    confirmed: Counter[str] = field(default_factory=Counter)  # by what it is about
    # what the file has to say of each thing that was confirmed last, and of each that stays
    checks: dict[str, Check] = field(default_factory=dict)

    def start(self) -> None:
        """Goes on until the server is gone; `join` waits for that."""
        self.client = IrcClient(self.port, self.name, *CAPS)
        self._thread = threading.Thread(target=self._run, name=self.name)
        self._thread.start()

    def join(self) -> None:
        """Waits until it noticed that the server is gone."""
        self._thread.join()

    def wrong(self, facts: Facts) -> list[str]:
        """What was confirmed and is not in the file."""
        return [what for what, check in self.checks.items() if not check(facts)]

    def _run(self) -> None:
        try:
            self._begin()
            number = 0
            while True:
                number += 1
                self._round(number)
        except (EOFError, OSError):
            return

    def _ask(self, command: str, answer: str) -> Message:
        """Sends, and reads up to the answer. Every line of KEPT on the way is a fact."""
        self.client.send(command)
        while True:
            line = self.client.read_line()
            message = parse(line)
            msgid = message.tags.get("msgid", "")
            if msgid and message.command in KEPT:
                self._line(msgid, message.command)
            if re.search(answer, line):
                return message

    def _line(self, msgid: str, kind: str) -> None:
        self.confirmed[kind] += 1
        self.checks[f"{kind} {msgid}"] = lambda facts: (msgid, kind) in facts.lines

    def _fact(self, about: str, what: str, check: Check) -> None:
        self.confirmed[about] += 1
        self.checks[what] = check

    def _begin(self) -> None:
        name, room = self.name, f"#{self.name}"
        key = room.lower()
        self._ask(f"JOIN {room}", " 366 ")
        self._ask("REGISTER * * secret-secret", "REGISTER SUCCESS")
        self._fact("account", f"account {name}", lambda facts: name.lower() in facts.hub.accounts)
        self._ask(f"PRIVMSG ChanServ :REGISTER {room}", f"MODE {room} \\+q")
        self._fact("room", f"room {room}", lambda facts: facts.hub.rooms[key].founder == name)

    def _round(self, number: int) -> None:
        name, room = self.name, f"#{self.name}"
        key = room.lower()
        self._ask(f"TOPIC {room} :topic {number}", f"TOPIC {room} :topic {number}")
        self._fact("topic", "topic", lambda facts: _topic(facts, key) >= number)
        self._ask(f"MODE {room} +l {number}", f"MODE {room} \\+l")
        self._fact("mode", "mode", lambda facts: facts.hub.rooms[key].capacity >= number)
        self._ask(f"MODE {room} {'-+'[number % 2]}v {name}", f"MODE {room} [-+]v")
        self._fact("rank", f"rank {number}", lambda facts: True)  # its line is a fact already
        at = (YEAR_2020 + number) * 1000
        moment = f"2020-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"
        self._ask(f"MARKREAD {room} timestamp={moment}", f"MARKREAD {room} timestamp={moment}")
        self._fact(
            "marker",
            "marker",
            lambda facts: facts.hub.accounts[name.lower()].markers.get(key, 0) >= at,
        )
        said = self._ask(f"PRIVMSG {room} :secret {number}", f"PRIVMSG {room} :secret {number}")
        msgid = said.tags["msgid"]
        self._ask(f"REDACT {room} {msgid} :take it back", f"REDACT {room} {msgid}")
        self._fact(
            "redaction",
            f"gone {msgid}",
            lambda facts: not any((msgid, kind) in facts.lines for kind in SPOKEN),
        )


def _topic(facts: Facts, key: str) -> int:
    topic = facts.hub.rooms[key].topic
    return int(topic.text.removeprefix("topic ")) if topic else 0
