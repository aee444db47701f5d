"""An address or CIDR that is read differently by different programs."""

from __future__ import annotations

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.WARNING)
def non_standard_address(resource: Resource, verdict: Verdict) -> list[Finding]:
    """An address or CIDR is not written as the standard has it."""
    return verdict.findings("non-standard-address")
