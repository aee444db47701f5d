"""Workloads whose selectors, pod labels, container ports and probes vary, and nothing else that is judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from generate_metadata import BASES, KEYS, NAMES, VALUES, as_yaml

_KINDS = (
    *("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job", "CronJob"),
    *("Pod", "Deployment", "Job"),
)
_TEMPLATES = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}
_NUMBERS = (-1, 0, 1, 79, 80, 81, 443, 8080, 65535, 65536, 70000, 2147483647, None)
_PORT_NAMES = (
    *("http", "https", "a", "h2", "1a", "a1", "web-1", "metrics", "http", "http", "a" * 15),
    *("", "80", "1", "-", "-a", "a-", "a--b", "A", "Http", "a_b", "a.b", "a b", "a" * 16, "ä", "http\n", None),
)
_PROTOCOLS = ("TCP", "UDP", "SCTP", "TCP", "", None, "tcp", "ICMP", "Tcp", "HTTP", " TCP")
_ADDRESSES = ("", "127.0.0.1", "0.0.0.0", "10.0.0.1", "::1", None)
_PROBED = (*_NUMBERS, *_PORT_NAMES)
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "In", "NotIn", "in", "", "Equals", "Gt", None)
_JOB_KEYS = (
    *("job-name", "batch.kubernetes.io/job-name", "controller-uid", "batch.kubernetes.io/controller-uid"),
    "batch.kubernetes.io/job-completion-index",
)
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")


def cases(random: Random) -> Iterator[str]:
    """Workloads of every kind, with one to three things changed."""
    while True:
        for kind in _KINDS:
            manifest = {"apiVersion": BASES[kind]["apiVersion"], "kind": kind, "metadata": {"name": "orders"}}
            manifest |= deepcopy({name: value for name, value in BASES[kind].items() if name != "apiVersion"})
            template = manifest
            for name in _TEMPLATES.get(kind, ("spec", "template")):
                template = template[name]
            for change in random.sample(_CHANGES, random.choice((1, 1, 1, 2, 2, 3))):
                change(random, kind, manifest, template)
            yield json.dumps(manifest) if random.random() < 0.1 else as_yaml(manifest)


def _change_selector(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    if kind == "Pod":
        _change_ports(random, kind, manifest, template)
        return
    spec = manifest["spec"]
    if kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if kind in ("Job", "CronJob") and random.random() < 0.6:
        spec["manualSelector"] = random.choice((True, True, False, None))
    if random.random() < 0.15:
        spec["selector"] = random.choice((None, {}))
        if random.random() < 0.5:
            del spec["selector"]
    elif kind == "ReplicationController":
        spec["selector"] = _label_map(random, kind)
    else:
        spec["selector"] = _selector(random, kind)
    if random.random() < 0.5:
        _change_labels(random, kind, manifest, template)


def _selector(random: Random, kind: str) -> dict[str, Any]:
    selector: dict[str, Any] = {}
    if random.random() < 0.7:
        selector["matchLabels"] = random.choice((None, {})) if random.random() < 0.1 else _label_map(random, kind)
    if random.random() < 0.6:
        selector["matchExpressions"] = [_expression(random) for _ in range(random.choice((0, 1, 1, 1, 2)))]
        if random.random() < 0.05:
            selector["matchExpressions"].append(None)
    return selector


def _expression(random: Random) -> dict[str, Any]:
    operator = random.choice(_OPERATORS) if random.random() < 0.4 else random.choice(_OPERATORS[:4])
    expression: dict[str, Any] = {"key": _mostly(random, "app", ("tier", *KEYS)), "operator": operator}
    has_values = operator in ("In", "NotIn")
    if random.random() < 0.15:
        has_values = not has_values
    if has_values:
        expression["values"] = [_mostly(random, "orders", ("other", *VALUES)) for _ in range(random.choice((1, 1, 2)))]
    elif random.random() < 0.3:
        expression["values"] = random.choice(([], None))
    if random.random() < 0.05:
        del expression[random.choice(list(expression))]
    return expression


def _change_labels(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    if kind == "Pod":
        template["metadata"]["labels"] = _label_map(random, kind)
        return
    template["metadata"] = metadata = template.get("metadata") or {}
    metadata["labels"] = _label_map(random, kind)
    if random.random() < 0.3:
        del metadata["labels"]
        if random.random() < 0.5:
            template["metadata"] = random.choice((None, {}))
    if random.random() < 0.2:
        metadata["annotations"] = {random.choice(KEYS): random.choice((*VALUES, None))}


def _label_map(random: Random, kind: str) -> dict[str, Any]:
    labels: dict[str, Any] = {"app": "orders"} if random.random() < 0.7 else {}
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        key = _mostly(random, random.choice(("app", "tier")), KEYS)
        labels[key] = _mostly(random, random.choice(("orders", "other")), (*VALUES, None))
    if kind == "Job" and random.random() < 0.4:
        labels[random.choice(_JOB_KEYS)] = random.choice(("orders", "orders", "other", "5c0a4b6e"))
    return labels


def _change_name(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    if random.random() < 0.3:
        manifest["metadata"] = {"generateName": random.choice(NAMES)}
    else:
        manifest["metadata"]["name"] = random.choice(NAMES)


def _change_annotations(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    dead = ("scheduler.alpha.kubernetes.io/critical-pod", "security.alpha.kubernetes.io/sysctls", "example.com/a")
    template["metadata"] = template.get("metadata") or {}
    template["metadata"]["annotations"] = {random.choice(dead): random.choice(("", "true", None))}
    if random.random() < 0.3:
        template["metadata"]["annotations"][random.choice(KEYS)] = "x"


def _change_service_name(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    if kind == "StatefulSet":
        manifest["spec"]["serviceName"] = random.choice((*NAMES, None))
    else:
        _change_probes(random, kind, manifest, template)


def _change_ports(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    pod = template["spec"]
    pod["containers"] = [_container(random, f"c{index}") for index in range(random.choice((1, 1, 2, 3)))]
    if random.random() < 0.4:
        pod["initContainers"] = [_container(random, f"i{index}") for index in range(random.choice((1, 2)))]
        for container in pod["initContainers"]:
            if random.random() < 0.5:
                container["restartPolicy"] = "Always"
    if random.random() < 0.3:
        pod["hostNetwork"] = random.choice((True, True, True, False, None))


def _container(random: Random, name: str) -> dict[str, Any]:
    ports = [_port(random) for _ in range(random.choice((0, 1, 1, 2, 2, 3)))]
    if ports and random.random() < 0.2:
        ports.append(deepcopy(random.choice(ports)))
    if random.random() < 0.03:
        ports.append(None)
    return {"name": name, "image": "example.com/orders:1", "ports": ports}


def _port(random: Random) -> dict[str, Any] | None:
    port: dict[str, Any] = {}
    if random.random() < 0.97:
        port["containerPort"] = _mostly(random, random.choice((80, 80, 443, 8080)), _NUMBERS, 0.85)
    if random.random() < 0.4:
        port["hostPort"] = _mostly(random, random.choice((80, 443, 8080)), _NUMBERS, 0.8)
    if random.random() < 0.4:
        port["name"] = _mostly(random, random.choice(("http", "https", "web")), _PORT_NAMES)
    if random.random() < 0.4:
        port["protocol"] = _mostly(random, random.choice(("TCP", "UDP")), _PROTOCOLS)
    if random.random() < 0.25:
        port["hostIP"] = random.choice(_ADDRESSES)
    return port


def _change_probes(random: Random, kind: str, manifest: dict[str, Any], template: dict[str, Any]) -> None:
    pod = template["spec"]
    if random.random() < 0.3:
        others = pod.setdefault("initContainers", [])
        others.append({"name": f"s{len(others)}", "image": "example.com/sidecar:1"})
        if random.random() < 0.6:
            others[-1]["restartPolicy"] = "Always"
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        for name in ("livenessProbe", "readinessProbe", "startupProbe"):
            if random.random() < 0.45:
                container[name] = _probe(random)


def _probe(random: Random) -> dict[str, Any] | None:
    if random.random() < 0.05:
        return random.choice((None, {}, {"periodSeconds": 5}))
    probe: dict[str, Any] = {}
    for kind in random.sample(_HANDLERS, random.choice((1, 1, 1, 1, 2, 3))):
        handler: dict[str, Any] | None = {}
        if kind == "exec":
            handler = {"command": ["true"]}
        elif kind == "grpc":
            handler = {"port": _mostly(random, 80, _NUMBERS)}
        else:
            handler = {"port": _mostly(random, random.choice((80, "http")), _PROBED)}
        if random.random() < 0.05 and kind != "exec":
            handler = random.choice(({}, None))
        probe[kind] = handler
    return probe


_CHANGES: tuple[Callable[[Random, str, dict[str, Any], dict[str, Any]], None], ...] = (
    _change_selector,
    _change_labels,
    _change_name,
    _change_annotations,
    _change_service_name,
    _change_ports,
    _change_ports,
    _change_probes,
)


def _mostly(random: Random, usual: Any, others: tuple[Any, ...], share: float = 0.75) -> Any:
    return usual if random.random() < share else random.choice(others)
