"""Lengths and numbers that are the same on every server. Lengths are in characters."""

from gchat import __version__
from gchat.wire.names import ROOM_LENGTH

__all__ = ["ROOM_LENGTH"]

VERSION = f"gchat-{__version__}"
TOPIC_LENGTH = 390
REASON_LENGTH = 390  # of AWAY, KICK, PART and QUIT
REALNAME_LENGTH = 150
TARGETS_PER_MESSAGE = 4
MODES_PER_COMMAND = 20
HISTORY_PER_COMMAND = 100  # lines, of CHATHISTORY and SEARCH
METADATA_BYTES = 300  # of a value
METADATA_SUBS = 100  # keys that a connection is told of
