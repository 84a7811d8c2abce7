"""An irc3 bot: writes down what is said, and answers. Runs in the bots' own virtual
environment.
"""

from __future__ import annotations

import os
from pathlib import Path

import irc3


@irc3.plugin
class Answers:
    """The plugin."""

    def __init__(self, bot: irc3.IrcBot) -> None:
        self.bot = bot

    @irc3.event(irc3.rfc.PRIVMSG)
    def heard(self, mask: str, event: str, target: str, data: str, **_: object) -> None:
        """Anything said in the room."""
        with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as file:
            file.write(f"{mask} {data}\n")
        if data.startswith(os.environ["COMMAND"]):
            self.bot.privmsg(target, f"answer {data.split()[1]}")


irc3.IrcBot(
    nick=os.environ["NICK"],
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    autojoins=[os.environ["ROOM"]],
    sasl_username=os.environ["NICK"],
    sasl_password=os.environ["PASSWORD"],
    includes=["irc3.plugins.core", __name__],
).run()
