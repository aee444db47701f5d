"""What a load balancer amounts to, read the way that the controller which makes it reads the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubelint.annotations.readers import annotation_texts, named_controller
from kubelint.exposure.addresses import level_of, listed
from kubelint.exposure.annotations import evidence_of, first_said, level_said
from kubelint.exposure.model import Confidence, Evidence, Level, Path, Restriction, Via
from kubelint.exposure.source_ranges import restriction_by
from kubelint.facts.providers import NO_PROVIDER, Provider, providers
from kubelint.node import Node
from kubelint.resources import Resource, Service, text_of
from kubelint.workspace import Workspace


class Shown(NamedTuple):
    """A controller that is at work where an object of its own is among the manifests."""

    controller: Provider
    object: Resource


def shown_by_objects(service: Service, workspace: Workspace) -> Shown | None:
    """The controller of which an object (a pool of addresses, say) lies in the folders around a Service, or None."""
    for controller in providers().values():
        for kind in controller.objects:
            for resource in workspace.custom_resources(kind):
                if workspace.surroundings_of(workspace.application_of(service)).holds(resource.path):
                    return Shown(controller, resource)
    return None


def by_load_balancer(service: Service, provider: str | None, shown: Shown | None = None) -> Path:
    """The path through the load balancer of a Service of type LoadBalancer.

    `provider` is the configured one. A class decides who serves it, then the configuration, then annotations that pick
    a controller by name, then those that are written for one, then what is `shown` around the Service; where nothing
    says, a public one is assumed.
    """
    written = Evidence(f"`type: {service.type}`", service.type_node, service)
    class_node = service.get("spec", "loadBalancerClass")
    named = named_controller(service, provider)
    load_balancer_class = text_of(class_node)
    if named is None and load_balancer_class:
        unserved = f"no known controller serves the class `{load_balancer_class}`"
        return _path(Level.UNKNOWN, evidence=(written, Evidence(unserved, class_node, service)))
    readings = [_reading(service, controller) for controller in controllers_of(service, provider)]
    if readings:
        return _answer(service, readings, named is not None, written)
    if shown is not None:
        there = f"{shown.object.kind} `{shown.object.name}` is among the manifests"
        beside = Evidence(there, shown.object.name_place, shown.object)
        path = _answer(service, [_reading(service, shown.controller)], False, written)
        return path._replace(evidence=(*path.evidence, beside))
    return _assumed(service, written)


def controllers_of(service: Service, provider: str | None) -> tuple[Provider, ...]:
    """The controllers that may serve a Service's load balancer, of which the cluster runs one; empty if none is known.

    `provider` is the configured one.
    """
    named = named_controller(service, provider)
    if named is not None:
        return (named,)
    is_decided = provider == NO_PROVIDER or text_of(service.get("spec", "loadBalancerClass")) is not None
    return () if is_decided else providers().meant_by(service.annotations)


def without_type(service: Service, provider: str | None) -> Path | None:
    """The path through a load balancer that annotations ask for although the type is another one; None for none.

    The AWS Load Balancer Controller makes one for a NodePort Service too, and for a ClusterIP Service with IP targets,
    unless its feature gate ServiceTypeLoadBalancerOnly is on (exposure facts: lbc-src).
    """
    controller = providers().selected_by(annotation_texts(service)) if service.annotations else None
    if controller is None or service.type not in controller.also_serves:
        return None
    if named_controller(service, provider) is not controller:
        return None
    kind = text_of(service.annotations.get(_AWS_TYPE))
    target = "ip" if kind == "nlb-ip" else text_of(service.annotations.get(_AWS_TARGET))
    if service.type != "NodePort" and target != "ip":
        return None
    reading = _reading(service, controller)
    asked = evidence_of(service, _AWS_TYPE)
    return _path(
        reading.level,
        Confidence.LIKELY,
        restriction_by(service, controller),
        provider=controller.id,
        evidence=(asked, reading.evidence),
    )


_AWS_TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
_AWS_TARGET = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"


def _path(
    level: Level,
    confidence: Confidence = Confidence.CERTAIN,
    restriction: Restriction = Restriction.NONE,
    *,
    provider: str | None = None,
    evidence: tuple[Evidence, ...],
) -> Path:
    return Path(level, Via.LOAD_BALANCER, confidence, restriction, provider, evidence)


def _assumed(service: Service, written: Evidence) -> Path:
    """Of a load balancer of which nothing is known but, at most, the address that it asks for."""
    restriction = restriction_by(service, None)
    address = service.get("spec", "loadBalancerIP")
    if asked := text_of(address):
        evidence = (written, Evidence(f"`loadBalancerIP` asks for `{asked}`", address, service))
        return _path(level_of(asked), Confidence.LIKELY, restriction, evidence=evidence)
    silent = Evidence("no class, no annotation: a public load balancer is assumed")
    return _path(Level.INTERNET, Confidence.ASSUMED, restriction, evidence=(written, silent))


class _Reading(NamedTuple):
    """What a controller would make of a Service; `is_written` where the manifest decides and not the default."""

    controller: Provider
    level: Level
    is_written: bool
    evidence: Evidence


def _answer(service: Service, readings: Sequence[_Reading], is_sure: bool, written: Evidence) -> Path:
    """The path where one of these controllers is at work and only the cluster knows which.

    What the manifest says to one of them counts more than the others' defaults; then the widest answer is taken, and
    one that does not know contradicts nobody. Of the two AWS controllers, which share their keys, one makes a public
    load balancer by default and one a private one.
    """
    counted = [reading for reading in readings if reading.is_written] or readings
    widest = max(counted, key=lambda reading: reading.level.rank)
    if is_sure or (widest.is_written and all(reading.level is widest.level for reading in readings)):
        confidence = Confidence.CERTAIN
    elif all(reading.level in (widest.level, Level.UNKNOWN) for reading in counted):
        confidence = Confidence.LIKELY
    else:
        confidence = Confidence.ASSUMED
    restriction = restriction_by(service, widest.controller)
    contrary = (reading.evidence for reading in counted if reading.level is not widest.level)
    evidence = tuple(dict.fromkeys((written, widest.evidence, *contrary)))
    return _path(widest.level, confidence, restriction, provider=widest.controller.id, evidence=evidence)


def _reading(service: Service, controller: Provider) -> _Reading:
    class_node = service.get("spec", "loadBalancerClass")
    if reach := controller.classes.get(text_of(class_node) or ""):
        decides = Evidence("`loadBalancerClass` decides it", class_node, service)
        return _Reading(controller, Level(reach), True, decides)
    for fields in controller.refused_together:
        places = [_place_given(service, field) for field in fields]
        if all(places):
            refused = f"{controller.name} makes no load balancer with {' and '.join(f'`{field}`' for field in fields)}"
            return _Reading(controller, Level.UNKNOWN, True, Evidence(refused, places[-1], service))
    if said := first_said(service, controller.scope_keys):
        return _Reading(controller, level_said(said), True, said.evidence)
    for field in controller.address_keys:
        place = _place_given(service, field)
        if text := text_of(place):
            level = max((level_of(part) for part in text.split(",")), key=lambda level: level.rank)
            return _Reading(controller, level, True, Evidence(f"`{field}` asks for `{text}`", place, service))
    place = class_node if text_of(class_node) else None
    if controller.default == "address":
        from_pool = f"{controller.name} takes the address from a pool of the cluster"
        return _Reading(controller, Level.UNKNOWN, False, Evidence(from_pool, place, service, controller.id))
    level = Level(controller.default)
    silent = f"{controller.name} opens a load balancer to {level.reach} unless told otherwise"
    return _Reading(controller, level, False, Evidence(silent, place, service, controller.id))


def _place_given(service: Service, field: str) -> Node | None:
    """Where an annotation or a `spec.` field is written, unless there is nothing in it."""
    in_spec = field.startswith("spec.")
    node = service.get("spec", field.removeprefix("spec.")) if in_spec else service.annotations.get(field)
    return node if text_of(node) or listed(node) else None
