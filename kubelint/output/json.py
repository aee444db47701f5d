"""All that a report holds, for programs. `schemas/kubelint_schemas/report.schema.json` describes it.

Lines and columns are 1-based, columns count code points, `end_column` is the column after the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelint import __version__
from kubelint.finding import Severity
from kubelint.output._json_text import json_text

if TYPE_CHECKING:
    from kubelint.finding import Finding
    from kubelint.output import Style
    from kubelint.report import Report
    from kubelint.resources import Resource
    from kubelint.source import Span

SCHEMA_VERSION = 1
"""Changes when a program that reads the report would have to."""


def render(report: Report, style: Style) -> str:
    """The report as one JSON object."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "kubelint", "version": __version__},
        "findings": [_finding(finding, style) for finding in report.findings],
        "undecided": [
            {
                "rule": entry.rule,
                "path": style.path(entry.span.source.path),
                "line": entry.span.begin.line,
                "resource": _resource(entry.resource),
                "why": entry.why,
            }
            for entry in report.undecided
        ],
        "suppressed": [
            {**_finding(entry.finding, style), "justification": entry.justification} for entry in report.suppressed
        ],
        "skipped": [{"path": style.path(entry.path), "line": entry.line, "why": entry.why} for entry in report.skipped],
        "errors": [{"path": style.path(fault.path), "message": fault.text} for fault in report.faults],
        "summary": {
            "files": report.counts.files,
            "documents": report.counts.documents,
            "services": report.counts.services,
            **{severity.value: report.count(severity) for severity in Severity},
        },
    }
    return json_text(document)


def _finding(finding: Finding, style: Style) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "category": finding.category,
        "severity": (finding.severity or Severity.ERROR).value,
        "message": finding.message,
        "help": finding.help,
        "reason": finding.reason,
        **_place(finding.span, style),
        "field": finding.field,
        "resource": _resource(finding.resource),
        "related": [{**_place(related.span, style), "message": related.message} for related in finding.related],
    }


def _place(span: Span, style: Style) -> dict[str, Any]:
    begin, finish = span.begin, span.finish
    return {
        "path": style.path(span.source.path),
        "line": begin.line,
        "column": begin.column,
        "end_line": finish.line,
        "end_column": finish.column,
    }


def _resource(resource: Resource | None) -> dict[str, Any] | None:
    if resource is None:
        return None
    return {
        "api_version": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
    }
