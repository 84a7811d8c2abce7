"""What the plugin does."""

from __future__ import annotations

import os
from pathlib import Path

from supybot import callbacks, ircmsgs
from supybot.commands import wrap


class Answers(callbacks.Plugin):
    """Writes down what is said, and answers."""

    def doPrivmsg(self, irc: callbacks.NestedCommandsIrcProxy, msg: ircmsgs.IrcMsg) -> None:
        """Anything said in the room."""
        with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as file:
            file.write(f"{msg.nick} {msg.args[1]}\n")

    @wrap(["int"])
    def answer(
        self,
        irc: callbacks.NestedCommandsIrcProxy,
        msg: ircmsgs.IrcMsg,
        args: list[str],
        number: int,
    ) -> None:
        """<number>

        Answers with the number.
        """
        irc.reply(f"answer {number}", prefixNick=False)


Class = Answers
