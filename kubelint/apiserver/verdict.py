"""The API server's answer, in statements that point at nodes."""

from __future__ import annotations

from typing import NamedTuple

from kubelint.node import Node, Place


class Statement(NamedTuple):
    """One refusal: what kind of fault it is, where, the server's reason word where it has one, and words for people."""

    fault: str
    """`wrong-type` or `unknown-field`."""
    place: Place
    message: str
    help: str
    reason: str | None = None


class Verdict:
    """Everything that the server has against a resource.

    `decodes` is false where the server could not even read the object; then nothing else can be said of it.
    `placeholder` is a value that another tool is to fill in, where the server expects a type that it cannot have.
    """

    __slots__ = ("placeholder", "refusals")

    def __init__(self) -> None:
        self.refusals: list[Statement] = []
        self.placeholder: Node | None = None

    @property
    def decodes(self) -> bool:
        """Whether the server can read the object, unknown fields aside."""
        return not any(refusal.fault == "wrong-type" for refusal in self.refusals)

    def of_fault(self, fault: str) -> list[Statement]:
        """The refusals of one kind of fault."""
        return [refusal for refusal in self.refusals if refusal.fault == fault]
