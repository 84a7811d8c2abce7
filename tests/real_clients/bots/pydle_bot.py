"""A pydle bot: writes down what is said, and answers. Runs in the bots' own virtual
environment.
"""

from __future__ import annotations

import os
from pathlib import Path

import pydle


class Bot(pydle.Client):
    """pydle's client, with what it can."""

    async def on_connect(self) -> None:
        """Joins the room."""
        await super().on_connect()
        await self.set_nickname(os.environ["NICK"])  # it was refused: pydle ends CAP too early
        await self.join(os.environ["ROOM"])

    async def on_channel_message(self, target: str, by: str, message: str) -> None:
        """Anything said in the room."""
        await super().on_channel_message(target, by, message)
        with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as file:
            file.write(f"{by} {message}\n")
        if message.startswith(os.environ["COMMAND"]):
            await self.message(target, f"answer {message.split()[1]}")


Bot(
    os.environ["NICK"],
    sasl_username=os.environ["NICK"],
    sasl_password=os.environ["PASSWORD"],
    sasl_identity=os.environ["NICK"],
).run("127.0.0.1", int(os.environ["PORT"]), tls=False)
