"""Who of an address is let in, with a clock that is moved by hand."""

from __future__ import annotations

import pytest

from gchat.core.limits import Buckets
from gchat.net.address import group, is_local
from gchat.net.admission import Admission
from gchat.net.refusals import TOO_FAST, TOO_MANY_OF_YOURS


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("localhost", "localhost"),
    ],
)
def test_whose_an_address_is(host: str, expected: str) -> None:
    assert group(host) == expected


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("0::1", True), ("localhost", True), ("192.0.2.1", False)],
)
def test_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_so_many_at_once() -> None:
    admission = Admission(most=2)
    hosts = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "127.0.0.1"]
    found = [admission.enter(host, 0.0) for host in hosts]
    assert found == [b"", b"", TOO_MANY_OF_YOURS, b"", b""]
    admission.leave("2001:db8::1")
    assert admission.enter("2001:db8::3", 0.0) == b""
    for host in ("2001:db8::2", "2001:db8::3", "192.0.2.1", "127.0.0.1"):
        admission.leave(host)
    assert len(admission) == 0


def test_so_many_new_ones_in_a_time() -> None:
    admission = Admission(new=Buckets(2, 0.5))
    found = []
    for now in (0.0, 0.0, 0.0, 2.0, 2.0):
        found.append(admission.enter("192.0.2.1", now))
        if not found[-1]:
            admission.leave("192.0.2.1")
    assert found == [b"", b"", TOO_FAST, b"", TOO_FAST]


def test_this_machine_may_be_counted_too() -> None:
    admission = Admission(most=1, local_exempt=False)
    assert admission.enter("127.0.0.1", 0.0) == b""
    assert admission.enter("127.0.0.1", 0.0) == TOO_MANY_OF_YOURS
