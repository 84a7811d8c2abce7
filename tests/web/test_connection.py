"""HTTP/1.1 as RFC 9110 and RFC 9112 have it, without a socket."""

from __future__ import annotations

import gzip
from http import HTTPStatus

import pytest

from gchat.web.connection import BODY_BYTES, HEAD_BYTES, PIECE_BYTES, HttpConnection, Phase
from gchat.web.exchange import Rejected, Request, Response, plainly
from gchat.web.router import Representation, Router, takes_gzip

TEXT = b"0123456789" * 3
LARGE = bytes(range(256)) * 200
KIND = ("Content-Type", "text/plain")


def small(request: Request) -> Representation:
    return Representation(TEXT, (KIND,), "small", gzip.compress(TEXT))


def large(request: Request) -> Representation:
    return Representation(LARGE, (KIND,), "large")


ROUTER = Router({"/": small, "/large": large}, "There is nothing here.")


def echo(request: Request) -> Response:
    return Response(HTTPStatus.OK, (), f"{request.method} {request.path} ".encode() + request.body)


def opened(answer: object = ROUTER) -> HttpConnection:
    return HttpConnection(answer, lambda: 0.0)  # type: ignore[arg-type]


def exchange(data: bytes, http: HttpConnection | None = None) -> bytes:
    return b"".join((http or opened()).receive(data))


def phase(http: HttpConnection) -> Phase:
    return http.phase  # mypy takes a property that was looked at for a constant


def ask(method: str = "GET", path: str = "/", **headers: str) -> tuple[int, dict[str, str], bytes]:
    lines = [f"{method} {path} HTTP/1.1", "Host: x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = exchange("\r\n".join([*lines, "", ""]).encode())
    return parts(answer)


def parts(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def test_what_is_there() -> None:
    status, headers, body = ask()
    assert (status, body) == (200, TEXT)
    assert headers["content-length"] == "30"
    assert headers["etag"] == '"small"'
    assert headers["date"] == "thu, 01 jan 1970 00:00:00 gmt"
    assert headers["vary"] == "accept-encoding"


def test_head_is_get_without_the_body() -> None:
    status, headers, body = ask("HEAD")
    assert (status, body, headers) == (200, b"", ask()[1])


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("OPTIONS", "/", 204, "get, head, options"),
        ("OPTIONS", "*", 204, "get, head, options"),
        ("OPTIONS", "/x", 404, None),
        ("POST", "/", 405, "get, head, options"),
        ("DELETE", "/large", 405, "get, head, options"),
        ("TRACE", "/", 405, "get, head, options"),
        ("GET", "/x", 404, None),
        ("GET", "/../etc/passwd", 404, None),
        ("GET", "/%2e%2e/x", 404, None),
        ("BREW", "/", 501, None),
        ("GET", "/?a=b", 200, None),
    ],
)
def test_methods_and_paths(method: str, path: str, status: int, allow: str | None) -> None:
    found, headers, _ = ask(method, path)
    assert (found, headers.get("allow")) == (status, allow)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": '"small"'}, 304),
        ({"If_None_Match": 'W/"small"'}, 304),
        ({"If_None_Match": '"a", "small"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"a"'}, 200),
        ({"If_None_Match": "small"}, 200),
        ({"If_Match": '"small"'}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": 'W/"small"'}, 412),
        ({"If_Match": '"a"', "If_None_Match": '"small"'}, 412),
    ],
)
def test_conditions(headers: dict[str, str], status: int) -> None:
    found, answered, body = ask(**headers)
    assert found == status
    if status == 304:
        assert body == b""
        assert "content-length" not in answered
        assert answered["etag"] == '"small"'


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=28-", 206, b"89"),
        ("bytes=-1", 206, b"9"),
        ("bytes=-99", 206, TEXT),
        ("bytes=29-29", 206, b"9"),
        ("bytes=0-30", 206, TEXT),
        ("bytes=30-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-4", 200, TEXT),
        ("bytes=-", 200, TEXT),
        ("bytes=0-1,3-4", 200, TEXT),
        ("lines=0-1", 200, TEXT),
        (f"bytes=0-{'9' * 18}", 206, TEXT),
        (f"bytes=0-{'9' * 19}", 200, TEXT),
    ],
)
def test_ranges(wanted: str, status: int, body: bytes | None) -> None:
    found, headers, got = ask(Range=wanted)
    assert found == status
    assert body is None or got == body
    assert (status == 416) == (headers.get("content-range") == "bytes */30")


