"""Every IRC command, registered where its handler stands: name, parameters, when it is allowed,
help and the paragraph of the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.caps import Cap
from gchat.wire.message import Message

Handler = Callable[[IrcConnection, Message], None]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Command:
    """`min_params`: with fewer, 461. `before_registration`, or with one of the capabilities
    `before_with`: otherwise 451. `message`: does not wait until the connection's earlier messages
    are shown. `usage` and `text` are what HELP tells; `url` is what the handler follows.
    """

    handler: Handler
    usage: tuple[str, ...]
    text: str
    url: str
    min_params: int = 0
    before_registration: bool = False
    message: bool = False
    before_with: Cap = Cap.NONE


COMMANDS: dict[str, Command] = {}


def command(
    *names: str,
    usage: tuple[str, ...],
    text: str,
    url: str,
    min_params: int = 0,
    before_registration: bool = False,
    message: bool = False,
    before_with: Cap = Cap.NONE,
) -> Callable[[H], H]:
    """Registers the handler of a command, by its name and its other names. See Command."""

    def register(handler: H) -> H:
        for name in names:
            COMMANDS[name] = Command(
                handler=handler,
                usage=tuple(line.replace(names[0], name, 1) for line in usage),
                text=text,
                url=url,
                min_params=min_params,
                before_registration=before_registration,
                message=message,
                before_with=before_with,
            )
        return handler

    return register
