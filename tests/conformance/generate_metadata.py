"""Manifests whose metadata vary: names, namespaces, labels, annotations, finalizers, owners, and what the server sets.

`as_yaml` and `BASES` serve the generators of workloads and of decoding, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

_POD = {"containers": [{"name": "orders", "image": "example.com/orders:1"}]}
_TEMPLATE = {"metadata": {"labels": {"app": "orders"}}, "spec": _POD}
_JOB = {"template": {"spec": {**_POD, "restartPolicy": "Never"}}}
_APPS = {"selector": {"matchLabels": {"app": "orders"}}, "template": _TEMPLATE}
_BACKEND = {"service": {"name": "orders", "port": {"number": 80}}}

BASES: dict[str, dict[str, Any]] = {
    "Service": {"apiVersion": "v1", "spec": {"ports": [{"port": 80}]}},
    "Namespace": {"apiVersion": "v1"},
    "Endpoints": {"apiVersion": "v1"},
    "EndpointSlice": {"apiVersion": "discovery.k8s.io/v1", "addressType": "IPv4", "endpoints": []},
    "Ingress": {"apiVersion": "networking.k8s.io/v1", "spec": {"defaultBackend": _BACKEND}},
    "NetworkPolicy": {"apiVersion": "networking.k8s.io/v1", "spec": {"podSelector": {}}},
    "Pod": {"apiVersion": "v1", "spec": _POD},
    "Deployment": {"apiVersion": "apps/v1", "spec": _APPS},
    "ReplicaSet": {"apiVersion": "apps/v1", "spec": _APPS},
    "DaemonSet": {"apiVersion": "apps/v1", "spec": _APPS},
    "StatefulSet": {"apiVersion": "apps/v1", "spec": {"serviceName": "orders", **_APPS}},
    "ReplicationController": {"apiVersion": "v1", "spec": {"template": _TEMPLATE}},
    "Job": {"apiVersion": "batch/v1", "spec": _JOB},
    "CronJob": {"apiVersion": "batch/v1", "spec": {"schedule": "5 4 * * *", "jobTemplate": {"spec": _JOB}}},
    "ValidatingWebhookConfiguration": {"apiVersion": "admissionregistration.k8s.io/v1"},
    "MutatingWebhookConfiguration": {"apiVersion": "admissionregistration.k8s.io/v1"},
    "APIService": {
        "apiVersion": "apiregistration.k8s.io/v1",
        "spec": {
            **{"group": "example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10},
            **{"service": {"name": "orders", "namespace": "default"}},
        },
    },
}
"""A valid object of each kind, without metadata."""

NAMED = {"APIService": "v1.example.com"}
"""Kinds whose name is no matter of choice."""

NAMES = (
    *("a", "1a", "a1", "orders", "orders-db", "orders.db", "1.2.3", "a.b.c", "a--b", "0", "a-1.b-2"),
    *("", "A", "Orders", "orders_db", "-a", "a-", "a.", ".a", "a..b", "a.-b", "a-.b", ".", "..", "-", "a b", " a"),
    *("a/b", "a%b", "a%2fb", "a:b", "a@b", "ä", "é-1", "日本", "a\tb", "a\nb", "a\n", "a\x00b", "xn--a", "a,b"),
    *("a" * length for length in (51, 52, 53, 57, 58, 59, 62, 63, 64, 100, 252, 253, 254, 300)),
    *(".".join(["a" * 63] * 3), ".".join(["a" * 62] * 4), ".".join(["a" * 63] * 4), "a." * 126 + "a", "é" * 30),
    *("a" * 51 + "." + "b", "a" * 47 + "-", "a" * 46 + "-", "a" * 48 + "-", "a" * 57 + "-", "a" * 57 + ".b", "_-"),
    *("a--", "ab--", "a_-", "_", "A-", "a.-", "--", "a-b-", "orders-", "orders-db-", "orders.db-", "Orders-", "1-"),
)
KEYS = (
    *("app", "App", "a.b", "a_b", "a-b", "1", "app.kubernetes.io/name", "example.com/App_1.x", "a/b", "1.2/3"),
    *("kubernetes.io/metadata.name", "statefulset.kubernetes.io/pod-name", "A.b/c", "EXAMPLE.com/x", "a_b/c", "x/Y"),
    *("", "/", "a/", "/b", "a/b/c", "a b", " a", "-a", "a-", "_a", "a_", ".a", "a.", "a/-b", "a/b-", "a./b", "-a/b"),
    *("ä", "a/ä", "a:b", "a*", "a,b", "a\tb", "https://a", "a\nb", "ß", "K", "İ", "a/b.c-d_e"),
    *("a" * length for length in (62, 63, 64, 300)),
    *("a/" + "b" * length for length in (62, 63, 64)),
    *("a" * length + "/b" for length in (62, 63, 64, 252, 253, 254)),
    *(".".join(["a" * 63] * 3) + "." + "a" * length + "/b" for length in (60, 61, 62)),
)
VALUES = (
    *("", "orders", "Orders", "1", "1.4", "v1_2-3.4", "a--b", "a..b", "A", "true", "null", "2026-01-31"),
    *("-a", "a-", "_a", "a_", ".a", "a.", "a b", " ", "a/b", "a:b", "a,b", "ä", "日本", "a\n", "a\tb", "-", ".", "_"),
    *("a" * length for length in (62, 63, 64, 300)),
    *("é" * 31, "é" * 32, "{}", "[]", "a=b", "*", "~", "#", "http://example.com"),
)
_FINALIZERS = (
    *("kubernetes", "orphan", "foregroundDeletion", "example.com/finalizer", "a/b", "A/b", "a", "", "a.b", "x y"),
    *("Orphan", "background", "a/b/c", "/a", "a/", "example.com/" + "a" * 64, "service.kubernetes.io/load-balancer"),
    *("foregroundDeletion ", "kubernetes.io", "example.com/Finalizer_1", "-"),
)
_VERSIONS = ("v1", "apps/v1", "", "/", "a/", "/v1", "a/b/c", "v1/", "A B", "batch/v1")
_TIMES = ("2026-01-31T12:00:00Z", "0001-01-01T00:00:00Z", "2026-01-31T12:00:00+02:00", None)


def cases(random: Random) -> Iterator[str]:
    """Objects of every kind that kubelint reads and the server has, with one to three changes of the metadata."""
    kinds, varied = sorted(BASES), sorted(_FIELDS)
    while True:
        for kind in kinds:
            fields = random.sample(varied, random.choice((1, 1, 1, 2, 2, 3)))
            metadata: dict[str, Any] = {"name": NAMED.get(kind, "orders")}
            for field in fields:
                _FIELDS[field](random, metadata)
            if kind in NAMED:
                metadata["name"] = NAMED[kind]
                metadata.pop("generateName", None)
            manifest = {"apiVersion": BASES[kind]["apiVersion"], "kind": kind, "metadata": metadata}
            manifest |= deepcopy({name: value for name, value in BASES[kind].items() if name != "apiVersion"})
            _adapt(random, kind, manifest)
            yield json.dumps(manifest) if random.random() < 0.1 else as_yaml(manifest)


def _adapt(random: Random, kind: str, manifest: dict[str, Any]) -> None:
    """What else of an object has to do with its metadata."""
    if kind == "Job" and random.random() < 0.3:
        manifest["spec"] |= {"completionMode": "Indexed", "completions": random.choice((0, 1, 10, 11, 1000))}
    elif kind == "Namespace" and random.random() < 0.2:
        manifest["spec"] = {"finalizers": _some(random, _FINALIZERS)}
    elif kind == "ReplicationController" and random.random() < 0.3:
        manifest["spec"]["template"]["metadata"]["labels"] |= {random.choice(KEYS): random.choice(VALUES)}


def _name(random: Random, metadata: dict[str, Any]) -> None:
    name = random.choice((*NAMES, None))
    if name is None:
        metadata.pop("name", None)
    else:
        metadata["name"] = name


def _generate_name(random: Random, metadata: dict[str, Any]) -> None:
    metadata["generateName"] = random.choice(NAMES)
    if random.random() < 0.7:
        metadata.pop("name", None)


def _namespace(random: Random, metadata: dict[str, Any]) -> None:
    metadata["namespace"] = random.choice(("default", "", None, "team-a", "1", "Team", "a.b", "a_b", "-a", "a" * 64))


def _labels(random: Random, metadata: dict[str, Any]) -> None:
    metadata["labels"] = _map(random, VALUES)


def _annotations(random: Random, metadata: dict[str, Any]) -> None:
    metadata["annotations"] = _map(random, VALUES)
    if random.random() < 0.2:
        # The limit counts the bytes of keys and values.
        letter = random.choice(("a", "é"))
        room = 262144 - sum(len((key + (value or "")).encode()) for key, value in metadata["annotations"].items())
        size = (room - len("example.com/large")) // len(letter.encode()) + random.choice((-1, 0, 0, 1, 5))
        metadata["annotations"]["example.com/large"] = letter * size


def _map(random: Random, values: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {"app": "orders"} if random.random() < 0.5 else {}
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        key = random.choice(KEYS) if random.random() < 0.7 else "app"
        found[key] = random.choice((*values, None)) if random.random() < 0.6 else "orders"
    return found


def _finalizers(random: Random, metadata: dict[str, Any]) -> None:
    metadata["finalizers"] = _some(random, (*_FINALIZERS, None))


def _owners(random: Random, metadata: dict[str, Any]) -> None:
    owners: list[Any] = []
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        owner: dict[str, Any] = {
            "apiVersion": random.choice(_VERSIONS) if random.random() < 0.4 else "v1",
            "kind": random.choice(("Pod", "Event", "", "pod")) if random.random() < 0.4 else "Pod",
            "name": random.choice(("", "A B", "other")) if random.random() < 0.3 else "owner",
            "uid": random.choice(("", "x", "y")) if random.random() < 0.4 else "5c0a4b6e",
        }
        for flag in ("controller", "blockOwnerDeletion"):
            if random.random() < 0.5:
                owner[flag] = random.choice((True, True, False, None))
        for name in ("apiVersion", "kind", "name", "uid"):
            if random.random() < 0.05:
                del owner[name]
        owners.append(owner)
    if random.random() < 0.4:
        owners.append(deepcopy(random.choice(owners)))
    if random.random() < 0.05:
        owners.append(None)
    metadata["ownerReferences"] = owners


def _generation(random: Random, metadata: dict[str, Any]) -> None:
    metadata["generation"] = random.choice((-1, -(2**63), 0, 1, 2**63 - 1, None))


def _set_by_the_server(random: Random, metadata: dict[str, Any]) -> None:
    metadata["uid"] = random.choice(("x", "", "5c0a4b6e-0000-0000-0000-000000000000"))
    metadata["selfLink"] = "/api/v1/anything"
    metadata["creationTimestamp"] = random.choice(_TIMES)
    metadata["deletionTimestamp"] = random.choice(_TIMES)
    metadata["deletionGracePeriodSeconds"] = random.choice((-5, 0, 30, None))


def _managed_fields(random: Random, metadata: dict[str, Any]) -> None:
    metadata["managedFields"] = [
        {
            "manager": random.choice(("kubectl", "", "a" * 128)),
            "operation": random.choice(("Apply", "Update", "Other", "")),
            "apiVersion": random.choice(("v1", "", "a/b/c")),
            "time": random.choice(_TIMES),
            "fieldsType": random.choice(("FieldsV1", "FieldsV2", "")),
            "fieldsV1": random.choice(({}, {"f:spec": {}}, {"x": 5}, [], 5, "text", None)),
            "subresource": random.choice(("", "status", "a" * 256)),
        }
    ]


_FIELDS: dict[str, Callable[[Random, dict[str, Any]], None]] = {
    "annotations": _annotations,
    "finalizers": _finalizers,
    "generateName": _generate_name,
    "generation": _generation,
    "labels": _labels,
    "managedFields": _managed_fields,
    "name": _name,
    "namespace": _namespace,
    "ownerReferences": _owners,
    "server": _set_by_the_server,
}


def _some(random: Random, values: tuple[Any, ...]) -> list[Any]:
    return random.sample(values, random.choice((0, 1, 1, 2, 3)))


class Raw(str):
    """A scalar that is written as it stands."""


def as_yaml(value: Any, indentation: str = "") -> str:
    """A value as block YAML, with every string in double quotes."""
    lines: list[str] = []
    if isinstance(value, dict) and value:
        for key, child in value.items():
            lines.append(f"{indentation}{_key(key)}:{_below(child, indentation)}")
    elif isinstance(value, list) and value:
        for child in value:
            lines.append(f"{indentation}-{_below(child, indentation)}")
    else:
        return f"{indentation}{_scalar(value)}\n"
    return "".join(lines)


def _below(value: Any, indentation: str) -> str:
    if isinstance(value, dict | list) and value:
        return f"\n{as_yaml(value, indentation + '  ')}"
    return f" {_scalar(value)}\n"


def _key(key: Any) -> str:
    # A single letter may be a boolean.
    return key if key.isascii() and key.isalpha() and len(key) > 1 else json.dumps(key)


def _scalar(value: Any) -> str:
    return value if isinstance(value, Raw) else json.dumps(value)
