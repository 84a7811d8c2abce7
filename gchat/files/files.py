"""All files of a server, in a folder: they come, are found, read, and go."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import perf_counter
from typing import Protocol, TypeVar

from gchat.config.settings import FilesConfig
from gchat.files import kinds, pictures
from gchat.files.entry import Entry, NoRoom, Owner
from gchat.files.ledger import Claim, Ledger
from gchat.files.names import safe_name
from gchat.files.shelf import FULL, new_digest
from gchat.files.store import Place, Shared, Store
from gchat.files.tokens import OwnTokens, Tokens

log = logging.getLogger(__name__)

T = TypeVar("T")

WRITE_BYTES = 262_144  # that are collected before they are written; also read at once
ID_BYTES = 16
REST = 1.0  # seconds of it, for each that a write took: the disk is there for messages too


class Ask(Protocol):
    """How a slow job is done in a thread."""

    def __call__(self, job: Callable[[], T], /) -> T:
        """What the job answers. May switch greenlets. Raises what the job raises."""


class FolderFiles:
    """`Files` that are kept on one shelf; with `shared`, those of other nodes are found too, and
    what another node took out of the shelf is there no more.
    """

    def __init__(
        self,
        shelf: Store,
        ask: Ask,
        ask_slowly: Ask,
        settings: Callable[[], FilesConfig],
        wall_ms: Callable[[], int],
        rest: Callable[[float], None] = lambda seconds: None,
        shared: Shared | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        """`ask_slowly` does what takes a second or more, so that nothing else waits for it. `rest`
        waits for so many seconds. Raises ShelfError.
        """
        self._rest = rest
        self._shelf = shelf
        self._shared = shared
        self._ask = ask
        self._ask_slowly = ask_slowly
        self._settings = settings
        self._wall_ms = wall_ms
        self._entries = {entry.id: entry for entry in shelf.load()}
        self.ledger = Ledger()
        self.tokens: Tokens = tokens or OwnTokens()
        for entry in self._entries.values():
            self.ledger.add(_claim(entry))

    @property
    def settings(self) -> FilesConfig:
        return self._settings()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, id_: str) -> Entry | None:
        entry = self._entries.get(id_)
        if self._shared is None:
            return entry
        if entry is not None:  # another node may have taken it out
            if self._ask(partial(self._shelf.has, id_)):
                return entry
            self._forget(entry)
            return None
        other = self._shared.other(id_)
        return None if other is None else self._ask(partial(other.find, id_))

    def _forget(self, entry: Entry) -> None:
        """Another node has taken it out: nothing of it counts any more."""
        try:
            self.remove(entry)
        except OSError as error:
            log.warning("contents of a file that is gone, will try again: %s", error)

    def new_id(self) -> str:
        """An id that no file has."""
        id_ = secrets.token_urlsafe(ID_BYTES)
        return id_ if self._shared is None else f"{self._shared.node}.{id_}"

    def last_at(self) -> int:
        """When the newest one was sent, in milliseconds; 0 where there is none."""
        return max((entry.at for entry in self._entries.values()), default=0)

    def begin(
        self, owner: Owner, address: str, name: str, size: int, *, exempt: bool = False
    ) -> FolderUpload:
        claim = Claim(owner.key, address, exempt)
        self.ledger.begin(claim, size, self.settings)
        return FolderUpload(self, claim, safe_name(name))

    def read(self, entry: Entry, start: int, size: int) -> Iterator[bytes]:
        end = start + size
        place = self._place_of(entry)
        while start < end:
            piece = partial(place.read, entry.sha256, start, min(WRITE_BYTES, end - start))
            data = self._ask(piece)
            if not data:
                raise FileNotFoundError(entry.id)
            start += len(data)
            yield data

    def _place_of(self, entry: Entry) -> Place:
        other = None if self._shared is None else self._shared.other(entry.id)
        return self._shelf if other is None else other

    def remove(self, entry: Entry) -> None:
        place = self._place_of(entry)
        if place is not self._shelf:
            self._ask(partial(place.take_out, entry.id))
            return
        if self._entries.pop(entry.id, None) is None:
            return  # somebody else does it now
        try:
            self._ask(partial(self._shelf.drop, entry))
        except BaseException:
            self._entries[entry.id] = entry
            raise
        self.ledger.remove(_claim(entry))

    def take_back(self, ids: Iterable[str], owner: Owner) -> None:
        for id_ in ids:
            try:
                entry = self.find(id_)
                if entry is not None and owner.may_delete(entry):
                    self.remove(entry)
            except OSError as error:
                log.error("a file that was taken back is still there: %s", error)

    def expire(self, before: int) -> None:
        for entry in [one for one in self._entries.values() if one.at < before]:
            self.remove(entry)

    def notice(self) -> None:
        """Forgets what other nodes have taken out. Switches greenlets. Raises OSError."""
        known = list(self._entries)
        there = self._ask(self._shelf.ids)
        for id_ in known:
            if id_ not in there:
                self.find(id_)  # looks once more


class FolderUpload:
    """An `Upload`."""

    def __init__(self, files: FolderFiles, claim: Claim, name: str) -> None:
        self._files = files
        self._claim = claim
        self._name = name
        self._id = files.new_id()
        self._digest = new_digest()
        self._waiting = bytearray()  # to be written
        self._over = False

    @property
    def size(self) -> int:
        """Bytes that have come so far."""
        return self._claim.size

    def take(self, data: bytes) -> None:
        self._files.ledger.grow(self._claim, len(data), self._files.settings)
        self._waiting += data
        if len(self._waiting) >= WRITE_BYTES:
            self._write()

    def _write(self) -> None:
        data = bytes(self._waiting)
        self._waiting.clear()
        shelf, spare = self._files._shelf, self._files.settings.spare_bytes
        began = perf_counter()
        self._do(partial(shelf.append, self._id, data, self._digest, spare))
        self._files._rest(REST * (perf_counter() - began))

    def finish(self) -> Entry:
        self._write()
        files = self._files
        entry = Entry(
            id=self._id,
            name=self._name,
            kind=self._kind(),
            size=self._claim.size,
            sha256=self._digest.hexdigest(),
            owner=self._claim.owner,
            address=self._claim.address,
            at=files._wall_ms(),
        )
        self._do(partial(files._shelf.keep, self._id, entry))
        files._entries[entry.id] = entry
        self._over = True
        files.ledger.come(self._claim, kept=True)
        return entry

    def _kind(self) -> str:
        """The media type under which it is shown; "" where it is only saved."""
        shelf, settings = self._files._shelf, self._files.settings
        kind = kinds.kind_of(self._do(partial(shelf.head, self._id, kinds.HEAD_BYTES)))
        if kind not in kinds.PICTURES:
            return kind
        path, pixels = shelf.incoming(self._id), settings.picture_pixels
        job = partial(pictures.is_picture, path, kind, pixels)
        return kind if pixels and self._files._ask_slowly(job) else ""

    def _do(self, job: Callable[[], T]) -> T:
        """Raises NoRoom where the disk is full, and OSError."""
        try:
            return self._files._ask(job)
        except OSError as error:
            if error.errno in FULL:
                log.warning("a file was not kept: %s", error)
                raise NoRoom("The disk of the server is full.") from None
            raise

    def give_up(self) -> None:
        if self._over:
            return
        self._over = True
        self._waiting.clear()
        self._files.ledger.come(self._claim, kept=False)
        self._files._ask(partial(self._files._shelf.give_up, self._id))


def _claim(entry: Entry) -> Claim:
    return Claim(entry.owner, entry.address, size=entry.size)
