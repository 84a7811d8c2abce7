"""Every handler has a test beside it that names the paragraph of the standard it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gchat.dialects.irc import handlers
from gchat.dialects.irc.commands import COMMANDS

SOURCES = Path(handlers.__file__).parent
TESTS = Path(__file__).parent / "handlers"


def tests_of(module: str) -> Iterator[tuple[str, str]]:
    """Docstring and text of each test of a module."""
    text = (TESTS / f"test_{module}.py").read_text()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield ast.get_docstring(node) or "", ast.unparse(node)


def test_every_module_has_one_of_tests() -> None:
    sources = {path.stem for path in SOURCES.glob("[a-z]*.py")}
    assert sources == {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_test_that_names_its_paragraph(name: str) -> None:
    row = COMMANDS[name]
    module = row.handler.__module__.rpartition(".")[2]
    assert any(row.url in about and name in text for about, text in tests_of(module)), row.url
