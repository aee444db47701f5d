"""A value that the API server accepts, with a warning that it may not do what is meant."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.WARNING)
def questionable_value(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A value is accepted, with a warning that it may surprise."""
    return verdict.findings("questionable-value")
