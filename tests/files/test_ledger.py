"""The limits, each at its number and past it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gchat.config import FilesConfig
from gchat.files.entry import FileError, NoRoom, Owner, TooLarge, TooMany
from gchat.files.ledger import Claim, Ledger, readable
from gchat.files.tokens import TOKEN_SECONDS, ClusterTokens, OwnTokens

WIDE = FilesConfig()


def kept(ledger: Ledger, claim: Claim, size: int, limits: FilesConfig = WIDE) -> None:
    ledger.begin(claim, size, limits)
    ledger.grow(claim, size, limits)
    ledger.come(claim, kept=True)


@pytest.mark.parametrize(
    ("limit", "claim", "error"),
    [
        ("file_bytes", Claim("me", "here"), TooLarge),
        ("account_bytes", Claim("me", "elsewhere"), NoRoom),
        ("address_bytes", Claim("other", "here"), NoRoom),
        ("bytes", Claim("other", "elsewhere"), NoRoom),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_bytes(limit: str, claim: Claim, error: type[FileError], announced: bool) -> None:
    ledger = Ledger()
    if limit != "file_bytes":
        kept(ledger, Claim("me", "here"), 60)
    limits = replace(WIDE, **{limit: 100})  # type: ignore[arg-type]
    fits = 100 if limit == "file_bytes" else 40
    one = replace(claim)
    ledger.begin(one, fits if announced else 0, limits)
    ledger.grow(one, fits, limits)
    with pytest.raises(error):
        ledger.grow(one, 1, limits)
    assert one.size == fits, "what is refused does not count"
    ledger.come(one, kept=False)
    with pytest.raises(error):
        ledger.begin(replace(claim), fits + 1, limits)
    kept(ledger, replace(claim), fits, limits)


@pytest.mark.parametrize(
    ("limit", "claim"),
    [
        ("account_files", Claim("me", "elsewhere")),
        ("address_files", Claim("other", "here")),
        ("files", Claim("other", "elsewhere")),
    ],
)
def test_numbers(limit: str, claim: Claim) -> None:
    ledger = Ledger()
    kept(ledger, Claim("me", "here"), 1)
    limits = replace(WIDE, **{limit: 2})  # type: ignore[arg-type]
    one = replace(claim)
    ledger.begin(one, 1, limits)
    with pytest.raises(NoRoom):
        ledger.begin(replace(claim), 1, limits)
    ledger.come(one, kept=False)
    kept(ledger, replace(claim), 1, limits)


def test_several_at_once() -> None:
    ledger = Ledger()
    limits = replace(WIDE, uploads=3, uploads_per_address=2)
    mine = [Claim("me", "here"), Claim("you", "here")]
    for one in mine:
        ledger.begin(one, 1, limits)
    with pytest.raises(TooMany):
        ledger.begin(Claim("me", "here"), 1, limits)
    ledger.begin(Claim("me", "there"), 1, limits)
    with pytest.raises(TooMany):
        ledger.begin(Claim("me", "elsewhere"), 1, limits)
    ledger.come(mine[0], kept=False)
    ledger.begin(Claim("me", "here"), 1, limits)


def test_this_machine_is_exempt_from_limits_of_an_address_and_from_no_others() -> None:
    ledger = Ledger()
    limits = replace(WIDE, address_bytes=1, address_files=1, uploads_per_address=1, account_files=3)
    for _ in range(3):
        ledger.begin(Claim("me", "here", exempt=True), 2, limits)
    with pytest.raises(NoRoom):
        ledger.begin(Claim("me", "here", exempt=True), 2, limits)


def test_what_goes_does_not_count() -> None:
    ledger = Ledger()
    claim = Claim("me", "here")
    kept(ledger, claim, 7)
    ledger.remove(claim)
    assert (ledger.bytes, ledger.number, ledger.coming) == (0, 0, 0)
    assert not ledger._bytes
    assert not ledger._numbers
    assert not ledger._coming


def test_readable() -> None:
    found = [readable(size) for size in (0, 1023, 1024, 1536, 100 << 20, 5 << 40)]
    assert found == ["0 bytes", "1023 bytes", "1 KiB", "1.5 KiB", "100 MiB", "5120 GiB"]


def test_a_token_is_used_once_and_in_time() -> None:
    tokens = OwnTokens()
    me = Owner("me")
    token = tokens.give(me, 0)
    assert tokens.take(token, 1) == me
    assert tokens.take(token, 2) is None
    late = tokens.give(me, 0)
    assert tokens.take(late, TOKEN_SECONDS * 1000) is None
    in_time = tokens.give(me, 0)
    assert tokens.take(in_time, TOKEN_SECONDS * 1000 - 1) == me
    assert tokens.take("", 0) is None
    assert len(tokens) == 0


def test_tokens_that_nobody_uses_are_few() -> None:
    tokens = OwnTokens(most=4, most_of_one=2)
    mine = [tokens.give(Owner("me"), 0) for _ in range(3)]
    assert tokens.take(mine[0], 0) is None
    assert tokens.take(mine[2], 0) == Owner("me")
    others = [tokens.give(Owner(f"other {n}"), 0) for n in range(4)]
    assert len(tokens) == 4
    assert tokens.take(mine[1], 0) is None, "the oldest of all"
    assert all(tokens.take(one, 0) for one in others)


def test_a_token_of_a_cluster_is_taken_by_any_node_once() -> None:
    a, b = ClusterTokens(b"secret"), ClusterTokens(b"secret")
    me = Owner("me", operator=True)
    token = a.give(me, 0)
    assert len(token) < 200, "it fits into a line"
    assert b.take(token, TOKEN_SECONDS * 1000 - 1) == me
    assert b.take(token, TOKEN_SECONDS * 1000 - 1) is None
    assert a.take(a.give(me, 0), TOKEN_SECONDS * 1000) is None
    assert ClusterTokens(b"other").take(token, 0) is None
    body, _, signature = token.partition(".")
    for wrong in (
        "",
        ".",
        body,
        f"{body}.",
        f".{signature}",
        f"x{token}",
        f"{token}x",
        "é.é",
        "a.=",
    ):
        assert a.take(wrong, 0) is None


def test_used_tokens_of_a_cluster_are_remembered_within_bounds() -> None:
    tokens = ClusterTokens(b"secret", most=2)
    used = [tokens.give(Owner("me"), 0) for _ in range(3)]
    assert all(tokens.take(one, 0) for one in used)
    assert tokens.take(used[2], 0) is None
    assert len(tokens._used) == 2
    assert tokens.take(tokens.give(Owner("me"), 60_000), 60_000)
    assert len(tokens._used) == 1, "those that are too old are forgotten"
