"""Manifests that differ from good ones in one field, in two, or in more: what the generators beside this file share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import chain, pairwise
from random import Random
from typing import Any

ABSENT: Any = object()
"""The value of a field that is taken away."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9./-]*")
_WORDS_WITH_A_MEANING = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])

Fields = Mapping[str, Sequence[Any]]
"""By a field's route from the object's root (`spec.rules.0.host`), the values that it is to have."""


def varied(random: Random, bases: Sequence[Any], fields: Fields) -> Iterator[str]:
    """Manifests without end, all different: every value of every field, in the first base; then combinations.

    A combination takes any base, and two to five fields. Two manifests of the first sort come before each of the
    second, so that a short run has both.
    """
    seen: set[str] = set()
    for manifest in chain(bases, _variations(random, bases, fields)):
        key = json.dumps(manifest)
        if key not in seen:
            seen.add(key)
            yield written(random, manifest)


def _variations(random: Random, bases: Sequence[Any], fields: Fields) -> Iterator[Any]:
    single = [(route, value) for route, values in fields.items() for value in (*values, ABSENT, None)]
    random.shuffle(single)
    while True:
        for _ in range(2):
            if single:
                route, value = single.pop()
                yield changed(bases[0], {route: value})
        routes = random.sample(list(fields), random.choice((2, 2, 2, 3, 5)))
        yield changed(random.choice(bases), {route: random.choice((*fields[route], ABSENT)) for route in routes})


def changed(base: Any, values: Mapping[str, Any]) -> Any:
    """A copy of an object with other values; what a route leads through is made where it is missing."""
    result = deepcopy(base)
    for route, value in values.items():
        _put(result, route.split("."), value)
    return result


def _put(holder: Any, steps: list[str], value: Any) -> None:
    for step, following in pairwise(steps):
        key = _key(holder, step)
        wanted = list if following.isdigit() else dict
        if not isinstance(_held(holder, key), wanted):
            _hold(holder, key, wanted())
        holder = holder[key]
    key = _key(holder, steps[-1])
    if value is not ABSENT:
        _hold(holder, key, deepcopy(value))
    elif isinstance(holder, dict):
        holder.pop(key, None)
    elif key < len(holder):
        del holder[key]


def _key(holder: Any, step: str) -> Any:
    # A dot within a key is written as a colon.
    return int(step) if isinstance(holder, list) else step.replace(":", ".")


def _held(holder: Any, key: Any) -> Any:
    if isinstance(holder, list):
        return holder[key] if key < len(holder) else None
    return holder.get(key)


def _hold(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, list):
        holder.extend({} for _ in range(key + 1 - len(holder)))
    holder[key] = value


def written(random: Random, value: Any) -> str:
    """An object as a text: mostly YAML, now and then JSON, and everything but the simplest strings in quotes."""
    if random.random() < 0.2:
        return json.dumps(value, indent=random.choice((None, 2)), ensure_ascii=random.random() < 0.5) + "\n"
    return _block(value, 0).lstrip("\n") + "\n"


def _block(value: Any, depth: int) -> str:
    indent = "\n" + "  " * depth
    if isinstance(value, dict) and value:
        return "".join(f"{indent}{_scalar(key)}:{_block(item, depth + 1)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{indent}-{_item(item, depth + 1)}" for item in value)
    return f" {_scalar(value)}"


def _item(item: Any, depth: int) -> str:
    text = _block(item, depth)
    # The first key of an item stands beside its dash.
    return f" {text.lstrip()}" if isinstance(item, dict) and item else text


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING:
        return value
    return json.dumps(value, ensure_ascii=False)
