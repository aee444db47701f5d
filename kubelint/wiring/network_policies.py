"""What NetworkPolicies let through to the pods behind a Service, and which of its ports they close.

Policies judge a packet after it has been sent on to a pod: they see the pod's port, never the Service's. They only add
up: a pod that some policy isolates gets what any of its policies admits, and nothing else.

k8s.io/api networking/v1: NetworkPolicySpec, NetworkPolicyIngressRule, NetworkPolicyPort.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

from kubelint.label_selector import LabelSelector
from kubelint.node import Node, Scalar
from kubelint.resources import (
    RUNTIME_LABELS,
    Resource,
    Service,
    ServicePort,
    Workload,
    integer_of,
    items_of,
    text_of,
)
from kubelint.wiring.patches import PORTS, require_unpatched
from kubelint.workspace import CannotTell, Workspace, may_share_namespace

_POLICY = frozenset(("NetworkPolicy",))
_OTHER_POLICIES = frozenset(
    (
        *("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"),
        *("GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy"),
        *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"),
        *("AuthorizationPolicy", "ServerAuthorization", "MeshTrafficPermission", "ClientIntents"),
    )
)
"""Kinds of other makers that decide what comes in, or make policies that do: of Cilium, Calico, SIG Network, Istio,
Linkerd, Kuma and Otterize.

Calico's NetworkPolicy bears the same name as Kubernetes' own, in another group.
"""

_MESH_PORTS = {15008: "Istio's ambient mesh", 4143: "Linkerd"}
"""Ports at which a mesh takes in what is meant for any port of a pod.

istio.io, "Ambient and Kubernetes NetworkPolicy"; linkerd.io, the proxy's inbound port.
"""

_RUNTIME_KEYS = frozenset(key for keys in RUNTIME_LABELS.values() for key in keys)


class NetworkPolicy:
    """A NetworkPolicy (networking.k8s.io/v1), as far as it speaks of what comes in."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    @cached_property
    def selector_node(self) -> Node | None:
        """Where spec.podSelector is written."""
        return self.resource.get("spec", "podSelector")

    @cached_property
    def selector(self) -> LabelSelector:
        """spec.podSelector."""
        return LabelSelector(self.selector_node)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels that it asks for by their values."""
        return {key: wanted.text for key, wanted in self.selector.match_labels.items()}

    @cached_property
    def is_for_all(self) -> bool:
        """Whether it selects every pod of its namespace; without a podSelector, too."""
        return self.selector.is_absent or self.selector.is_empty

    @cached_property
    def isolates(self) -> bool:
        """Whether it closes what it does not admit: without policyTypes, whatever else it says (its default)."""
        types = items_of(self.resource.get("spec", "policyTypes"))
        return not types or any(text_of(item) == "Ingress" for item in types)

    @cached_property
    def rules(self) -> tuple[IngressRule, ...]:
        """spec.ingress; none where it does not judge what comes in."""
        if not self.isolates:
            return ()
        return tuple(IngressRule(item) for item in items_of(self.resource.get("spec", "ingress")))

    @property
    def ports(self) -> Iterator[PolicyPort]:
        """The ports of all its rules."""
        return (port for rule in self.rules for port in rule.ports)

    def admits(self, workload: Workload, numbers: frozenset[int], protocol: str) -> bool:
        """Whether one of its rules admits one of these ports of a workload's pods, from anywhere at all."""
        return any(rule.admits(workload, numbers, protocol) for rule in self.rules)


class IngressRule:
    """One entry of spec.ingress."""

    def __init__(self, node: Node) -> None:
        self.ports = tuple(PolicyPort(item) for item in items_of(node.get("ports")))

    def admits(self, workload: Workload, numbers: frozenset[int], protocol: str) -> bool:
        """Whether it admits one of these ports of a workload's pods; without ports, it admits all of them."""
        return not self.ports or any(port.admits(workload, numbers, protocol) for port in self.ports)


