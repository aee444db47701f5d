"""What the API server says of one resource: decode it, fill in the defaults, validate it.

`judge` is the way in. A `Statement` is a refusal or a warning; the rules of category `api` repeat what they find here.
Each kind has a module of its own, whose `validate` says what the server adds to the structure of the kind.
"""

from __future__ import annotations

from importlib import import_module

from kubelint.apiserver import metadata
from kubelint.apiserver.decode import decode, decode_value
from kubelint.apiserver.field import Field
from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.cluster import Cluster
from kubelint.resources import POD_TEMPLATES, Resource, is_read
from kubelint_schemas import Index

__all__ = ["Statement", "Verdict", "judge"]

_MODULES: dict[str, str] = {
    "Endpoints": "endpoints",
    "EndpointSlice": "endpoint_slice",
    "Ingress": "ingress",
    "NetworkPolicy": "network_policy",
    "Service": "service",
    **dict.fromkeys(POD_TEMPLATES, "workload"),
}
"""By kind, the module that validates it."""


def judge(resource: Resource, cluster: Cluster) -> Verdict:
    """The API server's verdict on a resource that is created."""
    verdict = Verdict()
    index = Index.of(cluster.version)
    definition = index.definition(resource.api_version, resource.kind)
    if definition is not None:
        decode(resource.node, definition, verdict)
    elif is_read(resource.api_version, resource.kind):
        _decode_metadata(resource, index, verdict)
    else:
        return verdict
    # Of an object that it cannot decode strictly the server says nothing more.
    if verdict.refusals or verdict.placeholder is not None:
        return verdict
    root = Field.of(resource.node)
    module = _MODULES.get(resource.kind) if definition is not None else None
    if module is not None:
        import_module(f"{__name__}.{module}").validate(root, verdict, cluster)
    if not verdict.is_final:
        metadata.validate(root, verdict, cluster, resource.kind)
    if resource.added_labels:
        # What kustomizations give to the pods may be what the selector wants.
        verdict.refusals = [refusal for refusal in verdict.refusals if refusal.fault != "selector-mismatch"]
    return verdict


def _decode_metadata(resource: Resource, index: Index, verdict: Verdict) -> None:
    """Of a kind whose structure is not known here, custom ones among them, the metadata are as those of all others."""
    value, pattern = resource.get("metadata"), index.definition("v1", "Service")
    if value is not None and pattern is not None:
        decode_value(value, pattern.fields["metadata"], verdict)
