"""An ExternalName in a zone where anyone can have a name that is free."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule
from kubelint.facts.claimable_zones import claimable_at
from kubelint.facts.host_names import host_of


@rule(severity=Severity.NOTE)
def external_name_takeover(service: Service) -> Iterator[Finding]:
    """An ExternalName is a name that anyone can claim once it is given up."""
    node = service.external_name
    if node is None:
        return
    text = node.text
    giver = claimable_at(host_of(text))
    if giver is not None:
        yield finding(
            node,
            f"the name `{text}` is for the taking at {giver} as soon as nobody has it, and the manifest does not say"
            " whose it is",
            help="make sure that the name is yours, and remove this Service before you give the name up",
        )
