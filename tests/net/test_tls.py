"""TLS on the one port: told by the first byte; then everything as without."""

from __future__ import annotations

import hashlib
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from websockets.sync.client import connect

from gchat.net.tls import CertificateError, TlsSocket, self_signed
from tests.hostile.keyupdate import KeyUpdater
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess, free_port
from tests.support.tls_client import TlsClient

Make = Callable[..., ServerProcess]


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path / "data"), "--tls-self-signed")


def trusting(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """For a client that looks at no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = version
    return context


@pytest.fixture
def over_tls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every client of this test speaks TLS."""
    plain = socket.create_connection

    def connected(
        address: tuple[str, int], timeout: float, source: tuple[str, int] | None = None
    ) -> ssl.SSLSocket:
        return trusting().wrap_socket(plain(address, timeout, source))

    with monkeypatch.context() as patch:
        patch.setattr("tests.support.clients.socket.create_connection", connected)
        yield


def test_who_speaks_what_over_tls(server: ServerProcess, over_tls: None) -> None:
    duy = PlainClient(server.port, "Duy")
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    assert duy.read_line() == "Tuan has connected to the chat room"
    tuan.ask("PRIVMSG #lobby :Hello, Duy!")
    assert duy.read_line() == "Tuan: Hello, Duy!"
    assert any(m.command == "671" for m in tuan.ask("WHOIS Tuan")), "secure"
    tuan.send("QUIT :bye")
    assert tuan.read_to_end()[-1] == "ERROR :Closing Link: 127.0.0.1 (Quit: bye)"
    assert duy.read_line() == "Tuan has left the chat room!"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[socket.socket, socket.socket, TlsSocket]]:
    """The two ends of a connection, and TLS at the first."""
    near, far = socket.socketpair()
    near.setblocking(False)
    server = TlsSocket(near, self_signed(tmp_path, "x").context)
    yield near, far, server
    server.close()
    near.close()
    far.close()


@pytest.mark.parametrize("step", [3, 1024, 100_000])
def test_a_record_that_comes_in_pieces_is_no_silent_one(
    pair: tuple[socket.socket, socket.socket, TlsSocket], step: int
) -> None:
    """Only the last piece brings something; the others were charged as if they were attacks."""
    _, far, server = pair
    far.setblocking(False)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting().wrap_bio(incoming, outgoing)
    while not server.ready:
        with suppress(ssl.SSLWantReadError):
            client.do_handshake()
        data = outgoing.read()
        for at in range(0, len(data), step):
            server.receive(data[at : at + step])
        with suppress(BlockingIOError):
            incoming.write(far.recv(65536))
    for size in (1, 700, 4000, 40_000):
        client.write(b"x" * size)
        data = outgoing.read()
        found = 0
        for at in range(0, len(data), step):
            found += len(server.receive(data[at : at + step]))
            assert not server.silent
        assert found == size


def test_requests_of_new_keys_are_silent(
    pair: tuple[socket.socket, socket.socket, TlsSocket],
) -> None:
    near, far, server = pair
    made: list[KeyUpdater] = []
    shaking = threading.Thread(target=lambda: made.append(KeyUpdater(far)))
    shaking.start()
    while not server.ready:
        select.select([near], [], [])
        server.receive(near.recv(65536))
    shaking.join()
    (client,) = made
    for _ in range(5):
        assert client.ask()
    assert server.receive(near.recv(65536)) == b""
    assert server.silent == 5
    client.close()


def test_web_over_tls(server: ServerProcess) -> None:
    raw = socket.create_connection(("127.0.0.1", server.port), 15)
    secure = TlsClient(raw, trusting(), "localhost")
    with connect(f"ws://127.0.0.1:{server.port}", sock=secure) as web:
        web.send("PING hello")
        assert web.recv(timeout=15) == ":gchat.local PONG gchat.local :hello"


def test_much_in_both_directions(server: ServerProcess, over_tls: None) -> None:
    tuan = IrcClient(server.port, "Tuan", "echo-message", join="#room")
    got = tuan.ask(*(f"PRIVMSG #room :{n} {'x' * 400}" for n in range(1500)))
    assert [m.params[1].split()[0] for m in got] == [str(n) for n in range(1500)]


def test_who_waits_is_asked(make_server: Make, tmp_path: Path, over_tls: None) -> None:
    server = make_server("--data", str(tmp_path), "--tls-self-signed", times_prompt=0.1)
    assert LineClient(server.port).read_line() == "Enter your nickname:"


