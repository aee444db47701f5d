"""What cannot be seen of a project: documents that are not rendered or not readable, and kinds that nobody knows.

Nothing is concluded from the absence of an object where one of these may stand for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from kubelint.application import Application
from kubelint.facts.kinds import DEPLOYING_GROUPS, LOCAL_GROUPS, WITHOUT_PODS
from kubelint.kustomization import Composition
from kubelint.manifest import Manifest, may_hold
from kubelint.paths import is_below
from kubelint.resources import KINDS, POD_TEMPLATES, Resource, is_read


class CannotTell(Exception):
    """The manifests at hand do not decide the question; the message says what is missing."""


class BlindSpot(NamedTuple):
    """Something that cannot be read and may stand for objects: where, in which namespace (None: any), and why.

    `kinds` are the kinds of which it names itself; none: it may be of any kind, or make objects of any kind.
    """

    path: str
    namespace: str | None
    why: str
    kinds: frozenset[str] = frozenset()


PODS = frozenset(POD_TEMPLATES)
"""The kinds that stand for pods, as something that may be hidden."""


class Sight:
    """The blind spots of a project's manifests.

    `is_harmless` says of a kind's name that its objects make no pods, `is_taught` that the configuration knows it.
    """

    def __init__(
        self,
        manifests: Callable[[], Iterable[Manifest]],
        composition: Composition,
        is_harmless: Callable[[str], bool],
        is_taught: Callable[[str], bool],
    ) -> None:
        self._manifests = manifests
        self._composition = composition
        self._is_harmless = is_harmless
        self._is_taught = is_taught
        self._hiding: dict[tuple[frozenset[str], Application, str | None], BlindSpot | None] = {}

    @cached_property
    def spots(self) -> tuple[BlindSpot, ...]:
        """Everything that cannot be seen."""
        return tuple(self._find())

    def spot_hiding(self, wanted: frozenset[str], scope: Application, namespace: str | None) -> BlindSpot | None:
        """The first spot that may stand for an object of one of these kinds, within an application's folder or
        anywhere in that namespace; None where all of it is in sight."""
        key = (wanted, scope, namespace)
        if key not in self._hiding:
            self._hiding[key] = next(
                (spot for spot in self.spots if self._may_hold(spot, wanted) and _is_near(spot, scope, namespace)), None
            )
        return self._hiding[key]

    def _may_hold(self, spot: BlindSpot, wanted: frozenset[str]) -> bool:
        return may_hold(spot.kinds, wanted, self._is_harmless)

    def _find(self) -> Iterator[BlindSpot]:
        for kustomization in self._composition.kustomizations:
            if kustomization.blind is not None:
                yield BlindSpot(kustomization.path, None, kustomization.blind)
        for manifest in self._manifests():
            if manifest.unreadable is not None:
                yield BlindSpot(manifest.path, None, "a file cannot be read")
            for part in manifest.parts:
                if part.skipped == "kustomize patch":
                    continue
                if part.skipped:
                    yield BlindSpot(manifest.path, None, f"a document is not rendered: {part.skipped}", part.kinds)
                elif part.problem is not None:
                    yield BlindSpot(manifest.path, None, "a document cannot be read", part.kinds)
            for resource in manifest.resources:
                if not self._is_understood(resource):
                    why = f"the kind {resource.kind} is unknown and may stand for pods"
                    namespace = None if _deploys_elsewhere(resource) else resource.namespace
                    yield BlindSpot(manifest.path, namespace, why)

    def _is_understood(self, resource: Resource) -> bool:
        if is_read(resource.api_version, resource.kind) or self._is_taught(resource.kind):
            return True
        group = resource.api_version.rpartition("/")[0]
        if any(group == local or group.endswith(f".{local}") for local in LOCAL_GROUPS) or resource.name is None:
            return True
        if resource.kind in KINDS or resource.kind in POD_TEMPLATES:
            # A kind of the same name in another group, such as Knative's Service.
            return resource.kind in WITHOUT_PODS
        return self._is_harmless(resource.kind)


def _deploys_elsewhere(resource: Resource) -> bool:
    """Whether objects of its kind deploy others, to whatever namespace they name."""
    group = resource.api_version.rpartition("/")[0]
    return any(group == deploying or group.endswith(f".{deploying}") for deploying in DEPLOYING_GROUPS)


def _is_near(spot: BlindSpot, scope: Application, namespace: str | None) -> bool:
    in_scope = scope.holds(spot.path) or is_below(spot.path, scope.folder)
    if spot.namespace is None:
        return in_scope
    return spot.namespace == namespace or (namespace is None and in_scope)
