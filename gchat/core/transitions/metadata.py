"""METADATA: https://ircv3.net/specs/extensions/metadata"""

from __future__ import annotations

from gchat.core.effects import ChangedMetadata, Effect, Failure
from gchat.core.events import Entry, MetadataSet
from gchat.core.hub import Hub
from gchat.core.rooms import Room
from gchat.core.saved import saved_account, saved_room
from gchat.core.transitions.people import strangers
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import is_room


def metadata_set(hub: Hub, entry: Entry, event: MetadataSet) -> tuple[Effect, ...]:
    """Of oneself, or by an operator of the room. Seen by the room's other members; for a person by
    those who share a room with them or MONITOR them.
    """
    user = hub.user(event.uid)
    owner: Room | User
    if is_room(event.target):
        owner = hub.room(event.target)
        name = owner.name
        if not owner.is_op(user.uid):
            text = "You cannot set keys of this room"
            raise Failure("METADATA", "KEY_NO_PERMISSION", name, event.key, text=text)
        seen = tuple(uid for uid in owner.members if uid != user.uid)
    else:
        owner, name = user, user.nick
        around = hub.neighbours(user)
        seen = (*around, *strangers(hub, user, around))
    _set(hub, owner.metadata, name, event)
    if isinstance(owner, Room):
        if owner.lasting:
            hub.saved.append(saved_room(owner))
    else:
        account = hub.account_of(user)
        if account is not None:
            account.metadata = dict(user.metadata)
            hub.saved.append(saved_account(account))
    return (
        ChangedMetadata(
            **user.doing(entry), uids=seen, target=name, key=event.key, value=event.value
        ),
    )


def _set(hub: Hub, found: dict[str, str], name: str, event: MetadataSet) -> None:
    if event.value is None:
        if event.key not in found:
            raise Failure("METADATA", "KEY_NOT_SET", name, event.key, text="The key is not set")
        del found[event.key]
        return
    if event.key not in found and len(found) >= hub.config.limits.metadata_keys:
        raise Failure("METADATA", "LIMIT_REACHED", name, text="There are too many keys")
    found[event.key] = event.value


TRANSITIONS.update(
    {
        MetadataSet: metadata_set,
    }
)
