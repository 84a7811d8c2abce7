"""`gchat config`: the file with every setting."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gchat.__main__ import main
from gchat.config import Config, load
from gchat.config.document import WIDTH, document
from gchat.config.settings import settings
from tests.config.values import bounds

SECTIONS = (
    *("server", "journal", "cluster", "tls", "accounts", "hooks"),
    *("limits", "files", "times", "operators"),
)


def test_it_has_every_setting_with_its_default_and_help() -> None:
    text = document()
    assert tomllib.loads(text) == {section: {} for section in SECTIONS}
    words = " ".join(text.replace("\n# ", " ").split())
    for _, field in settings():
        assert field.metadata["help"] in words
        low, high = bounds(field) or ("", "")
        assert not low or f"From {low:g} to {high:g}." in words or f"From {low} to {high}." in words
    assert max(map(len, text.splitlines())) <= WIDTH


def test_uncommented_it_is_the_defaults(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") if " = " in line and "admin" not in line else line
        for line in document().splitlines()
    ]
    file = tmp_path / "gchat.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    assert sum(map(len, tables.values())) == len(list(settings()))
    assert load(file, {}) == Config()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert capsys.readouterr().out == document()
