"""What the command line does not accept."""

from __future__ import annotations

import pytest

from loadtest.arguments import parse


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["rooms", "--room-size", "4", "--processes", "4"],
            "4 --processes need rooms of 5 or more",
        ),
        (["room", "--clients", "2", "--processes", "2"], "2 --processes need rooms of 3 or more"),
        (["churn", "--clients", "9", "--churn", "7", "--processes", "2"], "rooms of 3 or more"),
        (["slow-readers", "--clients", "9", "--slow", "7", "--processes", "2"], "rooms of 3 or"),
        (["find-max", "--clients", "2", "--processes", "2"], "rooms of 3 or more"),
        (["direct", "--clients", "5", "--processes", "5"], "as many clients, in pairs"),
        (["burst", "--clients", "2", "--processes", "2"], "rooms of 3 or more"),
        (["mixed-rooms", "--clients", "20", "--processes", "20"], "nobody is left who writes"),
        (["mixed-rooms", "--rooms", "19"], "nobody can be in 20 of 19 rooms"),
    ],
)
def test_more_processes_than_the_clients_can_fill(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(words)
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["rooms", "--room-size", "5", "--processes", "4"],
        ["room", "--clients", "3", "--processes", "2"],
        ["direct", "--clients", "4", "--processes", "4"],
        ["idle", "--clients", "2", "--processes", "4"],
        ["burst", "--clients", "3", "--processes", "2"],
        ["mixed-rooms", "--clients", "3", "--rooms", "20", "--processes", "2"],
    ],
)
def test_just_enough_clients(words: list[str]) -> None:
    assert parse(words).scenario == words[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mixed-rooms", "--plain"], "plain text has one room"),
        (["--disk"], "--disk is gone: the server stores on disk unless it is given --memory"),
        (["--copies", "2"], "--log, --copies and --fault are for several --nodes"),
        (["--nodes", "2", "--memory"], "not a --target, and not --memory"),
        (["--nodes", "2", "--target", "127.0.0.1:1"], "not a --target, and not --memory"),
        (["direct", "--nodes", "2", "--fault", "cut"], "for the scenarios room and rooms"),
        (["--nodes", "2", "--fault", "cut", "--plain"], "--fault is not for plain text"),
        (["--nodes", "2", "--fault", "cut", "--log", "redis://h"], "needs a log of our own"),
        (["--nodes", "1", "--fault", "kill-node"], "otherwise nobody is left"),
        (["--nodes", "2", "--fault", "failover"], "--fault failover needs --copies 2"),
        (["--nodes", "2", "--copies", "2", "--fault", "cut"], "--fault cut is for --copies 1"),
        (["--nodes", "9"], "invalid number from 0 to 8 value"),
        (["--target", "127.0.0.1:1", "--memory"], "are for a server of our own"),
        (["--target", "127.0.0.1:1", "--data-folder", "."], "are for a server of our own"),
    ],
)
def test_what_makes_no_sense(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(words)
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err
