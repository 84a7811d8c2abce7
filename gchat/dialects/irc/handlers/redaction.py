"""REDACT, https://ircv3.net/specs/extensions/message-redaction"""

from __future__ import annotations

from gchat.core.effects import Failure, Refused
from gchat.core.events import Redacted
from gchat.core.history import Record, Unreadable, participants
from gchat.dialects.bounds import REASON_BYTES
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.filehost import owner
from gchat.dialects.search import connected, is_own, place
from gchat.files.entry import linked
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import casefold, is_room
from gchat.wire.numerics import ERR_UNKNOWNCOMMAND
from gchat.wire.text import cut


@command(
    "REDACT",
    min_params=2,
    usage=("REDACT target msgid [reason]",),
    text=(
        "Deletes a message: your own for a limited time, or any message in a room where you are "
        "an operator. Request the capability draft/message-redaction first. "
        "Files that you have sent, and whose addresses are in the message, are deleted too; "
        "where an operator of the server deletes a message, so are those of others."
    ),
    url="https://ircv3.net/specs/extensions/message-redaction",
)
def redact(irc: IrcConnection, message: Message) -> None:
    """REDACT of one message that they may read."""
    if Cap.REDACTION not in irc.caps:
        raise Refused(ERR_UNKNOWNCOMMAND, message.command)
    target, msgid, *rest = message.params
    try:
        found = irc.peer.archive.find(msgid)
    except Unreadable:
        text = "The message could not be looked up"
        raise Failure("REDACT", "INTERNAL_ERROR", target, msgid, text=text) from None
    where = place(irc.peer, target)
    own = found is not None and is_own(irc.peer, found)
    # their own in another place: from before they logged in, to @#room, or to a person, who may
    # have left by now, with the name taken by somebody else: the id says which message it is
    elsewhere = found is not None and own and _is_to(found, target)
    if where is None and (is_room(target) or not elsewhere):
        text = f"You cannot delete messages from {target}"
        raise Failure("REDACT", "INVALID_TARGET", target, text=text)
    here = where is not None and found is not None and found.place == where[0]
    if found is None or not (elsewhere or (here and where is not None and found.at >= where[1])):
        text = "This message does not exist or is too old"
        raise Failure("REDACT", "UNKNOWN_MSGID", target, msgid, text=text)
    _check(irc, found, target, own=own)
    reason = cut(rest[0], REASON_BYTES) if rest else ""
    others: tuple[int, ...] = ()
    if not found.place.startswith("#"):
        target, others = found.target, connected(irc.peer, found.place)
    event = Redacted(irc.peer.uid, target, msgid, reason, own=own, place=found.place, others=others)
    done = irc.commit(event)
    if done and irc.node.files is not None:
        irc.node.files.take_back(linked(found.text), owner(irc))


def _is_to(found: Record, target: str) -> bool:
    """Whether they may mean this message of theirs by the target."""
    private = len(participants(found.place)) == 2 and not is_room(found.place)
    return (private and not is_room(target)) or casefold(found.target) == casefold(target)


def _check(irc: IrcConnection, found: Record, target: str, *, own: bool) -> None:
    """Raises Failure where they may not."""
    msgid = found.msgid
    if is_room(target) and irc.hub.room(target).is_op(irc.peer.uid):
        return
    if not own:
        text = "You are not authorised to delete this message"
        raise Failure("REDACT", "REDACT_FORBIDDEN", target, msgid, text=text)
    window = irc.config.limits.redact_seconds
    if irc.node.wall_ms() - found.at > window * 1000:
        text = "You can no longer delete this message"
        raise Failure("REDACT", "REDACT_WINDOW_EXPIRED", target, msgid, str(window), text=text)
