"""TLS beneath everything else. The protocol is OpenSSL's, on buffers in memory; this file only
moves what goes in and what comes out.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gevent.event import Event
from OpenSSL import SSL

from gchat.errors import GchatError
from gchat.private import write_private

PIECE_BYTES = 65536  # of plaintext, encrypted at once
HEADER_BYTES = 5  # of a record
PENDING_BYTES = 2 * PIECE_BYTES  # encrypted and not yet taken by the socket
CERTIFICATE_DAYS = 3650  # long: clients of a self-signed certificate compare its fingerprint
_WRITE = 2  # gevent's loop.io: watch for room to write


class TlsBroken(GchatError):
    """The peer sent something that is not valid TLS, or no version of it that is accepted here."""


class _Records:
    """Counts the records of a stream: https://datatracker.ietf.org/doc/html/rfc8446#section-5.1"""

    __slots__ = ("_head", "_left")

    def __init__(self) -> None:
        self._head = b""  # the beginning of a header
        self._left = 0  # bytes that the last record still lacks

    def end_in(self, data: bytes) -> int:
        """How many of them `data` completes."""
        data = self._head + data
        at, count = self._left, int(self._left > 0)  # `at`: where a record ends
        while at <= len(data) - HEADER_BYTES:
            at += HEADER_BYTES + int.from_bytes(data[at + 3 : at + HEADER_BYTES])
            count += 1
        if at > len(data):
            self._head, self._left = b"", at - len(data)
            return count - 1
        self._head, self._left = data[at:], 0
        return count


class TlsSocket:
    """The server's side of TLS on a non-blocking socket. `send` is what an Outbox asks for."""

    def __init__(self, raw: socket.socket, context: SSL.Context) -> None:
        self._raw = raw
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()
        self.ready = False  # the handshake is done
        self._early = b""  # what is to be said when the handshake is done
        self._pending = b""  # what the socket has not taken yet
        self._watcher: Any = None
        self._drained: Event | None = None
        self.ended = False  # the peer sends nothing more
        self._records = _Records()
        self.silent = 0  # records in what was received last that brought nothing

    def fileno(self) -> int:
        """Of the socket."""
        return self._raw.fileno()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the client's certificate in hexadecimal, "" if it showed none. The handshake
        has proved that the client has the key; who signed the certificate does not matter.
        """
        if not self.ready:
            return ""
        certificate = self._tls.get_peer_certificate(as_cryptography=True)
        return certificate.fingerprint(hashes.SHA256()).hex() if certificate else ""

    def receive(self, data: bytes) -> bytes:
        """Decrypts bytes from the socket. Raises TlsBroken if they are not valid, and OSError."""
        records = self._records.end_in(data)
        self._tls.bio_write(data)
        found: list[bytes] = []
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
                if self._early:
                    self._tls.send(self._early)
                    self._early = b""
            while True:
                found.append(self._tls.recv(PIECE_BYTES))
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.ended = True
        except SSL.Error as error:
            raise TlsBroken(_why(error)) from None
        finally:
            self._push()
        self.silent = max(0, records - len(found))  # each of the others brings a piece of its own
        return b"".join(found)

    def send(self, data: bytes | memoryview) -> int:
        """Encrypts and sends; returns how many bytes were taken. Raises BlockingIOError while the
        socket has not taken what it was given before, and OSError.
        """
        if not self.ready:
            self._early += data
            return len(data)
        self._push()
        if self._pending:
            raise BlockingIOError
        try:
            taken = self._tls.send(bytes(data[:PIECE_BYTES]))
        except SSL.WantReadError:
            raise BlockingIOError from None
        except SSL.Error as error:
            raise BrokenPipeError(_why(error)) from None
        self._push()
        return taken

    def end(self, timeout: float) -> None:
        """Sends close_notify, and waits until the socket has taken it. Switches greenlets."""
        try:
            self._tls.shutdown()
        except SSL.Error:
            pass  # before the handshake was done
        try:
            self._push()
        except OSError:
            self._pending = b""
        if self._pending:
            self._drained = Event()
            self._drained.wait(timeout)
        self._stop()

    def close(self) -> None:
        """Frees what OpenSSL keeps of the connection, some tens of kilobytes."""
        self._stop()
        del self._tls

    def _push(self) -> None:
        """Gives the socket what waits. Raises OSError, not BlockingIOError."""
        try:
            while True:
                self._pending += self._tls.bio_read(PIECE_BYTES)
        except SSL.WantReadError:
            pass
        if len(self._pending) > PENDING_BYTES:
            raise BrokenPipeError("the peer makes TLS answer, and does not read the answers")
        while self._pending:
            try:
                sent = self._raw.send(self._pending)
            except BlockingIOError:
                if self._watcher is None:
                    self._watcher = gevent.get_hub().loop.io(self._raw.fileno(), _WRITE)
                    self._watcher.start(self._writable)
                return
            self._pending = self._pending[sent:]
        self._stop()
        if self._drained is not None:
            self._drained.set()

    def _writable(self) -> None:
        try:
            self._push()
        except OSError:  # the reader of this connection learns of it by itself
            self._pending = b""
            self._stop()
            if self._drained is not None:
                self._drained.set()

    def _stop(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None


class CertificateError(GchatError):
    """A certificate cannot be used; a sentence with what to do next."""


def _why(error: OSError | SSL.Error | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, ValueError):
        return str(error)
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return str(reasons[0][-1]) if reasons else "unknown reason"


def _context(certificate: Path, key: Path) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(str(certificate))
    context.use_privatekey_file(str(key))
    context.check_privatekey()
    # asks for a client's certificate; any signer will do, since the fingerprint identifies it
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)  # while a connection is idle: 34 KB each
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_session_id(b"gchat")
    return context


class Certificate:
    """A certificate and its key, in files that may be replaced while the server runs."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises CertificateError."""
        self._paths = certificate, key
        self.load()

    def load(self) -> None:
        """Reads the files; new connections use what is in them. Raises CertificateError, and then
        keeps the certificate it had before.
        """
        certificate, key = self._paths
        try:
            fingerprint = _fingerprint(certificate)
            names = _certified(certificate.read_bytes())
            self.context = _context(certificate, key)
            self.fingerprint, self.names = fingerprint, names
        except (OSError, SSL.Error, ValueError) as error:
            why = _why(error)
            text = f"{certificate} and {key} cannot be used: {why}"
            raise CertificateError(f"{text}. Both must be PEM, and the key must match.") from None


