"""The index of words, brought up to what is stored."""

from __future__ import annotations

from gchat.journal.sqlite.index import tables
from gchat.journal.sqlite.store import Store


def indexed(store: Store) -> Store:
    """The store, whose index has everything."""
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
