"""Objects in which values of all types stand in fields of all types, as YAML and as JSON.

Most of the fields are those that the server ignores on creation (the status, the metadata that it sets itself), so that
nothing but their decoding can be refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from generate_metadata import BASES, Raw, as_yaml

_INTEGERS = (
    *("0", "1", "-1", "80", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807"),
    *("9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "-0"),
    *("18446744073709551616", "1000000000000000000000000"),
)
_FRACTIONS = (
    *("80.0", "80.5", "1e3", "1E3", "1.5e1", "1e-1", "1e18", "1e19", "1e20", "1e21", "1e22", "0.0", "-0.0", "-1.0"),
    *("2147483647.0", "2147483648.0", "9223372036854775807.0", "9.5e0", "0.1", "1.0e+2", "4e9", "123456789.125"),
)
_YAML_NUMBERS = (
    *("0x50", "0o17", "017", "0b11", "1_000", "+5", ".5", "5.", "+.5", "1_0.5", "0x", "0.", "08", "1e", "1e400", "-.5"),
    *(".inf", "-.inf", ".nan", ".NaN", "190:20:30", "1__0", "_1", "0_8", "0x1F", "-0x1", "1.e3", "685_230.15"),
)
_WORDS = (
    *("true", "false", "yes", "no", "on", "off", "y", "n", "Y", "True", "TRUE", "tRUE", "Yes", "OFF", "null", "~"),
    *("Null", "NULL", "nULL", "text", "2026-01-31", "2026-01-31T12:00:00Z", "!!str 80", '!!int "80"', "!!float 80"),
    *("!!str true", "!!null ''", "!!bool 'true'", "''", "[]", "{}", "[1]", "[null]", "{a: b}", "{a: 1}", "{a: null}"),
    *("[a, b]", "[[]]", "[{}]", "!!binary YQ==", "1.2.3", "1-2", "0777", "12e03", "0.", "1,000", '""', '"80"'),
)
_TIMES = (
    *("2026-01-31T12:00:00Z", "2026-01-31T1:02:03Z", "2026-01-31T0:00:00Z", "2026-1-31T12:00:00Z", "2026-01-31"),
    *("2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00+02:00", "now"),
    *("2026-01-31T12:00:00-24:60", "2026-01-31T12:00:00+25:00", "2026-01-31T12:00:00+24:61", "", "0000-02-29T0:00:00Z"),
    *("2026-01-31T12:00:00+0200", "2026-01-31T24:00:00Z", "2026-01-31T23:59:60Z", "2026-02-29T12:00:00Z", "12:00"),
    *("2028-02-29T12:00:00Z", "2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00,123456789012Z", "2026-01-31T12:00:00.Z"),
    *("2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-04-31T12:00:00Z", "10000-01-01T00:00:00Z", "1769860800"),
    *(" 2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z ", "2026-01-31T12:60:00Z", "26-01-31T12:00:00Z", "9999-12-31"),
)
_QUANTITIES = (
    *("0", "1", "-1", "+1", "500m", "1.5", ".5", "5.", "1Ki", "1Mi", "1.5Gi", "1Ti", "1Pi", "1Ei", "1k", "1M", "1G"),
    *("1T", "1P", "1E", "1n", "1u", "1e3", "1E3", "1e-3", "1e+3", "1E+3", "12e6", "1.5e1", " 1", "1 ", "\t1", "1\n"),
    *("+", "-", ".", "m", "Ki", "Pi", "Ei", "e3", "e-9", "e-10", ".e-10", "1e", "1e+", "1K", "1ki", "1KI", "1mi"),
    *("1 Ki", "1Kib", "1KB", "1B", "1Zi", "1.5.5", "1,5", "1_000", "0x5", "--1", "1m5", "5Ki3", "", " ", "one", "1g"),
    *("123456789012345678901234567890", "0.1234567890123", "00000000000000000000005", "1.Pi", ".5Ei", "1e99", "1e-99"),
    *("1\u00a0", "\u00a01", "1\u00b5", "1e9223372036854775808", "1Ee3", "E", "-.5", "1.Gi", "9223372036854775807Ki"),
)

_STATUS = "status"
_FIELDS: tuple[tuple[str, str, str], ...] = (
    *(("Pod", f"metadata.{name}", "string") for name in ("uid", "selfLink")),
    *(("Service", f"metadata.{name}", "time") for name in ("creationTimestamp", "deletionTimestamp")),
    ("Namespace", "metadata.deletionGracePeriodSeconds", "integer"),
    ("Ingress", "metadata.generation", "integer"),
    ("Deployment", "metadata.labels", "map"),
    ("NetworkPolicy", "metadata.annotations", "map"),
    ("Service", "metadata.finalizers", "list"),
    ("Service", "metadata.managedFields", "list"),
    ("Service", "metadata.managedFields[].time", "time"),
    ("EndpointSlice", "metadata.managedFields[].fieldsV1", "any"),
    ("Pod", "status.startTime", "time"),
    ("Pod", "status.phase", "string"),
    ("Pod", "status.observedGeneration", "integer"),
    ("Pod", "status.conditions", "list"),
    ("Pod", "status.conditions[].lastProbeTime", "time"),
    ("Pod", "status.containerStatuses[].ready", "boolean"),
    ("Pod", "status.containerStatuses[].started", "boolean"),
    ("Pod", "status.containerStatuses[].restartCount", "integer"),
    ("Pod", "status.containerStatuses[].state", "object"),
    ("Pod", "status.containerStatuses[].state.terminated.finishedAt", "time"),
    ("Pod", "status.containerStatuses[].allocatedResources", "map"),
    ("Pod", "status.containerStatuses[].allocatedResources.cpu", "quantity"),
    ("Pod", "status.containerStatuses[].allocatedResources.memory", "quantity"),
    ("Pod", "status.initContainerStatuses[].allocatedResources.cpu", "quantity"),
    ("Pod", "status.podIPs", "list"),
    ("Pod", "status.podIPs[].ip", "string"),
    ("Pod", "spec.containers[].readinessProbe.httpGet.port", "integer or string"),
    ("Pod", "spec.containers[].livenessProbe.tcpSocket.port", "integer or string"),
    ("Pod", "spec.containers[].ports[].containerPort", "integer"),
    ("Pod", "spec.hostNetwork", "boolean"),
    ("Deployment", "status.replicas", "integer"),
    ("Deployment", "status.observedGeneration", "integer"),
    ("Deployment", "status.conditions[].lastUpdateTime", "time"),
    ("StatefulSet", "status.collisionCount", "integer"),
    ("DaemonSet", "status.numberReady", "integer"),
    ("ReplicaSet", "status.conditions", "list"),
    ("ReplicationController", "status.replicas", "integer"),
    ("Job", "status.completionTime", "time"),
    ("Job", "status.uncountedTerminatedPods.failed", "list"),
    ("CronJob", "status.lastScheduleTime", "time"),
    ("CronJob", "status.active[].uid", "string"),
    ("Ingress", "status.loadBalancer.ingress", "list"),
    ("Ingress", "status.loadBalancer.ingress[].ports[].port", "integer"),
    *((kind, "metadata", "object") for kind in ("Service", "Pod", "Namespace")),
    *((kind, _STATUS, "object") for kind in ("Service", "Pod", "Namespace", "Deployment", "Ingress")),
)

_FITTING: dict[str, tuple[str, ...]] = {
    "integer": (*_INTEGERS, *_FRACTIONS),
    "integer or string": ("80", "80.0", "http", "'8'", "1e2", "80.5", "2147483648", "65535.0", "1E1"),
    "boolean": ("true", "false", "yes", "off", "'true'"),
    "string": ("text", "'80'", "''", "1.4", "80", "true"),
    "list": ("[]", "[null]", "[a]", "[{}]", "{}", "a", "[[a]]", "[5]", "[a, null]"),
    "map": ("{}", "{a: b}", "{a: null}", "{a: 5}", "{a: [b]}", "{a: {b: c}}", "[]", "a"),
    "object": ("{}", "[]", "''", "a", "5", "[{}]", "{Name: a}", "{name: 5}", "{unknown: a}", "{NAME: a}"),
    "any": ("{}", "5", "a", "[]", "{a: {b: [1, 2.5, null]}}", "true", ".nan", "{a: .inf}"),
    "time": (),
    "quantity": (),
}
_JSON_WORDS = ("true", '"text"', '"80"', "null", "[]", "[null]")
_REPEATED = ("kind: Other\n", "apiVersion: v1\n", "metadata: {name: again}\n", "status: {}\n")
_TEXTS = {"time": _TIMES, "quantity": _QUANTITIES}


def cases(random: Random) -> Iterator[str]:
    """Objects with one value, sometimes two, of any type; some with a field that is unknown or given twice."""
    while True:
        for kind, path, type in random.sample(_FIELDS, len(_FIELDS)):
            manifest = _manifest(kind)
            as_json = random.random() < 0.3
            _put(manifest, path, _value(random, type, as_json))
            if random.random() < 0.15:
                other = random.choice([field for field in _FIELDS if field[0] == kind])
                if not other[1].startswith(path) and not path.startswith(other[1]):
                    _put(manifest, other[1], _value(random, other[2], as_json))
            if random.random() < 0.1:
                _misspell(random, manifest)
            text = _as_json(manifest) if as_json else as_yaml(manifest)
            if not as_json and random.random() < 0.05:
                text += random.choice(
                    ("kind: Other\n", "apiVersion: v1\n", "metadata: {name: again}\n", "status: {}\n")
                )
            yield text


def _manifest(kind: str) -> dict[str, Any]:
    base = BASES[kind]
    manifest = {"apiVersion": base["apiVersion"], "kind": kind, "metadata": {"name": "orders"}}
    return manifest | deepcopy({name: value for name, value in base.items() if name != "apiVersion"})


def _value(random: Random, type: str, as_json: bool) -> Any:
    if type in _TEXTS and random.random() < 0.75:
        return random.choice(_TEXTS[type])
    if random.random() < 0.1:
        return random.choice((None, [], {}, "", True, False, "80"))
    if as_json:
        return Raw(
            random.choice((*_INTEGERS, *_FRACTIONS, *_FRACTIONS, "true", '"text"', '"80"', "null", "[]", "[null]"))
        )
    fitting = _FITTING[type]
    if fitting and random.random() < 0.6:
        return Raw(random.choice(fitting))
    return Raw(random.choice((*_INTEGERS, *_FRACTIONS, *_YAML_NUMBERS, *_WORDS)))


def _put(manifest: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where a path such as `spec.containers[].name` leads to, which may be more than one place."""
    first, _, rest = path.partition(".")
    name, is_list = first.removesuffix("[]"), first.endswith("[]")
    if not rest:
        manifest[name] = value
        return
    if isinstance(manifest.get(name), str | bool | None) or not manifest.get(name):
        manifest[name] = [{}] if is_list else {}
    below = manifest[name]
    for child in below if is_list else [below]:
        _put(child, rest, value)


def _misspell(random: Random, manifest: dict[str, Any]) -> None:
    """Write a field in another case, or one that there is not."""
    owners = [value for value in manifest.values() if isinstance(value, dict)]
    if not owners:
        return
    owner = random.choice(owners)
    if owner and random.random() < 0.6:
        name = random.choice(list(owner))
        owner[random.choice((name.upper(), name.capitalize(), name + "s", name[:-1]))] = owner.pop(name)
    else:
        owner[random.choice(("unknown", "Spec", "x-kubernetes", "$patch", "", "a b"))] = random.choice((None, 1, {}))


def _as_json(value: Any) -> str:
    """A value as JSON."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_as_json(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_as_json(child) for child in value) + "]"
    return json.dumps(value)
