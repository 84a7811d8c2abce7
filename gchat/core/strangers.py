"""Who may reach whom: a stranger is somebody with whom one shares no room and has not talked."""

from __future__ import annotations

from gchat.core.effects import Refused
from gchat.core.hub import Hub
from gchat.core.users import User
from gchat.wire.numerics import ERR_NEEDREGGEDNICK, ERR_TARGETTOOFAST

STRANGERS_SECONDS = 60
KNOWN = 100  # people whom somebody has written to or heard from, and may go on writing to
INVITATIONS = 5  # that somebody is sent in INVITATIONS_SECONDS, by whomever
INVITATIONS_SECONDS = 60


def check_accepts(user: User, receiver: User) -> None:
    """Raises Refused if the receiver takes nothing from users who are not logged in (+R), and has
    not written to this one either.
    """
    if "R" not in receiver.modes or user.account or receiver is user:
        return
    if not receiver.known.get(user.uid):
        text = "This user accepts messages only from registered users (+R)"
        raise Refused(ERR_NEEDREGGEDNICK, receiver.nick, text=text)


def meet(hub: Hub, user: User, receiver: User, at: int) -> None:
    """Called before `user` reaches `receiver`; they are no strangers afterwards. Raises Refused if
    the user has reached too many strangers in the last minute. `at` is an entry's tick.
    """
    if receiver.uid not in user.known and not user.rooms.keys() & receiver.rooms.keys():
        approach(hub, user, receiver.nick, at)
    _know(user, receiver, wrote=True)
    if user.uid not in receiver.known:
        _know(receiver, user, wrote=False)


def approach(hub: Hub, user: User, whom: str, at: int) -> None:
    """Counts one more stranger that a user reaches. Raises Refused above the limit per minute."""
    most = hub.config.limits.strangers_per_minute
    if user.trusted or "o" in user.modes:
        return
    wait = user.openings.wait(most, STRANGERS_SECONDS, at)
    if wait:
        text = f"You are messaging too many new people: wait {seconds(wait)} s"
        raise Refused(ERR_TARGETTOOFAST, whom, text=text)
    user.openings.add(most, at)


def check_invitations(user: User, receiver: User, at: int) -> None:
    """Raises Refused where they are sent too many."""
    if user.trusted or "o" in user.modes:
        return
    sent = receiver.invitations
    wait = sent.wait(INVITATIONS, INVITATIONS_SECONDS, at) if sent is not None else 0
    if wait:
        text = f"This user was invited too often: wait {seconds(wait)} s"
        raise Refused(ERR_TARGETTOOFAST, receiver.nick, text=text)


def seconds(milliseconds: int) -> int:
    """Rounded up."""
    return -(-milliseconds // 1000)


def _know(user: User, other: User, *, wrote: bool) -> None:
    user.known[other.uid] = wrote
    if len(user.known) > KNOWN:
        del user.known[next(iter(user.known))]
