"""The SQLite file: what is found in it, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gchat.core.history import Record
from gchat.journal.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def test_targets_of_one_millisecond_are_in_the_order_of_their_messages(store: Store) -> None:
    rooms = ("#c", "#a", "#b")
    store.write(
        [
            Record(5, f"{n}", "PRIVMSG", room, 1, "n", "n!u@h", room, "text")
            for n, room in enumerate(rooms)
        ]
    )
    assert [one.place for one in store.targets(sorted(rooms), "nobody", 0, 9, 10)] == [*rooms]
