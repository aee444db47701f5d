"""Two Services that ask for one address of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Service, Severity, Workspace, finding, rule
from kubelint.resources import items_of, text_of
from kubelint.wiring.collisions import Claim, are_different, collisions


@rule(severity=Severity.ERROR)
def cluster_ip_collision(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """Two Services ask for the same cluster IP."""
    for claim, earlier in collisions(service, _addresses, are_different, workspace):
        owner = f"Service {earlier.owner.name}"
        yield finding(
            claim.place,
            f"the address {claim.what} is already that of {owner}",
            help="remove the field: the cluster then chooses a free address, and clients use the Service's name",
            related=[(earlier.place, f"{owner} asks for it first")],
        )


def _addresses(resource: Resource) -> Iterator[Claim]:
    """The addresses that a Service asks for, each once: of `clusterIP` and `clusterIPs`, the first is the same."""
    if not isinstance(resource, Service) or resource.type == "ExternalName":
        return
    told: set[str] = set()
    for place in (resource.get("spec", "clusterIP"), *items_of(resource.get("spec", "clusterIPs"))):
        text = text_of(place)
        address = _canonical(text) if text is not None else None
        if place is not None and address is not None and address not in told:
            told.add(address)
            yield Claim(address, resource, place)


def _canonical(text: str) -> str | None:
    """The one spelling of an address; None for what is none, such as the `None` of a headless Service."""
    # Few manifests ask for an address, and start-up time counts.
    from ipaddress import ip_address

    try:
        return str(ip_address(text))
    except ValueError:
        return None
