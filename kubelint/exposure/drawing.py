"""A path to a Service drawn for people: `internet → load balancer (gke) → node:31443 → db:5432 → pod postgres:16`."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint.annotations.readers import annotation_texts
from kubelint.exposure.model import Level, Path, Via
from kubelint.facts.providers import providers
from kubelint.resources import Service, ServicePort, Workload, integer_of

ARROW = " → "

_ORIGINS = {
    Level.NONE: "nobody",
    Level.CLUSTER: "cluster",
    Level.NODE: "nodes' network",
    Level.PRIVATE: "private network",
    Level.INTERNET: "internet",
    Level.UNKNOWN: "unknown network",
}

_HOPS = {
    Via.LOAD_BALANCER: "load balancer",
    Via.ENDPOINT_GROUP: "network endpoint group",
    Via.TAILNET: "Tailscale",
}


def drawn(service: Service, path: Path, workloads: tuple[Workload, ...]) -> list[str]:
    """A line for each port that the path leads to, from where it begins to the pods that are known to answer."""
    if path.level is Level.UNKNOWN:
        return [f"{_ORIGINS[path.level]}: {path.evidence[-1].words}"]
    ports = service.ports if path.ports is None else path.ports
    return [ARROW.join(_hops(service, path, port, workloads)) for port in ports] or [
        ARROW.join((_ORIGINS[path.level], *_by(path), service.name or "?"))
    ]


def _hops(service: Service, path: Path, port: ServicePort, workloads: tuple[Workload, ...]) -> Iterator[str]:
    yield _ORIGINS[path.level]
    if path.via is Via.HOST_PORT:
        yield f"node:{_host_port(path)}"
    else:
        yield from _by(path)
        yield from _node(service, path, port)
        if path.via is not Via.ENDPOINT_GROUP:
            yield _with_port(service.name or "?", port.number)
    yield _pod(port, workloads)


def _by(path: Path) -> Iterator[str]:
    if path.owner is not None and path.via in (Via.INGRESS, Via.ROUTE):
        yield f"{path.owner.kind} {path.owner.name}"
    elif path.via is Via.EXTERNAL_IP:
        yield f"external IP {path.evidence[0].value}"
    elif path.via in _HOPS:
        yield _HOPS[path.via] + (f" ({path.provider})" if path.provider and path.via is Via.LOAD_BALANCER else "")


def _node(service: Service, path: Path, port: ServicePort) -> Iterator[str]:
    """The node port that the path goes through: of a load balancer, where it is known to need one, or one is written
    and nothing is known to pass it by."""
    number = integer_of(port.node.get("nodePort"))
    if path.via is Via.LOAD_BALANCER:
        provider = providers().get(path.provider or "")
        needs = None if provider is None else provider.needs_node_ports(annotation_texts(service))
        if needs is False or (needs is None and not number):
            return
    elif path.via is not Via.NODE_PORT:
        return
    yield f"node:{number}" if number else "node port"


def _host_port(path: Path) -> str:
    return path.evidence[0].value if path.evidence[0].value not in (None, "true") else "pod's port"


def _pod(port: ServicePort, workloads: tuple[Workload, ...]) -> str:
    for workload in workloads:
        receiving = workload.receiving(port)
        if receiving:
            return f"pod {_short(receiving[0].image) or workload.name}"
    if workloads:
        return f"pod {workloads[0].name}"
    return _with_port("pods", port.target)


def _with_port(name: str, port: int | str | None) -> str:
    return name if port is None else f"{name}:{port}"


def _short(image: str | None) -> str:
    """An image without its registry and its digest: `postgres:16`."""
    return (image or "").partition("@")[0].rpartition("/")[2]
