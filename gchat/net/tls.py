"""TLS beneath everything else. The protocol is the standard library's, on buffers in memory; this
file only moves what goes in and what comes out.
"""

from __future__ import annotations

import hashlib
import logging
import os
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

log = logging.getLogger(__name__)

PIECE_BYTES = 65536  # of plaintext, encrypted at once
CERTIFICATE_DAYS = 3650  # a self-signed one is for who compares its fingerprint
_WRITE = 2  # gevent's loop.io: watch for room to write


class TlsSocket:
    """The server's side of TLS on a non-blocking socket. `send` is what an Outbox asks for."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        self._raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._ready = False  # the handshake is done
        self._early = b""  # what is to be said when the handshake is done
        self._pending = b""  # what the socket has not taken yet
        self._watcher: Any = None
        self._drained: Event | None = None
        self.ended = False  # the peer sends nothing more

    def fileno(self) -> int:
        """Of the socket."""
        return self._raw.fileno()

    def receive(self, data: bytes) -> bytes:
        """What the bytes from the socket say. Raises ssl.SSLError where they say nothing."""
        self._incoming.write(data)
        found = []
        try:
            if not self._ready:
                self._tls.do_handshake()
                self._ready = True
                if self._early:
                    self._tls.write(self._early)
                    self._early = b""
            while True:
                piece = self._tls.read(PIECE_BYTES)
                if not piece:
                    self.ended = True
                    break
                found.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        finally:
            self._push()
        return b"".join(found)

    def send(self, data: bytes | memoryview) -> int:
        """Encrypts and sends; how much was taken. Raises BlockingIOError where the socket has not
        taken yet what it was given before, and OSError.
        """
        if not self._ready:
            self._early += data
            return len(data)
        self._push()
        if self._pending:
            raise BlockingIOError
        taken = self._tls.write(data[:PIECE_BYTES])
        self._push()
        return taken

    def end(self, timeout: float) -> None:
        """Says that nothing more comes, and waits for it to be taken. Switches greenlets."""
        try:
            self._tls.unwrap()
        except (ssl.SSLError, ValueError):
            pass  # the peer's goodbye is not waited for
        try:
            self._push()
        except OSError:
            self._pending = b""
        if self._pending:
            self._drained = Event()
            self._drained.wait(timeout)
        self._stop()

    def _push(self) -> None:
        """Gives the socket what waits. Raises OSError, not BlockingIOError."""
        self._pending += self._outgoing.read()
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


class TlsError(Exception):
    """A certificate cannot be used; a sentence with what to do next."""


class Certificate:
    """A certificate and its key, in files that may be replaced while the server runs."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises TlsError."""
        self._paths = certificate, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.load()

    def load(self) -> None:
        """Reads the files; who connects from now on is shown what they hold. Raises TlsError, and
        the certificate is the one before.
        """
        certificate, key = self._paths
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            trial.load_cert_chain(certificate, key)
            self.context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            text = f"{certificate} and {key} cannot be used: {why}"
            raise TlsError(f"{text}. They have to be PEM and belong together.") from None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as people compare it."""
        der = ssl.PEM_cert_to_DER_cert(_first_of(self._paths[0].read_text("ascii")))
        digest = hashlib.sha256(der).hexdigest()
        return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def _first_of(chain: str) -> str:
    end = "-----END CERTIFICATE-----"
    return chain[: chain.index(end) + len(end)]


def self_signed(folder: Path, name: str) -> Certificate:
    """The certificate in a folder, made when it is first asked for. Raises TlsError."""
    certificate, key = folder / "tls-certificate.pem", folder / "tls-key.pem"
    if not (certificate.exists() and key.exists()):
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            _make(certificate, key, name)
        except OSError as error:
            raise TlsError(f"{folder} cannot be written: {error.strerror}") from None
    return Certificate(certificate, key)


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
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
