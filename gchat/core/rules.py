"""Settings that decide what events do: in a cluster all nodes have the same."""

from __future__ import annotations

from dataclasses import replace

from gchat.config import Config

RuleSet = dict[str, int | str]

# Whatever `core/` reads of `hub.config`; tests/core/test_rules.py compares this with the source.
RULES = (
    "accounts.certificates",
    "hooks.per_account",
    "hooks.per_room",
    "limits.bans_per_room",
    "limits.connections_per_person",
    "limits.list_bytes",
    "limits.markers",
    "limits.metadata_keys",
    "limits.monitored",
    "limits.rooms_per_account",
    "limits.rooms_per_user",
    "limits.server_bans",
    "limits.slow_mode",
    "limits.strangers_per_minute",
    "server.lobby",
)


def rules_of(config: Config) -> RuleSet:
    """The values of RULES, by their names."""
    found: RuleSet = {}
    for name in RULES:
        section, _, setting = name.partition(".")
        found[name] = getattr(getattr(config, section), setting)
    return found


def with_rules(config: Config, rules: RuleSet) -> Config:
    """The settings with these values instead; names that are not in RULES are passed over."""
    for name in RULES:
        if name in rules:
            section, _, setting = name.partition(".")
            table = replace(getattr(config, section), **{setting: rules[name]})
            config = replace(config, **{section: table})
    return config


def differing(one: RuleSet, other: RuleSet) -> list[str]:
    """The names of settings that both have, with another value."""
    return [name for name in RULES if name in one and name in other and one[name] != other[name]]
