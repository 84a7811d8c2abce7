"""Effects as IRC lines, for one set of capabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any

from gchat.core.effects import (
    ChangedAccount,
    ChangedAway,
    ChangedMetadata,
    ChangedModes,
    ChangedNick,
    ChangedRealname,
    ChangedRoomName,
    ChangedTopic,
    ChangedUserModes,
    Disconnected,
    Effect,
    Entered,
    Evicted,
    Invitation,
    Knock,
    Left,
    MarkedRead,
    Personal,
    Presence,
    Redaction,
    Spoke,
    Wallop,
    WasKicked,
)
from gchat.core.events import ModeChange
from gchat.dialects.peer import Variant
from gchat.wire.caps import BROADCAST_CAPS, Cap
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.message import encode, escape_tag, format_message
from gchat.wire.numerics import RPL_KNOCK
from gchat.wire.text import ACTION, split_text

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """How to write the lines: for these capabilities, and in which batch."""

    caps: Cap
    batch: str = ""  # the reference of the batch that the lines are in

    def has(self, cap: Cap) -> bool:
        """Whether the connection has a capability."""
        return cap in self.caps


def variant(caps: Cap) -> Variant:
    """The variant for these capabilities; those that change no broadcast bytes are ignored."""
    return _variant(caps & BROADCAST_CAPS)


@cache
def _variant(visible: Cap) -> Variant:
    return Variant("irc", int(visible), partial(render, form=Form(visible)))


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
    """The form of replayed lines for these capabilities: in a batch, if they have `batch`."""
    return Form(caps, reference if Cap.BATCH in caps else "")


def render(effect: Effect, *, form: Form) -> bytes:
    """The effect's lines; empty where IRC has none for it."""
    return _RENDERERS[type(effect)](effect, form)


# Effects that are not stored: they have no msgid, since nobody could look it up.
_PASSING = (Invitation, Knock, Personal, ChangedUserModes, Wallop, MarkedRead)


def _tags(effect: Effect, form: Form, client_tags: Tags = (), *, first: bool = True) -> str:
    """`@tags ` for the capabilities, with its space. The id is on the `first` line only."""
    caps = form.caps
    if not caps and not form.batch:
        return ""
    tags = ["batch=" + form.batch] if form.batch else []
    if Cap.SERVER_TIME in caps:
        tags.append("time=" + server_time(effect.entry.at))
    if effect.account and Cap.ACCOUNT_TAG in caps:
        tags.append("account=" + escape_tag(effect.account))
    if Cap.MESSAGE_TAGS in caps:
        if isinstance(effect, Spoke):
            if first:
                tags.append("msgid=" + effect.entry.msgid)
            if effect.bot:
                tags.append("bot")
            tags += [f"{key}={escape_tag(value)}" if value else key for key, value in client_tags]
        elif not isinstance(effect, _PASSING):
            tags.append("msgid=" + effect.entry.msgid)
    return f"@{';'.join(tags)} " if tags else ""


def _line(effect: Effect, form: Form, command: str, *params: str) -> bytes:
    return encode(_tags(effect, form) + format_message(command, *params, source=effect.source))


_AROUND = len(": PRIVMSG  :\r\n")  # a message with the longest command, without its texts


def _head(effect: Effect, form: Form, client_tags: Tags, *, first: bool = True) -> str:
    return f"{_tags(effect, form, client_tags, first=first)}:{effect.source} "


def _spoke(effect: Spoke, form: Form) -> bytes:
    """A text too long for one line becomes several messages. The msgid is on the first only, as for
    the fallback of draft/multiline.
    """
    if effect.verb == "TAGMSG":
        if Cap.MESSAGE_TAGS not in form.caps:
            return b""
        return encode(_head(effect, form, effect.tags) + f"TAGMSG {effect.target}")
    start = f"{effect.verb} {effect.target} :"
    head = _head(effect, form, effect.tags)
    text = effect.text
    if "\n" not in text and surely_fits(effect.source, effect.target, text):
        return encode(head + start + text)
    room = text_room(effect.source, effect.verb, effect.target)
    if "\n" in text:
        if Cap.MULTILINE in form.caps and Cap.BATCH in form.caps:
            return _multiline(effect, form)
        first, *others = (
            piece
            for line in text.split("\n")
            if line.strip("\0")
            for piece in split_text(line.removeprefix("\0"), room)
        )
    elif len(text.encode()) <= room:
        return encode(head + start + text)
    else:
        first, *others = split_message(text, room)
    without_id = _head(effect, form, effect.tags, first=False)
    return encode(head + start + first) + b"".join(
        encode(without_id + start + piece) for piece in others
    )


