"""Effects as IRC lines, for one set of capabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any

from gchat.core.effects import (
    ChangedModes,
    ChangedNick,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Invitation,
    Left,
    MarkedRead,
    Redaction,
    Spoke,
    WasKicked,
)
from gchat.core.events import ModeChange
from gchat.dialects.link import Variant
from gchat.wire.caps import BROADCAST_CAPS, Cap
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.message import encode, escape_tag, format_message, split_text


@dataclass(frozen=True, slots=True)
class Form:
    """What the capabilities mean for the lines."""

    server_time: bool
    message_tags: bool
    redaction: bool = False
    read_marker: bool = False
    batch: str = ""  # the reference of the batch that the lines are in


def variant(caps: Cap) -> Variant:
    """The form for these capabilities; those that change no bytes make no difference."""
    return _variant(caps & BROADCAST_CAPS)


@cache
def _variant(visible: Cap) -> Variant:
    form = _form(visible)
    return Variant("irc", int(visible), partial(render, form=form))


def _form(caps: Cap, batch: str = "") -> Form:
    return Form(
        server_time=Cap.SERVER_TIME in caps,
        message_tags=Cap.MESSAGE_TAGS in caps,
        redaction=Cap.REDACTION in caps,
        read_marker=Cap.READ_MARKER in caps,
        batch=batch,
    )


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def server_time(at: int) -> str:
    """Milliseconds as https://ircv3.net/specs/extensions/server-time writes them."""
    return f"{_second(at // 1000)}.{at % 1000:03}Z"


def marker_time(at: int) -> str:
    """Milliseconds as MARKREAD has them; 0 is never."""
    return f"timestamp={server_time(at)}" if at else "*"


def parse_time(text: str) -> int:
    """The inverse of `server_time`. Raises ValueError."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return max(0, round(moment.timestamp() * 1000))


def form_in_batch(caps: Cap, reference: str) -> Form:
    """The form of what is replayed to who has these capabilities, in a batch where they know it."""
    return _form(caps, reference if Cap.BATCH in caps else "")


def render(effect: Effect, *, form: Form) -> bytes:
    """The effect's lines; empty where IRC has none for it."""
    return _RENDERERS[type(effect)](effect, form)


def _tags(effect: Effect, form: Form, client_tags: tuple[tuple[str, str], ...] = ()) -> str:
    """`@tags ` for the capabilities, with its space."""
    tags = ["batch=" + form.batch] if form.batch else []
    if form.server_time:
        tags.append("time=" + server_time(effect.entry.at))
    if form.message_tags:
        if isinstance(effect, Spoke) or form.batch:
            tags.append("msgid=" + effect.entry.msgid)
        tags += [f"{key}={escape_tag(value)}" if value else key for key, value in client_tags]
    return f"@{';'.join(tags)} " if tags else ""


def _line(effect: Effect, form: Form, command: str, *params: str) -> bytes:
    return encode(_tags(effect, form) + format_message(command, *params, source=effect.source))


def _spoke(effect: Spoke, form: Form) -> bytes:
    """A text too long for one line (plain-text people may write such) becomes several; the msgid
    and the client's tags are on the first, as for the fallback of draft/multiline.
    """
    if effect.verb == "TAGMSG":
        if not form.message_tags:
            return b""
        return encode(_head(effect, form, effect.tags) + f"TAGMSG {effect.target}")
    start = f"{effect.verb} {effect.target} :"
    head = _head(effect, form, effect.tags)
    room = MAX_BODY_BYTES - 2 - len(f":{effect.source} {start}".encode())
    text = effect.text
    if len(text) * 4 <= room or len(text.encode()) <= room:
        return encode(head + start + text)
    if text.startswith("\x01ACTION "):
        bare = text.removeprefix("\x01ACTION ").removesuffix("\x01")
        pieces = split_text(bare, room - len("\x01ACTION \x01"))
        first, *others = (f"\x01ACTION {piece}\x01" for piece in pieces)
    else:
        first, *others = split_text(text, room)
    without_id = _head(effect, replace(form, message_tags=False), ())
    return encode(head + start + first) + b"".join(
        encode(without_id + start + piece) for piece in others
    )


def _head(effect: Effect, form: Form, client_tags: tuple[tuple[str, str], ...]) -> str:
    return f"{_tags(effect, form, client_tags)}:{effect.source} "


def _entered(effect: Entered, form: Form) -> bytes:
    return _line(effect, form, "JOIN", effect.room_name)


def _left(effect: Left, form: Form) -> bytes:
    reason = (effect.reason,) if effect.reason else ()
    return _line(effect, form, "PART", effect.room_name, *reason)


def _was_kicked(effect: WasKicked, form: Form) -> bytes:
    return _line(effect, form, "KICK", effect.room_name, effect.target, effect.reason)


def _disconnected(effect: Disconnected, form: Form) -> bytes:
    return _line(effect, form, "QUIT", effect.reason)


def _changed_nick(effect: ChangedNick, form: Form) -> bytes:
    return _line(effect, form, "NICK", effect.new)


def _changed_topic(effect: ChangedTopic, form: Form) -> bytes:
    return encode(_head(effect, form, ()) + f"TOPIC {effect.room_name} :{effect.text}")


def _redaction(effect: Redaction, form: Form) -> bytes:
    if not form.redaction:
        return b""
    reason = (effect.reason,) if effect.reason else ()
    return _line(effect, form, "REDACT", effect.target, effect.msgid, *reason)


def _marked_read(effect: MarkedRead, form: Form) -> bytes:
    if not form.read_marker:
        return b""
    return encode(format_message("MARKREAD", effect.target, marker_time(effect.at)))


def _invitation(effect: Invitation, form: Form) -> bytes:
    return _line(effect, form, "INVITE", effect.target, effect.room_name)


def _changed_modes(effect: ChangedModes, form: Form) -> bytes:
    """As many lines as the arguments need."""
    room = MAX_BODY_BYTES - 2 - len(f":{effect.source} MODE {effect.room_name} ".encode())
    lines: list[list[ModeChange]] = [[]]
    used = 0
    for change in effect.changes:
        size = len(change.arg.encode()) + 3  # the letter, its sign, the space before the argument
        if used + size > room and lines[-1]:
            lines.append([])
            used = 0
        lines[-1].append(change)
        used += size
    return b"".join(
        _line(effect, form, "MODE", effect.room_name, *mode_words(changes)) for changes in lines
    )


def mode_words(changes: list[ModeChange]) -> list[str]:
    """`+o-v Tuan Duy` as words."""
    letters = ""
    sign = ""
    args = []
    for change in changes:
        wanted = "+" if change.adding else "-"
        letters += (wanted if wanted != sign else "") + change.letter
        sign = wanted
        if change.arg:
            args.append(change.arg)
    return [letters, *args]


_RENDERERS: dict[type[Effect], Callable[[Any, Form], bytes]] = {
    Spoke: _spoke,
    Entered: _entered,
    Left: _left,
    WasKicked: _was_kicked,
    Disconnected: _disconnected,
    ChangedNick: _changed_nick,
    ChangedTopic: _changed_topic,
    ChangedModes: _changed_modes,
    Invitation: _invitation,
    Redaction: _redaction,
    MarkedRead: _marked_read,
}
