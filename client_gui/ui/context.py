"""What the parts of the window share, and what they may ask of `App`, which makes them. They know
`App` only as this Context.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterable, Sequence

from client_gui.core.events import NetEvent
from client_gui.model.changes import Change
from client_gui.model.lines import Line
from client_gui.model.model import Model
from client_gui.system.settings import Server, Settings
from client_gui.ui.theme import Theme
from client_gui.ui.window import Window


class Context:
    """Lives in Tk's thread. `model`, `window` and `theme` are replaced when the server or a setting
    changes, so parts must not keep them.
    """

    root: tk.Tk
    settings: Settings
    model: Model
    window: Window
    theme: Theme
    welcomed: bool  # the main window is in use

    def save(self) -> None:
        """Keeps the settings for the next time."""
        raise NotImplementedError

    def show(self, changes: Iterable[Change]) -> None:
        """Draws what has changed."""
        raise NotImplementedError

    def opened(self) -> None:
        """There may be a conversation with somebody else."""
        raise NotImplementedError

    def show_notice(self) -> None:
        """What stands above the field: what is replied to, who else writes."""
        raise NotImplementedError

    def has_keyboard(self) -> bool:
        """Whether somebody is at this window."""
        raise NotImplementedError

    def typed(self) -> None:
        """Something was typed: it is kept soon."""
        raise NotImplementedError

    def reply_to(self, line: Line | None) -> None:
        """What is sent next replies to this message, or to none."""
        raise NotImplementedError

    def writes(self, active: bool) -> None:
        """Lets others know that we write, or have stopped."""
        raise NotImplementedError

    def arrive(self, server: Server) -> None:
        """The window is at this server from now on."""
        raise NotImplementedError

    def take(self, events: Sequence[NetEvent]) -> None:
        """What the receive loop tells, in order."""
        raise NotImplementedError

    def welcome(self) -> None:
        """The first connection stands: the window is shown."""
        raise NotImplementedError

    def close(self, reason: str = "") -> None:
        """Ends everything."""
        raise NotImplementedError
