"""Results on disk: versioned JSON, and the comparison of two of them."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from gchat import __version__
from loadtest import system
from loadtest.outcome import Outcome
from loadtest.storage import Storage

FORMAT = "gchat-loadtest"
VERSION = 1
NOISE = 0.05  # a difference smaller than this is never called one


class BadResults(ValueError):
    """A file that is no result of ours; the text says why."""


def document(
    outcomes: list[Outcome],
    target: str,
    *,
    storage: Storage | None = None,
    interrupted: bool = False,
) -> dict[str, Any]:
    """Everything that is known about some rounds of a scenario. A run that was `interrupted` has
    fewer of them, or a last one that was not whole.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "target": target,
        "storage": storage.saved() if storage else None,
        "interrupted": interrupted,
        "machine": {
            "cpu": system.cpu_name(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
        },
        "versions": {
            "python": sys.version.split()[0],
            "gchat": __version__,
            **_packages("gevent", "hdrhistogram"),
        },
        "rounds": [asdict(outcome) for outcome in outcomes],
    }


def _packages(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def text(document: dict[str, Any]) -> str:
    """A document as it is saved."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def load(path: Path) -> list[Outcome]:
    """The rounds in a file. Raises BadResults."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadResults(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadResults(f"{path}: is not JSON") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadResults(f"{path}: is no result of this load test")
    if found.get("version") != VERSION:
        raise BadResults(f"{path}: has version {found.get('version')}; this is version {VERSION}")
    try:
        rounds = [Outcome(**one) for one in found["rounds"]]
    except (KeyError, TypeError) as error:
        raise BadResults(f"{path}: is damaged: {error}") from None
    if not rounds:
        raise BadResults(f"{path}: has no rounds that could be compared")
    return rounds


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two results: medians, the ratio second to first, and what that means."""

    name: str
    first: float
    second: float
    ratio: float
    verdict: str


def compare(first: list[Outcome], second: list[Outcome]) -> list[Difference]:
    """Compares figure by figure. They count as different if the medians differ by more than NOISE
    and the ranges of the rounds do not overlap. From a single round the noise is not known, and the
    verdict says so.
    """
    found = []
    for name in first[0].figures():
        a = [value for o in first if (value := o.figures().get(name)) is not None]
        b = [value for o in second if (value := o.figures().get(name)) is not None]
        if not a or not b:
            continue
        one, two = median(a), median(b)
        ratio = two / one if one else float("nan")
        found.append(Difference(name, one, two, ratio, _verdict(name, a, b, ratio)))
    return found


def _verdict(name: str, a: list[float], b: list[float], ratio: float) -> str:
    overlap = max(min(a), min(b)) <= min(max(a), max(b))
    if math.isnan(ratio) or abs(ratio - 1) <= NOISE or (len(a) > 1 and len(b) > 1 and overlap):
        return "the same, within noise"
    more_is_better = name.endswith("/s")
    word = "better" if (ratio > 1) is more_is_better else "worse"
    return word if len(a) > 1 and len(b) > 1 else f"{word}? (one round: noise not known)"
