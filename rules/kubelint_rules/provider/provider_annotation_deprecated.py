"""An annotation that its controller has replaced, or given up."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.annotations.readers import Reader, judged_annotations, place_of, readers_of


@rule(severity=Severity.WARNING)
def provider_annotation_deprecated(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A controller has deprecated an annotation."""
    for key, node in judged_annotations(service).items():
        readers = readers_of(service, key, cluster.provider)
        if not readers or not all(reader.annotation.deprecated for reader in readers):
            continue
        successor = _successor(key, readers[0])
        if successor is not None and place_of(service, successor) is not None:
            # The new one is there already: where the two differ, provider-annotation-conflict speaks.
            continue
        yield finding(
            node.key,
            _message(key, readers[0], successor),
            help=_help(readers[0], successor),
            severity=Severity.NOTE if readers[0].annotation.is_unread_before else None,
        )


def _help(reader: Reader, successor: str | None) -> str:
    if successor is None:
        return "leave it out"
    if reader.annotation.is_unread_before:
        return f"write `{successor}` beside it, until no older release reads the manifest"
    return "write that instead"


def _successor(key: str, reader: Reader) -> str | None:
    """The key or field that has taken its place; of a pattern's, with the part that varies filled in."""
    annotation = reader.annotation
    if annotation.replaced_by is None or "*" not in annotation.replaced_by:
        return annotation.replaced_by
    varying = key.removeprefix(annotation.key.partition("*")[0])
    return annotation.replaced_by.replace("*", varying)


def _message(key: str, reader: Reader, successor: str | None) -> str:
    name, since = reader.controller.name, reader.annotation.deprecated
    if reader.annotation.is_unread_before:
        return f"{name} from {since} on does not read `{key}` unless it is told to: the prefix has been renamed"
    when = f" since {since}" if isinstance(since, str) else ""
    instead = f" in favour of `{successor}`" if successor else ""
    return f"{name} has deprecated `{key}`{when}{instead}"
