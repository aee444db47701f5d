"""Services of v1: every field of the spec, the annotations that count, their limits, and how fields act together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from addresses_to_try import ADDRESSES, CIDRS
from texts_to_try import LABEL_VALUES, LABELS, PORT_NAMES, PORT_NUMBERS, PROTOCOLS, QUALIFIED_NAMES, SUBDOMAINS
from variations import ABSENT, Fields, changed, written

BASE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "example"},
    "spec": {"selector": {"app": "example"}, "ports": [{"port": 80}]},
}
TWO_PORTS = [
    {"name": "http", "port": 80, "targetPort": "web"},
    {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 5353, "appProtocol": "kubernetes.io/dns"},
]
LOAD_BALANCER = changed(BASE, {"spec.type": "LoadBalancer"})
LOCAL_LOAD_BALANCER = changed(
    LOAD_BALANCER,
    {"spec.externalTrafficPolicy": "Local", "spec.healthCheckNodePort": 31000, "spec.ports": TWO_PORTS},
)
BASES = [
    BASE,
    changed(BASE, {"spec.type": "NodePort"}),
    LOAD_BALANCER,
    changed(BASE, {"spec.type": "ExternalName", "spec.externalName": "example.com", "spec.selector": ABSENT}),
    changed(BASE, {"spec.clusterIP": "None"}),
    changed(BASE, {"spec.clusterIP": "None", "spec.selector": ABSENT, "spec.ports": ABSENT}),
    changed(BASE, {"spec.ports": TWO_PORTS}),
    changed(BASE, {"spec.ports": TWO_PORTS, "spec.type": "NodePort", "spec.ports.1.nodePort": 30080}),
    LOCAL_LOAD_BALANCER,
    changed(BASE, {"spec.clusterIP": "10.96.7.7", "spec.clusterIPs": ["10.96.7.7"], "spec.ipFamilies": ["IPv4"]}),
    changed(
        BASE,
        {
            "spec.clusterIP": "fd00:10:96::77",
            "spec.clusterIPs": ["fd00:10:96::77", "10.96.7.7"],
            "spec.ipFamilies": ["IPv6", "IPv4"],
            "spec.ipFamilyPolicy": "RequireDualStack",
        },
    ),
    changed(BASE, {"spec.externalIPs": ["192.0.2.1", "2001:db8::1"]}),
    changed(
        BASE,
        {"spec.sessionAffinity": "ClientIP", "spec.sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}},
    ),
    changed(BASE, {"spec": {"ports": [{"port": 443}]}}),
]
WRONG_TYPES: list[Any] = ["text", "", 1, 1.5, True, [], {}, [None], {"a": None}, ["a"], [[]], [{}], {"a": {}}]
CLUSTER_IPS = [
    *("None", "none", "NONE", "", "10.96.7.7", "10.96.0.0", "10.111.255.255", "10.111.255.254", "10.112.0.0"),
    *("10.95.255.255", "010.96.7.7", "::ffff:10.96.7.7", "fd00:10:96::77", "fd00:10:96::", "fd00:10:96::ffff"),
    *("fd00:10:96::1:0", "FD00:10:96::77", "fd00:10:96:0:0:0:0:77", "10.96.7.7/32", " 10.96.7.7", "1.2.3", "fd00::1"),
]
"""The blocks of the reference server are 10.96.0.0/12 and fd00:10:96::/112."""
FAMILIES = ["IPv4", "IPv6", "ipv4", "IPV6", "", "IPv5", "IPv4 "]
NODE_PORTS: list[Any] = [
    *(0, -1, 1, 80, 29999, 30000, 30080, 30081, 32767, 32768, 65535, 65536, 2147483647, 2147483648),
    *("30080", 30080.0, 30080.5, True),
]
HEALTH_PORTS: list[Any] = [
    *(0, -1, 1, 443, 29999, 30000, 30080, 31000, 32767, 32768, 65535, 65536, 2147483647, 2147483648),
    *("31000", 31000.0, 31000.5),
]
TIMEOUTS: list[Any] = [1, 0, -1, 600, 86399, 86400, 86401, 2147483647, 2147483648, "600", 600.0, 0.5, True, {}, []]
BOOLEANS: list[Any] = [True, False, "true", "", 0, 1, [], {}]
SELECTORS: list[Any] = [
    *({}, {"app": ""}, {"app": None}, {"app": 1}, {"app": True}, {"app": {}}, {"app": ["a"]}, [], "app=example"),
    *({name: "a"} for name in QUALIFIED_NAMES),
    *({"app": value} for value in LABEL_VALUES),
    {"A_b/c d": "-", "app": "example"},
    {"matchLabels": {"app": "example"}},
    {"": ""},
]
PORTS: list[Any] = [
    *([], [{}], [None], [{}, {}], [{"port": 80}, None], {"port": 80}, [80], ["80"], [[{"port": 80}]]),
    [{"port": 80}, {"port": 81}],
    [{"port": 80, "name": "a"}, {"port": 81}],
    [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b", "protocol": "TCP"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b", "protocol": "UDP"}],
    [{"port": 80, "name": "a", "protocol": ""}, {"port": 80, "name": "b", "protocol": None}],
    [{"port": 80, "name": "A"}, {"port": 80, "name": "A"}, {"port": 80, "name": "A"}],
    [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 81, "name": "b", "nodePort": 30080}],
    [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 80, "name": "b", "nodePort": 30080, "protocol": "UDP"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b", "nodePort": 30080, "protocol": "UDP"}],
    [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 80, "name": "b", "nodePort": 30081, "protocol": "UDP"}],
    [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 80, "name": "b", "protocol": "UDP"}],
    [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 80, "name": "b", "nodePort": 30080}],
    [{"port": 80, "nodePort": 30080, "protocol": "UDP"}, {"port": 81, "nodePort": 30081, "protocol": "SCTP"}],
    [{"port": 10250}],
    [{"port": 10250, "targetPort": 80, "nodePort": 30080}],
    [{"name": f"port-{number}", "port": number} for number in range(1, 12)],
    [{"port": 80, "prot": "TCP"}],
    [{"port": 80, "targetport": 80}],
    [{"containerPort": 80}],
    [{"port": None}],
    [{"port": 80, "name": None, "protocol": None, "targetPort": None, "nodePort": None, "appProtocol": None}],
]
TARGET_PORTS: list[Any] = [*PORT_NUMBERS, *PORT_NAMES, "1", "0", "http-admin-port-1", "https", True, [], {}, 1e3]
DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode", "preferclose", "", "Random", "PreferClose ", 1]
EXTERNAL_NAMES = [*SUBDOMAINS, "localhost", "127.0.0.1", "a..", "..", "10.0.0.0/8", "example.com..", "::1", "_a.b", 1]
RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"
HINTS_ANNOTATION = "service.kubernetes.io/topology-aware-hints"
MODE_ANNOTATION = "service.kubernetes.io/topology-mode"
RANGE_LISTS = [
    *("10.0.0.0/8,192.0.2.0/24", "10.0.0.0/8, 192.0.2.0/24 ", ",", "10.0.0.0/8,", "10.0.0.0/8;192.0.2.0/24", " , "),
    *("10.0.0.0/8 192.0.2.0/24", " 10.0.0.0/8", "\t10.0.0.0/8\n", "10.0.0.1/8,nowhere", "fd00::/8,10.0.0.0/8"),
]
STATUSES: list[Any] = [
    {"loadBalancer": {"ingress": [{"ip": "nowhere", "ipMode": "Direct", "hostname": "A"}]}},
    *({}, {"loadBalancer": None}, {"conditions": []}, {"conditions": [{}]}, [], {"loadBalancer": {"ingress": {}}}),
]
ENUMS: Fields = {
    "spec.type": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
    "spec.externalTrafficPolicy": ["Cluster", "Local"],
    "spec.internalTrafficPolicy": ["Cluster", "Local"],
    "spec.sessionAffinity": ["None", "ClientIP"],
    "spec.clusterIP": ["None", "10.96.7.7", "fd00:10:96::77"],
    "spec.ipFamilies": [["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv6", "IPv4"], []],
    "spec.ipFamilyPolicy": ["SingleStack", "PreferDualStack", "RequireDualStack"],
    "spec.ports.0.nodePort": [30080],
    "spec.healthCheckNodePort": [31000],
    "spec.allocateLoadBalancerNodePorts": [True, False],
    "spec.loadBalancerClass": ["example.com/internal"],
    "spec.loadBalancerIP": ["192.0.2.1"],
    "spec.loadBalancerSourceRanges": [["10.0.0.0/8"]],
    "spec.externalIPs": [["192.0.2.1"]],
    "spec.externalName": ["example.com"],
    "spec.trafficDistribution": ["PreferClose", "PreferSameZone", "PreferSameNode"],
    "spec.publishNotReadyAddresses": [True],
    "spec.selector": [{}],
    "spec.ports": [[], [{"port": 80, "name": "a"}, {"port": 53, "name": "b", "protocol": "UDP", "nodePort": 30053}]],
}
"""Values that are right by themselves, for each field that acts together with others."""
FIELDS: Fields = {
    "spec": [{}, [], "", {"clusterIP": "None"}, {"type": "ExternalName"}, {"ports": [{"port": 80}]}],
    "spec.type": [*ENUMS["spec.type"], "clusterIP", "Nodeport", "loadbalancer", "Headless", "", " ClusterIP", 1],
    "spec.ports": PORTS,
    "spec.ports.0.name": [*LABELS, *PORT_NAMES[:8], "kubernetes.io", 80, True],
    "spec.ports.0.protocol": [*PROTOCOLS, "udp", "Tcp", 6],
    "spec.ports.0.port": [*PORT_NUMBERS, 443, 10250, 32767, 1e3, "http", True, [80], {}],
    "spec.ports.0.targetPort": TARGET_PORTS,
    "spec.ports.0.nodePort": NODE_PORTS,
    "spec.ports.0.appProtocol": [*QUALIFIED_NAMES, 1, True, "kubernetes.io/wss", "h2c"],
    "spec.ports.1": [None, {}, {"port": 80}, {"name": "b", "port": 81, "nodePort": 30081}, "80"],
    "spec.ports.1.port": [80, 53, 0, 65536],
    "spec.ports.1.name": ["http", "dns", "", "D", "a" * 63, "a" * 64],
    "spec.ports.1.protocol": ["TCP", "UDP", "SCTP", "", "tcp"],
    "spec.ports.1.nodePort": NODE_PORTS[:12],
    "spec.ports.2": [{"port": 80, "name": "http"}, {"port": 90, "name": "c", "nodePort": 30080}, {"port": 53}],
    "spec.selector": SELECTORS,
    "spec.clusterIP": [*CLUSTER_IPS, *ADDRESSES[::3], 1, True, []],
    "spec.clusterIPs": [
        *([], [None], [""], ["None"], ["None", "None"], ["None", "10.96.7.7"], ["10.96.7.7", "None"], "10.96.7.7"),
        *([address] for address in CLUSTER_IPS),
        *(["10.96.7.7", address] for address in CLUSTER_IPS),
        *(["fd00:10:96::77", "10.96.7.7"], ["10.96.7.7", "fd00:10:96::77", "10.96.7.8"], ["10.96.7.7"] * 3, [1]),
    ],
    "spec.ipFamilies": [
        *([], [None], {}, "IPv4", ["IPv4", "IPv6", "IPv4"], ["IPv4", "IPv6", "IPv5"], [4]),
        *([family] for family in FAMILIES),
        *([first, second] for first in FAMILIES[:3] for second in FAMILIES),
    ],
    "spec.ipFamilyPolicy": [*ENUMS["spec.ipFamilyPolicy"], "singlestack", "DualStack", "", "PreferDualstack", True],
    "spec.externalIPs": [[], [None], "192.0.2.1", ["192.0.2.1", "192.0.2.1"], *([text] for text in ADDRESSES)],
    "spec.externalIPs.1": ADDRESSES[::4],
    "spec.sessionAffinity": ["None", "ClientIP", "clientIP", "ClientIp", "none", "", "Cookie", 1],
    "spec.sessionAffinityConfig": [{}, {"clientIP": {}}, {"clientIP": None}, {"clientIp": {}}, [], "ClientIP"],
    "spec.sessionAffinityConfig.clientIP.timeoutSeconds": TIMEOUTS,
    "spec.loadBalancerIP": [*ADDRESSES, "example", 1],
    "spec.loadBalancerSourceRanges": [[], [None], "10.0.0.0/8", *([text] for text in CIDRS)],
    "spec.loadBalancerSourceRanges.1": [*CIDRS[::3], " 10.0.0.0/8", "10.0.0.0/8 ", " fd00:0::/8", "\t10.0.0.0/08\n"],
    "spec.allocateLoadBalancerNodePorts": BOOLEANS,
    "spec.publishNotReadyAddresses": BOOLEANS,
    "spec.loadBalancerClass": [*QUALIFIED_NAMES[::2], "example.com/internal", "", 1],
    "spec.externalTrafficPolicy": ["Cluster", "Local", "cluster", "local", "", "Global", "Local ", 1],
    "spec.internalTrafficPolicy": ["Cluster", "Local", "cluster", "LOCAL", "", "PreferLocal", False],
    "spec.healthCheckNodePort": HEALTH_PORTS,
    "spec.externalName": EXTERNAL_NAMES,
    "spec.trafficDistribution": DISTRIBUTIONS,
    "spec.topologyKeys": [["*"], []],
    "spec.ipFamily": ["IPv4"],
    "spec.sessionAfinity": ["ClientIP"],
    "spec.Type": ["NodePort"],
    "spec.name": ["example"],
    "metadata.annotations": [
        *({}, [], "a=b", {"a": 1}, {"a": True}, {"a": {}}, {"a": None}, {RANGES_ANNOTATION: 1}),
        *({HINTS_ANNOTATION: hints, MODE_ANNOTATION: mode} for hints in ("Auto", "") for mode in ("Auto", "auto", "")),
    ],
    f"metadata.annotations.{RANGES_ANNOTATION.replace('.', ':')}": [*CIDRS, *RANGE_LISTS],
    f"metadata.annotations.{HINTS_ANNOTATION.replace('.', ':')}": ["Auto", "auto", "Disabled", ""],
    f"metadata.annotations.{MODE_ANNOTATION.replace('.', ':')}": ["Auto", "auto", "Disabled", "", "example.com/zone"],
    "status": STATUSES,
    "selector": [{"app": "example"}],
    "ports": [[{"port": 80}]],
}
DECODED: Fields = {route: WRONG_TYPES for route in FIELDS if route.startswith("spec.") and ".1" not in route}

# What a value means is decided before it is known where it stands.
SPELLED_BASES = [base for base in BASES if "externalTrafficPolicy" not in base["spec"]]
YAML_VALUES = [
    *("80", "80.0", "80.5", "8e1", "8.0e+1", "0x50", "0o120", "0120", "+80", "-80", "8_0", "'80'", '"80"', "!!str 80"),
    *("!!int '80'", "!!float 80", "~", "null", "Null", "", "yes", "true", "True", "on", "off", "n", "{}", "[]", "[80]"),
    *("{a: 80}", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775808", "1e-1", ".inf"),
    *(".nan", "80 # eighty", "'80 '", '"8\\u0030"', "0", "0.0", "-0", "-0.0", "1e3", "1e10", "2001-01-01", "12:30"),
    *(
        "&a 80",
        "|-\n        80",
        ">-\n        web",
        "web",
        "'web'",
        "None",
        "'None'",
        "!!null ''",
        "!!bool yes",
        "0b11",
    ),
]
JSON_VALUES = [
    *(
        "80",
        "80.0",
        "80.5",
        "8e1",
        "8E+1",
        '"80"',
        "null",
        "true",
        "{}",
        "[]",
        "[80]",
        '{"a": 80}',
        "-0",
        "0.0",
        "-0.0",
    ),
    *("2147483647", "2147483648", "-2147483649", "9223372036854775808", "1e3", "1.0e3", "1e-1", '"\\u0038\\u0030"'),
    *('"None"', '""', "10e-1", "800e-1"),
]
PLACES = [
    *("spec.ports.0.port", "spec.ports.0.targetPort", "spec.ports.0.nodePort", "spec.ports.0.name", "spec.ports.0"),
    *("spec.sessionAffinityConfig.clientIP.timeoutSeconds", "spec.clusterIP", "spec.publishNotReadyAddresses"),
    *("spec.selector.app", "metadata.annotations.example", "spec.externalName", "spec.ports", "spec.selector", "spec"),
    *("spec.loadBalancerClass", "spec.loadBalancerIP", "spec.type", "spec.ipFamilies", "spec.externalIPs"),
]
_HEAD = "apiVersion: v1\nkind: Service\nmetadata:\n  name: example\n"
DUPLICATES = [
    _HEAD + "spec:\n  ports:\n  - port: 80\n    port: 80\n",
    _HEAD + "spec:\n  ports:\n  - port: 80\n  ports:\n  - port: 81\n",
    _HEAD + "spec:\n  type: NodePort\n  ports:\n  - {port: 80}\n  type: NodePort\n",
    _HEAD + "spec:\n  ports: [{port: 80, name: a, name: b}]\n",
    _HEAD + "spec:\n  selector: {app: a, app: a}\n  ports: [{port: 80}]\n",
    _HEAD + "spec: {ports: [{port: 80}]}\nspec: {ports: [{port: 80}]}\n",
    _HEAD + "  name: other\nspec: {ports: [{port: 80}]}\n",
    _HEAD + "  labels: &labels {app: a}\nspec: {selector: *labels, ports: [{port: 80}]}\n",
    _HEAD + "spec: {ports: [&port {port: 80, name: a}, {<<: *port, name: b, port: 81}]}\n",
    _HEAD + "spec: {ports: [&port {port: 80}, *port]}\n",
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "name": "b"}, "spec": {"clusterIP": "None"}}',
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80, "port": 81}]}}',
]
_MARK = "MARK"


def cases(random: Random) -> Iterator[str]:
    """Manifests of Services, without end and all different."""
    seen: set[str] = set()
    for case in _cases(random):
        text = case if isinstance(case, str) else written(random, case)
        if text not in seen and not _breaks_the_server(case):
            seen.add(text)
            yield text


def _breaks_the_server(case: Any) -> bool:
    """Whether the server may call it an internal error: a port for health checks that it cannot give.

    One that it is asked for must be no node port of the Service. One that it draws in a dry run is the number after the
    greatest node port, and must be a valid port.
    """
    spec = case.get("spec") if isinstance(case, dict) else None
    if not isinstance(spec, dict) or (spec.get("type"), spec.get("externalTrafficPolicy")) != ("LoadBalancer", "Local"):
        return False
    ports = spec.get("ports")
    taken = [port.get("nodePort") for port in ports if isinstance(port, dict)] if isinstance(ports, list) else []
    numbers = [number for number in taken if isinstance(number, int | float)]
    return spec.get("healthCheckNodePort") in numbers or any(not 0 <= number <= 32766 for number in numbers)


def _cases(random: Random) -> Iterator[Any]:
    yield from BASES
    yield from DUPLICATES
    single = _singles(random)
    while True:
        for _ in range(3):
            if single:
                base, route, value = single.pop()
                yield changed(base, {route: value})
        yield _combination(random, ENUMS, random.choice((2, 3, 4, 6)))
        yield _combination(random, ENUMS, 2)
        yield _combination(random, FIELDS, 2)
        yield _combination(random, FIELDS, random.choice((2, 3, 5)))
        yield _with_cluster_ips(random)
        if random.random() < 0.5:
            route = random.choice(list(DECODED))
            yield changed(random.choice(BASES), {route: random.choice(DECODED[route])})
        else:
            yield _spelled(random)


def _singles(random: Random) -> list[tuple[Any, str, Any]]:
    """Every value of every field in every base, those last that tell most: they are taken from the end.

    A value tells most in a base that has the field, and in a plain Service and a load balancer, which may have most.
    """
    telling, others = [], []
    for route, values in FIELDS.items():
        bases = sorted(BASES, key=lambda base: not _has(base, route))
        for base in bases:
            tells = base in (bases[0], BASE, LOAD_BALANCER)
            (telling if tells else others).extend((base, route, value) for value in (*values, ABSENT, None))
    random.shuffle(telling)
    random.shuffle(others)
    return others + telling


def _has(base: Any, route: str) -> bool:
    """Whether a base has a field, or what it stands in."""
    holder = base
    for step in route.split("."):
        if isinstance(holder, list):
            return int(step) < len(holder)
        if not isinstance(holder, dict) or step not in holder:
            return False
        holder = holder[step]
    return True


def _combination(random: Random, fields: Fields, count: int) -> Any:
    routes = random.sample(list(fields), count)
    values = {route: random.choice((*fields[route], ABSENT)) for route in routes}
    return changed(random.choice(BASES), values)


def _with_cluster_ips(random: Random) -> Any:
    """The four fields that say which cluster IPs a Service has, mostly in step with each other."""
    first, second = random.choice((*CLUSTER_IPS[:10], *CLUSTER_IPS)), random.choice(CLUSTER_IPS)
    values = {
        "spec.clusterIP": random.choice((first, first, ABSENT, second)),
        "spec.clusterIPs": random.choice(([first], [first, second], [first, second], [second, first], [], ABSENT)),
        "spec.ipFamilies": random.choice((*ENUMS["spec.ipFamilies"], [random.choice(FAMILIES)], ABSENT, ABSENT)),
        "spec.ipFamilyPolicy": random.choice((*ENUMS["spec.ipFamilyPolicy"], ABSENT, ABSENT)),
        "spec.type": random.choice((*ENUMS["spec.type"][:3], ABSENT, ABSENT)),
    }
    return changed(random.choice(BASES), values)


def _spelled(random: Random) -> str:
    """A value that is spelled in a way of its own, in any place."""
    base, place = random.choice(SPELLED_BASES), random.choice(PLACES)
    if random.random() < 0.6:
        text = _block(changed(base, {place: _MARK}))
        return text.replace(_MARK, random.choice(YAML_VALUES))
    text = json.dumps(changed(base, {place: _MARK}))
    return text.replace(f'"{_MARK}"', random.choice(JSON_VALUES))


def _block(manifest: Any) -> str:
    # A text that does not begin like JSON is read as YAML.
    lines = [f"{name}: {json.dumps(value)}\n" for name, value in manifest.items()]
    return "".join(lines).replace(f'"{_MARK}"', _MARK)
