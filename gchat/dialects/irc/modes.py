"""MODE, of rooms and of oneself. https://modern.ircdocs.horse/#mode-message"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Refused
from gchat.core.events import ModeChange, ModesSet, UserModeSet
from gchat.core.rooms import CHANMODES, HALFOP, PREFIXES, Room
from gchat.core.users import USER_MODES
from gchat.dialects.bounds import MODES_PER_COMMAND
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

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

_LISTS, _ALWAYS, _WHEN_SET, _FLAGS = CHANMODES
_WITH_ARGUMENT_ADDING = _LISTS + _ALWAYS + _WHEN_SET + "".join(PREFIXES)
_WITH_ARGUMENT_REMOVING = _LISTS + "".join(PREFIXES)


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
            next(args, "")  # -k takes the key along, which need not be right
        if len(changes) < MODES_PER_COMMAND:
            changes.append(ModeChange(adding, letter, arg))
    return changes


_NUMERICS = {
    "b": (RPL_BANLIST, RPL_ENDOFBANLIST),
    "e": (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST),
    "I": (RPL_INVEXLIST, RPL_ENDOFINVEXLIST),
}


def _list(irc: IrcConnection, room: Room, letter: str) -> None:
    """Everybody may read the bans; exceptions are for who has a rank in the room."""
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
