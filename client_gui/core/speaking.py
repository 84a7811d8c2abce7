"""What we say, as it is sent: in pieces that fit, labelled so that its receipt is known. A part of
the client core.
"""

from __future__ import annotations

from client_gui.core.connection import Connection
from client_gui.core.events import Event, Kind, Said, Sending
from client_gui.core.limits import number
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.text import ACTION, split_text

UNLABELED = "~"  # begins a label that the server does not know: the receipt will have none
HOST_ALLOWANCE = 90  # bytes of !user@host, until the server has shown us our own
LEAST_BYTES = 64  # of a piece, however long the names around it are


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
    if kind is Kind.MESSAGE and _takes_whole(core, lines, space):
        return _say_whole(core, room, lines, reply_to)
    events: list[Event] = []
    for line in lines:
        if not line.strip():
            continue
        for piece in split_text(line, max(space, LEAST_BYTES)):
            wrapped = f"{ACTION}{piece}\x01" if kind is Kind.ACTION else piece
            tags, said = _receipt(core, room, piece, kind, reply_to)
            core.send(command, room, wrapped, tags=tags)
            events += said
    return events


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
    if core.caps >= {"labeled-response", "batch"}:
        tags["label"] = label = f"say{number_of_it}"
    else:
        label = f"{UNLABELED}{number_of_it}"  # the receipt is known by its text
    return tags, [Sending(room, text, kind, label, reply_to)]


def _takes_whole(core: Connection, lines: list[str], space: int) -> bool:
    """Whether the server takes them as one message."""
    if len(lines) < 2 or not core.caps >= {"draft/multiline", "batch", "message-tags"}:
        return False
    told = core.values.get("draft/multiline", "").split(",")
    limits = dict(one.partition("=")[::2] for one in told)
    most_bytes, most_lines = (
        number(limits.get("max-bytes", "")),
        number(limits.get("max-lines", "")),
    )
    size = len("\n".join(lines).encode())
    return (
        size <= most_bytes
        and (not most_lines or len(lines) <= most_lines)
        and all(len(line.encode()) <= space for line in lines)
    )


def _say_whole(core: Connection, room: str, lines: list[str], reply_to: str) -> list[Event]:
    """https://ircv3.net/specs/extensions/multiline"""
    tags, said = _receipt(core, room, "\n".join(lines), Kind.MESSAGE, reply_to)
    core.send("BATCH", "+m", "draft/multiline", room, tags=tags)
    for line in lines:
        core.send("PRIVMSG", room, line, tags={"batch": "m"})
    core.send("BATCH", "-m")
    return said
