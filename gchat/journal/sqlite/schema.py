"""The tables of the SQLite journal, and how each version becomes the next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gchat.journal.base import JournalError

COLUMNS_OF_1 = "at, msgid, kind, place, uid, nick, source, target, text, arg, tags"  # version 1
COLUMNS = f"{COLUMNS_OF_1}, account, boot"
SHORT_KINDS = {"PRIVMSG": "P", "NOTICE": "N"}  # as they are written since version 4
SPOKEN = "('P', 'N', 'TAGMSG', 'PRIVMSG', 'NOTICE')"  # kinds that may be taken back
MESSAGE = "kind IN ('P', 'N', 'PRIVMSG', 'NOTICE')"  # a condition: what is a message to everybody
TASK = "task"  # a kind of `state`: what the store itself has still to do
APPLICATION_ID = 0x67636861  # "gcha": tells our files from anybody else's
# What brings a file from version n (the index) to n + 1. Rows here are never changed, only added.
MIGRATIONS = (
    """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY,   -- in the order in which it was shown
        at INTEGER NOT NULL,      -- milliseconds since 1970, never less than that of the row before
        msgid TEXT NOT NULL,
        kind TEXT NOT NULL,
        place TEXT NOT NULL,
        uid INTEGER NOT NULL,
        nick TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        text TEXT NOT NULL,
        arg TEXT NOT NULL,
        tags TEXT NOT NULL        -- JSON, [] for none
    );
    CREATE INDEX entries_by_place ON entries (place, id);
    CREATE INDEX entries_by_nick ON entries (place, nick COLLATE NOCASE, id);
    CREATE INDEX entries_by_time ON entries (at, id);
    CREATE INDEX entries_by_msgid ON entries (msgid);
    CREATE TABLE participants (person TEXT, place TEXT, PRIMARY KEY (person, place)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE words USING fts5 (
        text, content = 'entries', content_rowid = 'id',
        tokenize = "unicode61 remove_diacritics 2"
    );
    """,
    """
    ALTER TABLE entries ADD COLUMN account TEXT NOT NULL DEFAULT '';
    ALTER TABLE entries ADD COLUMN boot TEXT NOT NULL DEFAULT '';  -- the run in which uid is meant
    CREATE TABLE state (       -- what the server knows now: rooms, accounts, what they have read
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,   -- JSON
        PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;
    """,
    # The index of words is filled behind the commits (indexer.py), by what core/words.py says.
    """
    DROP TABLE words;
    CREATE VIRTUAL TABLE words USING fts5 (
        text, content = '', columnsize = 0,
        tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M*'"
    );
    """,
    # Lines are found by the order of ids (order.py), and say nothing twice (rows.py).
    """
    DROP INDEX entries_by_time;
    DROP INDEX entries_by_msgid;
    CREATE TABLE runs (boot TEXT PRIMARY KEY, name TEXT NOT NULL);  -- short names of runs
    """,
    # The index of words is in tables of its own making (index.py), each for some thousand lines.
    """
    DROP TABLE IF EXISTS words;
    DELETE FROM state WHERE kind = 'task' AND key IN ('index', 'indexed', 'scrub');
    """,
    # Of a node of a cluster: the hub, from which it goes on to read the shared log.
    """
    CREATE TABLE checkpoint (number INTEGER PRIMARY KEY, piece BLOB NOT NULL);
    """,
    # Which lines a place has is in tables that are filled behind the commits (places.py).
    """
    DROP INDEX IF EXISTS entries_by_place;
    DROP INDEX IF EXISTS entries_by_nick;
    """,
)
VERSION = len(MIGRATIONS)


class StoreError(JournalError):
    """The file cannot be used."""


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError where the file is not ours, or newer than we are. Changes nothing."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise StoreError(f"{path} is not a gchat database. Choose another --data folder.")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer gchat (file version {version}, supported {VERSION}). "
            "Use the newer gchat, or choose another --data folder."
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the file to VERSION, one version at a time, each of them whole or not at all."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number in range(version, VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[number]} PRAGMA user_version = {number + 1}; "
            f"PRAGMA application_id = {APPLICATION_ID}; COMMIT;"
        )
    connection.execute("SELECT * FROM entries ORDER BY id DESC LIMIT 1").fetchone()
    for table in ("participants", "runs", "state", "checkpoint"):  # raises where there is none
        connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()  # noqa: S608
