"""The API server's answer, in statements that point at places."""

from __future__ import annotations

from typing import NamedTuple

from kubelint.apiserver.field import Field
from kubelint.finding import Finding, finding
from kubelint.node import Node, Place
from kubelint.template import placeholder_in


class Statement(NamedTuple):
    """One thing that the server has against a resource.

    `fault` is the kind of fault and names the rule that repeats it; `reason` is the server's word where it has one
    (`Required`, `Invalid`, …). `field` is the path in the server's spelling where it differs from the place's own.
    """

    fault: str
    place: Place
    message: str
    help: str
    reason: str | None = None
    field: str | None = None


REASONS = {
    "Required": "missing-field",
    "Invalid": "invalid-value",
    "NotSupported": "unsupported-value",
    "Forbidden": "forbidden-field",
    "Duplicate": "duplicate-value",
    "TooLong": "invalid-value",
    "TooMany": "invalid-value",
    "TypeInvalid": "invalid-value",
}
"""The server's reason words (k8s.io/apimachinery, field.ErrorType), and the fault that each is."""


class Verdict:
    """Everything that the server has against a resource.

    `refusals` are what makes it answer with an error, `warnings` what it says in a Warning header and accepts.
    `is_final` is set where the server looks no further, not even at the metadata.
    `placeholder` is a value that another tool is to fill in, where the server expects a type that it cannot have.
    """

    __slots__ = ("is_final", "placeholder", "refusals", "warnings")

    def __init__(self) -> None:
        self.refusals: list[Statement] = []
        self.warnings: list[Statement] = []
        self.placeholder: Node | None = None
        self.is_final = False

    @property
    def decodes(self) -> bool:
        """Whether the server can read the object, unknown fields aside."""
        return not any(refusal.fault == "wrong-type" for refusal in self.refusals)

    def refuse(self, field: Field, reason: str, message: str, help: str, *, fault: str | None = None) -> None:
        """Note that the server refuses a field, with its reason word. `fault` names another rule than the reason's.

        A placeholder is not refused: what it will turn into, nobody knows.
        """
        if field.text and placeholder_in(field.text):
            self.placeholder = self.placeholder or field.node
            return
        self.refusals.append(Statement(fault or REASONS[reason], field.place, message, help, reason, field.path))

    def warn(self, field: Field, fault: str, message: str, help: str) -> None:
        """Note that the server accepts a field with a warning; `fault` is `deprecated-field` or `ignored-field`, …"""
        self.warnings.append(Statement(fault, field.place, message, help, None, field.path))

    def findings(self, fault: str) -> list[Finding]:
        """What a rule of category `api` has to say: the statements of one kind of fault, as findings."""
        return [
            finding(
                statement.place, statement.message, help=statement.help, field=statement.field, reason=statement.reason
            )
            for statement in self.of_fault(fault)
        ]

    def of_fault(self, fault: str) -> list[Statement]:
        """The refusals and warnings of one kind of fault."""
        return [statement for statement in (*self.refusals, *self.warnings) if statement.fault == fault]
