"""Bytes as text, and text within a number of bytes."""

from __future__ import annotations

ACTION = "\x01ACTION "  # begins a message that tells what somebody does; "\x01" ends it


def decode(data: bytes) -> str:
    """UTF-8; also CESU-8, in which some programs (Tcl's) write a character beyond the basic plane
    as two surrogates: https://www.unicode.org/reports/tr26/. Raises UnicodeDecodeError.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        halves = data.decode("utf-8", "surrogatepass")  # which fails for what is neither
        return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def truncate_utf8(data: bytes, limit: int) -> bytes:
    """At most `limit` bytes of `data`, never ending within a character."""
    if len(data) <= limit:
        return data
    end = limit
    while end > 0 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def cut(text: str, limit: int) -> str:
    """The text, or as much of its beginning as `limit` bytes of UTF-8 hold."""
    if len(text) * 4 <= limit:
        return text
    return truncate_utf8(text.encode("utf-8", "replace"), limit).decode()


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` bytes of UTF-8, cut at spaces where there are any.

    Nothing is lost: the pieces joined are the text again.
    """
    data = text.encode()
    if len(data) <= limit:
        return [text]
    pieces = []
    while len(data) > limit:
        piece = truncate_utf8(data, limit)
        space = piece.rfind(b" ")
        if space > limit // 2:
            piece = piece[: space + 1]
        pieces.append(piece.decode())
        data = data[len(piece) :]
    pieces.append(data.decode())
    return pieces
