"""The table of numerics."""

from __future__ import annotations

from gchat.wire import numerics


def test_every_code_stands_once_and_under_its_own_name() -> None:
    rows = {
        name: value for name, value in vars(numerics).items() if isinstance(value, numerics.Numeric)
    }
    assert len({row.code for row in rows.values()}) == len(rows) == len(numerics.BY_CODE)
    assert all(row.name == name for name, row in rows.items())
