"""The command line: `python -m gchat`. Reads settings, starts the server, waits for a signal."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TextIO

import gevent
from gevent.event import Event

from gchat import __version__, system
from gchat.commands import COMMANDS, CommandError, parser
from gchat.config import Config, ConfigError, load
from gchat.files.shelf import ShelfError
from gchat.journal.base import JournalError
from gchat.logs import log_to
from gchat.net.listening import CannotListen
from gchat.net.tls import CertificateError
from gchat.notify import notify
from gchat.server import Server
from gchat.wire.address import readable_address

log = logging.getLogger(__name__)

EXIT_USAGE = 2  # could not start; what to do about it is on stderr
EXIT_AT_ONCE = 130  # a second signal cut the stopping short
# until a thread that waits for Python's lock gets it: the one that stores messages takes it some
# ten times in each transaction, and with Python's 5 ms a busy loop would hold it up for 50
SWITCH_SECONDS = 0.0005
GC_ALLOCATIONS = 20_000  # between two collections; handling a message makes no reference cycles


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the server until a signal stops it, or another command. Returns the exit status."""
    system.readable(sys.stdout)
    words = sys.argv[1:] if argv is None else list(argv)
    if words and words[0] in COMMANDS:
        return _other(words[0], words[1:])
    arguments = _parser().parse_args(words)
    flags = {
        "server.host": arguments.host,
        "server.port": arguments.port,
        "server.log_level": arguments.log_level,
        "journal.data": arguments.data,
        "tls.self_signed": arguments.tls_self_signed or None,
        "tls.certificate": arguments.tls_cert,
        "tls.key": arguments.tls_key,
        "journal.engine": "memory" if arguments.memory else None,
        "cluster.log": arguments.cluster,
        "cluster.node": arguments.node,
    }
    load_again = partial(load, arguments.config, flags=flags)
    ignored: list[str] = []
    try:
        config = load(arguments.config, flags=flags, ignored=ignored)
    except ConfigError as error:
        return _fail(str(error))
    with closing(log_to(sys.stderr, config.server.log_level, config.server.log_format)):
        for sentence in ignored:
            log.warning("%s", sentence)
        return _run(config, load_again)


def _other(name: str, words: Sequence[str]) -> int:
    arguments = parser(name).parse_args(words)
    try:
        COMMANDS[name][0](arguments)
    except (JournalError, CommandError) as error:
        return _fail(str(error))
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _run(config: Config, load_again: Callable[[], Config]) -> int:
    stopping = Event()

    def on_signal() -> None:
        if stopping.is_set():
            os._exit(EXIT_AT_ONCE)
        stopping.set()

    gevent.config.track_greenlet_tree = False  # who spawned whom: 400 bytes for each connection
    system.accept_coarse_timers()
    sys.setswitchinterval(SWITCH_SECONDS)
    for number in system.STOP_SIGNALS:
        gevent.signal_handler(number, on_signal)
    try:
        server = Server(config, load_again)
    except (ConfigError, JournalError, CertificateError, ShelfError) as error:
        return _fail(str(error))
    server.on_failure = stopping.set
    try:
        server.start()
    except (CannotListen, JournalError) as error:
        return _fail(str(error))
    gc.freeze()  # the objects made so far stay: the collector can skip them
    gc.set_threshold(GC_ALLOCATIONS)
    _say(f"Server started on {readable_address(*server.address)}")
    _say(server.keeps)
    if server.fingerprint:
        _say(f"TLS certificate SHA-256 {server.fingerprint}")
    notify("READY=1")
    for number in system.RELOAD_SIGNALS:
        gevent.signal_handler(number, lambda: _reload(server))
    stopping.wait()
    notify("STOPPING=1")
    server.stop()
    return _fail(server.failed) if server.failed else 0


def _reload(server: Server) -> None:
    for line in server.reload():
        log.info("%s", line)


def _say(sentence: str, to: TextIO | None = None) -> None:
    """In one piece: a thread writes the log meanwhile, perhaps to the same terminal or file. Where
    nobody reads it any more (`gchat | head -1`), the server goes on.
    """
    try:
        print(f"{sentence}\n", end="", file=to, flush=True)
    except OSError:
        if to is None:
            sys.stdout = None  # Python would complain of it again at the end


def _fail(sentence: str) -> int:
    _say(f"gchat: {sentence}", sys.stderr)
    return EXIT_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gchat",
        description="A group-chat server. Join it with any IRC client, netcat or gchat-client.",
        epilog="Other commands: export, backup, verifier, config, check-config, cluster (each has "
        "--help).",
    )
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on, 0 for a free one (default: 55555)")
    keeps = parser.add_mutually_exclusive_group()
    keeps.add_argument("--data", metavar="DIR", help="folder for the stored messages")
    keeps.add_argument("--memory", action="store_true", help="keep no messages on disk")
    parser.add_argument(
        "--cluster", metavar="URL", help="be a node of a cluster: redis://host:6379 of its log"
    )
    parser.add_argument("--node", metavar="NAME", help="the node's name, different for each")
    secure = parser.add_mutually_exclusive_group()
    help_ = "accept TLS too, with a self-signed certificate made on first use"
    secure.add_argument("--tls-self-signed", action="store_true", help=help_)
    secure.add_argument("--tls-cert", metavar="FILE", help="accept TLS too, with this certificate")
    parser.add_argument(
        "--tls-key", metavar="FILE", help="the private key, if it is in another file"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    parser.add_argument("--log-level", help="debug, info, warning or error (default: info)")
    parser.add_argument("--version", action="version", version=f"gchat {__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
