"""Where a scenario is played: the settings, the server, and what every scenario does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.bursts import Bursts
from loadtest.generator import Generator, Merged
from loadtest.interruption import Interruption
from loadtest.outcome import Used
from loadtest.plan import Plan
from loadtest.settings import Settings
from loadtest.target import Target

Show = Callable[[str, int, int], None]  # what is being done, how far, of how much


@dataclass(frozen=True, slots=True)
class Mark:
    """CPU seconds until a moment, of all and of each process."""

    cpu: float
    parts: dict[str, tuple[float, int]]


@dataclass(slots=True)
class Stage:
    """Everything that a scenario needs."""

    settings: Settings
    target: Target
    show: Show
    interruption: Interruption

    def generator(self, plan: Plan, *, echo: bool = True) -> Generator:
        """The generator's processes for a plan."""
        settings = self.settings
        return Generator(
            self.target.addresses,
            plan,
            self.interruption,
            processes=settings.processes,
            plain=settings.plain,
            beneath=settings.beneath,
            echo=echo,
            size=settings.size,
            progress=lambda done: self.show(self.doing, done, self.of),
        )

    doing: str = ""
    of: int = 0

    def begin(self, doing: str, of: int) -> None:
        """What the progress is about from here on."""
        self.doing, self.of = doing, of
        self.show(doing, 0, of)

    def load(
        self,
        generator: Generator,
        *,
        churn: tuple[int, ...] = (),
        bursts: Bursts | None = None,
        settings: Settings | None = None,
        watch: Callable[[float], None] | None = None,
    ) -> tuple[Merged, Used]:
        """One load, or one for each of the bursts, and what the server used for it. `watch`: see
        Generator.load.
        """
        settings = settings or self.settings
        count = settings.count * (bursts.count if bursts else 1)
        self.begin("loading", count * generator.plan.audience)
        mark = self.mark()
        merged = generator.load(
            count=count,
            rate=settings.rate,
            usage=self.target.usage,
            arrivals=settings.arrivals,
            churn=churn,
            churn_rate=settings.churn_rate if churn else 0.0,
            bursts=bursts,
            watch=watch,
        )
        return merged, self.used(mark)

    def mark(self) -> Mark:
        """What the server has used so far."""
        return Mark(self.target.usage()[0], self.target.parts())

    def used(self, since: Mark) -> Used:
        """What it has used since then."""
        cpu, memory = self.target.usage()
        parts = {
            name: (now[0] - since.parts.get(name, (0.0, 0))[0], now[1])
            for name, now in self.target.parts().items()
        }
        return Used(cpu - since.cpu, memory, self.target.known, parts)

    def enter(self, generator: Generator, clients: range, *, join: bool = True) -> None:
        """Logs in and joins, with progress."""
        self.begin("logging in", len(clients))
        generator.enter(clients, join=join)
