"""What the writer's thread does, for direct messages of 400 people: each batch, each step of an
index. Without waiting for the disk, which is another on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gchat.core.history import Batch, Record, conversation
from gchat.journal.sqlite import index, places
from gchat.journal.sqlite.store import Store
from tests.support.msgids import msgid

PEOPLE = 400
BATCH = 45  # lines; 6,000 messages/s are stored by so many at once
ROUNDS = 50
WORDS = "the quick brown fox jumps over lazy dog"
VIETNAMESE = "Đi ăn phở nhé, hôm nay thế nào rồi"


class Talk:
    """A store, and what people write to each other."""

    def __init__(self, folder: Path, text: str) -> None:
        self.store = Store(folder, "process")
        self._text = text
        self._count = 0
        self._random = random.Random(1)

    def batch(self, lines: int) -> Batch:
        return Batch(tuple(self._line() for _ in range(lines)))

    def _line(self) -> Record:
        self._count = at = self._count + 1
        one = self._random.randrange(PEOPLE)
        other = (one + 1) % PEOPLE
        place = conversation(f"boot-{one}", f"boot-{other}")
        nick = f"user{one}"
        source, text = f"{nick}!~u@127.0.0.1", f"{self._text} {at}"
        return Record(
            at, msgid(at), "PRIVMSG", place, one, nick, source, f"user{other}", text, boot="boot"
        )


@pytest.fixture(params=[WORDS, VIETNAMESE], ids=["ascii", "vietnamese"])
def talk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, request.param)
    yield talk
    talk.store.close()


def bench_batch(benchmark: BenchmarkFixture, talk: Talk) -> None:
    store = talk.store
    benchmark.pedantic(store.write, setup=lambda: ((talk.batch(BATCH),), {}), rounds=ROUNDS)  # type: ignore[no-untyped-call]
    assert store.last >= BATCH


@pytest.mark.parametrize(
    ("which", "lines"), [("index", index.STEP_LINES), ("places", places.STEP_LINES)]
)
def bench_step(benchmark: BenchmarkFixture, talk: Talk, which: str, lines: int) -> None:
    """Of `lines` lines, in the index of words or of places."""
    store = talk.store
    step: Callable[[int], None] = getattr(store, which).step

    def more() -> tuple[tuple[int], dict[str, object]]:
        store.write(talk.batch(lines))
        return (store.last,), {}

    benchmark.pedantic(step, setup=more, rounds=ROUNDS)  # type: ignore[no-untyped-call]
    assert getattr(store, which).until == store.last
