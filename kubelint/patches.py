"""The files that kustomizations use as patches, by the object that they speak of."""

from __future__ import annotations

from functools import lru_cache

from kubelint.resources import Resource
from kubelint.workspace import Workspace


def patches_of(resource: Resource, workspace: Workspace) -> tuple[Resource, ...]:
    """What strategic merge patches say of an object, wherever in the project they stand; kind and name tell which."""
    return tuple(_patches_by_name(workspace).get((resource.kind, resource.name), ()))


# One workspace is asked about many objects in a row, and then no more.
@lru_cache(maxsize=1)
def _patches_by_name(workspace: Workspace) -> dict[tuple[str, str | None], list[Resource]]:
    index: dict[tuple[str, str | None], list[Resource]] = {}
    for manifest in workspace.manifests:
        for part in manifest.parts:
            for resource in part.resources if part.skipped == "kustomize patch" else ():
                index.setdefault((resource.kind, resource.name), []).append(resource)
    return index
