"""Nobody is taken for somebody else, https://www.unicode.org/reports/tr39/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.clients import IrcClient, LineClient, words
from tests.support.process import ServerProcess

APE = "\u0430\u0440\u0435"  # Cyrillic letters that read "ape"
PAPA = "\u0440\u0430\u0440\u0430"
ALIKE = "This nickname looks too similar to another one"


def test_a_nickname_that_looks_like_anothers(server: ServerProcess) -> None:
    ape = IrcClient(server.port, "ape")
    with LineClient(server.port, f"{APE}\n".encode()) as plain:
        assert plain.read_to_end() == [f"{APE}: {ALIKE}."]
    other = IrcClient(server.port, "other")
    assert words(other.ask(f"NICK {APE}")) == [f"gchat.local 433 other | {APE} | {ALIKE}"]
    ape.ask("NICK monkey")
    assert words(other.ask(f"NICK {APE}")) == [f"other NICK {APE}"]
    assert words(ape.ask("NICK Ape")) == [f"gchat.local 433 monkey | Ape | {ALIKE}"]
    assert words(other.ask(f"NICK {APE.upper()}")) == [f"{APE} NICK {APE.upper()}"]


def test_an_account_that_looks_like_anothers(
    make_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path), accounts_iterations=4096)
    for nick, other in (("ape", APE), (PAPA, "papa")):
        owner = IrcClient(server.port, nick)
        owner.ask("NS REGISTER a-good-password")
        owner.close()
        there = IrcClient(server.port, "somebody")
        while not any(ALIKE in line for line in words(there.ask(f"NICK {other}"))):
            pass
        there.close()
    server.stop()
    again = make_server("--data", str(tmp_path))
    assert ALIKE in words(IrcClient(again.port, "somebody").ask(f"NICK {APE}"))[0]
