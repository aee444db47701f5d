"""Texts and places in them. The only module that counts lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Source:
    """One text to judge and the path that it came from.

    `path` is absolute, except for standard input, whose path is what the caller calls it. `text` has no byte order
    mark. Offsets into it count code points.
    """

    __slots__ = ("_line_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._line_starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        if self._line_starts is None:
            self._line_starts = [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]
        return self._line_starts

    def position(self, offset: int) -> Position:
        """The 1-based line and code-point column of an offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line break."""
        starts = self.line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class Undecodable(ValueError):
    """Bytes that are no Unicode text as the API server reads it: UTF-8, or UTF-16 with a byte order mark.

    `readable` is the text up to the first byte that cannot be read; `help` says the way out.
    """

    def __init__(self, message: str, help: str, readable: str) -> None:
        super().__init__(message)
        self.help = help
        self.readable = readable


def decode(data: bytes) -> str:
    """The text of a file's bytes, without its byte order mark. Raises Undecodable."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise Undecodable("the file is UTF-32 text", "save it as UTF-8", "")
    encoding = "utf-8"
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode(encoding)
        raise Undecodable(f"the file is not {encoding.upper()} text", "save it as UTF-8", readable) from error
    nul = text.find("\0")
    if nul < 0:
        return text
    # Of the first four bytes of a text in one of these encodings, every second one is zero, or three of four.
    if encoding == "utf-8" and data[:4].count(0) >= 2:
        raise Undecodable("the file is UTF-16 or UTF-32 without a byte order mark", "save it as UTF-8", text[:nul])
    raise Undecodable("the file is binary: it holds a NUL byte", "remove the byte, or exclude the file", text[:nul])


class Position(NamedTuple):
    """A place in a text: 1-based line, 1-based column in code points."""

    line: int
    column: int


class Span(NamedTuple):
    """A stretch of a text: the offset of its first code point and the offset after its last."""

    source: Source
    start: int
    end: int

    @property
    def begin(self) -> Position:
        """Where the first code point stands."""
        return self.source.position(self.start)

    @property
    def finish(self) -> Position:
        """Where the code point after the last one stands (exclusive)."""
        return self.source.position(self.end)

    @property
    def span(self) -> Span:
        """Itself: a stretch of text is a place to point at, as a node or a key is."""
        return self

    @property
    def node(self) -> None:
        """No node: the stretch may be anything."""
        return None

    @property
    def text(self) -> str:
        """The text that is covered."""
        return self.source.text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Whether the other one lies within this one, in the same text."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end
