"""A policy that nothing can be judged by: it is known by its id, and can be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import dedent

from kubelint.finding import Finding, Severity
from kubelint.node import Node, Place
from kubelint.policy.admission import Admission
from kubelint.policy.expression import Expression
from kubelint.resources import Resource


class FlawedPolicy:
    """What stands in the place of a policy, so that what names it (`ignore`, `severity`, `explain`) names something."""

    def __init__(self, id: str, place: Place, page: str) -> None:
        self.id = id
        self.place = place
        self.severity = Severity.ERROR
        self.summary = "Judges nothing, since something is wrong with it"
        self._page = page

    def is_about(self, resource: Resource) -> bool:
        """Of nothing."""
        return False

    def expressions(self) -> Iterator[Expression]:
        """None, since what is wrong with it is known already."""
        return iter(())

    def page(self) -> str:
        """What stands there."""
        return self._page

    def findings(self, admission: Admission) -> Iterable[Finding]:
        """None."""
        return ()


def page_of(node: Node) -> str:
    """Markdown that shows what is written."""
    _, column = node.source.position(node.start)
    return f"```yaml\n{dedent(' ' * (column - 1) + node.span.text).rstrip()}\n```\n"
