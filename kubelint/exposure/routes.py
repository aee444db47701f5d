"""The paths through Ingresses, Gateway API routes and other routers that name a Service as their backend."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint.backends import GATEWAY_ROUTES, Backend
from kubelint.exposure.addresses import level_of, narrowed_by
from kubelint.exposure.annotations import evidence_of, first_said, level_said
from kubelint.exposure.model import Confidence, Evidence, Level, Path, Restriction, Via
from kubelint.facts.providers import providers
from kubelint.node import Node
from kubelint.resources import Resource, Service, ServicePort, items_of, text_of, texts_of
from kubelint.workspace import Workspace

_INTERNAL_WORDS = frozenset(("internal", "intern", "private", "intranet", "rilb", "tailscale"))
"""Words in the name of a class or a gateway that say who can reach it (`nginx-internal`, `gke-l7-rilb`)."""

_WORDS = re.compile(r"[a-z]+")

_SCOPES: dict[str, dict[str, Level]] = {
    "alb.ingress.kubernetes.io/scheme": {"internal": Level.PRIVATE, "internet-facing": Level.INTERNET},
    "appgw.ingress.kubernetes.io/use-private-ip": {"true": Level.PRIVATE},
    "tailscale.com/funnel": {"true": Level.INTERNET},
}
"""Annotations of an Ingress that say how far it reaches.