class PolicyPort:
    """One entry of an ingress rule's ports: a number, a range, a name of a container's port, or all of a protocol."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.protocol = text_of(node.get("protocol")) or "TCP"

    @cached_property
    def port_node(self) -> Node | None:
        """Where `port` is written."""
        return self.node.get("port")

    @cached_property
    def number(self) -> int | None:
        """The number, the first one of a range."""
        return integer_of(self.port_node)

    @cached_property
    def last(self) -> int | None:
        """endPort, the last number of a range."""
        return integer_of(self.node.get("endPort"))

    @cached_property
    def name(self) -> str | None:
        """The name of a container's port."""
        return text_of(self.port_node)

    def admits(self, workload: Workload, numbers: frozenset[int], protocol: str) -> bool:
        """Whether it admits one of these ports of a workload's pods."""
        if self.protocol != protocol:
            return False
        if self.name is not None:
            # Pods whose containers stand elsewhere may have a port of that name.
            return not workload.containers or bool(numbers & _numbers_named(self.name, protocol, workload))
        if self.number is None:
            return True
        return any(self.number <= number <= (self.last or self.number) for number in numbers)


class ClosedPort(NamedTuple):
    """A port of a Service that the policies of all its pods close.

    `numbers` are the pods' own ports that it leads to, `policies` those that isolate the pods, `admitting` those that
    admit something to them. `listening` are all ports, by number and by name, at which the pods are known to listen.
    """

    service: Service
    port: ServicePort
    numbers: frozenset[int]
    workloads: tuple[Workload, ...]
    policies: tuple[NetworkPolicy, ...]
    admitting: tuple[NetworkPolicy, ...]
    listening: frozenset[int | str]

    def mistaken_for(self, policy: NetworkPolicy) -> Iterator[PolicyPort]:
        """The ports of a policy that are the Service's own, by number or by name, and nothing to its pods."""
        for port in policy.ports:
            if port.protocol == self.port.protocol and port.last is None and self._is_mistaken(port):
                yield port

    def _is_mistaken(self, port: PolicyPort) -> bool:
        if port.number is not None:
            return port.number == self.port.number and port.number not in self.listening
        return port.name is not None and port.name == self.port.name and port.name not in self.listening


def closed_ports_of(service: Service, workspace: Workspace) -> tuple[ClosedPort, ...]:
    """The ports of a Service that no policy of its pods admits from anywhere, though some policy isolates them."""
    return _known(workspace).of_service.get(service, ())


def closed_ports_by(policy: Resource, workspace: Workspace) -> tuple[ClosedPort, ...]:
    """The ports of Services that are closed and whose pods a policy isolates."""
    return tuple(_known(workspace).of_policy.get(policy, ()))


def require_all_policies(closed: ClosedPort, workspace: Workspace) -> None:
    """Make sure that nothing else admits what the policies among the manifests close.

    Raises CannotTell where a policy may be hidden, or of another maker, or where a mesh takes in the traffic.
    """
    other = _known(workspace).other
    if other is not None:
        raise CannotTell(f"{other.kind} {other.name} may admit it ({workspace.shown(other.path)})")
    patch = _known(workspace).patch
    if patch is not None:
        raise CannotTell(f"a kustomize patch changes a NetworkPolicy ({workspace.shown(patch)})")
    require_unpatched(closed.service, workspace, PORTS)
    for resource in (*closed.workloads, *(policy.resource for policy in closed.policies)):
        workspace.require_sight(workspace.application_of(resource), resource.namespace, _POLICY)
    for policy in closed.admitting:
        for port in policy.ports:
            if port.number in _MESH_PORTS:
                raise CannotTell(f"port {port.number} is open, where {_MESH_PORTS[port.number]} takes in what is sent")


