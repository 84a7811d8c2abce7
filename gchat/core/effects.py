"""What others see of an applied event, with every name in it as it was at that moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from gchat.core.events import Entry, ModeChange
from gchat.errors import GchatError
from gchat.wire.numerics import ERR_UNKNOWNERROR, Numeric


class Refused(GchatError):
    """What was asked cannot be done; carries its own reply.

    `params` stand between the asker's nickname and the text in IRC.
    """

    def __init__(self, numeric: Numeric, *params: str, text: str = "") -> None:
        super().__init__(numeric.name, *params)
        self.numeric = numeric
        self.params = params
        self.text = text or numeric.text


class Busy(GchatError):
    """Too much of it is being done already."""


class Failure(Refused):
    """A refusal that is sent as a standard reply (FAIL) instead of a numeric: the command, a code,
    its context and a text. https://ircv3.net/specs/extensions/standard-replies
    """

    def __init__(self, command: str, code: str, *context: str, text: str) -> None:
        super().__init__(ERR_UNKNOWNERROR, command, text=text)
        self.command, self.code, self.context = command, code, context


class Effect(Struct, frozen=True, kw_only=True, gc=False):
    """Seen by the members of `room` (a folded name, "" for none) and by `uids`."""

    entry: Entry
    uid: int  # whose doing it is
    nick: str  # their nickname before the event
    source: str  # their nick!user@host before the event
    account: str = ""  # who they are logged in as, "" for nobody
    room: str = ""
    uids: tuple[int, ...] = ()


class Spoke(Effect, frozen=True, kw_only=True, gc=False):
    """A message. `target` is the room's name or the nickname of the one it is for."""

    verb: str
    target: str
    text: str
    tags: tuple[tuple[str, str], ...]
    account_id: str = ""  # the `ident` of the sender's account
    target_id: str = ""  # the `ident` of the receiver's account
    status: str = ""  # STATUSMSG: "@" is for operators and higher; `uids` are all who see it
    bot: bool = False
    origin: int = 0  # the connection that it came by


class Entered(Effect, frozen=True, kw_only=True, gc=False):
    """Somebody is in the room from here on, and sees this."""

    room_name: str
    realname: str = ""


class Left(Effect, frozen=True, kw_only=True, gc=False):
    """Somebody leaves the room, and still sees this."""

    room_name: str
    reason: str


class WasKicked(Effect, frozen=True, kw_only=True, gc=False):
    """`target` is put out of the room, and still sees this."""

    room_name: str
    target: str
    target_uid: int
    reason: str


class Disconnected(Effect, frozen=True, kw_only=True, gc=False):
    """A user is gone from everywhere; `rooms` are those they were in."""

    rooms: tuple[str, ...]
    reason: str


class ChangedNick(Effect, frozen=True, kw_only=True, gc=False):
    """`new` is the nickname from here on; `rooms` are those they are in."""

    new: str
    rooms: tuple[str, ...] = ()


class ChangedTopic(Effect, frozen=True, kw_only=True, gc=False):
    """`text` is the room's topic from here on, "" for none."""

    room_name: str
    text: str


class ChangedModes(Effect, frozen=True, kw_only=True, gc=False):
    """The changes that took effect, arguments as they are now known."""

    room_name: str
    changes: tuple[ModeChange, ...]


class Invitation(Effect, frozen=True, kw_only=True, gc=False):
    """`target` is invited to the room. `told`: this copy is for members of at least half-operator
    rank (invite-notify).
    """

    room_name: str
    target: str
    told: bool = False


class Knock(Effect, frozen=True, kw_only=True, gc=False):
    """Seen by who may invite: somebody asks for an invitation."""

    room_name: str
    text: str


class ChangedRoomName(Effect, frozen=True, kw_only=True, gc=False):
    """The room `room_name` is called `new` from here on. Seen by its members (`uids`)."""

    room_name: str
    old_key: str
    new: str
    new_key: str
    reason: str


class Personal(Effect, frozen=True, kw_only=True, gc=False):
    """A change of a person that is shown only to clients with the capability for it. `watched`:
    this copy is for those who MONITOR them and share no room with them.
    """

    watched: bool = False


class ChangedAway(Personal, frozen=True, kw_only=True, gc=False):
    """`text` is `None` when they are back."""

    text: str | None


class ChangedRealname(Personal, frozen=True, kw_only=True, gc=False):
    """`realname` from here on."""

    realname: str


class ChangedAccount(Personal, frozen=True, kw_only=True, gc=False):
    """They are logged in (`account`), or not any more."""


class Presence(Effect, frozen=True, kw_only=True, gc=False):
    """Seen by who monitors the nickname: somebody has it from here on, or nobody."""

    online: bool


class ChangedUserModes(Effect, frozen=True, kw_only=True, gc=False):
    """Seen by themselves."""

    words: str  # such as "+i"


class ChangedMetadata(Effect, frozen=True, kw_only=True, gc=False):
    """A key of a room or a person (`target`) has changed; a `value` of `None` removes it. Seen by
    the room's members, or by those who share a room with the person or MONITOR them, if they
    subscribed to the key.
    """

    target: str
    key: str
    value: str | None


class Wallop(Effect, frozen=True, kw_only=True, gc=False):
    """Seen by who wants to (user mode w)."""

    text: str


class Evicted(Effect, frozen=True, kw_only=True, gc=False):
    """The connections `targets` are to be closed."""

    targets: tuple[int, ...]
    reason: str


class Redaction(Effect, frozen=True, kw_only=True, gc=False):
    """A message is taken back: nobody is shown it again. `target` as in Spoke."""

    target: str
    msgid: str
    place: str = ""  # where it is kept
    reason: str


class MarkedRead(Effect, frozen=True, kw_only=True, gc=False):
    """Seen by nobody else: they have read what was said up to `at`, milliseconds; 0 for never."""

    target: str
    at: int


class Saved(Struct, frozen=True):
    """The new value of something in the hub that survives a restart: JSON, or `None` if it was
    deleted. `kind` and `key` say what it is.
    """

    kind: str
    key: str
    value: str | None


class Outcome(Struct, frozen=True):
    """What applying one entry brought: what is seen, what is answered to the one who asked, and
    what is to be kept of the hub.
    """

    effects: tuple[Effect, ...] = ()
    refusals: tuple[Refused, ...] = ()
    saved: tuple[Saved, ...] = ()


class Ticket(Protocol):
    """An event that is on its way through the journal."""

    @property
    def done(self) -> bool:
        """Whether it is shown; later ones of the same connection are shown after it."""

    def tell(self, refused: Callable[[], None]) -> None:
        """`refused` is called when it is shown, if there are refusals then and nobody waits. It
        must not wait, nor raise anything. After that only `refusals` is asked for.
        """

    def result(self) -> Outcome:
        """The outcome. Waits until the event is shown: may switch greenlets. The caller then goes
        on before anybody is shown a later event.
        """

    def refusals(self) -> tuple[Refused, ...]:
        """The outcome's refusals, for a caller that answers nothing unless there are some. Waits
        like `result`; if there are none, later events may be shown before the caller goes on.
        """
