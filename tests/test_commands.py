"""`python -m gchat verifier` and `check-config`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gchat.wire.sasl import Verifier


def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gchat", *words],
        input=typed,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_what_verifier_prints_is_a_verifier(tmp_path: Path) -> None:
    printed = run("verifier", typed="secret words\n").stdout.strip()
    assert Verifier.parse(printed).matches("secret words")
    assert run("verifier", typed="\n").returncode == 2


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        (f"[operators]\nadmin = '{Verifier.make('x', 4096)}'\n", 0, "is valid"),
        ("[operators]\nadmin = 'secret'\n", 2, "operators.admin: invalid value"),
        ("[server]\nlisten = 'x'\n", 2, "server.listen: invalid value 'x'"),
        ("[tls]\nself_signed = 1\n", 2, "tls.self_signed: invalid value 1; expected true or"),
    ],
)
def test_check_config(tmp_path: Path, text: str, status: int, says: str) -> None:
    path = tmp_path / "gchat.toml"
    path.write_text(text)
    done = run("check-config", str(path))
    assert done.returncode == status
    assert says in done.stdout + done.stderr
