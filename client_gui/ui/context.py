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
from client_gui.system.settings import Settings
from client_gui.ui.theme import Theme
from client_gui.ui.window import Window


class Context:
    """Lives in Tk's thread. `model` is that of the server that is shown, and another one when
    another server is; `window` and `theme` are replaced when a setting changes. So parts must not
    keep them. What belongs to a server is known by its model.
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

    def muted(self, model: Model) -> frozenset[str]:
        """The keys of a server's rooms that are muted."""
        raise NotImplementedError

    def mute(self, model: Model, key: str) -> None:
        """Mutes a room of a server, or unmutes it."""
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

    def show_server(self, model: Model, key: str = "") -> bool:
        """Shows the server of this model, and its room with this key ("" for the one where somebody
        was). False where the window is not at this server any more.
        """
        raise NotImplementedError

    def servers_changed(self) -> None:
        """There is one more or one less, or what is said of one has changed: draws them."""
        raise NotImplementedError

    def take(self, events: Sequence[NetEvent], model: Model | None = None) -> None:
        """What a receive loop tells, in order; to this model, or to the one that is shown."""
        raise NotImplementedError

    def welcome(self) -> None:
        """The first connection stands: the window is shown."""
        raise NotImplementedError

    def close(self, reason: str = "") -> None:
        """Ends everything."""
        raise NotImplementedError
