"""People on two nodes are on one server: whatever they do, the others see it as if they were beside
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from gchat.wire.message import Message
from gchat.wire.sasl import Verifier
from tests.cluster.nodes import ClusterNode
from tests.support import clients
from tests.support.accounts import log_in, register
from tests.support.clients import IrcClient, LineClient, PlainClient, texts, words
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

MARKS = {"limits_strangers_per_minute": 0}  # a test says much to strangers
OPERATORS = f'[operators]\nadmin = "{Verifier.make("secret words", 4096)}"\n'
CAPS = (
    "batch", "draft/chathistory", "draft/message-redaction", "echo-message", "message-tags",
    "server-time", "soju.im/search",
)  # fmt: skip


@dataclass
class Pair:
    """Two nodes."""

    valkey: Valkey
    a: ClusterNode
    b: ClusterNode
    config: Path
    folder: Path
    marks: int = 0
    marker: IrcClient | None = None

    def seen(self, client: IrcClient) -> list[Message]:
        """What has come to somebody, up to all that anybody was answered to."""
        if self.marker is None:
            self.marker = IrcClient(self.a.port, "Marker")
        self.marks += 1
        mark = f"mark {self.marks}"
        self.marker.send(f"PRIVMSG {client.nick} :{mark}")
        return client.until_that(lambda m: m.command == "PRIVMSG" and m.params[-1] == mark)[:-1]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    config = folder / "gchat.toml"
    config.write_text(OPERATORS)
    with (
        Valkey(folder / "log") as valkey,
        ClusterNode("a", folder, valkey.url, "--config", str(config), **MARKS) as a,
        ClusterNode("b", folder, valkey.url, "--config", str(config), **MARKS) as b,
    ):
        yield Pair(valkey, a, b, config, folder)


@pytest.fixture
def pair(nodes: Pair) -> Iterator[Pair]:
    """With nobody there: what a test leaves behind is no other test's."""
    yield nodes
    nodes.marker = None
    while clients.OPEN:
        clients.OPEN.pop().close()
    for node in (nodes.a, nodes.b):
        with IrcClient(node.port, f"Last{node.name}") as last:
            wait_until(partial(is_alone, last))
            last.send("QUIT")
            last.read_to_end()


def count(client: IrcClient, numeric: str) -> int:
    """A number that LUSERS says."""
    (found,) = [m for m in client.ask("LUSERS") if m.command == numeric]
    return sum(int(word) for word in found.params[-1].split() if word.isdigit()) - 1


def is_alone(client: IrcClient) -> bool:
    """Whether nobody else is there."""
    return count(client, "251") <= 1


def lacks(node: ClusterNode, text: str) -> bool:
    """Whether a node keeps no such message."""
    return text not in [one for _, one in node.archive()]


def both(pair: Pair, *caps: str, room: str = "#room") -> tuple[IrcClient, IrcClient]:
    """Somebody on each node, both in a room."""
    tuan = IrcClient(pair.a.port, "Tuan", *caps, join=room)
    duy = IrcClient(pair.b.port, "Duy", *caps, join=room)
    for client in (tuan, duy):
        pair.seen(client)
    return tuan, duy


# -- talking


def test_messages_and_whose_they_are(pair: Pair) -> None:
    tuan, duy = both(pair, "echo-message", "message-tags")
    (echo,) = tuan.ask("@+x=1 PRIVMSG #room :Hello, Duy!")
    (got,) = pair.seen(duy)
    assert (got.source, got.params, got.tags) == (echo.source, echo.params, echo.tags)
    duy.ask("NOTICE Tuan :psst")
    assert words(pair.seen(tuan)) == ["Duy NOTICE Tuan | psst"]


def test_netcat_and_irc(pair: Pair) -> None:
    tuan = PlainClient(pair.a.port, "Tuan")
    duy = IrcClient(pair.b.port, "Duy", join="#lobby")
    assert tuan.read_line() == "Duy has connected to the chat room"
    tuan.say("Hello, Duy!")
    assert duy.until("PRIVMSG")[-1].params == ["#lobby", "Hello, Duy!"]
    duy.send("QUIT :bye")
    assert [tuan.read_line() for _ in range(2)] == [
        "Tuan: Hello, Duy!",
        "Duy has left the chat room!",
    ]


def test_an_answer_is_labelled_where_it_was_asked_for_and_nowhere_else(pair: Pair) -> None:
    tuan, duy = both(pair, "batch", "echo-message", "labeled-response", "message-tags")
    (echo,) = tuan.ask("@label=mine PRIVMSG #room :hi")
    assert echo.tags["label"] == "mine"
    (got,) = pair.seen(duy)
    assert "label" not in got.tags


