"""How the public conformance suite irctest (github.com/progval/irctest) starts gchat: the ordinary
server with an ordinary configuration file. docs/conformance.md says how to run it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any, ClassVar

from irctest import patma
from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.specifications import Capabilities, OptionalBehaviors

from gchat.wire.sasl import Verifier

NODES = "GCHAT_NODES"  # "first" or "both": two nodes of a cluster instead of one server; nodes.py
CHECKOUT = Path(__file__).resolve().parents[2]
CONFIG = """
[server]
host = "{hostname}"
port = {port}
name = "My.Little.Server"
network = "Conformance"

password = "{password}"
listen = "{listen}"

[journal]
data = "{data}"
durability = "process"

[accounts]
before_connect = {before_connect}
email_required = {email_required}
password_length = 1
iterations = 4096
attempts = 0

[limits]
line_bytes = 2048

[operators]
operuser = "{operator}"
"""


class GchatController(BaseServerController, DirectoryBasedController):  # type: ignore[misc]
    """One server for each test."""

    software_name = "gchat"
    _port_wait_interval = 0.02
    # what one connection said is stored before another one is shown it
    sync_sleep_time = 0.05 if os.environ.get(NODES) else 0.02
    supported_sasl_mechanisms: ClassVar[set[str]] = {"PLAIN", "SCRAM-SHA-256"}
    supports_sts = False
    extban_mute_char = "m"
    capabilities = frozenset(Capabilities) - {Capabilities.STS}
    optional_behaviors = frozenset(OptionalBehaviors) - {OptionalBehaviors.NON_UTF8_MESSAGE}
    isupport: ClassVar[dict[str, Any]] = {
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "ELIST": patma.ANYSTR,
        "INVEX": "I",
        "MONITOR": patma.ANYSTR,
        "MSGREFTYPES": "msgid,timestamp",
        "PREFIX": "(qaohv)~&@%+",
        "STATUSMSG": "~&@%+",
        "TARGMAX": patma.ANYSTR,
        "UTF8ONLY": None,
        "WHOX": None,
    }

    def run(
        self,
        hostname: str,
        port: int,
        *,
        password: str | None,
        ssl: bool,
        run_services: bool,
        faketime: str | None,
        websocket_hostname: str | None = None,
        websocket_port: int | None = None,
    ) -> None:
        """Starts it."""
        self.create_config()
        assert self.directory is not None
        self.port = port
        self.hostname = hostname
        config = self.test_config
        text = CONFIG.format(
            hostname=hostname,
            port=port,
            data=self.directory / "data",
            listen=f"{websocket_hostname}:{websocket_port}" if websocket_port else "",
            operator=Verifier.make("operpassword", 4096),
            password=Verifier.make(password, 4096) if password else "",
            before_connect=str(config.account_registration_before_connect).lower(),
            email_required=str(config.account_registration_requires_email).lower(),
        )
        self._file = self.directory / "gchat.toml"
        self._file.write_text(text)
        self._speed = faketime
        self._faketime = shutil.which("faketime")
        self.faketime_enabled = bool(faketime and self._faketime)
        self._start()

    def restart(self) -> None:
        """Ends it and starts it on the same messages."""
        self.kill_proc()
        self.port_open = False
        self._start()
        self.wait_for_port()

    def wait_for_services(self) -> None:
        """They are part of the server."""

    def registerUser(self, case: Any, username: str, password: str | None = None) -> None:
        """By NickServ, as a client does that knows nothing else."""
        client = case.addClient(show_io=False)
        case.sendLine(client, "CAP LS 302")
        case.sendLine(client, f"NICK {username}")
        case.sendLine(client, "USER r e g :user")
        case.sendLine(client, "CAP END")
        while case.getRegistrationMessage(client).command != "001":
            pass
        case.getMessages(client)
        case.sendLine(client, f"NS REGISTER {password}")
        answers = [message.params[-1] for message in case.getMessages(client)]
        assert "Account created" in answers, answers
        case.sendLine(client, "QUIT")
        case.assertDisconnected(client)

    def _start(self) -> None:
        assert self.directory is not None
        if how := os.environ.get(NODES):
            command = [sys.executable, "-m", "tests.conformance.nodes"]
            self.proc = self.execute([*command, self._file, str(self.port), how], cwd=CHECKOUT)
            return
        clock = [self._faketime, "-f", self._speed] if self.faketime_enabled else []
        command = [sys.executable, "-m", "gchat", "--config", self._file]
        self.proc = self.execute([*clock, *command])


def get_irctest_controller_class() -> type[GchatController]:
    """What irctest looks for."""
    return GchatController
