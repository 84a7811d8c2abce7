"""Settings: defaults, file, environment, flags; and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gchat.config import Config, ConfigError, load


def write(folder: Path, text: str) -> Path:
    """A settings file."""
    file = folder / "gchat.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_defaults() -> None:
    config = load(environment={})
    assert config == Config()
    assert (config.server.host, config.server.port) == ("127.0.0.1", 55555)


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[server]\nport = 1\nname = 'a'\nnetwork = 'n'\n[times]\nprompt = 2\n")
    environment = {"GCHAT_PORT": "2", "GCHAT_NAME": "b", "GCHAT_LIMITS_CONNECTIONS": "7"}
    config = load(file, environment, {"server.port": "3", "server.host": None})
    assert (config.server.port, config.server.name, config.server.network) == (3, "b", "n")
    assert (config.times.prompt, config.limits.connections) == (2.0, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nprot = 1", "server.prot: unknown setting; allowed in [server] are host, port,"),
        (
            "[servers]\n",
            "servers: unknown; allowed are the tables [server], [journal], [tls], [accounts], "
            "[limits], [times], [operators]",
        ),
        (
            "port = 1",
            "port: unknown; allowed are the tables [server], [journal], [tls], [accounts], "
            "[limits], [times], [operators]",
        ),
        ("[server]\nport = 70000", "server.port: 70000 is not allowed; it takes a whole number"),
        ("[server]\nport = true", "server.port: True is not allowed; it takes a whole number"),
        ("[server]\nport = 1.5", "server.port: 1.5 is not allowed; it takes a whole number"),
        ("[server]\nhost = 1", "server.host: 1 is not allowed; it takes an address"),
        ("[server]\nname = 'a b'", "server.name: 'a b' is not allowed; it takes text of 1 to 63"),
        ("[server]\nlobby = 'x'", "server.lobby: 'x' is not allowed; it takes a room name"),
        ("[times]\nprompt = 'x'", "times.prompt: 'x' is not allowed; it takes seconds from 0.05"),
        ("[times]\nprompt = nan", "times.prompt: nan is not allowed; it takes seconds from 0.05"),
        ("[limits]\nconnections = 0", "limits.connections: 0 is not allowed; it takes a whole"),
        ("[server", "is not TOML: "),
    ],
)
def test_a_bad_file_is_named_with_the_key_and_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "gchat.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not TOML"):
        load(file, {})


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"GCHAT_PORTS": "1"}, "environment: GCHAT_PORTS: unknown setting; allowed in [server]"),
        ({"GCHAT_PORT": "x"}, "environment: GCHAT_PORT: 'x' is not allowed; it takes a whole"),
        (
            {"GCHAT_LIMITS_X": "1"},
            "environment: GCHAT_LIMITS_X: unknown setting; allowed in [limits]",
        ),
    ],
)
def test_a_bad_environment(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, environment)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("section", "key", "low", "high"),
    [
        ("server", "port", 0, 65535),
        ("limits", "connections", 1, 1_000_000),
        ("limits", "outbox_bytes", 16_384, 1 << 30),
        ("limits", "nick_length", 1, 30),
        ("limits", "rooms_per_user", 1, 10_000),
        ("limits", "plain_line_bytes", 64, 8192),
        ("times", "shutdown", 0.1, 4),
    ],
)
def test_settings_at_their_bounds_and_past_them(
    tmp_path: Path, section: str, key: str, low: Any, high: Any
) -> None:
    for value in (low, high):
        config = load(write(tmp_path, f"[{section}]\n{key} = {value}"), {})
        assert getattr(getattr(config, section), key) == value
    for value in (low - 1, high + 1):
        with pytest.raises(ConfigError, match="is not allowed"):
            load(write(tmp_path, f"[{section}]\n{key} = {value}"), {})
