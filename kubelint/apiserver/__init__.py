"""What the API server says of one resource: decode it, fill in the defaults, validate it.

`judge` is the way in. A `Statement` is a refusal or a warning; the rules of category `api` repeat what they find here.
Each kind has a module of its own, whose `validate` says what the server adds to the structure of the kind.
"""

from __future__ import annotations

from importlib import import_module

from kubelint.apiserver.decode import decode
from kubelint.apiserver.field import Field
from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.cluster import Cluster
from kubelint.resources import Resource
from kubelint_schemas import Index

__all__ = ["Statement", "Verdict", "judge"]

_MODULES: dict[str, str] = {}
"""By kind, the module that validates it."""


def judge(resource: Resource, cluster: Cluster) -> Verdict:
    """The API server's verdict on a resource that is created."""
    verdict = Verdict()
    definition = Index.of(cluster.version).definition(resource.api_version, resource.kind)
    if definition is None:
        return verdict
    decode(resource.node, definition, verdict)
    module = _MODULES.get(resource.kind)
    # Of an object that it cannot decode strictly the server says nothing more.
    if module is not None and not verdict.refusals and verdict.placeholder is None:
        import_module(f"{__name__}.{module}").validate(Field.of(resource.node), verdict, cluster)
    return verdict
