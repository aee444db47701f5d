"""A key that a mapping holds twice."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Manifest, Severity, finding, rule


@rule(severity=Severity.ERROR)
def duplicate_key(manifest: Manifest) -> Iterator[Finding]:
    """A mapping holds the same key twice."""
    for part in manifest.parts:
        if part.skipped:
            continue
        for later, earlier in part.document.duplicates:
            yield finding(
                later.key,
                f"the key `{later.step}` is given a second time",
                help=(
                    "leave it to the merge, or write all keys out; kubectl would let one of the two win in silence"
                    if later.repeats is not None or earlier.repeats is not None
                    else "keep one of the two; without strict validation the later one would win in silence"
                ),
                related=[(earlier.key, "first given here")],
            )
