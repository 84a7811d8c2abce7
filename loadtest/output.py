"""Standard output in whatever encoding it has, and wherever it goes: nothing that is printed ends
in a traceback.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys

# What is printed, where the encoding has no such letter.
PLAINER = {"µ": "u", "–": "-", "—": "-", "−": "-", "÷": "/", "×": "x", "…": ".", "→": ">"}
# Nobody reads it any more: `| head -1`, a terminal that was closed.
_NOBODY = (errno.EPIPE, errno.EIO)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAINER.get(letter, "?") for letter in letters), error.end


codecs.register_error("loadtest.plainer", _plainer)


class Output(io.TextIOWrapper):
    """Text that is written for as long as that is possible."""

    failed: OSError | None = None  # why it is not, where somebody wants to read it

    def write(self, text: str, /) -> int:
        """Writes what can be written; what cannot is dropped."""
        try:
            return super().write(text)
        except OSError as error:
            self._note(error)
            return len(text)

    def flush(self) -> None:
        """Sends what was written, if that is possible."""
        try:
            super().flush()
        except OSError as error:
            self._note(error)

    def _note(self, error: OSError) -> None:
        if error.errno not in _NOBODY:
            self.failed = error


def take_over() -> Output:
    """Puts an Output in the place of `sys.stdout`."""
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper):  # it was closed before we began
        found = Output(open(os.devnull, "wb"), encoding="utf-8")  # noqa: SIM115
    else:
        encoding, buffered = before.encoding, not before.line_buffering
        found = Output(
            before.detach(), encoding, errors="loadtest.plainer", line_buffering=not buffered
        )
    sys.stdout = found
    return found
