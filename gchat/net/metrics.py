"""What Prometheus asks for, and whether the server is well, on an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

import gevent
from gevent.pywsgi import WSGIServer
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gchat.net.flusher import Flusher
from gchat.net.listener import Listener
from gchat.net.websocket import NOT_OUR_NAME

LOOK_SECONDS = 1.0  # between two looks at how late the loop is
HEALTHY_SECONDS = 5.0  # without a turn of the loop, after which /health answers 503

Answer = Callable[..., Any]


class Metrics:
    """Counts nothing itself: what there is to know is read when it is asked for."""

    def __init__(
        self,
        address: tuple[str, int],
        listener: Listener,
        flusher: Flusher,
        gauges: Callable[[], dict[str, tuple[str, float]]],
        is_own: Callable[[str], bool],
    ) -> None:
        """`gauges`: names, each with what it is and its value now. `is_own`: whether a request with
        this `Host` is meant for this server.
        """
        self._is_own = is_own
        self._listener = listener
        self._flusher = flusher
        self._gauges = gauges
        self._lag = 0.0  # seconds, the latest
        self._seen = perf_counter()
        registry = CollectorRegistry()
        registry.register(self)
        self._metrics = make_wsgi_app(registry)
        self._server = WSGIServer(address, self._serve, log=None)
        self._watch: gevent.Greenlet[..., None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started."""
        host, port = self._server.server_host, self._server.server_port
        assert host is not None
        assert port is not None
        return host, port

    def start(self) -> None:
        """Begins to answer. Raises OSError where it cannot listen there."""
        self._server.start()
        self._watch = gevent.spawn(self._keep_watch)

    def stop(self) -> None:
        """Answers no more."""
        self._server.stop(timeout=0)
        if self._watch is not None:
            self._watch.kill()

    def _keep_watch(self) -> None:
        while True:
            before = perf_counter()
            gevent.sleep(LOOK_SECONDS)
            self._seen = perf_counter()
            self._lag = max(0.0, self._seen - before - LOOK_SECONDS)

    def _serve(self, environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/health":
            well = perf_counter() - self._seen < HEALTHY_SECONDS
            status = "200 OK" if well else "503 Service Unavailable"
            start(status, [("Content-Type", "text/plain")])
            return [b"ok\n" if well else b"the event loop is blocked\n"]
        if not self._is_own(environ.get("HTTP_HOST", "localhost")):
            start("403 Forbidden", [("Content-Type", "text/plain")])
            return [NOT_OUR_NAME.encode()]
        answer: Iterable[bytes] = self._metrics(environ, start)
        return answer

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