def test_all_see_one_order(pair: Pair) -> None:
    tuan, duy = both(pair, "echo-message")
    for number in range(50):
        tuan.send(f"PRIVMSG #room :t{number}")
        duy.send(f"PRIVMSG #room :d{number}")

    def all_of_it(client: IrcClient) -> list[str]:
        found: list[str] = []
        while not {"t49", "d49"} <= set(found):
            found += texts(client.until("PRIVMSG"))
        return found

    first = all_of_it(tuan)
    assert first == all_of_it(duy)
    assert len(first) == len(set(first)) == 100


# -- people


def test_of_two_who_take_a_nickname_exactly_one_has_it(pair: Pair) -> None:
    tuan, duy = both(pair)
    for number in range(10):
        for client in (tuan, duy):
            client.send(f"NICK Same{number}", "PING done")
        ends = [client.until("PONG") for client in (tuan, duy)]
        refused = ["433" in [m.command for m in end] for end in ends]
        assert sorted(refused) == [False, True]
        winner, loser = (duy, tuan) if refused[0] else (tuan, duy)
        (whois,) = [m for m in loser.ask(f"WHOIS Same{number}") if m.command == "311"]
        assert whois.params[2] == f"~{winner.nick.lower()}"
        winner.ask(f"NICK {winner.nick}")
        for client in (tuan, duy):
            pair.seen(client)


def test_of_two_who_come_with_a_nickname_one_is_told_to_choose_another(pair: Pair) -> None:
    for number in range(5):
        pending = [LineClient(node.port) for node in (pair.a, pair.b)]
        for client in pending:
            client.send(f"NICK Twin{number}", "USER twin 0 * :Twin")
        answers = []
        for client in pending:
            while (word := client.read_line().split()[1]) not in ("001", "433"):
                pass
            answers.append(word)
            client.send("PING")
        assert sorted(answers) == ["001", "433"]


def test_who_is_where(pair: Pair) -> None:
    """WHOIS, WHO, NAMES, LUSERS, LIST, WHOWAS."""
    tuan, duy = both(pair)
    assert [m.params[-1] for m in tuan.ask("WHOIS Duy") if m.command == "319"] == ["#room"]
    assert {m.params[5] for m in duy.ask("WHO #room") if m.command == "352"} == {"Tuan", "Duy"}
    assert [m.params[1:] for m in duy.ask("LIST #room") if m.command == "322"] == [
        ["#room", "2", ""]
    ]
    assert [m.params[-1] for m in tuan.ask("LUSERS") if m.command == "251"] == [
        m.params[-1] for m in duy.ask("LUSERS") if m.command == "251"
    ]
    tuan.send("QUIT :bye")
    assert words([duy.until("QUIT")[-1]]) == ["Tuan QUIT Quit: bye"]
    assert [m.params[1] for m in duy.ask("WHOWAS Tuan 1") if m.command == "314"] == ["Tuan"]


def test_monitor(pair: Pair) -> None:
    """MONITOR: https://ircv3.net/specs/extensions/monitor"""
    tuan = IrcClient(pair.a.port, "Tuan")
    assert [m.command for m in tuan.ask("MONITOR + Duy")] == ["731"]
    duy = IrcClient(pair.b.port, "Duy")
    assert words([tuan.read()]) == ["gchat.local 730 Tuan | Duy!~duy@127.0.0.1"]
    duy.send("QUIT")
    duy.read_to_end()
    assert words([tuan.read()]) == ["gchat.local 731 Tuan | Duy"]


def test_away_realname_and_metadata(pair: Pair) -> None:
    tuan, duy = both(pair, "away-notify", "setname", "draft/metadata-3")
    tuan.ask("METADATA * SUB url")
    duy.ask("AWAY :lunch", "SETNAME :Duy N.", "METADATA * SET url :https://here")
    assert words(pair.seen(tuan)) == [
        "Duy AWAY lunch",
        "Duy SETNAME Duy N.",
        "gchat.local 761 Tuan | Duy | url | * | https://here",
    ]


# -- rooms


