"""An apiVersion and kind that Kubernetes does not have, next to one that it has."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Resource, Severity, finding, rule
from kubelint.resources import GROUPS, KINDS, text_of
from kubelint.suggestion import closest
from kubelint_schemas import Index


@rule(severity=Severity.ERROR)
def unknown_kind(resource: Resource, cluster: Cluster) -> Iterator[Finding]:
    """The apiVersion has no such kind, but Kubernetes has one that is nearly the same."""
    index = Index.of(cluster.version)
    api_version, kind = resource.api_version, resource.kind
    if not kind:
        written = next((node for name, node in resource.node.entries.items() if name.lower() == "kind"), None)
        place = written.key if written is not None else resource.get("apiVersion") or resource.node
        help = "write `kind`" if written is not None else "add its kind, such as `kind: Service`"
        yield finding(place, "the object has no kind", help=help, reason="Required")
        return
    if index.knows(api_version, kind):
        return

    kind_place = resource.get("kind") or resource.node
    if not api_version:
        known = " or ".join(f"`apiVersion: {version}`" for version in _current(index.api_versions_of(kind)))
        yield finding(
            kind_place, f"{kind} has no apiVersion", help=f"add {known or 'its apiVersion'}", reason="Required"
        )
        return

    # Groups that are none of Kubernetes' own may define whatever kinds they like.
    own_groups = {version.rpartition("/")[0] for version, _ in index.kinds}
    group = api_version.rpartition("/")[0]
    api_versions = _current(index.api_versions_of(kind))
    if api_versions and kind in KINDS and (group in own_groups or _was_kubernetes_own(group)):
        yield finding(
            resource.get("apiVersion") or resource.node,
            f"Kubernetes {cluster.version} has no {kind} in {api_version}",
            help=f"write `apiVersion: {api_versions[-1]}`",
        )
        return
    if group in own_groups:
        meant = closest(kind, {known for version, known in index.kinds if version == api_version}, cutoff=0.8)
        if meant is not None:
            yield finding(
                kind_place, f"{api_version} has no kind {text_of(kind_place) or kind}", help=f"write `kind: {meant}`"
            )
        return
    yield from _near_misses(resource, index)


def _near_misses(resource: Resource, index: Index) -> Iterator[Finding]:
    """A group or a kind that is nearly one that kubelint reads; Kubernetes may serve anything in a group of its own."""
    api_version, kind = resource.api_version, resource.kind
    group, _, version = api_version.rpartition("/")
    groups = {*GROUPS.get(kind, ()), *(known.rpartition("/")[0] for known in index.api_versions_of(kind))}
    meant = closest(group, groups - {""}, cutoff=0.85) if group and group not in groups else None
    if meant is not None:
        yield finding(
            resource.get("apiVersion") or resource.node,
            f"there is no apiVersion {api_version} with a kind {kind}",
            help=f"write `apiVersion: {meant}/{version}`",
        )
        return
    kinds = {known for known, its_groups in GROUPS.items() if group in its_groups}
    meant = closest(kind, kinds, cutoff=0.9) if kind not in kinds else None
    if meant is not None:
        yield finding(
            resource.get("kind") or resource.node, f"{api_version} has no kind {kind}", help=f"write `kind: {meant}`"
        )


def _current(api_versions: tuple[str, ...]) -> tuple[str, ...]:
    """The stable ones where there are any."""
    stable = tuple(version for version in api_versions if "alpha" not in version and "beta" not in version)
    return stable or api_versions


def _was_kubernetes_own(group: str) -> bool:
    return group == "extensions" or group.endswith(".k8s.io")
