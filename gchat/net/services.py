"""What the sessions of a node share beside the `Node` itself: all that has to do with sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gchat.core.limits import Buckets
from gchat.journal.base import Journal
from gchat.net.admission import Admission
from gchat.net.arrivals import Arrivals, arrivals
from gchat.net.browsers import Browsers
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.foreign import ForeignNames
from gchat.net.hooks import Hooks
from gchat.net.rounds import Rounds
from gchat.net.tls import Certificate
from gchat.web.exchange import Answer
from gchat.web.files import FileSite

REQUESTS_BURST, REQUESTS_PER_SECOND = 400, 50  # of one address, by HTTP through proxies
DRAIN_SECONDS = 10.0  # for the last words to be taken, unless the server stops before


@dataclass(slots=True)
class Services:
    """One of each for all connections."""

    journal: Journal
    fanout: Fanout
    flusher: Flusher
    admission: Admission
    logins: Buckets  # attempts to log in, by address; a reload may replace it
    certificate: Certificate | None
    monotonic: Callable[[], float]  # seconds
    answer: Answer  # to what is asked by HTTP
    hooks: Hooks
    foreign: ForeignNames
    browsers: Browsers
    requests: Buckets  # by HTTP through proxies, by address
    files: FileSite | None = None  # which is asked first
    lines: int = 0  # that were received, ever
    arrivals: Arrivals = field(default_factory=arrivals)
    rounds: Rounds = field(default_factory=Rounds)
