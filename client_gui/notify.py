"""Desktop notifications, on a thread of their own: the system's answer is not waited for."""

from __future__ import annotations

import logging
import queue
import threading

log = logging.getLogger(__name__)

LENGTH = 200  # characters of a message that are shown


class Notifier:
    """Started with the first one. Where the system has none, that is logged once, and it stays
    silent.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def tell(self, title: str, text: str) -> None:
        """Shows it, sooner or later."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gchat-notify", daemon=True)
            self._thread.start()
        self._queue.put((title, text[:LENGTH]))

    def _run(self) -> None:
        try:
            from desktop_notifier.sync import DesktopNotifierSync  # noqa: PLC0415 - takes its time

            notifier = DesktopNotifierSync(app_name="gchat")
            while True:
                title, text = self._queue.get()
                notifier.send(title=title, message=text)
        except Exception as error:  # whatever this system's way of telling has to say
            log.warning("notifications cannot be shown: %s", error)
