"""What servers answer only to somebody who has asked: WHOIS, and other numerics."""

from __future__ import annotations

import pytest

from client_gui.core.events import Away, Event, ServerText, WhoIs
from client_gui.core.limits import WHOIS, WHOIS_LINES
from client_gui.core.protocol import ClientProtocol

ALL = (
    "311 Tuan Duy ~duy 192.0.2.7 * :Duy Nguyen",
    "319 Tuan Duy :@#dev",
    "319 Tuan Duy :#lobby",
    "312 Tuan Duy irc.example.org :the server",
    "301 Tuan Duy :at lunch",
    "330 Tuan Duy duy :is logged in as",
    "313 Tuan Duy :is an IRC operator",
    "671 Tuan Duy :is using a secure connection",
    "317 Tuan Duy 125 1764300000 :seconds idle, signon time",
    "378 Tuan Duy :is connecting from 192.0.2.7",
)


@pytest.fixture
def core() -> ClientProtocol:
    core = ClientProtocol("Tuan", 0.0)
    core.receive_data(b":srv 001 Tuan :hi\r\n", 0.0)
    core.data_to_send()
    return core


def hear(core: ClientProtocol, *lines: str) -> list[Event]:
    return core.receive_data("".join(f":srv {line}\r\n" for line in lines).encode(), 1.0)


def test_an_answer_to_whois_is_told_as_one(core: ClientProtocol) -> None:
    told = hear(core, *ALL)
    assert told == [Away("Duy", "at lunch")]
    assert hear(core, "318 Tuan duy :End of /WHOIS list.") == [
        WhoIs(
            nick="Duy",
            address="~duy@192.0.2.7",
            realname="Duy Nguyen",
            rooms=("@#dev", "#lobby"),
            server="irc.example.org",
            account="duy",
            away="at lunch",
            idle=125,
            since=1_764_300_000,
            secure=True,
            operator=True,
            more=("is connecting from 192.0.2.7",),
        )
    ]
    assert hear(core, "318 Tuan Duy :End of /WHOIS list.") == []


def test_whom_there_is_not(core: ClientProtocol) -> None:
    found = hear(core, "401 Tuan Lan :No such nick", "318 Tuan Lan :End of /WHOIS list.")
    assert found == [ServerText("Lan: No such nick", error=True)]


def test_a_server_that_never_ends_an_answer(core: ClientProtocol) -> None:
    for number in range(WHOIS + 1):
        hear(core, f"311 Tuan n{number} u h * :r")
        for _ in range(WHOIS_LINES + 1):
            hear(core, f"319 Tuan n{number} :#a", f"378 Tuan n{number} :more")
    told = hear(core, *(f"318 Tuan n{number} :End" for number in range(WHOIS + 1)))
    assert len(told) == WHOIS
    for one in told:
        assert isinstance(one, WhoIs)
        assert len(one.rooms) == len(one.more) == WHOIS_LINES


@pytest.mark.parametrize("line", ["311 Tuan Duy u", "317 Tuan Duy x y :z", "319 Tuan", "318"])
def test_what_is_damaged_does_no_harm(core: ClientProtocol, line: str) -> None:
    hear(core, "311 Tuan Duy u h * :r", line)
    (told,) = hear(core, "318 Tuan Duy :End")
    assert isinstance(told, WhoIs)
    assert told.since is None


def test_away_outside_of_whois_is_presence(core: ClientProtocol) -> None:
    assert hear(core, "301 Tuan Duy :at lunch") == [Away("Duy", "at lunch")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("324 Tuan #dev +nt", "#dev +nt"),
        ("351 Tuan gchat-1 srv :fast", "gchat-1 srv fast"),
        ("367 Tuan #dev *!*@192.0.2.1 Duy 1764300000", "#dev *!*@192.0.2.1 Duy 1764300000"),
        ("391 Tuan srv :noon", "srv noon"),
    ],
)
def test_what_somebody_must_have_asked_for_is_shown(
    core: ClientProtocol, line: str, text: str
) -> None:
    assert hear(core, line) == [ServerText(text)]


@pytest.mark.parametrize(
    "line",
    [
        "002 Tuan :Your host is srv",
        "251 Tuan :There are 3 users",
        "265 Tuan 3 3 :Current local users 3, max 3",
        "333 Tuan #dev Duy 1764300000",
        "329 Tuan #dev 1764300000",
        "315 Tuan #dev :End of WHO list",
        "396 Tuan host :is now your visible host",
        "351 Tuan",
        "35 Tuan x",
    ],
)
def test_what_comes_unasked_is_not(core: ClientProtocol, line: str) -> None:
    assert hear(core, line) == []


def test_an_answer_that_somebody_asked_for_by_hand_is_shown(core: ClientProtocol) -> None:
    core.caps |= {"labeled-response", "batch"}
    core.ask("WHO", "#dev")
    assert core.data_to_send() == b"@label=ask1 WHO #dev\r\n"
    hear(core, "366 Tuan #dev :End of /NAMES list.")
    found = core.receive_data(
        b"@label=ask1 :srv BATCH +x labeled-response\r\n"
        b"@batch=x :srv 352 Tuan #dev ~duy 192.0.2.7 srv Duy H :0 Duy\r\n"
        b"@batch=x :srv 315 Tuan #dev :End of WHO list\r\n"
        b":srv BATCH -x\r\n"
        b":srv 352 Tuan #dev ~duy 192.0.2.7 srv Duy H :0 Duy\r\n",
        2.0,
    )
    shown = [one for one in found if isinstance(one, ServerText)]
    assert shown == [ServerText("#dev ~duy 192.0.2.7 srv Duy H 0 Duy")]
    core.ask("LUSERS")
    text = "There are 2 users"
    found = core.receive_data(f"@label=ask2 :srv 251 Tuan :{text}\r\n".encode(), 3.0)
    assert found == [ServerText(text)]
    core.ask("VERSION")  # shown in any case, and not twice
    found = core.receive_data(b"@label=ask3 :srv 351 Tuan gchat-1 srv :x\r\n", 3.0)
    assert found == [ServerText("gchat-1 srv x")]
    core.ask("MOTD")
    found = core.receive_data(b"@label=ask4 :srv 422 Tuan :No message of the day\r\n", 3.0)
    assert found[-1] == ServerText("No message of the day")
    assert hear(core, "422 Tuan :No message of the day") == []


def test_the_key_of_a_room_that_is_entered_by_hand_is_known(core: ClientProtocol) -> None:
    core.caps |= {"labeled-response", "batch"}
    core.ask("JOIN", "#dev", "secret")
    assert core.data_to_send() == b"@label=ask1 JOIN #dev secret\r\n"
    assert core.keys == {core.isupport.fold("#dev"): "secret"}


def test_without_labels_it_is_asked_as_it_is(core: ClientProtocol) -> None:
    core.ask("WHO", "#dev")
    assert core.data_to_send() == b"WHO #dev\r\n"
