"""Other servers, started for a run with configurations of ours that lift their limits."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from loadtest import system
from loadtest.crowd import CouldNotStart
from loadtest.interruption import Interruption
from loadtest.log_servers import free_port
from loadtest.nodes import NodesTarget
from loadtest.started import Started
from loadtest.storage import Storage
from loadtest.target import OwnTarget, Target

CONFIGURATIONS = Path(__file__).resolve().parent / "peers"
START_SECONDS = 20.0
GCHAT, GCHAT_MEMORY = "gchat", "gchat --memory"  # our own, as they are called in tables
SENDQ_BYTES = 100_000_000  # what may wait for one client, in every server that has a limit


@dataclass(frozen=True, slots=True)
class Peer:
    """A server: its program, its configuration file, and the commands that start it and print its
    version.

    PROGRAM, FILE, DIR and PORT in `command` are replaced.
    """

    name: str
    program: str
    configuration: str
    command: tuple[str, ...]
    version: tuple[str, ...]
    unprivileged: bool = False  # does not run as root
    as_root: tuple[str, ...] = ()  # further arguments, without which it does not run as root
    stores: bool = False  # on disk

    def find(self) -> str | None:
        """The program's path, where it is installed."""
        places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/games"))
        beside = Path(sys.executable).parent / self.program  # in our virtual environment
        return shutil.which(self.program, path=places) or (str(beside) if beside.exists() else None)


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "inspircd",
            "inspircd",
            "inspircd.conf",
            ("PROGRAM", "--runasroot", "--nofork", "--config", "FILE"),
            ("PROGRAM", "--version"),
        ),
        Peer(
            "ergo",
            "ergo",
            "ergo.yaml",
            ("PROGRAM", "run", "--conf", "FILE"),
            ("PROGRAM", "--version"),
        ),
        Peer(
            "ergo-sqlite",
            "ergo",
            "ergo.yaml",
            ("PROGRAM", "run", "--conf", "FILE"),
            ("PROGRAM", "--version"),
            stores=True,
        ),
        Peer(
            "ngircd",
            "ngircd",
            "ngircd.conf",
            ("PROGRAM", "--nodaemon", "--config", "FILE"),
            ("PROGRAM", "--version"),
        ),
        Peer(
            "ircd-hybrid",
            "ircd-hybrid",
            "ircd-hybrid.conf",
            ("PROGRAM", "-foreground", "-configfile", "FILE", "-pidfile", "DIR/pid"),
            ("PROGRAM", "-version"),
            unprivileged=True,
        ),
        Peer(
            "miniircd",
            "miniircd",
            "",
            ("PROGRAM", "--listen", "127.0.0.1", "--ports", "PORT"),
            ("PROGRAM", "--version"),
            as_root=("--setuid", "root"),
        ),
    )
}


class PeerTarget(Target):
    """A peer that was started for a run."""

    def __init__(self, peer: Peer, interruption: Interruption, parent: Path | None = None) -> None:
        """Starts it; its folder is made in `parent`, or where TMPDIR says. Raises CouldNotStart,
        OSError, Interrupted.
        """
        program = peer.find()
        if program is None:
            raise CouldNotStart(f"{peer.name} is not installed")
        user = _other_user(peer)
        self._interruption = interruption
        self._server = Started(interruption, parent)
        try:
            self._start(peer, program, user)
        except BaseException:
            self._server.stop()
            raise

    def _start(self, peer: Peer, program: str, user: int | None) -> None:
        folder, port = self._server.folder, free_port()
        file = self._configure(peer, port)
        words = {"PROGRAM": program, "FILE": str(file), "PORT": str(port)}
        command = [words.get(word, word.replace("DIR", str(folder))) for word in peer.command]
        command += peer.as_root if system.is_root() else ()
        with (folder / "output").open("wb") as log:
            self._server.start(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                user=user,
            )
        with self._interruption.waiting():
            self._wait_for(peer, port)
        super().__init__("127.0.0.1", port, self._server.pid)
        self.storage = Storage.at(folder.parent) if peer.stores else Storage()

    def stop(self) -> None:
        """Stops the server and removes its files."""
        self._server.stop()

    def _configure(self, peer: Peer, port: int) -> Path:
        file = self._server.folder / (peer.configuration or "none")
        text = ""
        if peer.configuration:
            text = (CONFIGURATIONS / peer.configuration).read_text(encoding="utf-8")
        values = {
            "@PORT@": str(port),
            "@DIR@": str(self._server.folder),
            "@STORES@": str(peer.stores).lower(),
            "@USER@": getpass.getuser(),
            "@SENDQ@": f"{SENDQ_BYTES // 1_000_000}M",
            "@SENDQ_BYTES@": str(SENDQ_BYTES),
        }
        for key, value in values.items():
            text = text.replace(key, value)
        file.write_text(text, encoding="utf-8")
        self._server.folder.chmod(0o755)
        other = _other_user(peer)
        if other is not None:
            shutil.chown(self._server.folder, other)
        return file

    def _wait_for(self, peer: Peer, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                ended = self._server.ended() is not None
                if ended or time.monotonic() > deadline:
                    said = (self._server.folder / "output").read_text("utf-8", "replace")[-500:]
                    raise CouldNotStart(f"{peer.name} does not start: {said.strip()}") from None
                time.sleep(0.05)
            else:
                return


def version(peer: Peer) -> str:
    """The first line of what the program says of its version."""
    program = peer.find()
    assert program is not None
    command = [program if word == "PROGRAM" else word for word in peer.version]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=START_SECONDS,
            user=_other_user(peer),
            **system.OWN_GROUP,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "version unknown"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else "version unknown"


def starters(
    names: list[str],
    interruption: Interruption,
    *,
    memory: bool,
    parent: Path | None,
    nodes: Sequence[int] = (),
    copies: Sequence[int] = (1,),
) -> dict[str, Callable[[], Target]]:
    """How to start gchat, with `memory` also one that keeps nothing, with `nodes` first several
    that are one, and the named peers.
    """
    gchat = partial(OwnTarget, interruption, parent=parent)
    found: dict[str, Callable[[], Target]] = {
        of_nodes(count, copy): partial(
            NodesTarget, interruption, nodes=count, copies=copy, parent=parent
        )
        for count in sorted(nodes, reverse=True)  # tables put those before beside those behind
        for copy in sorted(copies, reverse=True)
    }
    found[GCHAT] = gchat
    if memory:
        found[GCHAT_MEMORY] = partial(gchat, memory=True)
    for name in names:
        found[name] = partial(PeerTarget, PEERS[name], interruption, parent)
    return found


def of_nodes(nodes: int, copies: int) -> str:
    """What several nodes are called in tables."""
    return f"gchat --nodes {nodes}" + (f" --copies {copies}" if copies > 1 else "")


def _other_user(peer: Peer) -> int | None:
    """Somebody who is not root, where we are root and the server refuses to run as root."""
    if not peer.unprivileged or not system.is_root():
        return None
    found = system.user_id(("irc", "nobody"))
    if found is None:
        raise CouldNotStart("there is no user irc or nobody to run it as")
    return found
