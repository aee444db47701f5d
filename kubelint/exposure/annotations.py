"""What annotations say to the controllers that read them, and to those that open a path whatever the type is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubelint.exposure.model import Confidence, Evidence, Level, Path, Via
from kubelint.facts.providers import Annotation
from kubelint.node import Scalar
from kubelint.resources import Resource, Service, text_of
from kubelint.template import placeholder_in


class Said(NamedTuple):
    """An outcome in the words of the provider table, and where it stands."""

    outcome: str
    evidence: Evidence


def first_said(
    resource: Resource, annotations: Iterable[Annotation], written: dict[str, Scalar] | None = None
) -> Said | None:
    """What the first of these annotations says that is there, is read, and says anything.

    `written` are the object's annotations, unless it has others, such as those that a Gateway gives to its Service.
    """
    written = resource.annotations if written is None else written
    texts = {key: text_of(node) or "" for key, node in written.items()}
    for annotation in annotations:
        text = texts.get(annotation.key)
        if text is None or not annotation.is_read(texts):
            continue
        outcome = "placeholder" if placeholder_in(text) else annotation.says(text)
        if outcome is not None:
            node = written[annotation.key]
            return Said(outcome, Evidence(f"`{annotation.key}` is `{texts[annotation.key]}`", node, resource))
    return None


def level_said(said: Said) -> Level:
    """The level of an outcome. Where a controller refuses a text, it makes no load balancer, or leaves the old one."""
    return Level.UNKNOWN if said.outcome in ("error", "placeholder") else Level(said.outcome)


def evidence_of(resource: Resource, key: str) -> Evidence:
    """An annotation as evidence."""
    place = resource.annotations.get(key)
    return Evidence(f"`{key}` is `{place.text if place is not None else ''}`", place, resource)


_EXPOSE = "tailscale.com/expose"
_ENDPOINT_GROUPS = "cloud.google.com/neg"
_ENDPOINTS_TYPES = ("external-dns.kubernetes.io/endpoints-type", "external-dns.alpha.kubernetes.io/endpoints-type")


def by_annotations(service: Service) -> list[Path]:
    """The paths that annotations open whatever the type: a tailnet, endpoint groups, the nodes' addresses."""
    if not service.annotations:
        return []
    found = [_by_tailscale(service), _by_endpoint_groups(service), _by_external_dns(service)]
    return [path for path in found if path is not None]


def _by_tailscale(service: Service) -> Path | None:
    """The Tailscale operator: `expose` opens a Service to the tailnet. It reads `funnel` on Ingresses only."""
    if text_of(service.annotations.get(_EXPOSE)) != "true":
        return None
    evidence = (evidence_of(service, _EXPOSE),)
    return Path(Level.PRIVATE, Via.TAILNET, Confidence.LIKELY, provider="tailscale", evidence=evidence)


def _by_endpoint_groups(service: Service) -> Path | None:
    """GKE: `exposed_ports` makes groups of pod addresses, which anything may put behind a load balancer."""
    text = text_of(service.annotations.get(_ENDPOINT_GROUPS))
    if text is None or "exposed_ports" not in text:
        return None
    import json

    try:
        ports = json.loads(text).get("exposed_ports")
    except (ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(ports, dict) or not ports:
        return None
    leading_to = tuple(port for port in service.ports if str(port.number) in ports)
    evidence = (evidence_of(service, _ENDPOINT_GROUPS),)
    return Path(Level.UNKNOWN, Via.ENDPOINT_GROUP, provider="gke", evidence=evidence, ports=leading_to)


def _by_external_dns(service: Service) -> Path | None:
    """ExternalDNS: `endpoints-type: NodeExternalIP` publishes the nodes' addresses for a headless Service's pods."""
    for key in _ENDPOINTS_TYPES:
        if service.is_headless and text_of(service.annotations.get(key)) == "NodeExternalIP":
            return Path(Level.NODE, Via.POD_IP, Confidence.LIKELY, evidence=(evidence_of(service, key),))
    return None
