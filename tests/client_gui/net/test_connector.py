"""The receive loop, with trio's mock clock over memory streams: nothing here really waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing

from client_gui.core.events import (
    Closed,
    CommandFailed,
    Connecting,
    Joined,
    Kind,
    Latency,
    NetEvent,
    NickChanged,
    NickRefused,
    Registered,
    Said,
    Unsent,
    Waiting,
)
from client_gui.core.protocol import Timeouts
from client_gui.net.address import Address
from client_gui.net.connector import (
    BACKOFF_MAX,
    QUIT_SECONDS,
    Connector,
)
from client_gui.net.vigil import SECONDS as VIGIL_SECONDS
from client_gui.net.vigil import Vigil

ADDRESS = Address("chat.example", 6667, "Tuan")
ServerEnd = trio.StapledStream[trio.testing.MemorySendStream, trio.testing.MemoryReceiveStream]


class World:
    """Plays the server, and moves the clock."""

    def __init__(self) -> None:
        self.clock = trio.testing.MockClock(autojump_threshold=0)
        self.events: list[NetEvent] = []
        self.connections: list[tuple[float, ServerEnd]] = []
        self.refuse: list[OSError] = []  # the next attempts fail so
        self._told = trio.Event()
        self.jitter = 0.0
        self.slept = 0.0  # seconds that only the clock on the wall has seen
        self.address = "192.0.2.1"  # ours, on the way to the server

    def emit(self, event: NetEvent) -> None:
        self.events.append(event)
        self._told.set()
        self._told = trio.Event()

    async def connect(self, address: Address) -> trio.abc.Stream:
        assert address == ADDRESS
        if self.refuse:
            raise self.refuse.pop(0)
        ours, theirs = trio.testing.memory_stream_pair()
        self.connections.append((trio.current_time(), theirs))
        self.emit(Connecting("accepted", 0))
        return ours

    def connector(self) -> Connector:
        vigil = Vigil(lambda: trio.current_time() + self.slept, lambda stream: self.route)
        return Connector(
            ADDRESS, self.emit, connect=self.connect, jitter=lambda: self.jitter, vigil=vigil
        )

    def route(self) -> str:
        return self.address

    async def until(self, kind: type[Any], count: int = 1) -> Any:
        """The `count`-th event of this kind."""
        while True:
            found = [event for event in self.events if isinstance(event, kind)]
            if len(found) >= count:
                return found[count - 1]
            await self._told.wait()

    async def accept(self, number: int = 1) -> ServerEnd:
        """The server's end of the `number`-th connection."""
        while len(self.connections) < number:
            await self._told.wait()
        return self.connections[number - 1][1]

    async def welcome(self, number: int = 1) -> ServerEnd:
        """Accepts and welcomes."""
        server = await self.accept(number)
        await read_until(server, b"USER gchat 0 * :Tuan\r\n")
        await server.send_all(b":srv 001 Tuan :Welcome\r\n")
        await read_until(server, b"PING keepalive\r\n")
        return server


async def read_until(server: ServerEnd, end: bytes) -> bytes:
    """What the client sends, up to `end`."""
    data = b""
    while not data.endswith(end):
        more = await server.receive_some()
        assert more, f"closed after {data!r}"
        data += more
    return data


def play(
    script: Callable[[Any, Connector], Awaitable[None]],
    *,
    jitter: float = 0.0,
    world: World | None = None,
) -> World:
    """Runs a script beside a connector, on a mock clock."""
    world = world or World()
    world.jitter = jitter

    async def main() -> None:
        connector = world.connector()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connector.run)
            await script(world, connector)
            nursery.cancel_scope.cancel()

    trio.run(main, clock=world.clock)
    return world


def test_a_conversation_in_pieces_of_any_size() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        assert await world.until(Registered) == Registered("Tuan")
        for byte in b":Duy!u@h PRIVMSG #lobby :Hello!\r\n":
            await server.send_all(bytes([byte]))
        assert (await world.until(Said)).text == "Hello!"
        connector.do(lambda core: core.say("#lobby", "Hi"))
        assert await read_until(server, b"Hi\r\n") == b"PRIVMSG #lobby :Hi\r\n"
        assert await world.until(Said, 2) == Said("#lobby", "Tuan", "Hi", Kind.MESSAGE, own=True)

    play(script)


