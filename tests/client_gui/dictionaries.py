"""The system's dictionaries for tests, with words of the user's own in a folder of theirs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from client_gui.system.spelling import Dictionaries


@pytest.fixture
def dictionaries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """English and Vietnamese are there; the folder is where words are added."""
    folder = tmp_path / "enchant"
    folder.mkdir()
    monkeypatch.setenv("ENCHANT_CONFIG_DIR", str(folder))
    if not {"en_US", "vi_VN"} <= set(Dictionaries().known().available):
        if os.environ.get("CI") and sys.platform == "linux":  # scripts/set-up-tests has them
            pytest.fail("no Enchant, or no dictionary")
        pytest.skip("no Enchant, or no dictionary")
    return folder
