"""What we say, as it is sent: in pieces that fit, labelled so that its receipt is known. A part of
the client core.
"""

from __future__ import annotations

from client_gui.core.connection import Connection
from client_gui.core.events import Event, Kind, Said, Sending, Unsent
from client_gui.core.limits import number
from client_gui.texts import _
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.text import ACTION, split_text

UNLABELED = "~"  # begins a label that the server does not know: the receipt will have none
HOST_ALLOWANCE = 90  # bytes of !user@host, until the server has shown us our own
LEAST_BYTES = 64  # of a piece, however long the names around it are
LEAST_WHOLE = 1024  # bytes of a message of several lines, where the server does not tell
_MULTILINE = frozenset({"draft/multiline", "batch", "message-tags"})


def say(core: Connection, room: str, text: str, kind: Kind, reply_to: str) -> list[Event]:
    """Sends a text: a message for each line, several for one that is too long; or a single message
    of several lines, if the server knows draft/multiline. The events are our own copy (Said) if the
    server sends no receipts, and Sending if it does.
    """
    command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
    source = len(core.source.encode()) or len(core.nick.encode()) + HOST_ALLOWANCE
    space = MAX_BODY_BYTES - 2 - source - len(f":  {command} {room} :".encode())
    if kind is Kind.ACTION:
        space -= len(f"{ACTION}\x01")
    clean = text.encode("utf-8", "replace").decode().replace("\0", "").replace("\r", "\n")
    lines = clean.strip("\n").split("\n")
    if kind is Kind.MESSAGE and len(lines) > 1 and core.caps >= _MULTILINE:
        parts = parts_of(lines, space, *_limits(core))
        return [one for part in parts for one in _say_part(core, room, part, reply_to)]
    events: list[Event] = []
    for line in lines:
        if not line.strip():
            continue
        for piece in split_text(line, max(space, LEAST_BYTES)):
            wrapped = f"{ACTION}{piece}\x01" if kind is Kind.ACTION else piece
            tags, said = _receipt(core, room, piece, kind, reply_to)
            events += _send(core, (command, room, wrapped), tags, said)
    return events


def _send(
    core: Connection, words: tuple[str, str, str], tags: dict[str, str], said: list[Event]
) -> list[Event]:
    """Sends one line; slowly, where the server cannot take many as one message."""
    if core.caps >= _MULTILINE:
        core.send(*words, tags=tags)
        return said
    # without receipts, what waits is shown as on its way, and as said when it is sent
    waits: list[Event] = []
    then: tuple[Event, ...] = ()
    for one in said:
        if isinstance(one, Said):
            label = f"{UNLABELED}{core.next_label()}"
            waits.append(Sending(one.room, one.text, one.kind, label, one.reply_to))
            then = (one,)
        else:
            waits.append(one)
    if core.pace.takes_at_once():
        core.send(*words, tags=tags)
        return said
    if not core.send_slowly(*words, tags=tags, then=then):
        return [_not_taken(one) for one in said if isinstance(one, Said | Sending)]
    return waits


def _not_taken(one: Said | Sending) -> Event:
    """A message that was not taken."""
    reason = _("Not sent: too many messages wait")
    return Unsent(one.room, one.text, one.kind, one.reply_to, reason)


def _receipt(
    core: Connection, room: str, text: str, kind: Kind, reply_to: str
) -> tuple[dict[str, str], list[Event]]:
    """The tags to send a message with, and the events to show for it now."""
    tags = {}
    if reply_to and "message-tags" in core.caps:
        tags["+draft/reply"] = reply_to
    if "echo-message" not in core.caps:
        return tags, [Said(room, core.nick, text, kind, own=True, reply_to=reply_to)]
    number_of_it = core.next_label()
    if core.knows_labels:
        tags["label"] = label = f"say{number_of_it}"
    else:
        label = f"{UNLABELED}{number_of_it}"  # the receipt is known by its text
    return tags, [Sending(room, text, kind, label, reply_to)]


def _limits(core: Connection) -> tuple[int, int]:
    """How many bytes and lines a message may have at most; 0 lines for any number."""
    told = core.values.get("draft/multiline", "").split(",")
    limits = dict(one.partition("=")[::2] for one in told)
    most = number(limits.get("max-bytes", "")) or LEAST_WHOLE
    return most, number(limits.get("max-lines", ""))


Piece = tuple[str, bool]  # of a line, and whether it continues the piece before


def parts_of(lines: list[str], space: int, most_bytes: int, most_lines: int) -> list[list[Piece]]:
    """The fewest messages that a text of these lines can be sent as, each with its lines; a line
    that is too long is in pieces.
    """
    parts: list[list[Piece]] = [[]]
    size = 0
    for line in lines:
        for at, piece in enumerate(split_text(line, max(space, LEAST_BYTES)) or [""]):
            length = len(piece.encode())
            more = length + (0 if at or not parts[-1] else 1)
            full = most_lines and len(parts[-1]) >= most_lines
            if parts[-1] and (size + more > most_bytes or full):
                parts.append([])
                size, more = 0, length
            parts[-1].append((piece, bool(at and parts[-1])))
            size += more
    return [part for part in parts if any(piece.strip() for piece, _goes_on in part)]


def _say_part(core: Connection, room: str, part: list[Piece], reply_to: str) -> list[Event]:
    """https://ircv3.net/specs/extensions/multiline"""
    text = "".join(
        ("" if goes_on or not at else "\n") + one for at, (one, goes_on) in enumerate(part)
    )
    tags, said = _receipt(core, room, text, Kind.MESSAGE, reply_to)
    if len(part) == 1:
        core.send("PRIVMSG", room, text, tags=tags)
        return said
    core.send("BATCH", "+m", "draft/multiline", room, tags=tags)
    for piece, goes_on in part:
        concat = {"draft/multiline-concat": ""} if goes_on else {}
        core.send("PRIVMSG", room, piece, tags={"batch": "m"} | concat)
    core.send("BATCH", "-m")
    return said
