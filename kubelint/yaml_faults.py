"""The faults that libyaml finds, in words for people."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORDS = (
    ("could not find expected ':'", "a key without its colon", "write `key: value`; quote a text that spans lines"),
    ("found character that cannot start any token", "a character that cannot start a value", "quote the value"),
    ("mapping values are not allowed", "a second `: ` in one plain value", "quote the value"),
    ("did not find expected key", "a line that is indented unlike its neighbours", "align it with the keys beside it"),
    ("did not find expected '-' indicator", "a line that is no item of the list", "align it with the dashes above"),
    ("did not find expected ',' or", "a bracket that is not closed", "close the bracket, or quote the value"),
    ("found unexpected end of stream", "a quoted text that is not closed", "close the quote"),
    ("found unexpected document indicator", "a quoted text that is not closed", "close the quote"),
    ("found a tab character", "a tab used as indentation", "indent with spaces"),
    (
        "block sequence entries are not allowed",
        "a list item where none can stand",
        "start the list on a line of its own",
    ),
    (
        "control characters are not allowed",
        "a control character",
        "remove it, or write it as an escape in double quotes",
    ),
    ("did not find expected node content", "no value, or one with a character that cannot start it", "quote the value"),
    ("found unexpected ':'", "a `:` within a plain value between brackets", "quote the value"),
    ("mapping keys are not allowed", "a `?` where no key can stand", "quote the value"),
    ("unknown escape character", "an escape that YAML does not have", "double the backslash, or use single quotes"),
    ("hexdecimal number", "an escape with too few digits", "double the backslash, or use single quotes"),
    ("invalid Unicode character escape", "an escape of half a character", "write the character itself"),
    (
        "alphabetic or numeric character",
        "an anchor's name with more than letters, digits, - and _",
        "rename the anchor",
    ),
    ("undefined tag handle", "a tag that is not defined", "remove the tag, or quote the value"),
    ("expected comment or line break", "text behind the sign of a block text", "start the text on the next line"),
)


_NOT_CLOSED = ("found unexpected end of stream", "found unexpected document indicator", "did not find expected ',' or")
"""Parts of what libyaml says of something that is never closed."""


_AT_ANOTHER_VALUE = (
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected ',' or",
    "did not find expected <document start>",
    "cannot start any token",
    "alphabetic or numeric character",
    "expected comment or line break",
    "sequence entries are not allowed",
    "mapping keys are not allowed",
)
"""Parts of what libyaml says where one value follows another one."""
_BEHIND_CLOSED = re.compile(r"""[^\r\n]*(?:(["'])|[\]}])[ \t]*(?:[&*|>][ \t]*)?""")
_BEHIND_TAG = re.compile(r"(?:[^\r\n]*[ \t\[{,])?(![^!\s]\S*)[ \t]+(?:[&*|>][ \t]*)?")
_IN_BRACKETS = "',' or"


class Fault(NamedTuple):
    """What is wrong in a text, the way out, and the offset where it is best seen."""

    message: str
    help: str
    offset: int


def in_plain_words(problem: str, text: str, offset: int, began: int) -> Fault:
    """What libyaml says is wrong at an offset, within something that began at another, in words for people."""
    if text[offset : offset + 1] == "\t":
        return Fault("a tab used as indentation", "indent with spaces", offset)
    closed = _before(problem, text, offset, _BEHIND_CLOSED)
    if closed is not None:
        help = "quote the whole value, or write it below `>-`"
        if _IN_BRACKETS in problem:
            help = "write a comma between the two, or quote the whole value"
        return Fault(f"text after the closing {'quote' if closed[1] else 'bracket'}", help, offset)
    tag = _before(problem, text, offset, _BEHIND_TAG)
    if tag is not None:
        return Fault(NO_PART_OF_VALUE.format(tag[1]), "quote the whole value", tag.start(1))
    # What is never closed is best seen where it opens.
    seen_at = began if any(part in problem for part in _NOT_CLOSED) else offset
    for part, message, help in _WORDS:
        if part in problem:
            return Fault(message, help, seen_at)
    return Fault(problem, "see the YAML that stands above this line", seen_at)


NO_PART_OF_VALUE = "`{}` is a tag of YAML here, and no part of the value"
"""What is said of a tag that is meant as part of a value."""


def _before(problem: str, text: str, offset: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """How a pattern matches the line up to an offset, where libyaml finds another value than the one before it."""
    if not any(part in problem for part in _AT_ANOTHER_VALUE):
        return None
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return pattern.fullmatch(text, start, offset)