def has_own_policies(closed: ClosedPort, workspace: Workspace) -> bool:
    """Whether policies that admit traffic to these pods would stand beside those that isolate them.

    A policy for a whole namespace says nothing of that, unless policies for pods of their own are deployed with it.
    """
    if any(not policy.is_for_all for policy in closed.policies):
        return True
    return any(
        not policy.is_for_all and policy.rules and workspace.are_together(policy.resource, isolating.resource)
        for isolating in closed.policies
        for policy in _known(workspace).policies
        if policy.resource.namespace == isolating.resource.namespace
    )


class _Known:
    """The policies of a workspace and the ports that they close, each worked out when it is first asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.policies = tuple(NetworkPolicy(resource) for resource in workspace.of_kind("NetworkPolicy"))

    @cached_property
    def other(self) -> Resource | None:
        """The first policy of another maker."""
        own = {policy.resource for policy in self.policies}
        for resource in self._workspace.resources:
            if resource.kind in _OTHER_POLICIES or (resource.kind == "NetworkPolicy" and resource not in own):
                return resource
        return None

    @cached_property
    def patch(self) -> str | None:
        """The path of the first kustomize patch that changes a policy."""
        for manifest in self._workspace.manifests:
            if any(part.skipped == "kustomize patch" and "NetworkPolicy" in part.kinds for part in manifest.parts):
                return manifest.path
        return None

    @cached_property
    def of_service(self) -> dict[Service, tuple[ClosedPort, ...]]:
        """By Service, its closed ports."""
        if not self.policies:
            return {}
        closed = ((service, tuple(self._closed_ports(service))) for service in self._workspace.services)
        return {service: ports for service, ports in closed if ports}

    @cached_property
    def of_policy(self) -> dict[Resource, list[ClosedPort]]:
        """By policy, the closed ports of the pods that it isolates."""
        found: dict[Resource, list[ClosedPort]] = {}
        for ports in self.of_service.values():
            for port in ports:
                for policy in port.policies:
                    found.setdefault(policy.resource, []).append(port)
        return found

    @cached_property
    def _index(self) -> _Index:
        return _Index(self.policies, self._workspace)

    @cached_property
    def _listening(self) -> dict[Workload, set[int | str]]:
        """The ports of each workload's pods, by number and by name: those that they declare, and those that Services
        lead to."""
        found: dict[Workload, set[int | str]] = {}
        for service in self._workspace.services:
            for workload in self._workspace.selected_by(service):
                known = found.setdefault(workload, set(_declared_by(workload)))
                known.update(number for port in service.ports for number in _pod_ports(service, port, workload))
        return found

    def _closed_ports(self, service: Service) -> Iterator[ClosedPort]:
        workloads = self._workspace.selected_by(service)
        if not workloads or service.type == "ExternalName":
            return
        isolating = {workload: tuple(self._index.isolating(workload)) for workload in workloads}
        if not all(isolating.values()) or any(map(_is_on_the_node, workloads)):
            return
        admitting = {workload: tuple(self._index.admitting(workload)) for workload in workloads}
        for port in service.ports:
            numbers = {workload: _pod_ports(service, port, workload) for workload in workloads}
            is_admitted = any(
                policy.admits(workload, numbers[workload], port.protocol)
                for workload in workloads
                for policy in admitting[workload]
            )
            if all(numbers.values()) and not is_admitted:
                yield ClosedPort(
                    service,
                    port,
                    _union(numbers.values()),
                    workloads,
                    tuple(dict.fromkeys(chain.from_iterable(isolating.values()))),
                    tuple(dict.fromkeys(chain.from_iterable(admitting.values()))),
                    _union(self._listening[workload] for workload in workloads),
                )


@lru_cache(maxsize=4)
def _known(workspace: Workspace) -> _Known:
    return _Known(workspace)


class _Index:
    """The policies that may select a workload's pods, found by the rarest label that each asks for."""

    def __init__(self, policies: Collection[NetworkPolicy], workspace: Workspace) -> None:
        self._workspace = workspace
        self._by_label: dict[tuple[str, str] | None, list[NetworkPolicy]] = {}
        bearers = Counter(label for policy in policies for label in policy.labels.items())
        for policy in policies:
            lasting = (label for label in policy.labels.items() if label[0] not in _RUNTIME_KEYS)
            rarest = min(lasting, key=lambda label: bearers[label], default=None)
            self._by_label.setdefault(rarest, []).append(policy)

    def isolating(self, workload: Workload) -> Iterator[NetworkPolicy]:
        """The policies that are sure to select a workload's pods and to isolate them."""
        for policy in self._near(workload):
            if policy.isolates and _is_sure_to_select(policy, workload, self._workspace):
                yield policy

    def admitting(self, workload: Workload) -> Iterator[NetworkPolicy]:
        """The policies that may select a workload's pods, and admit something."""
        for policy in self._near(workload):
            selects = policy.is_for_all or may_select(policy.selector, workload, self._workspace)
            if selects and policy.rules and may_share_namespace(policy.resource, workload):
                yield policy

    def _near(self, workload: Workload) -> Iterator[NetworkPolicy]:
        labels = (labels.items() for labels in self._workspace.label_sets_of(workload))
        for label in dict.fromkeys((None, *chain.from_iterable(labels))):
            yield from self._by_label.get(label, ())