def test_a_lost_connection_is_made_again_later_and_later() -> None:
    """1, 2, 4, … seconds, 60 at most; from the start again after a welcome."""

    async def script(world: World, connector: Connector) -> None:
        world.refuse = [ConnectionRefusedError()] * 8
        for count, seconds in enumerate([1, 2, 4, 8, 16, 32, 60, 60], 1):
            waiting = await world.until(Waiting, count)
            assert waiting.seconds == seconds
            assert waiting.reason.startswith("Nothing answers there.")
        server = await world.welcome()
        assert world.connections[0][0] == pytest.approx(1 + 2 + 4 + 8 + 16 + 32 + 60 + 60)
        await server.aclose()
        waiting = await world.until(Waiting, 9)
        assert waiting == Waiting("The server closed the connection.", 1)
        await world.welcome(2)
        await world.until(Registered, 2)

    play(script)


def test_jitter_shortens_the_wait_by_up_to_a_half() -> None:
    async def script(world: World, connector: Connector) -> None:
        world.refuse = [ConnectionRefusedError()] * 20
        assert (await world.until(Waiting)).seconds == 0.5
        assert (await world.until(Waiting, 20)).seconds == BACKOFF_MAX / 2

    play(script, jitter=1.0)


def test_waiting_can_be_cut_short() -> None:
    async def script(world: World, connector: Connector) -> None:
        world.refuse = [OSError(113, "No route to host")]
        assert (await world.until(Waiting)).reason == (
            "The server cannot be reached: No route to host."
        )
        connector.retry()
        await world.accept()
        assert world.connections[0][0] == 0

    play(script)


def test_keepalive_asks_a_silent_server_and_gives_up_on_a_dead_one() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        await server.send_all(b"PONG srv keepalive\r\n")
        assert (await world.until(Latency)).seconds == 0
        assert await read_until(server, b"\r\n") == b"PING keepalive\r\n"
        assert trio.current_time() == 30
        await server.send_all(b"PONG srv keepalive\r\n")
        assert await read_until(server, b"\r\n") == b"PING keepalive\r\n"
        assert trio.current_time() == 60
        assert (await world.until(Closed)).reason == "The server no longer answers."
        assert trio.current_time() == 80
        assert (await world.until(Waiting)).reason == "The server no longer answers."
        await world.welcome(2)

    play(script)


def test_a_server_that_never_welcomes_is_given_up() -> None:
    async def script(world: World, connector: Connector) -> None:
        await world.accept()
        assert (await world.until(Waiting)).reason == "The server did not answer in time."
        assert trio.current_time() == 30

    play(script)


def test_what_is_no_chat_server_is_said_so() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.accept()
        await server.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        assert (await world.until(Waiting)).reason == "That is not a chat server."

    play(script)


def test_a_refused_nickname_waits_for_another_and_does_not_hammer_the_server() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.accept()
        await server.send_all(b":srv 433 * Tuan :taken\r\n")
        assert await world.until(NickRefused) == NickRefused("Tuan", "taken")
        connector.change_nick("Duy")
        await read_until(server, b"NICK Duy\r\n")
        await server.send_all(b":srv 433 * Duy :taken\r\n")
        await world.until(NickRefused, 2)
        await server.aclose()
        await world.until(Closed)
        await trio.sleep(1000)
        assert len(world.connections) == 1
        connector.change_nick("Lan")
        server = await world.accept(2)
        await read_until(server, b"NICK Lan\r\nUSER gchat 0 * :Lan\r\n")

    play(script)


def test_after_a_lost_connection_our_own_ghost_may_hold_the_nickname() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        await server.aclose()
        server = await world.accept(2)
        await server.send_all(b":srv 433 * Tuan :taken\r\n")
        await read_until(server, b"NICK Tuan_\r\n")

    play(script)


@pytest.mark.parametrize("answers", [True, False])
def test_quit_says_goodbye_and_waits_a_moment(answers: bool) -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        started = trio.current_time()
        connector.quit("bye")
        assert await read_until(server, b"\r\n") == b"QUIT :bye\r\n"
        if answers:
            await server.send_all(b"ERROR :Closing Link\r\n")
            await server.aclose()
        await trio.testing.wait_all_tasks_blocked()
        if not answers:
            with trio.move_on_after(QUIT_SECONDS * 2):
                assert await server.receive_some() == b""
        assert trio.current_time() - started <= QUIT_SECONDS
        assert not any(isinstance(event, Waiting) for event in world.events)

    world = World()

    async def main() -> None:
        connector = world.connector()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connector.run)
            await script(world, connector)
        # the nursery ends by itself: run() has returned

    trio.run(main, clock=world.clock)


def test_quit_while_connecting_or_waiting_ends_at_once() -> None:
    async def main() -> None:
        async def never(address: Address) -> trio.abc.Stream:
            await trio.sleep_forever()
            raise AssertionError

        for connect in (never, world.connect):
            world.refuse = [ConnectionRefusedError()]
            connector = Connector(ADDRESS, world.emit, connect=connect, jitter=lambda: 0)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(connector.run)
                await trio.testing.wait_all_tasks_blocked(0)
                connector.quit()
        assert trio.current_time() < 1

    world = World()
    trio.run(main, clock=trio.testing.MockClock())


