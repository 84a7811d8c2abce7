"""One IRC message: parse, serialize, tags.

https://modern.ircdocs.horse/#message-format and https://ircv3.net/specs/extensions/message-tags
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from gchat.errors import WireError
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.text import truncate_utf8

# message-tags, "Size limit": what a client may send, counted from "@" to the space, both included.
MAX_CLIENT_TAGS_BYTES = 4096

_ESCAPES = {";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
# Commands whose last parameter is a text or a list if they have at least so many parameters. It is
# always written with a colon, even if it is one word, as in the standards' examples and by other
# servers: some clients look for the colon.
_TEXT_AT = {
    "AWAY": 1,
    "CAP": 3,
    "ERROR": 1,
    "FAIL": 3,
    "JOIN": 3,
    "KICK": 3,
    "NOTICE": 2,
    "PART": 2,
    "PONG": 2,
    "PRIVMSG": 2,
    "QUIT": 1,
    "REDACT": 3,
    "REGISTER": 3,
    "RENAME": 3,
    "SETNAME": 1,
    "TOPIC": 2,
    "USER": 4,
    "WARN": 3,
    "WALLOPS": 1,
}
_NEVER = 99
# Numerics have one, but for these.
_NO_TEXT = frozenset(
    {"004", "221", "324", "329", "333", "336", "341", "346", "348", "354", "367"}
    | {"770", "771", "772", "774"}
)
_UNESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}


class MessageError(WireError):
    """A line that is no IRC message."""


class MessageTooLong(MessageError):
    """Tags or body are over the limit of the standard (numeric 417)."""


class Message(Struct):
    """`@tags :source COMMAND params`, with the escapes undone and the command in capitals."""

    command: str
    params: list[str] = []
    source: str | None = None
    tags: dict[str, str] = {}

    @property
    def nick(self) -> str:
        """The nickname (or server name) in the source, empty where there is none."""
        return self.source.partition("!")[0] if self.source else ""


def escape_tag(value: str) -> str:
    """message-tags, "Escaping values"."""
    return value.translate(_ESCAPE_TABLE)


def unescape_tag(value: str) -> str:
    """The inverse of `escape_tag`; an unknown or dangling escape loses its backslash."""
    if "\\" not in value:
        return value
    out = []
    chars = iter(value)
    for char in chars:
        if char != "\\":
            out.append(char)
            continue
        follower = next(chars, "")
        out.append(_UNESCAPES.get(follower, follower))
    return "".join(out)


def parse_tags(text: str) -> dict[str, str]:
    """`a=b;c` without its "@" as a dict; the last of equal keys wins, no value is an empty one."""
    tags = {}
    for item in text.split(";"):
        key, _, value = item.partition("=")
        if key:
            tags[key] = unescape_tag(value)
    return tags


def format_tags(tags: Mapping[str, str]) -> str:
    """The inverse of `parse_tags`."""
    return ";".join(f"{key}={escape_tag(value)}" if value else key for key, value in tags.items())


def parse(line: str) -> Message:
    """The message in one line (without its ending). Raises MessageError."""
    if "\0" in line or "\r" in line or "\n" in line:
        raise MessageError("NUL, CR and LF are not allowed in a message")
    tags: dict[str, str] = {}
    source = None
    rest = line
    if rest.startswith("@"):
        text, _, rest = rest[1:].partition(" ")
        tags = parse_tags(text)
    rest = rest.lstrip(" ")
    if rest.startswith(":"):
        source, _, rest = rest[1:].partition(" ")
        rest = rest.lstrip(" ")
    middle, has_trailing, trailing = rest.partition(" :")
    words = middle.split(" ")
    params = [word for word in words if word] if "" in words else words
    if not params:
        raise MessageError("no command")
    command = params.pop(0)
    if not (command.isascii() and command.replace("_", "").isalnum()):
        raise MessageError("a command is made of letters or digits")
    if has_trailing:
        params.append(trailing)
    return Message(command.upper(), params, source, tags)


# A line over the limit that has one of these is not refused: its text is cut or split.
_LONG = re.compile(rb"(?i) *(?::[^ ]* +)?(AWAY|KICK|NOTICE|PART|PRIVMSG|QUIT|SETNAME|TOPIC) ")


def check_client_line(line: bytes, limit: int = MAX_BODY_BYTES) -> None:
    """Raises MessageTooLong where a client's line (without its ending) is over the limits: `limit`
    is in bytes, tags apart, the ending included. What ends with a text may be longer.
    """
    start = 0
    if line.startswith(b"@"):
        space = line.find(b" ")
        start = len(line) if space < 0 else space + 1
        if start > MAX_CLIENT_TAGS_BYTES:
            raise MessageTooLong(f"more than {MAX_CLIENT_TAGS_BYTES} bytes of tags")
    if len(line) - start > limit - 2 and not _LONG.match(line, start):
        raise MessageTooLong(f"more than {limit} bytes")


def format_message(
    command: str,
    *params: str,
    source: str | None = None,
    tags: Mapping[str, str] | None = None,
    text: bool = False,
) -> str:
    """One line without its ending. The last parameter is the trailing one where it is a text (by
    the command, or because `text` says so), and where it must be.

    Raises MessageError where a parameter cannot be sent: CR, LF or NUL anywhere; a space, an empty
    one or a leading ":" before the last.
    """
    parts = []
    if tags:
        parts.append("@" + format_tags(tags))
    if source:
        parts.append(":" + source)
    parts.append(command)
    if params:
        for param in params[:-1]:
            if not param or " " in param or param[0] == ":":
                raise MessageError(f"{param!r} can only be the last parameter")
            parts.append(param)
        last = params[-1]
        if text or _has_text(command, len(params)) or not last or last[0] == ":" or " " in last:
            last = ":" + last
        parts.append(last)
    line = " ".join(parts)
    if "\r" in line or "\n" in line or "\0" in line:
        raise MessageError("NUL, CR and LF cannot be sent")
    return line


def _has_text(command: str, params: int) -> bool:
    if command.isdigit():
        return command not in _NO_TEXT
    return params >= _TEXT_AT.get(command, _NEVER)


def encode(line: str) -> bytes:
    """The line as it is sent: UTF-8, its body cut to 512 bytes with the CRLF that is added."""
    data = line.encode("utf-8", "replace")
    start = 0
    if data[:1] == b"@":
        start = data.find(b" ") + 1
    if len(data) - start > MAX_BODY_BYTES - 2:
        data = truncate_utf8(data, start + MAX_BODY_BYTES - 2)
    return data + b"\r\n"


def pack_words(words: Iterable[str], limit: int) -> list[str]:
    """The words joined by spaces into lines of at most `limit` bytes of UTF-8 each."""
    lines: list[str] = []
    line: list[str] = []
    used = 0
    for word in words:
        size = len(word.encode()) + 1
        if line and used + size > limit + 1:
            lines.append(" ".join(line))
            line, used = [], 0
        line.append(word)
        used += size
    if line:
        lines.append(" ".join(line))
    return lines
