"""The indexes, brought up to what is stored, and looked over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gchat.journal.sqlite.index import tables
from gchat.journal.sqlite.lookover import Lookover
from gchat.journal.sqlite.store import Store


def indexed(store: Store) -> Store:
    """The store, whose indexes have everything."""
    while not store.settle():
        pass
    while store.index.until < store.last:
        store.index.step(store.last)
    return store


def hits(store: Store, match: str) -> int:
    """How many lines the index finds, those included that are stored no more; the index itself is
    checked too.
    """
    count = 0
    for table in tables(store._writer):
        store._writer.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        sql = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
        count += store._writer.execute(sql, (match,)).fetchone()[0]
    return count


def wrong_places(path: Path) -> str:
    """What is wrong with the index of places of a file, "" for nothing."""
    with closing(sqlite3.connect(path)) as file:
        lookover, found = Lookover(file), ""
        while not (lookover.over or found):
            found = lookover.step()
    return found
