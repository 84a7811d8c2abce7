"""Messages on disk, as an operator and the people meet them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gchat.journal.sqlite.journal import NOT_STORED
from gchat.journal.sqlite.schema import APPLICATION_ID, VERSION
from gchat.journal.sqlite.store import FILE
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess
from tests.support.waiting import wait_until

Make = Callable[..., ServerProcess]


def start(*flags: str) -> subprocess.CompletedProcess[str]:
    """Starts a server that is bound not to start."""
    return subprocess.run(
        [sys.executable, "-m", "gchat", "--port", "0", *flags],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder"


def test_who_enters_after_a_restart_reads_the_last_messages(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    tuan = PlainClient(server.port, "Tuan")
    tuan.say(*[f"message {number}" for number in range(12)])
    while tuan.read_line() != "Tuan: message 11":
        pass
    server.stop()

    server = make_server("--data", str(data))
    duy = PlainClient(server.port, "Duy")
    lines = [duy.read_line() for _ in range(10)]
    assert [line.partition("] ")[2] for line in lines] == [
        f"Tuan: message {number}" for number in range(2, 12)
    ]
    assert lines[0].startswith("[20")
    assert " UTC] " in lines[0]

    lan = IrcClient(server.port, "Lan", "batch", "server-time", "message-tags")
    lan.join("#lobby")
    past = [message for message in lan.sync() if message.command == "PRIVMSG"]
    assert [message.params[-1] for message in past] == [f"message {n}" for n in range(2, 12)]
    assert all({"time", "msgid"} <= set(message.tags) for message in past)

    old = IrcClient(server.port, "Old")
    old.join("#lobby")
    assert old.sync() == [], "a bot would carry out what was said long ago"


def test_the_lobby_is_as_it_was_left(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    tuan.ask("TOPIC #lobby :Một chủ đề")
    (created,) = [m for m in tuan.ask("MODE #lobby") if m.command == "329"]
    tuan.ask("PART #lobby")
    (topic, _) = tuan.ask("TOPIC #lobby")
    assert topic.params[-1] == "Một chủ đề", "also when it is empty"
    server.stop()

    server = make_server("--data", str(data))
    duy = IrcClient(server.port, "Duy")
    found = {message.command: message.params for message in duy.join("#lobby")}
    assert found["332"][-1] == "Một chủ đề"
    assert found["333"][2].startswith("Tuan!")
    (again,) = [m for m in duy.ask("MODE #lobby") if m.command == "329"]
    assert again.params[2] == created.params[2]


def test_how_many_are_replayed_is_a_setting(make_server: Make, data: Path) -> None:
    for replay in (0, 3):
        server = make_server("--data", str(data), journal_replay=replay)
        tuan = PlainClient(server.port, "Tuan")
        tuan.say("a", "b", "c", "d", "/who")
        while not tuan.read_line().startswith("1 here"):
            pass
        duy = PlainClient(server.port, "Duy")
        duy.say("/who")
        lines = []
        while "here:" not in (line := duy.read_line()):
            lines.append(line)
        assert len(lines) == replay
        server.stop()


def test_a_new_room_of_an_old_name_has_no_past(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    tuan = IrcClient(server.port, "Tuan", join="#secret")
    tuan.ask("PRIVMSG #secret :for us only", "PART #secret")
    duy = IrcClient(server.port, "Duy")
    duy.join("#secret")
    assert duy.sync() == []


def test_it_says_where_messages_are_kept(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    assert server.process.stdout is not None
    assert server.process.stdout.readline() == f"Messages are kept in {data / FILE}\n"
    memory = make_server("--memory")
    assert memory.process.stdout is not None
    assert memory.process.stdout.readline() == "Messages are kept in memory only\n"


def test_nobody_else_can_read_it(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    IrcClient(server.port, "Tuan", join="#lobby").ask("PRIVMSG #lobby :hi")
    assert data.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in data.rglob("*") if file.is_file()} == {0o600}


def test_two_servers_do_not_share_a_folder(make_server: Make, data: Path) -> None:
    make_server("--data", str(data))
    done = start("--data", str(data))
    assert done.returncode == 2
    assert done.stderr == (
        f"gchat: {data} is in use by another server. Stop it, or choose another --data folder.\n"
    )


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (x)")


def garbage(file: Path) -> None:
    file.write_bytes(b"not a database " * 1000)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (newer, "was written by a newer gchat"),
        (foreign, "is not a gchat database"),
        (garbage, "cannot be used: file is not a database. It was not changed."),
    ],
)
def test_a_file_that_is_not_ours_to_use_is_refused_and_left_alone(
    data: Path, make: Callable[[Path], None], words: str
) -> None:
    data.mkdir(parents=True)
    file = data / FILE
    make(file)
    before = file.read_bytes()
    done = start("--data", str(data))
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = start("--data", str(tmp_path / "file" / "folder"))
    assert done.returncode == 2
    assert "cannot be written: Not a directory" in done.stderr


def test_while_the_file_is_locked_senders_are_told_and_all_stay(
    make_server: Make, data: Path
) -> None:
    server = make_server("--data", str(data))
    tuan = IrcClient(server.port, "Tuan", "echo-message", join="#lobby")
    duy = PlainClient(server.port, "Duy")
    tuan.sync()
    other = sqlite3.connect(data / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers = tuan.ask("PRIVMSG #lobby :lost")
    assert [(m.command, m.params[-1]) for m in answers] == [("400", NOT_STORED)]
    duy.say("lost too")
    assert duy.read_line() == f"PRIVMSG: {NOT_STORED}."
    lan = LineClient(server.port, b"Lan\n")
    assert lan.read_line() == "Lan has connected to the chat room"
    other.execute("ROLLBACK")
    tuan.send("PRIVMSG #lobby :kept")
    assert duy.read_line() == "Lan has connected to the chat room"
    assert duy.read_line() == "Tuan: kept"
    other.close()


def command(*words: str) -> tuple[int, str, str]:
    """Another command of `python -m gchat`: its exit status and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "gchat", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_export_and_backup_while_the_server_runs(
    make_server: Make, data: Path, tmp_path: Path
) -> None:
    server = make_server("--data", str(data))
    tuan = IrcClient(server.port, "Tuan", "message-tags", "echo-message", join="#lobby")
    (echo,) = tuan.ask("@+x=1 PRIVMSG #lobby :Hello, Tuấn!")
    status, out, err = command("export", "--data", str(data))
    assert (status, err) == (0, "")
    join, message = (json.loads(line) for line in out.splitlines())
    assert (join["kind"], join["room"], join["nick"]) == ("JOIN", "#lobby", "Tuan")
    assert message.pop("time").endswith("Z")
    assert message == {
        "msgid": echo.tags["msgid"],
        "kind": "PRIVMSG",
        "room": "#lobby",
        "nick": "Tuan",
        "source": "Tuan!~tuan@127.0.0.1",
        "target": "#lobby",
        "text": "Hello, Tuấn!",
        "tags": {"+x": "1"},
    }
    copy = tmp_path / "copy" / FILE
    copy.parent.mkdir()
    status, out, err = command("backup", "--data", str(data), str(copy))
    assert (status, out) == (0, f"Copied to {copy}\n"), err
    assert command("export", "--data", str(copy.parent))[1].count("\n") == 2
    # a copy is a folder to start from
    server = make_server("--data", str(copy.parent))
    duy = PlainClient(server.port, "Duy")
    assert duy.read_line().endswith("] Tuan: Hello, Tuấn!")


