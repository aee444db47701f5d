"""A value that must be unique and comes twice."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def duplicate_value(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A value that must be unique comes twice."""
    return verdict.findings("duplicate-value")
