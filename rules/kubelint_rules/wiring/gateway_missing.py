"""A Gateway API route whose Gateway, or listener, is not there."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Node, Resource, Severity, Workspace, finding, rule
from kubelint.backends import GATEWAY_ROUTES
from kubelint.resources import integer_of, is_read, items_of, text_of
from kubelint.suggestion import closest
from kubelint.template import placeholder_in
from kubelint.wiring.references import absence, judged, neighbours, require_all_unpatched

_GROUP = "gateway.networking.k8s.io"


@rule(severity=Severity.WARNING)
def gateway_missing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A route names a Gateway, or a listener, that does not exist."""
    if resource.kind not in GATEWAY_ROUTES or not is_read(resource.api_version, resource.kind):
        return
    if not workspace.of_kind("Gateway"):
        # Most projects leave the Gateway to whoever runs the cluster.
        return
    gateways = (parent for parent in items_of(resource.get("spec", "parentRefs")) if _is_gateway(parent))
    yield from judged(gateways, lambda parent: _wrong(parent, resource, workspace))


def _is_gateway(parent: Node) -> bool:
    """Whether a parent is a Gateway, as it is where nothing else is said: not a ListenerSet, nor a mesh's Service."""
    group = parent.get("group")
    is_group = group is None or text_of(group) == _GROUP
    return is_group and (text_of(parent.get("kind")) or "Gateway") == "Gateway"


def _wrong(parent: Node, route: Resource, workspace: Workspace) -> Finding | None:
    place, name = parent.get("name"), text_of(parent.get("name"))
    namespace = text_of(parent.get("namespace")) or route.namespace
    if place is None or name is None or placeholder_in(f"{namespace}/{name}"):
        return None
    gateways = workspace.named("Gateway", name, namespace)
    if not gateways:
        return absence("Gateway", place, name, namespace, neighbours("Gateway", name, namespace, route, workspace))
    section, port = text_of(parent.get("sectionName")), integer_of(parent.get("port"))
    listeners = [(gateway, listener) for gateway in gateways for listener in items_of(gateway.get("spec", "listeners"))]
    if (section is None and port is None) or any(_is_meant(listener, section, port) for _, listener in listeners):
        return None
    if not listeners or (section is not None and placeholder_in(section)):
        return None
    require_all_unpatched((route, *gateways), workspace)
    return _without_listener(parent, listeners, section, port)


def _is_meant(listener: Node, section: str | None, port: int | None) -> bool:
    """Whether it is the listener: where a reference gives both its name and its port, both have to fit."""
    return section in (None, text_of(listener.get("name"))) and port in (None, integer_of(listener.get("port")))


def _without_listener(
    parent: Node, listeners: list[tuple[Resource, Node]], section: str | None, port: int | None
) -> Finding:
    by_name = {text_of(listener.get("name")) or "": (gateway, listener) for gateway, listener in listeners}
    if section in by_name:
        gateway, near = by_name[section or ""]
        place, wanted = parent.get("port"), f"`{section}` on port {port}"
    elif section is not None:
        gateway, near = by_name.get(closest(section, by_name, cutoff=0.5) or "", listeners[0])
        place, wanted = parent.get("sectionName"), f"`{section}`"
    else:
        gateway, near = listeners[0]
        place, wanted = parent.get("port"), f"on port {port}"
    assert place is not None
    found = f"`{text_of(near.get('name'))}` on port {integer_of(near.get('port'))}"
    among = "it has" if len(listeners) == 1 else "there is"
    return finding(
        place,
        f"Gateway {gateway.name} has no listener {wanted}; {among} {found}",
        help="name a listener of the Gateway, or leave it open",
        related=[(near.get("name") or near, f"a listener of Gateway {gateway.name}")],
    )
