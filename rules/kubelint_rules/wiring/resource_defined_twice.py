"""One object that is defined twice."""

from __future__ import annotations

import os
from collections.abc import Iterator

from kubelint import Finding, Mapping, Node, Resource, Scalar, Sequence, Severity, Workspace, finding, rule
from kubelint.facts.kinds import LOCAL_GROUPS
from kubelint.wiring.collisions import Claim, collisions


@rule(severity=Severity.ERROR)
def resource_defined_twice(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """One object is defined twice among what is deployed together."""

    def are_exclusive(claim: Claim, earlier: Claim) -> bool:
        # A kustomization may give its files a prefix of their own, so those of another folder may have other names.
        is_composed = workspace.application_of(claim.owner).files is not None
        return not is_composed or os.path.dirname(claim.owner.path) == os.path.dirname(earlier.owner.path)

    for claim, earlier in collisions(resource, _identity, are_exclusive, workspace):
        where = f" in namespace {resource.namespace}" if resource.namespace is not None else ""
        is_same = _are_equal(resource.node, earlier.owner.node)
        if is_same and workspace.application_of(resource).files is None:
            yield finding(
                claim.place,
                f"{resource.kind} {resource.name} is defined twice{where}, both times alike",
                help="remove one of the two",
                related=[(earlier.place, "the first definition")],
            )
        else:
            yield finding(
                claim.place,
                f"{resource.kind} {resource.name} is already defined{where}, and only one of the two can be deployed",
                help="rename one of the two, or merge them into one",
                related=[(earlier.place, "the first definition")],
            )


def _identity(resource: Resource) -> Iterator[Claim]:
    """What an object is known by: its group, its kind, its name, and the namespace that it lands in."""
    group = resource.api_version.rpartition("/")[0]
    if resource.name is None or any(group == local or group.endswith(f".{local}") for local in LOCAL_GROUPS):
        return
    yield Claim((group, resource.kind, resource.name, resource.namespace), resource, resource.name_place)


def _are_equal(one: Node, other: Node) -> bool:
    """Whether two nodes say the same, whatever their layout and comments."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            _are_equal(value, other.entries[key]) for key, value in one.entries.items()
        )
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(_are_equal, one.items, other.items))
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value
