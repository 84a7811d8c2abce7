"""For each setting another value that it takes, and those just past its bounds."""

from __future__ import annotations

import re
from dataclasses import Field
from typing import Any

from gchat.wire.sasl import Verifier

VERIFIER = str(Verifier.make("password", 4096))
# Of settings that are text with a meaning: another value, and some that are refused.
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "server.host": ("::1", ("", "a b", "x" * 256)),
    "server.speaks": ("irc,tls", ("http", "irc tls")),
    "server.listen": ("[::1]:6667,irc unix:/run/gchat", ("host", "host:x", "host:70000", "a:1,x")),
    "server.proxies": ("127.0.0.1 localhost", ("proxy.example",)),
    "server.http_proxies": ("127.0.0.1 localhost", ("proxy.example",)),
    "server.url": (
        "https://chat.example:8443",
        ("chat.example", "ftp://x", "https://a/b", "https://a b", "https://u@x"),
    ),
    "server.webirc_from": ("127.0.0.1 ::1", ("gateway.example",)),
    "server.webirc_password": (VERIFIER, ("password",)),
    "server.origins": ("https://chat.example *", ("chat.example",)),
    "server.hosts": ("chat.example *.example.org", ("https://x", "a:1", "a..b", "*", "a/b")),
    "server.name": ("chat.example", ("", "a b", ":a", "x" * 64)),
    "server.network": ("Example", ("", "a b", ":a", "x" * 33)),
    "server.lobby": ("#hall", ("hall", "#a b", "")),
    "server.motd": ("Hello\nthere", ("x" * 10_001,)),
    "server.password": (VERIFIER, ("password",)),
    "server.metrics": ("127.0.0.1:9155", ("9155", "127.0.0.1:1 127.0.0.1:2", "unix:/x")),
    "journal.engine": ("memory", ("", "a b")),
    "journal.data": ("/tmp/elsewhere", ("x" * 4097,)),
    "cluster.log": (
        "sentinel://a:26379,[::1]/chat",
        ("localhost:6379", "http://a", "redis://", "redis://a,b", "redis://a/x", "sentinel://a"),
    ),
    "files.s3_bucket": ("chat-files", ("Chat", "a", "a_b", "-ab", "x" * 64)),
    "files.s3_prefix": ("gchat/one/", ("a b", "a?", "x" * 201)),
    "files.s3_endpoint": ("https://s3.example:9000", ("s3.example", "https://a b")),
    "files.s3_region": ("eu-central-1", ("eu central", "x" * 201)),
    "cluster.node": ("b-2", ("", "a b", "x" * 33)),
    "cluster.key": ("chat", ("", "a b", "x" * 65)),
    "files.folder": ("/tmp/files", ("x" * 4097,)),
    "files.address": (
        "https://chat.example:8443",
        ("chat.example", "https://a/b", "https://a b", "ftp://a", "https://"),
    ),
    "tls.certificate": ("/tmp/chain.pem", ("x" * 4097,)),
    "tls.key": ("/tmp/key.pem", ("x" * 4097,)),
    "limits.slow_mode": ("5:10", ("5", "0:10", "5:0", "101:1", "1:3601", "x:y")),
}
_RANGE = re.compile(r"from (-?[\d.]+) to ([\d.]+)")


def bounds(field: Field[Any]) -> tuple[Any, Any] | None:
    """The least and the greatest value of a number."""
    rule = field.metadata["rule"]
    found = _RANGE.search(rule.says)
    return (rule.type(found[1]), rule.type(found[2])) if found else None


def another(section: str, field: Field[Any]) -> Any:
    """A value that is allowed and not the default."""
    name = f"{section}.{field.name}"
    if name in TEXTS:
        return TEXTS[name][0]
    if isinstance(field.default, bool):
        return not field.default
    numbers = bounds(field)
    if numbers is not None:
        return numbers[1] if field.default != numbers[1] else numbers[0]
    says: str = field.metadata["rule"].says
    return next(one for one in says.removeprefix("one of ").split(", ") if one != field.default)


def refused(section: str, field: Field[Any]) -> tuple[Any, ...]:
    """Values that are not allowed."""
    numbers = bounds(field)
    if numbers is not None:
        return numbers[0] - 1, numbers[1] + 1, "x", True
    if isinstance(field.default, bool):
        return "perhaps", 1
    return (*TEXTS.get(f"{section}.{field.name}", ("", ("nothing of it",)))[1], 7)
