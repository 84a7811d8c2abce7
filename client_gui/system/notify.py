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

            notifier = DesktopNotifierSync(app_name="gchat")
            while True:
                title, text = merged(self._queue)
                notifier.send(title=title, message=text)
                time.sleep(PAUSE_SECONDS)  # on a thread of its own
        except Exception as error:  # whatever this system's way of telling has to say
            log.warning("notifications cannot be shown: %s", error)


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
