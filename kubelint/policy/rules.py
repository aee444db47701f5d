"""A policy as a rule: listed, explained, selected, silenced and reported like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from kubelint.cel import CelUnknown
from kubelint.finding import Finding, Severity
from kubelint.node import Place
from kubelint.policy.admission import Admission
from kubelint.policy.errors import PolicyError
from kubelint.policy.expression import Expression
from kubelint.policy.settings import CATEGORY, PREFIX
from kubelint.resources import Resource
from kubelint.rule import Rule


class Policy(Protocol):
    """What every kind of policy can say of itself, and of an object."""

    @property
    def id(self) -> str:
        """Its id, without the prefix of the rule."""

    @property
    def place(self) -> Place:
        """Where it is written."""

    @property
    def severity(self) -> Severity:
        """How bad its findings are."""

    @property
    def summary(self) -> str:
        """One line on what it demands, without a full stop."""

    def is_about(self, resource: Resource) -> bool:
        """Whether it can be about objects of this apiVersion and kind."""

    def expressions(self) -> Iterator[Expression]:
        """Every expression of it."""

    def page(self) -> str:
        """Markdown on what it demands."""

    def findings(self, admission: Admission) -> Iterable[Finding]:
        """What is wrong with an object. Raises CannotTell and PolicyError."""


class PolicyRule(Rule):
    """The rule that judges by a policy."""

    __slots__ = ("policy",)

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.check = self._check
        self.id = f"{PREFIX}{policy.id}"
        self.summary = policy.summary
        self.severity = policy.severity
        self.category = CATEGORY
        self.default = True
        self.subject = Resource
        self.inputs = ("admission",)
        self.options = None
        self.page = policy.place.span.source.path

    def is_about(self, subject: object) -> bool:
        """Whether it judges an object, as its apiVersion and kind tell."""
        return isinstance(subject, Resource) and self.policy.is_about(subject)

    def read_page(self) -> str:
        """What the policy says, under a title."""
        return f"# {self.id}\n\n{self.policy.page()}"

    def flaws(self) -> list[PolicyError]:
        """What is wrong with its expressions, each of which is compiled for that."""
        found = []
        for expression in self.policy.expressions():
            try:
                expression.program  # noqa: B018 (compiles it)
            except PolicyError as error:
                found.append(error)
            except CelUnknown as unknown:
                source, offset = expression.place()
                found.append(PolicyError(source, offset, f"kubelint cannot evaluate {unknown}"))
        return found

    def _check(self, resource: Resource, admission: Admission) -> Iterable[Finding]:
        """Judge one object by the policy."""
        return self.policy.findings(admission)
