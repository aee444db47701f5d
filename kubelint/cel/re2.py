"""Regular expressions as the server has them (RE2, in Go's words), written for Python's `re`.

The two differ in what they take, in what classes mean beyond ASCII, and in `$`. Where a pattern is fine for both, they
prefer the same match: the leftmost, and of those the one that the alternatives and the greediness ask for.
Facts: Go 1.26, regexp/syntax/parse.go with the flags of syntax.Perl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kubelint.cel.errors import CelUnknown

_HIGHEST = "\\U0010ffff"
_DIGITS, _SPACES, _WORDS = "0-9", "\\t\\n\\f\\r ", "0-9A-Za-z_"
_NOT_DIGITS = f"\\x00-/:-{_HIGHEST}"
_NOT_SPACES = f"\\x00-\\x08\\x0b\\x0e-\\x1f!-{_HIGHEST}"
_NOT_WORDS = f"\\x00-/:-@\\[-^`{{-{_HIGHEST}"
_PERL = {"d": _DIGITS, "D": _NOT_DIGITS, "s": _SPACES, "S": _NOT_SPACES, "w": _WORDS, "W": _NOT_WORDS}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t-\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_BOUNDARY = f"(?:(?<=[{_WORDS}])(?![{_WORDS}])|(?<![{_WORDS}])(?=[{_WORDS}]))"
_NO_BOUNDARY = f"(?:(?<=[{_WORDS}])(?=[{_WORDS}])|(?<![{_WORDS}])(?![{_WORDS}]))"
_C_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_CAPTURE = re.compile(r"\(\?P?<([A-Za-z0-9_]*)>")
_MOST_REPEATS = 1000
#: How deep groups may nest, and how large a pattern may be that is written out.
_DEEPEST = 1000


class BadPattern(Exception):
    """A pattern that the server does not take; the text is what it says of it."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(f"error parsing regexp: {code}: `{part}`")


