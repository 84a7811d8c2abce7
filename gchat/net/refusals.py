"""What a connection is sent before it is closed, if it is refused."""

from __future__ import annotations

from gchat.wire.sniff import Spoken

# RFC 8446, section 6: a fatal handshake_failure alert, in the record version every client takes.
_TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x28"

_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

# By what the peer speaks, if that is not accepted at this address.
ANSWERS = {
    Spoken.HTTP_OTHER: _FORBIDDEN,
    Spoken.TLS: _TLS_ALERT,
    Spoken.HTTP_GET: _FORBIDDEN,
    Spoken.IRC: b"ERROR :IRC is not accepted at this address\r\n",
    Spoken.PLAIN: b"Plain text is not accepted at this address.\n",
}
TLS_ONLY = {
    **ANSWERS,
    Spoken.IRC: b"ERROR :This address requires TLS\r\n",
    Spoken.PLAIN: b"This address requires TLS.\n",
}
NO_PROXY = b"ERROR :The proxy did not send a valid PROXY header\r\n"
TOO_MANY_OF_YOURS = b"ERROR :Too many connections from your address\r\n"
TOO_FAST = b"ERROR :Too many new connections from your address. Try again later.\r\n"
TOO_MANY_REQUESTS = "Too many requests from your address. Try again later."
TOO_MANY = b"ERROR :The server is full. Try again later.\r\n"
NOT_NOW = b"ERROR :This server takes no part in its network at the moment. Connect again.\r\n"
