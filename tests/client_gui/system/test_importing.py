"""Server lists of HexChat and WeeChat."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_gui.core.places import MOST
from client_gui.system.importing import (
    FILE_BYTES,
    NAME_LENGTH,
    ROOMS_MOST,
    SERVERS_MOST,
    Listed,
    NoList,
    servers_in,
    usual_files,
)
from client_gui.system.settings import Server
from tests.support.clients import WAIT_SECONDS

HEXCHAT = """v=2.16.1

N=Unused
E=UTF-8 (Unicode)
F=19
D=0
S=irc.unused.example

N=Libera.Chat
L=6
I=tuan
P=hunter2
F=23
S=irc.libera.chat
S=irc2.libera.chat/7000
J=#python,key
J=#gevent
J=not a room

N=Plus
F=0
S=[2001:db8::1]/+6670

N=Broken
S=a b
F=x

N=Auto
F=8
S=auto.example/6668
"""
WEECHAT = """#
# weechat -- irc.conf
#
[look]
buffer = "x"

[server_default]
addresses = ""

[server]
libera.addresses = "irc.libera.chat/6697,irc2.libera.chat/7000"
libera.proxy = null
libera.ipv6 = on
libera.tls = on
libera.password = "hunter2"
libera.sasl_username = "tuan"
libera.sasl_password = "${sec.data.libera}"
libera.nicks = "tuan,tuan_"
libera.autojoin = "#python,#secret key"
libera.autoconnect = on
old.addresses = "old.example"
old.ssl = off
old.nicks = "${username}"
old.sasl_username = "${sec.data.name}"
none.addresses = ""

[msgbuffer]
x = y
"""


def listed(folder: Path, text: str | bytes) -> list[Listed]:
    file = folder / "list"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return servers_in(file)


def test_hexchat(tmp_path: Path) -> None:
    found = listed(tmp_path, HEXCHAT.replace("\n", "\r\n"))
    libera = Server("irc.libera.chat", 6697, "tuan", tls=True)
    libera.rooms, libera.others = ["#python", "#gevent"], ["irc2.libera.chat:7000"]
    assert found == [
        Listed("Auto", Server("auto.example", 6668), used=True),
        Listed("Libera.Chat", libera, used=True),
        Listed("Plus", Server("2001:db8::1", 6670, tls=True), used=False),
        Listed("Unused", Server("irc.unused.example", 6667), used=False),
    ]


def test_weechat(tmp_path: Path) -> None:
    libera = Server("irc.libera.chat", 6697, "tuan", tls=True, account="tuan")
    libera.rooms, libera.others = ["#python", "#secret"], ["irc2.libera.chat:7000"]
    assert listed(tmp_path, WEECHAT) == [
        Listed("libera", libera, used=True),
        Listed("old", Server("old.example", 6667), used=False),
    ]


def test_no_password_is_taken_over(tmp_path: Path) -> None:
    for text in (HEXCHAT, WEECHAT):
        assert "hunter2" not in repr(listed(tmp_path, text))
        assert "sec.data" not in repr(listed(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["", "hello", "N=x\nS=\n", "[server]\n", "N=x\nS=h\n" + " " * FILE_BYTES, b"\xff\0"]
)
def test_what_is_no_list(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(NoList):
        listed(tmp_path, text)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NoList):
        servers_in(tmp_path)


def test_so_many_and_no_more(tmp_path: Path) -> None:
    many = "\n\n".join(f"N=n{number}\nS=h{number}" for number in range(SERVERS_MOST + 1))
    assert len(listed(tmp_path, many)) == SERVERS_MOST
    much = (
        "N=x\n" + "S=h\n" + "".join(f"S=h{n}\n" for n in range(MOST)) + "J=#x\n" * (ROOMS_MOST + 1)
    )
    (found,) = listed(tmp_path, much)
    assert len(found.server.others) == MOST - 1
    assert len(found.server.rooms) == ROOMS_MOST


def test_names_are_no_longer_than_names(tmp_path: Path) -> None:
    network = "N={name}\nS=h\nI={name}\nJ=#{name}\nJ=#x"
    (found,) = listed(tmp_path, network.format(name="n" * (NAME_LENGTH - 1)))
    assert (len(found.name), len(found.server.nick)) == (NAME_LENGTH - 1, NAME_LENGTH - 1)
    assert len(found.server.rooms) == 2
    (found,) = listed(tmp_path, network.format(name="n" * (NAME_LENGTH + 1)))
    assert (len(found.name), found.server.nick) == (NAME_LENGTH, "")
    assert found.server.rooms == ["#x"]
    (found,) = listed(tmp_path, "N=a\x1b\0b\nS=h")
    assert found.name == "ab"


@pytest.mark.parametrize(
    "piece",
    ["a.", "a.b = ", 'a.b = "', "a.b = x\n", "=", "N=", "N=x\nS=h\n", "\n ", " ", "S=h/+", ","],
)
@pytest.mark.parametrize("start", ["", "[server]\n", "[server]\na.addresses = ", "N=x\nS="])
def test_a_file_made_to_take_long(tmp_path: Path, start: str, piece: str) -> None:
    """All that may be read of one is looked through at once: Tk waits for it."""
    before = time.process_time()
    with suppress(NoList):
        listed(tmp_path, (start + piece * FILE_BYTES)[:FILE_BYTES])
    assert time.process_time() - before < WAIT_SECONDS


@given(st.text('N=SJFI#/+x\n [server].addresses"0', max_size=200))
def test_anything_at_all(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_text(text)
    try:
        found = servers_in(file)
    except NoList:
        return
    assert all(one.server.host and 0 < one.server.port < 65536 for one in found)


def test_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert usual_files() == []
    places = [
        "config/hexchat/servlist.conf",
        ".var/app/io.github.Hexchat/config/hexchat/servlist.conf",
        "AppData/Roaming/HexChat/servlist.conf",
        "config/weechat/irc.conf",
        ".weechat/irc.conf",
    ]
    monkeypatch.delenv("APPDATA", raising=False)
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("")
    assert usual_files() == [tmp_path / place for place in places]
