"""Bytes to messages and back."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from gchat.core.apply import apply
from gchat.core.effects import Effect
from gchat.core.events import Connected, Joined, Said
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper
from gchat.dialects.irc.render import variant
from gchat.wire.caps import Cap
from gchat.wire.lines import LineSplitter
from gchat.wire.message import encode, format_message, parse

TEXT = "x" * 100
LINE = f"PRIVMSG #lobby :{TEXT}"
TAGGED = f"@+typing=active;label=abc\\s1 {LINE}"


def spoke() -> Effect:
    """What is seen of a message to a room."""
    hub, stamper = Hub(), Stamper(lambda: 1_700_000_000_000)
    for event in (Connected(1, "Tuan", "~t", "127.0.0.1", "Tuan"), Joined(1, "#lobby")):
        apply(hub, stamper.stamp(event))
    (effect,) = apply(hub, stamper.stamp(Said(1, "#lobby", TEXT))).effects
    return effect


def bench_split(benchmark: BenchmarkFixture) -> None:
    data = f"{LINE}\r\n".encode() * 100
    splitter = LineSplitter()
    assert len(benchmark(splitter.feed, data)) == 100


def bench_parse(benchmark: BenchmarkFixture) -> None:
    assert benchmark(parse, LINE).params == ["#lobby", TEXT]


def bench_parse_with_tags(benchmark: BenchmarkFixture) -> None:
    assert benchmark(parse, TAGGED).tags["label"] == "abc 1"


def bench_format(benchmark: BenchmarkFixture) -> None:
    def make() -> bytes:
        return encode(format_message("PRIVMSG", "#lobby", TEXT, source="Tuan!~t@127.0.0.1"))

    assert benchmark(make).endswith(b"x\r\n")


def bench_render(benchmark: BenchmarkFixture) -> None:
    assert benchmark(variant(Cap.NONE).render, spoke()).endswith(b"x\r\n")


def bench_render_with_tags(benchmark: BenchmarkFixture) -> None:
    form = variant(Cap.MESSAGE_TAGS | Cap.SERVER_TIME)
    assert benchmark(form.render, spoke()).startswith(b"@time=")
