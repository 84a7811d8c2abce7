"""Which addresses somebody has logged in from, and which shared passwords were right: so that who
is at home here does not wait behind those who guess. In memory only, and bounded.
"""

from __future__ import annotations

import hmac
import os

WHO_MOST = 20_000  # accounts, and names of operators
ADDRESSES_MOST = 8  # of each
PROVEN_MOST = 8  # passwords of the configuration


class Familiar:
    """By who they are: the addresses they have logged in from, the latest last."""

    def __init__(self, most: int = WHO_MOST, addresses: int = ADDRESSES_MOST) -> None:
        self._most = most
        self._addresses = addresses
        self._found: dict[str, dict[str, None]] = {}

    def has(self, who: str, address: str) -> bool:
        """Whether they have logged in from there."""
        return address in self._found.get(who, ())

    def note(self, who: str, address: str) -> None:
        """They have logged in from there. What was noted longest ago is forgotten for it."""
        found = self._found.pop(who, {})
        found.pop(address, None)
        if len(found) >= self._addresses:
            del found[next(iter(found))]
        found[address] = None
        if len(self._found) >= self._most:
            del self._found[next(iter(self._found))]
        self._found[who] = found


class Proven:
    """Passwords of the configuration (PASS, WEBIRC) that were right: everybody comes with the same
    one, and a key is derived from it once. Keeps a digest, by a key that is never stored.
    """

    def __init__(self, most: int = PROVEN_MOST) -> None:
        self._most = most
        self._key = os.urandom(32)
        self._found: dict[str, bytes] = {}  # by verifier

    def has(self, verifier: str, password: str) -> bool:
        """Whether this password has been right for this verifier."""
        found = self._found.get(verifier)
        return found is not None and hmac.compare_digest(found, self._digest(password))

    def note(self, verifier: str, password: str) -> None:
        """It was right."""
        self._found.pop(verifier, None)
        if len(self._found) >= self._most:
            del self._found[next(iter(self._found))]
        self._found[verifier] = self._digest(password)

    def _digest(self, password: str) -> bytes:
        return hmac.digest(self._key, password.encode("utf-8", "replace"), "sha256")
