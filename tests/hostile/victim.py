"""The server under attack, as it is shipped: its limits are the default ones, for this machine too.
Knows how to read what it uses; nothing of what is done to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from gchat.wire.sasl import Verifier
from tests.support.process import ServerProcess

OPERATOR, PASSWORD = "root", "an operator's password"
_ITERATIONS = 4096  # of the operator's password: it is not what is attacked
_LAG = re.compile(r"^gchat_loop_lag_seconds (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Use:
    """What the server has used up to a moment."""

    cpu: float  # seconds
    starved: float  # seconds for which it could have run, and had no processor
    written: int  # bytes, to disk


class Victim(ServerProcess):
    """`settings` are the few that an attack has otherwise than by default."""

    def __init__(self, folder: Path, **settings: object) -> None:
        config = folder / "gchat.toml"
        config.write_text(f'[operators]\n{OPERATOR} = "{Verifier.make(PASSWORD, _ITERATIONS)}"\n')
        super().__init__(
            *("--data", str(folder), "--config", str(config), "--tls-self-signed"),
            **{"limits_local_exempt": False, "server_metrics": "127.0.0.1:0", **settings},
        )

    def __enter__(self) -> Victim:
        self.start()
        return self

    @property
    def use(self) -> Use:
        """So far."""
        process = psutil.Process(self.process.pid)
        times = process.cpu_times()
        waited = Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]
        return Use(times.user + times.system, int(waited) / 1e9, process.io_counters().write_bytes)

    @property
    def memory(self) -> int:
        """Resident bytes now."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def peak(self) -> int:
        """The most resident bytes since `forget_peak`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None, status
        return int(found[1]) * 1024

    def forget_peak(self) -> None:
        """The peak is counted from here on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    @property
    def lag(self) -> float:
        """Milliseconds by which the loop was late when it last looked, by its own metric."""
        address = re.search(r"metrics on (\S+)", self.log)
        assert address is not None, self.log
        with urlopen(f"http://{address[1]}/metrics", timeout=30) as answer:
            found = _LAG.search(answer.read().decode())
        assert found is not None
        return float(found[1]) * 1000
