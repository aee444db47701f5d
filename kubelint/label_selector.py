"""Label selectors with their whole meaning: matchLabels, matchExpressions, the empty one, the absent one.

k8s.io/apimachinery: metav1.LabelSelectorAsSelector and labels.Requirement.Matches.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from kubelint.node import Mapping as MappingNode
from kubelint.node import Node, Scalar
from kubelint.resources import items_of, text_of


class LabelSelector:
    """A LabelSelector as it is written. An absent one selects nothing, an empty one everything.

    What the API server refuses in it counts as a requirement that nothing meets.
    """

    def __init__(self, node: Node | None) -> None:
        self.node = node

    @property
    def is_absent(self) -> bool:
        """Whether there is none."""
        return not isinstance(self.node, MappingNode)

    @property
    def is_empty(self) -> bool:
        """Whether it is there and asks for nothing."""
        return not self.is_absent and not self.match_labels and not self.match_expressions

    @cached_property
    def match_labels(self) -> dict[str, Scalar]:
        """The labels that it asks for by their values."""
        labels = self.node.get("matchLabels") if self.node is not None else None
        if not isinstance(labels, MappingNode):
            return {}
        return {key: value for key, value in labels.entries.items() if isinstance(value, Scalar)}

    @property
    def match_expressions(self) -> list[Node]:
        """Its other requirements."""
        return items_of(self.node.get("matchExpressions")) if self.node is not None else []

    def selects(self, labels: Mapping[str, object]) -> bool:
        """Whether an object with these labels is selected; a mapping of which not all is known may raise."""
        if self.is_absent:
            return False
        return all(labels.get(key) == wanted.text for key, wanted in self.match_labels.items()) and all(
            _meets(expression, labels) for expression in self.match_expressions
        )


def _meets(expression: Node, labels: Mapping[str, object]) -> bool:
    key = text_of(expression.get("key")) or ""
    values = {item.text for item in items_of(expression.get("values")) if isinstance(item, Scalar)}
    match text_of(expression.get("operator")):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
