"""Events as bytes and back: `["Said", {"uid": 4294967297, "target": "#dev", ...}]`.

JSON, so that people can read the log with valkey-cli. Fields that are missing take their default,
and those that are not known are passed over, so newer and older nodes understand each other; a
whole event that is not known stops the node, which would otherwise differ from the others from
there on.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from gchat.core.events import Event
from gchat.errors import GchatError

# Raise it when an event or a field is added that older nodes do not know. New ones are used only
# while `Nodes.level` has come to that of theirs.
LEVEL = 1

_DECODERS = {one.__name__: msgspec.json.Decoder(one) for one in get_args(Event)}
_ENVELOPE = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


class UnknownEvent(GchatError):
    """The log has an event that this version does not know, or something that is no event."""


def encode(event: Event) -> bytes:
    """The bytes of an event."""
    return _encode((type(event).__name__, event))


def decode(data: bytes) -> Event:
    """The event of the bytes. Raises UnknownEvent."""
    try:
        name, body = _ENVELOPE.decode(data)
        event: Event = _DECODERS[name].decode(body)
    except KeyError as error:
        raise UnknownEvent(f"the log has an event of an unknown kind: {error}") from None
    except (ValueError, msgspec.MsgspecError) as error:
        raise UnknownEvent(f"the log has something that is no event: {error}") from None
    return event
