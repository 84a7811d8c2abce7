"""Every attack: its name, what it needs, and where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.hostile import floods
from tests.hostile.scene import Attack, Scene
from tests.hostile.worlds import World


def nothing(scene: Scene) -> Iterator[None]:
    """No attack, for comparison."""
    yield
    scene.wait()


@dataclass(frozen=True, slots=True)
class Row:
    """`measures`: what ordinary users do besides talking: history, login, arrival. `settings`:
    those that are not the default ones.
    """

    steps: Attack
    world: World = World.EMPTY
    measures: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What it is, in a sentence."""
        return " ".join((self.steps.__doc__ or "").split())


_ROWS = (
    Row(nothing),
    Row(floods.websocket_pings),
    Row(floods.websocket_pongs),
    Row(floods.websocket_continuations),
    Row(floods.websocket_texts),
    Row(floods.irc_lines),
    Row(floods.empty_lines),
    Row(floods.telnet),
    Row(floods.telnet_without_reading),
    Row(floods.endless_lines),
)
ATTACKS = {row.steps.__name__.replace("_", "-"): row for row in _ROWS}
