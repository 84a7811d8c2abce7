"""Names that people would take for one another: https://www.unicode.org/reports/tr39/."""

from __future__ import annotations

from functools import cache, lru_cache

# Written together in one word, section 5.2, "Highly Restrictive".
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
_ANY_SCRIPT = {"COMMON", "INHERITED"}


def mixed(name: str) -> list[str]:
    """The scripts that `name` is written in, where they are not written together."""
    if name.isascii():
        return []
    # 900 KB of tables, for servers on which somebody has such a name
    from confusable_homoglyphs import categories  # noqa: PLC0415

    scripts = set(categories.unique_aliases(name)) - _ANY_SCRIPT
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):
        return []
    return sorted(scripts)


@lru_cache(maxsize=16384)
def skeletons(folded: str) -> tuple[str, ...]:
    """The skeletons (UTS 39) of a folded name, in lower case and in upper case: names that look
    alike have one in common. For an ASCII name it is the name itself.
    """
    if folded.isascii():
        return (folded,)
    return tuple(dict.fromkeys("".join(map(_prototype, form)) for form in (folded, folded.upper())))


@cache
def _prototype(char: str) -> str:
    """Of all that look like a character: a letter of ASCII, or the first."""
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415

    if char.isascii():
        return char
    alike = {one["c"] for one in confusables_data.get(char, ())} | {char}
    alike = {one for one in alike if len(one) == 1}
    letters = [one for one in alike if one.isascii() and one.isalpha()]
    return (min(letters) if letters else min(alike)).lower()
