"""Files in a bucket of S3, or of what speaks its protocol, instead of a folder; what is on its way
is in a folder until all of it has come. As on a shelf, an entry is written last and removed first.
Everything here waits for the network, so it is done in threads.

The names in the bucket are those of a folder: `entries/` and `content/`, after a prefix. `owner`
says which server keeps them: there are no locks.
"""

from __future__ import annotations

import errno
import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gchat.files.entry import Entry, keeper
from gchat.files.shelf import Shelf, ShelfError

if TYPE_CHECKING:
    from hashlib import _Hash

log = logging.getLogger(__name__)

THREADS = 8  # that ask the bucket at once; its client has connections for twice as many
CONNECT_SECONDS, SILENT_SECONDS, TRIES = 5, 20, 3
PART_BYTES = 8 << 20  # that are in memory while a file goes there
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_ENCODE, _DECODE = msgspec.json.Encoder(), msgspec.json.Decoder(Entry)


class Bucket:
    """What is asked of it. All raises OSError, FileNotFoundError where something is missing."""

    def __init__(self, name: str, endpoint: str = "", region: str = "") -> None:
        """`endpoint`: its address where it is not Amazon's. Who we are, boto3 finds out by itself:
        from the environment, its own files or the machine. Raises OSError.
        """
        self.name = name
        for program in ("boto3", "botocore", "s3transfer", "urllib3"):
            logging.getLogger(program).setLevel(logging.WARNING)  # else signatures are in the log
        how = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=SILENT_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            max_pool_connections=2 * THREADS,
            request_checksum_calculation="when_required",  # what is not Amazon's may know no other
            response_checksum_validation="when_required",
        )
        with _errors():
            self._client: Any = boto3.client(
                "s3", endpoint_url=endpoint or None, region_name=region or None, config=how
            )
        # one part of a file after the other, so memory has one of them
        self._transfer = TransferConfig(
            use_threads=False, multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES
        )

    def get(self, key: str, start: int = 0, size: int = 0) -> bytes:
        """What is there; only so many bytes of it, where `size` is not 0."""
        part = {"Range": f"bytes={start}-{start + size - 1}"} if size else {}
        with _errors():
            body = self._client.get_object(Bucket=self.name, Key=key, **part)["Body"]
            with body:
                data: bytes = body.read()
                return data

    def put(self, key: str, data: bytes) -> None:
        """Writes something small."""
        with _errors():
            self._client.put_object(Bucket=self.name, Key=key, Body=data)

    def upload(self, key: str, path: Path) -> None:
        """Writes a file, part by part."""
        with _errors():
            self._client.upload_file(str(path), self.name, key, Config=self._transfer)

    def has(self, key: str) -> bool:
        """Whether something is there."""
        try:
            with _errors():
                self._client.head_object(Bucket=self.name, Key=key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Removes something, which may be missing."""
        with _errors():
            self._client.delete_object(Bucket=self.name, Key=key)

    def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes of everything whose name begins so, by the rest of the name."""
        found: dict[str, int] = {}
        with _errors():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                for one in page.get("Contents", ()):
                    found[one["Key"].removeprefix(prefix)] = one["Size"]
        return found

    def give_up_parts(self, prefix: str) -> None:
        """Removes the parts of files that a process which was killed did not send to the end."""
        with _errors():
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                for one in page.get("Uploads", ()):
                    self._client.abort_multipart_upload(
                        Bucket=self.name, Key=one["Key"], UploadId=one["UploadId"]
                    )


@contextmanager
def _errors() -> Iterator[None]:
    """Has errors of boto3 come as those of a disk."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(errno.ENOENT, str(error)) from None
        raise OSError(errno.EIO, str(error)) from None
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, str(error)) from None


class BucketPart:
    """A `Place`: what begins with a prefix."""

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    def _content(self, sha256: str) -> str:
        return f"{self._prefix}content/{sha256}"

    def _entry(self, id_: str) -> str:
        return f"{self._prefix}entries/{id_}.json"

    def find(self, id_: str) -> Entry | None:
        """A file, if it is there. Raises OSError."""
        try:
            entry = _DECODE.decode(self._bucket.get(self._entry(id_)))
        except (msgspec.MsgspecError, FileNotFoundError):
            return None
        return entry if entry.id == id_ else None

    def has(self, id_: str) -> bool:
        """Whether nobody has taken a file out. Raises OSError."""
        return self._bucket.has(self._entry(id_))

    def ids(self) -> set[str]:
        """Of all that is kept. Raises OSError."""
        names = self._bucket.sizes(f"{self._prefix}entries/")
        return {name.removesuffix(".json") for name in names}

    def read(self, sha256: str, start: int, size: int) -> bytes:
        """A piece of contents. Raises OSError, FileNotFoundError where they were removed."""
        return self._bucket.get(self._content(sha256), start, size)

    def take_out(self, id_: str) -> None:
        """Nobody finds a file any more; see `Part`. Raises OSError."""
        self._bucket.delete(self._entry(id_))


class BucketShelf(BucketPart):
    """A `Store`: what one server keeps in a bucket."""

    def __init__(self, bucket: Bucket, prefix: str, local: Shelf, owner: str) -> None:
        """`local`: where files are while they are on their way; it is closed with this. `owner`:
        who we are, in every run the same.
        """
        super().__init__(bucket, prefix)
        self._local = local
        self._owner = owner
        self._mutex = Lock()  # of what follows; contents are removed with it, and written without
        self._used: Counter[str] = Counter()  # entries of each content, and files that become one
        self._whole: set[str] = set()  # contents that are there

    def load(self) -> list[Entry]:
        """What is kept; removes what a process that was killed left behind. Raises ShelfError."""
        if self._local.load():
            log.warning("the files in %s are not shown: files.s3_bucket is set", self._local.folder)
        try:
            return self._load()
        except OSError as error:
            raise ShelfError(
                f"The bucket {self._bucket.name} cannot be used: {error.strerror}. See "
                "docs/web.md, or set files.enabled = false."
            ) from None

    def _load(self) -> list[Entry]:
        self._claim()
        self._bucket.give_up_parts(self._prefix)
        there = self._bucket.sizes(f"{self._prefix}content/")
        with ThreadPoolExecutor(THREADS) as pool:
            every = list(pool.map(self.find, sorted(self.ids())))
        found = [one for one in every if one is not None and there.get(one.sha256) == one.size]
        if len(found) < len(every):
            lost = len(every) - len(found)
            log.warning("%d files in %s are damaged or have no contents", lost, self._bucket.name)
        self._used.update(entry.sha256 for entry in found)
        self._whole.update(self._used)
        for sha256 in there.keys() - self._whole:
            self._bucket.delete(self._content(sha256))
        return sorted(found, key=lambda entry: entry.at)

    def _claim(self) -> None:
        """Raises ShelfError where another server uses it, and OSError."""
        key = f"{self._prefix}owner"
        try:
            other = self._bucket.get(key).decode("ascii", "replace")
        except FileNotFoundError:
            self._bucket.put(key, self._owner.encode())
            return
        if other != self._owner:
            raise ShelfError(
                f"{key} in the bucket {self._bucket.name} is another server's. Choose another "
                "files.s3_prefix; or, if that server is no more, remove it."
            )

    def incoming(self, name: str) -> Path:
        """Where a file of this name is while it is on its way."""
        return self._local.incoming(name)

    def append(self, name: str, data: bytes, digest: _Hash, spare: int = 0) -> None:
        """As `Shelf.append`. Raises OSError."""
        self._local.append(name, data, digest, spare)

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of what is on its way. Raises OSError."""
        return self._local.head(name, size)

    def give_up(self, name: str) -> None:
        """Removes what was on its way."""
        self._local.give_up(name)

    def keep(self, name: str, entry: Entry) -> None:
        """Keeps what was on its way, for good when it returns. Raises OSError, and then nothing is
        kept.
        """
        sha256 = entry.sha256
        with self._mutex:
            self._used[sha256] += 1  # from now on nobody removes them
            there = sha256 in self._whole
        try:
            if not there:
                self._bucket.upload(self._content(sha256), self.incoming(name))
                with self._mutex:
                    self._whole.add(sha256)
            try:
                self._bucket.put(self._entry(entry.id), _ENCODE.encode(entry))
            except OSError:
                self._bucket.delete(self._entry(entry.id))  # it may have come
                raise
        except BaseException:
            self._let_go(sha256)
            raise
        self.give_up(name)

    def drop(self, entry: Entry) -> None:
        """Removes a file; its contents too, if no other one has the same. Raises OSError, and then
        it is kept still.
        """
        self.take_out(entry.id)
        self._let_go(entry.sha256)

    def _let_go(self, sha256: str) -> None:
        with self._mutex:
            self._used[sha256] -= 1
            if self._used[sha256] > 0:
                return
            del self._used[sha256]
            self._whole.discard(sha256)
            try:
                self._bucket.delete(self._content(sha256))
            except OSError as error:
                log.warning("%s will be removed at the next start: %s", sha256, error)

    def beat(self) -> float:
        """Nothing: nobody looks after what is in a bucket."""
        return 0.0

    def close(self) -> None:
        """Lets go of the folder."""
        self._local.close()

    def remove(self) -> None:
        """Lets go of the folder and removes it."""
        self._local.remove()


class SharedBucket:
    """A `Shared` in a bucket: each node's files begin with `nodes/<name>/`."""

    def __init__(self, bucket: Bucket, prefix: str, node: str) -> None:
        self.node = node
        self._bucket = bucket
        self._prefix = prefix

    @property
    def own(self) -> str:
        """What the names of this node's files begin with."""
        return f"{self._prefix}nodes/{self.node}/"

    def other(self, id_: str) -> BucketPart | None:
        """Where the file with this id is, if it is at another node; `None` for what is no id."""
        node = keeper(id_)
        if node is None or node == self.node:
            return None
        return BucketPart(self._bucket, f"{self._prefix}nodes/{node}/" if node else self._prefix)

    def look_after(self, now: float, before: int) -> None:
        """Nothing: without locks nobody can know that a node does not come back meanwhile."""