def test_a_range_of_another_version_is_everything() -> None:
    assert ask(Range="bytes=0-3", If_Range='"old"')[0] == 200
    assert ask(Range="bytes=0-3", If_Range='"small"')[2] == b"0123"
    assert ask("HEAD", Range="bytes=0-3")[0] == 200


def test_compressed_where_that_is_taken() -> None:
    _status, headers, body = ask(Accept_Encoding="br, gzip")
    assert headers["content-encoding"] == "gzip"
    assert headers["etag"] == '"small-gzip"'
    assert gzip.decompress(body) == TEXT
    again = ask(Accept_Encoding="gzip", If_None_Match='"small-gzip"')
    assert again[0] == 304
    assert again[1]["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("x-gzip", True),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("identity", False),
        ("", False),
        ("gzip;q=x", False),
    ],
)
def test_which_browsers_take_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_requests_that_come_together_are_answered_in_order() -> None:
    http = opened(echo)
    one = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = exchange(b"".join(one % n for n in range(50)) + b"GET /50", http)
    found = [line for line in answers.split(b"\r\n") if line.startswith(b"GET /")]
    assert [one.split(b" HTTP")[0].split(b" ")[1] for one in found] == [
        b"/%d" % n for n in range(50)
    ]
    assert phase(http) is Phase.READING
    assert exchange(b" HTTP/1.1\r\nHost: x\r\n\r\n", http).endswith(b"GET /50 ")
    assert phase(http) is Phase.IDLE


def test_however_the_bytes_are_cut() -> None:
    data = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    whole = exchange(data, opened(echo))
    assert whole.endswith(b"POST /a abc")
    http = opened(echo)
    assert b"".join(exchange(data[n : n + 1], http) for n in range(len(data))) == whole


def test_a_large_answer_comes_in_pieces() -> None:
    pieces = list(opened().receive(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"))
    assert parts(b"".join(pieces))[2] == LARGE
    assert max(map(len, pieces)) < 2 * PIECE_BYTES


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ],
)
def test_what_is_no_request_ends_the_connection(data: bytes, status: int) -> None:
    http = opened()
    found, headers, _ = parts(exchange(data, http))
    assert found == status
    assert headers["connection"] == "close"
    assert http.ended


def test_the_head_has_a_bound() -> None:
    start = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
    end = b"\r\n\r\n"
    fits = start + b"x" * (HEAD_BYTES - len(start) - len(end)) + end
    assert parts(exchange(fits))[0] == 200
    http = opened()
    assert exchange(start + b"x" * (HEAD_BYTES - len(start)), http) == b""
    assert parts(exchange(b"x", http))[0] == 431
    assert http.ended


@pytest.mark.parametrize("chunked", [False, True])
def test_the_body_has_a_bound(chunked: bool) -> None:
    def post(size: int) -> bytes:
        length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
        body = b"x" * size
        if chunked:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
        return b"POST /a HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n" + body

    fits = parts(exchange(post(BODY_BYTES), opened(echo)))
    assert (fits[0], len(fits[2])) == (200, BODY_BYTES + len("POST /a "))
    http = opened(echo)
    assert parts(exchange(post(BODY_BYTES + 1), http))[0] == 413
    assert http.ended


