"""The file of settings with everything in it, commented: `python -m gchat config`."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby

from gchat.config.settings import settings

WIDTH = 100  # characters of a line

_HEAD = """\
All settings of gchat with their defaults. Usage: python -m gchat --config gchat.toml
Flags override environment variables, and those override this file. GCHAT_PORT sets server.port,
GCHAT_LIMITS_CONNECTIONS sets limits.connections. `kill -HUP` and REHASH reload this file without
disconnecting anybody; settings marked (restart) need a restart. `gchat check-config FILE` checks
the file.
"""
_OPERATORS = """
[operators]
# Server operators (OPER): a name, and the verifier of a password, from `gchat verifier`.
# admin = "SCRAM-SHA-256$600000:..."
"""


def document() -> str:
    """TOML."""
    lines = [f"# {line}" for line in _HEAD.splitlines()]
    for section, found in groupby(settings(), key=lambda pair: pair[0]):
        lines += ["", f"[{section}]"]
        for _, one in found:
            told, rule = one.metadata["help"], one.metadata["rule"]
            if rule.type in (int, float):
                told += f" From {rule.says.partition(' from ')[2]}."
            if not one.metadata["reload"]:
                told += " (restart)"
            lines += textwrap.wrap(told, WIDTH, initial_indent="# ", subsequent_indent="# ")
            lines.append(f"# {one.name} = {_toml(one.default)}")
    return "\n".join(lines) + "\n" + _OPERATORS


def _toml(value: object) -> str:
    """A value as TOML has it; its strings are JSON's."""
    return json.dumps(value)
