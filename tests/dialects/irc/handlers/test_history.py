"""CHATHISTORY, https://ircv3.net/specs/extensions/chathistory."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import gevent
import pytest

from gchat.wire.message import Message
from tests.support.accounts import log_in, register
from tests.support.clients import IrcClient, texts
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
CAPS = ("batch", "draft/chathistory", "echo-message", "message-tags", "server-time")


@pytest.fixture(params=["sqlite", "memory"])
def server(request: pytest.FixtureRequest, make_server: Make, tmp_path: Path) -> ServerProcess:
    """What is said of the past is the same with every engine."""
    flags = ("--memory",) if request.param == "memory" else ("--data", str(tmp_path))
    return make_server(*flags)


@dataclass
class Talk:
    """Somebody in #lobby who has said m0 … m9, and what came back."""

    client: IrcClient
    echoes: list[Message]

    def ask(self, command: str) -> list[str]:
        """The texts in the answer's batch. `{m3}` stands for m3's id, `{t3}` for its time."""
        places = {f"m{n}": f"msgid={m.tags['msgid']}" for n, m in enumerate(self.echoes)}
        places |= {f"t{n}": f"timestamp={m.tags['time']}" for n, m in enumerate(self.echoes)}
        return texts(history(self.client, f"CHATHISTORY {command.format(**places)}"))


def history(client: IrcClient, command: str) -> list[Message]:
    """What is in the batch that answers."""
    start, *inside, end = client.ask(command)
    assert (start.command, start.params[1]) == ("BATCH", "chathistory")
    reference = start.params[0].removeprefix("+")
    assert end.params == [f"-{reference}"]
    assert all(message.tags["batch"] == reference for message in inside)
    return inside


@pytest.fixture
def talk(server: ServerProcess) -> Talk:
    client = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    echoes = []
    for number in range(10):
        echoes += client.ask(f"PRIVMSG #lobby :m{number}")
        while f"{datetime.now(UTC):%FT%T.%f}"[:-3] <= echoes[-1].tags["time"]:
            pass  # so that no two have the same time
    return Talk(client, echoes)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("LATEST #lobby * 100", "0123456789"),
        ("LATEST #LOBBY * 3", "789"),
        ("LATEST #lobby {m6} 100", "789"),
        ("LATEST #lobby {m6} 2", "89"),
        ("LATEST #lobby {t6} 100", "789"),
        ("LATEST #lobby {m9} 100", ""),
        ("BEFORE #lobby {m3} 2", "12"),
        ("BEFORE #lobby {t3} 2", "12"),
        ("BEFORE #lobby {m0} 2", ""),
        ("BEFORE #lobby timestamp=2199-01-01T00:00:00.000Z 2", "89"),
        ("BEFORE #lobby timestamp=1999-01-01T00:00:00.000Z 2", ""),
        ("AFTER #lobby {m3} 2", "45"),
        ("AFTER #lobby {t3} 2", "45"),
        ("AFTER #lobby {m9} 2", ""),
        ("AFTER #lobby timestamp=1999-01-01T00:00:00.000Z 2", "01"),
        ("AFTER #lobby timestamp=2199-01-01T00:00:00.000Z 2", ""),
        ("AROUND #lobby {m5} 3", "456"),
        ("AROUND #lobby {t5} 3", "456"),
        ("AROUND #lobby {m0} 3", "012"),
        ("AROUND #lobby {m5} 1", "5"),
        ("AROUND #lobby msgid=unknown 3", ""),
        ("BETWEEN #lobby {m2} {m7} 100", "3456"),
        ("BETWEEN #lobby {m2} {m7} 2", "34"),
        ("BETWEEN #lobby {m7} {m2} 2", "56"),
        ("BETWEEN #lobby {t7} {t2} 2", "56"),
        ("BETWEEN #lobby {m3} {m3} 5", ""),
        ("BEFORE #lobby msgid=unknown 5", ""),
        ("AFTER #lobby msgid=unknown 5", ""),
    ],
)
def test_subcommands(talk: Talk, command: str, expected: str) -> None:
    """CHATHISTORY: https://ircv3.net/specs/extensions/chathistory"""
    assert talk.ask(command) == [f"m{number}" for number in expected]


