"""Who reads an annotation of a Service: of all the controllers that know its key, those that can be at work here."""

from __future__ import annotations

from typing import NamedTuple

from kubelint.annotations.keys import known_readers
from kubelint.facts.providers import ANY, Annotation, Provider, providers
from kubelint.node import Node, Scalar
from kubelint.resources import Resource, Service, items_of, text_of
from kubelint.template import placeholder_in


class Reader(NamedTuple):
    """A controller, and what an annotation is to it."""

    controller: Provider
    annotation: Annotation


def named_controller(service: Service, configured: str | None) -> Provider | None:
    """The controller that surely serves a Service's load balancer: its class, annotations or the configuration name it.

    `configured` is the configured provider. Two controllers that share their keys work side by side in one cluster, and
    the annotations pick one of them whatever is configured; those of another provider pick nothing.
    """
    if load_balancer_class := text_of(service.get("spec", "loadBalancerClass")):
        return providers().serving(load_balancer_class)
    picked = providers().selected_by(annotation_texts(service))
    if configured is None:
        return picked
    expected = providers().get(configured)
    if picked is not None and expected is not None and set(picked.prefixes) & set(expected.prefixes):
        return picked
    return expected


def readers_of(service: Service, key: str, configured: str | None) -> tuple[Reader, ...]:
    """The controllers that read the annotation with this key on a Service of this type and class.

    More than one where they share the key, and nothing tells which of them is at work.
    """
    known = known_readers(key)
    if not known:
        return ()
    named = named_controller(service, configured)
    return tuple(
        Reader(controller, annotation)
        for controller, annotation in known
        if annotation.is_for_services
        and _is_at_work(service, controller, annotation, named)
        and _reads_type(service, controller, annotation)
    )


def reach_by_class(service: Service, reader: Reader) -> str | None:
    """The reach that a Service's class gives its load balancer, if the annotation would decide it otherwise."""
    decides = any(scope.key == reader.annotation.key for scope in reader.controller.scope_keys)
    return reader.controller.classes.get(text_of(service.get("spec", "loadBalancerClass")) or "") if decides else None


def _is_at_work(service: Service, controller: Provider, annotation: Annotation, named: Provider | None) -> bool:
    if ANY in annotation.read_on or controller is named:
        return True
    if named is not None:
        return False
    # A pool's controller may be told to serve any class at all.
    return controller.default == "address" or text_of(service.get("spec", "loadBalancerClass")) is None


def _reads_type(service: Service, controller: Provider, annotation: Annotation) -> bool:
    if ANY in annotation.read_on or service.type in annotation.read_on:
        return True
    picked = providers().selected_by(annotation_texts(service))
    return service.type in controller.also_serves and picked is controller


def annotation_texts(resource: Resource) -> dict[str, str]:
    """The annotations of an object, as texts."""
    return {key: text_of(node) or "" for key, node in resource.annotations.items()}


def judged_annotations(service: Service) -> dict[str, Scalar]:
    """The annotations whose key and text are final: those that hold a placeholder mean nothing yet."""
    return {
        key: node
        for key, node in service.annotations.items()
        if not placeholder_in(key) and not placeholder_in(node.text)
    }


def place_of(service: Service, field: str) -> Node | None:
    """Where an annotation or a `spec.` field is written; None where it is not, or where the field is empty."""
    if not field.startswith("spec."):
        return service.annotations.get(field)
    node = service.get("spec", field.removeprefix("spec."))
    return node if text_of(node) or items_of(node) else None
