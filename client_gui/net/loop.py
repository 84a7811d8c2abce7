"""The receive loop as its thread runs it: trio, and a `Connector` in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from client_gui.core.events import Emit
from client_gui.core.login import Login
from client_gui.net.address import Address
from client_gui.net.connector import Connector


class Loop:
    """`login` and `proxy_password` may take long: a keyring may ask the user for its own password
    first. `post` and `aside` may be called from any thread, once `run` has called `started`.
    """

    def __init__(
        self,
        address: Address,
        emit: Emit,
        login: Callable[[], Login | None] | None,
        busy: Callable[[], bool],
        proxy_password: Callable[[], str] | None,
    ) -> None:
        self._connector = Connector(address, emit, busy=busy)
        self._login = login
        self._proxy_password = proxy_password
        self._token: trio.lowlevel.TrioToken | None = None
        self._nursery: trio.Nursery | None = None

    def run(self, started: Callable[[], None]) -> None:
        """Until the connection is closed for good."""
        trio.run(self._main, started)

    def post(self, call: Callable[[Connector], None]) -> None:
        """Has trio's thread call this soon; it does not where it has ended."""
        if self._token is None:
            return
        try:
            self._token.run_sync_soon(call, self._connector)
        except trio.RunFinishedError:
            pass  # it has quit already

    def aside(self, work: Callable[[Address], Awaitable[None]]) -> None:
        """Does something beside the connection, which must not raise; it ends with us."""

        def start(connector: Connector) -> None:
            if self._nursery is not None:
                self._nursery.start_soon(work, connector.address)

        self.post(start)

    async def _main(self, started: Callable[[], None]) -> None:
        self._token = trio.lowlevel.current_trio_token()
        connector = self._connector
        async with trio.open_nursery() as self._nursery:
            started()
            if self._proxy_password is not None:
                found = await trio.to_thread.run_sync(self._proxy_password, abandon_on_cancel=True)
                connector.use_proxy_password(found)
            if self._login is not None:
                connector.login = await trio.to_thread.run_sync(self._login, abandon_on_cancel=True)
            await connector.run()
            self._nursery.cancel_scope.cancel()
        self._nursery = None
