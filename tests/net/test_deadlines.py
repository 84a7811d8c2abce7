"""Deadlines, on a clock that the test moves."""

from __future__ import annotations

from weakref import ref

from gchat.net.deadlines import Deadlines


class Asked:
    """Is asked, notes when, answers what the test says."""

    def __init__(self, *answers: float | None) -> None:
        self.answers = list(answers)
        self.times: list[float] = []

    def due(self, now: float) -> float | None:
        self.times.append(now)
        return self.answers.pop(0)


def test_each_is_asked_when_its_time_has_come() -> None:
    deadlines = Deadlines()
    early, late = Asked(7.0, None), Asked(None)
    deadlines.add(5.0, late)
    deadlines.add(1.0, early)
    for now in (0.5, 1.0, 4.9, 5.5, 6.9, 8.0, 20.0):
        deadlines.run(now)
    assert early.times == [1.0, 8.0]
    assert late.times == [5.5]
    assert len(deadlines) == 0


def test_who_is_gone_is_not_kept() -> None:
    deadlines = Deadlines()
    asked = Asked(None)
    gone = ref(asked)
    deadlines.add(1.0, asked)
    del asked
    assert gone() is None
    deadlines.run(2.0)
    assert len(deadlines) == 0


def test_who_answers_with_the_past_is_asked_again_without_end_only_if_it_goes_on_so() -> None:
    deadlines = Deadlines()
    asked = Asked(0.0, 3.0, None)
    deadlines.add(1.0, asked)
    deadlines.run(2.0)
    assert asked.times == [2.0, 2.0]
