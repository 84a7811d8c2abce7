"""Tuan's window, with Duy on an IRC client beside it. Files that need others make their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]
CAPS = ("message-tags", "echo-message")


@pytest.fixture
def duy(server: ServerProcess) -> IrcClient:
    return IrcClient(server.port, "Duy", *CAPS, join="#lobby")


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi, duy: IrcClient) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    return ui
