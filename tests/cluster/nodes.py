"""Nodes as processes, and what is in their files."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from gchat.core.history import Record
from gchat.journal.sqlite.rows import record
from gchat.journal.sqlite.schema import COLUMNS
from gchat.journal.sqlite.store import FILE
from tests.support.process import ServerProcess
from tests.support.valkey import Valkey

LEASE = 1.0  # seconds, so that tests need not wait for long
PATIENCE = 20.0
QUICK = {
    "accounts_iterations": 4096,
    "accounts_attempts": 0,
    "journal_replay": 0,
    "cluster_lease": LEASE,
    "cluster_patience": PATIENCE,
}


class ClusterNode(ServerProcess):
    """`python -m gchat --cluster URL --node NAME`. After `stop` or `die`, `start` goes on with the
    same folder.
    """

    def __init__(self, name: str, folder: Path, url: str, *flags: str, **settings: object) -> None:
        self.name = name
        self.folder = folder / name
        self._paused = False
        words = ("--data", str(self.folder), "--cluster", url, "--node", name)
        super().__init__(*words, *flags, **{**QUICK, **settings})

    def start(self) -> ClusterNode:
        super().start()
        return self

    def __enter__(self) -> ClusterNode:
        return self.start()

    @property
    def runs(self) -> bool:
        """Whether it was started, and not stopped; it may have ended by itself."""
        return self._process is not None

    def die(self) -> None:
        """SIGKILL."""
        self.resume()
        self.stop(signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """As a server's; one that is paused goes on first."""
        if self._process is None:
            return 0
        self.resume()
        return super().stop(number)

    def pause(self) -> None:
        """Stops it as it is; its connections stay."""
        self.process.send_signal(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """Lets it go on after `pause`."""
        if self._paused:
            self.process.send_signal(signal.SIGCONT)
        self._paused = False

    def archive(self) -> list[tuple[str, str]]:
        """(msgid, text) of all messages that it keeps, in its order."""
        return [(one.msgid, one.text) for one in self.lines() if one.kind == "PRIVMSG"]

    def lines(self) -> list[Record]:
        """Everything that it keeps, in its order."""
        with closing(sqlite3.connect(f"file:{self.folder / FILE}?mode=ro", uri=True)) as file:
            rows = file.execute(f"SELECT {COLUMNS} FROM entries ORDER BY id")
            runs = dict(file.execute("SELECT name, boot FROM runs").fetchall())
            return [record(row, runs) for row in rows.fetchall()]

    def checkpoint(self) -> list[bytes]:
        """The hub that it has saved, in pieces: when it was stopped, as it was then."""
        with closing(sqlite3.connect(self.folder / FILE)) as file:
            rows = file.execute("SELECT piece FROM checkpoint ORDER BY number").fetchall()
        return [piece for (piece,) in rows]


def status(valkey: Valkey, name: str) -> dict[str, Any]:
    """What a node last said of itself in the log's store; nothing where it has said nothing yet."""
    found = valkey.ask("HGET", "gchat:nodes", name)
    return dict(json.loads(found)) if found else {}
