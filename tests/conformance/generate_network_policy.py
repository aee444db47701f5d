"""NetworkPolicies of networking.k8s.io/v1: peers of every kind, CIDRs and their exceptions, ports, policy types."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

from addresses_to_try import CIDRS
from texts_to_try import LABEL_VALUES, PORT_NAMES, PORT_NUMBERS, PROTOCOLS, QUALIFIED_NAMES
from variations import Fields, changed, varied, written

BASE: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "example"},
    "spec": {
        "podSelector": {"matchLabels": {"app": "example"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"protocol": "TCP", "port": 80}]},
        ],
    },
}
BASES = [
    BASE,
    changed(BASE, {"spec": {}}),
    changed(
        BASE,
        {
            "spec.ingress.0.from": [
                {"podSelector": {"matchLabels": {"app": "client"}}, "namespaceSelector": {}},
                {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
            ],
            "spec.ingress.0.ports": [{"port": 8000, "endPort": 8010}, {"port": "http"}],
            "spec.egress": [{"to": [{"namespaceSelector": {"matchLabels": {"team": "a"}}}]}, {}],
        },
    ),
    changed(BASE, {"spec.egress": [{"to": [{"ipBlock": {"cidr": "fd00::/8", "except": ["fd00:1::/32"]}}]}]}),
]
KEYS = [*QUALIFIED_NAMES, "app.kubernetes.io/name"]
OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "", "in", "Equals", "Gt", None]
SELECTORS: list[Any] = [
    *({}, {"matchLabels": {}}, {"matchLabels": {"a": None}}, {"matchExpressions": []}, {"matchExpressions": [None]}),
    *({"matchExpressions": [{}]}, {"matchLabels": {"A B": "C D", "a": "b"}}, {"matchLabels": {"": ""}}),
    {
        "matchExpressions": [
            {"key": "a", "operator": "In", "values": ["b", "", "c d"]},
            {"key": "b", "operator": "Exists"},
        ]
    },
]
BLOCKS: list[Any] = [{}, {"cidr": None}, {"except": ["10.0.0.0/8"]}, {"cidr": "10.0.0.0/8", "except": [None]}]
PEERS: list[Any] = [
    *({}, None, {"podSelector": None}, {"podSelector": {}}, {"namespaceSelector": {}}, {"ipBlock": {}}),
    *({"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}, {"namespaceSelector": {}, "ipBlock": {}}),
    {"podSelector": {}, "namespaceSelector": {}, "ipBlock": {"cidr": "10.0.0.1/8"}},
]
POLICY_TYPES: list[Any] = [
    *([], ["Ingress"], ["Egress"], ["Ingress", "Ingress"], ["Egress", "Ingress"], ["ingress"], [""], [None]),
    *(["Ingress", "egress"], ["Ingress", "Egress", "Ingress"], ["a", "b", "c"], ["Both"]),
]
FIELDS: Fields = {
    "spec": [{}, {"policyTypes": []}, {"ingress": []}, {"egress": [{}]}, {"ingress": [None]}, {"podSelector": {}}],
    "spec.podSelector": SELECTORS,
    "spec.policyTypes": POLICY_TYPES,
    "spec.ingress": [[], [{}], [None], [{"from": []}], [{"from": [{}]}], [{"ports": [{}]}], [{"ports": [None]}]],
    "spec.egress": [[], [{}], [None], [{"to": []}], [{"to": [{}]}], [{"ports": [{}]}], [{"ports": [None]}]],
    "spec.ingress.0.from.0": PEERS,
    "spec.egress.0.to.0": PEERS,
    "spec.ingress.0.from.1": PEERS,
    "spec.ingress.0.from.0.podSelector": SELECTORS,
    "spec.ingress.0.from.1.namespaceSelector": SELECTORS,
    "spec.egress.0.to.0.podSelector": SELECTORS,
    "spec.ingress.0.from.0.ipBlock": BLOCKS,
    "spec.ingress.0.from.0.ipBlock.cidr": CIDRS,
    "spec.egress.0.to.0.ipBlock.cidr": CIDRS[::3],
    "spec.ingress.0.from.0.ipBlock.except": [[], ["10.0.0.0/8"], ["10.1.0.0/16", "10.1.0.0/16"], ["10.0.0.1/32", "a"]],
    "spec.ingress.0.from.0.ipBlock.except.0": CIDRS,
    "spec.egress.0.to.0.ipBlock.except.0": CIDRS[::3],
    "spec.ingress.0.ports.0.protocol": PROTOCOLS,
    "spec.ingress.0.ports.0.port": [*PORT_NUMBERS, *PORT_NAMES],
    "spec.ingress.0.ports.0.endPort": PORT_NUMBERS,
    "spec.egress.0.ports.0.port": [443, "https", 0],
    "spec.egress.0.ports.0.endPort": [443, 442, 444, 0, 65536],
}


def cases(random: Random) -> Iterator[str]:
    """Manifests of NetworkPolicies, without end."""
    for operator, values in product(OPERATORS, (["a"], [], None, ["a b", ""])):
        expression = {"key": "app", "operator": operator, "values": values}
        yield written(random, changed(BASE, {"spec.podSelector": {"matchExpressions": [expression]}}))
    for key in KEYS:
        yield written(random, changed(BASE, {"spec.podSelector.matchLabels": {key: "a"}}))
        yield written(
            random, changed(BASE, {"spec.podSelector.matchExpressions": [{"key": key, "operator": "Exists"}]})
        )
    for value in LABEL_VALUES:
        yield written(random, changed(BASE, {"spec.podSelector.matchLabels": {"app": value, "b": "c"}}))
    for port, end in product((80, 0, -1, 65535, "http", None), (80, 79, 81, 0, -1, 65536, None)):
        yield written(random, changed(BASE, {"spec.ingress.0.ports": [{"port": port, "endPort": end}]}))
    blocks = ("10.0.0.0/8", "::/0", "0.0.0.0/0", "::ffff:10.0.0.0/104", "fd00::/16", "10.0.0.1/8", "nothing")
    for cidr, part in product(
        blocks, ("10.0.0.0/8", "10.1.0.0/16", "fd00::/16", "fd00:0::/32", "::ffff:10.1.0.0/112", "")
    ):
        yield written(random, changed(BASE, {"spec.ingress.0.from.0.ipBlock": {"cidr": cidr, "except": [part]}}))
    yield from varied(random, BASES, FIELDS)
