"""One line for each finding: `path:line:column: severity: message [rule]`, for grep, editors and problem matchers.

Lines and columns are 1-based; columns count code points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelint.finding import Severity
from kubelint.output._cells import printable
from kubelint.output._color import BOLD, DIM, SEVERITY, painted

if TYPE_CHECKING:
    from kubelint.finding import Finding
    from kubelint.output import Style
    from kubelint.report import Fault, Report
    from kubelint.source import Span


def render(report: Report, style: Style) -> str:
    """A line for each finding, then one for each internal fault."""
    lines = [headline(finding, style) for finding in report.findings]
    lines += [fault_line(fault, style) for fault in report.faults]
    return "".join(line + "\n" for line in lines)


def headline(finding: Finding, style: Style) -> str:
    """The line that says all of a finding in short."""
    severity = finding.severity or Severity.ERROR
    label = painted(f"{severity}:", SEVERITY[severity], style.color)
    message = painted(printable(finding.message), BOLD, style.color)
    rule = painted(f"[{finding.rule}]", DIM, style.color)
    return f"{place(finding.span, style)}: {label} {message} {rule}"


def fault_line(fault: Fault, style: Style) -> str:
    """The line for a fault: `path: internal error: message`, or `path:line:column: error: message` in a policy."""
    label = painted("internal error:" if fault.position is None else "error:", SEVERITY[Severity.ERROR], style.color)
    parts = [printable(style.path(fault.path))] if fault.path else []
    where = ":".join((*parts, *map(str, fault.position or ())))
    return f"{where}: {label} {printable(fault.words)}" if where else f"{label} {printable(fault.words)}"


def place(span: Span, style: Style) -> str:
    """Where a stretch of text begins: `path:line:column`."""
    line, column = span.begin
    return f"{printable(style.path(span.source.path))}:{line}:{column}"
