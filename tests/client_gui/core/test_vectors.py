"""Lines in, events out: what the cores of the window and of the page have in common (tests/web/unit
has the page's side of it).
"""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Any

import pytest

from client_gui.core.history import CAPS
from client_gui.core.protocol import ClientProtocol

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "core.json").read_text("utf-8"))


def plain(event: Any) -> Any:
    """An event as JSON has it."""
    if isinstance(event, enum.Enum):
        return event.name
    if isinstance(event, tuple):
        return [plain(one) for one in event]
    names = getattr(type(event), "__match_args__", None)
    if names is None:
        return event
    values = {name: plain(getattr(event, name)) for name in names}
    return {"type": type(event).__name__, **values}


def has(found: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there."""
    if isinstance(wanted, dict):
        return all(name in found and has(found[name], one) for name, one in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(has, found, wanted))
    return bool(found == wanted)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    core = ClientProtocol("Tuan", 0.0, rooms=(), newest=vector.get("newest"))
    opening = []
    if vector.get("caps"):
        caps = " ".join(sorted(CAPS))
        opening += [f":s CAP * LS :{caps}", f":s CAP * ACK :{caps}"]
    opening += [":s 001 Tuan :Welcome"]
    if "history" in vector:
        opening += [f":s 005 Tuan CHATHISTORY={vector['history']} :are supported"]
    if vector.get("caps"):
        opening += [":s BATCH +T draft/chathistory-targets"]
        names = vector.get("conversations", [])
        opening += [f"@batch=T :s CHATHISTORY TARGETS {one} 2026-11-27T10:00:00Z" for one in names]
        opening += [":s BATCH -T"]
    for line in opening[:-1]:
        core.receive_data(f"{line}\r\n".encode(), 0.0)
    core.data_to_send()
    events = []
    for line in [opening[-1], *vector["in"]]:
        events += core.receive_data(f"{line}\r\n".encode(), 0.0)
    told = [one for one in map(plain, events) if one["type"] != "Registered"]
    assert has(told, vector["events"]), told
    if "out" in vector:
        sent = [line for line in core.data_to_send().decode().split("\r\n") if line]
        assert [one for one in sent if not one.startswith("PING")] == vector["out"]
