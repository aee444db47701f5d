"""What an exposure is: levels, how sure they are, the paths that lead to a Service, and the evidence for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kubelint.node import Node, Scalar

if TYPE_CHECKING:
    from kubelint.resources import Resource, ServicePort


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
        """The wider, the higher. `unknown` stands right above `cluster`: of two paths, the one whose reach is known
        counts more."""
        return list(_REACH).index(self)

    @property
    def reach(self) -> str:
        """The level in words: `the internet`."""
        return _REACH[self]


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


class Via(StrEnum):
    """What a path leads through."""

    CLUSTER_IP = "cluster-ip"
    POD_IP = "pod-ip"
    NODE_PORT = "node-port"
    HOST_PORT = "host-port"
    EXTERNAL_IP = "external-ip"
    LOAD_BALANCER = "load-balancer"
    INGRESS = "ingress"
    ROUTE = "route"
    ENDPOINT_GROUP = "network-endpoint-group"
    TAILNET = "tailnet"
    TYPE = "unknown-type"
    PATCH = "patch"


class Evidence(NamedTuple):
    """One reason for an answer: what it says in words, and where it is written, if it is written.

    `resource` is the object in which `place` stands. Where nothing is written, `provider` may name whose default it is.
    """

    words: str
    place: Node | None = None
    resource: Resource | None = None
    provider: str | None = None

    @property
    def field(self) -> str | None:
        """The field in the API server's spelling, or `provider`."""
        if self.place is None or self.resource is None:
            return "provider" if self.provider is not None else None
        return self.resource.field_of(self.place)

    @property
    def value(self) -> str | None:
        """The text that stands there; None for a list or a mapping; the provider's identifier for its default."""
        return self.place.text if isinstance(self.place, Scalar) else self.provider


class Path(NamedTuple):
    """One way that leads to a Service, and how far it reaches.

    `ports` are the entries of the Service's spec.ports that it leads to; None: all of them. `provider` is the
    identifier of who serves it, where that is known. `owner` is the other object (an Ingress, a route, a workload) that
    opens the path, where there is one. A path that `accompanies` another one (the node port of a load balancer) decides
    the level only where no other path does.
    """

    level: Level
    via: Via
    confidence: Confidence = Confidence.CERTAIN
    restriction: Restriction = Restriction.NONE
    provider: str | None = None
    evidence: tuple[Evidence, ...] = ()
    ports: tuple[ServicePort, ...] | None = None
    owner: Resource | None = None
    accompanies: bool = False

    @property
    def width(self) -> tuple[bool, int, bool, int]:
        """What orders paths: how far they reach, whether anything narrows them, how sure they are."""
        is_open = self.restriction in (Restriction.NONE, Restriction.NOT_ENFORCED)
        return not self.accompanies, self.level.rank, is_open, -list(Confidence).index(self.confidence)

    def leads_to(self, port: ServicePort) -> bool:
        """Whether it leads to this port of the Service."""
        return self.ports is None or port in self.ports


_NOWHERE = Path(Level.NONE, Via.CLUSTER_IP)


@dataclass(frozen=True)
class Exposure:
    """How far a Service reaches: all paths that lead to it, the widest first; the widest one decides.

    No path at all: nothing proxies to it.
    """

    paths: tuple[Path, ...] = ()

    @cached_property
    def _widest(self) -> Path:
        return self.paths[0] if self.paths else _NOWHERE

    @property
    def level(self) -> Level:
        """The widest path's level."""
        return self._widest.level

    @property
    def confidence(self) -> Confidence:
        """How sure the level is."""
        return self._widest.confidence

    @property
    def restriction(self) -> Restriction:
        """What narrows the widest path."""
        return self._widest.restriction

    @property
    def provider(self) -> str | None:
        """The identifier of who serves the widest path, where that is known."""
        return self._widest.provider

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What leads to the level."""
        return self._widest.evidence

    @property
    def reach(self) -> str:
        """The level in words: `the internet`."""
        return self.level.reach

    @property
    def is_external(self) -> bool:
        """Whether it is known to be reachable from outside the cluster."""
        return self.level in (Level.NODE, Level.PRIVATE, Level.INTERNET)

    @property
    def place(self) -> Node | None:
        """What to point at as the cause: the type, or the external IP; None for a Service that says nothing."""
        return next((evidence.place for evidence in self.evidence if evidence.place is not None), None)

    @property
    def load_balancer(self) -> Path | None:
        """The path through its own load balancer, however wide the others are; None where it has none."""
        return next((path for path in self.paths if path.via is Via.LOAD_BALANCER), None)

    @property
    def opens_node_ports(self) -> bool:
        """Whether it answers at every node's address, where no load balancer's scope or source ranges protect it."""
        return any(path.via is Via.NODE_PORT for path in self.paths)

    def to_port(self, port: ServicePort) -> Exposure:
        """The exposure of one port of the Service: an Ingress or a host port leads to that one only."""
        return replace(self, paths=tuple(path for path in self.paths if path.leads_to(port)))
