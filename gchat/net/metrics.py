"""What Prometheus asks for, and whether the server is well, on an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from time import perf_counter
from typing import Any

import gevent
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from gchat.net.answering import HttpServer
from gchat.net.flusher import Flusher
from gchat.net.hosts import LOCAL
from gchat.net.listener import Listener
from gchat.net.listening import listening
from gchat.net.websocket import NOT_OUR_NAME
from gchat.web.exchange import Request
from gchat.web.router import Representation, Router

LOOK_SECONDS = 1.0  # between two looks at how late the loop is
HEALTHY_SECONDS = 5.0  # without a turn of the loop, after which /health answers 503

_NOT_KEPT = ("Cache-Control", "no-store")
_WORDS = ("Content-Type", "text/plain")


class Metrics:
    """Counts nothing itself: what there is to know is read when it is asked for."""

    def __init__(
        self,
        address: tuple[str, int],
        listener: Listener,
        flusher: Flusher,
        gauges: Callable[[], dict[str, tuple[str, float]]],
        is_own: Callable[[str], bool],
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """`gauges`: names, each with what it is and its value now. `is_own`: whether a request with
        this `Host` is meant for this server. `trouble`: why nobody should connect now, "" for
        nothing.
        """
        self._trouble = trouble
        self._is_own = is_own
        self._listener = listener
        self._flusher = flusher
        self._gauges = gauges
        self._lag = 0.0  # seconds, the latest
        self._seen = perf_counter()
        self._registry = CollectorRegistry()
        self._registry.register(self)
        resources = {"/": self._metrics, "/metrics": self._metrics, "/health": self._health}
        self._server = HttpServer(address, Router(resources, "There is /metrics, and /health."))
        self._watch: gevent.Greenlet[..., None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started; where it is to, before that."""
        return self._server.address

    def start(self) -> None:
        """Begins to answer. Raises CannotListen where it cannot listen there."""
        with listening(self.address, "server.metrics"):
            self._server.start()
        self._watch = gevent.spawn(self._keep_watch)

    def stop(self) -> None:
        """Answers no more."""
        self._server.stop()
        if self._watch is not None:
            self._watch.kill()

    def _keep_watch(self) -> None:
        while True:
            before = perf_counter()
            gevent.sleep(LOOK_SECONDS)
            self._seen = perf_counter()
            self._lag = max(0.0, self._seen - before - LOOK_SECONDS)

    def _health(self, request: Request) -> Representation:
        well = perf_counter() - self._seen < HEALTHY_SECONDS
        why = self._trouble() if well else "the event loop is blocked"
        well, text = not why, f"{why or 'ok'}\n".encode()
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return Representation(text, (_WORDS, _NOT_KEPT), status=status)

    def _metrics(self, request: Request) -> Representation:
        if not self._is_own(request.headers.get("host", LOCAL)):
            status = HTTPStatus.FORBIDDEN
            return Representation(NOT_OUR_NAME.encode(), (_WORDS, _NOT_KEPT), status=status)
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        headers = (("Content-Type", kind), ("Vary", "Accept"), _NOT_KEPT)
        return Representation(encode(self._registry), headers)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry: the metrics that Prometheus reads."""
        yield self._by_label(
            GaugeMetricFamily("gchat_connections", "Open connections", labels=["speaks"]),
            self._listener.spoken(),
        )
        yield self._by_label(
            CounterMetricFamily("gchat_refused", "Connections refused", labels=["limit"]),
            self._listener.refused,
        )
        yield CounterMetricFamily("gchat_sends", "Socket send calls", value=self._flusher.sends)
        yield CounterMetricFamily(
            "gchat_deliveries", "Deliveries queued for connections", value=self._flusher.writes
        )
        whole, fullest = self._listener.queued()
        yield GaugeMetricFamily(
            "gchat_outbox_bytes", "Bytes waiting to be sent, all connections", value=whole
        )
        yield GaugeMetricFamily(
            "gchat_outbox_bytes_max",
            "Bytes waiting to be sent, largest queue of one connection",
            value=fullest,
        )
        yield GaugeMetricFamily(
            "gchat_coalescing_seconds", "Seconds between flushes", value=self._flusher.pause
        )
        yield GaugeMetricFamily(
            "gchat_loop_lag_seconds", "Seconds by which the event loop is late", value=self._lag
        )
        for name, (text, value) in self._gauges().items():
            family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield family(f"gchat_{name}", text, value=value)

    def _by_label(self, family: Any, values: dict[str, int]) -> Metric:
        for label, value in values.items():
            family.add_metric([label], value)
        found: Metric = family
        return found