def test_rooms(pair: Pair) -> None:
    """MODE, TOPIC, INVITE, KICK, RENAME, and slow mode."""
    tuan, duy = both(pair, "draft/channel-rename")
    tuan.ask("MODE #room +m", "TOPIC #room :About")
    assert words(pair.seen(duy)) == ["Tuan MODE #room | +m", "Tuan TOPIC #room | About"]
    assert [m.command for m in duy.ask("PRIVMSG #room :hi")] == ["404"]
    tuan.ask("MODE #room +v Duy", "MODE #room +f 1:60")
    pair.seen(duy)
    tuan.ask("MODE #room -v Duy", "MODE #room -m")
    pair.seen(duy)
    assert duy.ask("PRIVMSG #room :one") == []
    (refused,) = duy.ask("PRIVMSG #room :two")
    assert refused.params[-1].startswith("This room is in slow mode")
    assert texts([m for m in pair.seen(tuan) if m.command == "PRIVMSG"]) == ["one"]
    tuan.ask("RENAME #room #other :better")
    assert [m.command for m in pair.seen(duy)] == ["RENAME"]
    tuan.ask("KICK #other Duy :out", "MODE #other +i")
    assert words(pair.seen(duy)) == ["Tuan KICK #other | Duy | out"]
    assert [m.command for m in duy.ask("JOIN #other")] == ["473"]
    tuan.ask("INVITE Duy #other")
    assert [m.command for m in pair.seen(duy)] == ["INVITE"]
    assert duy.join("#other")[0].command == "JOIN"


# -- accounts


def test_an_account_is_the_same_everywhere(pair: Pair) -> None:
    """One person with connections to both nodes."""
    register(pair.a, "An")
    laptop = log_in(pair.b, "An", "echo-message")
    laptop.join("#room")
    phone = log_in(pair.a, "An", "echo-message")
    assert [m.params[0] for m in phone.sync() if m.command == "JOIN"] == ["#room"]
    duy = IrcClient(pair.a.port, "Duy", join="#room")
    duy.ask("PRIVMSG An :to both", "PRIVMSG #room :to all")
    for client in (laptop, phone):
        found = client.until_that(lambda m: m.params[-1] == "to all")
        assert [m.params[-1] for m in found if m.command == "PRIVMSG"] == ["to both", "to all"]
    laptop.ask("PRIVMSG #room :from the laptop")
    assert words([phone.until("PRIVMSG")[-1]]) == ["An PRIVMSG #room | from the laptop"]
    laptop.ask("NICK An_2")
    assert words([phone.until("NICK")[-1]]) == ["An NICK An_2"]
    laptop.send("QUIT")
    laptop.read_to_end()
    phone.ask("PRIVMSG #room :still here")
    found = duy.until_that(lambda m: m.params[-1] == "still here")
    assert "QUIT" not in [m.command for m in found]
    phone.send("QUIT :now")
    assert words([duy.until("QUIT")[-1]]) == ["An_2 QUIT Quit: now"]


def test_read_markers(pair: Pair) -> None:
    """MARKREAD: https://ircv3.net/specs/extensions/read-marker"""
    register(pair.a, "Binh")
    phone = log_in(pair.a, "Binh", "draft/read-marker")
    laptop = log_in(pair.b, "Binh", "draft/read-marker")
    at = "timestamp=2020-01-01T00:00:00.000Z"
    phone.ask(f"MARKREAD Duy {at}")
    assert laptop.until("MARKREAD")[-1].params == ["Duy", at]
    assert laptop.ask("MARKREAD Duy")[0].params == ["Duy", at]


def test_unknown_accounts_look_the_same_on_every_node(pair: Pair) -> None:
    """SCRAM tells nobody which accounts there are: the salt of one that is not is the same too."""

    def salt(node: ClusterNode) -> str:
        from base64 import b64decode, b64encode  # noqa: PLC0415

        client = LineClient(node.port, b"CAP REQ sasl\r\nAUTHENTICATE SCRAM-SHA-256\r\n")
        while client.read_line() != "AUTHENTICATE +":
            pass
        client.send(f"AUTHENTICATE {b64encode(b'n,,n=nobody,r=abcdefgh').decode()}")
        found = b64decode(client.read_line().split()[1]).decode()
        client.close()
        return next(word for word in found.split(",") if word.startswith("s="))

    assert salt(pair.a) == salt(pair.b)


# -- operators


def test_kill_and_bans(pair: Pair) -> None:
    admin = IrcClient(pair.a.port, "Admin", join="#room")
    assert [m.command for m in admin.ask("OPER admin :secret words")] == ["MODE", "381"]
    duy = IrcClient(pair.b.port, "Duy", join="#room")
    admin.ask("KILL Duy :enough")
    assert duy.read_to_end()[-1] == "ERROR :Closing Link: 127.0.0.1 (Killed (Admin (enough)))"
    mai = IrcClient(pair.b.port, "Mai")
    admin.ask("KLINE ~mai@* :go away")
    assert "go away" in mai.read_to_end()[-1]
    again = LineClient(pair.b.port, b"NICK Mai\r\nUSER mai 0 * :M\r\n")
    assert "go away" in again.read_to_end()[-1]
    admin.ask("UNKLINE ~mai@*")
    wait_until(lambda: comes_in(pair.b, "Mai"))


