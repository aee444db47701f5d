"""Ingresses of networking.k8s.io/v1: hosts, paths, backends, TLS, and the two ways to name a class."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from texts_to_try import LABELS, PORT_NAMES, PORT_NUMBERS, SUBDOMAINS
from variations import Fields, changed, varied, written

SERVICE = {"service": {"name": "example", "port": {"number": 80}}}
NAMED = {"service": {"name": "example", "port": {"name": "http"}}}
RESOURCE = {"resource": {"apiGroup": "example.com", "kind": "Bucket", "name": "example"}}
BASE: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "example"},
    "spec": {
        "ingressClassName": "nginx",
        "rules": [
            {"host": "example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": SERVICE}]}},
        ],
    },
}
BASES = [
    BASE,
    changed(BASE, {"spec": {"defaultBackend": SERVICE}}),
    changed(BASE, {"spec": {"defaultBackend": RESOURCE}}),
    changed(
        BASE,
        {
            "spec.tls": [{"hosts": ["example.com", "*.example.com"], "secretName": "example-tls"}],
            "spec.rules.1": {
                "host": "*.example.com",
                "http": {"paths": [{"pathType": "Exact", "path": "/a", "backend": NAMED}]},
            },
            "spec.rules.2": {"host": "example.org"},
            "spec.defaultBackend": NAMED,
        },
    ),
    changed(BASE, {"spec.rules.0.http.paths.0.backend": RESOURCE, "spec.rules.0.host": "*.example.com"}),
]
HOSTS = [
    *SUBDOMAINS,
    *(
        "*",
        "*.",
        "*.com",
        "*.*.com",
        "a.*.com",
        "*a.com",
        "*.a.com.",
        "*.A.com",
        "a*",
        "**.com",
        "*.-a.com",
        "*." + "a" * 251,
    ),
    *(
        "*." + "a" * 252,
        "10.0.0.1",
        "010.0.0.1",
        "10.0.0",
        "10.0.0.256",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "fd00::1%1",
        "*.1",
    ),
]
PATHS = [
    *(
        "/",
        "/a",
        "/a/",
        "/a/b",
        "",
        "a",
        "a/b",
        " /a",
        "//",
        "/a//b",
        "/./",
        "/a/./b",
        "/../",
        "/a/../b",
        "/.",
        "/..",
        "/a/.",
    ),
    *(
        "/a/..",
        "/a..",
        "/a.",
        "/...",
        "/.a",
        "/..a",
        "/%2f",
        "/a%2Fb",
        "/%2e",
        "/a b",
        "/a?b=c",
        "/ä",
        "/a(/|$)(.*)",
        "/*",
    ),
    *("%2f", "../", "/a/.../", "/\n", "." * 300, "/" + "a" * 3000, "/a\\b", "/..;/", "/./.."),
]
BACKENDS: list[Any] = [
    *(
        SERVICE,
        NAMED,
        RESOURCE,
        {},
        {**SERVICE, **RESOURCE},
        {"service": {}},
        {"resource": {}},
        {"service": {"name": "a"}},
    ),
    *({"service": {"port": {"number": 80}}}, {"service": None, **RESOURCE}, {"service": {}, "resource": {}}),
    {"service": {"name": "", "port": {}}},
    {"service": {"name": "A", "port": {"name": "B", "number": 0}}},
]
PORTS: list[Any] = [
    *(
        {},
        {"number": 80, "name": "http"},
        {"number": 0},
        {"name": ""},
        {"number": 0, "name": ""},
        {"number": 0, "name": "a"},
    ),
    *({"number": 70000, "name": "http"}, {"number": -1}, {"number": 80, "name": ""}, {"number": -1, "name": "-"}),
]
SEGMENTS = ["a", "A", "", ".", "..", "a/b", "a%b", "a%2fb/", "a b", "a.b", "...", "ä", "/", "a" * 300]
SERVICE_NAMES = [*LABELS, "1", "1a", "a1", "kubernetes.default"]
GROUPS = ["", "apps", "example.com", "Example.com", "a b", "a" * 254, "example.com/v1"]
PATH = "spec.rules.0.http.paths.0"
FIELDS: Fields = {
    "spec": [
        {},
        {"rules": []},
        {"rules": [{}]},
        {"rules": [None]},
        {"tls": [{}]},
        {"defaultBackend": {}},
        {"rules": None},
    ],
    "spec.rules": [
        [],
        [{}],
        [None],
        [{"host": ""}],
        [{"http": None}],
        [{"http": {}}],
        [{"host": "a.b"}, {"host": "a.b"}],
    ],
    "spec.rules.0.host": HOSTS,
    "spec.rules.1.host": HOSTS[::5],
    "spec.rules.0.http": [{}, {"paths": []}, {"paths": [None]}, {"paths": [{}]}],
    "spec.rules.1.http": [{}, {"paths": [{"pathType": "Exact", "path": "/b", "backend": NAMED}]}],
    f"{PATH}.path": PATHS,
    f"{PATH}.pathType": ["Prefix", "Exact", "ImplementationSpecific", "", "prefix", "Regex", "Prefix "],
    f"{PATH}.backend": BACKENDS,
    f"{PATH}.backend.service.name": SERVICE_NAMES,
    f"{PATH}.backend.service.port": PORTS,
    f"{PATH}.backend.service.port.number": PORT_NUMBERS,
    f"{PATH}.backend.service.port.name": PORT_NAMES[::3],
    f"{PATH}.backend.resource": [{}, {"kind": "A"}, {"name": "a"}, {"kind": "A", "name": "a"}],
    "spec.defaultBackend": BACKENDS,
    "spec.defaultBackend.service.name": SERVICE_NAMES[::2],
    "spec.defaultBackend.service.port": PORTS,
    "spec.tls": [
        [],
        [{}],
        [None],
        [{"hosts": []}],
        [{"hosts": [None]}],
        [{"secretName": "a"}],
        [{"hosts": ["a", "a"]}],
    ],
    "spec.tls.0.hosts.0": HOSTS,
    "spec.tls.0.secretName": SUBDOMAINS,
    "spec.ingressClassName": SUBDOMAINS,
    "metadata.annotations": [
        {"kubernetes.io/ingress.class": value} for value in ("nginx", "Nginx", "", None, "a b", "example.com")
    ],
    "status": [{"loadBalancer": {"ingress": [{"ip": "none", "hostname": "A"}]}}, {"loadBalancer": {}}],
}


def cases(random: Random) -> Iterator[str]:
    """Manifests of Ingresses, without end."""
    classes = ("nginx", "Nginx", "", "a b", "example.com", None)
    for annotation in classes:
        for name in classes:
            spec = {"defaultBackend": SERVICE, "ingressClassName": name}
            annotations = {"kubernetes.io/ingress.class": annotation}
            yield written(random, changed(BASE, {"spec": spec, "metadata.annotations": annotations}))
    for path_type in ("Exact", "ImplementationSpecific", "Other"):
        for path in PATHS[:: 1 if path_type == "ImplementationSpecific" else 3]:
            yield written(random, changed(BASE, {f"{PATH}.pathType": path_type, f"{PATH}.path": path}))
    for name in PORT_NAMES:
        yield written(random, changed(BASE, {f"{PATH}.backend": changed(NAMED, {"service.port.name": name})}))
    for field, values in (("apiGroup", GROUPS), ("kind", SEGMENTS), ("name", SEGMENTS)):
        for value in (*values, None):
            yield written(random, changed(BASES[2], {f"spec.defaultBackend.resource.{field}": value}))
    yield from varied(random, BASES, FIELDS)
