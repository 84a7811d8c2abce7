"""MODE, of rooms and of oneself. https://modern.ircdocs.horse/#mode-message"""

from __future__ import annotations

from gchat.core.effects import Refused
from gchat.core.events import ModeChange, ModesSet, UserModeSet
from gchat.core.rooms import CHANMODES, HALFOP, PREFIXES, Room
from gchat.core.users import USER_MODES
from gchat.dialects.bounds import MODES_PER_COMMAND
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.message import Message
from gchat.wire.names import casefold, is_room
from gchat.wire.numerics import (
    ERR_CHANOPRIVSNEEDED,
    ERR_NEEDMOREPARAMS,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_UMODEUNKNOWNFLAG,
    ERR_UNKNOWNMODE,
    ERR_USERSDONTMATCH,
    RPL_BANLIST,
    RPL_CHANNELMODEIS,
    RPL_CREATIONTIME,
    RPL_ENDOFBANLIST,
    RPL_ENDOFEXCEPTLIST,
    RPL_ENDOFINVEXLIST,
    RPL_EXCEPTLIST,
    RPL_INVEXLIST,
    RPL_UMODEIS,
)

_LISTS, _ALWAYS, _WHEN_SET, _FLAGS = CHANMODES
_WITH_ARGUMENT_ADDING = _LISTS + _ALWAYS + _WHEN_SET + "".join(PREFIXES)
_WITH_ARGUMENT_REMOVING = _LISTS + "".join(PREFIXES)


# HELP: how each mode is written, and what it does.
ROOM_MODES: dict[str, tuple[str, str]] = {
    "I": (
        "+I mask",
        "Invite exception: users that match the mask can enter without an invitation (+i) or a "
        "login (+R).",
    ),
    "b": (
        "+b mask",
        "Ban: users that match the mask can neither enter nor speak; m:mask only stops them "
        "from speaking, and a:name matches an account.",
    ),
    "e": (
        "+e mask",
        "Ban exception: users that match the mask are not affected by bans; m:mask exempts them "
        "only from bans on speaking.",
    ),
    "k": (
        "+k key",
        "Key: users need the key to enter.",
    ),
    "f": (
        "+f messages:seconds",
        "Slow mode: a member without voice or a higher rank can send only so many messages in "
        "so many seconds.",
    ),
    "l": (
        "+l count",
        "User limit: nobody can enter once the room has this many members.",
    ),
    "C": (
        "+C",
        "No CTCP: CTCP messages other than ACTION (/me) are not accepted.",
    ),
    "M": (
        "+M",
        "Registered users speak: only users who are logged in, or who have voice or a higher "
        "rank, can speak.",
    ),
    "R": (
        "+R",
        "Registered users only: only users who are logged in can enter.",
    ),
    "i": (
        "+i",
        "Invite-only: users need an invitation to enter.",
    ),
    "m": (
        "+m",
        "Moderated: only members with voice or a higher rank can speak.",
    ),
    "n": (
        "+n",
        "No external messages: only members can send messages to the room.",
    ),
    "s": (
        "+s",
        "Secret: the room and its members are hidden from users who are not in it.",
    ),
    "t": (
        "+t",
        "Protected topic: only half-operators and higher can set the topic.",
    ),
    "q": (
        "+q nickname",
        "Founder (~): the highest rank, which can give every rank to other members.",
    ),
    "a": (
        "+a nickname",
        "Protected (&): an operator whom operators and half-operators cannot kick or demote.",
    ),
    "o": (
        "+o nickname",
        "Operator (@): can kick and ban, change the room's modes, and make members operators, "
        "half-operators or voiced.",
    ),
    "h": (
        "+h nickname",
        "Half-operator (%): can ban, kick members who are not of a higher rank, change the "
        "room's modes and give voice, but not make operators.",
    ),
    "v": (
        "+v nickname",
        "Voice (+): can speak in a moderated room, and is exempt from slow mode and from bans "
        "on speaking.",
    ),
}
# The same of user modes.
OWN_MODES: dict[str, tuple[str, str]] = {
    "B": (
        "+B",
        "Bot: marks you as a bot.",
    ),
    "R": (
        "+R",
        "Registered users only: you receive private messages only from users who are logged in.",
    ),
    "i": (
        "+i",
        "Invisible: WHO and NAMES do not show you to users who share no room with you.",
    ),
    "o": (
        "-o",
        "Server operator: set by OPER; you can only remove it.",
    ),
    "w": (
        "+w",
        "Wallops: you receive messages sent with WALLOPS.",
    ),
}


