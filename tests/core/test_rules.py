"""Settings that decide what events do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gchat.core
from gchat.config import Config, LimitsConfig
from gchat.core.rules import RULES, differing, rules_of, with_rules


def names_read(source: str) -> Iterator[str]:
    """`section.name` of every setting that is read of a hub's `config` in a module, also through a
    variable: `limits = hub.config.limits`.
    """
    tree = ast.parse(source)
    sections: dict[str, str] = {}  # by the variable
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (section := section_of(node.value)):
            for target in node.targets:
                assert isinstance(target, ast.Name), ast.unparse(node)
                sections[target.id] = section
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if section := section_of(node.value):
            yield f"{section}.{node.attr}"
        elif isinstance(node.value, ast.Name) and node.value.id in sections:
            yield f"{sections[node.value.id]}.{node.attr}"


def section_of(node: ast.expr) -> str:
    """Of an expression like `hub.config.limits`; "" for any other."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(".config"):
        return node.attr
    return ""


def test_they_are_exactly_what_core_reads_of_the_hubs_settings() -> None:
    """One that is missing makes nodes differ; one too many refuses nodes for nothing."""
    folder = Path(gchat.core.__file__).parent
    found = {name for file in folder.rglob("*.py") for name in names_read(file.read_text())}
    assert found == set(RULES)
    assert list(RULES) == sorted(RULES)


def test_the_reader_of_sources_finds_what_there_is_to_find() -> None:
    source = "def f(hub):\n limits = hub.config.limits\n return limits.a, self.hub.config.server.b"
    assert set(names_read(source)) == {"limits.a", "server.b"}


def test_one_config_takes_over_the_rules_of_another() -> None:
    theirs = Config(limits=LimitsConfig(monitored=7, slow_mode="5:10"))
    mine = Config(limits=LimitsConfig(lines_burst=3))
    both = with_rules(mine, rules_of(theirs))
    assert rules_of(both) == rules_of(theirs)
    assert both.limits == replace(theirs.limits, lines_burst=3)
    assert differing(rules_of(mine), rules_of(theirs)) == ["limits.monitored", "limits.slow_mode"]


def test_what_only_one_of_two_versions_knows_is_passed_over() -> None:
    rules = rules_of(Config())
    newer = {**rules, "limits.of_tomorrow": 3}
    assert with_rules(Config(), newer) == Config()
    assert differing(rules, newer) == []
    del newer["limits.markers"]
    assert differing(rules, newer) == []
    assert with_rules(Config(limits=LimitsConfig(markers=5)), newer).limits.markers == 5
