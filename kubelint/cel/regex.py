"""`text.find(pattern)`, `text.findAll(pattern)`, and the compiled patterns for `matches`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/regex.go; Go 1.26, regexp.FindAllString.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.re2 import BadPattern, translate
from kubelint.cel.types import INT, STRING


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | BadPattern:
    try:
        return re.compile(translate(pattern))
    except BadPattern as bad:
        return bad


def compile(pattern: str, prefix: str = "") -> re.Pattern[str]:
    """A pattern of the server's, ready to search with.

    Raises:
        EvaluationError: if the server does not take it, with its words behind `prefix`.
    """
    found = _compiled(pattern)
    if isinstance(found, BadPattern):
        raise EvaluationError(f"{prefix}{found}")
    return found


def _find(text: str, pattern: str) -> str:
    found = compile(pattern, "Illegal regex: ").search(text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str, count: int = -1) -> list[object]:
    compiled = compile(pattern, "Illegal regex: ")
    found: list[object] = []
    position, previous_end = 0, -1
    while position <= len(text) and (count < 0 or len(found) < count):
        match = compiled.search(text, position)
        if match is None:
            break
        # An empty match right behind another one does not count.
        is_repeated = match.end() == position and match.start() == previous_end
        position = position + 1 if match.end() == position else match.end()
        previous_end = match.end()
        if not is_repeated:
            found.append(match[0])
    return found


_LIST_OF_STRINGS = types.list_of(STRING)

FUNCTIONS: dict[str, list[Overload]] = {
    "find": [member("string_find_string", (STRING, STRING), STRING, _find)],
    "findAll": [
        member("string_find_all_string", (STRING, STRING), _LIST_OF_STRINGS, _find_all),
        member("string_find_all_string_int", (STRING, STRING, INT), _LIST_OF_STRINGS, _find_all),
    ],
}
