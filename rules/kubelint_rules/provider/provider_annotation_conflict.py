"""Annotations that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Node, Scalar, Service, Severity, finding, rule
from kubelint.annotations.readers import (
    Reader,
    annotation_texts,
    judged_annotations,
    named_controller,
    place_of,
    readers_of,
)
from kubelint.annotations.texts import means_yes
from kubelint.facts.providers import Provider, providers
from kubelint.resources import text_of
from kubelint.template import placeholder_in

_OPPOSITE = {"internet": "private", "private": "internet"}
_RANGES = "spec.loadBalancerSourceRanges"
"""The field whose conflicts source-ranges-conflict tells of."""
_WORDS = {"internet": "a public", "private": "an internal"}


@rule(severity=Severity.WARNING)
def provider_annotation_conflict(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """Annotations contradict each other, or a field."""
    for key, node in judged_annotations(service).items():
        readers = readers_of(service, key, cluster.provider)
        found = _overridden(service, key, node, readers) or _against_the_reach(service, node, readers)
        if found is not None:
            yield found
    for controller in _at_work(service, cluster):
        yield from _refused(service, controller)


def _overridden(service: Service, key: str, node: Scalar, readers: tuple[Reader, ...]) -> Finding | None:
    """A finding where a controller reads another annotation, or a field, in this one's place."""
    for reader in readers:
        for other in reader.annotation.overridden_by:
            winner = place_of(service, other)
            if winner is not None and not _agree(reader, node, winner, other):
                return finding(
                    node,
                    f"{reader.controller.name} does not read `{key}` beside `{other}`, which says otherwise",
                    help="keep only the one that you mean",
                    related=[(winner, "this one is read")],
                )
    return None


def _agree(reader: Reader, node: Scalar, winner: Node, other: str) -> bool:
    if not isinstance(winner, Scalar):
        return False
    if winner.text == node.text or placeholder_in(winner.text):
        return True
    overriding = reader.controller.annotation(other)
    meant = reader.annotation.says(node.text)
    return overriding is not None and meant is not None and meant == overriding.says(winner.text)


def _against_the_reach(service: Service, node: Scalar, readers: tuple[Reader, ...]) -> Finding | None:
    """A finding where an annotation takes for granted a reach that the load balancer is told not to have."""
    implied = readers[0].annotation.implies if readers else None
    if implied is None or any(reader.annotation.implies != implied for reader in readers):
        return None
    told = [_told(service, reader.controller) for reader in readers]
    against = [place for outcome, place in told if outcome == _OPPOSITE[implied]]
    if not against or any(outcome == implied for outcome, _ in told):
        return None
    return finding(
        node.key,
        f"`{node.step}` is for {_WORDS[implied]} load balancer, and this one is told to be"
        f" {_WORDS[_OPPOSITE[implied]]} one",
        help="leave one of the two out",
        related=[(against[0], "this is what tells it")],
    )


def _told(service: Service, controller: Provider) -> tuple[str | None, Node]:
    """How far annotations tell this controller to let its load balancer reach, and the one that does; None for none."""
    texts = annotation_texts(service)
    for annotation in controller.scope_keys:
        text = texts.get(annotation.key)
        if text is None or not annotation.is_read(texts):
            continue
        outcome = None if placeholder_in(text) else annotation.says(text)
        if outcome is not None or placeholder_in(text):
            return outcome, service.annotations[annotation.key]
    return None, service.node


def _at_work(service: Service, cluster: Cluster) -> tuple[Provider, ...]:
    if service.type != "LoadBalancer":
        return ()
    named = named_controller(service, cluster.provider)
    if named is not None:
        return (named,)
    is_decided = cluster.provider is not None or text_of(service.get("spec", "loadBalancerClass")) is not None
    return () if is_decided else providers().meant_by(service.annotations)


def _refused(service: Service, controller: Provider) -> Iterator[Finding]:
    """Findings about what a controller refuses to take together."""
    for fields in (*controller.refused_together, *controller.contradictions):
        places = _places(service, fields)
        if _RANGES in fields or len(places) < len(fields):
            continue
        first, *others = places
        together = " and ".join(f"`{field.removeprefix('spec.')}`" for field in fields)
        yield finding(
            first,
            f"{controller.name} refuses a Service with {together}",
            help="keep only the one that you mean" if others else "leave it out",
            related=[(other, "not beside this") for other in others],
        )


def _places(service: Service, fields: tuple[str, ...]) -> list[Node]:
    """Where these annotations and fields are written, of those that say anything but no."""
    places = [place_of(service, field) for field in fields]
    return [place for place in places if place is not None and _says_something(place)]


def _says_something(place: Node) -> bool:
    return not isinstance(place, Scalar) or (means_yes(place.text) and not placeholder_in(place.text))
