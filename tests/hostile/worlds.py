"""The data folders on which the servers are started: what is in them before an attack."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path

from gchat.core.accounts import Account, ServerBan
from gchat.core.effects import Saved
from gchat.core.history import Batch, Record, conversation
from gchat.core.rooms import Room
from gchat.core.saved import saved_account, saved_ban, saved_room
from gchat.journal.sqlite.store import Store
from gchat.wire.sasl import Verifier
from tests.durability.million import fill, index
from tests.support.accounts import PASSWORD

MESSAGES = 200_000
NICKS = 100_000  # changes of nicknames in one room, and no message
NICKS_ROOM = "#nicks"
CONVERSATIONS = 5_000  # of one account
BANS = 10_000
ASKER = "asker"  # who has the conversations, and a cheap password
ORDINARY = "honest"  # who has a password as costly as those of new accounts
_CHEAP = 4096  # iterations


class World(Enum):
    """What there is."""

    EMPTY = "nothing but the accounts"
    BANNED = f"{BANS:,} server bans"
    LARGE = f"a journal of {MESSAGES:,} messages"


def make(world: World, folder: Path) -> None:
    """Fills a folder."""
    if world is World.LARGE:
        _fill_older(folder)
        fill(folder, MESSAGES)
        index(folder)
    store = Store(folder, "process")
    store.write(Batch(saved=(_account(ASKER, _CHEAP), _account(ORDINARY, 600_000))))
    if world is World.BANNED:
        bans = (f"*u{n}*@{n % 250}.{n // 250}.*.1" for n in range(BANS))
        saved = tuple(saved_ban(mask, ServerBan(mask, "attack", "root", 1)) for mask in bans)
        store.write(Batch(saved=saved))
    store.close()


def _account(name: str, iterations: int) -> Saved:
    return saved_account(Account(name, 1, str(Verifier.make(PASSWORD, iterations))))


def _fill_older(folder: Path) -> None:
    """A registered room in which people only ever changed their names, and conversations; all of
    it older than what `fill` writes.
    """
    at = int(time.time() * 1000) - MESSAGES - NICKS - CONVERSATIONS - 60_000
    records = [
        Record(at + n, f"{at + n:012x}0000", "NICK", NICKS_ROOM, 1, f"n{n}", f"n{n}!u@h", "", "")
        for n in range(NICKS)
    ]
    at += NICKS
    for n in range(CONVERSATIONS):
        where = conversation(f"@{ASKER}", f"@person{n}")
        source = f"p{n}!u@h"
        records.append(
            Record(at + n, f"{at + n:012x}0000", "PRIVMSG", where, 1, f"p{n}", source, ASKER, "hi")
        )
    names = (NICKS_ROOM, *(f"#room{n}" for n in range(100)))  # or their past would be deleted
    rooms = (Room(name, name, 1, lasting=True, place=name, founder=ASKER) for name in names)
    store = Store(folder, "process")
    store.write(Batch(tuple(records), saved=tuple(map(saved_room, rooms))))
    store.close()
