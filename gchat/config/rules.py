"""What values settings take, and what those that are written in short mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gchat.wire.address import parse_address
from gchat.wire.names import InvalidName, check_room
from gchat.wire.sasl import Verifier


@dataclass(frozen=True, slots=True)
class Rule:
    """What values a setting takes: `says` for people, `check` for machines."""

    type: type
    says: str
    check: Callable[[Any], bool]


def integer(low: int, high: int) -> Rule:
    """Whole numbers, both bounds included."""
    return Rule(int, f"a whole number from {low} to {high}", lambda v: low <= v <= high)


def text(length: int) -> Rule:
    """Any text of at most so many characters."""
    return Rule(str, f"text of at most {length} characters", lambda v: len(v) <= length)


def seconds(low: float, high: float) -> Rule:
    """A time in seconds, both bounds included."""
    return Rule(float, f"seconds from {low:g} to {high:g}", lambda v: low <= v <= high)


def one_of(*values: str) -> Rule:
    """One of these words."""
    return Rule(str, "one of " + ", ".join(values), lambda v: v in values)


def word(length: int) -> Rule:
    """What can be a parameter of an IRC message that is not the last one, in characters."""
    return Rule(
        str,
        f"text of 1 to {length} printable characters without spaces, not beginning with ':'",
        lambda v: (
            0 < len(v) <= length and v.isprintable() and " " not in v and not v.startswith(":")
        ),
    )


HOST = Rule(
    str,
    "an address or host name of 1 to 255 characters",
    lambda v: 0 < len(v) <= 255 and v.isprintable() and " " not in v,
)


def is_room(value: str) -> bool:
    """Whether a room can be called this."""
    try:
        check_room(value)
    except InvalidName:
        return False
    return True


VERIFIER = "a password verifier from `gchat verifier`"


def is_verifier(value: str) -> bool:
    """Whether it is what `gchat verifier` prints."""
    try:
        Verifier.parse(value)
    except ValueError:
        return False
    return True


UNIX = "unix:"
_NAME = re.compile(r"(\*\.)?[\w-]+(\.[\w-]+)*", re.ASCII)
_ORIGIN = re.compile(
    r"https?://([\w-]+(\.[\w-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE
)
SPEAKS = ("plain", "irc", "websocket", "tls")


def addresses(value: str) -> list[tuple[tuple[str, int] | str, list[str]]]:
    """The addresses in `server.listen`: for each, its host and port or its Unix socket's path, and
    the words after it (SPEAKS). Raises ValueError.
    """
    found: list[tuple[tuple[str, int] | str, list[str]]] = []
    for word in value.split():
        address, *speaks = word.split(",")
        if not are_spoken(",".join(speaks)):
            raise ValueError(word)
        if address.startswith(UNIX):
            found.append((address.removeprefix(UNIX), speaks))
            continue
        host, _, port = address.rpartition(":")
        if not host or not 0 <= int(port) <= 65535:
            raise ValueError(word)
        found.append(((host.strip("[]"), int(port)), speaks))
    return found


def host_and_port(value: str) -> list[tuple[str, int]]:
    """Of a setting that is one address, none where it is empty. Raises ValueError."""
    return [where for where, _ in addresses(value) if isinstance(where, tuple)]


def are_spoken(value: str) -> bool:
    """Whether each word, between commas, is a protocol that can be spoken at an address."""
    return not value or all(word in SPEAKS for word in value.split(","))


def are_addresses(value: str) -> bool:
    """Whether it is what `addresses` takes."""
    try:
        addresses(value)
    except ValueError:
        return False
    return True


def is_address(value: str) -> bool:
    """Whether it is one host and port, or empty."""
    return are_addresses(value) and len(host_and_port(value)) == len(value.split()) < 2


def are_hosts(value: str) -> bool:
    """Whether each word is an IP address."""
    try:
        return all(parse_address(word) for word in value.split())
    except ValueError:
        return False


def are_proxies(value: str) -> bool:
    """Whether each word is an IP address or `localhost`."""
    return are_hosts(" ".join(word for word in value.split() if word != "localhost"))


def are_names(value: str) -> bool:
    """Whether each word is a host name, or `*.` and one."""
    return all(_NAME.fullmatch(word) for word in value.split())


def are_origins(value: str) -> bool:
    """Whether each word is an origin as a browser sends it, or `*`."""
    return all(one == "*" or "://" in one for one in value.split())


_URL = re.compile(r"https?://[^\s/?#@]+", re.ASCII)


def is_url(value: str) -> bool:
    """Whether it is a scheme and a host, with or without a port, or empty."""
    return not value or (value.isprintable() and bool(_URL.fullmatch(value.removesuffix("/"))))


def is_web_origin(value: str) -> bool:
    """Whether it is one origin of http or https, or empty."""
    return not value or _ORIGIN.fullmatch(value) is not None


def slow_mode(value: str) -> tuple[int, int]:
    """Messages and seconds of `limits.slow_mode`, zeros for none. Raises ValueError."""
    if not value:
        return 0, 0
    most, seconds = (int(one) for one in value.split(":"))
    if not (1 <= most <= 100 and 1 <= seconds <= 3600):
        raise ValueError(value)
    return most, seconds


def is_slow_mode(value: str) -> bool:
    """Whether it is what `slow_mode` takes."""
    try:
        slow_mode(value)
    except ValueError:
        return False
    return True


FLAG = Rule(bool, "true or false", lambda v: True)
PATH = Rule(str, "a file's path", lambda v: len(v) <= 4096)

_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def convert(value: Any, rule: Rule) -> Any:
    """A value from TOML, or text, in the type of the setting; `None` if it cannot be converted."""
    if rule.type is str:
        return value if isinstance(value, str) else None
    if rule.type is bool:
        if isinstance(value, str):
            return _FLAGS.get(value.lower())
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return rule.type(value)
        except ValueError:
            return None
    if rule.type is float and isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, rule.type) else None


def is_bucket(value: str) -> bool:
    """Whether a bucket of S3 may be called so, or empty."""
    return not value or re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value) is not None


def is_key_prefix(value: str) -> bool:
    """Whether names in a bucket may begin so; also with nothing."""
    return re.fullmatch(r"[A-Za-z0-9/._-]{0,200}", value) is not None


def is_node_name(value: str) -> bool:
    """Whether a node of a cluster may be called so."""
    return re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value) is not None
