"""What is asked for by HTTP, and what is answered. Knows nothing of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from gchat.errors import GchatError

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


class Stored(Protocol):
    """A body that is not in memory."""

    def __len__(self) -> int:
        """Bytes."""

    def __getitem__(self, part: slice, /) -> Stored:
        """Some of its bytes; `part` has a start and a stop, and no step."""

    def pieces(self) -> Iterator[bytes]:
        """All of it. May wait before each piece, and raises OSError where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, with all of its body; Date, Content-Length and Connection are added to it."""

    status: HTTPStatus
    headers: Headers = ()
    body: bytes | Stored = b""


Answer = Callable[[Request], Response]  # never waits


class Incoming(Protocol):
    """Takes the body of one request as it comes, and answers it. Everything here may wait."""

    def take(self, data: bytes) -> None:
        """More of the body. Raises Rejected, and is asked for nothing more then but `close`."""

    def finish(self) -> Response:
        """All of the body has come. Raises Rejected."""

    def close(self) -> None:
        """Always called at the end, also where the body has not come to its own."""


# Whoever takes a request with all that comes behind its head; `None` where that is left to Answer.
# May wait. Raises Rejected.
Opened = Callable[[Request], Incoming | None]


class Rejected(GchatError):
    """A request is not listened to any further; this is the answer, and the connection ends."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status.phrase)
        self.response = response


NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


def plainly(status: HTTPStatus, text: str, *headers: tuple[str, str]) -> Response:
    """An answer in words for people; the text is a sentence."""
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Response(status, (kind, NO_SNIFFING, *headers), f"{text}\n".encode())
