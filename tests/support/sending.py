"""When what is shown is sent, as the journal is told."""

from __future__ import annotations


class FakeSending:
    """See `journal.base.Sending`."""

    def __init__(self) -> None:
        self.seconds = 0.0  # until what is shown would be sent
        self.held: list[bool] = []  # every change of it

    def sends_in(self) -> float:
        return self.seconds

    def hold(self) -> None:
        self.held.append(True)

    def release(self) -> None:
        self.held.append(False)
