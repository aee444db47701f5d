"""An annotation that looks like a controller's, and that no controller reads."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Scalar, Service, Severity, finding, rule
from kubelint.annotations.keys import is_owned, key_for_services, known_readers, meant_key
from kubelint.annotations.readers import judged_annotations


@rule(severity=Severity.WARNING)
def provider_annotation_unknown(service: Service) -> Iterator[Finding]:
    """No known controller reads an annotation."""
    for key, node in judged_annotations(service).items():
        found = _misplaced(key, node) if known_readers(key) else _unread(key, node, service)
        if found is not None:
            yield found


def _misplaced(key: str, node: Scalar) -> Finding | None:
    """A finding about a key that is real, but no annotation of a Service."""
    controller, annotation = known_readers(key)[0]
    if all(other.is_label for _, other in known_readers(key)):
        message = f"{controller.name} reads `{key}` as a label, and not as an annotation"
        return finding(node.key, message, help="move it to `metadata.labels`")
    if any(other.is_for_services for _, other in known_readers(key)):
        return None
    kind = annotation.read_on[0]
    equivalent = key_for_services(key)
    return finding(
        node.key,
        f"{controller.name} reads `{key}` on an {kind}, and not on a Service",
        help=f"for a Service there is `{equivalent}`" if equivalent else f"move it to the {kind}, or leave it out",
    )


def _unread(key: str, node: Scalar, service: Service) -> Finding | None:
    """A finding about a key that is in no table, if it surely was meant to be in one."""
    meant = meant_key(key)
    if meant is None and not is_owned(key):
        return None
    return finding(
        node.key,
        f"no known controller reads the annotation `{key}`",
        help=f"did you mean `{meant}`?"
        if meant and meant not in service.annotations
        else "look the key up in the controller's documentation",
    )
