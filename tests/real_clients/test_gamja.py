"""The trial with gamja says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real_clients.gamja import main


def test_without_gamja(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "missing: main.js, components/composer.js" in capsys.readouterr().err
