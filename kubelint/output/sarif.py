"""SARIF 2.1.0, for code scanning. The only importer of sarif_om.

What stands here serves GitHub's requirements (docs.github.com, "SARIF support for code scanning"), which are stricter
than the standard's schema, and the checks of Microsoft's SARIF Multitool:

- Suppressed findings are left out: GitHub would open an alert for each, whatever `suppressions` says.
- Columns count UTF-16 code units. The standard also knows code points, but Microsoft's SDK ignores that choice.
- `level` is always written. Where it is left out, some readers take the rule's level and some take `warning`.
- Messages are plain text without links to related locations (`[text](1)`): most readers print such links as they are.
- Nothing changes from run to run or from machine to machine: no time, no GUID, no absolute path below the root.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sarif_om

from kubelint import HOMEPAGE, __version__
from kubelint.finding import Severity
from kubelint.output import relative_path
from kubelint.output._json_text import json_text
from kubelint.output._line_hash import line_hashes
from kubelint.page import for_reading
from kubelint.rule import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubelint.finding import Finding, Related
    from kubelint.output import Style
    from kubelint.report import Fault, Report
    from kubelint.rule import Rule
    from kubelint.source import Position, Source, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_BUILT_IN = "kubelint_rules."

_DESCRIPTION_LIMIT = 1024
"""Characters that GitHub accepts of a rule's description."""

_SNIPPET_LIMIT = 4096
"""Code points of a snippet: a manifest in JSON may be a single line, and GitHub refuses reports over 10 MB."""

_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_SECURITY_SEVERITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "2.0"}
"""The middle of GitHub's bands high, medium and low. None is critical: a manifest says what can be reached, not that
what answers there can be broken into."""

_WHY = re.compile(r"^## Why[ \t]*\n+(.+?)(?=\n[ \t]*\n|\n#|\Z)", re.M | re.S)
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+")


