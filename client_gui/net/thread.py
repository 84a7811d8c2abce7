"""The receive loop's thread: a daemon, so that nothing it waits for keeps the window open."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from client_gui.core.events import Closed, Emit, Unsent
from client_gui.core.login import Login
from client_gui.core.protocol import Command
from client_gui.net.address import Address
from client_gui.texts import _

log = logging.getLogger(__name__)

Work = Callable[[Address], Awaitable[None]]


class NetThread:
    """Runs a `Loop` on a daemon thread. Its methods may be called from any thread, from `start` on;
    `emit` is called on the daemon thread. trio is imported there: the window is drawn meanwhile.
    """

    def __init__(
        self,
        address: Address,
        emit: Emit,
        login: Callable[[], Login | None] | None = None,
        busy: Callable[[], bool] = lambda: False,
        proxy_password: Callable[[], str] | None = None,
    ) -> None:
        """`login` and `proxy_password` may take long: a keyring may ask the user for its own
        password first.
        """
        self._made_of = address, emit, login, busy, proxy_password
        self._emit = emit
        self._lock = threading.Lock()
        self._loop: Any = None  # the Loop, once it runs
        self._waiting: list[Callable[[Any], None]] = []  # what to do with it then
        self.done = threading.Event()  # set when the connection is closed for good
        self._thread = threading.Thread(target=self._run, name="gchat-net", daemon=True)

    def start(self) -> None:
        """Starts to connect."""
        self._thread.start()

    def do(self, command: Command, unsent: Unsent | None = None) -> None:
        """Carries out a command; `unsent` is told, in trio's thread, where it cannot be sent."""
        self._post(lambda connector: connector.do(command, unsent))

    def forget_room(self, name: str) -> None:
        """Does not join this room again after reconnecting."""
        self._post(lambda connector: connector.forget_room(name))

    def do_if_ready(self, command: Command) -> None:
        """Carries out what is of no use later, where there is a connection."""
        self._post(lambda connector: connector.do_if_ready(command))

    def change_nick(self, nick: str) -> None:
        """Takes another nickname, now or at the next connection."""
        self._post(lambda connector: connector.change_nick(nick))

    def log_in_as(self, login: Login) -> None:
        """Logs in so with the next connection."""
        self._post(lambda connector: setattr(connector, "login", login))

    def retry(self) -> None:
        """Connects now, without waiting out the pause."""
        self._post(lambda connector: connector.retry())

    def trust(self, fingerprint: str) -> None:
        """Takes the certificate with this fingerprint for the server's, and connects."""
        self._post(lambda connector: connector.trust(fingerprint))

    def aside(self, work: Work) -> None:
        """Does something beside the connection, which must not raise; it ends with us."""
        self._with_loop(lambda loop: loop.aside(work))

    def call(self, call: Callable[[], None]) -> None:
        """Calls this in trio's thread."""
        self._post(lambda connector: call())

    def quit(self, reason: str = "") -> None:
        """Does not wait: `done` is set at the end."""
        self._post(lambda connector: connector.quit(reason))

    def _post(self, call: Callable[[Any], None]) -> None:
        self._with_loop(lambda loop: loop.post(call))

    def _with_loop(self, act: Callable[[Any], None]) -> None:
        with self._lock:
            if self._loop is None:
                self._waiting.append(act)
                return
        act(self._loop)

    def _run(self) -> None:
        try:
            from client_gui.net.loop import Loop  # noqa: PLC0415 - takes its time

            loop = Loop(*self._made_of)

            def started() -> None:
                with self._lock:  # what comes next waits until these are handed over
                    self._loop = loop
                    for act in self._waiting:
                        act(loop)
                    self._waiting.clear()

            loop.run(started)
        except Exception:
            # without this the window would wait for ever for a loop that is not there any more
            log.exception("the receive loop failed")
            self._emit(
                Closed(_("Something went wrong inside gchat-client. Please start it again."))
            )
        finally:
            self.done.set()
