"""Who has logged in from where, and which shared passwords were right."""

from __future__ import annotations

from gchat.core.familiar import Familiar, Proven


def test_so_many_addresses_of_one_account_are_remembered() -> None:
    familiar = Familiar(addresses=2)
    for address in ("a", "b", "a", "c"):
        familiar.note("@tuan", address)
    assert [familiar.has("@tuan", one) for one in "abc"] == [True, False, True]
    assert not familiar.has("@duy", "a")


def test_so_many_accounts_are_remembered() -> None:
    familiar = Familiar(most=2)
    for who in ("@tuan", "@duy", "@tuan", "@lan"):
        familiar.note(who, "a")
    assert [familiar.has(who, "a") for who in ("@tuan", "@duy", "@lan")] == [True, False, True]


def test_a_password_that_was_right_is_right_for_its_verifier_only() -> None:
    proven = Proven(most=2)
    proven.note("first", "secret")
    assert proven.has("first", "secret")
    assert not proven.has("first", "Secret")
    assert not proven.has("second", "secret")
    proven.note("second", "other")
    assert proven.has("first", "secret")
    proven.note("third", "x")
    assert [proven.has(*one) for one in (("first", "secret"), ("second", "other"))] == [False, True]


def test_what_is_kept_does_not_tell_the_password() -> None:
    proven = Proven()
    proven.note("first", "secret")
    assert b"secret" not in repr(vars(proven)).encode()
    other = Proven()
    other.note("first", "secret")
    assert vars(proven)["_found"] != vars(other)["_found"], "each run has another key"
