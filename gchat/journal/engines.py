"""The engines that there are. A new one is a module, and a row here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gchat.config import Config, ConfigError
from gchat.core.hub import Hub
from gchat.journal.base import Engine, Sending, Show
from gchat.journal.memory.engine import MemoryEngine
from gchat.journal.sqlite.engine import SqliteEngine


class MakeEngine(Protocol):
    """Makes one of the engines. `wall_ms`: milliseconds since 1970; `tick_ms`: those of a clock
    that never jumps; `boot`: different for each run of the server; `sending`: when what is shown
    is sent; `None` for at once. Raises JournalError.
    """

    def __call__(
        self,
        config: Config,
        hub: Hub,
        show: Show,
        wall_ms: Callable[[], int],
        boot: str,
        tick_ms: Callable[[], int] | None = None,
        sending: Sending | None = None,
    ) -> Engine: ...


ENGINES: dict[str, MakeEngine] = {"sqlite": SqliteEngine, "memory": MemoryEngine}


def engine_of(config: Config) -> MakeEngine:
    """The engine that the settings name. Raises ConfigError."""
    name = config.journal.engine
    if config.cluster.log:
        return _of_cluster(name)
    if name not in ENGINES:
        raise ConfigError(
            f"journal.engine: invalid value {name!r}; expected one of {', '.join(ENGINES)}"
        )
    return ENGINES[name]


def _of_cluster(name: str) -> MakeEngine:
    if name == "memory":
        raise ConfigError("A node of a cluster keeps messages on disk. Leave out --memory.")
    try:
        from gchat.journal.cluster.engine import ClusterEngine  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            f'A cluster needs the package {error.name}. Install it: pip install "valkey[libvalkey]"'
        ) from None
    return ClusterEngine
