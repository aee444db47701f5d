"""An annotation whose text its controller does not read as it is meant."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.annotations.readers import Reader, annotation_texts, judged_annotations, reach_by_class, readers_of
from kubelint.annotations.texts import Misreading, means_yes, misread
from kubelint.node import Scalar
from kubelint.suggestion import closest


@rule(severity=Severity.ERROR)
def provider_annotation_value(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A controller refuses an annotation's value, or silently misreads it."""
    texts = annotation_texts(service)
    for key, node in judged_annotations(service).items():
        readers = readers_of(service, key, cluster.provider)
        if not readers or not all(reader.annotation.is_read(texts) for reader in readers):
            continue
        if any(reach_by_class(service, reader) for reader in readers):
            # Whatever the text is, it decides nothing.
            continue
        misreadings = [misread(reader.annotation, texts[key]) for reader in readers]
        if misreadings[0] is not None and all(misreadings):
            yield _told(node, texts[key], readers, misreadings[0])


def _told(node: Scalar, text: str, readers: tuple[Reader, ...], misreading: Misreading) -> Finding:
    names = " and ".join(reader.controller.name for reader in readers)
    takes = "takes" if len(readers) == 1 else "take"
    return finding(
        node,
        f"{names} {takes} {misreading.wants} here{_consequence(readers, text, misreading)}",
        help=_help(readers[0], text, misreading),
        severity=None if misreading.is_certain else Severity.WARNING,
    )


def _consequence(readers: tuple[Reader, ...], text: str, misreading: Misreading) -> str:
    part = f"`{misreading.part}`" if misreading.part else "an empty text"
    reaches = {reader.annotation.says(text) for reader in readers}
    if misreading.became == "error":
        refuses = "refuses" if len(readers) == 1 else "refuse"
        return f" and {refuses} {part}" if misreading.is_certain else f", and {part} is none"
    if misreading.became == "skipped":
        return f" and leaves out {part}"
    if reaches == {"internet"}:
        return f"; with {part} the load balancer is open to the internet"
    if reaches == {"private"}:
        return f"; with {part} the load balancer is an internal one"
    if misreading.became == "default":
        return f"; with {part} it is as if the annotation were not there"
    return f"; {part} is a {'yes' if misreading.became == 'true' else 'no'} to it"


def _help(reader: Reader, text: str, misreading: Misreading) -> str:
    annotation = reader.annotation
    if annotation.grammar:
        return f'write "{str(means_yes(text)).lower()}"'
    nearest = closest(text, annotation.values) if annotation.values else None
    if nearest is not None:
        return f"did you mean `{nearest}`?"
    return f"write {misreading.wants}, or leave the annotation out"
