"""The files in deploy/, in the form they ship."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gchat.net.tls import self_signed

UNIT = Path(__file__).parent.parent / "deploy" / "gchat.service"
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 38, 65, 1
WRITABLE = {"StateDirectory": "%S", "RuntimeDirectory": "%t"}


def settings(*, credentials: bool) -> dict[str, list[str]]:
    """What the unit sets; with the lines that hand over a certificate, or without."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        bare = line.removeprefix("#") if credentials else line
        key, equals, value = bare.partition("=")
        if equals and key.isalpha():
            found.setdefault(key, []).append(value)
    return found


def harden(unit: dict[str, list[str]]) -> None:
    """What of the unit's protection can be had without being root, in the child."""
    libc = ctypes.CDLL(None, use_errno=True)
    if "yes" in unit.get("NoNewPrivileges", []):
        assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if "yes" in unit.get("MemoryDenyWriteExecute", []):
        assert libc.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0
    os.umask(int(unit["UMask"][0], 8))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(int(unit["LimitNOFILE"][0]), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


@pytest.fixture(params=[False, True], ids=["plain", "credentials"])
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[bool, int, Path]]:
    """Whether it speaks TLS by handed-over files, its port, and the folder of its socket."""
    unit = settings(credentials=request.param)
    places = {"%S": tmp_path / "state", "%t": tmp_path / "run", "%d": tmp_path / "credentials"}
    for key, letter in WRITABLE.items():
        (places[letter] / unit[key][0]).mkdir(parents=True, mode=0o700)
    if request.param:
        places["%d"].mkdir()
        self_signed(places["%d"], "chat.example.org")
        for name, made in (("certificate", "tls-certificate.pem"), ("key", "tls-key.pem")):
            (places["%d"] / made).rename(places["%d"] / name)
        handed = [value.partition(":")[0] for value in unit["LoadCredential"]]
        assert handed == ["certificate", "key"]
    environment = dict(os.environ)
    for word in " ".join(unit["Environment"]).split():
        name, _, value = word.partition("=")
        for letter, place in places.items():
            value = value.replace(letter, str(place))
        environment[name] = value
    config = tmp_path / "gchat.toml"
    address = tmp_path / "run" / "gchat" / "gchat.sock"
    config.write_text(f'[server]\nport = 0\nlisten = "unix:{address}"\n')
    command = unit["ExecStart"][0].replace("/etc/gchat.toml", str(config)).split()
    assert command[0] == "/opt/gchat/.venv/bin/python"
    process = subprocess.Popen(
        [sys.executable, *command[1:]],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=UNIT.parent.parent,
        preexec_fn=lambda: harden(unit),  # noqa: PLW1509
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    yield request.param, port, address
    process.send_signal(signal.SIGTERM)
    assert process.wait(int(unit["TimeoutStopSec"][0])) == 0
    process.stdout.close()
    assert (tmp_path / "state" / "gchat" / "journal.sqlite").exists()


def test_the_unit_starts_and_serves(started: tuple[bool, int, Path]) -> None:
    tls, port, address = started
    with closing(socket.socket(socket.AF_UNIX)) as local:
        local.connect(str(address))
        local.sendall(b"PING x\r\n")
        assert b"PONG" in local.recv(1000)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 15) as raw:
        if tls:
            with context.wrap_socket(raw) as secure:
                secure.sendall(b"Tuan\n")
                assert secure.recv(1000) == b"Tuan has connected to the chat room\n"
        else:
            raw.sendall(b"Tuan\n")
            assert raw.recv(1000) == b"Tuan has connected to the chat room\n"
