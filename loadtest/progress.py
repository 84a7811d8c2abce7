"""The line in the terminal that shows how far a run is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from loadtest.interruption import Interruption

REFRESH_SECONDS = 0.5  # drawing takes milliseconds of a core that the measured server may need
_SHOW_CURSOR = b"\x1b[?25h"  # which the bar hides


@contextmanager
def progress(
    console: Console, interruption: Interruption, prefix: str = ""
) -> Iterator[Callable[[str, int, int], None]]:
    """Gives a function to be called with what is being done, how far it is and of how much."""
    if not console.is_terminal:
        yield lambda doing, done, of: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )

    def show_cursor() -> None:
        os.write(console.file.fileno(), _SHOW_CURSOR)

    interruption.at_once(show_cursor)
    try:
        with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
            yield _Teller(bar, prefix).tell
    finally:
        interruption.no_more(show_cursor)


class _Teller:
    """Draws only so often."""

    def __init__(self, bar: Progress, prefix: str) -> None:
        self._bar, self._prefix = bar, prefix
        self._task = bar.add_task("starting", total=None)
        self._doing, self._at = "", 0.0

    def tell(self, doing: str, done: int, of: int) -> None:
        """What is being done, how far it is and of how much."""
        now = time.monotonic()
        if doing == self._doing and now - self._at < REFRESH_SECONDS and done < of:
            return
        self._doing, self._at = doing, now
        text = self._prefix + doing
        self._bar.update(self._task, description=text, completed=done, total=of, refresh=True)
