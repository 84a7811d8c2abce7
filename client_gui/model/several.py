"""What is true of the rooms of several servers together. Each has its own model, and no model knows
another one.
"""

from __future__ import annotations

from collections.abc import Sequence

from client_gui.model.model import Model


def next_unread(models: Sequence[Model], shown: Model, step: int) -> tuple[Model, str]:
    """The server and key of the next (`step` 1) or previous (-1) room with unread messages, counted
    from the current room of `shown`; if there is none, of the next or previous room.
    """
    places = [(model, key) for model in models for key in model.rooms]
    at = next(
        number
        for number, (model, key) in enumerate(places)
        if model is shown and key == shown.current
    )
    around = [places[(at + step * number) % len(places)] for number in range(1, len(places) + 1)]
    return next(((model, key) for model, key in around if model.rooms[key].unread), around[0])
