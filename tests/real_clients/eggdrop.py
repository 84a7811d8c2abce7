"""Eggdrop, with a script of a few lines."""

from __future__ import annotations

from tests.real_clients.program import COMMAND, PASSWORD, ROOM, Away, Program, installed, read

SETTINGS = """\
set mod-path "/usr/lib/eggdrop/modules/"
set help-path "/usr/share/eggdrop/help/"
set text-path "/usr/share/eggdrop/text/"
set nick "{nick}"
set altnick "{nick}_"
set realname "Eggdrop"
set username "egg"
set admin "nobody"
set userfile "{nick}.user"
set chanfile "{nick}.chan"
set pidfile "{nick}.pid"
loadmodule blowfish
loadmodule dns
loadmodule channels
loadmodule server
loadmodule irc
set net-type 5
set keep-nick 1
set default-port {port}
set servers {{ 127.0.0.1:{port} }}
set server-cycle-wait 2
set server-timeout 10
set msg-rate 0
set default-flood-chan 0:0
channel add {room} {{ }}
channel set {room} flood-chan 0:0
bind evnt - init-server logged_in
proc logged_in {{event}} {{
    putquick "PRIVMSG NickServ :IDENTIFY {nick} {password}"
    putquick "NICK {nick}"
}}
bind pubm - "*" heard
proc heard {{nick host handle channel text}} {{
    set file [open seen a]
    puts $file "$nick $text"
    close $file
    if {{[regexp {{^{command} (\\d+)$}} $text whole number]}} {{
        putquick "PRIVMSG $channel :answer $number"
    }}
}}
"""


class Eggdrop(Program):
    """It does not start as root."""

    name = "eggdrop"
    nick = "Egg"
    login = "NickServ"
    back = "by itself"
    away = Away.NOT_SENT

    @classmethod
    def find(cls) -> None:
        installed("eggdrop")

    def start(self) -> None:
        text = SETTINGS.format(
            nick=self.nick, port=self.place.port, room=ROOM, password=PASSWORD, command=COMMAND
        )
        (self.place.folder / "eggdrop.conf").write_text(text, encoding="utf-8")
        self.run([installed("eggdrop"), "-n", "-m", "eggdrop.conf"])

    def seen(self) -> str:
        return read(self.place.folder / "seen")
