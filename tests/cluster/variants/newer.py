"""One that knows a level more, and writes a field more into each event."""

from __future__ import annotations

import sys

import msgspec

from gchat.core.events import Event
from gchat.journal.cluster import codec

codec.LEVEL += 1
_encode = codec.encode


def _with_more(event: Event) -> bytes:
    name, fields = msgspec.json.decode(_encode(event))
    return msgspec.json.encode([name, {**fields, "of_tomorrow": [1, {"deep": True}]}])


codec.encode = _with_more

if __name__ == "__main__":
    from gchat.__main__ import main

    sys.exit(main())
