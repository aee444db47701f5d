"""Documents that libyaml refuses, or reads otherwise, and the API server does not: written another way for it.

There are four such places: a `:` within a plain value between brackets (`[nginx:1.25]`), an escaped single quote in
double quotes, and in JSON (which kubectl tells by its first brace) the escapes of surrogates and a few characters.
There, and only there, libyaml is given another text of the same length: characters from a plane for private use stand
for those that it must not see, and become them again in the values.
"""

from __future__ import annotations

import re

PRIVATE = 0x100000
"""Characters from here on stand for those at the same distance from zero."""
_FILLER = chr(PRIVATE)
"""Stands for nothing: it keeps the text as long as it was."""
_COLON = chr(PRIVATE + ord(":"))
_NOT_IN_YAML = "\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
"""Characters that JSON allows in a string, and YAML does not or takes for the end of a line."""
MEANT = {
    ord(_FILLER): None,
    **{PRIVATE + code: code for code in (ord(":"), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)},
}
# Texts: `re` compiles one when it is first needed, and few runs need any.
_JSON_ONLY = rf"\\u[dD][89a-fA-F]|[{_NOT_IN_YAML}]"
_JSON_PARTS = (
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|\\u(?P<alone>[dD][89a-fA-F][0-9a-fA-F]{2})"
    rf"|\\.|(?P<raw>[{_NOT_IN_YAML}])"
)
_INNER_COLONS = rf"(?<=[\w.)/{_COLON}-]):+(?=\S)"
_DOUBLE_QUOTED = r'(?s)(?:\A|(?<=[\s\[{,:-]))"(?:[^"\\]|\\.)*+'
_ESCAPE = r"(?s)\\."


def json_as_yaml(text: str) -> str:
    """A JSON document, written as libyaml reads it."""
    return re.sub(_JSON_PARTS, _json_part_as_yaml, text) if re.search(_JSON_ONLY, text) else text


def _json_part_as_yaml(part: re.Match[str]) -> str:
    if part["high"]:
        character = bytes.fromhex(part["high"] + part["low"]).decode("utf-16-be")
    elif part["alone"]:
        character = "\ufffd"
    elif part["raw"]:
        return chr(PRIVATE + ord(part["raw"]))
    else:
        return part[0]
    return character + _FILLER * (len(part[0]) - 1)


def rewritten(text: str, error: Exception) -> str | None:
    """The same text, written so that libyaml reads on where it stopped; None where the server would stop too."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem == "found unexpected ':'" and mark is not None:
        before, after = text[: mark.index], _COLON + text[mark.index + 1 :]
        return before + re.sub(_INNER_COLONS, lambda colons: _COLON * len(colons[0]), after)
    if problem == "found unknown escape character" and mark is not None and text.startswith("\\'", mark.index):
        start = getattr(error, "context_mark", mark).index
        return text[:start] + re.sub(_DOUBLE_QUOTED, _without_escaped_quotes, text[start:])
    return None


def _without_escaped_quotes(quoted: re.Match[str]) -> str:
    return re.sub(_ESCAPE, lambda escape: _FILLER + "'" if escape[0] == "\\'" else escape[0], quoted[0])
