"""A load balancer class that no known controller serves."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.facts.providers import providers
from kubelint.resources import text_of
from kubelint.suggestion import closest


@rule(severity=Severity.NOTE)
def load_balancer_class_unknown(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """No known controller serves a loadBalancerClass."""
    node = service.get("spec", "loadBalancerClass")
    wanted = text_of(node)
    if node is None or wanted is None:
        return
    if cluster.provider is not None or providers().serving(wanted) is not None:
        # Where a provider is configured, load-balancer-pending tells what becomes of the class.
        return
    nearest = closest(wanted, [known for one in providers().values() for known in one.classes], cutoff=0.85)
    yield finding(
        node,
        f"kubelint knows no controller that serves the class `{wanted}`: unless one of your own does, this Service"
        " gets no load balancer",
        help=f"did you mean `{nearest}`?"
        if nearest
        else "see that a controller of the cluster is set up for this class",
    )
