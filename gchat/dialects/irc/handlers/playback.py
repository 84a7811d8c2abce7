"""znc.in/playback, for clients without CHATHISTORY: https://wiki.znc.in/Playback"""

from __future__ import annotations

from gchat.core.effects import Refused
from gchat.core.history import Query, Reference, Unreadable
from gchat.core.records import restored
from gchat.dialects.bounds import HISTORY_PER_COMMAND
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.history import send_batch
from gchat.dialects.search import correspondent, for_peer, own_person, place
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import is_room
from gchat.wire.numerics import ERR_UNKNOWNCOMMAND

MODULE = "*playback"
LATER = 1 << 50  # milliseconds: after everything


def play(irc: IrcConnection, text: str) -> None:
    """PLAY of a target or `*`, from a time on and up to another, in seconds with fractions."""
    words = text.split()
    if len(words) < 2 or words[0].upper() != "PLAY":
        return
    times = [*words[2:4], *_DEFAULTS[len(words[2:4]) :]]
    try:
        after, before = (int(min(max(float(word) * 1000, 0), LATER)) for word in times)
    except (ValueError, OverflowError):
        return
    try:
        targets = _everything(irc) if words[1] == "*" else [words[1]]
        for target in targets:
            _play(irc, target, after, before)
    except Unreadable:
        irc.say("NOTICE", irc.nick, "Messages could not be retrieved")


@command(
    "ZNC",
    min_params=1,
    usage=("ZNC *playback PLAY target|* [from [to]]",),
    text=(
        "The same as PRIVMSG *playback: plays what was said in a room, in a private conversation "
        "or everywhere (*), between two times in seconds since 1970. Request the capability "
        "znc.in/playback first."
    ),
    url="https://wiki.znc.in/Playback",
)
def znc(irc: IrcConnection, message: Message) -> None:
    """ZNC: the same as PRIVMSG *playback."""
    if message.params[0] != MODULE or Cap.ZNC_PLAYBACK not in irc.caps:
        raise Refused(ERR_UNKNOWNCOMMAND, message.command)
    play(irc, " ".join(message.params[1:]))


_DEFAULTS = ("0", str(LATER // 1000))


def _everything(irc: IrcConnection) -> list[str]:
    """The user's rooms, and the people they have conversations with. May switch greenlets; raises
    Unreadable.
    """
    rooms = [irc.hub.rooms[key].name for key in irc.user.rooms]
    last = irc.peer.archive.targets((), own_person(irc.peer), 0, LATER, 1000)
    people = [correspondent(irc.peer, one) for one in last]
    return [*rooms, *dict.fromkeys(nick for nick in people if not is_room(nick))]


def _play(irc: IrcConnection, target: str, after: int, before: int) -> None:
    found = place(irc.peer, target)
    if found is None:
        return
    bounds = Reference(at=after), Reference(at=before)
    query = Query(found[0], HISTORY_PER_COMMAND, *bounds, since=found[1])
    lines = irc.peer.archive.read(query)
    if lines:
        send_batch(
            irc, ("chathistory", target), [restored(one) for one in for_peer(irc.peer, lines)]
        )
