"""Every setting: its bounds, and what a reload makes of it."""

from __future__ import annotations

from dataclasses import Field, replace
from typing import Any

import pytest

from gchat.config import Config, ConfigError, JournalConfig, ServerConfig, load
from gchat.config.settings import settings
from gchat.server import Server
from tests.config.values import another, bounds, refused

ALL = list(settings())
IDS = [f"{section}.{field.name}" for section, field in ALL]
BASE = Config(server=ServerConfig(port=0, host="127.0.0.1"), journal=JournalConfig(engine="memory"))


def changed(config: Config, section: str, name: str, value: object) -> Config:
    """The settings with one of them changed."""
    table = replace(getattr(config, section), **{name: value})
    return replace(config, **{section: table})


@pytest.mark.parametrize(("section", "field"), ALL, ids=IDS)
def test_a_setting_at_its_bounds_and_past_them(section: str, field: Field[Any]) -> None:
    key = f"{section}.{field.name}"
    assert field.metadata["help"].endswith((".", "unix:/run/gchat")), "a sentence"
    for value in (field.default, another(section, field), *(bounds(field) or ())):
        config = load(None, {}, {key: value})
        assert getattr(getattr(config, section), field.name) == value
    for value in refused(section, field):
        with pytest.raises(ConfigError, match=r"invalid value .*; expected "):
            load(None, {}, {key: value})


@pytest.mark.parametrize(("section", "field"), ALL, ids=IDS)
def test_a_reload_takes_a_setting_over_or_says_that_it_waits(
    section: str, field: Field[Any]
) -> None:
    value = another(section, field)
    if (section, field.name) == ("journal", "engine"):
        value = "sqlite"
    new = changed(BASE, section, field.name, value)
    if (section, field.name) == ("cluster", "log"):
        new = changed(new, "journal", "engine", "sqlite")  # a node keeps what it reads
    server = Server(BASE, lambda: new)
    answer = " ".join(server.reload()).replace("journal.engine, ", "")
    assert server.node.config is server.hub.config
    if field.metadata["reload"]:
        assert answer == "The configuration was reloaded."
        assert server.node.config == new
    else:
        name = f"{section}.{field.name}"
        expected = f"The configuration was reloaded. These need a restart: {name}."
        assert answer == expected
        assert server.node.config == BASE, "and nothing is changed"
    server.stop()


def test_what_waits_for_a_restart_keeps_nothing_else_waiting() -> None:
    new = changed(changed(BASE, "server", "port", 7), "server", "motd", "Hello")
    server = Server(BASE, lambda: new)
    assert server.reload()[0].endswith("These need a restart: server.port.")
    assert server.node.config.server == replace(BASE.server, motd="Hello")
    server.stop()


def test_a_bad_file_changes_nothing() -> None:
    def load_again() -> Config:
        raise ConfigError("gchat.toml: server.prot: unknown setting")

    server = Server(BASE, load_again)
    answer = "Configuration not reloaded: gchat.toml: server.prot: unknown setting"
    assert server.reload() == [answer]
    assert server.node.config is BASE
    server.stop()


def test_without_a_certificate_there_is_no_policy_to_come_back_by_tls() -> None:
    new = changed(BASE, "tls", "self_signed", True)
    new = changed(changed(new, "tls", "sts_seconds", 3600), "server", "port", 6697)
    server = Server(BASE, lambda: new)
    server.reload()
    config = server.node.config
    assert (config.sts_seconds, config.server.port) == (0, 0), "nothing listens there"
    server.stop()


def test_an_engine_that_there_is_not() -> None:
    with pytest.raises(ConfigError) as caught:
        Server(changed(BASE, "journal", "engine", "tape"))
    assert str(caught.value) == (
        "journal.engine: invalid value 'tape'; expected one of sqlite, memory"
    )


def test_an_engine_that_there_is_not_is_refused_by_a_reload() -> None:
    server = Server(BASE, lambda: changed(BASE, "journal", "engine", "tape"))
    (answer,) = server.reload()
    assert answer.startswith("Configuration not reloaded: journal.engine: invalid value 'tape'")
    assert server.node.config is BASE
    server.stop()
