"""A port that does not tell a service mesh what it speaks, or says two things."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, ServicePort, Severity, finding, rule

_PROTOCOLS = frozenset(("http", "http2", "https", "tcp", "tls", "grpc", "grpc-web", "mongo", "mysql", "redis", "udp"))
"""What Istio reads in a port's name, and in appProtocol (istio: pkg/config/protocol, Parse)."""

_STANDARD = {"kubernetes.io/h2c": "http2", "kubernetes.io/ws": "http", "kubernetes.io/wss": "https"}
"""The application protocols that Kubernetes itself names, and what they are to Istio."""

_LIKE = {"grpc": "http2", "grpc-web": "http2", "tls": "https"}
"""Protocols that are a closer word for another one: the two do not contradict each other."""

_KNOWN_PORTS = frozenset((25, 53, 3306, 27017))
"""Ports that Istio takes for plain TCP without a word (istio: pkg/config/kube, wellKnownPorts)."""


@rule(severity=Severity.NOTE, default=False)
def port_name_protocol(service: Service) -> Iterator[Finding]:
    """A port's name and appProtocol do not tell a service mesh what it speaks."""
    if service.type == "ExternalName":
        return
    for port in service.ports:
        if port.protocol != "TCP":
            continue
        named, declared = _in_name(port.name), _declared(port)
        if port.app_protocol is None and named is None and port.number not in _KNOWN_PORTS:
            yield _silent(port)
        elif named is not None and declared is not None and _LIKE.get(named, named) != _LIKE.get(declared, declared):
            yield _contradicting(port, named)


def _in_name(name: str | None) -> str | None:
    """The protocol with which a port's name begins: `<protocol>` or `<protocol>-<anything>`."""
    beginning = (name or "").lower().partition("-")[0]
    return beginning if beginning in _PROTOCOLS else None


def _declared(port: ServicePort) -> str | None:
    """The protocol that appProtocol stands for; None for one that is no word of the mesh."""
    said = (port.app_protocol or "").lower()
    said = _STANDARD.get(said, said)
    return said if said in _PROTOCOLS else None


def _silent(port: ServicePort) -> Finding:
    place = port.name_node or port.number_node or port.node
    what = f"the name `{port.name}` begins with no protocol" if port.name else "the port has no name"
    return finding(
        place,
        f"{what}, and there is no appProtocol: a service mesh has to guess what the port speaks",
        help="write `appProtocol: http`, or a name such as `http-web`; `tcp` for what the mesh is not to look into",
    )


def _contradicting(port: ServicePort, named: str) -> Finding:
    place = port.node.get("appProtocol") or port.node
    return finding(
        place,
        f"appProtocol says `{port.app_protocol}` and the port's name `{named}`; the mesh believes appProtocol",
        help="let the two agree, or call the port something that is no protocol",
        related=[(port.name_node or port.node, f"the name says `{named}`")],
    )
