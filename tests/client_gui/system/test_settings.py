"""What is remembered, and what a damaged file comes to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from client_gui.core.places import MOST
from client_gui.system.settings import FIT, OPEN_MOST, Server, Settings, load, save


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "client.json"
    settings = Settings(layout="compact", zoom=1.2, muted=["#a"])
    settings.used(Server("a.example", 6697, "Tuan", tls=True, pin="ab", rooms=["#x"]))
    settings.used(Server("b.example", 1, "Duy"))
    settings.used(Server("a.example", 6697, "Lan"))
    save(settings, path)
    assert load(path) == settings
    assert [one.name for one in settings.servers] == ["a.example:6697", "b.example:1"]
    assert path.stat().st_mode & 0o077 == 0


def test_the_addresses_of_a_server(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    server = Server("a.example", 6697, "Tuan", others=["b.example:6698", "[::1]:1", "c", "x:y"])
    save(Settings(servers=[server]), path)
    (found,) = load(path).servers
    assert found == server
    assert found.other_places == [("b.example", 6698), ("::1", 1), ("c", 6697)]
    found.others = [f"host{number}:1" for number in range(MOST + 5)]
    assert len(found.other_places) == MOST - 1


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff\xfe", "nonsense"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "client.json"
    path.write_bytes(text.encode("latin-1"))
    assert load(path) == Settings()
    assert path.with_suffix(".damaged").read_bytes() == text.encode("latin-1")
    assert not path.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "round"},
        {"theme": 5},
        {"lines": "many"},
        {"zoom": None},
        {"muted": [1, 2]},
        {"servers": "none"},
        {"servers": [5, {"port": 70_000}, {"host": ""}]},
        {"unknown": 1},
        {"notify": "yes"},
    ],
)
def test_what_is_not_understood_is_what_it_was(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "client.json"
    path.write_text(json.dumps({"members": False} | wrong))
    assert load(path) == Settings(members=False)


def test_values_that_are_out_of_bounds(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    path.write_text(json.dumps({"lines": -5, "scale": 100, "zoom": 0}))
    found = load(path)
    assert (found.lines, found.scale, found.zoom) == (FIT, 4.0, 0.5)


def test_what_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(Settings(), tmp_path / "file" / "client.json")


@pytest.mark.parametrize(
    "text",
    [
        '{"scale": NaN, "zoom": Infinity}',
        '{"scale": 1' + "0" * 400 + "}",
        '{"lines": 1' + "0" * 5000 + "}",
        "[" * 100_000,
        '{"servers": [{"port": 1' + "0" * 400 + '}, 7, null], "muted": [1]}',
        '{"language": "\\ud800"}',
        "\x00\xff",
    ],
)
def test_a_file_that_somebody_has_damaged_is_survived(text: str, tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    path.write_text(text, "latin-1")
    settings = load(path)
    assert (settings.scale, settings.zoom) == (1.0, 1.0)
    save(settings, path)
    assert load(path).scale == 1.0


def test_which_servers_are_opened_again() -> None:
    """In their order, each once, those only that are known, and no more than can be."""
    servers = [Server(f"host{number}", 1, "Tuan") for number in range(OPEN_MOST + 1)]
    settings = Settings(servers=[*servers, Server("nameless", 1)])
    names = [one.name for one in servers]
    settings.open = [names[1], names[0], names[1], "gone:1", "nameless:1"]
    assert [one.name for one in settings.opened()] == [names[1], names[0]]
    settings.open = names[:OPEN_MOST]
    assert len(settings.opened()) == OPEN_MOST
    settings.open = names
    assert len(settings.opened()) == OPEN_MOST


def test_the_one_that_was_shown_last_is_first() -> None:
    one, two, three = (Server(host, 1, "Tuan") for host in ("one", "two", "three"))
    settings = Settings(servers=[one])
    settings.used(two, first=False)
    assert settings.servers == [one, two]
    settings.used(three)
    assert settings.servers == [three, one, two]
    settings.used(two, first=False)
    assert settings.servers == [three, one, two]
    settings.used(two)
    assert settings.servers == [two, three, one]
