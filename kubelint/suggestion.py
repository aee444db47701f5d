"""What someone probably meant to write."""

from __future__ import annotations

from collections.abc import Iterable

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
