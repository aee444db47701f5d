"""The table `[tool.kubelint]` of a TOML file as nodes with their places."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.paths import as_read
from kubelint.settings import ConfigError, located, located_at
from kubelint.source import Source

# TOML. The parser of the standard library says where nothing stands, so keys are looked for in the text: a key that a
# line starts with is found, whatever stands within a value is found unless the value repeats it in another meaning.

_TOML_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_TOML_ROUTE = rf"{_TOML_KEY}(?:[ \t]*\.[ \t]*{_TOML_KEY})*"
# Texts: `re` compiles one when it is first needed, and few runs need any.
_TOML_LINE = rf"(?m)^[ \t]*(?:\[[ \t]*(?P<table>{_TOML_ROUTE})[ \t]*\]|(?P<route>{_TOML_ROUTE})[ \t]*=[ \t]*)"
# No key needs more than five levels; without a limit a hostile file could fill the memory.
_TOML_LEVELS = 8
_TOML_ERROR = r"(?s)(?P<message>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"


class _Number(str):
    """A TOML number with a fraction, as it is written."""

    __slots__ = ()


class _TomlPlace(NamedTuple):
    key_start: int
    key_end: int
    value_start: int


def read_toml(source: Source) -> Node:
    import tomllib

    route = ("tool", "kubelint")
    try:
        tool = tomllib.loads(source.text, parse_float=_Number).get("tool")
        if not isinstance(tool, dict) or "kubelint" not in tool:
            raise ConfigError([f"{as_read(source.path)}: has no table [tool.kubelint]; add it, or name another file"])
        places = _toml_places(source.text)
        place = places.get(route, _TomlPlace(0, 0, 0))
        return _keyed(node_of(source, tool["kubelint"], places, route, place.value_start), None, "", place)
    except RecursionError as error:
        raise ConfigError([f"{as_read(source.path)}: nests too deep; no key needs more than five levels"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_toml_problem(source, str(error))]) from error
    except ValueError as error:
        # Python converts no more than some thousand digits, and tomllib lets that error through.
        raise ConfigError([f"{as_read(source.path)}: a number has more digits than can be read; shorten it"]) from error


def _toml_problem(source: Source, message: str) -> str:
    found = re.fullmatch(_TOML_ERROR, message)
    if found is None:
        return f"{as_read(source.path)}: {message}"
    if found["line"] is None:
        return located(source, len(source.text), found["message"])
    return located_at(source, int(found["line"]), int(found["column"]), found["message"])


def _toml_places(text: str) -> dict[tuple[str, ...], _TomlPlace]:
    places: dict[tuple[str, ...], _TomlPlace] = {}
    table: tuple[str, ...] = ()
    for found in re.finditer(_TOML_LINE, text):
        is_table = found["table"] is not None
        group = "table" if is_table else "route"
        steps = tuple(step.strip("\"'") for step in re.findall(_TOML_KEY, found[group]))
        place = _TomlPlace(found.start(group), found.end(group), found.end(group) if is_table else found.end())
        if is_table:
            table, above = steps, 0
        else:
            steps, above = (*table, *steps), len(table)
        # A table that has no header of its own stands where the first header or key below it does.
        for length in range(above + 1, min(len(steps), _TOML_LEVELS) + 1):
            places.setdefault(steps[:length], place)
    return places


def node_of(
    source: Source, value: Any, places: dict[tuple[str, ...], _TomlPlace], route: tuple[str, ...], start: int
) -> Node:
    """Nodes for a value without positions: known places are taken over, others looked for from `start` on."""
    if isinstance(value, dict):
        mapping = Mapping(source, start, start)
        for key, child in value.items():
            place = places.get((*route, key)) or _place_within(source.text, key, start)
            child_node = node_of(source, child, places, (*route, key), place.value_start)
            mapping.entries[key] = _keyed(child_node, mapping, key, place)
        return mapping
    if isinstance(value, list):
        sequence = Sequence(source, start, start)
        position = start
        for item in value:
            written = item if isinstance(item, _Number) or not isinstance(item, str) else f"[\"']{re.escape(item)}[\"']"
            found = (
                re.compile(str(written)).search(source.text, position) if not isinstance(item, dict | list) else None
            )
            position = found.end() if found else position
            sequence.items.append(node_of(source, item, places, route, found.start() if found else start))
        return sequence
    if isinstance(value, _Number):
        return Scalar(source, start, start, str(value), float(value), True)
    if isinstance(value, bool):
        return Scalar(source, start, start, str(value).lower(), value, True)
    if isinstance(value, int):
        return Scalar(source, start, start, str(value), value, True)
    return Scalar(source, start, start, str(value), str(value), False)


def _place_within(text: str, key: str, start: int) -> _TomlPlace:
    found = re.compile(rf"""["']?(?P<key>{re.escape(key)})["']?[ \t]*=[ \t]*""").search(text, start)
    return _TomlPlace(found.start(), found.end("key"), found.end()) if found else _TomlPlace(start, start, start)


def _keyed(child: Node, parent: Node | None, key: str, place: _TomlPlace) -> Node:
    child.parent, child.step = parent, key
    child.key_start, child.key_end = place.key_start, place.key_end
    return child
