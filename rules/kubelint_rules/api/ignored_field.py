"""A field that the API server accepts, with a warning that it has no effect."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.WARNING)
def ignored_field(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A field has no effect here."""
    return verdict.findings("ignored-field")