def test_a_command_without_a_connection_is_answered() -> None:
    async def script(world: World, connector: Connector) -> None:
        connector.do(lambda core: core.command("TOPIC", "#lobby", "x"))
        assert "not connected" in (await world.until(CommandFailed)).reason
        server = await world.accept()
        connector.do(lambda core: core.command("TOPIC", "#lobby", "x"))
        await world.until(CommandFailed, 2)
        connector.do(lambda core: core.say("#lobby", "x"), Unsent("#lobby", "x", Kind.MESSAGE))
        assert (await world.until(Unsent)).reason == "Not sent: not connected"
        await read_until(server, b"USER gchat 0 * :Tuan\r\n")
        await server.send_all(b":srv 001 Tuan :Welcome\r\n")
        await world.until(Registered)
        connector.do(lambda core: core.say("#a b", "x"))
        assert "only be the last" in (await world.until(CommandFailed, 3)).reason

    play(script)


def after(world: World, change: str) -> None:
    """What may end a connection without a word."""
    if change == "sleep":
        world.slept += 3600
    else:
        world.address = "198.51.100.7"


@pytest.mark.parametrize("change", ["sleep", "another network"])
def test_after_sleep_or_on_another_network_a_dead_connection_is_soon_found_out(
    change: str,
) -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        await server.send_all(b"PONG srv keepalive\r\n")
        await world.until(Latency)
        after(world, change)
        started = trio.current_time()
        await read_until(server, b"PING keepalive\r\n")
        assert trio.current_time() - started <= VIGIL_SECONDS
        await world.welcome(2)
        assert trio.current_time() - started <= VIGIL_SECONDS + Timeouts().probe + 1

    play(script)


def test_after_sleep_a_connection_that_lives_is_kept() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        await server.send_all(b"PONG srv keepalive\r\n")
        world.slept += 3600
        await read_until(server, b"PING keepalive\r\n")
        await server.send_all(b"PONG srv keepalive\r\n")
        await world.until(Latency, 2)
        await trio.sleep(VIGIL_SECONDS + Timeouts().probe + 1)
        assert len(world.connections) == 1

    play(script)


@pytest.mark.parametrize("change", ["sleep", "another network"])
def test_after_sleep_or_on_another_network_the_next_attempt_comes_at_once(change: str) -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        world.refuse = [OSError("no route")] * 7
        await server.aclose()
        await world.until(Waiting, 8)
        started = trio.current_time()
        after(world, change)
        await world.accept(2)
        assert trio.current_time() - started <= VIGIL_SECONDS

    play(script)


def test_the_rooms_that_one_is_in_are_entered_again_with_their_keys() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        connector.do(lambda core: core.command("JOIN", "#secret", "sesame"))
        for room in ("#lobby", "#secret", "#left", "#out", "#old"):
            await server.send_all(f":Tuan!u@h JOIN {room}\r\n".encode())
        await server.send_all(b":Tuan!u@h PART #left\r\n")
        await server.send_all(b":Duy!u@h KICK #out Tuan :enough\r\n")
        await server.send_all(b":Duy!u@h RENAME #old #new :better\r\n")
        await server.send_all(b":Duy!u@h PRIVMSG #lobby :done\r\n")
        await world.until(Joined, 5)
        await world.until(Said)
        connector.forget_room("#LOBBY")
        await server.aclose()
        server = await world.accept(2)
        await read_until(server, b"USER gchat 0 * :Tuan\r\n")
        await server.send_all(b":srv 001 Tuan :Welcome\r\n")
        sent = await read_until(server, b"PING keepalive\r\n")
        assert sent == b"JOIN #secret sesame\r\nJOIN #new\r\nPING keepalive\r\n"

    play(script)


def test_a_nickname_that_was_refused_later_is_not_asked_for_when_reconnecting() -> None:
    async def script(world: World, connector: Connector) -> None:
        server = await world.welcome()
        connector.change_nick("Duy")
        await read_until(server, b"NICK Duy\r\n")
        await server.send_all(b":srv 433 Tuan Duy :taken\r\n")
        connector.change_nick("Lan\nQUIT")
        assert "nickname cannot be used" in (await world.until(CommandFailed)).reason
        await server.aclose()
        server = await world.welcome(2)
        connector.change_nick("Lan")
        await read_until(server, b"NICK Lan\r\n")
        await server.send_all(b":Tuan!u@h NICK Lan\r\n")
        await world.until(NickChanged)
        await server.aclose()
        server = await world.accept(3)
        await read_until(server, b"NICK Lan\r\nUSER gchat 0 * :Lan\r\n")

    play(script)
