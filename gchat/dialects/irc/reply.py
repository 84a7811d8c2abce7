"""What one command answers, collected before it is sent."""

from __future__ import annotations

from gchat.wire.message import MessageError, encode, escape_tag, format_message

PIECE_LINES = 128  # about 64 KiB: a long reply must not fill the outbox at once


_ENDINGS = dict.fromkeys(map(ord, "\r\n\0"), " ")


class ReplyBuffer:
    """Handlers add their replies here and send nothing, so the whole reply can be labeled."""

    __slots__ = ("_lines", "server")

    def __init__(self, server_name: str) -> None:
        self.server = server_name
        self._lines: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(
        self,
        command: str,
        *params: str,
        source: str | None = None,
        tags: str = "",
        text: bool = False,
    ) -> None:
        """One message, from the server unless `source` says otherwise ("": no source). `tags` as
        they are written; `text` as for `format_message`.

        A parameter that cannot be sent back as it came is replaced: by "*" if it is empty, has a
        space or begins with a colon; a character that would end the line becomes a space.
        """
        origin = self.server if source is None else source
        try:
            line = format_message(command, *params, source=origin, text=text)
        except MessageError:
            clean = [param.translate(_ENDINGS) for param in params]
            middle = ["*" if not p or " " in p or p[0] == ":" else p for p in clean[:-1]]
            line = format_message(command, *middle, *clean[-1:], source=origin, text=text)
        self._lines.append(encode(f"@{tags} {line}" if tags else line))

    def add_raw(self, lines: bytes) -> None:
        """Lines as they are, with their endings."""
        self._lines += lines.splitlines(keepends=True)

    def label(self, label: str, reference: str) -> None:
        """Makes it the answer to a labeled command: nothing is an ACK, one message has the label,
        more are in a batch. https://ircv3.net/specs/extensions/labeled-response
        """
        lines, self._lines = self._lines, []
        tag = f"label={escape_tag(label)}"
        if not lines:
            self.add("ACK", tags=tag)
        elif len(lines) == 1 or _is_one_batch(lines):
            self._lines = [_tagged(lines[0], tag), *lines[1:]]
        else:
            self.add("BATCH", f"+{reference}", "labeled-response", tags=tag)
            self._lines += [_within(line, reference) for line in lines]
            self.add("BATCH", f"-{reference}")

    def take(self) -> list[bytes]:
        """Empties the buffer; returns its lines in pieces of at most PIECE_LINES lines."""
        lines, self._lines = self._lines, []
        return [
            b"".join(lines[start : start + PIECE_LINES])
            for start in range(0, len(lines), PIECE_LINES)
        ]


def _tags(line: bytes) -> bytes:
    return line[1:].partition(b" ")[0] if line.startswith(b"@") else b""


def _tagged(line: bytes, tag: str) -> bytes:
    if line.startswith(b"@"):
        return b"@" + tag.encode() + b";" + line[1:]
    return b"@" + tag.encode() + b" " + line


def _within(line: bytes, reference: str) -> bytes:
    """The line, put in the batch `reference` unless it is in a batch already."""
    inside = any(tag.startswith(b"batch=") for tag in _tags(line).split(b";"))
    return line if inside else _tagged(line, f"batch={reference}")


def _is_one_batch(lines: list[bytes]) -> bool:
    """Whether the lines are exactly one batch: the first opens it and only the last ends it."""
    first = lines[0].split(b" ")
    at = 2 if first[0].startswith(b"@") else 1
    if len(first) <= at + 1 or first[at] != b"BATCH" or not first[at + 1].startswith(b"+"):
        return False
    end = b"BATCH -" + first[at + 1][1:]
    return lines[-1].rstrip().endswith(end) and sum(end in line for line in lines) == 1