@dataclass(frozen=True, slots=True)
class _Flags:
    folds_case: bool = False
    is_multiline: bool = False
    dot_takes_all: bool = False
    is_lazy: bool = False


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.flags = _Flags()
        self.written: list[str] = []
        #: Where each open group starts in `written`, and the flags to go back to.
        self.groups: list[tuple[int, _Flags]] = []
        #: Where the last thing that may be repeated starts in `written`; None if there is none.
        self.last: int | None = None
        #: Where in the pattern a run of repetition operators began.
        self.repeated_from: int | None = None

    def translate(self) -> str:
        while self.position < len(self.pattern):
            repeated_from, self.repeated_from = self.repeated_from, None
            self._one(self.pattern[self.position], repeated_from)
        if self.groups:
            raise BadPattern("missing closing )", self.pattern)
        return "".join(self.written)

    def _one(self, character: str, repeated_from: int | None) -> None:
        if character == "(":
            self._open()
        elif character == ")":
            self._close()
        elif character == "|":
            self.position += 1
            self.written.append("|")
            self.last = None
        elif character in "*+?":
            self._repeat(character, 1, repeated_from)
        elif character == "{" and (found := _REPEAT.match(self.pattern, self.position)):
            self._counted(found, repeated_from)
        elif character == "[":
            self._atom(self._class())
        elif character == "\\":
            self._backslash()
        else:
            self.position += 1
            self._atom(self._plain(character))

    def _plain(self, character: str) -> str:
        if character == ".":
            return "[\\s\\S]" if self.flags.dot_takes_all else "[^\\n]"
        if character == "^":
            return "(?m:^)" if self.flags.is_multiline else "(?:\\A)"
        if character == "$":
            return "(?m:$)" if self.flags.is_multiline else "(?:\\Z)"
        return self._folded(re.escape(character))

    def _folded(self, text: str) -> str:
        return f"(?i:{text})" if self.flags.folds_case else text

    def _atom(self, text: str) -> None:
        self.last = len(self.written)
        self.written.append(text)

    def _open(self) -> None:
        if len(self.groups) >= _DEEPEST:
            raise BadPattern("expression nests too deeply", self.pattern)
        if not self.pattern.startswith("(?", self.position):
            self.position += 1
            self._push(self.flags)
            return
        rest = self.pattern[self.position :]
        if rest.startswith(("(?P<", "(?<")):
            self._named(rest)
            return
        self._perl_flags(rest)

    def _push(self, flags: _Flags) -> None:
        self.groups.append((len(self.written), self.flags))
        self.written.append("(?:")
        self.flags = flags
        self.last = None

    def _named(self, rest: str) -> None:
        end = rest.find(">")
        if end < 0:
            raise BadPattern("invalid named capture", rest)
        found = _CAPTURE.match(rest)
        if found is None or not found[1]:
            raise BadPattern("invalid named capture", rest[: end + 1])
        self.position += found.end()
        self._push(self.flags)

    def _perl_flags(self, rest: str) -> None:
        found = re.match(r"\(\?([imsU]*)(?:(-)([imsU]+))?([:)])", rest)
        if found is None:
            # Everything up to and with what is no flag.
            wrong = re.match(r"\(\?[imsU]*(?:-[imsU]*)?[\s\S]?", rest)
            raise BadPattern("invalid or unsupported Perl syntax", wrong[0] if wrong else rest)
        flags = self._with(self._with(self.flags, found[1], True), found[3] or "", False)
        self.position += found.end()
        if found[4] == ":":
            self._push(flags)
        else:
            self.flags = flags
            self.last = None

    def _with(self, flags: _Flags, letters: str, value: bool) -> _Flags:
        for letter in letters:
            if letter == "i":
                flags = replace(flags, folds_case=value)
            elif letter == "m":
                flags = replace(flags, is_multiline=value)
            elif letter == "s":
                flags = replace(flags, dot_takes_all=value)
            else:
                flags = replace(flags, is_lazy=value)
        return flags

    def _close(self) -> None:
        if not self.groups:
            raise BadPattern("unexpected )", self.pattern)
        self.position += 1
        start, self.flags = self.groups.pop()
        self.written[start:] = ["".join(self.written[start:]) + ")"]
        self.last = start

    def _repeat(self, operator: str, length: int, repeated_from: int | None) -> None:
        start = self.position
        self.position += length
        is_lazy = self.flags.is_lazy
        if self.pattern.startswith("?", self.position):
            self.position += 1
            is_lazy = not is_lazy
        if repeated_from is not None:
            # Perl takes no second operator on top of a first.
            raise BadPattern("invalid nested repetition operator", self.pattern[repeated_from : self.position])
        if self.last is None:
            what = self.pattern[start : self.position]
            raise BadPattern("missing argument to repetition operator", what)
        repeated = "".join(self.written[self.last :])
        self.written[self.last :] = [f"(?:{repeated}){operator}{'?' if is_lazy else ''}"]
        self.repeated_from = start

    def _counted(self, found: re.Match[str], repeated_from: int | None) -> None:
        least = int(found[1])
        most = int(found[3]) if found[3] else least if not found[2] else None
        if least > _MOST_REPEATS or (most is not None and (most > _MOST_REPEATS or least > most)):
            raise BadPattern("invalid repeat count", found[0])
        self._repeat(found[0], len(found[0]), repeated_from)

    def _backslash(self) -> None:
        following = self.pattern[self.position + 1 : self.position + 2]
        if following == "Q":
            self._literally()
            return
        fixed = {"A": "(?:\\A)", "z": "(?:\\Z)", "b": _BOUNDARY, "B": _NO_BOUNDARY}
        if following in fixed and following:
            self.position += 2
            self._atom(fixed[following])
            return
        if following == "C":
            raise BadPattern("invalid escape sequence", "\\C")
        found = self._class_escape()
        self._atom(self._folded(f"[{found}]" if found is not None else re.escape(self._escape())))

    def _literally(self) -> None:
        end = self.pattern.find("\\E", self.position + 2)
        text = self.pattern[self.position + 2 : end if end >= 0 else None]
        self.position = end + 2 if end >= 0 else len(self.pattern)
        for character in text:
            self._atom(self._folded(re.escape(character)))

    def _class_escape(self) -> str | None:
        """What stands at a backslash, as the inside of a class; None if it is a single character."""
        letter = self.pattern[self.position + 1 : self.position + 2]
        if letter in _PERL and letter:
            self.position += 2
            return _PERL[letter]
        return self._unicode_class() if letter in ("p", "P") else None

    def _unicode_class(self) -> str:
        rest = self.pattern[self.position :]
        found = re.match(r"\\([pP])(?:\{(\^?)([^}]*)\}|([\s\S]))", rest)
        if found is None or found[4] == "{":
            raise BadPattern("invalid character class range", rest)
        name = found[3] if found[4] is None else found[4]
        self.position += found.end()
        return _of_category(name, (found[1] == "P") != bool(found[2]), found[0])

    def _escape(self) -> str:
        start = self.position
        self.position += 1
        if self.position >= len(self.pattern):
            raise BadPattern("trailing backslash at end of expression", "")
        character = self.pattern[self.position]
        self.position += 1
        if ord(character) < 128 and not character.isalnum():
            return character
        if character in _C_ESCAPES:
            return chr(_C_ESCAPES[character])
        octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.pattern, start + 1)
        if octal:
            self.position = octal.end()
            return chr(int(octal[0], 8))
        if character == "x":
            return self._hexadecimal(start)
        raise BadPattern("invalid escape sequence", self.pattern[start : self.position])

    def _hexadecimal(self, start: int) -> str:
        found = re.compile(r"\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2})").match(self.pattern, self.position)
        if found is None or int(found[1] or found[2], 16) > 0x10FFFF:
            too_much = re.compile(r"\{(?:[0-9a-fA-F]{6,}|[0-9a-fA-F]*[\s\S]?)|[\s\S]{0,2}")
            wrong = too_much.match(self.pattern, self.position)
            end = wrong.end() if wrong else self.position
            raise BadPattern("invalid escape sequence", self.pattern[start:end])
        self.position = found.end()
        return chr(int(found[1] or found[2], 16))

    def _class(self) -> str:
        start = self.position
        self.position += 1
        is_negated = self.pattern.startswith("^", self.position)
        self.position += is_negated
        parts: list[str] = []
        while not parts or not self.pattern.startswith("]", self.position):
            parts.append(self._class_part(start))
        self.position += 1
        return self._folded(f"[{'^' if is_negated else ''}{''.join(parts)}]")

    def _class_part(self, start: int) -> str:
        named = re.compile(r"\[:(\^?)([\s\S]*?):\]").match(self.pattern, self.position)
        if named:
            if named[2] not in _POSIX:
                raise BadPattern("invalid character class range", named[0])
            self.position = named.end()
            return _negated(_POSIX[named[2]]) if named[1] else _POSIX[named[2]]
        found = self._class_escape() if self.pattern.startswith("\\", self.position) else None
        if found is not None:
            return found
        from_position = self.position
        low = high = self._class_character(start)
        if self.pattern.startswith("-", self.position) and self.pattern[self.position + 1 : self.position + 2] not in (
            "]",
            "",
        ):
            self.position += 1
            high = self._class_character(start)
            if high < low:
                raise BadPattern("invalid character class range", self.pattern[from_position : self.position])
        return _in_class(low) if low == high else f"{_in_class(low)}-{_in_class(high)}"

    def _class_character(self, start: int) -> str:
        if self.position >= len(self.pattern):
            raise BadPattern("missing closing ]", self.pattern[start:])
        if self.pattern[self.position] == "\\":
            return self._escape()
        self.position += 1
        return self.pattern[self.position - 1]


