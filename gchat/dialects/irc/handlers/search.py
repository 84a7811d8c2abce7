"""SEARCH, the extension soju.im/search of the bouncer soju:
https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md
"""

from __future__ import annotations

from gchat.core.history import Search, Unreadable
from gchat.core.records import restored
from gchat.dialects.bounds import HISTORY_PER_COMMAND
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.history import send_batch
from gchat.dialects.irc.render import parse_time
from gchat.dialects.search import MOST_WORDS, every_place, for_peer, place
from gchat.wire.message import Message, parse_tags

_KNOWN = frozenset({"in", "from", "text", "before", "after", "limit"})
_BATCH = "soju.im/search"


@command(
    "SEARCH",
    min_params=1,
    usage=("SEARCH attribute=value[;attribute=value ...]",),
    text=(
        "Searches earlier messages that you may read. The attributes are in (a room or "
        "nickname), from (a nickname), text (words), before and after (a time such as "
        "2025-01-31T12:00:00.000Z) and limit (at most 100). A space in a value is written \\s, "
        "unless the whole parameter begins with a colon."
    ),
    url="https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md",
)
def search(irc: IrcConnection, message: Message) -> None:
    """SEARCH with attributes written as tags are."""
    attributes = parse_tags(message.params[0])
    try:
        wanted = _wanted(irc, attributes)
        found = irc.peer.archive.search(wanted)
    except ValueError as error:
        irc.fail("SEARCH", "INVALID_PARAMS", text=str(error))
    except Unreadable:
        irc.fail("SEARCH", "INTERNAL_ERROR", text="Messages could not be searched")
    else:
        send_batch(irc, (_BATCH,), [restored(one) for one in for_peer(irc.peer, found)])


def _wanted(irc: IrcConnection, attributes: dict[str, str]) -> Search:
    """What to search for. May switch greenlets. Raises ValueError, Unreadable."""
    unknown = set(attributes) - _KNOWN
    if unknown:
        raise ValueError(f"Unknown attribute {min(unknown)}")
    words = tuple(attributes.get("text", "").split())
    if len(words) > MOST_WORDS:
        raise ValueError(f"At most {MOST_WORDS} words")
    limit = attributes.get("limit", str(HISTORY_PER_COMMAND))
    if not (limit.isascii() and limit.isdigit() and int(limit[:9]) > 0):
        raise ValueError("Invalid limit")
    target = attributes.get("in")
    if target is None:
        places = every_place(irc.peer)
    else:
        one = place(irc.peer, target)
        if one is None:
            raise ValueError(f"Messages of {target} cannot be searched")
        places = (one,)
    return Search(
        places,
        min(int(limit[:9]), HISTORY_PER_COMMAND),
        words=words,
        nick=attributes.get("from", ""),
        after=_time(attributes.get("after")),
        before=_time(attributes.get("before")),
    )


def _time(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return parse_time(text)
    except ValueError:
        raise ValueError("Invalid timestamp") from None