def test_a_handshake_byte_by_byte(server: ServerProcess) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting().wrap_bio(incoming, outgoing)
    with socket.create_connection(("127.0.0.1", server.port), 15) as sock:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                for byte in outgoing.read():
                    sock.sendall(bytes([byte]))
                incoming.write(sock.recv(65536))
        tls.write(b"PING x\r\n")
        sock.sendall(outgoing.read())
        answer = b""
        while not answer.endswith(b"\n"):
            incoming.write(sock.recv(65536))
            try:
                answer += tls.read(1000)
            except ssl.SSLWantReadError:
                continue
        assert answer == b":gchat.local PONG gchat.local :x\r\n"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_are_refused(server: ServerProcess) -> None:
    context = trusting(ssl.TLSVersion.TLSv1_1)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", server.port), 15) as sock:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(sock)
        assert PlainClient(server.port, "Duy")


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x00\x05hello", b"\x16" * 3000, b"\x16\x03\x01\xff\xff" + b"x" * 70000]
)
def test_what_only_looks_like_tls(server: ServerProcess, data: bytes) -> None:
    client = LineClient(server.port)
    client.send_raw(data)
    client.sock.shutdown(socket.SHUT_WR)
    try:
        while client.sock.recv(65536):
            pass
    except ConnectionError:
        pass
    assert PlainClient(server.port, "Duy")
    assert "Traceback" not in server.log


def test_tls_within_tls_is_nothing(server: ServerProcess, over_tls: None) -> None:
    client = LineClient(server.port, b"\x16\x03\x01\x00\x05hello")
    client.sock.settimeout(15)
    assert client.sock.recv(100) in (b"\x15\x03\x01\x00\x02\x02\x28", b"")


def test_a_certificate_logs_in(server: ServerProcess, tmp_path: Path) -> None:
    """SASL EXTERNAL, with a certificate that nobody has signed."""
    for name in ("mine", "others"):
        self_signed(tmp_path / name, "Tuan")

    def connected(name: str) -> LineClient:
        context = trusting()
        context.load_cert_chain(
            tmp_path / name / "tls-certificate.pem", tmp_path / name / "tls-key.pem"
        )
        client = LineClient(server.port)
        client.sock = context.wrap_socket(client.sock)
        return client

    def ask(client: LineClient, *lines: str, until: str) -> str:
        client.send(*lines)
        while until not in (line := client.read_line()):
            pass
        return line

    first = connected("mine")
    ask(first, "NICK Tuan", "USER t 0 * :T", until=" 422 ")
    ask(first, "NS REGISTER correcthorse", until="Account created")
    assert "was added" in ask(first, "NS CERT ADD", until="NickServ")
    fingerprint = ask(first, "NS CERT LIST", until="NickServ").split(" ")[-1].lstrip(":")
    assert len(bytes.fromhex(fingerprint)) == 32
    first.send("QUIT")
    first.read_to_end()
    for name, expected in (("mine", " 903 "), ("others", " 904 ")):
        client = connected(name)
        offered = ask(client, "CAP LS 302", until="sasl=")
        assert "sasl=EXTERNAL,PLAIN" in offered
        ask(client, "CAP REQ sasl", "AUTHENTICATE EXTERNAL", until="AUTHENTICATE +")
        line = ask(client, "AUTHENTICATE +", until=" 90")
        if expected == " 903 ":
            assert " 900 " in line
            line = client.read_line()
        assert expected in line
    plain = LineClient(server.port)
    assert "EXTERNAL" not in ask(plain, "CAP LS 302", until="sasl=")


def shown_certificate(port: int) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", port), 15) as sock,
        trusting().wrap_socket(sock) as tls,
    ):
        certificate = tls.getpeercert(binary_form=True)
        assert certificate is not None
        return certificate


