"""Settings: defaults, file, environment, flags; and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path

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
        ("[server]\nprot = 1", "server.prot: unknown setting; [server] has host, port,"),
        (
            "[servers]\n",
            "servers: unknown table; allowed are [server], [journal], [cluster], [tls], "
            "[accounts], [hooks], [limits], [files], [times], [operators]",
        ),
        (
            "port = 1",
            "port: unknown table; allowed are [server], [journal], [cluster], [tls], "
            "[accounts], [hooks], [limits], [files], [times], [operators]",
        ),
        ("[server]\nport = 70000", "server.port: invalid value 70000; expected a whole number"),
        ("[server]\nport = true", "server.port: invalid value True; expected a whole number"),
        ("[server]\nport = 1.5", "server.port: invalid value 1.5; expected a whole number"),
        ("[server]\nhost = 1", "server.host: invalid value 1; expected an address"),
        ("[server]\nname = 'a b'", "server.name: invalid value 'a b'; expected text of 1 to 63"),
        ("[server]\nlobby = 'x'", "server.lobby: invalid value 'x'; expected a room name"),
        ("[times]\nprompt = 'x'", "times.prompt: invalid value 'x'; expected seconds from 0.05"),
        ("[times]\nprompt = nan", "times.prompt: invalid value nan; expected seconds from 0.05"),
        ("[limits]\nconnections = 0", "limits.connections: invalid value 0; expected a whole"),
        ("[server", "is not valid TOML: "),
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
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load(file, {})


def test_a_bad_environment() -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {"GCHAT_PORT": "x"})
    message = "environment: GCHAT_PORT: invalid value 'x'; expected a whole number"
    assert str(caught.value).startswith(message)


def test_what_the_environment_has_for_others_is_ignored_and_told() -> None:
    """Kubernetes sets these for every pod where a service is called gchat:
    https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
    """
    environment = {
        "GCHAT_PORT": "tcp://10.0.0.11:55555",
        "GCHAT_SERVICE_HOST": "10.0.0.11",
        "GCHAT_SERVICE_PORT": "55555",
        "GCHAT_PORT_55555_TCP_ADDR": "10.0.0.11",
        "GCHAT_LIMITS_X": "1",
        "GCHAT_NAME": "chat.example",
    }
    messages: list[str] = []
    config = load(None, environment, {"server.port": "7"}, messages)
    assert (config.server.port, config.server.name) == (7, "chat.example")
    assert len(messages) == 5
    assert (
        "ignoring environment variable GCHAT_PORT=tcp://10.0.0.11:55555: not a port" in messages[0]
    )
    assert messages[-1].startswith("ignoring environment variable GCHAT_LIMITS_X: not a setting")


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "gchat.toml"
    file.write_bytes(b"\xef\xbb\xbf[server]\nport = 7\n")
    assert load(file, {}).server.port == 7
