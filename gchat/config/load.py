"""Where settings come from: defaults, the file, the environment, flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from gchat.config.rules import VERIFIER, Rule, convert, is_verifier
from gchat.config.settings import OPERATORS, Config, ConfigError, section_names

ENV_PREFIX = "GCHAT_"
# Flags that are called otherwise than their settings.
FLAGS = {
    "cluster.log": "--cluster",
    "journal.engine": "--memory",
    "tls.certificate": "--tls-cert",
    "tls.key": "--tls-key",
    "tls.self_signed": "--tls-self-signed",
}
BYTE_ORDER_MARK = "\ufeff"  # some editors on Windows begin every file with it


def load(
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
    ignored: list[str] | None = None,
) -> Config:
    """The settings: defaults, overridden by the file, then the environment, then the flags, whose
    keys are like "server.host" (`None`: flag not given). For each environment variable that is not
    a setting, a sentence for the log is added to `ignored`. Raises ConfigError.
    """
    config = Config()
    if path is not None:
        config = _from_file(config, path)
    config = _from_environment(
        config,
        os.environ if environment is None else environment,
        [] if ignored is None else ignored,
    )
    for key, value in (flags or {}).items():
        if value is not None:
            section, _, name = key.partition(".")
            flag = FLAGS.get(key, "--" + name.replace("_", "-"))
            config = _with(config, section, name, value, flag)
    return config


def _from_file(config: Config, path: Path) -> Config:
    try:
        tables = tomllib.loads(path.read_text("utf-8").removeprefix(BYTE_ORDER_MARK))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None
    for section, table in tables.items():
        if section == OPERATORS and isinstance(table, dict):
            config = replace(config, operators=_operators(table, f"{path}: {OPERATORS}"))
            continue
        if section not in section_names() or not isinstance(table, dict):
            allowed = ", ".join(f"[{name}]" for name in (*section_names(), OPERATORS))
            raise ConfigError(f"{path}: {section}: unknown table; allowed are {allowed}")
        for key, value in table.items():
            config = _with(config, section, key, value, f"{path}: {section}.{key}")
    return config


def _operators(table: Mapping[str, Any], source: str) -> dict[str, str]:
    for name, value in table.items():
        if not isinstance(value, str) or not is_verifier(value):
            raise ConfigError(f"{source}.{name}: invalid value; expected {VERIFIER}")
    return dict(table)


def _from_environment(config: Config, environment: Mapping[str, str], ignored: list[str]) -> Config:
    """GCHAT_PORT for server.port, GCHAT_LIMITS_CONNECTIONS for limits.connections. Variables that
    are not settings are reported in `ignored`, not refused: for a service that is called gchat,
    Kubernetes sets GCHAT_SERVICE_HOST and the like, and GCHAT_PORT to a URL.
    """
    for variable, text in environment.items():
        if not variable.startswith(ENV_PREFIX):
            continue
        section, key = "server", variable.removeprefix(ENV_PREFIX).lower()
        for name in section_names():
            if key.startswith(f"{name}_"):
                section, key = name, key.removeprefix(f"{name}_")
        if key not in {item.name for item in fields(getattr(config, section))}:
            ignored.append(f"ignoring environment variable {variable}: not a setting of gchat")
        elif (section, key) == ("server", "port") and "://" in text:
            ignored.append(f"ignoring environment variable {variable}={text}: not a port")
        else:
            config = _with(config, section, key, text, f"environment: {variable}")
    return config


def _with(config: Config, section: str, key: str, value: Any, source: str) -> Config:
    table = getattr(config, section)
    allowed = {item.name: item.metadata["rule"] for item in fields(table)}
    if key not in allowed:
        known = ", ".join(allowed)
        raise ConfigError(f"{source}: unknown setting; [{section}] has {known}")
    rule: Rule = allowed[key]
    converted = convert(value, rule)
    if converted is None or not rule.check(converted):
        raise ConfigError(f"{source}: invalid value {value!r}; expected {rule.says}")
    return replace(config, **{section: replace(table, **{key: converted})})
