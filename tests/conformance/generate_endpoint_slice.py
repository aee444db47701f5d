"""EndpointSlices of discovery.k8s.io/v1: addresses of the three types, hints, ports, and the limits of their lists."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from addresses_to_try import ADDRESSES
from texts_to_try import LABEL_VALUES, LABELS, PROTOCOLS, QUALIFIED_NAMES, SUBDOMAINS
from variations import Fields, changed, varied, written

BASE: dict[str, Any] = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "example"},
    "addressType": "IPv4",
    "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "nodeName": "node-1", "zone": "zone-a"}],
}
IPV6 = changed(BASE, {"addressType": "IPv6", "endpoints.0.addresses": ["fd00::1"]})
FQDN = changed(BASE, {"addressType": "FQDN", "endpoints.0.addresses": ["example.com"]})
RICH = changed(
    BASE,
    {
        "ports.1": {"name": "dns", "port": 53, "protocol": "UDP", "appProtocol": "example.com/dns"},
        "endpoints.0.hostname": "one",
        "endpoints.0.hints": {"forZones": [{"name": "zone-a"}], "forNodes": [{"name": "node-1"}]},
        "endpoints.0.targetRef": {"kind": "Pod", "name": "example-1", "namespace": "default"},
        "endpoints.1": {"addresses": ["10.0.0.2", "10.0.0.3"], "conditions": {"serving": True, "terminating": True}},
    },
)
BASES = [BASE, IPV6, FQDN, RICH, changed(BASE, {"endpoints": [], "ports": []})]
FQDNS = [
    *(
        "example.com",
        "example.com.",
        "a.b",
        "a",
        "a.",
        "",
        ".",
        "..",
        ".com",
        "example..com",
        "Example.com",
        "*.example.com",
    ),
    *(
        "a" * 63 + ".com",
        "a" * 64 + ".com",
        "a" * 64 + "." + "b" * 64,
        "a." * 126 + "a",
        "a." * 127 + "a",
        "1.2.3.4",
        "01.2.3.4",
    ),
    *("::1", "fd00::1", "ex_ample.com", "-a.com", "a-.com", "a.com-", "example.com..", "example.com/", "exämple.com"),
]
ZONES = [[{"name": f"zone-{number}"} for number in range(count)] for count in (1, 2, 8, 9)]
NODES = [[{"name": f"node-{number}"} for number in range(count)] for count in (1, 2, 8, 9)]
FIELDS: Fields = {
    "addressType": ["IPv4", "IPv6", "FQDN", "", "ipv4", "IP", "IPv4 ", "Hostname"],
    "endpoints": [[], [{}], [None], [{"addresses": []}], [{"addresses": None}], [{"addresses": [None]}]],
    "endpoints.0.addresses": [
        ["10.0.0.1", "10.0.0.1"],
        ["10.0.0.1", "fd00::1"],
        ["", "10.0.0.01", "127.0.0.1"],
        [f"10.0.0.{number}" for number in range(100)],
        [f"10.0.0.{number}" for number in range(101)],
        [f"127.0.0.{number}" for number in range(101)],
    ],
    "endpoints.0.addresses.0": ADDRESSES,
    "endpoints.0.conditions": [{}, {"ready": None}, {"ready": False, "serving": True, "terminating": True}],
    "endpoints.0.deprecatedTopology": [
        {"kubernetes.io/hostname": "node-2"},
        {"topology.kubernetes.io/zone": "zone-b"},
        {"not a label": "not a value"},
        {f"key-{number}": "" for number in range(17)},
    ],
    "endpoints.0.hints": [
        {"forZones": [{"name": "a b"}] * 9, "forNodes": [{"name": "A"}]},
        {"forZones": [{"name": "a b"}], "forNodes": [{"name": "A"}] * 9},
        {},
        {"forZones": []},
        {"forZones": [None]},
        {"forNodes": []},
        {"forNodes": [None]},
    ],
    "endpoints.0.hints.forZones": [
        *ZONES,
        [{"name": "a"}, {"name": "a"}],
        [{}, {}],
        [{"name": "a b"}, {"name": "a b"}],
    ],
    "endpoints.0.hints.forNodes": [
        *NODES,
        [{"name": "a"}, {"name": "a"}],
        [{}, {}],
        [{"name": "a b"}, {"name": "a b"}],
    ],
    "endpoints.0.hints.forZones.0.name": LABEL_VALUES,
    "endpoints.0.hints.forNodes.0.name": SUBDOMAINS[::2],
    "endpoints.0.hostname": LABELS,
    "endpoints.0.nodeName": SUBDOMAINS,
    "endpoints.0.zone": ["", "zone a", "a" * 300],
    "endpoints.0.targetRef": [{}, {"kind": "", "name": "/"}],
    "endpoints.1": [{"addresses": ["10.0.0.2"]}, {"addresses": []}, {"addresses": ["fd00::2"]}, {"hints": {}}, None],
    "ports": [[], [None], [{}], [{}, {}], [{"name": ""}, {}], [{"port": 80}, {"name": "a", "port": 80}]],
    "ports.0.name": LABELS,
    "ports.1": [{"name": "http"}, {"name": "https"}, {"name": "HTTP"}, {"port": 8080}],
    "ports.0.port": [0, -1, 1, 65535, 65536, 2147483647, -2147483648, 80.5],
    "ports.0.protocol": PROTOCOLS,
    "ports.0.appProtocol": QUALIFIED_NAMES,
    "metadata.labels": [
        {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"},
        {"endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io"},
        {"endpointslice.kubernetes.io/managed-by": "me"},
        {"kubernetes.io/service-name": "example"},
    ],
}


def cases(random: Random) -> Iterator[str]:
    """Manifests of EndpointSlices, without end."""
    for count in (1000, 1001):
        endpoints = [{"addresses": [f"10.0.{number // 250}.{number % 250}"]} for number in range(count)]
        yield written(random, changed(BASE, {"endpoints": endpoints}))
    # Ports that say nothing are all of one name; a list that is too long is not looked into.
    yield written(random, changed(BASE, {"ports": [{}] * 20001}))
    for address in ADDRESSES:
        yield written(random, changed(IPV6, {"endpoints.0.addresses.0": address}))
    for address in FQDNS:
        yield written(random, changed(FQDN, {"endpoints.0.addresses.0": address}))
    yield from varied(random, BASES, FIELDS)
