"""A room: its members and what it allows. Exists while somebody is in it, or (`lasting`) always."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core import masks
from gchat.core.limits import Recent
from gchat.core.users import User
from gchat.wire.names import casefold

# https://modern.ircdocs.horse/#channel-membership-prefixes, highest first.
PREFIXES = {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"}
RANKS = {letter: len(PREFIXES) - index for index, letter in enumerate(PREFIXES)}
VOICE, HALFOP, OP, PROTECTED, FOUNDER = range(1, 6)
# Type D, without parameter. C: no CTCP. M: only users who are logged in may speak, R: may join.
FLAG_MODES = "CMRimnst"
LIST_MODES = "Ibe"  # exceptions from +i and +R, bans, exceptions from bans
# CHANMODES: A lists, B always a parameter, C a parameter when set, D none.
CHANMODES = (LIST_MODES, "k", "fl", FLAG_MODES)


@dataclass(slots=True)
class Signed:
    """A topic or a mask of a list; `by` is the source of who set it, `at` is in milliseconds."""

    text: str
    by: str
    at: int
    ident: str = ""  # of a mask of one account: its `ident`, for its name may be another's by then


@dataclass(frozen=True, slots=True)
class Hook:
    """An address by which programs speak in a room. `digest` is of its secret, which nobody keeps;
    `by` is who made it, `at` is when it got this secret, in milliseconds.
    """

    name: str  # as which it speaks
    digest: str
    by: str
    at: int

    @property
    def source(self) -> str:
        """Nobody who is connected has this host."""
        return f"{self.name}!{HOOK}"


HOOK = "hook@services"  # behind the name of every hook
ENTRY_BYTES = 200  # that an entry of a list takes besides its texts


def _lists() -> dict[str, dict[str, Signed]]:
    return {letter: {} for letter in LIST_MODES}


def entry_bytes(key: str, entry: Signed) -> int:
    """About how much memory an entry of a list takes; `key` is the folded mask."""
    return ENTRY_BYTES + sum(len(text.encode()) for text in (key, entry.text, entry.by))


@dataclass(slots=True)
class Room:
    """Changed by transitions only."""

    key: str  # the name folded
    name: str
    created: int  # milliseconds
    lasting: bool = False  # stays when its last member goes, and over restarts
    place: str = ""  # where its past is kept, whatever it is called: no other room's ever
    founder: str = ""  # the account that it belongs to, "" for none
    members: dict[int, str] = field(default_factory=dict)  # uid → mode letters, highest first
    topic: Signed | None = None
    flags: set[str] = field(default_factory=set)
    password: str = ""  # +k
    capacity: int = 0  # +l, 0 for any number
    slow: tuple[int, int] = (0, 0)  # +f: so many messages of one user in so many seconds; 0: off
    recent: dict[int, Recent] = field(default_factory=dict)  # when users spoke, while +f is set
    lists: dict[str, dict[str, Signed]] = field(default_factory=_lists)  # by letter, folded mask
    invited: set[int] = field(default_factory=set)
    # of a registered room: the ranks that accounts were given, by `ident`, until they are taken
    ranks: dict[str, str] = field(default_factory=dict)
    knocks: Recent = field(default_factory=Recent)
    metadata: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)  # by folded name; see Hub.hooks
    # whether a member is banned or muted: to match all masks for each message would be slow
    silenced: dict[int, bool] = field(default_factory=dict, compare=False)

    @property
    def list_bytes(self) -> int:
        """About how much memory the lists take."""
        return sum(
            entry_bytes(key, one) for found in self.lists.values() for key, one in found.items()
        )

    def rank(self, uid: int) -> int:
        """VOICE to FOUNDER; 0 for others."""
        letters = self.members.get(uid)
        return RANKS[letters[0]] if letters else 0

    def is_op(self, uid: int) -> bool:
        """Whether they are an operator of the room, or more."""
        return self.rank(uid) >= OP

    def bans(self, user: User) -> bool:
        """Whether they may not enter, for a ban that no exception lifts."""
        return self._hit(user, mute=False)

    def silences(self, user: User) -> bool:
        """Whether they may not speak, for a ban or a mute."""
        if not self.lists["b"]:
            return False
        known = self.silenced.get(user.uid)
        if known is None:
            known = self._hit(user, mute=False) or self._hit(user, mute=True)
            if user.uid in self.members:
                self.silenced[user.uid] = known
        return known

    def _hit(self, user: User, *, mute: bool) -> bool:
        if not self.matches("b", user, mute=mute):
            return False
        return not (self.matches("e", user) or (mute and self.matches("e", user, mute=True)))

    def matches(self, letter: str, user: User, *, mute: bool = False) -> bool:
        """Whether a mask of a list matches them, of those that mute or of the others: them as they
        are seen, or one of their connections.
        """
        found = self.lists[letter]
        if not found:
            return False
        sources, account = [masks.fold(one) for one in user.sources], casefold(user.account)
        return any(
            one.ident in ("", user.account_id) and masks.hits(mask, source, account, mute=mute)
            for mask, one in found.items()
            for source in sources
        )

    def prefix(self, uid: int, *, every: bool = False) -> str:
        """The highest of their prefixes, or (multi-prefix) every one."""
        letters = self.members[uid]
        return "".join(PREFIXES[letter] for letter in (letters if every else letters[:1]))

    def mode_string(self, *, with_password: bool) -> list[str]:
        """`+klnt password 20` as words; the password only for those who may know it."""
        letters = "".join(sorted(self.flags))
        args = []
        if self.slow[0]:
            letters += "f"
            args.append(f"{self.slow[0]}:{self.slow[1]}")
        if self.password:
            letters += "k"
            args.append(self.password if with_password else "*")
        if self.capacity:
            letters += "l"
            args.append(str(self.capacity))
        return ["+" + letters, *args]
