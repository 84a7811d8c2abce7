"""What happens to the programs: a person talks, the server is killed, the person talks on, the
programs come back. What each of them has seen is compared with what was said.
"""

from __future__ import annotations

import enum
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gchat.wire.message import Message
from tests.real_clients.program import COMMAND, PASSWORD, ROOM, Away, Place, Program, wait_until
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess, free_port

PERSON = "Tuan"
AT_ONCE = 3  # lines said each time
MEANWHILE = 12  # while the programs are away: more than the server keeps in memory for each room
ANSWER = re.compile(r"answer (\d+)")
SPEECH = ("PRIVMSG", "NOTICE")  # a notice where a program does not answer otherwise, as EPIC5
CAPS = ("message-tags", "server-time")


class When(enum.Enum):
    """Where the programs were when something was said."""

    HERE = "all in the room"
    AWAY = "none of them in the room"
    COMING = "perhaps some of them back"


@dataclass(slots=True)
class Row:
    """What was found about one program."""

    program: Program
    wrong: list[str] = field(default_factory=list)
    came: list[float] = field(default_factory=list)  # seconds until it was back, for each kill


class Story:
    """One server, one room, one person, and the programs."""

    def __init__(self, folder: Path, kinds: Iterable[type[Program]]) -> None:
        self._port = free_port()
        self._server = ServerProcess(
            *("--data", str(folder / "data"), "--port", str(self._port)),
            *("--log-level", "warning"),
            accounts_iterations=4096,
        )
        self.rows = []
        for kind in kinds:
            own = folder / kind.name
            own.mkdir()
            self.rows.append(Row(kind(Place(own, self._port))))
        self._number = 0  # of what was said last
        self._lines: dict[int, When] = {}  # by number
        self._commands: dict[int, When] = {}
        self._answers: Counter[tuple[str, int]] = Counter()  # by nickname and number

    def tell(self, kills: int = 1, held: Callable[[int], bool] = lambda _: True) -> list[Row]:
        """All of it. `held`: whether the programs stand still until the server is back and the
        person has talked; otherwise they may see the server refuse them, and may be back before.
        """
        self._server.start()
        try:
            self._prepare()
            self._start()
            self._come()
            for number in range(kills):
                self._talk()
                self._kill(held=held(number))
            self._talk()
            self._compare()
        finally:
            for row in self.rows:
                row.program.close()
            self._server.stop()
        return self.rows

    def _prepare(self) -> None:
        """The programs' accounts, and a room that lasts."""
        for nick in (row.program.nick for row in self.rows):
            with IrcClient(self._port, nick) as one:
                one.ask(f"NS REGISTER {PASSWORD}")
        with IrcClient(self._port, "Founder", join=ROOM) as founder:
            founder.ask(f"NS REGISTER {PASSWORD}", f"CS REGISTER {ROOM}")
        self._person = IrcClient(self._port, PERSON, *CAPS, join=ROOM)

    def _start(self) -> None:
        for row in self.rows:
            try:
                row.program.start()
            except AssertionError as error:
                row.wrong.append(str(error))

    def _kill(self, *, held: bool) -> None:
        """The server is killed and starts again, and the person talks at once. Programs that stand
        still have not even read the last lines of before: those are in their sockets.
        """
        if held:
            for row in self.rows:
                row.program.hold()
            self._say_lines(When.HERE)
        self._person.close()
        self._server.process.send_signal(signal.SIGKILL)
        self._server.process.wait()
        self._server.stop()
        self._server.start()
        self._person = IrcClient(self._port, PERSON, *CAPS, join=ROOM)
        self._say(When.AWAY if held else When.COMING)
        for row in self.rows:
            row.program.let_go()
        self._come()

    def _come(self) -> None:
        """Waits until all are in the room and logged in."""
        start = time.monotonic()
        for row in self._right():
            if wait_until(partial(self._is_here, row.program.nick), row.program.seconds):
                row.came.append(time.monotonic() - start)
            else:
                row.wrong.append("is not back" if row.came else "did not come")

    def _is_here(self, nick: str) -> bool:
        got = self._ask(f"NAMES {ROOM}", f"WHOIS {nick}")
        names = [name for one in got if one.command == "353" for name in one.params[-1].split()]
        accounts = [one.params[2] for one in got if one.command == "330"]
        return nick in (name.lstrip("~&@%+") for name in names) and nick in accounts

    def _talk(self) -> None:
        """The person talks, while all are there; they see it and answer."""
        lines, command = self._say(When.HERE)
        for row in self._right():
            program = row.program
            if not wait_until(partial(has_seen, program, lines[-1]), program.seconds):
                row.wrong.append(f"did not see line {lines[-1]}")
                continue
            program.answer(command)
            if not wait_until(partial(self._answered, program, command), program.seconds):
                row.wrong.append(f"did not answer to {command}")

    def _say(self, when: When) -> tuple[list[int], int]:
        """Lines, and a command."""
        lines = self._say_lines(when)
        self._number += 1
        self._ask(f"PRIVMSG {ROOM} :{COMMAND} {self._number}")
        self._commands[self._number] = when
        return lines, self._number

    def _say_lines(self, when: When) -> list[int]:
        count = AT_ONCE if when is When.HERE else MEANWHILE
        lines = list(range(self._number + 1, self._number + 1 + count))
        self._number = lines[-1]
        self._ask(*(f"PRIVMSG {ROOM} :line {number}" for number in lines))
        self._lines |= dict.fromkeys(lines, when)
        return lines

    def _answered(self, program: Program, number: int) -> int:
        self._ask()
        return self._answers[program.nick, number]

    def _ask(self, *lines: str) -> list[Message]:
        """Sends lines for the person, and takes in what has come."""
        got = self._person.ask(*lines)
        for one in got:
            if one.command in SPEECH and (found := ANSWER.fullmatch(one.params[1])):
                self._answers[one.nick, int(found[1])] += 1
        return got

    def _right(self) -> list[Row]:
        return [row for row in self.rows if not row.wrong]

    def _compare(self) -> None:
        """What was said, and what was seen and answered."""
        self._ask()
        for row in self._right():
            program, seen = row.program, Counter(row.program.lines())
            for number, when in self._lines.items():
                row.wrong += judged(f"line {number}", when, seen[number], program.away is Away.SEEN)
            if program.lines() != sorted(program.lines()):
                row.wrong.append(f"the lines came as {program.lines()}")
            for number, when in self._commands.items():
                times = self._answers[program.nick, number]
                if when is When.HERE or times or program.obeys:
                    row.wrong += judged(f"command {number}", when, times, program.obeys)
            row.wrong += program.wrong()


def has_seen(program: Program, number: int) -> bool:
    """Whether a program has seen a line."""
    return number in program.lines()


def judged(what: str, when: When, times: int, late: bool) -> list[str]:
    """What is wrong with something that was seen or carried out so many times. `late`: it should be
    also where the program was away.
    """
    if times > 1:
        return [f"{what}: {times} times"]
    if not times and (late or when is When.HERE):
        return [f"{what}: missed"]
    if times and when is When.AWAY and not late:
        return [f"{what}: said while it was away, and taken for new"]
    return []
