"""Names that look like others: https://www.unicode.org/reports/tr39/#Confusable_Detection"""

from __future__ import annotations

from gchat.core.skeletons import SkeletonIndex

CYRILLIC = "tuаn"  # the "а"


def test_a_name_that_looks_like_one_that_is_taken() -> None:
    looks = SkeletonIndex()
    looks.add("tuan")
    assert looks.taken(CYRILLIC, {"tuan"}) == "tuan"
    assert looks.taken(CYRILLIC, ()) == ""
    assert looks.taken("tuan", {"tuan"}) == "", "itself"
    assert looks.taken("duy", {"tuan"}) == ""


def test_the_other_way_round_and_free_again() -> None:
    looks = SkeletonIndex()
    looks.add(CYRILLIC)
    assert looks.taken("tuan", ()) == CYRILLIC
    assert looks.taken(CYRILLIC, ()) == ""
    looks.remove("tuan")
    assert looks.taken("tuan", ()) == CYRILLIC
    looks.remove(CYRILLIC)
    assert looks.taken("tuan", ()) == ""
    looks.remove(CYRILLIC)


def test_of_two_that_look_the_same_the_second_stays_known() -> None:
    other = "tuɑn"  # a Latin alpha
    looks = SkeletonIndex()
    looks.add(CYRILLIC)
    looks.add(other)
    looks.remove(CYRILLIC)
    assert looks.taken("tuan", ()) == other
