"""Bytes in, lines out, in bounded memory. Knows nothing of what a line means."""

from __future__ import annotations

# IRCv3 message-tags, "Size limit": 8191 bytes of tags (with "@" and the space behind them) before
# the 512 bytes of the message itself. No line of any dialect is longer.
MAX_TAGS_BYTES = 8191
MAX_BODY_BYTES = 512
MAX_LINE_BYTES = MAX_TAGS_BYTES + MAX_BODY_BYTES


class LineSplitter:
    """Cuts a byte stream into lines ended by LF or CRLF.

    `limit` is the longest line in bytes, its ending included. A longer one is told once, as
    `None`, when it passes the limit, and is then skipped up to its LF, so that memory is bounded by
    `limit` and one read, whatever the peer sends.
    """

    __slots__ = ("_rest", "_skipping", "limit")

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self.limit = limit
        self._rest = b""  # the line that has not ended yet
        self._skipping = False  # inside a line that was already told as too long

    def feed(self, data: bytes) -> list[bytes | None]:
        """The lines that `data` completes, without their endings; `None` for one over the limit."""
        if self._rest:
            data = self._rest + data
        pieces = data.split(b"\n")
        rest = pieces.pop()
        lines: list[bytes | None] = []
        for piece in pieces:
            if self._skipping:
                self._skipping = False
            elif len(piece) >= self.limit:
                lines.append(None)
            else:
                lines.append(piece[:-1] if piece[-1:] == b"\r" else piece)
        if self._skipping:
            rest = b""
        elif len(rest) >= self.limit:
            lines.append(None)
            self._skipping = True
            rest = b""
        self._rest = rest
        return lines

    @property
    def pending(self) -> bytes:
        """What came of the line that has not ended yet."""
        return self._rest
