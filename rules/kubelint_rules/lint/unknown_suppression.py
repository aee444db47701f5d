"""A suppression that names no rule."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Manifest, Severity, Suppressions, finding, rule
from kubelint.suggestion import closest_id


@rule(severity=Severity.WARNING)
def unknown_suppression(manifest: Manifest, suppressions: Suppressions) -> Iterator[Finding]:
    """A suppression names a rule that does not exist, or none at all."""
    # Without its policies, such as a command line names, a run cannot know which ids they have.
    knows_policies = any(id.startswith("policy/") for id in suppressions.known)
    for suppression in suppressions.all:
        if suppression.flaw is not None:
            yield finding(suppression.span, suppression.flaw, help="write `# kubelint: ignore[rule-id] reason`")
            continue
        for id in suppression.ids:
            if id not in suppressions.known and (knows_policies or not id.startswith("policy/")):
                meant = closest_id(id, suppressions.known)
                help = f"write `{meant}`" if meant else "`kubelint rules` lists them all"
                yield finding(suppression.span, f"there is no rule `{id}`", help=help)
