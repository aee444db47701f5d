"""Things that one object of a cluster can have and no other: which objects that are deployed together want the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from kubelint.node import Node
from kubelint.paths import is_below
from kubelint.resources import Resource
from kubelint.template import has_template_actions
from kubelint.workspace import Workspace, may_share_namespace

_HOOKS = ("helm.sh/hook", "argocd.argoproj.io/hook")


class Claim(NamedTuple):
    """That an object wants something for itself: what it wants, and the node that says so."""

    what: Hashable
    owner: Resource
    place: Node


Reader = Callable[[Resource], Iterable[Claim]]
"""Reads the claims off an object. Each reader has a world of its own: `what` is compared among its claims only."""


def collisions(
    owner: Resource, read: Reader, are_exclusive: Callable[[Claim, Claim], bool], workspace: Workspace
) -> Iterator[tuple[Claim, Claim]]:
    """The claims of an object that collide with another object's, each with the first such claim.

    Of two objects, only the later one collides: the one that stands further down in its file, or in a later file. Both
    are sure to be in one cluster at one time, and `are_exclusive(claim, earlier)`.
    """
    claims = _claims(read, workspace)
    for claim in dict.fromkeys(read(owner)):
        for earlier in claims[claim.what]:
            if earlier.owner is owner:
                break
            if are_exclusive(claim, earlier) and _are_sure_to_meet(owner, earlier.owner, workspace):
                yield claim, earlier
                break


@lru_cache(maxsize=16)
def _claims(read: Reader, workspace: Workspace) -> dict[Hashable, list[Claim]]:
    """All claims by what they want, in the order of the files and of the objects in each."""
    index: dict[Hashable, list[Claim]] = {}
    for resource in workspace.resources:
        for claim in read(resource):
            index.setdefault(claim.what, []).append(claim)
    return index


def _are_sure_to_meet(one: Resource, other: Resource, workspace: Workspace) -> bool:
    # An application knows its files by name: asking it is cheaper than comparing what reaches both.
    if not workspace.application_of(one).holds(other.path) or not workspace.are_together(one, other):
        return False
    return not any(_may_be_left_out(resource, workspace) for resource in (one, other))


def _may_be_left_out(resource: Resource, workspace: Workspace) -> bool:
    """Whether something decides at deployment whether the object is there, and as it is written: a hook's time, a
    condition of a template, a patch.

    Of a chart, only the templates are deployed; what lies beside them are examples and tests.
    """
    if any(hook in resource.annotations for hook in _HOOKS) or has_template_actions(resource.node.source.text):
        return True
    if workspace.patches_of(resource):
        return True
    application = workspace.application_of(resource)
    if not application.with_folders_below or not _is_chart(application.folder, workspace):
        return False
    return not is_below(resource.path, _templates_of(application.folder))


@lru_cache(maxsize=256)
def _is_chart(folder: str, workspace: Workspace) -> bool:
    templates = _templates_of(folder)
    return any(is_below(manifest.path, templates) for manifest in workspace.manifests)


def _templates_of(folder: str) -> str:
    return os.path.join(folder, "templates")


def are_different(claim: Claim, earlier: Claim) -> bool:
    """Whether two claims are those of two objects of one kind; two manifests may be of one and the same object."""
    return claim.owner.name != earlier.owner.name or not may_share_namespace(claim.owner, earlier.owner)