def _in_class(character: str) -> str:
    return "\\" + character if character in "\\]^-[&~|" else character


def _ranges(codes: list[int]) -> str:
    written: list[str] = []
    start = previous = -2
    for code in [*codes, -1]:
        if code == previous + 1:
            previous = code
            continue
        if start >= 0:
            written.append(f"\\U{start:08x}-\\U{previous:08x}")
        start = previous = code
    return "".join(written)


def _negated(inside: str) -> str:
    found = re.compile(f"[{inside}]")
    return _ranges([code for code in range(128) if not found.match(chr(code))]) + f"\\x80-{_HIGHEST}"


def _of_category(name: str, is_negated: bool, part: str) -> str:
    """The inside of a class for the characters of a general category of Unicode, such as Lu or L."""
    import unicodedata

    if name == "Any":
        return _HIGHEST if is_negated else f"\\x00-{_HIGHEST}"
    if len(name) < 2 and name not in "CLMNPSZ":
        raise BadPattern("invalid character class range", part)
    if not re.fullmatch(r"[CLMNPSZ][a-z]?", name):
        # A script, or a name that there is not: which of them, Python does not know.
        raise CelUnknown(f"the class {part} of a regular expression")
    codes = [code for code in range(0x110000) if unicodedata.category(chr(code)).startswith(name) != is_negated]
    if not codes:
        raise BadPattern("invalid character class range", part)
    return _ranges(codes)


def translate(pattern: str) -> str:
    """The pattern as Python's `re` needs it for the same matches.

    Raises:
        BadPattern: if the server does not take it.
        CelUnknown: if it has a class that Python does not know.
    """
    return _Translator(pattern).translate()
