"""Which objects send traffic to a Service by its name: Ingresses, Gateway API routes, and those of other routers.

Facts from the types of networking.k8s.io/v1, gateway.networking.k8s.io/v1 (v1.4), traefik.io/v1alpha1,
networking.istio.io/v1, route.openshift.io/v1 and projectcontour.io/v1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kubelint.node import Node
from kubelint.resources import Resource, ServicePort, integer_of, items_of, text_of


class Backend(NamedTuple):
    """One place where an object names a Service to send traffic to.

    `place` is the node of the name, `namespace` that of the Service (None where nothing says), `port` the number or the
    name by which it picks the Service's port, None where it leaves that open. `port_place` is where the port stands.
    """

    owner: Resource
    place: Node
    name: str
    namespace: str | None
    port: int | str | None = None
    port_place: Node | None = None

    def picks(self, port: ServicePort) -> bool:
        """Whether this port of the Service is the one that it sends to."""
        return self.port is None or self.port == (port.name if isinstance(self.port, str) else port.number)


_USE_ANNOTATION = "use-annotation"

_Reader = Callable[[Resource], Iterator[Backend]]


def backends_in(resource: Resource) -> Iterator[Backend]:
    """Every place in an object that names a Service to send traffic to; nothing for kinds that route none."""
    group = resource.api_version.rpartition("/")[0]
    reader = _READERS.get((group, resource.kind))
    if reader is not None:
        yield from reader(resource)


def _backend(owner: Resource, place: Node | None, port: Node | None, namespace: str | None = None) -> Iterator[Backend]:
    name = text_of(place)
    # With ALB's `use-annotation`, the name is that of an action in an annotation, not of a Service.
    if place is not None and name is not None and text_of(port) != _USE_ANNOTATION:
        number_or_name = integer_of(port) or text_of(port)
        yield Backend(owner, place, name, namespace or owner.namespace, number_or_name, port)


def _ingress(ingress: Resource) -> Iterator[Backend]:
    places = [ingress.get("spec", "defaultBackend"), ingress.get("spec", "backend")]
    for rule in items_of(ingress.get("spec", "rules")):
        places += [path.get("backend") for path in items_of(rule.get("http", "paths"))]
    for place in filter(None, places):
        if ingress.api_version != "networking.k8s.io/v1":
            yield from _backend(ingress, place.get("serviceName"), place.get("servicePort"))
            continue
        service = place.get("service")
        if service is not None:
            port = service.get("port", "number") or service.get("port", "name")
            yield from _backend(ingress, service.get("name"), port)


def _gateway_route(route: Resource) -> Iterator[Backend]:
    for rule in items_of(route.get("spec", "rules")):
        references = [*items_of(rule.get("backendRefs"))]
        filters = [one for holder in (rule, *references) for one in items_of(holder.get("filters"))]
        references += filter(None, (one.get("requestMirror", "backendRef") for one in filters))
        for reference in references:
            if (text_of(reference.get("kind")) or "Service") == "Service" and not text_of(reference.get("group")):
                namespace = text_of(reference.get("namespace"))
                yield from _backend(route, reference.get("name"), reference.get("port"), namespace)


def _traefik_route(route: Resource) -> Iterator[Backend]:
    for rule in items_of(route.get("spec", "routes")):
        for service in items_of(rule.get("services")):
            if (text_of(service.get("kind")) or "Service") == "Service":
                namespace = text_of(service.get("namespace"))
                yield from _backend(route, service.get("name"), service.get("port"), namespace)


def _virtual_service(virtual_service: Resource) -> Iterator[Backend]:
    for protocol in ("http", "tcp", "tls"):
        for rule in items_of(virtual_service.get("spec", protocol)):
            for route in items_of(rule.get("route")):
                host = route.get("destination", "host")
                name, _, rest = (text_of(host) or "").partition(".")
                namespace, _, zone = rest.partition(".")
                if host is None or not name or not (rest == "" or zone == "" or zone.partition(".")[0] == "svc"):
                    continue
                port = route.get("destination", "port", "number")
                namespace_named = namespace or virtual_service.namespace
                yield Backend(virtual_service, host, name, namespace_named, integer_of(port), port)


def _openshift_route(route: Resource) -> Iterator[Backend]:
    for target in (route.get("spec", "to"), *items_of(route.get("spec", "alternateBackends"))):
        if target is not None and (text_of(target.get("kind")) or "Service") == "Service":
            # Its port is a targetPort, a port of the pods.
            yield from _backend(route, target.get("name"), None)


def _contour_proxy(proxy: Resource) -> Iterator[Backend]:
    services = [
        service for route in items_of(proxy.get("spec", "routes")) for service in items_of(route.get("services"))
    ]
    for service in (*services, *items_of(proxy.get("spec", "tcpproxy", "services"))):
        yield from _backend(proxy, service.get("name"), service.get("port"))


_GATEWAY_API = "gateway.networking.k8s.io"
GATEWAY_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
_TRAEFIK_ROUTES = ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")

_READERS: dict[tuple[str, str], _Reader] = {
    ("networking.k8s.io", "Ingress"): _ingress,
    ("extensions", "Ingress"): _ingress,
    **dict.fromkeys(((_GATEWAY_API, kind) for kind in GATEWAY_ROUTES), _gateway_route),
    **dict.fromkeys(
        ((group, kind) for group in ("traefik.io", "traefik.containo.us") for kind in _TRAEFIK_ROUTES), _traefik_route
    ),
    ("networking.istio.io", "VirtualService"): _virtual_service,
    ("route.openshift.io", "Route"): _openshift_route,
    ("projectcontour.io", "HTTPProxy"): _contour_proxy,
}
