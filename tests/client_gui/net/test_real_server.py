"""The receive loop against the real server in another process."""

from __future__ import annotations

from collections.abc import Callable

import trio

from client_gui.core.events import (
    Joined,
    Kind,
    Latency,
    Members,
    NetEvent,
    NickRefused,
    Registered,
    Said,
)
from client_gui.net.address import Address
from client_gui.net.connector import Connector
from tests.support.clients import WAIT_SECONDS, PlainClient
from tests.support.process import ServerProcess


class Recorder:
    """Keeps events, and waits for one."""

    def __init__(self) -> None:
        self.events: list[NetEvent] = []
        self._told = trio.Event()

    def __call__(self, event: NetEvent) -> None:
        self.events.append(event)
        self._told.set()
        self._told = trio.Event()

    async def until(self, found: Callable[[NetEvent], bool]) -> NetEvent:
        with trio.fail_after(WAIT_SECONDS):
            while True:
                for event in self.events:
                    if found(event):
                        return event
                await self._told.wait()


def test_a_whole_conversation(server: ServerProcess) -> None:
    PlainClient(server.port, "Taken")
    duy = PlainClient(server.port, "Duy")

    async def main() -> None:
        recorder = Recorder()
        connector = Connector(Address("127.0.0.1", server.port, "Taken"), recorder)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connector.run)
            await recorder.until(lambda event: isinstance(event, NickRefused))
            connector.change_nick("Tuấn")
            await recorder.until(lambda event: event == Registered("Tuấn"))
            joined = await recorder.until(lambda event: isinstance(event, Joined))
            assert isinstance(joined, Joined)
            assert (joined.room, joined.nick, joined.own) == ("#lobby", "Tuấn", True)
            members = await recorder.until(lambda event: isinstance(event, Members))
            assert members == Members("#lobby", (("", "Taken"), ("", "Duy"), ("", "Tuấn")))
            await recorder.until(lambda event: isinstance(event, Latency))
            connector.do(lambda core: core.say("#lobby", "Chào!\nHello, Duy!"))
            receipt = await recorder.until(
                lambda event: isinstance(event, Said) and event.text == "Chào!\nHello, Duy!"
            )
            assert isinstance(receipt, Said)
            assert receipt.own
            assert receipt.kind is Kind.MESSAGE
            assert receipt.msgid
            assert receipt.at
            connector.quit("bye")

    trio.run(main)
    assert [duy.read_line() for _ in range(4)] == [
        "Tuấn has connected to the chat room",
        "Tuấn: Chào!",
        "Tuấn: Hello, Duy!",
        "Tuấn has left the chat room!",
    ]
