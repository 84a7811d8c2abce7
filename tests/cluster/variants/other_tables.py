"""One with another version of Unicode."""

from __future__ import annotations

import sys

from gchat.wire import tables

tables.name_tables = lambda: "Unicode 99"

if __name__ == "__main__":
    from gchat.__main__ import main

    sys.exit(main())
