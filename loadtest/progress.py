"""The line in the terminal that shows how far a run is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

REFRESH_SECONDS = 0.5  # drawing takes milliseconds of a core that the measured server may need


@contextmanager
def progress(console: Console, prefix: str = "") -> Iterator[Callable[[str, int, int], None]]:
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
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        shown = ("", 0.0)

        def tell(doing: str, done: int, of: int) -> None:
            nonlocal shown
            now = time.monotonic()
            if doing == shown[0] and now - shown[1] < REFRESH_SECONDS and done < of:
                return
            shown = (doing, now)
            bar.update(task, description=prefix + doing, completed=done, total=of, refresh=True)

        yield tell