def _certified(pem: bytes) -> tuple[str, ...]:
    """The host names in a certificate; none where they cannot be read."""
    try:
        found = x509.load_pem_x509_certificate(pem).extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return ()
    return tuple(names.get_values_for_type(x509.DNSName))


def _fingerprint(path: Path) -> str:
    """SHA-256 of the certificate, as people compare it. Raises OSError and ValueError."""
    chain, end = path.read_text("latin-1"), "-----END CERTIFICATE-----"
    if end not in chain:
        raise ValueError("there is no certificate in it")
    first = chain[: chain.index(end) + len(end)]
    der = ssl.PEM_cert_to_DER_cert(first[first.find("-----BEGIN CERTIFICATE-----") :])
    digest = hashlib.sha256(der).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def self_signed(folder: Path, name: str) -> Certificate:
    """The certificate in a folder, made when it is first asked for. Raises CertificateError."""
    certificate, key = folder / "tls-certificate.pem", folder / "tls-key.pem"
    if not (certificate.exists() and key.exists()):
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            _make(certificate, key, name)
        except OSError as error:
            raise CertificateError(f"{folder} cannot be written: {error.strerror}") from None
    return Certificate(certificate, key)


def _names(name: str) -> list[x509.GeneralName]:
    """What clients may call the server: its name, this machine's name, and the local machine."""
    hosts = dict.fromkeys((name, "localhost", socket.gethostname()))
    known = [host for host in hosts if re.fullmatch(r"[A-Za-z0-9_.-]+", host)]
    loopback = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
    return [*map(x509.DNSName, known), *map(x509.IPAddress, loopback)]


def _make(certificate: Path, key: Path, name: str) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName(_names(name)), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(key, pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
