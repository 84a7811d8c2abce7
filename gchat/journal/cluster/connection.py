"""One connection to Valkey, Redis or a Sentinel. The library's, with gevent's sockets in it."""

from __future__ import annotations

from typing import Any

from gevent import socket as gsocket
from gevent import ssl as gssl
from valkey.backoff import NoBackoff
from valkey.connection import Connection
from valkey.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    ValkeyError,
)
from valkey.retry import Retry

from gchat.errors import GchatError
from gchat.system import has_come
from gchat.wire.log_address import LogAddress

ANSWER_SECONDS = 5.0  # for an answer, beside what a command itself waits for
CONNECT_SECONDS = 3.0


class LogGone(GchatError):
    """Nobody answers. What was asked for may have been done, or not."""


class LogAway(LogGone):
    """Nobody can be connected to: what was asked for was not done."""


class LogUntrusted(LogAway):
    """Its certificate is not one to trust; says why."""


class LogRefused(GchatError):
    """The answer is that it was not done. `code` is its first word, such as OOM."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = text.split(" ", 1)[0]


class _Plain(Connection):
    def _connect(self) -> Any:
        sock = gsocket.create_connection((self.host, self.port), self.socket_connect_timeout)
        sock.setsockopt(gsocket.IPPROTO_TCP, gsocket.TCP_NODELAY, 1)
        sock.settimeout(self.socket_timeout)
        return sock


class _Secure(_Plain):
    def _connect(self) -> Any:
        sock = super()._connect()
        try:
            # gevent's own: create_default_context makes sockets that would stop everybody
            context = gssl.SSLContext(gssl.PROTOCOL_TLS_CLIENT)
            context.load_default_certs()
            return context.wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise


class LogConnection:
    """For one greenlet at a time. Connects when it is first asked, and again after a failure."""

    def __init__(self, host: str, port: int, address: LogAddress, *, login: bool = True) -> None:
        """`login`: with the address's name and password."""
        kind = _Secure if address.tls else _Plain
        self.host, self.port = host, port
        self._connection: Any = kind(
            host=host,
            port=port,
            username=(address.username or None) if login else None,
            password=(address.password or None) if login else None,
            db=address.database,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            # the library's own would sleep in the way of everybody else
            retry=Retry(NoBackoff(), 0),  # type: ignore[no-untyped-call]
            protocol=2,
            client_name="gchat",
        )

    def ask(self, *command: Any, wait: float = 0.0) -> Any:
        """What is answered to a command, as bytes, numbers, lists of these or `None`. `wait`: how
        many seconds the command itself may take. Switches greenlets. Raises LogAway, LogGone and
        LogRefused.
        """
        connection = self._connection
        self._connect()
        try:
            connection._sock.settimeout(ANSWER_SECONDS + wait)
            connection.send_command(*command)
            answer = connection.read_response()
        except (ResponseError, AuthenticationError) as error:
            raise LogRefused(_words(error)) from None
        except (ValkeyError, OSError, AttributeError) as error:
            connection.disconnect()
            raise LogGone(str(error) or type(error).__name__) from None
        except BaseException:  # a half-read answer must not be taken for that of the next command
            connection.disconnect()
            raise
        return answer

    def _connect(self) -> None:
        """Raises LogAway, and LogRefused for a wrong password."""
        connection = self._connection
        try:
            sock = connection._sock
            if sock is not None and has_come(sock.fileno()):
                connection.disconnect()  # nothing comes on its own accord but the end
            connection.connect()
        except AuthenticationError as error:
            connection.disconnect()
            raise LogRefused(_words(error)) from None
        except (ValkeyError, OSError) as error:
            connection.disconnect()
            if isinstance(error.__context__, gssl.SSLCertVerificationError):
                raise LogUntrusted(error.__context__.verify_message) from None
            raise LogAway(str(error) or type(error).__name__) from None

    def close(self) -> None:
        """Lets go of it; asked again, it connects again."""
        self._connection.disconnect()


_CODES = {
    AuthenticationError: "NOAUTH",
    NoPermissionError: "NOPERM",
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
}


def _words(error: ValkeyError) -> str:
    """As the server said it: the library makes classes of some codes."""
    code, text = _CODES.get(type(error)), str(error).removesuffix(".")
    return f"{code} {text}" if code else text
