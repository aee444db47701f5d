"""A value that is none of those that its field can have."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def unsupported_value(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A value is none of those that its field can have."""
    return verdict.findings("unsupported-value")
