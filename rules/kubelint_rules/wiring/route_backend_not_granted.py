"""A Gateway API route to a Service of another namespace that does not allow it."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import CannotTell, Finding, Node, Resource, Severity, Workspace, finding, rule
from kubelint.backends import GATEWAY_ROUTES, Backend
from kubelint.node import Place
from kubelint.resources import items_of, text_of
from kubelint.wiring.references import judged, routed_services, services_named

_GROUP = "gateway.networking.k8s.io"


@rule(severity=Severity.ERROR)
def route_backend_not_granted(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """No ReferenceGrant allows a route to send to a Service of another namespace."""
    if resource.kind in GATEWAY_ROUTES and resource.namespace is not None:
        abroad = (
            service for service in routed_services(resource) if service.namespace not in (None, resource.namespace)
        )
        yield from judged(abroad, lambda service: _without_grant(service, workspace))


def _without_grant(service: Backend, workspace: Workspace) -> Finding | None:
    """What is wrong where no grant fits; None where one does. Raises CannotTell where a grant may be out of sight."""
    route = service.owner
    grants = [grant for grant in workspace.of_kind("ReferenceGrant") if grant.namespace in (None, service.namespace)]
    if any(_fits(grant, service) for grant in grants):
        return None
    targets = [target for target in services_named(service, workspace) if target.namespace == service.namespace]
    known = [*targets, *(grant for grant in grants if grant.namespace is not None)]
    if not known:
        raise CannotTell(f"nothing of namespace {service.namespace} that could hold a grant is among the manifests")
    for neighbour in (route, known[0]):
        application = workspace.application_of(neighbour)
        workspace.require_sight(application, service.namespace, frozenset(("ReferenceGrant",)))

    related: list[tuple[Place, str]] = [(target.name_place, f"Service {service.name}") for target in targets[:1]]
    message = f"no ReferenceGrant in namespace {service.namespace} allows {route.kind}s of namespace {route.namespace}"
    for grant in grants:
        difference = _difference(grant, service)
        if difference is not None:
            place, words = difference
            message = f"{message}; ReferenceGrant {grant.name} is {words}"
            related.insert(0, (place, f"ReferenceGrant {grant.name}"))
            break
    return finding(
        service.place,
        f"{message}, so nothing reaches Service {service.name}",
        help=f"add a ReferenceGrant in {service.namespace}: from {route.kind} in {route.namespace}, to Service",
        related=related,
    )


def _fits(grant: Resource, service: Backend) -> bool:
    """Whether one of its `from` and one of its `to` fit: ReferenceGrantSpec lets any of them go with any other."""
    return any(not _wrong_field(entry, wanted) for entry, wanted in _sources(grant, service)) and any(
        not _wrong_field(entry, wanted) for entry, wanted in _targets(grant, service)
    )


def _difference(grant: Resource, service: Backend) -> tuple[Place, str] | None:
    """What keeps a grant from fitting: the place, and words for what it allows instead."""
    sources, targets = list(_sources(grant, service)), list(_targets(grant, service))
    for entries, words in ((sources, "for"), (targets, "for the")):
        wrong = [_wrong_field(entry, wanted) for entry, wanted in entries]
        if None not in wrong:
            for field, place in filter(None, wrong):
                return place, f"{words} {field} `{text_of(place) or ''}`"
    return None


def _sources(grant: Resource, service: Backend) -> Iterator[tuple[Node, dict[str, str]]]:
    """Each entry of `from`, and what it would have to say."""
    route = service.owner
    for entry in items_of(grant.get("spec", "from")):
        yield entry, {"group": _GROUP, "kind": route.kind, "namespace": route.namespace or ""}


def _targets(grant: Resource, service: Backend) -> Iterator[tuple[Node, dict[str, str]]]:
    """Each entry of `to`, and what it would have to say. One without a name speaks of every Service."""
    for entry in items_of(grant.get("spec", "to")):
        name = {"name": service.name} if text_of(entry.get("name")) else {}
        yield entry, {"group": "", "kind": "Service", **name}


def _wrong_field(entry: Node, wanted: dict[str, str]) -> tuple[str, Node] | None:
    """The first field that says something else, and its value, or the entry where it is missing; None if all fit."""
    for field, text in wanted.items():
        place = entry.get(field)
        if (text_of(place) or "") != text:
            return field, place or entry
    return None