AWS Load Balancer Controller docs/guide/ingress/annotations.md; Application Gateway Ingress Controller
docs/annotations.md; Tailscale operator, Funnel.
"""

_RANGES = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "haproxy.org/allow-list",
    "haproxy.org/whitelist",
    "haproxy-ingress.github.io/allowlist-source-range",
    "haproxy.router.openshift.io/ip_whitelist",
    "haproxy.router.openshift.io/ip_allowlist",
)
"""Annotations of an Ingress or Route that name the addresses which may connect."""

_GUARDS = (
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-secret",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "alb.ingress.kubernetes.io/auth-type",
    "alb.ingress.kubernetes.io/security-groups",
    "haproxy.org/auth-type",
    "haproxy-ingress.github.io/auth-url",
    "haproxy-ingress.github.io/auth-secret",
    "traefik.ingress.kubernetes.io/router.middlewares",
)
"""Annotations that put something before the backend whose rules are not in the manifest: a log-in, a middleware."""


_GUARDING_FIELDS = ("middlewares", "authPolicy", "ipAllowPolicy")
"""Fields of a route that do the same: Traefik's IngressRoute, Contour's HTTPProxy."""


def by_routes(service: Service, workspace: Workspace) -> Iterator[Path]:
    """A path for each object that names the Service as the backend of one of its ports, or of all of them."""
    for backend in workspace.backends_of(service):
        if not workspace.is_served(backend.owner):
            continue
        ports = tuple(port for port in service.ports if backend.picks(port))
        if ports:
            path = _path(backend, ports, workspace)
            if path is not None:
                yield path


def _path(backend: Backend, ports: tuple[ServicePort, ...], workspace: Workspace) -> Path | None:
    owner = backend.owner
    scope = _scope_of(owner, workspace)
    if scope is None:
        return None
    level, confidence, why = scope
    named = Evidence(f"{owner.kind} `{owner.name}` sends to it", backend.place, owner)
    via = Via.INGRESS if owner.kind == "Ingress" else Via.ROUTE
    restriction = _restriction(owner)
    return Path(level, via, confidence, restriction, None, (named, *why), ports, owner)


_Scope = tuple[Level, Confidence, tuple[Evidence, ...]]
_PUBLIC: _Scope = (Level.INTERNET, Confidence.ASSUMED, ())


def _scope_of(owner: Resource, workspace: Workspace) -> _Scope | None:
    """How far a router reaches; None where it serves the inside of a mesh only."""
    if owner.kind == "Ingress":
        return _scope_of_ingress(owner)
    if owner.kind in GATEWAY_ROUTES:
        return _scope_of_gateway_route(owner, workspace)
    if owner.kind == "VirtualService":
        gateways = [node for node in items_of(owner.get("spec", "gateways")) if text_of(node) not in (None, "mesh")]
        return _widest(_by_name(node, owner) or _PUBLIC for node in gateways)
    return _PUBLIC


def _widest(scopes: Iterator[_Scope]) -> _Scope | None:
    return max(scopes, key=lambda scope: scope[0].rank, default=None)


def _scope_of_ingress(ingress: Resource) -> _Scope:
    class_node = ingress.get("spec", "ingressClassName") or ingress.annotations.get("kubernetes.io/ingress.class")
    for key, levels in _SCOPES.items():
        level = levels.get(text_of(ingress.annotations.get(key)) or "")
        if level is not None:
            return level, Confidence.LIKELY, (evidence_of(ingress, key),)
    if text_of(class_node) == "alb":
        default = "the AWS Load Balancer Controller makes it internal unless told otherwise"
        return Level.PRIVATE, Confidence.LIKELY, (Evidence(default, class_node, ingress),)
    return _by_name(class_node, ingress) or _PUBLIC


def _by_name(node: Node | None, resource: Resource) -> _Scope | None:
    """A scope from a name that says `internal`."""
    name = text_of(node) or ""
    if _INTERNAL_WORDS.isdisjoint(_WORDS.findall(name.lower())):
        return None
    return Level.PRIVATE, Confidence.ASSUMED, (Evidence(f"`{name}` is called internal", node, resource),)


def _scope_of_gateway_route(route: Resource, workspace: Workspace) -> _Scope | None:
    # A route whose parent is a Service directs the traffic of a mesh (GAMMA) and opens nothing.
    parents = [
        parent
        for parent in items_of(route.get("spec", "parentRefs"))
        if (text_of(parent.get("kind")) or "Gateway") != "Service"
    ]
    return _widest(scope for parent in parents if (scope := _scope_of_parent(parent, route, workspace)) is not None)


def _scope_of_parent(parent: Node, route: Resource, workspace: Workspace) -> _Scope | None:
    name = parent.get("name")
    namespace = text_of(parent.get("namespace")) or route.namespace
    for gateway in workspace.named("Gateway", text_of(name), namespace):
        return _scope_of_gateway(gateway)
    return _by_name(name, route) or _PUBLIC


def _scope_of_gateway(gateway: Resource) -> _Scope | None:
    class_node = gateway.get("spec", "gatewayClassName")
    written = {**gateway.annotations, **texts_of(gateway.get("spec", "infrastructure", "annotations"))}
    if (
        text_of(written.get("networking.istio.io/service-type")) == "ClusterIP"
        or text_of(class_node) == "istio-waypoint"
    ):
        return None
    for address in items_of(gateway.get("spec", "addresses")):
        text = text_of(address.get("value"))
        if text is not None and level_of(text) is Level.PRIVATE:
            asked = Evidence(f"the Gateway asks for `{text}`", address.get("value"), gateway)
            return Level.PRIVATE, Confidence.LIKELY, (asked,)
    for provider in providers().meant_by(written):
        if (said := first_said(gateway, provider.scope_keys, written)) and level_said(said) is Level.PRIVATE:
            return Level.PRIVATE, Confidence.LIKELY, (said.evidence,)
    return _by_name(class_node, gateway) or _by_name(gateway.get("metadata", "name"), gateway) or _PUBLIC


def _restriction(owner: Resource) -> Restriction:
    """What narrows who gets through a router. What stands before the backend counts wherever it is named."""
    for key in _RANGES:
        if text := text_of(owner.annotations.get(key)):
            return narrowed_by(part for part in text.replace(" ", ",").split(",") if part)
    guarded = any((text_of(owner.annotations.get(key)) or "none") != "none" for key in _GUARDS)
    routes = [*items_of(owner.get("spec", "routes")), *items_of(owner.get("spec", "rules"))]
    guarded = guarded or any(route.get(field) is not None for route in routes for field in _GUARDING_FIELDS)
    guarded = guarded or owner.get("spec", "virtualhost", "authorization") is not None
    return Restriction.OPAQUE if guarded else Restriction.NONE