def test_the_certificate_is_made_once_and_its_fingerprint_told(
    make_server: Make, tmp_path: Path
) -> None:
    found = set()
    for _ in range(2):
        server = make_server("--data", str(tmp_path), "--tls-self-signed")
        assert server.process.stdout is not None
        server.process.stdout.readline()
        told = server.process.stdout.readline().split()[-1]
        shown = hashlib.sha256(shown_certificate(server.port)).hexdigest().upper()
        assert told.replace(":", "") == shown
        found.add(shown)
        server.stop()
    assert len(found) == 1
    assert (tmp_path / "tls-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_new_certificate_is_taken_over_and_nobody_is_dropped(
    make_server: Make, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        self_signed(tmp_path / name, "gchat.local")
    used = tmp_path / "used.pem"

    def put(name: str) -> None:
        parts = [tmp_path / name / f"tls-{part}.pem" for part in ("certificate", "key")]
        used.write_text("".join(part.read_text() for part in parts))

    put("one")
    server = make_server("--tls-cert", str(used))
    first = shown_certificate(server.port)
    tuan = PlainClient(server.port, "Tuan")
    put("two")
    server.process.send_signal(signal.SIGHUP)
    while "configuration was reloaded" not in server.log:
        tuan.say("/who")
        tuan.read_line()
    assert shown_certificate(server.port) != first
    used.write_text("nonsense")
    server.process.send_signal(signal.SIGHUP)
    while "Certificate not reloaded" not in server.log:
        tuan.say("/who")
        tuan.read_line()
    assert shown_certificate(server.port) != first


def test_strict_transport_security(make_server: Make, tmp_path: Path) -> None:
    """https://ircv3.net/specs/extensions/sts"""
    config = tmp_path / "gchat.toml"
    config.write_text("[tls]\nself_signed = true\nsts_seconds = 1000\n")
    flags = ("--data", str(tmp_path / "data"), "--config", str(config))
    server = make_server(*flags)
    client = IrcClient(server.port, "Tuan")
    offered = " ".join(m.params[-1] for m in client.ask("CAP LS 302"))
    assert "sts" not in offered, "port 0 is another one each time"
    server.stop()
    server = make_server(*flags, "--port", str(free_port()))
    client = IrcClient(server.port, "Tuan")
    offered = " ".join(m.params[-1] for m in client.ask("CAP LS 302"))
    assert f"sts=port={server.port}" in offered.split()
    assert [m.params[1] for m in client.ask("CAP REQ sts")] == ["NAK"]
    with (
        socket.create_connection(("127.0.0.1", server.port), 15) as sock,
        trusting().wrap_socket(sock) as tls,
    ):
        tls.sendall(b"CAP LS 302\r\nCAP END\r\nPING x\r\n")
        answer = b""
        while b"PONG" not in answer:
            answer += tls.recv(65536)
        assert b"sts=duration=1000" in answer


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--tls-cert", "/nonexistent"], "cannot be used: No such file or directory"),
        (["--tls-cert", __file__], "Both must be PEM, and the key must match."),
    ],
)
def test_a_certificate_that_cannot_be_used(flags: list[str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gchat", "--memory", "--port", "0", *flags],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert says in done.stderr


def test_a_self_signed_certificate_names_this_machine(tmp_path: Path) -> None:
    self_signed(tmp_path, "chat.example.org")
    pem = (tmp_path / "tls-certificate.pem").read_bytes()
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert {"chat.example.org", "localhost", socket.gethostname()} <= set(
        names.value.get_values_for_type(x509.DNSName)
    )
    addresses = names.value.get_values_for_type(x509.IPAddress)
    assert list(map(str, addresses)) == ["127.0.0.1", "::1"]


DAMAGED: dict[str, bytes] = {
    "empty": b"",
    "text": b"not a certificate",
    "bytes": bytes(range(256)) * 9,
    "end only": b"-----END CERTIFICATE-----",
    "nothing in it": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "no base64": b"-----BEGIN CERTIFICATE-----\n!!!\xff\n-----END CERTIFICATE-----\n",
    "no certificate": b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
}


@pytest.mark.parametrize("part", ["certificate", "key"])
@pytest.mark.parametrize("damage", [*DAMAGED, "cut off", "folder"])
def test_a_damaged_certificate_is_refused_in_a_sentence(
    tmp_path: Path, part: str, damage: str
) -> None:
    """One whose text could not be read ended in a traceback after the start."""
    self_signed(tmp_path, "gchat.local")
    path = tmp_path / f"tls-{part}.pem"
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes(DAMAGED.get(damage, whole[: len(whole) // 2]))
    with pytest.raises(CertificateError) as caught:
        self_signed(tmp_path, "gchat.local")
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(" Both must be PEM, and the key must match.")


def test_what_stands_before_a_certificate_does_not_matter(tmp_path: Path) -> None:
    fingerprint = self_signed(tmp_path, "gchat.local").fingerprint
    path = tmp_path / "tls-certificate.pem"
    path.write_bytes("Của tôi\n".encode() + path.read_bytes())
    assert self_signed(tmp_path, "gchat.local").fingerprint == fingerprint
