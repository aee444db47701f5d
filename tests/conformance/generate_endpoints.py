"""Endpoints of v1: addresses of every kind, their names, ports, and the shapes of subsets."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from addresses_to_try import ADDRESSES
from texts_to_try import LABELS, PORT_NUMBERS, PROTOCOLS, QUALIFIED_NAMES, SUBDOMAINS
from variations import Fields, varied

BASE = {
    "apiVersion": "v1",
    "kind": "Endpoints",
    "metadata": {"name": "example"},
    "subsets": [
        {"addresses": [{"ip": "10.0.0.1", "nodeName": "node-1"}], "ports": [{"name": "http", "port": 8080}]},
    ],
}
BASES = [
    BASE,
    {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "example"}},
    {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "example", "labels": {"app": "example"}},
        "subsets": [
            {
                "addresses": [
                    {
                        "ip": "10.0.0.1",
                        "hostname": "one",
                        "targetRef": {"kind": "Pod", "name": "example-1", "namespace": "default", "uid": "1"},
                    },
                    {"ip": "fd00::1"},
                ],
                "notReadyAddresses": [{"ip": "10.0.0.2", "hostname": "two", "nodeName": "node-2"}],
                "ports": [
                    {"name": "http", "port": 8080, "protocol": "TCP", "appProtocol": "kubernetes.io/h2c"},
                    {"name": "dns", "port": 53, "protocol": "UDP"},
                ],
            },
            {"notReadyAddresses": [{"ip": "10.0.0.3"}]},
        ],
    },
    {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "example", "labels": {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}},
        "subsets": [{"addresses": [{"ip": "FD00::1"}, {"ip": "fd00:0::1"}], "ports": [{"port": 1}]}],
    },
]
FIELDS: Fields = {
    "subsets": [[], [{}], [None], [{"ports": [{"port": 80}]}], [{"addresses": []}], [{"notReadyAddresses": [{}]}]],
    "subsets.0.addresses": [[], [None], [{}], [{"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}]],
    "subsets.0.addresses.0.ip": ADDRESSES,
    "subsets.0.addresses.1.ip": ADDRESSES[::4],
    "subsets.0.notReadyAddresses.0.ip": ADDRESSES[::3],
    "subsets.1.addresses.0.ip": ["10.0.1.1", "10.0.01.1", "FD00::1"],
    "subsets.0.addresses.0.hostname": LABELS,
    "subsets.0.notReadyAddresses.0.hostname": LABELS[::4],
    "subsets.0.addresses.0.nodeName": SUBDOMAINS,
    "subsets.0.notReadyAddresses.0.nodeName": SUBDOMAINS[::4],
    "subsets.0.addresses.0.targetRef": [{}, {"kind": "", "name": "/"}, {"fieldPath": "a b", "resourceVersion": "x"}],
    "subsets.0.ports": [[], [None], [{}], [{"port": 1}, {"port": 2}], [{"port": 80}, {"name": "a", "port": 80}, None]],
    "subsets.0.ports.0.name": LABELS,
    "subsets.0.ports.1.name": ["http", "https", "", "HTTP"],
    "subsets.0.ports.0.port": PORT_NUMBERS,
    "subsets.0.ports.1": [{"name": "admin", "port": 0}, {"name": "admin", "port": 8080}, {"port": 9090}],
    "subsets.0.ports.0.protocol": PROTOCOLS,
    "subsets.0.ports.0.appProtocol": QUALIFIED_NAMES,
    "metadata.labels": [
        {"endpoints.kubernetes.io/managed-by": "endpoint-controller"},
        {"endpoints.kubernetes.io/managed-by": "me"},
    ],
}


def cases(random: Random) -> Iterator[str]:
    """Manifests of Endpoints, without end."""
    return varied(random, BASES, FIELDS)
