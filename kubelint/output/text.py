"""For people: the line of the format `concise`, then the text that it is about, what explains it, and what helps.

    k8s/db.yaml:8:13: error: PostgreSQL is reachable from outside the cluster [exposed-database]
       |
     5 |   type: LoadBalancer
       |         ------------
     ...
     8 |     - port: 5432
       |             ^^^^
       = k8s/db.yaml:5:9: published by this Service type
       = help: keep the Service `ClusterIP`

A related place close to the finding is underlined in the finding's own piece of text; any other one shows its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kubelint.finding import Severity
from kubelint.output._cells import cell, printable
from kubelint.output._color import DIM, HELP, RELATED, SEVERITY, painted
from kubelint.output.concise import fault_line, headline, place

if TYPE_CHECKING:
    from kubelint.finding import Finding, Related
    from kubelint.output import Style
    from kubelint.report import Report
    from kubelint.source import Source, Span

_WIDTH = 100
"""Cells of a line of text; what is longer is cut around the mark."""

_LINES_WHOLE, _LINES_CUT = 3, 2
"""A stretch of up to so many lines is shown whole, of a longer one only the first so many."""

_CLOSE = 4
"""Lines between a finding and a related place that is shown together with it."""

_PRIMARY, _SECONDARY = "^", "-"
_RUN = re.compile(r"\^+|-+")
_CUT = "..."
_HELP = "help:"


class _Mark(NamedTuple):
    """A part of a line to underline: offsets of code points within the line, and the sign."""

    start: int
    end: int
    sign: str


_Rows = dict[int, list[_Mark]]
"""Lines to show by their 1-based numbers, with their marks."""


def render(report: Report, style: Style) -> str:
    """A block for each finding, with a blank line between blocks, then a line for each internal fault."""
    blocks = [_block(finding, style) for finding in report.findings]
    if report.faults:
        blocks.append([fault_line(fault, style) for fault in report.faults])
    return "\n".join("".join(line.rstrip() + "\n" for line in block) for block in blocks)


def _block(finding: Finding, style: Style) -> list[str]:
    source, span = finding.span.source, finding.span
    first, last = _lines(span)
    shown = last if last - first < _LINES_WHOLE else first + _LINES_CUT - 1
    rows = {number: _marks(span, number, _PRIMARY) for number in range(first, shown + 1)}
    # Each related place with the rows of its own that it needs: none where it is underlined together with the finding.
    related_places: list[tuple[Related, _Rows]] = []
    for related in finding.related:
        line = related.span.begin.line
        marks = _marks(related.span, line, _SECONDARY)
        is_close = related.span.source is source and first - _CLOSE <= line <= shown + _CLOSE
        if is_close:
            rows.setdefault(line, []).extend(marks)
        related_places.append((related, {} if is_close else {line: marks}))
    highest = max(*rows, *(line for _, own in related_places for line in own), 0)
    colors = {_PRIMARY: SEVERITY[finding.severity or Severity.ERROR], _SECONDARY: RELATED}
    gutter = _Gutter(len(str(highest)), colors, style)

    lines = [headline(finding, style), gutter.line("|"), *gutter.snippet(source, rows)]
    if shown < last and shown == max(rows):
        lines.append(gutter.gap())
    for related, own in related_places:
        lines.append(gutter.line("=", f"{place(related.span, style)}: {printable(related.message)}"))
        lines += gutter.snippet(related.span.source, own)
    for number, text in enumerate(finding.help.splitlines()):
        label = painted(_HELP, HELP, style.color) if number == 0 else " " * len(_HELP)
        lines.append(gutter.line(" " if number else "=", f"{label} {printable(text)}"))
    return lines


def _lines(span: Span) -> tuple[int, int]:
    """The 1-based first and last line that a stretch of text has a part of."""
    begin, finish = span.begin, span.finish
    ends_with_line_break = finish.column == 1 and finish.line > begin.line
    return begin.line, finish.line - 1 if ends_with_line_break else finish.line


def _marks(span: Span, line: int, sign: str) -> list[_Mark]:
    """The part of a line that a stretch of text covers, without the indentation of later lines; none of a blank one."""
    text = span.source.line(line)
    begin, finish = span.begin, span.finish
    if line != begin.line and not text.strip():
        return []
    start = begin.column - 1 if line == begin.line else len(text) - len(text.lstrip())
    end = finish.column - 1 if line == finish.line else len(text.rstrip())
    # A place within a line break belongs to no line's text.
    return [_Mark(min(start, len(text)), min(end, len(text)), sign)]


class _Gutter:
    """The column of line numbers at the left, and what stands beside it."""

    def __init__(self, digits: int, colors: dict[str, str], style: Style) -> None:
        self.digits = digits
        self.colors = colors
        self.color = style.color

    def line(self, sign: str, text: str = "", number: str = "") -> str:
        """A line of text behind a number and a sign: `|` for the source, `=` for what is said of the lines above it."""
        return f"{painted(f' {number:>{self.digits}} {sign}', DIM, self.color)} {text}"

    def gap(self) -> str:
        """Stands for lines that are not shown."""
        return painted(f" {_CUT}", DIM, self.color)

    def snippet(self, source: Source, rows: _Rows) -> list[str]:
        """Lines of a text, each with its marks under it."""
        lines: list[str] = []
        previous = 0
        for number in sorted(rows):
            if previous and number == previous + 2:
                # A gap would take as much room as the line itself.
                lines.append(self.line("|", _drawn(source.line(number - 1), [])[0], str(number - 1)))
            elif previous and number > previous + 1:
                lines.append(self.gap())
            text, underline = _drawn(source.line(number), rows[number])
            lines.append(self.line("|", text, str(number)))
            if underline:
                lines.append(self.line("|", _RUN.sub(self._paint, underline)))
            previous = number
        return lines

    def _paint(self, run: re.Match[str]) -> str:
        return painted(run[0], self.colors[run[0][0]], self.color)


def _drawn(line: str, marks: list[_Mark]) -> tuple[str, str]:
    """A line as the terminal shows it, cut around its first mark where it is too long, and the signs under it."""
    low, high = _window(line, marks[0]) if marks else (0, _reach(line, 0, _WIDTH))
    text = _CUT if low else ""
    starts = [len(text)]
    for character in line[low:high]:
        shown, width = cell(character)
        text += shown
        starts.append(starts[-1] + width)
    underline = [" "] * (starts[-1] + 1)
    # The first mark is drawn last: where two overlap, the finding's own stays whole.
    for mark in reversed(marks):
        if low <= mark.start < high or mark.start == high == len(line):
            start, end = starts[mark.start - low], starts[min(max(mark.end, mark.start), high) - low]
            for position in range(start, max(end, start + 1)):
                underline[position] = mark.sign
    return text + (_CUT if high < len(line) else ""), "".join(underline).rstrip()


def _window(line: str, mark: _Mark) -> tuple[int, int]:
    """The part of a line to show: all, or its beginning if the mark ends there, else from a little before the mark."""
    if _reach(line, 0, _WIDTH) == len(line):
        return 0, len(line)
    room = _WIDTH - 2 * len(_CUT)
    high = _reach(line, 0, room)
    if max(mark.end, mark.start + 1) <= high:
        return 0, high
    low, before = mark.start, 0
    while low and (before := before + cell(line[low - 1])[1]) <= room // 3:
        low -= 1
    return low, _reach(line, low, room)


def _reach(line: str, start: int, room: int) -> int:
    """The end of the longest part of a line from an offset on that fits into so many cells.

    Looks no further than needed: a manifest in JSON may be a single line, and each of its findings comes here.
    """
    end = start
    while end < len(line) and (room := room - cell(line[end])[1]) >= 0:
        end += 1
    return end
