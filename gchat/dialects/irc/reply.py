"""What one command answers, collected before it is sent."""

from __future__ import annotations

from gchat.wire.message import MessageError, encode, format_message

PIECE_LINES = 128  # at most 64 KiB: a long reply must not fill the outbox at once


class ReplyBuffer:
    """Handlers fill it, never a socket, so that whoever sends it sees the whole reply."""

    __slots__ = ("_lines", "_server")

    def __init__(self, server_name: str) -> None:
        self._server = server_name
        self._lines: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, command: str, *params: str, source: str | None = None) -> None:
        """One message, from the server unless `source` says otherwise.

        A parameter that the peer sent and that cannot stand in its place (it is empty, or has a
        space in it) is answered as "*".
        """
        try:
            line = format_message(command, *params, source=source or self._server)
        except MessageError:
            middle = ["*" if not p or " " in p or p[0] == ":" else p for p in params[:-1]]
            line = format_message(command, *middle, *params[-1:], source=source or self._server)
        self._lines.append(encode(line))

    def add_raw(self, line: bytes) -> None:
        """One line as it is, with its ending."""
        self._lines.append(line)

    def take(self) -> list[bytes]:
        """What was collected, in pieces of some PIECE_LINES lines, and empties the buffer."""
        lines, self._lines = self._lines, []
        return [
            b"".join(lines[start : start + PIECE_LINES])
            for start in range(0, len(lines), PIECE_LINES)
        ]
