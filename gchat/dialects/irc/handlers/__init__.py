"""What handles commands: one module for each family. Importing this registers all of them."""

from gchat.dialects.irc.handlers import help as help_
from gchat.dialects.irc.handlers import (
    history,
    login,
    markers,
    messages,
    metadata,
    modes,
    monitor,
    multiline,
    names,
    oper,
    people,
    playback,
    redaction,
    registration,
    rooms,
    search,
    server,
)

__all__ = [
    "help_",
    "history",
    "login",
    "markers",
    "messages",
    "metadata",
    "modes",
    "monitor",
    "multiline",
    "names",
    "oper",
    "people",
    "playback",
    "redaction",
    "registration",
    "rooms",
    "search",
    "server",
]
