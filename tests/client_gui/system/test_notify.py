"""Notifications, as they are handed to the system."""

from __future__ import annotations

import logging
import queue
import sys
import types

import pytest

from client_gui.system import notify
from client_gui.system.notify import LENGTH, Notifier, merged
from tests.support.clients import WAIT_SECONDS


class System:
    """What desktop-notifier offers, without a desktop."""

    def __init__(self, app_name: str) -> None:
        self.told: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()

    def send(self, title: str, message: str) -> None:
        self.told.put((title, message))


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    made = System("gchat")
    module = types.ModuleType("desktop_notifier.sync")
    module.DesktopNotifierSync = lambda app_name: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "desktop_notifier.sync", module)
    monkeypatch.setattr(notify, "PAUSE_SECONDS", 0.0)
    return made


def test_it_is_shown_shortened_and_without_markup(system: System) -> None:
    Notifier().tell("Duy · #lobby", "<b>hello</b> " + "x" * 2 * LENGTH)
    title, text = system.told.get(timeout=WAIT_SECONDS)
    assert title == "Duy · #lobby"
    assert text.startswith("‹b›hello‹/b› xxx")
    assert len(text) == LENGTH


def test_a_flood_is_one() -> None:
    waiting: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for number in range(500):
        waiting.put(("Duy", f"message {number}"))
    assert merged(waiting) == ("Duy", "message 499\n… and 499 more")
    assert waiting.empty()


def test_without_a_desktop_that_is_said_once(
    system: System, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(title: str, message: str) -> None:
        raise OSError("no bus")

    monkeypatch.setattr(system, "send", refuse)
    notifier = Notifier()
    with caplog.at_level(logging.WARNING):
        notifier.tell("a", "b")
        assert notifier._thread is not None
        notifier._thread.join(WAIT_SECONDS)
        notifier.tell("c", "d")
    assert [one.message for one in caplog.records] == ["notifications cannot be shown: no bus"]
