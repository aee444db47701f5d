"""A workload whose selector does not fit its own pods."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def selector_mismatch(resource: Resource, verdict: Verdict) -> list[Finding]:
    """The selector of a workload does not fit its own pod template."""
    return verdict.findings("selector-mismatch")
