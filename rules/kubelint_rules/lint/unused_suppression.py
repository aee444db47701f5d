"""A suppression that silences nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Manifest, Severity, Suppressions, finding, rule


@rule(severity=Severity.WARNING)
def unused_suppression(manifest: Manifest, suppressions: Suppressions) -> Iterator[Finding]:
    """A suppression silences nothing."""
    for suppression, id in suppressions.unused():
        yield finding(
            suppression.span,
            f"`{id}` finds nothing here that would need silencing",
            help="remove it",
        )
