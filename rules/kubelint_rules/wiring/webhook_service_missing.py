"""A webhook, or an API of its own, whose Service or port is not there."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Node, Resource, Severity, Workspace, rule
from kubelint.backends import Backend
from kubelint.resources import integer_of, is_read, items_of, text_of
from kubelint.wiring.references import judged, missing_port, missing_service

_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_DEFAULT_PORT = 443
"""admissionregistration.k8s.io/v1 and apiregistration.k8s.io/v1: ServiceReference.port."""


@rule(severity=Severity.ERROR)
def webhook_service_missing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """The API server is told to call a Service, or a port, that does not exist."""
    if is_read(resource.api_version, resource.kind):
        yield from judged(
            _called_by(resource),
            lambda service: missing_service(service, workspace) or missing_port(service, workspace),
        )


def _called_by(resource: Resource) -> Iterator[Backend]:
    """The Services that the API server calls on behalf of an object."""
    places: list[Node | None] = []
    if resource.kind in _WEBHOOKS:
        places = [webhook.get("clientConfig", "service") for webhook in items_of(resource.get("webhooks"))]
    elif resource.kind == "APIService":
        places = [resource.get("spec", "service")]
    for place in filter(None, places):
        name_place, port_place = place.get("name"), place.get("port")
        name, namespace = text_of(name_place), text_of(place.get("namespace"))
        if name_place is not None and name is not None and namespace is not None:
            port = integer_of(port_place) if port_place is not None else _DEFAULT_PORT
            yield Backend(resource, name_place, name, namespace, port, port_place)
