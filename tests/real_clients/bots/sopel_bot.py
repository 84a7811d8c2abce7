"""A plugin for Sopel: writes down what is said, and answers. Runs in the bots' own virtual
environment.
"""

from __future__ import annotations

import os
from pathlib import Path

from sopel import bot, plugin, trigger


@plugin.rule(".*")
@plugin.thread(False)
def heard(bot: bot.SopelWrapper, said: trigger.Trigger) -> None:
    """Anything said in the room."""
    with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as file:
        file.write(f"{said.nick} {said.group(0)}\n")


@plugin.command("answer")
@plugin.thread(False)
def answer(bot: bot.SopelWrapper, said: trigger.Trigger) -> None:
    """!answer 3"""
    bot.say(f"answer {said.group(2)}")
