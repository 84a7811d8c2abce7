"""Who of an address is let in, with a clock that is moved by hand."""

from __future__ import annotations

from gchat.core.limits import Buckets
from gchat.net.admission import Admission
from gchat.net.refusals import TOO_FAST, TOO_MANY_OF_YOURS
from gchat.wire.address import Origin, parse_address


def at(host: str) -> Origin:
    return Origin(parse_address(host))


def test_so_many_at_once() -> None:
    admission = Admission(most=2)
    hosts = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "127.0.0.1"]
    found = [admission.enter(at(host), 0.0) for host in hosts]
    assert found == [b"", b"", TOO_MANY_OF_YOURS, b"", b""]
    admission.leave(at("2001:db8::1"))
    assert admission.enter(at("2001:db8::3"), 0.0) == b""
    for host in ("2001:db8::2", "2001:db8::3", "192.0.2.1", "127.0.0.1"):
        admission.leave(at(host))
    assert len(admission) == 0


def test_so_many_new_ones_in_a_time() -> None:
    admission = Admission(new=Buckets(2, 0.5))
    found = []
    for now in (0.0, 0.0, 0.0, 2.0, 2.0):
        found.append(admission.enter(at("192.0.2.1"), now))
        if not found[-1]:
            admission.leave(at("192.0.2.1"))
    assert found == [b"", b"", TOO_FAST, b"", TOO_FAST]


def test_this_machine_may_be_counted_too() -> None:
    admission = Admission(most=1, local_exempt=False)
    assert admission.enter(at("127.0.0.1"), 0.0) == b""
    assert admission.enter(at("127.0.0.1"), 0.0) == TOO_MANY_OF_YOURS


def test_whom_a_proxy_on_this_machine_speaks_for_is_counted() -> None:
    admission = Admission(most=1)
    relayed = Origin(parse_address("127.0.0.1"), relayed=True)
    assert admission.enter(relayed, 0.0) == b""
    assert admission.enter(relayed, 0.0) == TOO_MANY_OF_YOURS


def test_however_an_address_is_written() -> None:
    admission = Admission(most=1)
    assert admission.enter(at("::ffff:198.51.100.7"), 0.0) == b""
    assert admission.enter(at("198.51.100.7"), 0.0) == TOO_MANY_OF_YOURS


def test_a_gateways_connections_are_counted_where_its_users_are() -> None:
    admission = Admission(most=1, new=Buckets(1, 0.0), untold_most=3)
    gateway, first, second = at("192.0.2.1"), at("198.51.100.1"), at("198.51.100.2")
    found = [admission.enter_untold(gateway) for _ in range(4)]
    assert found == [b"", b"", b"", TOO_MANY_OF_YOURS]
    assert admission.move(gateway, first, 0.0, untold=True) == b""
    assert admission.move(gateway, second, 0.0, untold=True) == b""
    assert admission.move(gateway, second, 0.0, untold=True) == TOO_MANY_OF_YOURS
    assert admission.enter_untold(gateway) == b""
    assert admission.enter(gateway, 0.0) == b"", "nothing was counted at its own address"
    for _ in range(2):
        admission.leave(gateway, untold=True)
    for origin in (gateway, first, second):
        admission.leave(origin)
    assert len(admission) == 0