def comes_in(node: ClusterNode, nick: str) -> bool:
    """Whether the server takes somebody."""
    client = LineClient(node.port, f"NICK {nick}\r\nUSER {nick.lower()} 0 * :M\r\n".encode())
    return " 001 " in client.read_line()


# -- the past


def test_history_and_search_on_the_other_node(pair: Pair) -> None:
    tuan, duy = both(pair, *CAPS, room="#past")
    for number in range(5):
        tuan.ask(f"PRIVMSG #past :word{number}")
    pair.seen(duy)
    found = [m for m in duy.ask("CHATHISTORY LATEST #past * 10") if m.command == "PRIVMSG"]
    assert texts(found) == [f"word{number}" for number in range(5)]
    hits = [m for m in duy.ask("SEARCH in=#past;text=word3") if m.command == "PRIVMSG"]
    assert texts(hits) == ["word3"]


def test_what_is_taken_back_is_gone_from_all_archives(pair: Pair) -> None:
    tuan, duy = both(pair, *CAPS, room="#regret")
    (echo,) = tuan.ask("PRIVMSG #regret :oops")
    msgid = echo.tags["msgid"]
    pair.seen(duy)
    tuan.ask(f"REDACT #regret {msgid} :sorry")
    assert words(pair.seen(duy)) == [f"Tuan REDACT #regret | {msgid} | sorry"]
    for client in (tuan, duy):
        found = client.ask("CHATHISTORY LATEST #regret * 10", "SEARCH in=#regret;text=oops")
        assert "oops" not in texts([m for m in found if m.params])
    for node in (pair.a, pair.b):
        wait_until(partial(lacks, node, "oops"))
    (other,) = duy.ask("PRIVMSG #regret :mine")
    pair.seen(tuan)
    tuan.ask(f"REDACT #regret {other.tags['msgid']}")
    assert [m.command for m in pair.seen(duy)] == ["REDACT"], "by an operator of the room"


def test_a_person_is_the_same_in_the_history_of_all_nodes(pair: Pair) -> None:
    """Without an account, by the number of the connection; also for a node that was away."""
    tuan, duy = both(pair, *CAPS, room="#mine")
    duy.ask("PART #mine")
    (*_, echo) = tuan.ask("PRIVMSG #mine :said before")
    pair.b.stop()
    tuan.ask("PRIVMSG #mine :said meanwhile")
    pair.b.start()
    lan = IrcClient(pair.b.port, "Lan", *CAPS, join="#mine")
    found = [m for m in lan.ask("CHATHISTORY LATEST #mine * 10") if m.command == "PRIVMSG"]
    assert texts(found) == ["said before", "said meanwhile"]
    (refused,) = lan.ask(f"REDACT #mine {echo.tags['msgid']}")
    assert "REDACT_FORBIDDEN" in refused.params
    found = tuan.ask(f"REDACT #mine {echo.tags['msgid']}")
    assert "REDACT" in [m.command for m in found if m.nick == "Tuan"]


def test_a_node_that_joins_later_has_the_past_and_the_accounts(pair: Pair) -> None:
    register(pair.a, "Chi")
    tuan, _ = both(pair, *CAPS, room="#lobby")
    tuan.ask("PRIVMSG #lobby :before it came")
    with ClusterNode(
        "c", pair.folder, pair.valkey.url, "--config", str(pair.config), **MARKS
    ) as late:
        chi = log_in(late, "Chi", *CAPS)
        chi.join("#lobby")
        found = [m for m in chi.ask("CHATHISTORY LATEST #lobby * 1") if m.command == "PRIVMSG"]
        assert texts(found) == ["before it came"]
        chi.close()


# -- settings


def test_a_reload_changes_the_rules_of_all(pair: Pair) -> None:
    tuan, duy = both(pair)
    pair.config.write_text(f"{OPERATORS}[limits]\nmonitored = 2\n")
    tuan.ask("OPER admin :secret words")
    answers = tuan.ask("REHASH")
    assert any("reloaded" in m.params[-1] for m in answers), answers
    wait_until(lambda: "734" in [m.command for m in duy.ask("MONITOR C", "MONITOR + x,y,z")])
    pair.config.write_text(OPERATORS)
    tuan.ask("REHASH")
    wait_until(lambda: "734" not in [m.command for m in duy.ask("MONITOR C", "MONITOR + x,y,z")])
