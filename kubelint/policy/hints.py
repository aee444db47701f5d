"""The way out of a wrong expression: what people write who come from other languages, and what CEL has instead.

`_WRITTEN` is a table; what also depends on types or names stands below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kubelint.cel import CelError, Issue
from kubelint.node import Scalar
from kubelint.suggestion import closest

if TYPE_CHECKING:
    from kubelint.cel.failing import Failure


class _Written(NamedTuple):
    """What is often written: a pattern for CEL's words, one for the text around the place, and what to write instead,
    in which `{name}` stands for a group of the latter."""

    said: str
    text: str
    way_out: str


_SYNTAX = r"Syntax error|reserved identifier"
_UNDECLARED = r"undeclared reference"
_WRITTEN = tuple(
    _Written(*one)
    for one in (
        (_SYNTAX, r"=~", "write `.matches('…')`"),
        (_SYNTAX, r"!==", "write `!=`"),
        (_SYNTAX, r"===|(?<![=!<>])=(?!=)|\bis\b|\beq\b", "write `==`"),
        (_SYNTAX, r"(?<!&)&(?!&)|\band\b|\bAND\b", "write `&&`"),
        (_SYNTAX, r"(?<!\|)\|(?!\|)|\bor\b|\bOR\b", "write `||`"),
        (_SYNTAX, r"(?P<x>[\w.]+)\s+not\s+in\b", "write `!({x} in …)`"),
        (f"{_SYNTAX}|{_UNDECLARED}", r"\b(?:not|NOT)\b\s*[\w(!\[]?", "write `!`"),
        (_SYNTAX, r"\b(?:if|then|else)\b", "write `condition ? this : that`"),
        (_SYNTAX, r"`[^`]*`", "texts stand in `'…'`"),
        (
            r"invalid argument to has",
            r"has\(\s*(?P<of>.+?)\[(?P<key>'[^']*'|\"[^\"]*\")\]\s*\)",
            "write `{key} in {of}`",
        ),
        (r"", r"\b(?P<of>annotations|labels)\.(?P<key>[\w.]*[/-][\w./-]*)", "write `{of}['{key}']`"),
        (_UNDECLARED, r"\b(?:self|input|resource|obj|this)\b", "the object is `object`"),
        (_UNDECLARED, r"\b(?P<field>spec|metadata|status|kind|apiVersion)\b", "write `object.{field}`"),
        (_UNDECLARED, r"\b(?P<field>name|labels|annotations)\b(?!\s*\()", "write `object.metadata.{field}`"),
        (r"reserved identifier: namespace", r"namespace", "write `object.metadata.namespace`"),
        (_UNDECLARED, r"\b(?P<field>ports|selector|externalIPs)\b(?!\s*\()", "write `object.spec.{field}`"),
        (_UNDECLARED, r"\b(?P<of>len|length|count)\b\s*\(", "write `size(…)`"),
        (_UNDECLARED, r"\.(?:any|some|contains_any)\b\s*\(", "write `.exists(x, …)`"),
        (_UNDECLARED, r"\.(?:every|forall|forAll)\b\s*\(", "write `.all(x, …)`"),
        (_UNDECLARED, r"\.(?:includes|has|contain)\b\s*\(", "write `… in list`, or of a text `.contains('…')`"),
        (_UNDECLARED, r"\b(?:exists|defined|isset)\b\s*\(", "write `has(…)`"),
        (_UNDECLARED, r"\b(?:lower|toLower|toLowerCase|lowercase)\b\s*\(", "write `.lowerAscii()`"),
        (_UNDECLARED, r"\b(?:upper|toUpper|toUpperCase|uppercase)\b\s*\(", "write `.upperAscii()`"),
        (_UNDECLARED, r"\b(?:match|regex|regexMatch|re_match)\b\s*\(", "write `.matches('…')`"),
        (_UNDECLARED, r"\b(?:str|toString)\b\s*\(", "write `string(…)`"),
        (_UNDECLARED, r"\bTrue\b|\bTRUE\b", "write `true`"),
        (_UNDECLARED, r"\bFalse\b|\bFALSE\b", "write `false`"),
        (_UNDECLARED, r"\b(?:None|nil|NULL|Null|undefined)\b", "write `null`"),
        (r"undeclared reference to 'params'", r"params", "`params` needs a `paramKind`"),
        (r"undeclared reference to 'variables'", r"variables", "no variable is declared above it"),
        (r"undeclared reference to '[A-Z]", r"\b(?P<word>[A-Z][\w-]*)(?![\w-]*[.(])", "texts are quoted: `'{word}'`"),
        (r"'_[!=]=_' applied to '\(optional_type\(.*, string\)", r"", "add `.orValue('')`"),
        (r"'_[!=<>]=?_' applied to '\(optional_type\(.*, int\)", r"", "add `.orValue(0)`"),
        (r"must evaluate to bool but got optional_type", r"", "add `.orValue(false)`, or `.hasValue()`"),
        (r"overload for '(?!or'|orValue'|_\?_:_').*optional_type", r"", "what may be missing needs `.orValue(…)`"),
        (r"overload for 'contains' applied to 'dyn\.", r"", "of a list write `… in list`"),
        (r"overload for '_\+_' applied to '\((?:string, \w+|\w+, string)\)", r"", "write `string(…)`"),
    )
)
_SAID_AT_RUN_TIME = (
    (
        r"unsupported index type 'string' in list",
        "a list has items, no fields: ask `.all(x, …)`, `.exists(x, …)`, `[0]`",
    ),
    (r"index out of bounds", "ask `size(…)` first"),
    (r"type conversion error from 'string'", "the text is no number: ask `.matches('^[0-9]+$')` first"),
    (r"divi(?:de|sion)|modulus", "ask whether it is 0 first"),
)
_OPERATOR = re.compile(r"_(.+)_")
_NO_SUCH_KEY = "no such key: "
_CUT_OFF = re.compile(r"[ \t]+#")
_MOST_NAMES = 12


def hint_of(error: CelError, text: str, offset: int, node: Scalar | None, failure: Failure | None = None) -> str:
    """What to write instead of an expression that CEL refuses, or that has no value; empty where nobody can say.

    `offset` is the 0-based code point that is wrong, `node` is where the expression is written, `failure` says which
    part of it has no value.
    """
    if error.kind == "evaluation":
        return _without_value(error.message, failure)
    if error.kind == "syntax" and node is not None and _is_cut_off(node):
        return "YAML takes ` #` for the beginning of a comment: put the expression in quotes"
    for written in _WRITTEN:
        around = _around(written, text, offset) if re.search(written.said, error.message) else None
        if around is not None:
            return written.way_out.format_map(around.groupdict())
    return _named(error.issues[0], text) if error.issues else ""


def _around(written: _Written, text: str, offset: int) -> re.Match[str] | None:
    matches = re.finditer(written.text, text)
    return next((one for one in matches if not written.text or one.start() <= offset < one.end()), None)


def _is_cut_off(node: Scalar) -> bool:
    return node.plain and _CUT_OFF.match(node.source.text, node.end) is not None


def _named(issue: Issue, text: str) -> str:
    """What a name that is not declared may have been meant to be."""
    declared = [name for name in issue.declared if name.isidentifier()]
    if issue.name in declared:
        return f"`{issue.name}` takes another number of arguments"
    meant = closest(issue.name, declared)
    if meant is not None:
        return f"did you mean `{meant}`?"
    if not issue.message.startswith("undefined field") or not 0 < len(declared) <= _MOST_NAMES:
        return ""
    known = ", ".join(f"`{name}`" for name in declared)
    is_variable = re.search(rf"\bvariables\s*\.\s*{re.escape(issue.name)}\b", text) is not None
    return f"known above it are {known}" if is_variable else f"known are {known}"


def _without_value(message: str, failure: Failure | None) -> str:
    for said, way_out in _SAID_AT_RUN_TIME:
        if re.search(said, message):
            return way_out
    if message.startswith(_NO_SUCH_KEY):
        key = message.removeprefix(_NO_SUCH_KEY)
        if not key.isidentifier():
            return f"ask `'{key}' in …` first, or write `[?'{key}']` and `.orValue(…)`"
        return f"ask `has(….{key})` first, or write `.?{key}` and `.orValue(…)`"
    if failure is None or len(failure.types) != 2 or not message.startswith("no such overload"):
        return ""
    operator = _OPERATOR.fullmatch(failure.function)
    if operator is None:
        return ""
    left, right = failure.types
    what = f"`{operator[1]}` has nothing for {left} and {right}"
    if operator[1] == "+" and "string" in failure.types:
        return f"{what}: write `string(…)`"
    if "string" in failure.types and {"int", "uint", "double"} & set(failure.types):
        return f"{what}: write `int(…)` around the text"
    return what