def test_other_commands_say_what_is_missing(data: Path, tmp_path: Path) -> None:
    for words in (["export"], ["backup", str(tmp_path / "x")]):
        status, _, err = command(*words, "--data", str(data))
        assert status == 2
        assert err == (
            f"gchat: {data / FILE} does not exist. Set --data to the data folder of the server.\n"
        )
    (tmp_path / "there").write_text("x")
    data.mkdir(parents=True)
    foreign(data / FILE)
    status, _, err = command("backup", "--data", str(data), str(tmp_path / "there"))
    assert (status, err) == (
        2,
        f"gchat: {tmp_path / 'there'} already exists. Choose another name.\n",
    )
    status, _, err = command("export", "--data", str(data))
    assert status == 2
    assert "is not a gchat database" in err


def test_retention_is_a_setting(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data), journal_keep_messages=5)
    tuan = IrcClient(server.port, "Tuan", "echo-message", join="#lobby")
    tuan.ask(*[f"PRIVMSG #lobby :{number}" for number in range(20)])
    server.stop()
    server = make_server("--data", str(data), journal_keep_messages=5)
    client = IrcClient(server.port, "Duy", "batch", "draft/chathistory", join="#lobby")
    while len(client.ask("CHATHISTORY LATEST #lobby * 100")) > 7:
        pass  # the first look comes right after the start; BATCH lines are counted too
    server.stop()


