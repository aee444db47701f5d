"""What someone probably meant to write."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_LETTERS = 3
"""By how many letters a slip is longer or shorter than what is meant, at most."""
_SHORTEST_BEGINNING = 4


def closest(word: str, candidates: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The candidate that is most like a word, letter case aside; None where none is alike or two are equally so.

    The beginning of just one candidate stands for it: `prot` for `protocol`.

    `cutoff` is how alike they must be, from 0 (anything) to 1 (the same but for the case).
    """
    # Only a wrong word needs difflib; importing it costs as much as reading a small manifest.
    from difflib import SequenceMatcher, get_close_matches

    wanted = word.lower()
    by_lower: dict[str, str] = {}
    for candidate in candidates:
        by_lower.setdefault(candidate.lower(), candidate)
    beginning = [by_lower[candidate] for candidate in by_lower if candidate.startswith(wanted)]
    if len(wanted) >= _SHORTEST_BEGINNING and len(beginning) == 1:
        return beginning[0]
    near = get_close_matches(wanted, by_lower, n=2, cutoff=cutoff)
    if len(near) == 2:
        # Of two that are equally near, either would be a guess.
        first, second = (SequenceMatcher(None, other, wanted).ratio() for other in near)
        if first == second:
            return None
    return by_lower[near[0]] if near else None


def closest_id(word: str, ids: Iterable[str]) -> str | None:
    """The same among ids, some of which stand behind a word and a `/`, as `policy/a` does: what stands before it makes
    no two of them alike, and may have been left out."""
    folder, _, name = word.rpartition("/")
    by_name: dict[str, dict[str, str]] = {}
    for id in ids:
        above, _, below = id.rpartition("/")
        by_name.setdefault(above, {})[below] = id
    for above in sorted(by_name, key=lambda one: (one != folder, one)):
        if above != folder and name in by_name[above]:
            return by_name[above][name]
    for above in sorted(by_name, key=lambda one: (one != folder, one)):
        meant = closest(name, by_name[above])
        if meant is not None:
            return by_name[above][meant]
    return None


def is_slip(name: str, other: str) -> bool:
    """Whether a name may be another one, written wrongly: part by part alike. `web-dev` is no slip for `web-prod`."""
    parts, others = name.split("-"), other.split("-")
    if len(parts) != len(others) or without_numbers(name) == without_numbers(other):
        return False
    return all(_is_near(part, meant) for part, meant in zip(parts, others, strict=True))


def _is_near(word: str, meant: str) -> bool:
    if word == meant:
        return True
    # Comparing every name with every other one letter by letter takes long; most differ at first sight.
    if abs(len(word) - len(meant)) > _MOST_LETTERS or (word[:1] != meant[:1] and word[-1:] != meant[-1:]):
        return False
    return closest(word, [meant]) is not None


def without_numbers(name: str) -> str:
    """A name without its digits: `web-1` and `web-2` are the same then."""
    return "".join(letter for letter in name if not letter.isdigit())
