"""A port without a name."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule


@rule(severity=Severity.NOTE, default=False)
def port_unnamed(service: Service) -> Iterator[Finding]:
    """A port of a Service has no name."""
    if service.type == "ExternalName" or len(service.ports) != 1:
        # Of several ports, the API server wants each to have a name.
        return
    port = service.ports[0]
    if port.name is None and port.number_node is not None:
        yield finding(
            port.number_node,
            "the port has no name, so that Ingresses, routes and monitors can refer to it by its number only",
            help="write `name: http`, or what it speaks; a second port will need one anyway",
        )
