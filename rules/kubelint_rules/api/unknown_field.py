"""A field that its object does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kubelint import Finding, Resource, Severity, Verdict, rule


@rule(severity=Severity.ERROR)
def unknown_field(resource: Resource, verdict: Verdict) -> Iterator[Finding]:
    """An object has a field that its kind does not know."""
    for found in verdict.findings("unknown-field"):
        node = found.place.node
        if node is None or node.parent is None:
            continue
        # The server spells what it does not know as a field, even where it might be the key of a map.
        around = resource.field_of(node.parent)
        yield replace(found, field=f"{around}.{node.step}" if around else str(node.step))
