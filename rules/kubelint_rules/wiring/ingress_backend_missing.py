"""An Ingress that sends to a Service which is not there."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Workspace, rule
from kubelint.backends import backends_in
from kubelint.wiring.references import judged, missing_service


@rule(severity=Severity.ERROR)
def ingress_backend_missing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """An Ingress names a Service that does not exist."""
    if resource.kind != "Ingress":
        return
    yield from judged(backends_in(resource), lambda service: missing_service(service, workspace))
