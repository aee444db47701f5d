"""What the API server says of one resource: decode it, fill in the defaults, validate it.

`judge` is the way in. A `Statement` is a refusal or a warning; the rules of category `api` repeat what they find here.
"""

from __future__ import annotations

from kubelint.apiserver.decode import decode
from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.resources import Resource
from kubelint_schemas import Index

__all__ = ["Statement", "Verdict", "judge"]


def judge(resource: Resource, version: str) -> Verdict:
    """The API server's verdict on a resource that is created, in a Kubernetes minor version such as `1.36`."""
    verdict = Verdict()
    definition = Index.of(version).definition(resource.api_version, resource.kind)
    if definition is not None:
        decode(resource.node, definition, verdict)
    return verdict
