"""A field without which the API server takes no object."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def missing_field(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A field that the API server requires is missing."""
    return verdict.findings("missing-field")
