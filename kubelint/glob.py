"""Path patterns, as `.gitignore` files have taught everyone to write them, as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A text: `re` compiles it when it is first needed; many projects hold no pattern.
_TOKEN = (
    r"(?s)(?P<folders>(?:\A|(?<=/))\*\*+/)"
    r"|(?P<everything>(?:\A|(?<=/))\*\*+\Z)"
    r"|(?P<stars>\*+)"
    r"|(?P<one>\?)"
    r"|\[(?P<negated>[!^]?)(?P<characters>\]?[^\]/]*)\]"
    r"|\{(?P<alternatives>[^{},]*,[^{}]*)\}"
    r"|\\(?P<escaped>.)"
)
_ANYWHERE = "(?:.*/)?"


def compiled(patterns: Iterable[str], *, below: bool = True) -> re.Pattern[str]:
    """One expression whose `fullmatch` accepts the paths that any of the patterns covers; none where there are none.

    Paths are relative to the project root and written with `/`; a folder's own path ends in one. A pattern without `/`
    names a file or folder at any depth, one with `/` stands relative to the root, one that ends in `/` names folders
    only. `*` and `?` stay within one name, `**` stands for any number of folders, `[a-z]`, `[!a-z]` and `{yaml,yml}`
    are alternatives, a backslash takes the next character as it is.

    Whatever names a folder covers all below it. With `below=False` it covers that folder only, and `.` names the root;
    the final `/` of a path may then be left out.
    """
    return re.compile("|".join(_expression(pattern, below) for pattern in patterns) or "(?!)", re.DOTALL)


def _expression(pattern: str, below: bool) -> str:
    pattern = pattern.removeprefix("./")
    body = pattern.rstrip("/")
    start = "" if "/" in body else _ANYWHERE
    names_folders_only = pattern.endswith("/")
    end = "/?" if not below else "/.*" if names_folders_only else "(?:/.*)?"
    return start + _translated(body.lstrip("/")) + end


def _translated(text: str) -> str:
    expression = ""
    position = 0
    for token in re.finditer(_TOKEN, text):
        expression += re.escape(text[position : token.start()]) + _token(token)
        position = token.end()
    return expression + re.escape(text[position:])


def _token(token: re.Match[str]) -> str:
    kind = token.lastgroup
    if kind == "folders":
        return _ANYWHERE
    if kind == "everything":
        return ".*"
    if kind == "stars":
        return "[^/]*"
    if kind == "one":
        return "[^/]"
    if kind == "escaped":
        return re.escape(token["escaped"])
    if kind == "alternatives":
        # One level, and only with a comma: `{{ name }}` in a template's folder name means itself.
        return "(?:" + "|".join(map(_translated, token["alternatives"].split(","))) + ")"
    return _one_of(token)


def _one_of(token: re.Match[str]) -> str:
    characters = re.sub(r"[^\w-]", r"\\\g<0>", token["characters"])
    expression = f"(?!/)[{'^' if token['negated'] else ''}{characters}]"
    try:
        re.compile(expression)
    except re.error:
        # `[z-a]` and `[]` name nothing; a file of that very name is the likelier meaning.
        return re.escape(token[0])
    return expression
