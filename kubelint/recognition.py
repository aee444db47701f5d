"""What stands behind a port of a Service, told by its image, variables, labels, port numbers and names together.

One certain sign, or two that agree, make a certain answer; a port number that only one family of technologies uses
makes a suspicion; anything less makes no answer. What merely accompanies a technology (an exporter, an operator, a
proxy, a client) is not it. The signs themselves are look-ups in `kubelint.facts.technologies`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from kubelint.facts.technologies import DATA_STORES, Technology, technologies
from kubelint.node import Node, Scalar
from kubelint.resources import Container, Service, ServicePort, Workload, items_of, text_of

_GENERIC_PORTS = frozenset((80, 443, 8080))
# Prometheus: "Default port allocations", the wiki page where exporters choose theirs. A `pdf-exporter` is none of them.
_EXPORTER_PORTS = range(9100, 10000)
SCALE = ("low", "medium", "high", "critical")
"""How bad it is to find a technology open to the internet, the worst last."""


class Kind(StrEnum):
    """What a technology is to whoever finds it in the open. A port of a Service is of one kind at most."""

    DATA_STORE = "data-store"
    ADMIN_INTERFACE = "admin-interface"
    REMOTE_ACCESS = "remote-access"
    TELEMETRY = "telemetry"


class Strength(StrEnum):
    """How sure a recognition is: `certain`, or `suspected`, where a port number is all that speaks for it."""

    CERTAIN = "certain"
    SUSPECTED = "suspected"


class Sign(NamedTuple):
    """One sign of what is behind a port: the technologies that it fits, what to call them, and where it stands."""

    fits: frozenset[Technology]
    name: str
    words: str
    node: Node | None
    is_strong: bool = False
    is_port_number: bool = False
    is_port_name: bool = False


class Recognition(NamedTuple):
    """What stands behind a port.

    `name` is what a sentence calls it; it speaks of the family where only a port number is known. `role` is what the
    port is to the technology (see `Technology.ports`). `signs` are all that speak for it, the first being the one that
    decides; `auth_off` is the place where its authentication is switched off, None where no such place is seen.
    """

    technology: Technology
    name: str
    strength: Strength
    role: str
    signs: tuple[Sign, ...]
    auth_off: Node | None = None

    @property
    def kind(self) -> Kind:
        """Its kind. The metrics of a technology are telemetry, whatever they are the metrics of."""
        category = self.technology.category
        if self.role == "metrics" or category == "telemetry":
            return Kind.TELEMETRY
        if category in DATA_STORES:
            return Kind.DATA_STORE
        return Kind.REMOTE_ACCESS if category == "remote-access" else Kind.ADMIN_INTERFACE

    @property
    def severity(self) -> str:
        """How bad it is to find it open to the internet: `critical`, `high`, `medium` or `low`."""
        return "medium" if self.role == "metrics" else self.technology.severity


def recognised(service: Service, port: ServicePort, workloads: tuple[Workload, ...]) -> Recognition | None:
    """What stands behind a port of a Service that selects these workloads; None where that cannot be told."""
    evidence = _Evidence(service, port, workloads)
    signs = evidence.signs()
    found = _conclusion(signs)
    if found is None:
        return None
    deciding, technology, strength = found
    agreeing = [sign for sign in signs if sign is not deciding and technology in sign.fits]
    role = evidence.role_of(technology)
    is_of_another = role == "metrics" and technology.category != "telemetry"
    name = f"the metrics endpoint of {technology.name}" if is_of_another else deciding.name
    return Recognition(technology, name, strength, role, (deciding, *agreeing), evidence.auth_off(technology))


def _conclusion(signs: list[Sign]) -> tuple[Sign, Technology, Strength] | None:
    """The sign that decides, and what it decides: a strong one, else two that agree, else a port number alone."""
    for sign in signs:
        if sign.is_strong:
            return sign, next(iter(sign.fits)), Strength.CERTAIN
    agreeing = [
        (min(one, other, key=lambda sign: len(sign.fits)), one.fits & other.fits)
        for index, one in enumerate(signs)
        for other in signs[index + 1 :]
        if one.fits & other.fits and not (one.is_port_number and other.is_port_number)
    ]
    if agreeing:
        # A Git server's SSH is an SSH, too: the milder answer is the more particular one.
        sign, fits = min(agreeing, key=lambda pair: min(SCALE.index(each.severity) for each in pair[1]))
        return sign, _called(sign.name, fits), Strength.CERTAIN
    number = next((sign for sign in signs if sign.is_port_number), None)
    if number is None or any(sign.is_port_name and not sign.fits & number.fits for sign in signs):
        return None
    return number, _called(number.name, number.fits), Strength.SUSPECTED


def _called(name: str, fits: frozenset[Technology]) -> Technology:
    """The one of several technologies that bears the name; else the first by identifier."""
    return min(fits, key=lambda technology: (technology.name != name, technology.id))


class _Evidence:
    """What the manifests say about one port of a Service, gathered once."""

    def __init__(self, service: Service, port: ServicePort, workloads: tuple[Workload, ...]) -> None:
        self._known = technologies()
        self._service = service
        self._port = port
        self._workloads = workloads
        self._receiving = [container for workload in workloads for container in workload.receiving(port)]
        self._numbers = self._resolved_numbers()
        target = port.target if isinstance(port.target, str) else None
        self._names = tuple(name.lower() for name in (port.name, target) if name)

    def _resolved_numbers(self) -> dict[int, Node | None]:
        """The numbers that its target resolves to, then its own, each with the place where it stands."""
        target = self._port.target
        numbers: dict[int, Node | None] = {}
        if isinstance(target, int):
            numbers[target] = self._port.target_node or self._port.number_node
        for container in self._receiving:
            for declared in container.ports:
                if declared.name == target and declared.number is not None:
                    numbers[declared.number] = declared.node.get("containerPort")
        if self._port.number is not None:
            numbers[self._port.number] = self._port.number_node
        return numbers

    def role_of(self, technology: Technology) -> str:
        """What the port is to a technology; `client` where the technology has no such port."""
        return next((technology.ports[number] for number in self._numbers if number in technology.ports), "client")

    def signs(self) -> list[Sign]:
        """Every sign, the strongest kind first; none where the port leads to an exporter's or a proxy's like."""
        images = list(self._of_images())
        if any(sign.is_strong for sign in images):
            return [*images, *self._of_metrics(), *self._of_labels(), *self._of_numbers(), *self._of_names()]
        if self._is_something_else():
            return list(self._of_metrics())
        return [
            *self._of_metrics(),
            *self._of_environment(),
            *self._of_labels(),
            *images,
            *self._of_numbers(),
            *self._of_names(),
        ]

    def _is_something_else(self) -> bool:
        """Whether an image, a label or the name tells that it is a companion, or a port of a product that is public."""
        labels = {key: scalar.text for key, scalar in self._service.labels.items()}
        if self._known.is_companion_labels(labels) or self._known.is_companion_name(self._service.name or ""):
            return True
        for container in self._receiving:
            image = container.image or ""
            match = self._known.by_image(image)
            if match is not None and match.strong and not self._is_own_port_of(match.technology):
                return True
            if self._known.is_companion_image(image):
                return True
        return False

    def _is_own_port_of(self, technology: Technology) -> bool:
        if self._is_called_metrics() and technology.category != "telemetry":
            return self.role_of(technology) == "metrics"
        return technology.listens_on(self._numbers, self._names)

    def _is_called_metrics(self) -> bool:
        return any("metrics" in name or name == "prometheus" for name in self._names)

    def _of_images(self) -> Iterator[Sign]:
        for container in self._receiving:
            image = container.image or ""
            match = self._known.by_image(image)
            if match is not None and self._may_be_a_port_of(match.technology):
                technology, is_strong = match.technology, match.strong
                words = f"the image of {technology.name}" if is_strong else f"an image that is called {technology.name}"
                yield Sign(frozenset((technology,)), technology.name, words, container.image_node, is_strong)
            elif self._known.is_exporter_image(image) and self._is_for_an_exporter():
                technology = self._known["exporter"]
                words = f"the image of {technology.name}"
                yield Sign(frozenset((technology,)), technology.name, words, container.image_node, True)

    def _may_be_a_port_of(self, technology: Technology) -> bool:
        """Whether a technology that the container holds may listen there; on any port, unless the table says which."""
        must_be_own = technology.only_on or self._is_called_metrics()
        return not must_be_own or self._is_own_port_of(technology)

    def _is_for_an_exporter(self) -> bool:
        return self._is_called_metrics() or any(number in _EXPORTER_PORTS for number in self._numbers)

    def _of_metrics(self) -> Iterator[Sign]:
        technology = self._known["metrics"]
        named = ((self._port.name, self._port.name_node), (self._port.target, self._port.target_node))
        for name, node in named:
            if isinstance(name, str) and name.lower() in technology.port_names:
                yield Sign(frozenset((technology,)), technology.name, "a port that is called metrics", node, True)
                return

    def _of_environment(self) -> Iterator[Sign]:
        for container in self._receiving:
            for name, node, _ in _variables(container):
                technology = self._known.by_variable(name)
                if technology is not None and self._is_own_port_of(technology):
                    words = f"a variable of {technology.name}"
                    yield Sign(frozenset((technology,)), technology.name, words, node, True)
            for word, node in _words(container):
                technology = self._known.by_argument(word)
                if technology is not None and self._is_own_port_of(technology):
                    words = f"an option of {technology.name}"
                    yield Sign(frozenset((technology,)), technology.name, words, node, True)

    def _of_labels(self) -> Iterator[Sign]:
        sources = (self._service.labels, self._service.selector, *(each.pod_labels for each in self._workloads))
        seen = set()
        for labels in sources:
            technology = self._known.by_labels({key: scalar.text for key, scalar in labels.items()})
            # Everything of a chart bears the same label: it means the technology only where the port is one of its own.
            if technology is None or technology in seen or not self._is_own_port_of(technology):
                continue
            seen.add(technology)
            node = next(node for key, node in labels.items() if self._known.by_label(key, node.text) is technology)
            yield Sign(frozenset((technology,)), technology.name, f"the label of {technology.name}", node, True)

    def _of_numbers(self) -> Iterator[Sign]:
        for number, node in self._numbers.items():
            fits = self._known.by_port(number, self._port.protocol)
            family = self._known.family_of_port(number)
            if fits and family is not None:
                yield Sign(frozenset(fits), family, f"the port of {family}", node, is_port_number=True)

    def _of_names(self) -> Iterator[Sign]:
        """The names of the port and of the Service, and beside them a number that the technology shares with others."""
        supported = set()
        for sign in self._named():
            (technology,) = sign.fits
            if not technology.is_data_store and not self._is_own_port_of(technology):
                continue
            yield sign
            is_plain = sign.is_port_name or self._known.ends_in_name(self._service.name or "")
            if is_plain and technology not in supported:
                supported.add(technology)
                yield from self._of_shared_numbers(technology)

    def _of_shared_numbers(self, technology: Technology) -> Iterator[Sign]:
        for number, node in self._numbers.items():
            is_shared = number not in _GENERIC_PORTS and self._known.family_of_port(number) is None
            if is_shared and number in technology.ports:
                yield Sign(frozenset((technology,)), technology.name, f"a port of {technology.name}", node)

    def _named(self) -> Iterator[Sign]:
        port = self._port
        target = port.target if isinstance(port.target, str) else None
        protocol = port.node.get("appProtocol")
        found = set()
        for name, node in ((port.name, port.name_node), (target, port.target_node), (port.app_protocol, protocol)):
            technology = self._known.by_port_name(name or "")
            if technology is not None and technology not in found:
                found.add(technology)
                words = f"a port that is called {technology.name}"
                yield Sign(frozenset((technology,)), technology.name, words, node, is_port_name=True)
        technology = self._known.by_service_name(self._service.name or "")
        if technology is not None:
            words, node = f"a Service that is called {technology.name}", self._service.get("metadata", "name")
            yield Sign(frozenset((technology,)), technology.name, words, node)

    def auth_off(self, technology: Technology) -> Node | None:
        """Where a container that the port leads to is told to do without authentication; None: nowhere to be seen."""
        for container in self._receiving:
            for switch in technology.auth_off:
                node = _argument(container, switch) if switch.startswith("-") else _variable(container, switch)
                if node is not None:
                    return node
        return None


def _variables(container: Container) -> Iterator[tuple[str, Node, str | None]]:
    """The environment variables of a container: name, entry, and the value, where it is written there."""
    for entry in items_of(container.node.get("env")):
        name, value = text_of(entry.get("name")), entry.get("value")
        if name is not None:
            yield name, entry, value.text if isinstance(value, Scalar) else None


def _words(container: Container) -> Iterator[tuple[str, Node]]:
    """The words of a container's command line, and those of its variables, each with the node that holds it."""
    for node in (*items_of(container.node.get("command")), *items_of(container.node.get("args"))):
        for word in node.text.split() if isinstance(node, Scalar) else ():
            yield word, node
    for _, entry, value in _variables(container):
        for word in (value or "").split():
            yield word, entry


def _variable(container: Container, switch: str) -> Node | None:
    wanted_name, _, wanted = switch.partition("=")
    for name, node, value in _variables(container):
        if name != wanted_name:
            continue
        if wanted == "*":
            return node if value or node.get("valueFrom") is not None else None
        if value is not None and value.lower() == wanted.lower():
            return node
    return None


def _argument(container: Container, switch: str) -> Node | None:
    wanted = switch.split()
    words = list(_words(container))
    for index in range(len(words)):
        if [word for word, _ in words[index : index + len(wanted)]] == wanted:
            return words[index][1]
    return None
