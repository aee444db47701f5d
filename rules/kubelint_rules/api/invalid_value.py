"""A value that the API server does not take."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def invalid_value(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A value breaks the rules of its field."""
    return verdict.findings("invalid-value")
