"""HELP, HELPOP: https://modern.ircdocs.horse/#help-message"""

from __future__ import annotations

from textwrap import wrap

from gchat.core.effects import Refused
from gchat.dialects.irc.commands import COMMANDS, command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.modes import OWN_MODES, ROOM_MODES
from gchat.wire.message import Message
from gchat.wire.numerics import ERR_HELPNOTFOUND, RPL_ENDOFHELP, RPL_HELPSTART, RPL_HELPTXT

_INDEX = "the commands"
NAMES_PER_LINE = 10
WIDTH = 100  # characters of a line


@command(
    "HELP",
    "HELPOP",
    usage=("HELP [command|+mode]",),
    text="Explains a command. Without a command, lists the commands.",
    url="https://modern.ircdocs.horse/#help-message",
)
def help_(irc: IrcConnection, message: Message) -> None:
    """HELP for a command or a mode (`+k`); without a subject, the list of commands."""
    subject = message.params[0].upper() if message.params and message.params[0] else ""
    mode = message.params[0] if subject.startswith("+") else ""
    lines = _of_mode(mode) if mode else _of_command(subject) if subject else _index()
    name = mode or subject or "index"
    irc.reply(RPL_HELPSTART, name, text=f"Help on {mode or subject or _INDEX}")
    for line in lines:
        irc.reply(RPL_HELPTXT, name, text=line)
    irc.reply(RPL_ENDOFHELP, name, text="End of /HELP")


def _of_command(name: str) -> list[str]:
    """Raises Refused where there is none."""
    row = COMMANDS.get(name)
    if row is None:
        raise Refused(ERR_HELPNOTFOUND, name[:32])
    modes = (*ROOM_MODES.values(), *OWN_MODES.values()) if name == "MODE" else ()
    return [
        *row.usage,
        *wrap(row.text, WIDTH, break_on_hyphens=False),
        *(f"{usage}: {text}" for usage, text in modes),
    ]


def _of_mode(mode: str) -> list[str]:
    """Help on the room mode and the user mode of this letter. Raises Refused if there is none."""
    found = [table[mode[1:]] for table in (ROOM_MODES, OWN_MODES) if mode[1:] in table]
    if not found:
        raise Refused(ERR_HELPNOTFOUND, mode[:32])
    return [f"{usage}: {text}" for usage, text in found]


def _index() -> list[str]:
    names = sorted(COMMANDS)
    lines = [
        " ".join(names[start : start + NAMES_PER_LINE])
        for start in range(0, len(names), NAMES_PER_LINE)
    ]
    return [
        *lines,
        "Use HELP COMMAND or HELP +MODE for details. NickServ and ChanServ have HELP too.",
    ]
