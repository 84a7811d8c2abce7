"""The receive loop's thread: a daemon, so that nothing it waits for keeps the window open."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable

import trio

from client_gui.core.events import Closed, Unsent
from client_gui.core.login import Login
from client_gui.core.protocol import Command
from client_gui.net.connector import Connector, Emit
from client_gui.net.stream import Address
from client_gui.texts import _

log = logging.getLogger(__name__)

Work = Callable[[Address], Awaitable[None]]


class NetThread:
    """Runs a `Connector` on a daemon thread. Its methods may be called from any thread; `emit` is
    called on the daemon thread.
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
        self._busy = busy
        self._proxy_password = proxy_password
        self._address = address
        self._emit = emit
        self._login = login
        self._ready = threading.Event()
        self._token: trio.lowlevel.TrioToken | None = None
        self._connector: Connector | None = None
        self._nursery: trio.Nursery | None = None
        self.done = threading.Event()  # set when the connection is closed for good
        self._thread = threading.Thread(target=self._run, name="gchat-net", daemon=True)

    def start(self) -> None:
        """Starts to connect."""
        self._thread.start()
        self._ready.wait()

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

        def start(connector: Connector) -> None:
            if self._nursery is not None:
                self._nursery.start_soon(work, connector.address)

        self._post(start)

    def call(self, call: Callable[[], None]) -> None:
        """Calls this in trio's thread."""
        self._post(lambda connector: call())

    def quit(self, reason: str = "") -> None:
        """Does not wait: `done` is set at the end."""
        self._post(lambda connector: connector.quit(reason))

    def _post(self, call: Callable[[Connector], None]) -> None:
        if self._token is None or self._connector is None:
            return
        try:
            self._token.run_sync_soon(call, self._connector)
        except trio.RunFinishedError:
            pass  # it has quit already

    def _run(self) -> None:
        try:
            trio.run(self._main)
        except Exception:
            # without this the window would wait for ever for a loop that is not there any more
            log.exception("the receive loop failed")
            self._emit(
                Closed(_("Something went wrong inside gchat-client. Please start it again."))
            )
        finally:
            self.done.set()
            self._ready.set()

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        connector = self._connector = Connector(self._address, self._emit, busy=self._busy)
        async with trio.open_nursery() as self._nursery:
            self._ready.set()
            if self._proxy_password is not None:
                found = await trio.to_thread.run_sync(self._proxy_password, abandon_on_cancel=True)
                connector.use_proxy_password(found)
            if self._login is not None:
                connector.login = await trio.to_thread.run_sync(self._login, abandon_on_cancel=True)
            await connector.run()
            self._nursery.cancel_scope.cancel()
        self._nursery = None
