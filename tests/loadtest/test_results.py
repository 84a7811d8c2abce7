"""Results on disk, their comparison, and the page about them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gchat import __version__
from loadtest import page, results
from loadtest.latency import Latencies
from loadtest.outcome import Outcome


def outcome(p99: float, rate: float = 1000.0) -> Outcome:
    """A run in which nothing was wrong."""
    latencies = Latencies()
    latencies.add([0.001] * 98 + [p99 / 1000] * 2)
    point = {"at": 1.0, "rate": rate, "p50": 1.0, "p99": p99, "cpu": 0.5, "memory": 5e7}
    return Outcome(
        "room",
        {"clients": 10, "rate": 100.0, "size": 100, "seconds": 1.0, "plain": False},
        1.0,
        sent=100,
        received=int(rate),
        expected=int(rate),
        faults={"lost": 0, "duplicated": 0, "reordered": 0, "altered": 0},
        latency=latencies.figures(),
        histogram=latencies.encode(),
        curve=latencies.curve(),
        series=[point, point | {"at": 2.0}],
        server={"cpu_seconds": 0.5, "cpu_cores": 0.5, "memory": 5e7, "cpu_us_per_delivery": 1.5},
        generator={"cpu_cores": 0.1},
    )


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rounds = [outcome(5.0), outcome(6.0)]
    path.write_text(results.text(results.document(rounds, "here:1")), encoding="utf-8")
    found = results.load(path)
    assert [one.figures() for one in found] == [one.figures() for one in rounds]
    merged = Latencies()
    for one in found:
        merged.merge(one.histogram)
    assert merged.figures()["p50"] == 1.0
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["version"] == 1
    assert document["versions"]["gchat"] == __version__
    assert document["versions"]["gevent"]
    assert document["machine"]["cores"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "is not JSON"),
        ("[]", "is no result of this load test"),
        ('{"format": "gchat-loadtest", "version": 99}', "has version 99; this is version 1"),
        ('{"format": "gchat-loadtest", "version": 1, "rounds": [{"x": 1}]}', "is damaged"),
        ('{"format": "gchat-loadtest", "version": 1, "rounds": []}', "has no rounds that could be"),
    ],
)
def test_a_file_that_is_no_result(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(results.BadResults, match=reason):
        results.load(path)


def verdicts(first: list[Outcome], second: list[Outcome]) -> dict[str, str]:
    """What a comparison says, by figure."""
    return {one.name: one.verdict for one in results.compare(first, second)}


def test_noise_is_not_called_a_difference() -> None:
    slow, fast = [outcome(20.0), outcome(21.0)], [outcome(10.0), outcome(11.0)]
    assert verdicts(slow, fast)["latency p99, ms"] == "better"
    assert verdicts(fast, slow)["latency p99, ms"] == "worse"
    wide = [outcome(9.0), outcome(15.0), outcome(30.0)]
    assert verdicts(wide, fast)["latency p99, ms"] == "the same, within noise"
    assert verdicts(slow, [outcome(20.4), outcome(20.9)])["latency p99, ms"].startswith("the same")
    assert verdicts([outcome(20.0)], [outcome(10.0)])["latency p99, ms"].startswith("better?")
    assert verdicts([outcome(5, 1000)] * 2, [outcome(5, 2000)] * 2)["deliveries/s"] == "better"


def test_the_page_stands_alone_and_is_drawn_whole() -> None:
    bad = outcome(5.0)
    bad.faults["lost"] = 3
    bad.invalid = ["it was <late>"]
    drawn = page.page([outcome(5.0), bad], "here & there", "a machine")
    assert "http" not in drawn
    assert "here &amp; there" in drawn
    assert "INVALID, the generator was the bottleneck: it was &lt;late&gt;." in drawn
    assert "Messages went wrong" in drawn
    charts = drawn.split("<svg ")[1:]
    assert len(charts) == 5
    for chart in charts:
        svg = "<svg " + chart.partition("</svg>")[0].replace("role=img", "role='img'") + "</svg>"
        assert svg.count("<polyline") == 2
        assert "nan" not in svg


def test_latencies_are_bounded_and_merge() -> None:
    one, other = Latencies(), Latencies()
    one.add([0.001] * 99)
    other.add([100.0, -1.0])
    one.merge(other.encode())
    figures = one.figures()
    assert figures["p50"] == 1.0
    assert figures["max"] == pytest.approx(60_000, rel=0.01)
    assert Latencies().figures() == {}
    assert Latencies().curve() == []
