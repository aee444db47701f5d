"""A field that its object does not have."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def unknown_field(resource: Resource, verdict: Verdict) -> list[Finding]:
    """An object has a field that its kind does not know."""
    return verdict.findings("unknown-field")
