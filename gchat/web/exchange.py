"""What is asked for by HTTP, and what is answered. Knows nothing of connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is as it came, `headers` are by their names in lower case; those that came several
    times are joined by commas, RFC 9110, section 5.3.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Without the query. It is compared as it came: nothing here needs percent-encoding."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, with all of its body; Date, Content-Length and Connection are added to it."""

    status: HTTPStatus
    headers: Headers = ()
    body: bytes = b""


Answer = Callable[[Request], Response]  # never waits

NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


def plainly(status: HTTPStatus, text: str, *headers: tuple[str, str]) -> Response:
    """An answer in words for people; the text is a sentence."""
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Response(status, (kind, NO_SNIFFING, *headers), f"{text}\n".encode())
