"""A field or kind that the API server accepts with a warning that it will go."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.WARNING)
def deprecated_field(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A field, value or kind is deprecated."""
    return verdict.findings("deprecated-field")
