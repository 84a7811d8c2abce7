"""Desktop notifications, on a thread of their own: the system's answer is not waited for."""

from __future__ import annotations

import logging
import queue
import threading
import time

from client_gui.texts import _

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0  # between two notifications; what comes meanwhile becomes one
LENGTH = 200  # characters of a message that are shown


class Notifier:
    """Its thread starts with the first notification. If the system cannot show any, that is logged
    once, and nothing more is shown.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def tell(self, title: str, text: str) -> None:
        """Shows a notification soon; if several wait, the newest and how many others there are."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gchat-notify", daemon=True)
            self._thread.start()
        if self._thread.is_alive():
            self._queue.put((title, text[:LENGTH]))

    def _run(self) -> None:
        try:
            from desktop_notifier.sync import DesktopNotifierSync  # noqa: PLC0415 - takes its time

            failures = _Failures()
            notifier = DesktopNotifierSync(app_name="gchat")
            while True:
                title, text = merged(self._queue)
                notifier.send(title=title, message=text)
                if failures.first:
                    raise OSError(failures.first)
                time.sleep(PAUSE_SECONDS)  # on a thread of its own
        except Exception as error:  # whatever this system's way of telling has to say
            log.warning("notifications cannot be shown: %s", " ".join(str(error).split()))


class _Failures(logging.Handler):
    """The library logs a failure, with its traceback, and goes on: each time. We say it once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""
        theirs = logging.getLogger("desktop_notifier")
        theirs.addHandler(self)
        theirs.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps why the first one failed."""
        error = record.exc_info[1] if record.exc_info else None
        self.first = self.first or str(error or record.getMessage()) or "unknown"


def merged(waiting: queue.SimpleQueue[tuple[str, str]]) -> tuple[str, str]:
    """What waits, in one: the newest, and how many there are besides."""
    title, text = waiting.get()
    others = 0
    while not waiting.empty():
        title, text = waiting.get()
        others += 1
    if others:
        text += "\n" + _("… and {count} more").format(count=others)
    # some desktops take what is between these for markup
    return title, text.replace("<", "‹").replace(">", "›")
