"""A room: its members and what it allows. Exists while somebody is in it, or (`lasting`) always."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core import masks
from gchat.core.users import User

# https://modern.ircdocs.horse/#channel-membership-prefixes, highest first.
PREFIXES = {"o": "@", "v": "+"}
FLAG_MODES = "imnst"  # type D: no parameter
# CHANMODES: A lists, B always a parameter, C a parameter when set, D none.
CHANMODES = ("b", "k", "l", FLAG_MODES)


@dataclass(slots=True)
class Signed:
    """A topic or a ban; `by` is the source of who set it, `at` is in milliseconds."""

    text: str
    by: str
    at: int


@dataclass(slots=True)
class Room:
    """Changed by `Hub.apply` only."""

    key: str  # the name folded
    name: str
    created: int  # milliseconds
    lasting: bool = False  # stays when its last member goes, and over restarts
    members: dict[int, str] = field(default_factory=dict)  # uid → mode letters, highest first
    topic: Signed | None = None
    flags: set[str] = field(default_factory=set)
    password: str = ""  # +k
    capacity: int = 0  # +l, 0 for any number
    bans: dict[str, Signed] = field(default_factory=dict)  # by folded mask
    invited: set[int] = field(default_factory=set)

    def is_op(self, uid: int) -> bool:
        """Whether they are an operator of the room."""
        return "o" in self.members.get(uid, "")

    def has_voice(self, uid: int) -> bool:
        """Whether they may speak where others may not."""
        return bool(self.members.get(uid))

    def bans_user(self, user: User) -> bool:
        """Whether a ban mask matches them."""
        if not self.bans:
            return False
        source = masks.fold(user.source)
        return any(masks.matches(mask, source) for mask in self.bans)

    def prefix(self, uid: int, *, every: bool = False) -> str:
        """The highest of their prefixes, or (multi-prefix) every one."""
        letters = self.members[uid]
        return "".join(PREFIXES[letter] for letter in (letters if every else letters[:1]))

    def mode_string(self, *, with_password: bool) -> list[str]:
        """`+klnt password 20` as words; the password only for those who may know it."""
        letters = "".join(sorted(self.flags))
        args = []
        if self.password:
            letters += "k"
            args.append(self.password if with_password else "*")
        if self.capacity:
            letters += "l"
            args.append(str(self.capacity))
        return ["+" + letters, *args]
