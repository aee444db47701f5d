"""How far a Service reaches: what its manifest says, read the way that whoever serves it reads it.

Every answer carries how sure it is and the places that led to it. What a manifest leaves to the cluster is `unknown`,
never a guess; the one assumption made is that a load balancer nobody speaks of is public.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kubelint.facts.providers import NO_PROVIDER, Annotation, Provider, providers
from kubelint.node import Node, Scalar
from kubelint.resources import Service, integer_of, items_of, text_of
from kubelint.template import placeholder_in

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

SOURCE_RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"


class Level(StrEnum):
    """Who can open a connection."""

    NONE = "none"
    CLUSTER = "cluster"
    NODE = "node"
    PRIVATE = "private"
    INTERNET = "internet"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """The wider, the higher. `unknown` stands right above `cluster`: any reach that is known counts more."""
        return list(_REACH).index(self)


_REACH = {
    Level.NONE: "nobody",
    Level.CLUSTER: "the cluster",
    Level.UNKNOWN: "a network that the manifest does not name",
    Level.NODE: "the nodes' network",
    Level.PRIVATE: "the private network",
    Level.INTERNET: "the internet",
}


class Confidence(StrEnum):
    """How sure a level is: the manifest or the configuration decides it, all signs agree, or they do not decide."""

    CERTAIN = "certain"
    LIKELY = "likely"
    ASSUMED = "assumed"


class Restriction(StrEnum):
    """What narrows who can connect: nothing, address ranges, something out of sight, or ranges that nobody enforces."""

    NONE = "none"
    RANGES = "ranges"
    OPAQUE = "opaque"
    NOT_ENFORCED = "not-enforced"


class Evidence(NamedTuple):
    """One reason for an answer: what it says, and where it is written if it is written."""

    place: Node | None
    words: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """How far a Service reaches, by its widest way in.

    `provider` is the identifier of who serves it, where that is known. `opens_node_ports` tells that it also answers at
    every node's address, where neither a load balancer's scope nor its source ranges protect it.
    """

    level: Level
    confidence: Confidence = Confidence.CERTAIN
    restriction: Restriction = Restriction.NONE
    provider: str | None = None
    evidence: tuple[Evidence, ...] = ()
    opens_node_ports: bool = False
    load_balancer: Exposure | None = None
    """What its load balancer alone amounts to, whatever else leads to the Service; None where it has none."""

    @property
    def is_external(self) -> bool:
        """Whether it is known to be reachable from outside the cluster."""
        return self.level in (Level.NODE, Level.PRIVATE, Level.INTERNET)

    @property
    def reach(self) -> str:
        """The level in words: `the internet`."""
        return _REACH[self.level]

    @property
    def place(self) -> Node | None:
        """What to point at as the cause: the type, or the external IP; None for a Service that says nothing."""
        return next((evidence.place for evidence in self.evidence if evidence.place is not None), None)


def exposure_of(service: Service, provider: str | None) -> Exposure:
    """How far a Service reaches. `provider` is the configured one: an identifier of the table, `none`, or None."""
    written = Evidence(service.type_node, f"`type: {service.type}`")
    if service.type == "ExternalName":
        return Exposure(Level.NONE, evidence=(written,))
    if service.is_headless:
        headless = service.get("spec", "clusterIP") or service.get("spec", "clusterIPs")
        return Exposure(Level.CLUSTER, evidence=(Evidence(headless, "`clusterIP: None`"),))
    match service.type:
        case "ClusterIP":
            by_type = Exposure(Level.CLUSTER, evidence=(written,))
        case "NodePort":
            by_type = _node_port(service, provider, written)
        case "LoadBalancer":
            by_type = _load_balancer(service, provider, written)
        case _:
            by_type = Exposure(Level.UNKNOWN, evidence=(written,))
    widest = max((by_type, *_by_external_addresses(service)), key=_width)
    load_balancer = by_type if service.type == "LoadBalancer" else None
    return replace(widest, opens_node_ports=_opens_node_ports(service), load_balancer=load_balancer)


def _width(way_in: Exposure) -> tuple[int, bool, int]:
    is_open = way_in.restriction in (Restriction.NONE, Restriction.NOT_ENFORCED)
    return way_in.level.rank, is_open, -list(Confidence).index(way_in.confidence)


def _opens_node_ports(service: Service) -> bool:
    if service.type != "LoadBalancer":
        return service.type == "NodePort"
    allocate = service.get("spec", "allocateLoadBalancerNodePorts")
    is_off = isinstance(allocate, Scalar) and allocate.value is False
    return not is_off or any(integer_of(port.node.get("nodePort")) for port in service.ports)


def _by_external_addresses(service: Service) -> list[Exposure]:
    # kube-proxy answers for these addresses on every node; that packets get there is up to the network.
    return [
        Exposure(_level_of(text), Confidence.LIKELY, evidence=(Evidence(node, f"`externalIPs` holds `{text}`"),))
        for node, text in _listed(service.get("spec", "externalIPs"))
    ]


def _node_port(service: Service, provider: str | None, written: Evidence) -> Exposure:
    configured = providers().get(provider or "")
    for controller in (configured,) if configured else providers().meant_by(service.annotations):
        if said := _first_said(service, controller.node_port_keys):
            return Exposure(_level_said(said), provider=controller.id, evidence=(written, said.evidence))
        if controller.node_ports == "internet":
            opened = Evidence(None, f"{controller.name} opens the nodes' firewall for it")
            return Exposure(Level.INTERNET, Confidence.LIKELY, provider=controller.id, evidence=(written, opened))
    return Exposure(Level.NODE, evidence=(written,))


def _load_balancer(service: Service, provider: str | None, written: Evidence) -> Exposure:
    if provider == NO_PROVIDER:
        level = Level.NODE if _opens_node_ports(service) else Level.CLUSTER
        return Exposure(level, evidence=(written, Evidence(None, "nothing in this cluster serves load balancers")))
    class_node = service.get("spec", "loadBalancerClass")
    if load_balancer_class := text_of(class_node):
        only = providers().serving(load_balancer_class)
        if only is None:
            unserved = Evidence(class_node, f"no known controller serves the class `{load_balancer_class}`")
            return Exposure(Level.UNKNOWN, evidence=(written, unserved))
    else:
        only = providers().get(provider or "") or providers().selected_by(_annotation_texts(service))
    controllers = (only,) if only else providers().meant_by(service.annotations)
    readings = [_reading(service, controller) for controller in controllers]
    return _answer(service, readings, only is not None, written) if readings else _assumed(service, written)


def _assumed(service: Service, written: Evidence) -> Exposure:
    """Of a load balancer of which nothing is known but, at most, the address that it asks for."""
    restriction = _restriction(service, None)
    address = service.get("spec", "loadBalancerIP")
    if asked := text_of(address):
        evidence = (written, Evidence(address, f"`loadBalancerIP` asks for `{asked}`"))
        return Exposure(_level_of(asked), Confidence.LIKELY, restriction, evidence=evidence)
    silent = Evidence(None, "no class, no annotation: a public load balancer is assumed")
    return Exposure(Level.INTERNET, Confidence.ASSUMED, restriction, evidence=(written, silent))


class _Reading(NamedTuple):
    """What a controller would make of a Service; `is_written` where the manifest decides and not the default."""

    controller: Provider
    level: Level
    is_written: bool
    evidence: Evidence


def _answer(service: Service, readings: Sequence[_Reading], is_sure: bool, written: Evidence) -> Exposure:
    """The exposure where one of these controllers is at work and only the cluster knows which.

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
    restriction = _restriction(service, widest.controller)
    contrary = (reading.evidence for reading in counted if reading.level is not widest.level)
    return Exposure(widest.level, confidence, restriction, widest.controller.id, (written, widest.evidence, *contrary))


