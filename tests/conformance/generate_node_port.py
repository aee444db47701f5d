"""Services of v1 whose node ports are in the cluster's range and out of it; they are created in earnest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

from variations import written

NUMBERS = (-1, 0, 1, 80, 443, 10250, 29999, 30000, 30001, 31234, 32767, 32768, 65535, 65536, 70000, 2147483647)
TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Other", None)
POLICIES = ("Local", "Cluster", None)


def cases(random: Random) -> Iterator[str]:
    """Manifests of Services: one node port of every number, then several with faults beside them, without end."""
    for type, number in product(TYPES, NUMBERS):
        yield written(random, _service({"type": type, "ports": [{"port": 80, "nodePort": number}]}))
    for policy, number in product(POLICIES, NUMBERS):
        yield written(random, _service(_balancer(policy, number) | {"ports": [{"port": 80}]}))
    while True:
        spec = _balancer(random.choice(POLICIES), random.choice((0, *NUMBERS))) if random.random() < 0.4 else {}
        if not spec:
            spec["type"] = random.choice(TYPES)
        spec["ports"] = [_port(random, name) for name in random.sample("abcA", random.choice((1, 2, 2, 3)))]
        if random.random() < 0.2:
            spec |= random.choice(
                (
                    {"sessionAffinity": "Other"},
                    {"externalIPs": ["nowhere"]},
                    {"clusterIP": "None"},
                    {"selector": {"": ""}},
                )
            )
        if random.random() < 0.1:
            spec["allocateLoadBalancerNodePorts"] = random.random() < 0.5
        yield written(random, _service(spec))


def _service(spec: dict[str, Any]) -> dict[str, Any]:
    spec = {name: value for name, value in spec.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "example"}, "spec": spec}


def _balancer(policy: str | None, health: int) -> dict[str, Any]:
    return {"type": "LoadBalancer", "externalTrafficPolicy": policy, "healthCheckNodePort": health}


def _port(random: Random, name: str) -> dict[str, Any]:
    port: dict[str, Any] = {"name": name, "port": random.choice((53, 80, 80, 443, 0))}
    if random.random() < 0.7:
        port["nodePort"] = random.choice((30000, 30080, 31234, *NUMBERS))
    if random.random() < 0.4:
        port["protocol"] = random.choice(("UDP", "TCP", "Other"))
    return port
