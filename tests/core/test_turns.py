"""Whose turn it is: fair by address, who is known first, bounded."""

from __future__ import annotations

import pytest

from gchat.core.effects import Busy
from gchat.core.turns import KNOWN_IN_A_ROW, Turns


def fill(turns: Turns[str], *words: str, known: bool = False) -> None:
    """`a1` is the first item of the address a."""
    for word in words:
        turns.add(word, word[0], known=known)


def all_of(turns: Turns[str]) -> str:
    found = []
    while (item := turns.take()) is not None:
        found.append(item)
    return " ".join(found)


def test_an_address_with_many_waits_as_long_as_one_with_few() -> None:
    turns: Turns[str] = Turns()
    fill(turns, "a1", "a2", "a3", "a4", "b1", "b2", "c1")
    assert len(turns) == 7
    assert all_of(turns) == "a1 b1 c1 a2 b2 a3 a4"


def test_who_comes_for_the_first_time_is_before_who_had_a_turn() -> None:
    turns: Turns[str] = Turns()
    turns.served("a")  # was served without waiting
    fill(turns, "b1")
    assert turns.take() == "b1"
    fill(turns, "a1", "b2", "c1")
    assert all_of(turns) == "c1 a1 b2"


def test_who_is_known_goes_first_but_not_for_ever() -> None:
    turns: Turns[str] = Turns()
    fill(turns, "a1", "b1", "c1")
    fill(turns, *(f"k{n}" for n in range(1, 8)), known=True)
    assert KNOWN_IN_A_ROW == 3
    assert all_of(turns) == "k1 k2 k3 a1 k4 k5 k6 b1 k7 c1"


def test_turns_of_who_is_known_are_not_counted_while_nobody_else_waits() -> None:
    turns: Turns[str] = Turns()
    fill(turns, *(f"k{n}" for n in range(1, 6)), known=True)
    assert [turns.take() for _ in range(4)] == ["k1", "k2", "k3", "k4"]
    fill(turns, "a1")
    assert all_of(turns) == "k5 a1"


def test_so_many_wait_of_one_address() -> None:
    turns: Turns[str] = Turns(most_of_one=2)
    fill(turns, "a1", "a2")
    with pytest.raises(Busy):
        turns.add("a3", "a", known=False)
    fill(turns, "a1", "a2", known=True)
    with pytest.raises(Busy):
        turns.add("a3", "a", known=True)
    assert len(turns) == 4


def test_at_the_bound_the_greediest_address_makes_room() -> None:
    turns: Turns[str] = Turns(most=4)
    fill(turns, "a1", "a2", "a3", "b1")
    assert turns.add("c1", "c", known=False) == "a3"
    assert turns.add("d1", "d", known=False) == "a2"
    with pytest.raises(Busy):
        turns.add("e1", "e", known=False)
    assert turns.add("k1", "k", known=True) is None, "they are counted apart"
    assert all_of(turns) == "k1 a1 b1 c1 d1"


def test_who_is_as_greedy_does_not_push_others_out() -> None:
    turns: Turns[str] = Turns(most=4)
    fill(turns, "a1", "a2", "b1", "c1")
    with pytest.raises(Busy):
        turns.add("b2", "b", known=False)


def test_who_has_given_up_is_not_called() -> None:
    turns: Turns[str] = Turns()
    fill(turns, "a1", "a2")
    turns.remove("a1", "a", known=False)
    turns.remove("a1", "a", known=False)
    turns.remove("x", "x", known=True)
    assert len(turns) == 1
    assert all_of(turns) == "a2"


def test_so_many_addresses_are_remembered() -> None:
    for most, order in ((2, "b1 a1 c1"), (3, "b1 a1 c1"), (1, "a1 b1 c1")):
        turns: Turns[str] = Turns(served_most=most)
        for address in "bac":
            turns.served(address)
        fill(turns, "a1", "b1", "c1")
        assert all_of(turns) == order, most


def test_an_address_that_uses_much_has_fewer_turns() -> None:
    """By time: five questions of one address take as long as one of another."""
    turns = Turns[str](cost=0.0)
    for number in range(10):
        turns.add(f"a{number}", "a", known=False)
        turns.add(f"b{number}", "b", known=False)
    order = ""
    for _ in range(12):
        item = turns.take()
        assert item is not None
        order += item[0]
        turns.charge(item[0], 5.0 if item[0] == "a" else 1.0)
    assert order == "abbbbbabbbbb"


@pytest.mark.parametrize(("credit", "order"), [(0.0, "abababa"), (3.0, "abbbbab")])
def test_so_much_is_saved_up(credit: float, order: str) -> None:
    """Of what one could have used while another was served."""
    turns = Turns[str](cost=0.0, credit=credit)
    for _ in range(100):
        turns.served("a")
        turns.charge("a", 1.0)
    turns.served("b")
    found = "a"
    turns.served("a")
    turns.charge("a", 1.0)
    for number in range(9):
        turns.add(f"a{number}", "a", known=False)
        turns.add(f"b{number}", "b", known=False)
    for _ in range(6):
        item = turns.take()
        assert item is not None
        found += item[0]
        turns.charge(item[0], 1.0)
    assert found == order
