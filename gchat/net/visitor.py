"""Whoever asks for files by HTTP, as a connection knows them."""

from __future__ import annotations

from gchat.core.history import person
from gchat.dialects.passwords import LoginFailed, NotTried, check_password
from gchat.dialects.peer import Peer
from gchat.files.entry import Owner
from gchat.web.files import Denied, NotNow


class FileVisitor:
    """A `Visitor`."""

    __slots__ = ("_peer",)

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    @property
    def address(self) -> str:
        return self._peer.origin.group

    @property
    def exempt(self) -> bool:
        return self._peer.trusted

    def check_banned(self) -> None:
        ban = self._peer.node.banned("", self._peer.host)
        if ban is not None:
            raise Denied(f"You are banned: {ban.reason}")

    def log_in(self, name: str, password: str) -> Owner:
        peer = self._peer
        try:
            account = check_password(peer, name, password)
        except NotTried as error:
            raise NotNow(f"{error}.") from None
        except LoginFailed as error:
            peer.count_attempt(error.who)
            raise Denied(f"{error}.") from None
        return Owner(person(peer.node.boot, 0, account.ident))

    def now(self) -> int:
        return self._peer.node.tick_ms()
