"""A field that may not be set beside another."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def forbidden_field(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A field is set that may not be set here."""
    return verdict.findings("forbidden-field")
