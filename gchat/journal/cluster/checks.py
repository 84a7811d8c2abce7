"""Whether what runs at the log's address can keep a log: said in one line, with what to do."""

from __future__ import annotations

import logging

from gchat.journal.base import JournalError
from gchat.journal.cluster.connection import LogGone, LogRefused, LogUntrusted
from gchat.journal.cluster.log import StreamLog, information_of

OLDEST = (7, 0)  # of Redis; Valkey says that it is one of 7.2
log = logging.getLogger(__name__)


def check(stream: StreamLog) -> None:
    """Raises JournalError where it cannot. Switches greenlets."""
    address = stream.address
    try:
        server = information_of(stream.ask(b"INFO", b"server"))
        memory = information_of(stream.ask(b"INFO", b"memory"))
        persistence = information_of(stream.ask(b"INFO", b"persistence"))
        replication = information_of(stream.ask(b"INFO", b"replication"))
        always = _setting(stream, b"appendfsync")
    except LogUntrusted as error:
        raise JournalError(
            f"The certificate of the shared log at {address} is not trusted: {words(error)}. Add "
            "its authority to those of this machine, or name its file in SSL_CERT_FILE."
        ) from None
    except LogGone as error:
        raise JournalError(
            f"The shared log at {address} does not answer: {words(error)}. Start it, or correct "
            "--cluster."
        ) from None
    except LogRefused as error:
        raise JournalError(
            f"The shared log at {address} does not let us in: {words(error)}. Give the user of "
            "--cluster what docs/cluster.md lists."
        ) from None
    version = tuple(map(int, server["redis_version"].split(".")[:2]))
    if version < OLDEST:
        raise JournalError(
            f"The shared log at {address} is Redis {server['redis_version']}. Install Valkey 8 or "
            "newer, or Redis 7."
        )
    if replication["role"] != "master":
        raise JournalError(
            f"The server at {address} is a replica. Give the address of its primary, or of "
            "Sentinels."
        )
    if persistence.get("aof_enabled") != "1":
        raise JournalError(
            f"The shared log at {address} forgets everything when it ends. Set appendonly yes and "
            "appendfsync always there."
        )
    if always not in ("", "always"):
        raise JournalError(
            f"The shared log at {address} may lose its last second (appendfsync {always}). Set "
            "appendfsync always there."
        )
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise JournalError(
            f"The shared log at {address} throws data away when its memory is full "
            f"(maxmemory-policy {policy}). Set maxmemory-policy noeviction there."
        )
    if stream.copies > 1 and not int(replication.get("connected_slaves", "0")):
        raise JournalError(
            f"The shared log at {address} has no replica, and cluster.copies is {stream.copies}. "
            "Start one, or set copies = 1."
        )


def words(error: Exception) -> str:
    """What it says, as the middle of a sentence."""
    return str(error).rstrip(". ")


def facts_of(stream: StreamLog) -> dict[str, str]:
    """What people want to know of the log's server: name, version, role, replicas. Switches
    greenlets; raises LogGone and LogRefused.
    """
    server = information_of(stream.ask(b"INFO", b"server"))
    replication = information_of(stream.ask(b"INFO", b"replication"))
    return {
        "name": server.get("server_name", "redis"),
        "version": server.get("valkey_version", server["redis_version"]),
        "role": replication["role"],
        "replicas": replication.get("connected_slaves", "0"),
    }


def _setting(stream: StreamLog, name: bytes) -> str:
    """A setting of the server's; "" where we may not ask."""
    try:
        found = stream.ask(b"CONFIG", b"GET", name)
    except LogRefused as error:
        log.info("whether the log is written at once is not known: %s", error)
        return ""
    return found[1].decode() if found else ""