def may_select(selector: LabelSelector, workload: Workload, workspace: Workspace) -> bool:
    """Whether a label selector may select a workload's pods: as written, as a kustomization labels them, or with the
    labels that a controller gives them at run time."""
    runtime = RUNTIME_LABELS.get(workload.kind, ())
    if any(text_of(expression.get("key")) in runtime for expression in selector.match_expressions):
        return True
    assumed = {key: wanted.text for key, wanted in selector.match_labels.items() if key in runtime}
    return any(selector.selects({**labels, **assumed}) for labels in workspace.label_sets_of(workload))


def _is_sure_to_select(policy: NetworkPolicy, workload: Workload, workspace: Workspace) -> bool:
    if not policy.is_for_all and not all(map(policy.selector.selects, workspace.label_sets_of(workload))):
        return False
    return policy.resource.namespace == workload.namespace and _are_near(policy.resource, workload, workspace)


def _are_near(policy: Resource, workload: Workload, workspace: Workspace) -> bool:
    """Whether both are deployed together, or lie in neighbouring folders and name one namespace of their own."""
    if workspace.are_together(policy, workload):
        return True
    own, other = workspace.application_of(policy), workspace.application_of(workload)
    if policy.namespace in (None, "default") or own.files is not None or other.files is not None:
        return False
    return workspace.surroundings_of(own).holds(workload.path)


def _declared_by(workload: Workload) -> Iterator[int | str]:
    for container in workload.containers:
        for port in container.ports:
            yield from (known for known in (port.number, port.name) if known is not None)


def _pod_ports(service: Service, port: ServicePort, workload: Workload) -> frozenset[int]:
    """The numbers of the pods' ports that a port of a Service leads to; none where that cannot be told."""
    if isinstance(port.target, str):
        return _numbers_named(port.target, port.protocol, workload)
    # Who is given the pods' own addresses may dial either number.
    numbers = (port.target, port.number) if service.is_headless else (port.target,)
    return frozenset(number for number in numbers if number is not None)


def _numbers_named(name: str, protocol: str, workload: Workload) -> frozenset[int]:
    return frozenset(
        declared.number
        for container in workload.containers
        for declared in container.ports
        if declared.name == name and declared.protocol == protocol and declared.number is not None
    )


def _is_on_the_node(workload: Workload) -> bool:
    """Whether the pods use the node's own network, where no policy reaches them."""
    node = workload.template.get("spec", "hostNetwork") if workload.template is not None else None
    return isinstance(node, Scalar) and node.value is True


_Item = TypeVar("_Item")


def _union(sets: Iterable[Collection[_Item]]) -> frozenset[_Item]:
    return frozenset(chain.from_iterable(sets))