def _reading(service: Service, controller: Provider) -> _Reading:
    class_node = service.get("spec", "loadBalancerClass")
    if reach := controller.classes.get(text_of(class_node) or ""):
        return _Reading(controller, Level(reach), True, Evidence(class_node, "`loadBalancerClass` decides it"))
    for fields in controller.refused_together:
        places = [_place_given(service, field) for field in fields]
        if all(places):
            refused = f"{controller.name} makes no load balancer with {' and '.join(f'`{field}`' for field in fields)}"
            return _Reading(controller, Level.UNKNOWN, True, Evidence(places[-1], refused))
    if said := _first_said(service, controller.scope_keys):
        return _Reading(controller, _level_said(said), True, said.evidence)
    for field in controller.address_keys:
        place = _place_given(service, field)
        if text := text_of(place):
            level = max((_level_of(part) for part in text.split(",")), key=lambda level: level.rank)
            return _Reading(controller, level, True, Evidence(place, f"`{field}` asks for `{text}`"))
    if controller.default == "address":
        from_pool = f"{controller.name} takes the address from a pool of the cluster"
        return _Reading(controller, Level.UNKNOWN, False, Evidence(class_node, from_pool))
    level = Level(controller.default)
    silent = f"{controller.name} opens a load balancer to {_REACH[level]} unless told otherwise"
    return _Reading(controller, level, False, Evidence(class_node, silent))


