"""A server that answers as S3 does (moto), in a process of its own, and what is in its bucket."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

import boto3

from tests.support.process import free_port
from tests.support.waiting import wait_until

KEYS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}
BUCKET = "gchat-tests"
TRIES = 5  # of ports: another program may have taken one meanwhile


class S3:
    """It has an empty bucket. What is in it is gone after `close`."""

    def __init__(self) -> None:
        for _ in range(TRIES):
            self.port = free_port()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            wait_until(lambda: self._process.poll() is not None or self._answers())
            if self._process.poll() is None:
                break
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="tests",
            aws_secret_access_key="tests",
        )
        self.client.create_bucket(Bucket=BUCKET)

    def _answers(self) -> bool:

        try:
            with socket.create_connection(("127.0.0.1", self.port), 1.0):
                return True
        except OSError:
            return False

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def names(self) -> list[str]:
        """What is in the bucket, in order."""
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return sorted(one["Key"] for one in found)

    def stop(self) -> None:
        """Ends it; whoever asks it is refused."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
        self.stop()