HISTORY = ("batch", "draft/chathistory", "soju.im/search", "message-tags", "echo-message")


def fill(server: ServerProcess) -> None:
    """Much in one room, by somebody with an account."""
    tuan = IrcClient(server.port, "Tuan", *HISTORY, join="#lobby")
    tuan.ask("NS REGISTER correct-horse")
    for first in range(0, 300, 50):
        tuan.ask(*[f"PRIVMSG #lobby :number {n} {'x' * 300}" for n in range(first, first + 50)])
    tuan.ask("SEARCH text=number")


def test_damage_met_while_running_costs_one_question(make_server: Make, data: Path) -> None:
    server = make_server("--data", str(data))
    fill(server)
    lan = IrcClient(server.port, "Lan", *HISTORY, join="#lobby")
    lan.sync()
    with closing(sqlite3.connect(data / FILE)) as file:
        (damaged,) = file.execute(
            "SELECT id FROM entries WHERE text LIKE 'number 200 %'"
        ).fetchone()
        file.execute("UPDATE entries SET text = x'ff' WHERE id = ?", (damaged,))
        file.execute("UPDATE words0_data SET block = x'00' WHERE id > 10")
        file.commit()
    for _ in range(3):
        (fail,) = lan.ask("CHATHISTORY BETWEEN #lobby timestamp=2000-01-01T00:00:00.000Z "
                          "timestamp=2999-01-01T00:00:00.000Z 1")[-1:]  # fmt: skip
        assert fail.command == "BATCH", "it is not in the way of others"
        (first, *_) = lan.ask("CHATHISTORY LATEST #lobby * 95")[1:]
        (fail,) = lan.ask(f"CHATHISTORY BEFORE #lobby msgid={first.tags['msgid']} 95")
        assert (fail.command, fail.params[:2]) == ("FAIL", ["CHATHISTORY", "MESSAGE_ERROR"])
        (fail,) = lan.ask("SEARCH text=number")
        assert (fail.command, fail.params[:2]) == ("FAIL", ["SEARCH", "INTERNAL_ERROR"])
    (echo,) = lan.ask("PRIVMSG #lobby :all the same")
    assert echo.params[-1] == "all the same"
    wait_until(lambda: "a question about the past cannot be answered" in server.log)
    assert server.log.count("a question about the past cannot be answered") == 1


def beginning(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:10_000])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def account(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE state SET value = '{' WHERE kind = 'account'")
        connection.commit()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (beginning, "cannot be used: database disk image is malformed"),
        (emptied, "is empty, and messages were stored in it"),
        (account, "what it knows of the account 'tuan' is damaged"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(
    make_server: Make, data: Path, damage: Callable[[Path], None], words: str
) -> None:
    server = make_server("--data", str(data))
    fill(server)
    server.stop()
    damage(data / FILE)
    done = start("--data", str(data))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr
