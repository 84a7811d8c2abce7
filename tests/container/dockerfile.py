"""The instructions of a Dockerfile, and which files its context has."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """One of them: its name, its flags (`--from=build`) and the rest."""

    name: str
    flags: dict[str, str]
    rest: str

    def words(self) -> list[str]:
        """The rest, as a list: in JSON, or as a shell would split it."""
        if self.rest.startswith("["):
            found = json.loads(self.rest)
            assert isinstance(found, list)
            return found
        return shlex.split(self.rest)


def instructions(text: str) -> list[Instruction]:
    """All of them, in order."""
    found = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if not line.strip():
            continue
        name, _, rest = line.strip().partition(" ")
        flags = {}
        while rest.lstrip().startswith("--"):
            flag, _, rest = rest.lstrip()[2:].partition(" ")
            key, _, value = flag.partition("=")
            flags[key] = value
        found.append(Instruction(name.upper(), flags, rest.strip()))
    return found


def context(root: Path, ignored: str) -> list[Path]:
    """The files under a folder that are sent to be built, as its .dockerignore says: the last rule
    that matches holds. Rules name files and folders at the top, or are `**/NAME`.
    """
    rules = [line for line in ignored.splitlines() if line and not line.startswith("#")]
    found = []
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        kept = True
        for rule in rules:
            pattern = rule.removeprefix("!").removeprefix("**/")
            named = parts if rule.startswith("**/") else parts[:1]
            if any(fnmatch(part, pattern) for part in named):
                kept = rule.startswith("!")
        if kept and path.is_file():
            found.append(path)
    return found
