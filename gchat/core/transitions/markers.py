"""How far somebody has read: https://ircv3.net/specs/extensions/read-marker"""

from __future__ import annotations

from gchat.core.effects import Effect, MarkedRead
from gchat.core.events import Entry, MarkerSet
from gchat.core.hub import Hub
from gchat.core.saved import saved_marker
from gchat.core.transitions.registry import TRANSITIONS


def marker_set(hub: Hub, entry: Entry, event: MarkerSet) -> tuple[Effect, ...]:
    """A marker only moves forwards, and not into the future. If it moves, all users of the account
    see it, otherwise only the user who asks. A new marker over the limit replaces another one.
    """
    user = hub.user(event.uid)
    account, markers = hub.account_of(user), hub.markers_of(user)
    key = hub.identity(event.target)
    before = markers.get(key, 0)
    at = max(before, min(event.at, entry.at))
    uids: tuple[int, ...] = (user.uid,)
    if at > before:
        if key not in markers and len(markers) >= hub.config.limits.markers:
            oldest = next(iter(markers))
            del markers[oldest]
            if account:
                hub.saved.append(saved_marker(account.key, oldest, None))
        markers[key] = at
        if account:
            hub.saved.append(saved_marker(account.key, key, at))
            uids = tuple(account.uids)
    return (MarkedRead(**user.doing(entry), uids=uids, target=event.target, at=at),)


TRANSITIONS.update(
    {
        MarkerSet: marker_set,
    }
)
