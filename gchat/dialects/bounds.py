"""Lengths and numbers that are the same on every server.

Lengths are in bytes of UTF-8, as the length of a line is. A text within its limit fits into one
line for every receiver, however long the names in that line (tests/dialects/irc/test_bounds.py).
"""

from gchat import __version__
from gchat.wire.names import ROOM_LENGTH

__all__ = ["ROOM_LENGTH"]

VERSION = f"gchat-{__version__}"
TOPIC_BYTES = 310
AWAY_BYTES = 310
REASON_BYTES = 240  # of KICK, KILL, PART, QUIT, REDACT and RENAME
KNOCK_BYTES = 180
REALNAME_BYTES = 115
TARGETS_PER_MESSAGE = 4
MODES_PER_COMMAND = 20
LIST_CONDITIONS = 10
HISTORY_PER_COMMAND = 100  # lines, of CHATHISTORY and SEARCH
METADATA_BYTES = 300  # of a value
METADATA_SUBS = 100  # keys that a connection may subscribe to
