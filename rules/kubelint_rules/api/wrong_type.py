"""A value of a type that its field cannot have."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Verdict, finding, rule


@rule(severity=Severity.ERROR)
def wrong_type(resource: Resource, verdict: Verdict) -> Iterator[Finding]:
    """A value has a type that its field cannot have."""
    for refusal in verdict.of_fault("wrong-type"):
        yield finding(refusal.place, refusal.message, help=refusal.help, reason=refusal.reason)
