"""The messages of a SASL exchange as AUTHENTICATE carries them. Shared with the client.

https://ircv3.net/specs/extensions/sasl-3.1
"""

from __future__ import annotations

import base64
import binascii

from gchat.errors import WireError

CHUNK_BYTES = 400  # of base64 in one AUTHENTICATE
MECHANISM = "SCRAM-SHA-256"


class SaslError(WireError):
    """The exchange has failed; the text says why. The server does not send it, but the desktop
    client shows its own.
    """


def decode(chunks: str) -> bytes:
    """The message in all its chunks, joined, which are base64. Raises SaslError."""
    try:
        return base64.b64decode(chunks, validate=True)
    except (binascii.Error, ValueError):
        raise SaslError("not base64") from None


def encode(message: bytes) -> list[str]:
    """The parameters of AUTHENTICATE: chunks of 400 bytes, the last one shorter, "+" if empty."""
    text = base64.b64encode(message).decode()
    chunks = [text[at : at + CHUNK_BYTES] for at in range(0, len(text), CHUNK_BYTES)]
    if not chunks or len(chunks[-1]) == CHUNK_BYTES:
        chunks.append("+")
    return chunks
