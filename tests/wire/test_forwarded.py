"""For whom an HTTP proxy speaks: RFC 7239, and X-Forwarded-For, with what a client may have put
before it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.wire.address import parse_address
from gchat.wire.forwarded import HEADER_BYTES, HOPS_MOST, client, forwarded, x_forwarded

PROXIES = {parse_address(one) for one in ("10.0.0.1", "10.0.0.2", "2001:db8::ff")}


def asked(hops: object) -> str:
    found = client(hops, PROXIES.__contains__)  # type: ignore[arg-type]
    return f"{found.address or '?'} {found.proto}".strip()


@pytest.mark.parametrize(
    ("addresses", "protos", "who"),
    [
        ("192.0.2.1", "https", "192.0.2.1 https"),
        ("192.0.2.1", "", "192.0.2.1"),
        ("1.1.1.1, 192.0.2.1", "https", "192.0.2.1 https"),  # the first is the client's own word
        ("1.1.1.1, 192.0.2.1, 10.0.0.2", "https, http, http", "192.0.2.1 http"),
        ("10.0.0.1", "http", "10.0.0.1 http"),
        ("1.1.1.1, 10.0.0.2", "", "1.1.1.1"),
        ("2001:db8::1", "", "2001:db8::1"),
        ("[2001:db8::1]:4711", "", "2001:db8::1"),
        ("192.0.2.1:4711", "", "192.0.2.1"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        (" 192.0.2.1 ", "HTTPS", "192.0.2.1 https"),
        ("", "https", "?"),
        ("unknown", "https", "? https"),
        ("192.0.2.1,", "", "?"),
        ("1.1.1.1, unknown", "", "?"),
        ("192.0.2.1:99x", "", "?"),
        ("[2001:db8::1", "", "?"),
        ("fe80::1%eth0", "", "?"),
        ("192.0.2.1\t", "", "192.0.2.1"),
        ("x" * 60_000, "", "?"),
        ("1.1.1.1, " * 9000 + "192.0.2.1", "", "192.0.2.1"),
    ],
)
def test_x_forwarded_for(addresses: str, protos: str, who: str) -> None:
    assert asked(x_forwarded(addresses, protos)) == who


@pytest.mark.parametrize(
    ("header", "who"),
    [
        ("for=192.0.2.1", "192.0.2.1"),
        ("for=192.0.2.1;proto=https;by=10.0.0.1;host=x", "192.0.2.1 https"),
        ("For=192.0.2.1 ; Proto=HTTPS", "192.0.2.1 https"),
        ('for="192.0.2.1:4711"', "192.0.2.1"),
        ('for="[2001:db8::1]"', "2001:db8::1"),
        ('for="[2001:db8::1]:_port"', "2001:db8::1"),
        ('for="\\1\\92.0.2.1"', "192.0.2.1"),
        ("for=1.1.1.1, for=192.0.2.1", "192.0.2.1"),
        ("for=1.1.1.1, for=192.0.2.1, for=10.0.0.2", "192.0.2.1"),
        ("for=1.1.1.1, for=192.0.2.1;proto=https, for=10.0.0.2;proto=http", "192.0.2.1 https"),
        ('for="1.1.1.1, for=192.0.2.1', "192.0.2.1"),  # what is open swallows nothing
        ('x, for=192.0.2.1;proto="https"', "192.0.2.1 https"),
        ("for=unknown;proto=https", "? https"),
        ("for=_hidden", "?"),
        ("for=1.1.1.1, for=_hidden", "?"),
        ("proto=https", "? https"),
        ("for=192.0.2.1;for=1.1.1.1", "?"),
        ("for=192.0.2.1 for=1.1.1.1", "?"),
        ("for=[2001:db8::1]", "?"),  # a bracket has to be in quotation marks
        ("for=", "?"),
        ("for", "?"),
        ('for="192.0.2.1', "?"),
        ("", "?"),
        ("for=192.0.2.1,", "?"),
        ('for="' + "\\" * 60_000, "?"),
        ("for=1.1.1.1, " * 9000 + "for=192.0.2.1", "192.0.2.1"),
    ],
)
def test_forwarded(header: str, who: str) -> None:
    assert asked(forwarded(header)) == who


def test_a_header_that_is_too_long_is_known_by_its_end() -> None:
    assert asked(x_forwarded("1" * HEADER_BYTES + "1.1.1.1, 10.0.0.1")) == "10.0.0.1"
    fits = "192.0.2.11," + ",".join(["10.0.0.1"] * 9)
    assert asked(x_forwarded(fits)) == "192.0.2.11"
    cut = f"{fits},{' ' * (HEADER_BYTES - len(fits))}10.0.0.1"
    assert asked(x_forwarded(cut)) == "10.0.0.1", "half an address would be another one"


def test_proxies_in_a_row() -> None:
    for hops in (HOPS_MOST, HOPS_MOST + 1):
        row = ", ".join(["192.0.2.1", *["10.0.0.1"] * (hops - 1)])
        assert asked(x_forwarded(row)) == ("192.0.2.1" if hops == HOPS_MOST else "10.0.0.1")


@given(st.text(max_size=100), st.sampled_from(["x", "forwarded"]))
def test_what_a_client_sends_before_it_changes_nothing(before: str, header: str) -> None:
    before = before.encode("latin-1", "replace").decode("latin-1")
    if header == "x":
        assert asked(x_forwarded(f"{before}, 192.0.2.1", "https")) == "192.0.2.1 https"
    else:
        assert asked(forwarded(f"{before}, for=192.0.2.1;proto=https")) == "192.0.2.1 https"