def render(report: Report, style: Style) -> str:
    """The report as a SARIF log of one run."""
    rules = sorted(report.rules, key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    hashes = _hashes(finding.span for finding in report.findings)
    driver = sarif_om.ToolComponent(
        name="kubelint",
        version=__version__,
        semantic_version=__version__ if _SEMANTIC_VERSION.fullmatch(__version__) else None,
        information_uri=HOMEPAGE,
        rules=[_descriptor(rule) for rule in rules],
    )
    run = sarif_om.Run(
        tool=sarif_om.Tool(driver=driver),
        column_kind="utf16CodeUnits",
        original_uri_base_ids={
            _ROOT: sarif_om.ArtifactLocation(description=_message("The root folder of the project"))
        },
        invocations=[
            sarif_om.Invocation(
                execution_successful=not report.faults,
                tool_execution_notifications=[_notification(fault, report.root) for fault in report.faults] or None,
            )
        ],
        results=[_result(finding, index, hashes, report.root) for finding in report.findings],
    )
    log = _plain(sarif_om.SarifLog(version="2.1.0", schema_uri=_SCHEMA, runs=[run]))
    # The standard asks for the version first (§3.13.2), so that a reader can choose how to go on.
    return json_text({"version": log["version"], "$schema": log["$schema"], "runs": log["runs"]})


def _plain(value: Any) -> Any:
    """A tree of sarif_om's objects as dictionaries and lists, without what equals the standard's default (or is unset).

    `level` is the exception: a result without it does not mean the default but the level of its rule.
    """
    attributes = getattr(type(value), "__attrs_attrs__", None)
    if attributes is not None:
        written = {}
        for attribute in attributes:
            content = getattr(value, attribute.name)
            default = attribute.default.factory() if hasattr(attribute.default, "factory") else attribute.default
            if content != default or attribute.name == "level":
                written[attribute.metadata["schema_property_name"]] = _plain(content)
        return written
    if isinstance(value, dict):
        return {key: _plain(content) for key, content in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _descriptor(rule: Rule) -> Any:
    try:
        page = for_reading(rule.read_page()).strip()
    except RuleError:
        # A plug-in's rule may come without a page; GitHub demands a help text even so.
        page = _sentence(rule.summary)
    uri = _page_uri(rule)
    why = _WHY.search(page)
    description = " ".join(why[1].split()) if why else rule.summary
    level = rule.severity
    properties: dict[str, Any] = {
        "precision": "very-high" if rule.category in ("api", "lint") else "high",
        "problem.severity": _PROBLEM_SEVERITY[level],
        "tags": [rule.category],
    }
    if rule.category == "exposure":
        # Its presence alone makes GitHub show the rule's findings as security alerts.
        properties["security-severity"] = _SECURITY_SEVERITY[level]
        properties["tags"].append("security")
    return sarif_om.ReportingDescriptor(
        id=rule.id,
        name=_name(rule),
        short_description=_text(rule.summary),
        full_description=_text(_shortened(description, _DESCRIPTION_LIMIT)),
        help=sarif_om.MultiformatMessageString(text=page, markdown=f"{page}\n\n[{rule.id}]({uri})\n" if uri else page),
        help_uri=uri,
        default_configuration=sarif_om.ReportingConfiguration(level=level.value, enabled=rule.default),
        properties=properties,
    )


def _name(rule: Rule) -> str:
    """The rule's id in Pascal case. The Multitool wants a name unlike the id, so a single word gets its category."""
    words = re.split("[-./]", rule.id)
    return "".join(word.capitalize() for word in (words if len(words) > 1 else (rule.category, *words)))


def _page_uri(rule: Rule) -> str | None:
    """Where the page of a built-in rule can be read; None for a plug-in's rule, whose home is unknown."""
    module = rule.check.__module__
    return f"{HOMEPAGE}/blob/main/rules/{module.replace('.', '/')}.md" if module.startswith(_BUILT_IN) else None


def _result(finding: Finding, index: dict[str, int], hashes: dict[tuple[Source, int], str], root: str) -> Any:
    span = finding.span
    message = _sentence(finding.message)
    if finding.help:
        message += f" Help: {_sentence(finding.help)}"
    return sarif_om.Result(
        rule_id=finding.rule,
        rule_index=index.get(finding.rule, -1),
        level=(finding.severity or Severity.ERROR).value,
        message=sarif_om.Message(text=message),
        locations=[sarif_om.Location(physical_location=_physical_location(span, root))],
        related_locations=[_related(number, related, root) for number, related in enumerate(finding.related, 1)]
        or None,
        partial_fingerprints={"primaryLocationLineHash": hashes[span.source, span.begin.line]},
    )


def _related(number: int, related: Related, root: str) -> Any:
    return sarif_om.Location(
        id=number, message=_message(related.message), physical_location=_physical_location(related.span, root)
    )


def _notification(fault: Fault, root: str) -> Any:
    place = sarif_om.PhysicalLocation(artifact_location=_artifact_location(fault.path, root)) if fault.path else None
    if place is not None and fault.position is not None:
        place.region = sarif_om.Region(start_line=fault.position[0], start_column=fault.position[1])
    return sarif_om.Notification(
        level="error",
        message=_message(fault.words),
        locations=[sarif_om.Location(physical_location=place)] if place else None,
    )


def _hashes(spans: Iterable[Span]) -> dict[tuple[Source, int], str]:
    lines: defaultdict[Source, set[int]] = defaultdict(set)
    for span in spans:
        lines[span.source].add(span.begin.line)
    return {
        (source, line): value for source, wanted in lines.items() for line, value in line_hashes(source, wanted).items()
    }


def _physical_location(span: Span, root: str) -> Any:
    return sarif_om.PhysicalLocation(
        artifact_location=_artifact_location(span.source.path, root),
        region=_region(span),
        context_region=_context(span),
    )


def _artifact_location(path: str, root: str) -> Any:
    """A path as a URI: relative to the root below it, a `file:` URI elsewhere, just the name for standard input.

    GitHub takes relative ones as relative to the repository. What the root is on this machine is not told.
    """
    below = relative_path(path, root)
    if below is None and os.path.isabs(path):
        return sarif_om.ArtifactLocation(uri=PurePath(path).as_uri())
    uri = quote(os.fsencode(below or path.replace(os.sep, "/")))
    return sarif_om.ArtifactLocation(uri=uri, uri_base_id=_ROOT if below else None)


def _region(span: Span) -> Any:
    begin, finish = span.begin, span.finish
    text = span.text
    return sarif_om.Region(
        start_line=begin.line,
        start_column=_utf16_column(span.source, begin),
        end_line=finish.line,
        end_column=_utf16_column(span.source, finish),
        snippet=sarif_om.ArtifactContent(text=text) if len(text) <= _SNIPPET_LIMIT else None,
    )


def _context(span: Span) -> Any:
    """The whole lines of a stretch of text with a line before and after; None where that says nothing more."""
    source, starts = span.source, span.source.line_starts
    first = max(span.begin.line - 1, 1)
    last = min(span.finish.line + 1, len(starts))
    if last > span.finish.line and starts[last - 1] == len(source.text):
        # Behind the last line break there is no line that a reader could show.
        last -= 1
    context = span._replace(start=starts[first - 1], end=starts[last - 1] + len(source.line(last)))
    is_larger = context.covers(span) and context != span
    return _region(context) if is_larger and context.end - context.start <= _SNIPPET_LIMIT else None


def _utf16_column(source: Source, position: Position) -> int:
    start = source.line_starts[position.line - 1]
    before = source.text[start : start + position.column - 1]
    return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _message(text: str) -> Any:
    return sarif_om.Message(text=_sentence(text))


def _text(text: str) -> Any:
    return sarif_om.MultiformatMessageString(text=_sentence(text))


def _sentence(text: str) -> str:
    """A text of ours as SARIF wants it: quotes for backticks, a period at the end, nothing that reads as a link.

    A manifest's own words may be part of a message, and `[text](target)` would become a link in it (§3.11.6).
    """
    text = re.sub(r"`([^`]*)`", r"'\1'", text.strip()).replace("](", "] (")
    return text if text.endswith(".") else f"{text}."


def _shortened(text: str, limit: int) -> str:
    """A text cut after a word, so that it fits the limit with a period after it."""
    if len(text) < limit:
        return text
    return text[: limit - 4].rpartition(" ")[0] + "..."
