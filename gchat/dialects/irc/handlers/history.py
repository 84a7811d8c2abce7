"""CHATHISTORY, https://ircv3.net/specs/extensions/chathistory, and what is shown on entering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gchat.core.effects import Effect, Failure
from gchat.core.events import Entry
from gchat.core.history import MESSAGES, Archive, Query, Record, Reference, Unreadable
from gchat.core.records import restored
from gchat.core.rooms import Room
from gchat.dialects.bounds import HISTORY_PER_COMMAND
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.render import form_in_batch, parse_time, render, server_time
from gchat.dialects.search import correspondent, for_peer, own_person, place, room_places, since
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import casefold, is_room

_BATCH, _TARGETS_BATCH = "chathistory", "draft/chathistory-targets"


@command(
    "CHATHISTORY",
    usage=(
        "CHATHISTORY LATEST target *|reference limit",
        "CHATHISTORY BEFORE|AFTER|AROUND target reference limit",
        "CHATHISTORY BETWEEN target reference reference limit",
        "CHATHISTORY TARGETS timestamp=time timestamp=time limit",
    ),
    text=(
        "Reads earlier messages of a room that you are in, or of a private conversation. A "
        "reference is timestamp=YYYY-MM-DDThh:mm:ss.sssZ or msgid=ID. TARGETS lists the rooms "
        "and conversations with messages between two times. At most 100 messages are returned."
    ),
    url="https://ircv3.net/specs/extensions/chathistory",
)
def chathistory(irc: IrcConnection, message: Message) -> None:
    """CHATHISTORY."""
    subcommand = message.params[0].upper() if message.params else "*"
    if subcommand not in _SUBCOMMANDS:
        raise _failure("INVALID_PARAMS", subcommand, text="Unknown command")
    handler, expected = _SUBCOMMANDS[subcommand]
    words = message.params[1:]
    if len(words) != expected:
        text = "Insufficient parameters" if len(words) < expected else "Too many parameters"
        raise _failure("INVALID_PARAMS", subcommand, text=text)
    try:
        handler(irc, irc.peer.archive, subcommand, words)
    except Unreadable:
        text = "Messages could not be retrieved"
        raise _failure("MESSAGE_ERROR", subcommand, words[0], text=text) from None


def _failure(code: str, *context: str, text: str) -> Failure:
    return Failure("CHATHISTORY", code, *context, text=text)


def replay(irc: IrcConnection, room: Room, *, attached: bool = False) -> None:
    """Sends a client that enters a room the last messages, or what it missed if it was here a
    moment ago. Not sent to clients that can ask for history, nor to those without server-time: they
    would take it for new, and bots would obey it. Clients without batch might too, so they are sent
    only what they missed. `attached`: a further connection of a user who is in the room already.
    """
    if irc.caps & (Cap.CHATHISTORY | Cap.ZNC_PLAYBACK) or Cap.SERVER_TIME not in irc.caps:
        return
    user = irc.user
    last: Sequence[Effect] = irc.node.recent(room.key)
    left = irc.node.visitors.left(room.key, user.nick, user.account, irc.node.wall_ms())
    if left is not None and not attached:
        last = _missed(irc, room, left, last)
    elif Cap.BATCH not in irc.caps:
        return
    if last:
        send_batch(irc, (_BATCH, room.name), last)


def _missed(
    irc: IrcConnection, room: Room, left: Entry, last: Sequence[Effect]
) -> Sequence[Effect]:
    """What was said since the entry `left`. `last`: the messages kept in memory."""
    missed = [one for one in last if one.entry.msgid > left.msgid]
    if not missed or len(missed) < len(last):
        return missed
    after = Reference(msgid=left.msgid)
    query = Query(room.place, HISTORY_PER_COMMAND, after, since=since(irc.hub, irc.user, room.key))
    try:
        found = irc.peer.archive.read(query)
    except Unreadable:
        return missed
    # what is said during that call is sent as it happens, so it is left out here
    until = missed[-1].entry.msgid
    return [restored(one) for one in for_peer(irc.peer, found) if one.msgid <= until] or missed


def _latest(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    target, after, limit = words
    query = _query(irc, name, target, limit)
    bound = None if after == "*" else _reference(name, target, after)
    _answer(irc, target, archive.read(_bounded(query, bound, None, newest=True)))


def _before(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    target, before, limit = words
    query = _query(irc, name, target, limit)
    bound = _reference(name, target, before)
    _answer(irc, target, archive.read(_bounded(query, None, bound, newest=True)))


def _after(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    target, after, limit = words
    query = _query(irc, name, target, limit)
    bound = _reference(name, target, after)
    _answer(irc, target, archive.read(_bounded(query, bound, None, newest=False)))


def _around(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    target, center, limit = words
    query = _query(irc, name, target, limit)
    _answer(irc, target, archive.around(query, _reference(name, target, center)))


def _between(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    """Counted from the first one, forwards or backwards in time."""
    target, start, end, limit = words
    query = _query(irc, name, target, limit)
    one, other = _reference(name, target, start), _reference(name, target, end)
    forwards = archive.read(_bounded(query, one, other, newest=False))
    backwards = archive.read(_bounded(query, other, one, newest=True))
    _answer(irc, target, forwards or backwards)


def _targets(irc: IrcConnection, archive: Archive, name: str, words: list[str]) -> None:
    start, end, limit = words
    times = [_reference(name, start, start), _reference(name, end, end)]
    if any(time.msgid for time in times):
        raise _failure("INVALID_PARAMS", name, text="TARGETS takes only timestamps")
    after, before = sorted(time.at for time in times)
    most = _limit(irc, name, limit)
    places = room_places(irc.peer)
    found = archive.targets(places, own_person(irc.peer), after, before, most)
    found = for_peer(irc.peer, found)
    reference = irc.batch_reference()
    if Cap.BATCH in irc.caps:
        irc.say("BATCH", f"+{reference}", _TARGETS_BATCH)
    tag = f"@batch={reference} " if Cap.BATCH in irc.caps else ""
    for one in found:
        other = one.target if is_room(one.target) else correspondent(irc.peer, one)
        line = (
            f"{tag}:{irc.config.server.name} CHATHISTORY TARGETS {other} {server_time(one.at)}\r\n"
        )
        irc.add_raw(line.encode())
    if Cap.BATCH in irc.caps:
        irc.say("BATCH", f"-{reference}")


# Kinds of events that are shown to nobody without a capability: they must not take the place of
# what is shown, or a page would be empty though there is more.
_SHOWN_BY = {
    "REDACT": Cap.REDACTION,
    "RENAME": Cap.CHANNEL_RENAME,
    "TAGMSG": Cap.MESSAGE_TAGS,
}
_SUBCOMMANDS: dict[str, tuple[Callable[[IrcConnection, Archive, str, list[str]], None], int]] = {
    "AFTER": (_after, 3),
    "AROUND": (_around, 3),
    "BEFORE": (_before, 3),
    "BETWEEN": (_between, 4),
    "LATEST": (_latest, 3),
    "TARGETS": (_targets, 3),
}


def _query(irc: IrcConnection, name: str, target: str, limit: str) -> Query:
    """What this person may read of the target: of a room they are in, everything since it was
    created (of the lobby, everything); of a conversation of theirs, everything. Raises Failure.
    """
    lines = _limit(irc, name, limit)
    found = place(irc.peer, target)
    if found is None:
        raise _invalid_target(name, target)
    where, earliest = found
    events = Cap.EVENT_PLAYBACK in irc.caps
    hidden = tuple(kind for kind, cap in _SHOWN_BY.items() if cap not in irc.caps)
    return Query(where, lines, since=earliest, events=events, hidden=hidden)


def _invalid_target(name: str, target: str) -> Failure:
    return _failure("INVALID_TARGET", name, target, text="Messages could not be retrieved")


def _bounded(
    query: Query, after: Reference | None, before: Reference | None, *, newest: bool
) -> Query:
    return Query(
        query.place,
        query.limit,
        after=after,
        before=before,
        newest=newest,
        since=query.since,
        events=query.events,
        hidden=query.hidden,
    )


def _limit(irc: IrcConnection, name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise _failure("INVALID_PARAMS", name, text or "*", text="Invalid limit")
    return min(int(text[:9]), HISTORY_PER_COMMAND)


def _reference(name: str, target: str, text: str) -> Reference:
    kind, equals, value = text.partition("=")
    if not equals or not value:
        raise _failure("INVALID_PARAMS", name, text or "*", text="Invalid message reference")
    if kind == "msgid":
        return Reference(msgid=value)
    if kind != "timestamp":
        raise _failure(
            "INVALID_MSGREFTYPE", name, target, text=f"{kind}-based requests are not supported"
        )
    try:
        return Reference(at=parse_time(value))
    except ValueError:
        raise _failure("INVALID_PARAMS", name, text, text="Invalid timestamp") from None


def _answer(irc: IrcConnection, target: str, found: Iterable[Record]) -> None:
    room = irc.hub.rooms.get(casefold(target)) if is_room(target) else None
    shown = room.name if room is not None else target
    found = for_peer(irc.peer, found)
    wanted = [one for one in found if one.kind in MESSAGES or Cap.EVENT_PLAYBACK in irc.caps]
    send_batch(irc, (_BATCH, shown), [restored(one) for one in wanted])


def send_batch(irc: IrcConnection, about: Sequence[str], effects: Iterable[Effect]) -> None:
    """Past effects, in a batch if the client knows batches. `about`: its type and parameters."""
    reference = irc.batch_reference()
    form = form_in_batch(irc.caps, reference)
    if form.batch:
        irc.say("BATCH", f"+{reference}", *about)
    for effect in effects:
        lines = render(effect, form=form)
        if lines:
            irc.add_raw(lines)
    if form.batch:
        irc.say("BATCH", f"-{reference}")