def test_messages_come_back_as_they_were_sent(talk: Talk) -> None:
    found = history(talk.client, "CHATHISTORY LATEST #lobby * 10")
    for message, echo in zip(found, talk.echoes, strict=True):
        del message.tags["batch"]
        assert message == echo


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("CHATHISTORY", ["INVALID_PARAMS", "*", "Unknown command"]),
        ("CHATHISTORY NONSENSE x", ["INVALID_PARAMS", "NONSENSE", "Unknown command"]),
        ("CHATHISTORY LATEST #lobby", ["INVALID_PARAMS", "LATEST", "Insufficient parameters"]),
        ("CHATHISTORY LATEST #lobby * 1 2", ["INVALID_PARAMS", "LATEST", "Too many parameters"]),
        ("CHATHISTORY LATEST #lobby * x", ["INVALID_PARAMS", "LATEST", "x", "Invalid limit"]),
        ("CHATHISTORY LATEST #lobby * 0", ["INVALID_PARAMS", "LATEST", "0", "Invalid limit"]),
        (
            "CHATHISTORY BEFORE #lobby timestamp=yesterday 5",
            ["INVALID_PARAMS", "BEFORE", "timestamp=yesterday", "Invalid timestamp"],
        ),
        (
            "CHATHISTORY BEFORE #lobby * 5",
            ["INVALID_PARAMS", "BEFORE", "*", "Invalid message reference"],
        ),
        (
            "CHATHISTORY BEFORE #lobby color=red 5",
            ["INVALID_MSGREFTYPE", "BEFORE", "#lobby", "color-based requests are not supported"],
        ),
        (
            "CHATHISTORY LATEST #nowhere * 5",
            ["INVALID_TARGET", "LATEST", "#nowhere", "Messages could not be retrieved"],
        ),
        (
            "CHATHISTORY LATEST nobody * 5",
            ["INVALID_TARGET", "LATEST", "nobody", "Messages could not be retrieved"],
        ),
        (
            "CHATHISTORY TARGETS msgid=1 msgid=2 5",
            ["INVALID_PARAMS", "TARGETS", "TARGETS takes only timestamps"],
        ),
    ],
)
def test_errors(server: ServerProcess, command: str, params: list[str]) -> None:
    client = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    (answer,) = client.ask(command)
    assert (answer.command, answer.params) == ("FAIL", ["CHATHISTORY", *params])


