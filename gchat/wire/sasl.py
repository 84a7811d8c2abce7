"""SASL: what is kept of a password, and the exchanges that prove that somebody knows it.

https://ircv3.net/specs/extensions/sasl-3.2, RFC 4616 (PLAIN), RFC 5802 and 7677 (SCRAM-SHA-256).
Pure: `Verifier.make` and `Verifier.matches` take their time, by design.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import scramp

from gchat.wire.authenticate import MECHANISM, SaslError

MESSAGE_BYTES = 4096  # of base64 in all chunks of one message
PASSWORD_BYTES = 1024
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Verifier:
    """What is kept of a password: RFC 5802, section 3, StoredKey and ServerKey. It proves a
    password right, and does not tell it.
    """

    iterations: int
    salt: bytes
    stored_key: bytes
    server_key: bytes

    @classmethod
    def make(cls, password: str, iterations: int, salt: bytes = b"") -> Verifier:
        """Takes its time. Raises SaslError where it cannot be a password (RFC 4013)."""
        try:
            salt, stored, server, count = scramp.ScramMechanism(MECHANISM).make_auth_info(
                password, iteration_count=iterations, salt=salt or os.urandom(SALT_BYTES)
            )
        except (scramp.ScramException, ValueError) as error:
            raise SaslError(str(error)) from None
        return cls(count, salt, stored, server)

    def matches(self, password: str) -> bool:
        """Whether it is the password. Takes its time, the same for every password that RFC 4013
        allows; one that it does not allow is refused at once.
        """
        try:
            other = Verifier.make(password, self.iterations, self.salt)
        except SaslError:
            return False
        return hmac.compare_digest(self.stored_key, other.stored_key)

    def __str__(self) -> str:
        """As it is stored: RFC 5803, section 2."""
        salt, stored, server = (
            base64.b64encode(part).decode()
            for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"{MECHANISM}${self.iterations}:{salt}${stored}:{server}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """The inverse of `str`. Raises ValueError."""
        mechanism, first, second = text.split("$")
        if mechanism != MECHANISM:
            raise ValueError(f"unknown mechanism {mechanism}")
        iterations, _, salt = first.partition(":")
        stored, _, server = second.partition(":")
        parts = [base64.b64decode(part, validate=True) for part in (salt, stored, server)]
        return cls(int(iterations), *parts)


def iterations_of(text: str) -> int:
    """Those of a stored verifier, without decoding the rest of it; 0 where it is none."""
    count = text.partition("$")[2].partition(":")[0]
    return int(count) if count.isascii() and count.isdigit() else 0


def pretended(name: str, secret: bytes, in_use: Mapping[int, int], default: int) -> Verifier:
    """A verifier that no password matches, for a name that is nobody's: always the same for the
    same name and key. `in_use`: how many verifiers there are with so many iterations; its own are
    as those of one of them, so that they do not tell that it is nobody's. If they become others,
    the salt does too, as if there was a new password.
    """

    def digest(*words: object) -> bytes:
        text = " ".join(map(str, (*words, name)))
        return hmac.digest(secret, text.encode("utf-8", "replace"), "sha256")

    def rank(count: int) -> float:  # weighted rendezvous hashing: little changes with the weights
        chance = (int.from_bytes(digest("iterations", count)[:6], "big") + 1) / (1 << 48)
        return -math.log(chance) / in_use[count]

    count = min(in_use, key=rank, default=default)
    salt = digest("salt", count)[:SALT_BYTES]
    nothing = bytes(hashlib.sha256().digest_size)
    return Verifier(count, salt, nothing, nothing)


def plain(message: bytes) -> tuple[str, str]:
    """Account name and password of PLAIN. Raises SaslError, also if it asks to act as another
    account (authzid).
    """
    parts = message.split(b"\0")
    if len(parts) != 3:
        raise SaslError("PLAIN has three parts")
    try:
        authzid, authcid, password = (part.decode() for part in parts)
    except UnicodeDecodeError:
        raise SaslError("not UTF-8") from None
    if not authcid or not password or (authzid and authzid != authcid):
        raise SaslError("no name, no password, or somebody else's")
    return authcid, password


class Scram:
    """The server's side of SCRAM-SHA-256. `find` gives the verifier of an account's name, for an
    unknown one too, so that nobody learns which accounts there are.
    """

    def __init__(self, find: Callable[[str], Verifier]) -> None:
        self._find = find
        self._server = scramp.ScramMechanism(MECHANISM).make_server(self._credentials)
        self._step = 0
        self.name = ""  # of the account, once the client has said it

    def _credentials(self, name: str) -> tuple[bytes, bytes, bytes, int]:
        self.name = name
        found = self._find(name)
        return found.salt, found.stored_key, found.server_key, found.iterations

    def answer(self, message: bytes) -> bytes | None:
        """What follows a client's message; `None` when it has proved what it had to. Raises
        SaslError.
        """
        self._step += 1
        try:
            text = message.decode()
            if self._step == 1:
                self._server.set_client_first(text)
                return str(self._server.get_server_first()).encode()
            if self._step == 2:
                self._server.set_client_final(text)
                return str(self._server.get_server_final()).encode()
        except (scramp.ScramException, UnicodeDecodeError, ValueError) as error:
            raise SaslError(str(error)) from None
        return None
