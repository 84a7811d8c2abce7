"""What is public says what it is for, and what it raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


def trees(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text())


def promised(package: str) -> set[str]:
    """Methods of protocols: who implements one has nothing to add to what it says there."""
    found = set()
    for _, tree in trees(package):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases):
                found |= {one.name for one in node.body if isinstance(one, Function)}
    return found


def public(node: ast.Module | ast.ClassDef) -> Iterator[tuple[ast.ClassDef | Function, str]]:
    """Classes and functions with their whole names, but for setters and handlers of commands,
    whose decorator has their text.
    """
    for one in node.body:
        if not isinstance(one, ast.ClassDef | Function) or one.name.startswith("_"):
            continue
        decorators = " ".join(map(ast.unparse, one.decorator_list))
        if ".setter" in decorators or decorators.startswith("command("):
            continue
        yield one, one.name
        if isinstance(one, ast.ClassDef):
            yield from ((inner, f"{one.name}.{name}") for inner, name in public(one))


def raised(function: ast.AST) -> set[str]:
    """What it raises itself and does not catch in the same breath."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call | ast.Name):
            found.add(ast.unparse(node.exc).partition("(")[0])
        if isinstance(node, ast.ExceptHandler) and node.name:
            found.discard(node.name)
    caught = {
        name.strip("() ")
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and node.type
        for name in ast.unparse(node.type).split(",")
    }
    return {name for name in found - caught - {"NotImplementedError"} if name[:1].isupper()}


@pytest.mark.parametrize("package", ["gchat", "client_gui", "loadtest"])
def test_what_is_public_is_described(package: str) -> None:
    elsewhere = promised(package)
    missing = [
        f"{path}: {name}"
        for path, tree in trees(package)
        for node, name in public(tree)
        if not ast.get_docstring(node)
        and not ("." in name and name.rpartition(".")[2] in elsewhere)
    ]
    assert missing == []


@pytest.mark.parametrize("package", ["gchat", "client_gui", "loadtest"])
def test_what_is_raised_is_named(package: str) -> None:
    elsewhere = promised(package)
    silent = [
        f"{path}: {name} raises {', '.join(raised(node))}"
        for path, tree in trees(package)
        if path.parent.name != "transitions"  # each may raise Refused, as the package says
        for node, name in public(tree)
        if isinstance(node, Function)
        and raised(node)
        and "aise" not in (ast.get_docstring(node) or "")
        and not ("." in name and name.rpartition(".")[2] in elsewhere)
    ]
    assert silent == []
