"""The tokens of an expression: the lexical grammar of CEL as cel-go 0.26 has it (parser/gen/CEL.g4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_ESCAPE = r"\\(?:[abfnrtv\"'\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})"
_STRING = "|".join(
    (
        rf'"""(?:{_ESCAPE}|[^\\])*?"""',
        rf"'''(?:{_ESCAPE}|[^\\])*?'''",
        r'[rR]"""[\s\S]*?"""',
        r"[rR]'''[\s\S]*?'''",
        rf'"(?:{_ESCAPE}|[^\\"\n\r])*"',
        rf"'(?:{_ESCAPE}|[^\\'\n\r])*'",
        r'[rR]"[^"\n\r]*"',
        r"[rR]'[^'\n\r]*'",
    )
)
_TOKEN = re.compile(
    "|".join(
        (
            r"(?P<SPACE>[\t \r\n\f]+|//[^\n]*)",
            rf"(?P<BYTES>[bB](?:{_STRING}))",
            rf"(?P<STRING>{_STRING})",
            r"(?P<NUM_FLOAT>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)",
            r"(?P<NUM_UINT>0x[0-9a-fA-F]+[uU]|[0-9]+[uU])",
            r"(?P<NUM_INT>0x[0-9a-fA-F]+|[0-9]+)",
            r"(?P<IDENTIFIER>[A-Za-z_][A-Za-z0-9_]*)",
            r"(?P<ESC_IDENTIFIER>`[A-Za-z0-9_.\-/ ]+`)",
            r"(?P<SYMBOL>==|!=|<=|>=|&&|\|\||[<>\[\]{}().,\-!?:+*/%])",
        )
    )
)
_WORDS = frozenset(("in", "true", "false", "null"))
_UNFINISHED = re.compile(
    "|".join(
        (
            rf'"""(?:{_ESCAPE}|[^\\])*',
            rf"'''(?:{_ESCAPE}|[^\\])*",
            rf'"(?:{_ESCAPE}|[^\\"\n\r])*',
            rf"'(?:{_ESCAPE}|[^\\'\n\r])*",
            r"[&|=]",
        )
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `kind` is a class such as STRING, or the text itself of symbols and words; `offset` is 0-based."""

    kind: str
    text: str
    offset: int


END = "<EOF>"


def tokens(source: str, complain: Callable[[int, str], None]) -> list[Token]:
    """The tokens of an expression, an END last; what is no token goes to `complain`, with its 0-based offset."""
    found: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            position = _skip(source, position, complain)
            continue
        kind, text = str(match.lastgroup), match[0]
        if kind == "SYMBOL" or text in _WORDS:
            kind = text
        if kind != "SPACE":
            found.append(Token(kind, text, position))
        position = match.end()
    found.append(Token(END, END, len(source)))
    return found


def _skip(source: str, position: int, complain: Callable[[int, str], None]) -> int:
    unfinished = _UNFINISHED.match(source, position)
    # With the character at which the token could not go on.
    end = position + 1
    if unfinished:
        is_escape = source.startswith("\\", unfinished.end())
        end = min(unfinished.end() + 1 + is_escape, len(source))
    text = source[position:end].replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    complain(position, f"Syntax error: token recognition error at: '{text}'")
    return end
