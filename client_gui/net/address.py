"""Where the window connects to. Known to Tk's side too, which must not wait for trio."""

from __future__ import annotations

from dataclasses import dataclass, field

from client_gui.core.login import Login
from client_gui.core.places import Place
from client_gui.core.proxies import Proxy


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect and as whom."""

    host: str
    port: int
    nick: str
    rooms: tuple[str, ...] = ("#lobby",)
    tls: bool = False
    pin: str = ""  # SHA-256 of the only certificate to trust, whoever signed it; "" for none
    login: Login | None = None
    others: tuple[Place, ...] = ()  # where the same server can be reached too
    proxy: Proxy | None = None  # by which it is reached
    # how often it was tried before: which of a name's addresses comes first
    again: int = field(default=0, compare=False)

    def places(self) -> tuple[Place, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(((self.host, self.port), *self.others)))
