"""What is known of a file that is kept, and of who sent it."""

from __future__ import annotations

import re

from msgspec import Struct

from gchat.errors import GchatError
from gchat.files.names import slug

PATH = "/files"
ID_LETTERS = 22  # 128 random bits: nobody finds a file whose address they were not given
# Of a file that a node of a cluster keeps in a folder of all, it begins with the node's name, which
# has no dot: gchat/config/rules.py.
_ID = rf"(?:[A-Za-z0-9_-]{{1,32}}\.)?[A-Za-z0-9_-]{{{ID_LETTERS}}}"
_LINK = re.compile(rf"{PATH}/({_ID})(?![A-Za-z0-9_-])")


class Entry(Struct, frozen=True):
    """One file that somebody sent. Several may have the same contents."""

    id: str
    name: str  # as it is offered for saving; see `names.safe_name`
    kind: str  # its media type, "" for one that is only ever saved; see `kinds.py`
    size: int  # bytes
    sha256: str  # of the contents, in hexadecimal
    owner: str  # the `person` who sent it, see `core/history.py`
    address: str  # from which it was sent, as limits for each address count it
    at: int  # milliseconds since 1970

    @property
    def path(self) -> str:
        """Where it is by HTTP. Ends like a picture if, and only if, it is one that is shown."""
        return f"{PATH}/{self.id}/{slug(self.name, self.kind)}"


class Owner(Struct, frozen=True):
    """Who asks for something that not everybody may."""

    key: str  # the `person`
    operator: bool = False  # of the server: may delete what others sent

    def may_delete(self, entry: Entry) -> bool:
        """Whether they may delete a file."""
        return self.operator or entry.owner == self.key


class FileError(GchatError):
    """A file is not taken. The text is a sentence for people."""


class TooLarge(FileError):
    """It has more bytes than one file may have."""


class NoRoom(FileError):
    """There is no more room for it: for this person, from this address, or at all."""


class TooMany(FileError):
    """Too many are on their way at once: it may be tried again soon."""


def keeper(id_: str) -> str | None:
    """The node that keeps the file of this id, "" for a single server; `None` for what is no id."""
    return id_.rpartition(".")[0] if re.fullmatch(_ID, id_) else None


def linked(text: str) -> list[str]:
    """The ids of files whose addresses are in a text, whatever server they are on."""
    return list(dict.fromkeys(_LINK.findall(text)))
