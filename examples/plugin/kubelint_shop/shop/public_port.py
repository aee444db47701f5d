"""What the internet may dial, judged by how far the Service really reaches."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule
from kubelint.exposure import Exposure, Level

ALLOWED = (80, 443)


@rule(severity=Severity.ERROR, default=False)
def public_port(service: Service, exposure: Exposure) -> Iterator[Finding]:
    """The internet reaches a port other than 80 and 443."""
    for port in service.ports:
        reach = exposure.to_port(port)
        if reach.level is not Level.INTERNET or port.number in ALLOWED or port.number_node is None:
            continue
        related = [(reach.place, "what makes it reachable")] if reach.place is not None else []
        message = f"the internet reaches port {port.number}"
        yield finding(port.number_node, message, help="serve it behind port 443, or keep it inside", related=related)
