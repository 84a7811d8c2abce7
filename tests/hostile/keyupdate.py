"""A TLS 1.3 client that asks for new keys: the standard library has no way to say that, so this is
OpenSSL's own library, by its C interface.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import socket

_REQUESTED = 1  # SSL_KEY_UPDATE_REQUESTED
_WANTS = (2, 3)  # SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE


def _library() -> ctypes.CDLL:
    ssl = ctypes.CDLL(ctypes.util.find_library("ssl") or "libssl.so.3")
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
        getattr(ssl, name).restype = ctypes.c_void_p
    ssl.SSL_CTX_new.argtypes = [ctypes.c_void_p]
    ssl.SSL_new.argtypes = [ctypes.c_void_p]
    for name in ("SSL_connect", "SSL_do_handshake"):
        getattr(ssl, name).argtypes = [ctypes.c_void_p]
    for name in ("SSL_free", "SSL_CTX_free"):
        getattr(ssl, name).argtypes = [ctypes.c_void_p]
        getattr(ssl, name).restype = None
    for name in ("SSL_set_fd", "SSL_key_update", "SSL_get_error"):
        getattr(ssl, name).argtypes = [ctypes.c_void_p, ctypes.c_int]
    return ssl


class KeyUpdater:
    """One connection, which has shaken hands. Raises ConnectionError where it cannot."""

    def __init__(self, sock: socket.socket) -> None:
        self._ssl = _library()
        sock.setblocking(True)
        self._context = self._ssl.SSL_CTX_new(self._ssl.TLS_client_method())
        self._tls = self._ssl.SSL_new(self._context)
        self._ssl.SSL_set_fd(self._tls, sock.fileno())
        if self._ssl.SSL_connect(self._tls) != 1:
            raise ConnectionError("the server does not shake hands")
        sock.setblocking(False)

    def ask(self) -> bool:
        """Asks for new keys, and does not read the answer. False where the socket takes no more.
        Raises ConnectionError at the end of the connection.
        """
        self._ssl.SSL_key_update(self._tls, _REQUESTED)  # refused while the last is half sent
        done = self._ssl.SSL_do_handshake(self._tls)
        if done == 1:
            return True
        if self._ssl.SSL_get_error(self._tls, done) in _WANTS:
            return False
        raise ConnectionError("closed")

    def close(self) -> None:
        """Frees it; the socket is somebody else's."""
        self._ssl.SSL_free(self._tls)
        self._ssl.SSL_CTX_free(self._context)