def test_a_body_is_asked_for_before_it_is_sent() -> None:
    http = opened(echo)
    head = b"POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    assert exchange(head % 3, http).startswith(b"HTTP/1.1 100 ")
    assert exchange(b"abc", http).endswith(b"POST /a abc")
    assert parts(exchange(head % (BODY_BYTES + 1), opened(echo)))[0] == 413


def test_old_browsers_are_answered_and_left() -> None:
    http = opened()
    assert parts(exchange(b"GET / HTTP/1.0\r\n\r\n", http))[0] == 200
    assert http.ended
    http = opened()
    exchange(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /", http)
    assert http.ended


def test_websocket_is_handed_over_as_it_came() -> None:
    http = opened()
    wanted = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n\r\nframes"
    assert exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + wanted[:20], http)
    assert phase(http) is Phase.READING
    assert exchange(wanted[20:], http) == b""
    assert http.handed_over == wanted
    assert phase(http) is Phase.OVER


def test_half_a_request() -> None:
    http = opened()
    assert http.give_up() == b""
    exchange(b"GET / HTTP/1.1\r\n", http)
    assert parts(http.give_up())[0] == 408
    assert http.give_up() == b""


class Taken:
    """Takes at most 10 bytes, and says how many there were."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._size = 0

    def take(self, data: bytes) -> None:
        self.log.append(f"take {len(data)}")
        self._size += len(data)
        if self._size > 10:
            raise Rejected(plainly(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much."))

    def finish(self) -> Response:
        self.log.append("finish")
        return Response(HTTPStatus.CREATED, (), str(self._size).encode())

    def close(self) -> None:
        self.log.append("close")


def taking(taken: Taken, *, refuses: bool = False) -> HttpConnection:
    def taker(request: Request) -> Taken | None:
        if refuses:
            raise Rejected(plainly(HTTPStatus.FORBIDDEN, "No."))
        return taken if request.method == "POST" else None

    return HttpConnection(echo, lambda: 0.0, taker)


POST = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


def test_a_body_is_taken_as_it_comes() -> None:
    taken = Taken()
    http = taking(taken)
    assert exchange(POST % 9, http) == b""
    assert phase(http) is Phase.UPLOADING
    assert exchange(b"abc", http) == b""
    assert (http.received, http.steady) == (3, True)
    assert exchange(b"defghiGET / HTTP/1.1\r\nHost: x\r\n\r\n", http).endswith(b"GET / ")
    assert taken.log == ["take 3", "take 6", "finish", "close"]
    assert phase(http) is Phase.IDLE


def test_more_than_is_taken_ends_the_connection() -> None:
    taken = Taken()
    http = taking(taken)
    status, headers, body = parts(exchange(POST % 99 + b"x" * 11, http))
    assert (status, headers["connection"], body) == (413, "close", b"Too much.\n")
    assert taken.log == ["take 11", "close"]
    assert phase(http) is Phase.OVER
    http.close()
    assert taken.log[-2:] == ["take 11", "close"], "once"


def test_a_request_is_refused_before_its_body_comes() -> None:
    http = taking(Taken(), refuses=True)
    expects = POST.replace(b"Host", b"Expect: 100-continue\r\nHost") % 9
    assert parts(exchange(expects, http))[0] == 403
    assert http.ended


def test_who_goes_in_the_middle_is_told_of() -> None:
    taken = Taken()
    http = taking(taken)
    exchange(POST % 9 + b"abc", http)
    assert parts(http.give_up())[0] == 408
    http.close()
    assert taken.log == ["take 3", "close"]
    other = taking(taken := Taken())
    exchange(POST % 9 + b"abc", other)
    other.close()
    assert taken.log == ["take 3", "close"]


def test_chunks_are_counted() -> None:
    http = taking(Taken())
    head = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange(head + b"1\r\nx\r\n" * 5, http)
    assert (http.pieces, http.steady) == (5, False)
    exchange(b"1\r\nx\r\n", http)
    assert http.pieces == 1
