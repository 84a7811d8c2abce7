"""ZNC, with a client attached behind it, and another one that attaches at the end."""

from __future__ import annotations

import socket

from tests.real_clients.program import (
    LINE,
    PASSWORD,
    ROOM,
    Away,
    Program,
    installed,
    wait_until,
)
from tests.support.process import free_port

BEHIND = "behind"  # the name and the password of its user
START_SECONDS = 20.0
SETTINGS = """\
Version = 1.8.2
ConnectDelay = 1
ServerThrottle = 1
<Listener local>
    Host = 127.0.0.1
    Port = {own}
    IPv6 = false
    SSL = false
</Listener>
<User {behind}>
    <Pass password>
        Method = Plain
        Hash = {behind}
    </Pass>
    Nick = {nick}
    Admin = true
    Buffer = 500
    AutoClearChanBuffer = false
    <Network gchat>
        LoadModule = sasl
        FloodBurst = 100
        JoinDelay = 0
        Server = 127.0.0.1 {port}
        <Chan {room}>
        </Chan>
    </Network>
</User>
"""


class Znc(Program):
    """The attached client has to see every line once, and so has the one that attaches later."""

    name = "znc"
    nick = "Zoe"
    login = "SASL"
    back = "by itself; its own client stays"
    away = Away.SEEN
    _attached: Attached | None = None

    @classmethod
    def find(cls) -> None:
        installed("znc")

    def start(self) -> None:
        own = free_port()
        folder = self.place.folder / "znc"
        configs = folder / "configs"
        sasl = folder / f"users/{BEHIND}/networks/gchat/moddata/sasl"
        for one in (configs, sasl):
            one.mkdir(parents=True)
        settings = SETTINGS.format(
            own=own, behind=BEHIND, nick=self.nick, port=self.place.port, room=ROOM
        )
        (configs / "znc.conf").write_text(settings, encoding="utf-8")
        (sasl / ".registry").write_text(
            f"mechanisms PLAIN\npassword {PASSWORD}\nrequire_auth yes\nusername {self.nick}\n",
            encoding="utf-8",
        )
        self.run([installed("znc"), "--foreground", "--datadir", str(folder)])
        self._own = own
        self._attached = Attached(own)

    def seen(self) -> str:
        assert self._attached is not None
        return self._attached.read()

    def answer(self, number: int) -> None:
        assert self._attached is not None
        self._attached.send(f"PRIVMSG {ROOM} :answer {number}")

    def close(self) -> None:
        if self._attached is not None:
            self._attached.close()
            self._attached = None
        super().close()

    def wrong(self) -> list[str]:
        """Another client attaches: ZNC has to play to it the lines that it kept, each once."""
        later = Attached(self._own)
        later.send("PING played")  # answered after the lines
        wait_until(lambda: "PONG" in later.read(), START_SECONDS)
        played = [int(number) for number in LINE.findall(later.read())]
        later.close()
        if played != self.lines():
            return [f"its buffer has the lines {played}"]
        return []


class Attached:
    """A client of ZNC's, read when somebody looks."""

    def __init__(self, port: int) -> None:
        self._text = ""
        self._port = port
        self._sock: socket.socket | None = None
        assert wait_until(self._connect, START_SECONDS), "ZNC does not listen"
        login = f"PASS {BEHIND}/gchat:{BEHIND}", "NICK later", "USER later 0 * :later"
        self.send("CAP REQ :server-time", *login, "CAP END")

    def send(self, *lines: str) -> None:
        """Sends lines."""
        assert self._sock is not None
        self._sock.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def read(self) -> str:
        """All that has come so far."""
        assert self._sock is not None
        try:
            while data := self._sock.recv(65536, socket.MSG_DONTWAIT):
                self._text += data.decode(errors="replace")
        except BlockingIOError:
            pass
        return self._text

    def close(self) -> None:
        """Closes the socket."""
        assert self._sock is not None
        self._sock.close()

    def _connect(self) -> bool:
        try:
            self._sock = socket.create_connection(("127.0.0.1", self._port))
        except ConnectionRefusedError:
            return False
        return True
