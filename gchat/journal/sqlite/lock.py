"""The lock of a data folder. In its file is noted what was stored last: if the file of messages has
less when it is opened, something was lost, which SQLite does not say.
"""

from __future__ import annotations

import os
from pathlib import Path

import portalocker

from gchat.journal.sqlite.schema import StoreError

LOCK = "journal.lock"
_DIGITS = 20


class Lock:
    """Held until it is closed. Raises StoreError where another server has it, or it cannot be
    written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written: {error.strerror}. Choose another --data folder, or "
                "--memory to keep nothing."
            ) from None
        try:
            portalocker.lock(self._file, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.LockException:
            os.close(self._file)
            raise StoreError(
                f"{folder} is in use by another server. Stop it, or choose another --data folder."
            ) from None

    def noted(self) -> int:
        """The id that was noted last; 0 where there is none that can be read."""
        try:
            os.lseek(self._file, 0, os.SEEK_SET)  # Windows has no pread
            text = os.read(self._file, _DIGITS)
        except OSError:
            return 0
        return int(text) if len(text) == _DIGITS and text.isdigit() else 0

    def note(self, last: int) -> None:
        """Notes the id of what is stored by now. Not synced: after a loss of power an older one may
        be read, never one of what was not stored.
        """
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, f"{last:0{_DIGITS}}".encode())
        except OSError:
            pass  # then less may be noted than there is, which says nothing wrong

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._file)