def surely_fits(source: str, target: str, text: str) -> bool:
    """Whether a message fits into one line even if each of its characters had four bytes: most do,
    and this is told quickly.
    """
    return 4 * (len(source) + len(target) + len(text)) <= MAX_BODY_BYTES - _AROUND


def text_room(source: str, verb: str, target: str) -> int:
    """How many bytes of a message's text fit into one line, as others are sent it."""
    return MAX_BODY_BYTES - 2 - len(f":{source} {verb} {target} :".encode())


def split_message(text: str, room: int) -> list[str]:
    """A message of one line in pieces of at most `room` bytes; an action is several actions."""
    if not text.startswith(ACTION):
        return split_text(text, room)
    bare = text.removeprefix(ACTION).removesuffix("\x01")
    return [f"{ACTION}{piece}\x01" for piece in split_text(bare, room - len(ACTION) - 1)]


def _multiline(effect: Spoke, form: Form) -> bytes:
    """https://ircv3.net/specs/extensions/multiline"""
    reference = f"m{effect.entry.msgid}"
    head = _head(effect, form, effect.tags)
    lines = [encode(f"{head}BATCH +{reference} draft/multiline {effect.target}")]
    for line in effect.text.split("\n"):
        goes_on = ";draft/multiline-concat" if line.startswith("\0") else ""
        tags = f"@batch={reference}{goes_on} :{effect.source} "
        lines.append(encode(f"{tags}{effect.verb} {effect.target} :{line.removeprefix(chr(0))}"))
    inside = f"@batch={form.batch} " if form.batch else ""
    lines.append(encode(f"{inside}BATCH -{reference}"))
    return b"".join(lines)


def _entered(effect: Entered, form: Form) -> bytes:
    if Cap.EXTENDED_JOIN in form.caps:
        account = effect.account or "*"
        return _line(effect, form, "JOIN", effect.room_name, account, effect.realname)
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
    if Cap.REDACTION not in form.caps:
        return b""
    reason = (effect.reason,) if effect.reason else ()
    return _line(effect, form, "REDACT", effect.target, effect.msgid, *reason)


def _marked_read(effect: MarkedRead, form: Form) -> bytes:
    if Cap.READ_MARKER not in form.caps:
        return b""
    return encode(format_message("MARKREAD", effect.target, marker_time(effect.at)))


def _invitation(effect: Invitation, form: Form) -> bytes:
    if effect.told and Cap.INVITE_NOTIFY not in form.caps:
        return b""
    return _line(effect, form, "INVITE", effect.target, effect.room_name)


def _knock(effect: Knock, form: Form) -> bytes:
    """https://docs.inspircd.org/4/modules/knock/"""
    params = ("*", effect.room_name, effect.source)
    return _line(effect, form, RPL_KNOCK.code, *params, effect.text or RPL_KNOCK.text)


def _changed_room_name(effect: ChangedRoomName, form: Form) -> bytes:
    """RENAME; clients without it see PART and JOIN instead, as the specification says."""
    if Cap.CHANNEL_RENAME in form.caps:
        return _line(effect, form, "RENAME", effect.room_name, effect.new, effect.reason)
    return b""  # `private._moved` renders that for each connection


def _wants(effect: Personal, form: Form, cap: Cap) -> bool:
    return cap in form.caps and (not effect.watched or Cap.EXTENDED_MONITOR in form.caps)


def _changed_away(effect: ChangedAway, form: Form) -> bytes:
    if not _wants(effect, form, Cap.AWAY_NOTIFY):
        return b""
    return _line(effect, form, "AWAY", *([effect.text] if effect.text else []))


def _changed_realname(effect: ChangedRealname, form: Form) -> bytes:
    if not _wants(effect, form, Cap.SETNAME):
        return b""
    return _line(effect, form, "SETNAME", effect.realname)


def _changed_account(effect: ChangedAccount, form: Form) -> bytes:
    if not _wants(effect, form, Cap.ACCOUNT_NOTIFY):
        return b""
    return _line(effect, form, "ACCOUNT", effect.account or "*")


def _changed_user_modes(effect: ChangedUserModes, form: Form) -> bytes:
    return _line(effect, form, "MODE", effect.nick, effect.words)


def _wallop(effect: Wallop, form: Form) -> bytes:
    return _line(effect, form, "WALLOPS", effect.text)


def _nothing(effect: Effect, form: Form) -> bytes:
    """Nothing here: `private.py` renders it for each connection, or nobody is shown it."""
    return b""


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
    Knock: _knock,
    ChangedRoomName: _changed_room_name,
    ChangedAway: _changed_away,
    ChangedRealname: _changed_realname,
    ChangedAccount: _changed_account,
    Presence: _nothing,
    ChangedUserModes: _changed_user_modes,
    ChangedMetadata: _nothing,
    Wallop: _wallop,
    Evicted: _nothing,
}