@command(
    "MODE",
    min_params=1,
    usage=(
        "MODE #room",
        "MODE #room modes [parameter ...]",
        "MODE #room b|e|I",
        "MODE nickname [modes]",
    ),
    text=(
        "Shows or changes the modes of a room, or your own user modes. Room modes: b ban, e ban "
        "exception, I invite exception, k key, l user limit, f slow mode, i invite-only, m "
        "moderated, n no outside messages, s secret, t topic protected, C no CTCP, M only "
        "logged-in users speak, R only logged-in users enter. Ranks of members: q founder, a "
        "protected, o operator, h half-operator, v voice; changing a room's modes takes a "
        "half-operator or higher. User modes: i invisible, w wallops, o server operator, B bot, "
        "R private messages only from logged-in users."
    ),
    url="https://modern.ircdocs.horse/#mode-message",
)
def mode(irc: IrcConnection, message: Message) -> None:
    """MODE."""
    target, *words = message.params
    if is_room(target):
        room = irc.hub.room(target)
        if not irc.hub.shows(room, irc.peer.uid):
            raise Refused(ERR_NOSUCHCHANNEL, target)
        _room_mode(irc, room, words)
    else:
        _user_mode(irc, target, words)


def _room_mode(irc: IrcConnection, room: Room, words: list[str]) -> None:
    if not words:
        member = irc.peer.uid in room.members
        irc.reply(RPL_CHANNELMODEIS, room.name, *room.mode_string(with_password=member), text="")
        irc.reply(RPL_CREATIONTIME, room.name, str(room.created // 1000), text="")
        return
    changes = []
    told = set()
    for change in _parse(irc, room, words):
        if change.letter not in _LISTS or change.arg:
            changes.append(change)
        elif change.letter not in told:
            told.add(change.letter)
            _list(irc, room, change.letter)
    if changes:
        irc.commit(ModesSet(irc.peer.uid, room.name, tuple(changes)))


def _parse(irc: IrcConnection, room: Room, words: list[str]) -> list[ModeChange]:
    """`+o-k Tuan` as changes; what is unknown or lacks its argument is answered and left out."""
    args = iter(words[1:])
    changes: list[ModeChange] = []
    adding = True
    unknown = set()
    for letter in words[0]:
        if letter in "+-":
            adding = letter == "+"
            continue
        if letter not in "".join(CHANMODES) and letter not in PREFIXES:
            if letter not in unknown:
                unknown.add(letter)
                irc.reply(ERR_UNKNOWNMODE, letter)
            continue
        arg = ""
        if letter in (_WITH_ARGUMENT_ADDING if adding else _WITH_ARGUMENT_REMOVING):
            given = next(args, None)
            if given is None and letter not in _LISTS:
                irc.reply(ERR_NEEDMOREPARAMS, "MODE")
                continue
            arg = given or ""
        elif not adding and letter in _ALWAYS:
            next(args, "")  # -k has a parameter, but it need not be the right key
        if len(changes) < MODES_PER_COMMAND:
            changes.append(ModeChange(adding, letter, arg))
    return changes


_NUMERICS = {
    "b": (RPL_BANLIST, RPL_ENDOFBANLIST),
    "e": (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST),
    "I": (RPL_INVEXLIST, RPL_ENDOFINVEXLIST),
}


def _list(irc: IrcConnection, room: Room, letter: str) -> None:
    """Everybody may read the bans; the exceptions only half-operators and higher."""
    one, end = _NUMERICS[letter]
    if letter != "b" and room.rank(irc.peer.uid) < HALFOP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    if irc.hub.shows(room, irc.peer.uid):
        for found in room.lists[letter].values():
            irc.reply(one, room.name, found.text, found.by, str(found.at // 1000), text="")
    irc.reply(end, room.name)


def _user_mode(irc: IrcConnection, target: str, words: list[str]) -> None:
    user = irc.user
    if casefold(target) != user.key:
        known = casefold(target) in irc.hub.nicks
        raise Refused(ERR_USERSDONTMATCH) if known else Refused(ERR_NOSUCHNICK, target)
    if not words:
        irc.reply(RPL_UMODEIS, "+" + "".join(sorted(user.modes)), text="")
        return
    adding = True
    unknown = False
    for letter in words[0]:
        if letter in "+-":
            adding = letter == "+"
        elif letter not in USER_MODES:
            unknown = True
        elif letter == "o" and adding:
            continue  # RFC 2812, section 3.1.5: ignored
        else:
            irc.commit(UserModeSet(irc.peer.uid, adding, letter))
    if unknown:
        irc.reply(ERR_UMODEUNKNOWNFLAG)
