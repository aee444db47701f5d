"""A Service whose pods are closed by the NetworkPolicies that isolate them."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import CannotTell, Finding, Service, Severity, Workspace, finding, rule
from kubelint.wiring.network_policies import ClosedPort, closed_ports_of, has_own_policies, require_all_policies


@rule(severity=Severity.WARNING)
def network_policy_blocks_service(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """NetworkPolicies drop everything that a Service sends to its pods."""
    for closed in closed_ports_of(service, workspace):
        if any(True for policy in closed.policies for _ in closed.mistaken_for(policy)):
            # That the policy has the wrong number is said there.
            continue
        require_all_policies(closed, workspace)
        if not has_own_policies(closed, workspace):
            raise CannotTell(
                "the pods are isolated with their whole namespace, and what admits traffic may be elsewhere"
            )
        yield _closed(closed)


def _closed(closed: ClosedPort) -> Finding:
    workload, policy = closed.workloads[0], closed.policies[0]
    listening = " or ".join(map(str, sorted(closed.numbers)))
    isolating = (
        f"NetworkPolicy {policy.resource.name} isolates" if len(closed.policies) == 1 else "NetworkPolicies isolate"
    )
    return finding(
        closed.port.target_node or closed.port.number_node or closed.port.node,
        f"{isolating} the pods of {workload.kind} {workload.name}, and no policy admits port {listening}",
        help=f"admit port {listening} in an ingress rule of a policy for these pods{_hint(closed)}",
        related=[
            (policy.selector_node or policy.resource.name_place, f"isolated by NetworkPolicy {policy.resource.name}")
            for policy in closed.policies
        ],
    )


def _hint(closed: ClosedPort) -> str:
    """What else helps where a policy was never meant to judge what comes in."""
    for policy in closed.policies:
        if policy.resource.get("spec", "egress") is not None and policy.resource.get("spec", "policyTypes") is None:
            return f"; or write `policyTypes: [Egress]` in {policy.resource.name}, if it is about what goes out only"
    return ""
