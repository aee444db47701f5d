"""Which workloads are versions or tracks of one application: canary and stable, blue and green, shards, zones."""

from __future__ import annotations

import re

from kubelint.node import Node
from kubelint.resources import Container, Workload, items_of, text_of

_TRACK_LABELS = frozenset(
    (
        *("version", "track", "release", "color", "colour", "tier", "slot", "deployment", "variant", "channel"),
        *("stage", "revision", "rev", "zone", "shard", "env", "environment", "canary", "arch", "instance"),
        *("experiment", "generation", "app-version", "release-track", "chart", "pod-template-hash"),
    )
)
"""Labels, without their domain, by which the tracks of one application differ."""

_TRACK_NAMES = frozenset(
    (
        *("canary", "stable", "blue", "green", "red", "black", "primary", "secondary", "main", "preview", "active"),
        *("baseline", "current", "next", "new", "old", "previous", "prev", "legacy", "latest", "beta", "alpha", "rc"),
        *("master", "slave", "replica", "replicas", "leader", "follower", "reader", "writer", "read", "write"),
        *("prod", "production", "staging", "amd", "arm", "amd64", "arm64", "x86", "linux", "windows", "spot", "gpu"),
        *("cpu", "east", "west", "north", "south", "seed", "one", "two"),
    )
)
"""Parts of names by which the tracks of one application differ."""

_VERSION_OR_LETTER = re.compile(r"v?\d[\w.]*|[a-z]")
_NAME_PARTS = re.compile(r"[-._]")
_DIGEST_OR_TAG = re.compile(r"@.*$|:[^/:]*$")


def are_tracks(one: Workload, other: Workload) -> bool:
    """Whether two workloads look like tracks of one application, by their names or by the labels of their pods."""
    return _stem(one) == _stem(other) or _differ_by_track(one, other)


def run_the_same(one: Workload, other: Workload, *, as_one: bool) -> bool:
    """Whether some container of both comes from one image repository; `as_one`: and is started in the same way."""
    for container in one.containers:
        repository = _repository(container)
        for counterpart in other.containers:
            is_equal = repository is not None and repository == _repository(counterpart)
            if is_equal and (not as_one or _start(container) == _start(counterpart)):
                return True
    return False


def _stem(workload: Workload) -> tuple[str, ...]:
    parts = _NAME_PARTS.split((workload.name or "").lower())
    return tuple(part for part in parts if part not in _TRACK_NAMES and not _VERSION_OR_LETTER.fullmatch(part))


def _differ_by_track(one: Workload, other: Workload) -> bool:
    labels, others = one.pod_labels, other.pod_labels
    differing = [
        key
        for key in labels.keys() | others.keys()
        if key not in labels or key not in others or labels[key].text != others[key].text
    ]
    return bool(differing) and all(key.rpartition("/")[2].lower() in _TRACK_LABELS for key in differing)


def _repository(container: Container) -> str | None:
    return None if container.image is None else _DIGEST_OR_TAG.sub("", container.image)


def _start(container: Container) -> tuple[tuple[str, ...], ...]:
    return tuple(_texts(container.node.get(field)) for field in ("command", "args"))


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(text_of(item) or item.span.text for item in items_of(node))
