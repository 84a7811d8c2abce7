"""The window as a process: signals end it cleanly; what it says to its terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clients import PlainClient
from tests.support.process import ServerProcess

TYPED = "before the end"
PROGRAM = """
import sys
from client_gui import __main__ as program
from client_gui.ui import app
class Typing(app.App):
    def take(self, *told):
        super().take(*told)
        room = self.model.rooms["#lobby"]
        if room.here and not self.window.composer.get():
            self.window.composer.text.insert("end", "before the end")
            self.root.update()
            print("typed", flush=True)
app.App = Typing
sys.exit(program.main(["--port", sys.argv[1], "--nick", "Tuan"]))
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_cleanly_and_keeps_what_was_typed(
    server: ServerProcess, display: str, tmp_path: Path, name: str
) -> None:
    witness = PlainClient(server.port, "Witness")
    number = signal.Signals[name]
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM, str(server.port)]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # the tests may run under nohup, or in the background of a script
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - one call
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "typed\n"
        process.send_signal(number)
        _out, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert errors == ""
    assert witness.read_line() == "Tuan has connected to the chat room"
    assert witness.read_line() == "Tuan has left the chat room!"
    kept = json.loads((tmp_path / "gchat" / "drafts.json").read_text())
    assert kept == {f"127.0.0.1:{server.port}": {"#lobby": TYPED}}


NOTIFYING = """
import time
from client_gui.system.notify import Notifier
notifier = Notifier()
for number in range(3):
    notifier.tell("title", str(number))
    if notifier._thread is not None:
        notifier._thread.join()
"""


def test_without_a_message_bus_one_line_is_said(tmp_path: Path) -> None:
    environment = os.environ | {
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/nothing",
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", NOTIFYING],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("notifications cannot be shown")
