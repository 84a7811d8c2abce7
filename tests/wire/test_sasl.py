"""What is kept of a password, and the exchanges: RFC 4616, 5802, 7677."""

from __future__ import annotations

import base64

import pytest
import scramp
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire import authenticate, sasl
from gchat.wire.authenticate import SaslError
from gchat.wire.sasl import Scram, Verifier

VERIFIER = Verifier.make("pencil", 4096, base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))


def test_the_vector_of_rfc_7677() -> None:
    """Section 3."""
    server = Scram(lambda name: VERIFIER)
    server._server = scramp.ScramMechanism("SCRAM-SHA-256").make_server(
        server._credentials, s_nonce="%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    first = server.answer(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    assert first == (
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    final = server.answer(
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert final == b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    assert server.answer(b"") is None
    assert server.name == "user"


def test_a_wrong_proof_fails() -> None:
    client = scramp.ScramMechanism("SCRAM-SHA-256")
    server = Scram(lambda name: VERIFIER)
    peer = scramp.ScramClient(["SCRAM-SHA-256"], "user", "pen")
    answer = server.answer(peer.get_client_first().encode())
    assert answer is not None
    peer.set_server_first(answer.decode())
    with pytest.raises(SaslError):
        server.answer(peer.get_client_final().encode())
    assert client.name == "SCRAM-SHA-256"


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_are_an_answer_or_an_error(messages: list[bytes]) -> None:
    server = Scram(lambda name: VERIFIER)
    try:
        for message in messages:
            server.answer(message)
    except SaslError:
        pass


def test_a_verifier_proves_a_password_and_does_not_tell_it() -> None:
    text = str(VERIFIER)
    assert Verifier.parse(text) == VERIFIER
    assert "pencil" not in text
    assert VERIFIER.matches("pencil")
    assert not VERIFIER.matches("pen")
    assert not VERIFIER.matches("")
    assert Verifier.make("pencil", 4096) != VERIFIER, "each has a salt of its own"


@pytest.mark.parametrize("text", ["", "x", "a$b$c", "SCRAM-SHA-1$1:a$b:c", "SCRAM-SHA-256$x:a$b:c"])
def test_what_is_no_verifier(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Verifier.parse(text)


@given(st.binary(max_size=2000))
def test_chunks_are_put_together_again(message: bytes) -> None:
    chunks = authenticate.encode(message)
    assert all(len(chunk) <= authenticate.CHUNK_BYTES for chunk in chunks)
    assert len(chunks[-1]) < authenticate.CHUNK_BYTES
    assert authenticate.decode("".join(chunk for chunk in chunks if chunk != "+")) == message


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (b"\0tuan\0secret", ("tuan", "secret")),
        (b"tuan\0tuan\0secret", ("tuan", "secret")),
        ("\0Tuấn\0mật khẩu".encode(), ("Tuấn", "mật khẩu")),
        (b"duy\0tuan\0secret", None),
        (b"\0\0secret", None),
        (b"\0tuan\0", None),
        (b"tuan\0secret", None),
        (b"\0tuan\0se\0cret", None),
        (b"\0tuan\0\xff", None),
        (b"", None),
    ],
)
def test_plain(message: bytes, found: tuple[str, str] | None) -> None:
    if found is None:
        with pytest.raises(SaslError):
            sasl.plain(message)
    else:
        assert sasl.plain(message) == found


def test_the_iterations_of_a_stored_verifier() -> None:
    assert sasl.iterations_of(str(VERIFIER)) == 4096
    for text in ("", "verifier", "SCRAM-SHA-256$", "SCRAM-SHA-256$x:y$z"):
        assert sasl.iterations_of(text) == 0


def test_a_name_that_is_nobodys_has_iterations_that_are_in_use() -> None:
    """As often as they are in use, always the same for a name, and with a salt like others."""
    names = [f"name{number}" for number in range(1000)]

    def all_of(in_use: dict[int, int], secret: bytes = b"key") -> list[Verifier]:
        return [sasl.pretended(name, secret, in_use, 600_000) for name in names]

    found = all_of({4096: 30, 8192: 10})
    assert found == all_of({8192: 10, 4096: 30})
    assert 0.7 < [one.iterations for one in found].count(4096) / 1000 < 0.8
    assert {one.iterations for one in found} == {4096, 8192}
    assert len({one.salt for one in found}) == 1000
    assert {len(one.salt) for one in found} == {len(Verifier.make("x", 4096).salt)}
    assert {one.iterations for one in all_of({8192: 1})} == {8192}
    assert {one.iterations for one in all_of({})} == {600_000}
    assert [one.salt for one in all_of({8192: 1}, b"other")] != [
        one.salt for one in all_of({8192: 1})
    ]
    later = all_of({4096: 30, 8192: 11, 9000: 1})
    changed = [pair for pair in zip(found, later, strict=True) if pair[0] != pair[1]]
    assert 0 < len(changed) < 100, "as few as have to"
    assert all(old.salt != new.salt for old, new in changed), "as if the password was changed"
    assert not any(one.matches("x") for one in found[:1])
