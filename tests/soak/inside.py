"""`python -m gchat`, which tells on SIGUSR1 how many greenlets there are."""

from __future__ import annotations

import gc
import signal
import sys

import gevent

from gchat.__main__ import main


def report() -> None:
    """After a collection, so that what is counted is in use."""
    gc.collect()
    count = sum(isinstance(one, gevent.Greenlet) and not one.dead for one in gc.get_objects())
    print(f"greenlets {count}", flush=True)


if __name__ == "__main__":
    gevent.signal_handler(signal.SIGUSR1, report)
    sys.exit(main())