def _restriction(service: Service, controller: Provider | None) -> Restriction:
    """What narrows who can connect through the load balancer; without a known controller, as most of them do it."""
    if controller and (said := _first_said(service, controller.opaque_keys)):
        return Restriction.NOT_ENFORCED if said.outcome == "not-enforced" else Restriction.OPAQUE

    range_keys = controller.range_keys if controller else (SOURCE_RANGES_ANNOTATION,)
    read = [text for _, text in _listed(service.get("spec", "loadBalancerSourceRanges"))] or _parts(service, range_keys)
    narrowed = _narrowed_by(read or _parts(service, (SOURCE_RANGES_ANNOTATION,)))
    treatment = controller.source_ranges if controller else "enforced"
    if read and treatment == "enforced" and narrowed is not Restriction.NONE:
        return narrowed
    if controller and _first_said(service, controller.restricting_keys):
        return Restriction.OPAQUE
    if narrowed is Restriction.NONE:
        return Restriction.NONE
    return Restriction.OPAQUE if read and treatment == "depends" else Restriction.NOT_ENFORCED


def _narrowed_by(ranges: Sequence[str]) -> Restriction:
    """What a list of address ranges amounts to: nothing where all of them together are a whole address space."""
    if not ranges:
        return Restriction.NONE
    # Few Services have ranges, and importing ipaddress takes as long as reading a manifest.
    from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

    networks: list[IPv4Network | IPv6Network] = []
    for text in ranges:
        try:
            networks.append(ip_network(text.strip(), strict=False))
        except ValueError:
            continue
    spaces: list[IPv4Network | IPv6Network] = [
        *collapse_addresses([network for network in networks if isinstance(network, IPv4Network)]),
        *collapse_addresses([network for network in networks if isinstance(network, IPv6Network)]),
    ]
    if any(network.prefixlen == 0 for network in spaces):
        return Restriction.NONE
    return Restriction.RANGES if len(networks) == len(ranges) else Restriction.OPAQUE


def _level_of(address: str) -> Level:
    """How far an address reaches. Documentation addresses stand for public ones, as they do in examples."""
    from ipaddress import ip_address

    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return Level.UNKNOWN
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified or parsed.is_multicast:
        return Level.UNKNOWN
    return Level.PRIVATE if any(parsed in network for network in _private_networks()) else Level.INTERNET


@cache
def _private_networks() -> tuple[IPv4Network | IPv6Network, ...]:
    """RFC 1918, carrier-grade NAT (RFC 6598), unique local addresses (RFC 4193)."""
    from ipaddress import ip_network

    return tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))


class _Said(NamedTuple):
    outcome: str
    evidence: Evidence


def _first_said(service: Service, annotations: Iterable[Annotation]) -> _Said | None:
    """What the first of these annotations says that is there, is read, and says anything."""
    texts = _annotation_texts(service)
    for annotation in annotations:
        text = texts.get(annotation.key)
        if text is None or not annotation.is_read(texts):
            continue
        outcome = "placeholder" if placeholder_in(text) else annotation.says(text)
        if outcome is not None:
            return _Said(outcome, Evidence(service.annotations[annotation.key], f"`{annotation.key}` is `{text}`"))
    return None


def _level_said(said: _Said) -> Level:
    # Where a controller refuses a text, there is no load balancer, or the one from before is left as it was.
    return Level.UNKNOWN if said.outcome in ("error", "placeholder") else Level(said.outcome)


def _annotation_texts(service: Service) -> dict[str, str]:
    return {key: text_of(node) or "" for key, node in service.annotations.items()}


def _parts(service: Service, keys: Iterable[str]) -> list[str]:
    """The parts between the commas in these annotations."""
    return [part for key in keys for part in (text_of(service.annotations.get(key)) or "").split(",") if part.strip()]


def _place_given(service: Service, field: str) -> Node | None:
    """Where an annotation or a `spec.` field is written, unless there is nothing in it."""
    in_spec = field.startswith("spec.")
    node = service.get("spec", field.removeprefix("spec.")) if in_spec else service.annotations.get(field)
    return node if text_of(node) or _listed(node) else None


def _listed(node: Node | None) -> list[tuple[Node, str]]:
    """The texts of a list; a placeholder in the list's place counts as one text that is not known yet."""
    if isinstance(node, Scalar) and placeholder_in(node.text):
        return [(node, node.text)]
    return [(item, text) for item in items_of(node) if (text := text_of(item))]
