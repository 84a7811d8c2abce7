"""Jobs in threads."""

from __future__ import annotations

import pytest

from gchat.workers import WorkerPool


def test_what_a_job_raises_is_raised() -> None:
    pool = WorkerPool(1)
    with pytest.raises(ZeroDivisionError):
        pool.ask(lambda: 1 // 0)
    assert pool.ask(lambda: 8) == 8
    pool.close()
