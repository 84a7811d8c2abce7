"""What a connection speaks, told from its first bytes. Decides only; reads nothing."""

from __future__ import annotations

import enum
import re

_IRC_COMMANDS = rb"CAP|NICK|USER|PASS|AUTHENTICATE|PING|QUIT|WEBIRC"
# With a parameter the command may be in any case, as RFC 1459 has it; alone it has to be in
# capitals, so that a person may be called Nick or Cap.
_IRC = re.compile(rb"(?i:(?:%b) )|(?:%b)\r?\n" % (_IRC_COMMANDS, _IRC_COMMANDS))
_HTTP_VERB = re.compile(rb"(?:POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI) ")
_TLS_HANDSHAKE = 0x16


class Spoken(enum.Enum):
    """What the first bytes say."""

    TLS = enum.auto()
    HTTP_GET = enum.auto()
    HTTP_OTHER = enum.auto()  # never lines: a browser form must not reach the chat
    IRC = enum.auto()
    PLAIN = enum.auto()


def sniff(data: bytes) -> Spoken | None:
    """What `data`, the first bytes of a connection, belongs to; `None` where more must come."""
    if not data:
        return None
    if data[0] == _TLS_HANDSHAKE:
        return Spoken.TLS
    if data[:1] in (b"@", b":") or _IRC.match(data):
        return Spoken.IRC
    if data.startswith(b"GET "):
        return Spoken.HTTP_GET
    if _HTTP_VERB.match(data):
        return Spoken.HTTP_OTHER
    if b"\n" in data:
        return Spoken.PLAIN
    return None