def test_at_most_a_hundred_at_once_as_announced(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    tokens = [token for message in client.welcome for token in message.params]
    assert {"CHATHISTORY=100", "MSGREFTYPES=msgid,timestamp"} <= set(tokens)
    client.ask(*[f"PRIVMSG #lobby :{number}" for number in range(120)])
    assert len(history(client, "CHATHISTORY LATEST #lobby * 100000")) == 100


def test_only_members_read_a_rooms_past_and_only_since_it_was_made(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#secret")
    duy = IrcClient(server.port, "Duy", *CAPS)
    tuan.ask("PRIVMSG #secret :for us only")
    (answer,) = duy.ask("CHATHISTORY LATEST #secret * 5")
    assert answer.params[1] == "INVALID_TARGET"
    tuan.ask("PART #secret")
    duy.join("#secret")
    assert history(duy, "CHATHISTORY LATEST #secret * 5") == []


def test_a_conversation_is_read_by_its_two_people_only(server: ServerProcess) -> None:
    tuan, duy = (IrcClient(server.port, nick, *CAPS) for nick in ("Tuan", "Duy"))
    lan = IrcClient(server.port, "Lan", *CAPS)
    tuan.ask("PRIVMSG Duy :psst")
    duy.ask("PRIVMSG Tuan :what?")
    tuan.sync()
    for reader, other in ((tuan, "Duy"), (duy, "tuan")):
        assert texts(history(reader, f"CHATHISTORY LATEST {other} * 5")) == ["psst", "what?"]
    assert history(lan, "CHATHISTORY LATEST Tuan * 5") == []
    duy.ask("NICK Duyen")
    tuan.sync()
    assert texts(history(tuan, "CHATHISTORY LATEST Duyen * 5")) == ["psst", "what?"]
    # who takes the nickname afterwards is somebody else
    duy.send("QUIT")
    duy.read_to_end()
    thief = IrcClient(server.port, "Duy", *CAPS)
    assert history(thief, "CHATHISTORY LATEST Tuan * 5") == []


def test_targets_are_what_one_has_read_by_time(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#one")
    tuan.join("#two")
    duy = IrcClient(server.port, "Duy", *CAPS)
    tuan.ask("PRIVMSG #two :a")
    duy.ask("PRIVMSG Tuan :b")
    tuan.ask("PRIVMSG #one :c")
    start, *inside, end = tuan.ask(
        "CHATHISTORY TARGETS timestamp=1999-01-01T00:00:00.000Z "
        "timestamp=2199-01-01T00:00:00.000Z 10"
    )[-5:]
    assert (start.params[1], end.params[0]) == ("draft/chathistory-targets", "-1")
    assert [message.params[:2] for message in inside] == [
        ["TARGETS", "#two"],
        ["TARGETS", "Duy"],
        ["TARGETS", "#one"],
    ]


def test_events_are_for_who_asked_for_them(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#room")
    duy = IrcClient(server.port, "Duy", *CAPS, "draft/event-playback")
    duy.join("#room")
    tuan.ask(
        "TOPIC #room :News", "MODE #room +v Duy", "PRIVMSG #room :hi", "NICK Tuan2",
        "TAGMSG #room", "KICK #room Duy :out",
    )  # fmt: skip
    duy.join("#room")
    duy.sync()
    commands = [m.command for m in history(duy, "CHATHISTORY LATEST #room * 50")]
    assert commands == [
        "JOIN", "JOIN", "TOPIC", "MODE", "PRIVMSG", "NICK", "KICK", "JOIN",
    ]  # fmt: skip
    tuan.sync()
    assert [m.command for m in history(tuan, "CHATHISTORY LATEST #room * 50")] == ["PRIVMSG"]


def test_who_can_ask_is_not_sent_the_last_messages_by_itself(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    tuan.ask("PRIVMSG #lobby :hi")
    asks = IrcClient(server.port, "Asks", *CAPS, join="#lobby")
    assert asks.sync() == []
    batch = IrcClient(server.port, "Batch", "batch", "server-time", join="#lobby")
    start, message, end = batch.sync()
    assert start.params[1:] == ["chathistory", "#lobby"]
    assert (message.params[-1], set(message.tags)) == ("hi", {"batch", "time"})
    assert end.params == ["-1"]


@pytest.mark.parametrize(
    "caps",
    [(), ("batch",), ("server-time",), ("server-time", "message-tags"), ("batch", "echo-message")],
)
def test_who_cannot_tell_old_from_new_is_sent_nothing_old(
    server: ServerProcess, caps: tuple[str, ...]
) -> None:
    """Bots carried out old commands again at every start: irc3, pydle, jaraco's irc, miniirc."""
    IrcClient(server.port, "Tuan", join="#lobby").ask("PRIVMSG #lobby :!ping")
    bot = IrcClient(server.port, "Bot", *caps, join="#lobby")
    assert bot.sync() == []


@pytest.mark.parametrize("caps", [("server-time",), ("server-time", "batch")])
@pytest.mark.parametrize("way", ["QUIT", "PART #lobby", "KICK"])
def test_who_comes_back_is_sent_what_they_missed_and_nothing_twice(
    server: ServerProcess, caps: tuple[str, ...], way: str
) -> None:
    """HexChat, Quassel and ZNC were sent what they had seen eight seconds before."""
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    tuan.join("#room")
    lan = IrcClient(server.port, "Lan", *caps)
    duy = IrcClient(server.port, "Duy", *caps)
    for person in (lan, duy):
        for room in ("#lobby", "#room"):
            person.join(room)
    tuan.ask("PRIVMSG #lobby :seen", "PRIVMSG #room :seen")
    if way == "KICK":
        tuan.ask("KICK #room Duy")
        duy.ask("PART #lobby")
    elif way == "QUIT":
        duy.send("QUIT")
        duy.read_to_end()
    else:
        duy.ask("PART #lobby,#room")
    tuan.ask(*(f"PRIVMSG #{room} :missed {n}" for n in range(15) for room in ("lobby", "room")))
    if way == "QUIT":
        duy = IrcClient(server.port, "duy", *caps)
    else:
        duy.sync()
    for room in ("#lobby", "#room"):
        duy.join(room)
        tuan.ask(f"PRIVMSG {room} :new")
        said = [m for m in duy.sync() if m.command == "PRIVMSG"]
        assert texts(said) == [f"missed {n}" for n in range(15)] + ["new"]
        assert len({m.tags["time"] for m in said}) > 1
    duy.ask("PART #lobby")
    duy.join("#lobby")
    assert [m for m in duy.sync() if m.command == "PRIVMSG"] == []


def test_who_comes_back_after_the_servers_death_misses_nothing_and_reads_nothing_twice(
    make_server: Make, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    duy = IrcClient(server.port, "Duy", "server-time", join="#lobby")
    gone = IrcClient(server.port, "Gone", "server-time", join="#lobby")
    tuan.ask("PRIVMSG #lobby :seen")
    gone.ask("PART #lobby")
    tuan.ask("PRIVMSG #lobby :seen by one")
    duy.sync()
    server.stop(signal.SIGKILL)
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    tuan.ask("PRIVMSG #lobby :missed")
    for nick, missed in (("Duy", ["missed"]), ("Gone", ["seen by one", "missed"]), ("New", [])):
        client = IrcClient(server.port, nick, "server-time", join="#lobby")
        assert texts([m for m in client.sync() if m.command == "PRIVMSG"]) == missed


def test_a_room_that_nobody_registered_goes_on_after_a_restart(
    make_server: Make, tmp_path: Path
) -> None:
    """For those whose account was in it: others read what was said since they could come in."""
    fast = {"accounts_iterations": 4096}

    def restarted() -> ServerProcess:
        return make_server("--data", str(tmp_path), **fast)

    server = restarted()
    for name in ("Tuan", "Lan"):
        register(server, name)
    tuan = log_in(server, "Tuan", *CAPS)
    tuan.join("#team")
    tuan.ask("PRIVMSG #team :first")
    server.stop(signal.SIGKILL)
    server = restarted()
    stranger = IrcClient(server.port, "Stranger", *CAPS, join="#team")
    stranger.ask("PRIVMSG #team :second")
    lan = log_in(server, "Lan", *CAPS)
    lan.join("#team")
    for client in (stranger, lan):
        client.sync()
        assert texts(history(client, "CHATHISTORY LATEST #team * 9")) == ["second"]
    tuan = log_in(server, "Tuan", *CAPS)
    tuan.sync()
    assert texts(history(tuan, "CHATHISTORY LATEST #team * 9")) == ["first", "second"]
    server.stop(signal.SIGKILL)
    server = restarted()
    lan, tuan = (log_in(server, name, *CAPS) for name in ("Lan", "Tuan"))
    for client in (tuan, lan):
        client.sync()
    assert texts(history(lan, "CHATHISTORY LATEST #team * 9")) == ["second"]
    assert texts(history(tuan, "CHATHISTORY LATEST #team * 9")) == ["first", "second"]


def test_the_past_of_a_room_that_nobody_can_come_back_to_is_deleted(
    make_server: Make, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path), accounts_iterations=4096)
    register(server, "Tuan")
    tuan = log_in(server, "Tuan", *CAPS)
    for room in ("#left", "#kept"):
        tuan.join(room)
        tuan.ask(f"PRIVMSG {room} :hello")
    tuan.ask("PART #left")
    guest = IrcClient(server.port, "Guest", join="#guests")
    guest.ask("PRIVMSG #guests :hello", "PRIVMSG #lobby :hello")
    IrcClient(server.port, "Other", join="#lobby").ask("PRIVMSG #lobby :hello")
    server.stop()
    server = make_server("--data", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as file:
        sql = "SELECT DISTINCT substr(place, 1, instr(place || ' ', ' ') - 1) FROM entries"
        places: set[str] = set()
        deadline = time.monotonic() + 30
        while places != {"#kept", "#lobby"} and time.monotonic() < deadline:
            places = {row[0] for row in file.execute(sql)}
            gevent.sleep(0.02)
    assert places == {"#kept", "#lobby"}


def test_pages_are_full_of_what_the_client_can_be_shown(server: ServerProcess) -> None:
    """Thirty messages, then sixty deletions: the newest page had two lines, the next none."""
    duy = IrcClient(server.port, "Duy", *CAPS, "draft/message-redaction", join="#room")
    ids = []
    for number in range(90):
        (echo,) = [m for m in duy.ask(f"PRIVMSG #room :{number}") if m.command == "PRIVMSG"]
        ids.append(echo.tags["msgid"])
    for msgid in ids[30:]:
        duy.ask(f"REDACT #room {msgid}")
    caps = (*CAPS, "draft/event-playback")
    plain = IrcClient(server.port, "Plain", *caps, join="#room")
    page = [m for m in history(plain, "CHATHISTORY LATEST #room * 20") if m.command == "PRIVMSG"]
    assert len(page) >= 19, "all but who has entered"
    seen = texts(page)
    first = page[0].tags["msgid"]
    page = history(plain, f"CHATHISTORY BEFORE #room msgid={first} 50")
    seen = texts([m for m in page if m.command == "PRIVMSG"]) + seen
    assert seen == [str(number) for number in range(30)]
    knows = IrcClient(server.port, "Knows", *caps, "draft/message-redaction", join="#room")
    page = history(knows, "CHATHISTORY LATEST #room * 20")
    assert {m.command for m in page} <= {"REDACT", "JOIN"}
