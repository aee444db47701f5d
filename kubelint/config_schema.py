"""The JSON Schema (draft-07) of the configuration, for editors.

`python -m kubelint.config_schema` writes the one that is shipped.

Derived from what `config.py` decodes by: the declaration of `Config` and the options of rules. Where the two differ the
schema allows more, since nobody can silence an editor's false alarm: any id may be that of a plug-in's rule, and any
number may be a Kubernetes version that reads so (`1.3` for `1.30`).
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, is_dataclass
from enum import Enum
from itertools import pairwise
from typing import Any, get_args, get_origin

import kubelint_schemas
from kubelint.config import RULE_ID, Config
from kubelint.plugins import load_rules, plugin_manager
from kubelint.rule import Rule
from kubelint.settings import (
    OptionsByRule,
    Setting,
    Text,
    Written,
    alternatives,
    settings_of,
    unusable,
    unwrapped,
    words_of,
)

PATH = os.path.join(os.path.dirname(kubelint_schemas.__file__), "config.schema.json")
"""Where the schema is shipped."""

Schema = dict[str, Any]


def schema_of(rules: Sequence[Rule]) -> Schema:
    """The schema of a configuration file that may name these rules and any that plug-ins bring.

    Raises RuleError for a rule whose options cannot stand in a file.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "kubelint configuration",
        "description": "A .kubelint.yaml file, or the table [tool.kubelint] of a pyproject.toml.",
        **_table(Config, rules),
    }


def built_in(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Those rules that come with kubelint, not with a plug-in."""
    return tuple(rule for rule in rules if rule.check.__module__.partition(".")[0] == "kubelint_rules")


def text_of(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table(declaration: type, rules: Sequence[Rule]) -> Schema:
    descriptions = _attribute_docstrings(declaration)
    properties = {}
    for setting in settings_of(declaration):
        description = descriptions.get(setting.field.name)
        properties[setting.key] = {
            **({"description": description} if description else {}),
            **_value(setting.hint, setting.key, rules),
            **_default(setting),
        }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _value(hint: Any, name: str, rules: Sequence[Rule]) -> Schema:
    core, further = unwrapped(hint)
    if isinstance(further, OptionsByRule):
        return _options_by_rule(rules)
    if isinstance(further, Text):
        return _text(further, rules)
    words = words_of(core)
    if words is not None:
        return {"enum": words}
    arguments = get_args(core)
    if get_origin(core) is tuple and arguments[1:] == (...,):
        return {"type": "array", "items": _value(arguments[0], name, rules)}
    if get_origin(core) is Mapping:
        return _map(arguments[0], _value(arguments[1], name, rules), rules)
    if is_dataclass(core) and isinstance(core, type):
        return _table(core, rules)
    if core in _SIMPLE:
        return {"type": _SIMPLE[core]}
    if core is object:
        return {}
    declaration, text = alternatives(core)
    if declaration is not None:
        return {"anyOf": [_value(text, name, rules), _table(declaration, rules)]}
    raise unusable(hint, name)


_SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string", Written: "string"}


def _text(kind: Text, rules: Sequence[Rule]) -> Schema:
    known = [*kind.words(rules)] if kind.words is not None else []
    alternatives: list[Schema] = [{"enum": known}] if known else []
    if kind.pattern is not None:
        alternatives.append({"type": "string", "pattern": f"^(?:{kind.pattern})$"})
    if kind.number:
        alternatives.append({"enum": [float(word) for word in known]})
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _map(key_hint: Any, value: Schema, rules: Sequence[Rule]) -> Schema:
    _, kind = unwrapped(key_hint)
    if not isinstance(kind, Text):
        return {"type": "object", "additionalProperties": value}
    # The known keys stand apart, because editors complete `properties` and nothing else.
    summaries = {rule.id: rule.summary for rule in rules}
    known = kind.words(rules) if kind.words is not None else ()
    return {
        "type": "object",
        "properties": {word: _described(summaries.get(word), value) for word in known},
        "patternProperties": {f"^(?:{kind.pattern})$": value},
        "additionalProperties": False,
    }


def _options_by_rule(rules: Sequence[Rule]) -> Schema:
    options = {
        rule.id: _described(rule.summary, {"type": "object", "additionalProperties": False})
        if rule.options is None
        else _described(rule.summary, _table(rule.options, rules))
        for rule in sorted(rules, key=lambda rule: rule.id)
    }
    return {
        "type": "object",
        "properties": options,
        "propertyNames": {"pattern": f"^(?:{RULE_ID.pattern})$"},
        "additionalProperties": {"type": "object"},
    }


def _described(description: str | None, schema: Schema) -> Schema:
    return {"description": description, **schema} if description else schema


def _default(setting: Setting) -> Schema:
    value = setting.field.default
    if value is None or value is MISSING or is_dataclass(value) or isinstance(value, Written):
        return {}
    return {"default": _written(value)}


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return [_written(item) for item in value] if isinstance(value, tuple) else value


def _attribute_docstrings(declaration: type) -> dict[str, str]:
    """The text below each field of a class. Python drops it, so it is read from the source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(declaration)))
    except OSError:
        return {}
    found = {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = " ".join(below.value.value.split())
    return found


if __name__ == "__main__":
    shipped = text_of(schema_of(built_in(load_rules(plugin_manager()))))
    with open(PATH, "w", encoding="utf-8", newline="\n") as file:
        file.write(shipped)
