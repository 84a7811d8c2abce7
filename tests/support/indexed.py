"""The index of words, brought up to what is stored."""

from __future__ import annotations

from gchat.journal.sqlite.store import Store


def indexed(store: Store) -> Store:
    """The store, whose index has everything."""
    while store.index.until < store.last:
        store.index.step(store.last)
    return store
