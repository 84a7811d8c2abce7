"""Logging in to an account by SASL, on the client's side. No I/O.

https://ircv3.net/specs/extensions/sasl-3.2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gchat.wire.authenticate import CHUNK_BYTES, MECHANISM, SaslError, decode, encode

if TYPE_CHECKING:
    import scramp


@dataclass(frozen=True, slots=True)
class Login:
    """An account and its password; the password is not in the repr."""

    account: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.account!r})"


class Exchange:
    """One attempt: SCRAM where the server knows it, and PLAIN only where nobody else reads."""

    def __init__(self, login: Login, offered: list[str], *, private: bool) -> None:
        """`offered`: mechanisms, none where the server does not tell. Raises SaslError."""
        self._login = login
        self._chunks: list[str] = []
        self._scram: scramp.ScramClient | None = None
        self._step = 0
        if MECHANISM in offered:
            self.mechanism = MECHANISM
            import scramp  # noqa: PLC0415 - takes a sixth of the time to open the window

            self._scram = scramp.ScramClient([MECHANISM], login.account, login.password)
        elif private and (not offered or "PLAIN" in offered):
            self.mechanism = "PLAIN"
        else:
            raise SaslError("the server offers no way to log in that keeps the password safe")

    def answer(self, param: str) -> list[str]:
        """The parameters of our next AUTHENTICATE messages, after the server's `param`. Raises
        SaslError.
        """
        if param != "+":
            self._chunks.append(param)
            if len(param) == CHUNK_BYTES:
                return []
        message = decode("".join(self._chunks))
        self._chunks.clear()
        self._step += 1
        return encode(self._next(message))

    def _next(self, message: bytes) -> bytes:
        account, password = self._login.account, self._login.password
        scram = self._scram
        if scram is None:
            return f"\0{account}\0{password}".encode("utf-8", "replace")
        from scramp import ScramException  # noqa: PLC0415

        try:
            if self._step == 1:
                return str(scram.get_client_first()).encode()
            if self._step == 2:
                scram.set_server_first(message.decode())
                return str(scram.get_client_final()).encode()
            scram.set_server_final(message.decode())  # the server knows the password too
        except (ScramException, UnicodeDecodeError) as error:
            raise SaslError(str(error)) from None
        return b""
