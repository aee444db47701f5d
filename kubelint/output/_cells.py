"""What a terminal makes of a character: how many cells it fills, and whether it may be written at all."""

from __future__ import annotations

import unicodedata

_TAB = " " * 4


def printable(text: str) -> str:
    """The text with an escape (`\\x1b`, `\\n`, `\\u202e`, `\\xa0`) for each character that would not be seen as such.

    These are the control characters, which could take over the terminal; the format characters, which hide or reorder
    text; and the blanks that look like a space but are none to YAML.
    """
    return text if text.isprintable() else "".join(_shown(character) for character in text)


def cell(character: str) -> tuple[str, int]:
    """How one code point of a line is shown, and how many cells of a terminal that fills."""
    if character == "\t":
        # A tab stop depends on where the terminal begins the line; blanks of a fixed number do not.
        return _TAB, len(_TAB)
    shown = _shown(character)
    if len(shown) > 1:
        return shown, len(shown)
    # Korean letters from U+1160 on join the consonant before them to one syllable, though Unicode calls them no marks.
    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return shown, 0
    return shown, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
