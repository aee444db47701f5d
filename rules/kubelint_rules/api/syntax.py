"""A document that is not YAML."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Manifest, Severity, finding, rule


@rule(severity=Severity.ERROR)
def syntax(manifest: Manifest) -> Iterator[Finding]:
    """The document is not YAML."""
    for part in manifest.parts:
        problem = part.problem
        if problem is not None and problem.kind == "syntax":
            yield finding(problem.span, problem.message, help=problem.help)
