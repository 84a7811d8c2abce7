"""Every attack: its name, what it needs, and where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.hostile import (
    archives,
    changes,
    floods,
    guesses,
    handshakes,
    holding,
    questions,
    sent_files,
)
from tests.hostile.scene import Attack, Scene
from tests.hostile.worlds import World


def nothing(scene: Scene) -> Iterator[None]:
    """No attack, for comparison."""
    yield
    scene.wait()


@dataclass(frozen=True, slots=True)
class Row:
    """`measures`: what ordinary users do besides talking: history, login, arrival. `settings`:
    those that are not the default ones.
    """

    steps: Attack
    world: World = World.EMPTY
    measures: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What it is, in a sentence."""
        return " ".join((self.steps.__doc__ or "").split())


_ROWS = (
    Row(nothing, measures=("arrival", "login")),
    Row(floods.websocket_pings),
    Row(floods.websocket_pongs),
    Row(floods.websocket_continuations),
    Row(floods.websocket_texts),
    Row(floods.irc_lines),
    Row(floods.lines_by_many),
    Row(floods.empty_lines),
    Row(floods.telnet),
    Row(floods.telnet_without_reading),
    Row(handshakes.tls_handshakes),
    Row(handshakes.tls_key_updates),
    Row(questions.list_ten_conditions),
    Row(questions.list_long_mask),
    Row(questions.list_everything),
    Row(questions.invite_without_parameters),
    Row(questions.who_masks),
    Row(questions.who_long_mask),
    Row(questions.who_everybody),
    Row(questions.names_of_many),
    Row(questions.names_of_many_rooms),
    Row(questions.whois_in_many_rooms),
    Row(questions.whowas),
    Row(changes.rename),
    Row(changes.nick_in_many_rooms),
    Row(changes.join_and_part),
    Row(changes.kick_and_modes),
    Row(changes.bans_in_a_big_room),
    Row(changes.under_many_bans, World.BANNED, ("arrival",)),
    Row(changes.rehash_labeled),
    Row(archives.search_elsewhere, World.LARGE, ("history",)),
    Row(archives.search_nobody, World.LARGE, ("history",)),
    Row(archives.latest_over_nicks, World.LARGE, ("history",)),
    Row(archives.targets, World.LARGE, ("history",)),
    Row(guesses.plain_guesses, measures=("login",)),
    Row(guesses.scram_guesses, measures=("login",)),
    Row(holding.masks, settings={"limits_lines_burst": 0}),
    Row(holding.slow_readers),
    Row(holding.questions_without_reading),
    Row(sent_files.files_in_chunks_of_a_byte),
    Row(sent_files.pictures_with_many_pixels),
    Row(sent_files.files_without_reading),
    Row(handshakes.half_open),
    Row(floods.endless_lines),
    Row(archives.redactions, World.LARGE, ("history",)),
)
ATTACKS = {row.steps.__name__.replace("_", "-"): row for row in _ROWS}
