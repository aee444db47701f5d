"""A field that its object does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Verdict, finding, rule


@rule(severity=Severity.ERROR)
def unknown_field(resource: Resource, verdict: Verdict) -> Iterator[Finding]:
    """An object has a field that its kind does not know."""
    for refusal in verdict.of_fault("unknown-field"):
        yield finding(refusal.place, refusal.message, help=refusal.help, reason=refusal.reason)
