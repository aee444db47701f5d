"""An Ingress that sends to a port which its Service does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, ServicePort, Severity, Workspace, rule
from kubelint.backends import backends_in
from kubelint.resources import text_of
from kubelint.wiring.references import judged, missing_port


@rule(severity=Severity.ERROR)
def ingress_backend_port(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """An Ingress names a port that its Service does not have."""
    if resource.kind != "Ingress":
        return

    def severity_of(port: ServicePort) -> Severity | None:
        # ingress-nginx, Controller.serviceEndpoints: it takes a targetPort for the port that leads there.
        return Severity.WARNING if _is_of_nginx(resource) else None

    yield from judged(backends_in(resource), lambda service: missing_port(service, workspace, severity_of))


def _is_of_nginx(ingress: Resource) -> bool:
    annotation = ingress.annotations.get("kubernetes.io/ingress.class")
    return "nginx" in (text_of(ingress.get("spec", "ingressClassName")) or text_of(annotation) or "")
