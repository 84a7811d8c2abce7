"""The capabilities that the server offers, each with the specification it follows."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Cap(enum.IntFlag):
    """A connection's enabled capabilities are one of these, or-ed."""

    NONE = 0
    BATCH = enum.auto()
    CAP_NOTIFY = enum.auto()
    CHATHISTORY = enum.auto()
    ECHO_MESSAGE = enum.auto()
    EVENT_PLAYBACK = enum.auto()
    MESSAGE_TAGS = enum.auto()
    MULTI_PREFIX = enum.auto()
    READ_MARKER = enum.auto()
    REDACTION = enum.auto()
    SEARCH = enum.auto()
    SERVER_TIME = enum.auto()


@dataclass(frozen=True, slots=True)
class Capability:
    """A row of the table: its name in CAP LS, its flag, its specification."""

    name: str
    flag: Cap
    url: str


_SPEC = "https://ircv3.net/specs/extensions/"

CAPABILITIES = {
    row.name: row
    for row in (
        Capability("batch", Cap.BATCH, _SPEC + "batch"),
        Capability("cap-notify", Cap.CAP_NOTIFY, _SPEC + "capability-negotiation#cap-notify"),
        Capability("draft/chathistory", Cap.CHATHISTORY, _SPEC + "chathistory"),
        Capability("draft/event-playback", Cap.EVENT_PLAYBACK, _SPEC + "chathistory"),
        Capability("draft/message-redaction", Cap.REDACTION, _SPEC + "message-redaction"),
        Capability("draft/read-marker", Cap.READ_MARKER, _SPEC + "read-marker"),
        Capability("echo-message", Cap.ECHO_MESSAGE, _SPEC + "echo-message"),
        Capability("message-tags", Cap.MESSAGE_TAGS, _SPEC + "message-tags"),
        Capability("multi-prefix", Cap.MULTI_PREFIX, _SPEC + "multi-prefix"),
        Capability(
            "soju.im/search",
            Cap.SEARCH,
            "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md",
        ),
        Capability("server-time", Cap.SERVER_TIME, _SPEC + "server-time"),
    )
}

# The capabilities that change the bytes of what is broadcast. Connections whose other capabilities
# differ share one encoded form.
BROADCAST_CAPS = Cap.MESSAGE_TAGS | Cap.READ_MARKER | Cap.REDACTION | Cap.SERVER_TIME
