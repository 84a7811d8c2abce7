"""/metrics and /health."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.support.clients import IrcClient, PlainClient
from tests.support.process import ServerProcess


def test_what_prometheus_reads(make_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    server = make_server(
        "--data", str(tmp_path), server_metrics="127.0.0.1:0", limits_connections=3
    )
    found = None
    while found is None:
        found = re.search(r"metrics on (\S+)", server.log)
    where = f"http://{found[1]}"
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    duy = PlainClient(server.port, "Duy")
    tuan.ask("PRIVMSG #lobby :hi")
    assert duy.read_line() == "Tuan: hi"
    with urlopen(f"{where}/metrics", timeout=15) as answer:
        text = answer.read().decode()
    values = dict(re.findall(r"^(gchat_\S+) (\S+)$", text, flags=re.MULTILINE))
    assert values['gchat_connections{speaks="irc"}'] == "1.0"
    assert values['gchat_connections{speaks="plain"}'] == "1.0"
    assert values["gchat_users"] == "2.0"
    assert values["gchat_rooms"] == "1.0"
    assert values["gchat_journal_failing"] == "0.0"
    assert float(values["gchat_deliveries_total"]) >= float(values["gchat_sends_total"]) > 0
    assert float(values["gchat_journal_seconds"]) > 0
    assert float(values["gchat_lines_total"]) >= 4
    assert values["gchat_outbox_bytes"] == values["gchat_outbox_bytes_max"] == "0.0"
    assert float(values["gchat_coalescing_seconds"]) == 0.0
    with urlopen(f"{where}/health", timeout=15) as answer:
        assert answer.read() == b"ok\n"
    rebound = {"Host": "evil.example:9155"}  # a page whose name was pointed here
    with urlopen(Request(f"{where}/health", headers=rebound), timeout=15) as answer:
        assert answer.read() == b"ok\n", "which tells nothing"
    with pytest.raises(HTTPError, match="403") as refused:
        urlopen(Request(f"{where}/metrics", headers=rebound), timeout=15)
    assert b"server.hosts" in refused.value.read()
    refused.value.close()
    with urlopen(Request(f"{where}/metrics", headers={"Host": "gchat:9155"}), timeout=15) as answer:
        assert answer.status == 200


def test_by_default_there_is_none(server: ServerProcess) -> None:
    IrcClient(server.port, "Tuan")
    assert "metrics on" not in server.log
