"""Who makes a Service's load balancer, where only one controller can be meant, and whether it passes the nodes by."""

from __future__ import annotations

from kubelint.annotations.readers import annotation_texts
from kubelint.cluster import Cluster
from kubelint.exposure.annotations import first_said, level_said
from kubelint.exposure.load_balancer import controllers_of
from kubelint.exposure.model import Level
from kubelint.facts.providers import Provider, providers
from kubelint.resources import Service


def sole_controller(service: Service, cluster: Cluster) -> Provider | None:
    """The one controller that makes the load balancer of a Service of type LoadBalancer; None where it is not known,
    or where the Service says to it that somebody else does: `aws-load-balancer-type: external`.
    """
    controllers = controllers_of(service, cluster.provider) if service.type == "LoadBalancer" else ()
    if len(controllers) != 1:
        return None
    said = first_said(service, controllers[0].scope_keys)
    return None if said is not None and level_said(said) is Level.UNKNOWN else controllers[0]


def passes_nodes_by(service: Service, cluster: Cluster) -> bool:
    """Whether the load balancer sends to the pods themselves, so that no node decides where a connection goes."""
    texts = annotation_texts(service)
    candidates = controllers_of(service, cluster.provider)
    picked = providers().selected_by(texts)
    return any(
        controller.node_ports_needed is not False and controller.needs_node_ports(texts) is False
        for controller in (*candidates, *filter(None, (picked,)))
    )
