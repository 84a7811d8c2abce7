"""The capabilities that the server offers, each with the specification it follows."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import reduce
from operator import or_


class Cap(enum.IntFlag):
    """A connection's enabled capabilities are one of these, or-ed."""

    NONE = 0
    ACCOUNT_NOTIFY = enum.auto()
    ACCOUNT_REGISTRATION = enum.auto()
    ACCOUNT_TAG = enum.auto()
    AWAY_NOTIFY = enum.auto()
    BATCH = enum.auto()
    CAP_NOTIFY = enum.auto()
    CHANNEL_RENAME = enum.auto()
    CHATHISTORY = enum.auto()
    CHGHOST = enum.auto()
    ECHO_MESSAGE = enum.auto()
    EVENT_PLAYBACK = enum.auto()
    EXTENDED_ISUPPORT = enum.auto()
    EXTENDED_JOIN = enum.auto()
    EXTENDED_MONITOR = enum.auto()
    INVITE_NOTIFY = enum.auto()
    LABELED_RESPONSE = enum.auto()
    MESSAGE_TAGS = enum.auto()
    METADATA = enum.auto()
    MULTILINE = enum.auto()
    MULTI_PREFIX = enum.auto()
    NO_IMPLICIT_NAMES = enum.auto()
    PRE_AWAY = enum.auto()
    READ_MARKER = enum.auto()
    REDACTION = enum.auto()
    SASL = enum.auto()
    SEARCH = enum.auto()
    SERVER_TIME = enum.auto()
    SETNAME = enum.auto()
    STANDARD_REPLIES = enum.auto()
    STS = enum.auto()
    USERHOST_IN_NAMES = enum.auto()
    ZNC_PLAYBACK = enum.auto()


@dataclass(frozen=True, slots=True)
class Capability:
    """A row of the table: its name in CAP LS, its flag, its specification, and whether it changes
    the bytes of what is broadcast.
    """

    name: str
    flag: Cap
    url: str
    broadcast: bool = False


_SPEC = "https://ircv3.net/specs/extensions/"
_SOJU = "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md"

CAPABILITIES = {
    row.name: row
    for row in (
        Capability("account-notify", Cap.ACCOUNT_NOTIFY, _SPEC + "account-notify", broadcast=True),
        Capability("account-tag", Cap.ACCOUNT_TAG, _SPEC + "account-tag", broadcast=True),
        Capability("away-notify", Cap.AWAY_NOTIFY, _SPEC + "away-notify", broadcast=True),
        Capability("batch", Cap.BATCH, _SPEC + "batch", broadcast=True),
        Capability("cap-notify", Cap.CAP_NOTIFY, _SPEC + "capability-negotiation#cap-notify"),
        Capability("chghost", Cap.CHGHOST, _SPEC + "chghost"),
        Capability(
            "draft/account-registration", Cap.ACCOUNT_REGISTRATION, _SPEC + "account-registration"
        ),
        Capability(
            "draft/channel-rename", Cap.CHANNEL_RENAME, _SPEC + "channel-rename", broadcast=True
        ),
        Capability("draft/chathistory", Cap.CHATHISTORY, _SPEC + "chathistory"),
        Capability("draft/event-playback", Cap.EVENT_PLAYBACK, _SPEC + "chathistory"),
        Capability("draft/extended-isupport", Cap.EXTENDED_ISUPPORT, _SPEC + "extended-isupport"),
        Capability(
            "draft/message-redaction", Cap.REDACTION, _SPEC + "message-redaction", broadcast=True
        ),
        Capability("draft/metadata-3", Cap.METADATA, _SPEC + "metadata"),
        Capability("draft/multiline", Cap.MULTILINE, _SPEC + "multiline", broadcast=True),
        Capability("draft/pre-away", Cap.PRE_AWAY, _SPEC + "pre-away"),
        Capability("draft/read-marker", Cap.READ_MARKER, _SPEC + "read-marker", broadcast=True),
        Capability("echo-message", Cap.ECHO_MESSAGE, _SPEC + "echo-message"),
        Capability("extended-join", Cap.EXTENDED_JOIN, _SPEC + "extended-join", broadcast=True),
        Capability(
            "extended-monitor", Cap.EXTENDED_MONITOR, _SPEC + "extended-monitor", broadcast=True
        ),
        Capability("invite-notify", Cap.INVITE_NOTIFY, _SPEC + "invite-notify", broadcast=True),
        Capability("labeled-response", Cap.LABELED_RESPONSE, _SPEC + "labeled-response"),
        Capability("message-tags", Cap.MESSAGE_TAGS, _SPEC + "message-tags", broadcast=True),
        Capability("multi-prefix", Cap.MULTI_PREFIX, _SPEC + "multi-prefix"),
        Capability("no-implicit-names", Cap.NO_IMPLICIT_NAMES, _SPEC + "no-implicit-names"),
        Capability("sasl", Cap.SASL, _SPEC + "sasl-3.2"),
        Capability("server-time", Cap.SERVER_TIME, _SPEC + "server-time", broadcast=True),
        Capability("setname", Cap.SETNAME, _SPEC + "setname", broadcast=True),
        Capability("soju.im/search", Cap.SEARCH, _SOJU),
        Capability("standard-replies", Cap.STANDARD_REPLIES, _SPEC + "standard-replies"),
        Capability("sts", Cap.STS, _SPEC + "sts"),
        Capability("userhost-in-names", Cap.USERHOST_IN_NAMES, _SPEC + "userhost-in-names"),
        Capability("znc.in/playback", Cap.ZNC_PLAYBACK, "https://wiki.znc.in/Playback"),
    )
}

# The capabilities that change the bytes of what is broadcast. Connections whose other capabilities
# differ share one encoded form.
BROADCAST_CAPS = reduce(or_, (row.flag for row in CAPABILITIES.values() if row.broadcast))
