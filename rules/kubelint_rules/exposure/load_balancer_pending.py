"""A load balancer that nothing in the configured cluster serves."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.facts.providers import NO_PROVIDER, Provider, providers
from kubelint.resources import text_of
from kubelint.template import placeholder_in


@rule(severity=Severity.WARNING)
def load_balancer_pending(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """Nothing in the configured cluster serves a load balancer."""
    if service.type != "LoadBalancer" or service.type_node is None or cluster.provider is None:
        return
    if cluster.provider == NO_PROVIDER:
        yield finding(
            service.type_node,
            "the configured cluster has nothing that serves load balancers: the Service waits for an address",
            help="use NodePort or an Ingress, or name in the configuration what serves load balancers",
        )
        return
    class_node = service.get("spec", "loadBalancerClass")
    load_balancer_class = text_of(class_node)
    configured = providers().get(cluster.provider)
    if class_node is None or load_balancer_class is None or configured is None:
        return
    serving = providers().serving(load_balancer_class)
    if serving is None:
        if configured.class_is_a_setting or placeholder_in(load_balancer_class):
            return
        message = f"no known controller serves this class, {configured.name} included: the Service may get no address"
    elif _can_run_beside(serving, configured):
        return
    else:
        message = f"this class is served by {serving.name}, not by {configured.name}: the Service waits for an address"
    yield finding(
        class_node,
        message,
        help="take the class out, or name in the configuration what serves it",
    )


def _can_run_beside(serving: Provider, configured: Provider) -> bool:
    """Whether a controller can be at work in the configured provider's cluster: it is its own, or that of no cloud."""
    is_of_no_cloud = serving.default == "address" or serving.runs_beside
    return is_of_no_cloud or not set(serving.prefixes).isdisjoint(configured.prefixes)
