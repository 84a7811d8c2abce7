"""A journal of a million messages: how long the server takes to start on it, to answer CHATHISTORY
and SEARCH, and for how long its loop stands still meanwhile. `python -m tests.durability.million`
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gchat.core.history import Batch, Record
from gchat.journal.sqlite.store import FILE, Store
from tests.support.clients import IrcClient
from tests.support.indexed import indexed

BATCH = 10_000
QUESTIONS = 50
CAPS = ("batch", "draft/chathistory", "soju.im/search", "message-tags", "server-time")


def fill(folder: Path, count: int) -> None:
    """A room's worth of talk; every word is as rare as in a language (Zipf, about)."""
    chance = random.Random(1)
    words = [f"word{number}" for number in range(20_000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    store = Store(folder, "process")
    at = int(time.time() * 1000) - count
    for start in range(0, count, BATCH):
        texts = chance.choices(words, weights, k=10 * BATCH)
        store.write(
            Batch(
                tuple(
                    Record(
                        at + start + n,
                        f"{at + start + n:012x}0000",
                        "PRIVMSG",
                        "#lobby" if n % 2 else f"#room{n % 100}",
                        1,
                        f"n{n % 50}",
                        f"n{n % 50}!~n{n % 50}@203.0.113.{n % 50}",
                        "#lobby" if n % 2 else f"#room{n % 100}",
                        " ".join(texts[10 * n : 10 * n + 10]),
                        boot=f"{at:x}",
                    )
                    for n in range(BATCH)
                )
            )
        )
    store.close()


def index(folder: Path) -> None:
    """Makes the index of words, and empties the log into the file."""
    indexed(Store(folder, "process")).close()


def timed(client: IrcClient, question: str) -> float:
    """Milliseconds until the answer was there."""
    start = time.perf_counter()
    client.send(question)
    while True:
        message = client.read()
        if message.command == "BATCH" and message.params[0].startswith("-"):
            return (time.perf_counter() - start) * 1000
        assert message.command != "FAIL", message


def stillness(other: IrcClient, stop: float) -> float:
    """The longest time in milliseconds that somebody else waited for a PONG."""
    worst = 0.0
    while time.perf_counter() < stop:
        start = time.perf_counter()
        other.ask()
        worst = max(worst, (time.perf_counter() - start) * 1000)
    return worst


def main() -> None:
    """Fills, starts, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        fill(Path(folder), arguments.messages)
        print(f"{arguments.messages:,} messages written in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        index(Path(folder))
        size = (Path(folder) / FILE).stat().st_size / arguments.messages
        print(f"indexed in {time.perf_counter() - start:.1f} s; {size:.0f} bytes a message")
        start = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.durability.watched", "--port", "0", "--data", folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdout is not None
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        print(f"started in {time.perf_counter() - start:.2f} s, imports included")
        client = IrcClient(port, "Asks", *CAPS, join="#lobby")
        other = IrcClient(port, "Other")
        middle = int(time.time() * 1000) - arguments.messages // 2
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(middle / 1000))
        for question in (
            "CHATHISTORY LATEST #lobby * 100",
            f"CHATHISTORY BEFORE #lobby timestamp={moment} 100",
            f"CHATHISTORY AROUND #lobby timestamp={moment} 100",
            "SEARCH in=#lobby;text=word0",
            "SEARCH in=#lobby;text=word0\\sword1\\sword2",
            "SEARCH in=#lobby;text=word15000",
            "SEARCH text=word19999\\sword0",
            "SEARCH in=#lobby;from=nobody",
            "SEARCH from=n7;text=word15000",
        ):
            took = [timed(client, question) for _ in range(QUESTIONS)]
            for _ in range(20):
                client.send(question)
            waited = stillness(other, time.perf_counter() + 0.5)
            client.ask()
            print(
                f"{question}: median {statistics.median(took):.1f} ms, most {max(took):.1f} ms; "
                f"while 20 of them are answered, others wait at most {waited:.1f} ms"
            )
        server.terminate()
        print(server.communicate()[0].splitlines()[-1])


if __name__ == "__main__":
    main()
