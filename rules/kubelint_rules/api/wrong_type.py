"""A value of a type that its field cannot have."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def wrong_type(resource: Resource, verdict: Verdict) -> list[Finding]:
    """A value has a type that its field cannot have."""
    return verdict.findings("wrong-type")
