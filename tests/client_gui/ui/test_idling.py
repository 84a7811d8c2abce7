"""Away while nobody is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from client_gui.system import idle
from client_gui.ui.idling import BACK_SECONDS, Idling
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


class Nobody:
    """Whether somebody is at the computer."""

    def __init__(self) -> None:
        self.seconds: float | None = 0.0

    def __call__(self) -> float | None:
        return self.seconds


def is_away(ui: Ui) -> bool:
    return ui.app.model.fold(ui.app.model.nick) in ui.app.model.away


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    found = open_ui(server.port, nick="Tuan")
    found.wait_for("Tuan has connected to the chat room")
    return found


@pytest.fixture
def nobody(ui: Ui) -> Nobody:
    found = Nobody()
    ui.app.idling = Idling(ui.app, ui.app.servers, found)
    ui.app.idling._used -= 10_000  # this window was not used for long
    ui.app.settings.away_after = 5
    return found


def test_away_and_back(ui: Ui, nobody: Nobody) -> None:
    nobody.seconds = 299.9
    ui.app.idling.look()
    assert not ui.app.idling._by_us
    nobody.seconds = 300.0
    ui.app.idling.look()
    ui.wait_until(lambda: is_away(ui))
    nobody.seconds = BACK_SECONDS
    ui.app.idling.look()
    assert is_away(ui)
    nobody.seconds = 0.1
    ui.app.idling.look()
    ui.wait_until(lambda: not is_away(ui))


def test_back_at_the_first_key(ui: Ui, nobody: Nobody) -> None:
    nobody.seconds = None  # the system does not say it
    ui.app.idling.look()
    ui.wait_until(lambda: is_away(ui))
    ui.key("<Key-a>")
    ui.wait_until(lambda: not is_away(ui))


def test_what_somebody_has_said_stays(ui: Ui, nobody: Nobody) -> None:
    ui.type("/away lunch")
    ui.wait_until(lambda: is_away(ui))
    nobody.seconds = 9999.0
    ui.app.idling.look()
    nobody.seconds = 0.0
    ui.app.idling.look()
    assert not ui.app.idling._by_us
    assert is_away(ui)


def test_never_unless_asked_for(ui: Ui, nobody: Nobody) -> None:
    ui.app.settings.away_after = 0
    nobody.seconds = 99_999.0
    ui.app.idling.look()
    assert not ui.app.idling._by_us


def test_switched_off_meanwhile(ui: Ui, nobody: Nobody) -> None:
    nobody.seconds = 400.0
    ui.app.idling.look()
    ui.wait_until(lambda: is_away(ui))
    ui.app.settings.away_after = 0
    ui.app.idling.look()
    ui.wait_until(lambda: not is_away(ui))


def test_the_settings_offer_it(ui: Ui) -> None:
    ui.app.preferences()
    panel = ui.app._preferences
    assert panel is not None
    assert panel.away_after.get() == "Never"
    panel.away_after.set("15 minutes")
    panel.save()
    assert ui.app.settings.away_after == 15


def test_the_system_says_it(display: str) -> None:
    """Under Xvfb with its screen saver's extension; where that library is not there, nothing."""
    found = idle.seconds()
    assert found is None or found >= 0
