"""A data store that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubelint import Exposure, Finding, Level, Service, ServicePort, Severity, Workload, Workspace, finding, rule
from kubelint.exposure import Confidence, Restriction
from kubelint.facts import Technologies, Technology, technologies
from kubelint.node import Node
from kubelint.resources import Container

_MEMCACHED = 11211
_LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.NOTE, Severity.NOTE: Severity.NOTE}


class Sign(NamedTuple):
    """One sign that a port leads to a data store: the technologies that it fits, what to call them, where it is."""

    fits: frozenset[Technology]
    name: str
    words: str
    node: Node | None
    is_strong: bool = False
    is_port_number: bool = False


@rule(severity=Severity.ERROR)
def exposed_database(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A data store is reachable from outside the cluster."""
    if not exposure.is_external:
        return

    behind = workspace.selected_by(service)
    for port in service.ports:
        signs = _signs(service, port, behind)
        found = _conclusion(signs)
        if found is None or port.number_node is None:
            continue

        name, severity = found
        assumed = "; that it is public is assumed" if exposure.confidence is Confidence.ASSUMED else ""
        evidence = [(sign.node, sign.words) for sign in signs if sign.node not in (None, port.number_node)]
        evidence += [(entry.place, entry.words) for entry in exposure.evidence if entry.place is not None]
        yield finding(
            port.number_node,
            f"{name} is reachable from {exposure.reach}{assumed}",
            help="keep the Service `type: ClusterIP`; clients in the cluster reach it by its name",
            related=[(node, words) for node, words in evidence if node is not None],
            severity=_softened(severity, exposure),
        )


def _conclusion(signs: list[Sign]) -> tuple[str, Severity] | None:
    """What the signs amount to: one strong sign or two that agree are certain, a port number alone is a suspicion."""
    strong = next((sign for sign in signs if sign.is_strong), None)
    if strong is not None:
        return strong.name, Severity.ERROR
    for index, one in enumerate(signs):
        for other in signs[index + 1 :]:
            if one.fits & other.fits:
                return min(one, other, key=lambda sign: len(sign.fits)).name, Severity.ERROR
    number = next((sign for sign in signs if sign.is_port_number), None)
    return (number.name, Severity.WARNING) if number is not None else None


def _softened(severity: Severity, exposure: Exposure) -> Severity:
    if exposure.level is Level.PRIVATE:
        return Severity.NOTE
    return _LOWER[severity] if exposure.restriction in (Restriction.RANGES, Restriction.OPAQUE) else severity


def _signs(service: Service, port: ServicePort, behind: tuple[Workload, ...]) -> list[Sign]:
    """Everything that tells what is behind a port; nothing where an exporter, a proxy or a console is."""
    known = technologies()
    receiving = [container for workload in behind for container in _receiving(workload, port)]
    labels = {key: str(scalar.value) for key, scalar in service.labels.items()}
    if known.is_companion_labels(labels) or known.is_companion_name(service.name or ""):
        return []
    if any(known.is_companion_image(container.image or "") for container in receiving):
        return []
    signs = [
        *_image_signs(port, receiving, known),
        *_label_signs(service, port, behind, receiving, known),
        *_number_signs(port, receiving, known),
        *_name_signs(service, port, known),
    ]
    return list({(sign.words, sign.fits): sign for sign in signs}.values())


def _receiving(workload: Workload, port: ServicePort) -> list[Container]:
    """The containers of a pod that a port leads to. Undeclared numbers lead to the only container, if there is one."""
    target = port.target
    declaring = [
        container
        for container in workload.containers
        if any(target in (declared.name, declared.number) for declared in container.ports)
    ]
    if declaring or isinstance(target, str):
        return declaring
    return list(workload.containers) if len(workload.containers) == 1 else []


def _numbers(port: ServicePort, receiving: list[Container]) -> set[int]:
    """The port's own number, and those that its target resolves to."""
    numbers = {port.number, port.target if isinstance(port.target, int) else None}
    numbers |= {
        declared.number for container in receiving for declared in container.ports if declared.name == port.target
    }
    return {number for number in numbers if number is not None}


def _image_signs(port: ServicePort, receiving: list[Container], known: Technologies) -> Iterator[Sign]:
    for container in receiving:
        match = known.by_image(container.image or "")
        if match is None:
            continue
        technology = match.technology
        if _is_metrics(port) and not _numbers(port, receiving) & technology.ports.keys():
            continue
        words = f"the image of {technology.name}" if match.strong else f"an image that is called {technology.name}"
        yield Sign(frozenset((technology,)), technology.name, words, container.image_node, match.strong)


def _label_signs(
    service: Service,
    port: ServicePort,
    behind: tuple[Workload, ...],
    receiving: list[Container],
    known: Technologies,
) -> Iterator[Sign]:
    for labels in (service.labels, service.selector, *(workload.pod_labels for workload in behind)):
        technology = known.by_labels({key: scalar.text for key, scalar in labels.items()})
        # Everything of a chart bears the same label: it means the data store only where the port is one of its own.
        if technology is None or not (_numbers(port, receiving) & technology.ports.keys()):
            continue
        nodes = [node for key, node in labels.items() if known.by_label(key, node.text) is technology]
        yield Sign(frozenset((technology,)), technology.name, f"the label of {technology.name}", nodes[0], True)


def _number_signs(port: ServicePort, receiving: list[Container], known: Technologies) -> Iterator[Sign]:
    for number in sorted(_numbers(port, receiving)):
        family = known.family_of_port(number)
        # Games and meters use the same numbers over UDP; of the data stores, only Memcached listens there.
        if family is not None and (port.protocol == "TCP" or number == _MEMCACHED):
            node = port.number_node if number == port.number else port.target_node
            yield Sign(frozenset(known.by_port(number)), family, f"the port of {family}", node, is_port_number=True)


def _name_signs(service: Service, port: ServicePort, known: Technologies) -> Iterator[Sign]:
    if _is_metrics(port):
        return
    target = port.target if isinstance(port.target, str) else None
    protocol = port.node.get("appProtocol")
    for name, node in ((port.name, port.name_node), (target, port.target_node), (port.app_protocol, protocol)):
        technology = known.by_port_name(name or "")
        if technology is not None:
            yield Sign(frozenset((technology,)), technology.name, f"a port that is called {technology.name}", node)
    technology = known.by_service_name(service.name or "")
    if technology is not None:
        words = f"a Service that is called {technology.name}"
        yield Sign(frozenset((technology,)), technology.name, words, service.get("metadata", "name"))


def _is_metrics(port: ServicePort) -> bool:
    return "metrics" in f"{port.name} {port.target}"
