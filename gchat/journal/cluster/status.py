"""What the log and its nodes say of themselves, for people: `python -m gchat cluster status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gchat.config import Config
from gchat.journal.base import JournalError
from gchat.journal.cluster.checks import check, facts_of, words
from gchat.journal.cluster.connection import LogGone, LogRefused
from gchat.journal.cluster.log import StreamLog, order
from gchat.journal.cluster.upkeep import STATUS
from gchat.wire.log_address import log_address

SILENT_MS = 5000  # without a word, after which a node is not there


def status(config: Config) -> Iterator[str]:
    """Lines. Raises JournalError where the log does not answer, or is unfit."""
    settings = config.cluster
    stream = StreamLog(log_address(settings.log), settings.key, settings.copies)
    try:
        check(stream)
        yield from _log(stream)
        yield from _nodes(stream)
    except (LogGone, LogRefused) as error:
        raise JournalError(
            f"The shared log at {stream.address} does not answer: {words(error)}."
        ) from None
    finally:
        stream.close()


def _log(stream: StreamLog) -> Iterator[str]:
    facts = facts_of(stream)
    first, last = stream.ends()
    yield f"log      {stream.address}: {facts['name']} {facts['version']}, {facts['role']}"
    yield f"replicas {facts['replicas']}"
    yield f"entries  {first} to {last}, {stream.size() / 1e6:.1f} MB"


def _nodes(stream: StreamLog) -> Iterator[str]:
    now = stream.now_ms()
    _, last = stream.ends()
    for name, said in sorted(stream.table(STATUS).items()):
        found: dict[str, Any] = msgspec.json.decode(said)
        silent = now - found["at"]
        if silent > SILENT_MS:
            yield f"node {name}: silent for {silent / 1000:.0f} s"
            continue
        behind = (order(last)[0] - order(found["position"])[0]) / 1000
        digest = found["digest"][1] or "-"
        yield (
            f"node {name}: {found['trouble'] or 'takes part'}, number {found['number']}, "
            f"{found['users']} users, {found['events']} events, {max(0.0, behind):.1f} s behind, "
            f"stored to {found['stored']}, digest {digest} at {found['digest'][0]}, sees "
            f"{', '.join(found['members']) or 'nobody'}, level {found['level']}"
        )
