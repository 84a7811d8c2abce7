"""Programs that people sit in front of: HexChat on a screen that nobody sees, EPIC5 without one."""

from __future__ import annotations

import os
from pathlib import Path

from tests.real_clients.program import (
    COMMAND,
    PASSWORD,
    ROOM,
    Away,
    Missing,
    Program,
    installed,
    read,
)

HEXCHAT_PLUGINS = "*/hexchat/plugins/perl.so"
HEXCHAT_SETTINGS = """\
version = 2.16.1
irc_nick1 = {nick}
irc_nick2 = {nick}2
irc_nick3 = {nick}3
irc_user_name = hex
irc_real_name = Hex
irc_logging = 1
irc_logmask = seen.log
irc_raw_modes = 0
gui_slist_skip = 1
net_auto_reconnect = 1
net_reconnect_delay = 2
text_replay = 0
net_throttle = 0
irc_join_delay = 0
"""
HEXCHAT_NETWORK = """\
v=2.16.1

N=gchat
I={nick}
i={nick}2
U={nick}
R=Hex
P={password}
L=6
E=UTF-8 (Unicode)
F=24
D=0
S=127.0.0.1/{port}
J={room}

"""
# HexChat's own log is what is looked at; this only answers, as a person would.
HEXCHAT_ANSWERS = """\
HexChat::register("answers", "1", "answers the person of the test");
HexChat::hook_print("Channel Message", sub {{
    my $text = $_[0][1];
    HexChat::command("SAY answer $1") if $text =~ /^{command} (\\d+)$/;
    return HexChat::EAT_NONE;
}});
"""
EPIC_SETTINGS = """\
load reconnect
set auto_reconnect_delay 2
set auto_reconnect_retries 100
on #-001 500 * {{
    quote PRIVMSG NickServ :IDENTIFY {nick} {password}
    nick {nick}
    join {room}
}}
on ^new_nickname * {{ nick {nick}_ }}
on #-public 500 * {{
    if (word(2 $*) == [{command}]) {{ msg {room} answer $3 }}
}}
"""


class HexChat(Program):
    """What it has seen is its log."""

    name = "hexchat"
    nick = "Hex"
    obeys = True  # its script is shown what was missed as anything else
    login = "SASL"
    back = "by itself"
    away = Away.SEEN

    @classmethod
    def find(cls) -> None:
        installed("hexchat")
        installed("Xvfb")
        if not any(Path("/usr/lib").glob(HEXCHAT_PLUGINS)):
            raise Missing("hexchat-perl")

    def start(self) -> None:
        folder = self.place.folder / "hexchat"
        (folder / "addons").mkdir(parents=True)
        values = {"nick": self.nick, "password": PASSWORD, "port": self.place.port}
        values |= {"room": ROOM, "command": COMMAND}
        for name, text in (
            ("hexchat.conf", HEXCHAT_SETTINGS),
            ("servlist.conf", HEXCHAT_NETWORK),
            ("addons/answers.pl", HEXCHAT_ANSWERS),
        ):
            (folder / name).write_text(text.format(**values), encoding="utf-8")
        # No D-Bus, on which it would find another HexChat of this user.
        environment = {"DISPLAY": os.environ["DISPLAY"], "DBUS_SESSION_BUS_ADDRESS": "none:"}
        self.run(
            [installed("hexchat"), "--cfgdir", str(folder)],
            environment=environment,
        )

    def seen(self) -> str:
        return read(self.place.folder / "hexchat/logs/seen.log")


class Epic(Program):
    """What it has seen is what it wrote to its terminal."""

    name = "epic5"
    nick = "Epic"
    login = "NickServ"
    back = "with its script reconnect"
    away = Away.NOT_SENT

    @classmethod
    def find(cls) -> None:
        installed("epic5")

    def start(self) -> None:
        text = EPIC_SETTINGS.format(nick=self.nick, password=PASSWORD, room=ROOM, command=COMMAND)
        settings = self.place.folder / "settings"
        settings.write_text(text, encoding="utf-8")
        server = f"127.0.0.1:{self.place.port}"
        self.run([installed("epic5"), "-d", "-l", str(settings), f"{self.nick}_", server])

    def seen(self) -> str:
        return self.output
