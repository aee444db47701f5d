"""The faults that libyaml finds, in words for people."""

from __future__ import annotations

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


NOT_CLOSED = ("found unexpected end of stream", "found unexpected document indicator", "did not find expected ',' or")
"""Parts of what libyaml says of something that is never closed."""


def in_plain_words(problem: str, text: str, offset: int) -> tuple[str, str]:
    """What libyaml says is wrong, and how to mend it, in words for people. `offset` is where it says so."""
    if text[offset : offset + 1] == "\t":
        return "a tab used as indentation", "indent with spaces"
    for part, message, help in _WORDS:
        if part in problem:
            return message, help
    return problem, "see the YAML that stands above this line"
