"""What the client raises.

ClientError
├── ProtocolError     the server sends what is no IRC: the connection cannot go on
└── NotConnected      a command that needs a registered connection
"""

from __future__ import annotations


class ClientError(Exception):
    """Everything below."""


class ProtocolError(ClientError):
    """The text says what is wrong, for people."""


class NotConnected(ClientError):
    """What was asked has to wait until the server has welcomed the client."""
