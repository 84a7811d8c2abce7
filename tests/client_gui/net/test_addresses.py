"""A server with several addresses: they take turns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import trio
import trio.testing

from client_gui.core.events import Connecting, Registered, Waiting
from client_gui.net.address import Address
from client_gui.net.connector import Connector
from client_gui.net.stream import connect_to
from tests.client_gui.net.test_connector import ADDRESS, World, play

SEVERAL = replace(ADDRESS, host="a", others=(("b", 6667), ("c", 6667)))


class Several(World):
    """A server that is reached at `a`, `b` and `c`."""

    def connector(self) -> Connector:
        return Connector(SEVERAL, self.emit, connect=self.connect, jitter=lambda: self.jitter)

    async def connect(self, address: Address) -> trio.abc.Stream:
        return await super().connect(ADDRESS)

    @property
    def tried(self) -> list[str]:
        """The hosts that were connected to, in their order."""
        found = [one.host for one in self.events if isinstance(one, Connecting)]
        return [host for host in found if host != "accepted"]


Script = Callable[[Several, Connector], Awaitable[None]]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            b"ERROR :Closing Link: h (This server was cut off from the others. Connect again)\r\n",
            "This server was cut off from the others.",
        ),
        (b"ERROR :Closing Link: h (Its server was stopped)\r\n", "Its server was stopped"),
        (b"", "The server closed the connection."),
    ],
)
def test_where_one_ends_the_next_goes_on(said: bytes, reason: str) -> None:
    async def script(world: Several, connector: Connector) -> None:
        server = await world.welcome()
        if said:
            await server.send_all(said)
        await server.aclose()
        assert await world.until(Waiting) == Waiting(reason, 1, "b")
        await world.welcome(2)
        await world.until(Registered, 2)
        assert world.connections[1][0] - world.connections[0][0] == pytest.approx(1)
        assert world.tried == ["a", "b"]

    play(script, world=Several())


def test_one_that_lets_nobody_in_is_passed_over() -> None:
    async def script(world: Several, connector: Connector) -> None:
        text = b"ERROR :This server takes no part in its network at the moment. Connect again.\r\n"
        for number, host in ((1, "b"), (2, "c"), (3, "")):
            server = await world.accept(number)
            await server.send_all(text)
            told = await world.until(Waiting, number)
            assert told.reason == "This server takes no part in its network at the moment."
            assert told.elsewhere == host
        assert world.tried == ["a", "b", "c"]
        await world.welcome(4)

    play(script, world=Several())


def test_the_pause_grows_once_all_were_tried() -> None:
    async def script(world: Several, connector: Connector) -> None:
        world.refuse = [ConnectionRefusedError()] * 9
        for count, seconds in enumerate([1, 1, 1, 2, 2, 2, 4, 4, 4], 1):
            told = await world.until(Waiting, count)
            assert told.seconds == seconds
        await world.welcome()
        assert world.tried == [*"abcabcabc", "a"]

    play(script, world=Several())


class Names(trio.abc.HostnameResolver):
    """Knows one name, of several addresses."""

    def __init__(self, *hosts: str) -> None:
        self._hosts = hosts

    async def getaddrinfo(self, host: object, port: object, *more: object) -> Any:
        kind = trio.socket.SOCK_STREAM
        return [(trio.socket.AF_INET, kind, 6, "", (one, port)) for one in self._hosts]

    async def getnameinfo(self, sockaddr: object, flags: int) -> tuple[str, str]:
        raise NotImplementedError


async def _until_connected(again: int, *hosts: str) -> str:
    """Which of a name's addresses is connected to."""
    trio.socket.set_custom_hostname_resolver(Names(*hosts))
    listener = trio.socket.socket()
    other = trio.socket.socket()
    with listener, other:
        await listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        await other.bind(("127.0.0.2", port))
        listener.listen()
        other.listen()
        stream = await connect_to(replace(ADDRESS, host="chat.example", port=port, again=again))
        async with stream:
            assert isinstance(stream, trio.SocketStream)
            return str(stream.socket.getpeername()[0])


@pytest.mark.parametrize(
    ("again", "hosts", "connected"),
    [
        (0, ("127.0.0.1", "127.0.0.2"), "127.0.0.1"),
        (1, ("127.0.0.1", "127.0.0.2"), "127.0.0.2"),
        (2, ("127.0.0.1", "127.0.0.2"), "127.0.0.1"),
        (1, ("127.0.0.1", "127.0.0.3"), "127.0.0.1"),  # nobody answers at 127.0.0.3
        (1, ("127.0.0.2",), "127.0.0.2"),
    ],
)
def test_the_addresses_of_one_name_take_turns(
    again: int, hosts: tuple[str, ...], connected: str
) -> None:
    assert trio.run(_until_connected, again, *hosts) == connected
