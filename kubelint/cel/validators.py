"""What the server demands of an expression beyond its types: literals that make sense, lists of one type.

Facts: cel-go 0.26, cel/validator.go and ext/formatting.go (stringFormatValidator), set by k8s.io/apiserver 0.36,
pkg/cel/environment/base.go.
"""

from __future__ import annotations

from kubelint.cel import regex, types
from kubelint.cel.checker import Checker
from kubelint.cel.conversions import convert
from kubelint.cel.errors import EvaluationError
from kubelint.cel.string_format import count_arguments, refusal, takes
from kubelint.cel.syntax import (
    Call,
    Constant,
    ListLiteral,
    MapLiteral,
    Node,
    children,
)
from kubelint.cel.types import Type


class Validator:
    """Walks a checked tree, and tells the checker what the server would not take."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker

    def validate(self, node: Node, *, is_in_format: bool = False) -> None:
        """Complain about everything from a node down; lists of mixed types are fine within `format`."""
        if isinstance(node, Call):
            self._literal_argument(node)
            is_in_format = is_in_format or node.function == "format"
            if node.function == "format":
                self._format(node)
        elif isinstance(node, ListLiteral) and not is_in_format:
            self._list(node)
        elif isinstance(node, MapLiteral) and not is_in_format:
            self._map(node)
        for child in children(node):
            self.validate(child, is_in_format=is_in_format)

    def _literal_argument(self, node: Call) -> None:
        argument = node.arguments[0] if node.arguments else None
        if node.function not in ("duration", "timestamp", "matches") or not isinstance(argument, Constant):
            return
        try:
            if node.function == "matches":
                regex.compile(str(argument.value))
            else:
                convert(argument.value, types.DURATION if node.function == "duration" else types.TIMESTAMP)
        except EvaluationError:
            self.checker.complain(argument, f"invalid {node.function} argument")

    def _is_same(self, node: Node, expected: Type, found: Type) -> bool:
        if types.are_equivalent(expected, found):
            return True
        self.checker.complain(node, f"expected type '{expected}' but found '{found}'")
        return False

    def _list(self, node: ListLiteral) -> None:
        expected: Type | None = None
        for index, element in enumerate(node.elements):
            found = self._type(element, is_optional=index in node.optional)
            if expected is None:
                expected = found
            elif not self._is_same(element, expected, found):
                return

    def _type(self, node: Node, *, is_optional: bool) -> Type:
        found = self.checker.type_of_node(node)
        return found.parameters[0] if is_optional and found.parameters else found

    def _map(self, node: MapLiteral) -> None:
        expected: tuple[Type, Type] | None = None
        for entry in node.entries:
            key, value = (
                self._type(entry.key, is_optional=False),
                self._type(entry.value, is_optional=entry.is_optional),
            )
            if expected is None:
                expected = key, value
                continue
            self._is_same(entry.key, expected[0], key)
            self._is_same(entry.value, expected[1], value)

    def _format(self, node: Call) -> None:
        arguments = node.arguments[0] if len(node.arguments) == 1 else None
        if not isinstance(node.target, Constant) or not isinstance(node.target.value, str):
            return
        if not isinstance(arguments, ListLiteral):
            return
        elements, culprit = arguments.elements, [node]

        def clause(verb: str, _: int, index: int) -> str:
            wrong = self._wrong_argument(verb, elements[index])
            if wrong is None:
                return ""
            culprit[:] = [wrong]  # type: ignore[list-item]
            raise refusal(verb, self.checker.type_of_node(wrong).name)

        try:
            used = count_arguments(node.target.value, len(elements), clause)
        except EvaluationError as error:
            self.checker.complain(culprit[0], error.message)
            return
        if len(elements) > used:
            message = f"too many arguments supplied to string.format (expected {used}, got {len(elements)})"
            self.checker.complain(node, message)

    def _wrong_argument(self, verb: str, node: Node) -> Node | None:
        if not takes(verb, self.checker.type_of_node(node)):
            return node
        if verb != "s":
            return None
        inner: list[Node] = []
        if isinstance(node, ListLiteral):
            inner = node.elements
        elif isinstance(node, MapLiteral):
            inner = [part for entry in node.entries for part in (entry.key, entry.value)]
        return next((wrong for part in inner if (wrong := self._wrong_argument(verb, part))), None)
