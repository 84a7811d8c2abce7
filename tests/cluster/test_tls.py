"""A log that is spoken to by TLS (`rediss://`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.scene import Scene
from tests.cluster.test_checks import refused
from tests.support.tls_wire import TlsWire
from tests.support.valkey import Valkey


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "log") as found:
        yield found


@pytest.fixture
def wire(tmp_path: Path, valkey: Valkey) -> Iterator[TlsWire]:
    with TlsWire(valkey.port, tmp_path / "log") as found:
        yield found


def test_two_nodes(
    tmp_path: Path, valkey: Valkey, wire: TlsWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And neither keeps its people waiting while it waits for the log."""
    monkeypatch.setenv("SSL_CERT_FILE", str(wire.certificate))
    with Scene(tmp_path, valkey=valkey, url=wire.url) as scene:
        scene.people()
        scene.crowd.talk_on(10)
        scene.settle()


def test_a_certificate_that_nobody_trusts(tmp_path: Path, wire: TlsWire) -> None:
    assert refused(tmp_path, wire.url) == (
        f"The certificate of the shared log at localhost:{wire.port} is not trusted: self-signed "
        "certificate. Add its authority to those of this machine, or name its file in "
        "SSL_CERT_FILE."
    )


def test_a_certificate_of_another_name(
    tmp_path: Path, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TlsWire(valkey.port, tmp_path / "log", "127.0.0.2") as wire:
        monkeypatch.setenv("SSL_CERT_FILE", str(wire.certificate))
        found = refused(tmp_path, wire.url)
    assert "is not trusted: IP address mismatch" in found


def test_no_tls_there(tmp_path: Path, valkey: Valkey) -> None:
    found = refused(tmp_path, f"rediss://localhost:{valkey.port}")
    assert found.startswith(f"The shared log at localhost:{valkey.port} does not answer: ")
