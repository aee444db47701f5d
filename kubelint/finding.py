"""What a rule says: a finding, how bad it is, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kubelint.node import Key, Node, Place
from kubelint.source import Span

if TYPE_CHECKING:
    from kubelint.resources import Resource


class Severity(StrEnum):
    """How bad a finding is, in SARIF's own words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """3 for an error, 2 for a warning, 1 for a note."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 3, Severity.WARNING: 2, Severity.NOTE: 1}


class Related(NamedTuple):
    """Another place that explains a finding, and what is to be seen there."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place.

    `message` is one clause about the manifest, `help` says what to write instead. `field` is the place in the API
    server's spelling (`spec.ports[0].port`), `reason` the server's word (`Required`, `Invalid`, …) where it has one.
    A rule leaves `rule`, `category`, `severity`, `resource` and `field` to the engine unless it knows better.
    """

    place: Place
    message: str
    help: str
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    field: str | None = None
    reason: str | None = None
    rule: str = ""
    category: str = ""
    resource: Resource | None = None

    @property
    def span(self) -> Span:
        """Where the finding stands."""
        return self.place.span

    def with_related(self, *related: Related) -> Finding:
        """The same finding with further places."""
        return replace(self, related=(*self.related, *related))


def finding(
    place: Place,
    message: str,
    *,
    help: str,
    related: list[tuple[Place, str]] | tuple[tuple[Place, str], ...] = (),
    severity: Severity | None = None,
    field: str | None = None,
    reason: str | None = None,
) -> Finding:
    """A finding at a node, or at a node's key (`node.key`).

    Point at the value that is wrong; where something is missing, at the value that makes it required. `related` are
    other places with a few words each, `severity` is given only where it differs from the rule's own. Raises TypeError
    for a place that is none.
    """
    for pointed_at in (place, *(other for other, _ in related)):
        if not isinstance(pointed_at, Node | Key | Span):
            raise TypeError(_no_place(pointed_at))
    others = tuple(Related(other.span, words) for other, words in related)
    return Finding(place, message, help, others, severity, field, reason)


def _no_place(value: object) -> str:
    """What is wrong with what a rule points at, and the way out."""
    if value is None:
        return "a finding points at a node, not at None: ask first whether the field is written"
    if hasattr(value, "name_place"):
        return f"a finding points at a node, not at a {type(value).__name__}: write `.name_place` behind it"
    return f"a finding points at a node, a node's key or a span, not at a {type(value).__name__}"
