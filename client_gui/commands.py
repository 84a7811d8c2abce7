"""What somebody types: text to send, or a slash command. Knows no tkinter and no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from client_gui.events import Event, Kind
from client_gui.protocol import ClientProtocol

Command = Callable[[ClientProtocol], list[Event] | None]


@dataclass(frozen=True, slots=True)
class Send:
    """To be carried out by the client core."""

    command: Command


@dataclass(frozen=True, slots=True)
class Tell:
    """To be told to the person who typed it."""

    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Close the window; `reason` is what the others may read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Nick:
    """Change our nickname."""

    nick: str


Action = Send | Tell | Leave | Nick

HELP = (
    "/me waves · /msg NAME TEXT · /nick NAME · /topic TEXT · /join #ROOM · /part · /quit · "
    "//TEXT sends a line that begins with a slash"
)


def interpret(text: str, room: str) -> Action:
    """What to do with `text`, typed into `room`."""
    if not text.startswith("/") or text.startswith("//"):
        return _say(room, text.removeprefix("/") if text.startswith("//") else text)
    name, _, rest = text[1:].partition(" ")
    rest = rest.strip()
    command = _COMMANDS.get(name.lower())
    if command is None:
        return Tell(f"There is no command /{name}. {HELP}", error=True)
    return command(rest, room)


def _say(room: str, text: str, kind: Kind = Kind.MESSAGE) -> Send:
    return Send(lambda core: core.say(room, text, kind))


def _line(command: str, *params: str) -> Send:
    return Send(lambda core: core.command(command, *params))


def _help(rest: str, room: str) -> Action:
    return Tell(HELP)


def _me(rest: str, room: str) -> Action:
    return _say(room, rest, Kind.ACTION) if rest else Tell("/me what?", error=True)


def _msg(rest: str, room: str) -> Action:
    nick, _, text = rest.partition(" ")
    if not text.strip():
        return Tell("Write it like this: /msg NAME TEXT", error=True)
    return _say(nick, text.strip())


def _nick(rest: str, room: str) -> Action:
    return Nick(rest) if rest else Tell("Write it like this: /nick NAME", error=True)


def _topic(rest: str, room: str) -> Action:
    return _line("TOPIC", room, rest) if rest else _line("TOPIC", room)


def _join(rest: str, room: str) -> Action:
    return _line("JOIN", *rest.split()[:2]) if rest else Tell("/join which room?", error=True)


def _part(rest: str, room: str) -> Action:
    return _line("PART", room, *([rest] if rest else []))


def _quit(rest: str, room: str) -> Action:
    return Leave(rest)


_COMMANDS: dict[str, Callable[[str, str], Action]] = {
    "help": _help,
    "join": _join,
    "me": _me,
    "msg": _msg,
    "nick": _nick,
    "part": _part,
    "quit": _quit,
    "topic": _topic,
}
