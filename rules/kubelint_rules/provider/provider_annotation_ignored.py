"""An annotation that is real, and that nothing reads on this Service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Cluster, Finding, Scalar, Service, Severity, Workspace, finding, rule
from kubelint.annotations.keys import known_readers
from kubelint.annotations.readers import (
    Reader,
    annotation_texts,
    judged_annotations,
    named_controller,
    reach_by_class,
    readers_of,
)
from kubelint.facts.providers import ANY, Provider
from kubelint.node import Node
from kubelint.resources import text_of
from kubelint.wiring.patches import require_unpatched

_CLASS = ("spec", "loadBalancerClass")
_DECIDING = re.compile(r"\b(?:type|loadBalancerClass)\b")
"""What a patch would have to speak of to make another load balancer of a Service, or one at all."""


@rule(severity=Severity.WARNING)
def provider_annotation_ignored(service: Service, cluster: Cluster, workspace: Workspace) -> Iterator[Finding]:
    """Nothing reads an annotation on a Service of this type or class."""
    if service.type_node is None and service.get("spec", "ports") is None:
        # A Service without ports is no Service but a patch, which says nothing of the type that it has elsewhere.
        return
    unread: dict[str, list[Scalar]] = {}
    for key, node in judged_annotations(service).items():
        known = [(one, annotation) for one, annotation in known_readers(key) if annotation.is_for_services]
        if not known or any(annotation.is_read_only for _, annotation in known):
            continue
        why = _why_unread(service, key, [one for one, _ in known], cluster.provider)
        if why is not None:
            unread.setdefault(why, []).append(node)
    if unread:
        require_unpatched(service, workspace, _DECIDING)
    for why, nodes in unread.items():
        yield _told(service, why, nodes)


def _told(service: Service, why: str, nodes: list[Scalar]) -> Finding:
    first, *others = nodes
    deciding = service.get(*_CLASS) or service.type_node
    related: list[tuple[Node, str]] = [(other, "nor is this") for other in others]
    if deciding is not None:
        related.append((deciding, "decided here"))
    return finding(
        first.key,
        f"`{first.step}` is not read: {why}",
        help=_help(service, first, why),
        related=[(place if place is deciding else place.key, words) for place, words in related],
    )


def _help(service: Service, first: Scalar, why: str) -> str:
    needed = _NEEDED.search(why)
    if needed is not None:
        return f"add `{needed[1]}`, or leave this one out"
    if service.type != "LoadBalancer":
        return "make the Service `type: LoadBalancer`, or leave it out"
    return "leave it out, or write the key that the controller reads instead"


_NEEDED = re.compile(r"reads it only beside `([^`]+)`")


def _why_unread(service: Service, key: str, known: list[Provider], configured: str | None) -> str | None:
    """Why nothing reads an annotation here, in words that follow a colon; None where something may."""
    named = named_controller(service, configured)
    readers = readers_of(service, key, configured)
    if readers:
        beside = annotation_texts(service)
        reasons = [_outranked(service, reader, beside[key]) or _unmet(reader, beside) for reader in readers]
        return reasons[0] if reasons[0] is not None and all(reasons) else None
    if service.type != "LoadBalancer":
        reads = "reads" if len(known) == 1 else "read"
        return f"{_names(known)} {reads} it on load balancers, and this is a Service of type {service.type}"
    if named is None:
        return None
    if text_of(service.get(*_CLASS)) is not None:
        return f"the class hands this Service to {named.name}, and the key belongs to {_names(known)}"
    return f"{named.name} serves this Service, and the key belongs to {_names(known)}"


def _names(known: list[Provider]) -> str:
    names = [one.name for one in known]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _outranked(service: Service, reader: Reader, text: str) -> str | None:
    """That the class decides the reach and not this annotation, if they differ."""
    reach = reach_by_class(service, reader)
    if reach is None or reader.annotation.says(text) in (reach, None):
        return None
    return f"the class `{text_of(service.get(*_CLASS))}` decides alone how far the load balancer reaches"


def _unmet(reader: Reader, beside: dict[str, str]) -> str | None:
    """The condition that keeps the controller from reading an annotation, if another annotation sets one."""
    for key, wanted in reader.annotation.unless.items():
        if beside.get(key) in wanted:
            return f"{reader.controller.name} does not read it where `{key}` is `{beside[key]}`"
    for key, wanted in reader.annotation.when.items():
        if None in wanted or beside.get(key) in wanted or (ANY in wanted and key in beside):
            continue
        needed = f"beside `{key}`" if ANY in wanted else f"where `{key}` is `{wanted[0]}`"
        return f"{reader.controller.name} reads it only {needed}"
    return None
