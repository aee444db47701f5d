"""A file that cannot be read, so that nothing in it is judged."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Manifest, Severity, finding, rule


@rule(severity=Severity.ERROR)
def unreadable_file(manifest: Manifest) -> Iterator[Finding]:
    """A file, or a document in it, cannot be read."""
    if manifest.unreadable is not None:
        yield finding(manifest.unreadable.span, manifest.unreadable.message, help=manifest.unreadable.help)
    for part in manifest.parts:
        problem = part.problem
        if problem is not None and problem.kind == "limit":
            yield finding(problem.span, problem.message, help=problem.help)
