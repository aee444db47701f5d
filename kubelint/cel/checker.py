"""Whether an expression makes sense, what type it has, and which overloads its calls mean.

Rules and words are those of cel-go 0.26 (checker/checker.go, cel/validator.go) with the options that a kube-apiserver
1.36 sets (k8s.io/apiserver/pkg/cel/environment/base.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kubelint.cel import types
from kubelint.cel.errors import CelUnknown, Issue, Kind
from kubelint.cel.functions import Overload
from kubelint.cel.libraries import FUNCTIONS, TYPE_NAMES
from kubelint.cel.macros import NAMES as MACRO_NAMES
from kubelint.cel.syntax import (
    Call,
    Comprehension,
    Constant,
    Identifier,
    ListLiteral,
    MapLiteral,
    MessageLiteral,
    Node,
    Select,
    qualified_name,
)
from kubelint.cel.types import Type
from kubelint.cel.values import type_of


class Checker:
    """Checks one tree; afterwards `type_of_node` and `overloads` hold what was found, by node."""

    def __init__(self, source: str, variables: Mapping[str, Type]) -> None:
        self.source = source
        self.scopes: list[dict[str, Type]] = [dict(variables)]
        self.substitutions = types.Substitutions()
        self.issues: list[Issue] = []
        self.overloads: dict[Node, list[Overload]] = {}
        self._types: dict[Node, Type] = {}

    def check(self, root: Node) -> Type:
        """The type of the whole; what is wrong with it is in `issues` then."""
        self._check(root)
        for node, found in self._types.items():
            self._types[node] = self.substitutions.resolve(found, open_is_dyn=True)
        return self._types[root]

    def type_of_node(self, node: Node) -> Type:
        """The type of a node, once the tree is checked."""
        return self._types[node]

    def complain(
        self, node: Node, message: str, kind: Kind = "type", name: str = "", declared: Iterable[str] = ()
    ) -> None:
        """Collect an issue that stands at a node; where it is a name, with those that are declared instead."""
        line = self.source.count("\n", 0, node.offset) + 1
        column = node.offset - self.source.rfind("\n", 0, node.offset)
        self.issues.append(Issue(kind, message, line, column, name, tuple(declared)))

    def _check(self, node: Node) -> Type:
        found = _CHECKS[type(node)](self, node)
        self._types[node] = found
        return found

    def _constant(self, node: Constant) -> Type:
        return type_of(node.value)

    def _undeclared(self, node: Node, name: str, declared: Iterable[str] = (), kind: Kind = "type") -> Type:
        self.complain(node, f"undeclared reference to '{name}' (in container '')", kind, name, declared)
        return types.ERROR

    def _lookup(self, name: str) -> Type | None:
        # A leading dot means the outermost name elsewhere; to the server it means nothing.
        name = name.removeprefix(".")
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return TYPE_NAMES.get(name)

    def _identifier(self, node: Identifier) -> Type:
        found = self._lookup(node.name)
        if found is not None:
            return found
        return self._undeclared(node, node.name, (name for scope in self.scopes for name in scope))

    def _select(self, node: Select) -> Type:
        name = qualified_name(node)
        found = self._lookup(name) if name else None
        if found is not None:
            # The evaluator looks up the same name.
            return found
        field = self._field(node, node.operand, node.field, is_optional=False)
        return types.BOOL if node.is_test else self.substitutions.resolve(field)

    def _field(self, node: Node, operand: Node, field: str, *, is_optional: bool) -> Type:
        of, was_optional = types.unwrap_optional(self.substitutions.resolve(self._check(operand)))
        result = types.DYN
        if of.kind == "map":
            result = of.parameters[1]
        elif of.kind == "object":
            result = self._object_field(node, of, field)
        elif of.kind == "parameter":
            self.substitutions.assign([types.DYN], [of])
        elif not types.is_dyn_or_error(of):
            self.complain(node, f"type '{of}' does not support field selection")
        return types.optional_of(result) if is_optional or was_optional else result

    def _object_field(self, node: Node, of: Type, field: str) -> Type:
        if not of.fields:
            self.complain(node, f"unexpected failed resolution of '{of.name}'")
            return types.ERROR
        if field not in of.fields:
            self.complain(node, f"undefined field '{field}'", "type", field, of.fields)
            return types.ERROR
        return of.fields[field]

    def _call(self, node: Call) -> Type:
        if node.function == "_?._":
            operand, field = node.arguments
            assert isinstance(field, Constant)
            return self.substitutions.resolve(self._field(node, operand, str(field.value), is_optional=True))
        given = [self._check(argument) for argument in node.arguments]
        if node.function in ("_&&_", "_||_"):
            return self._logic(node, given)
        if node.target is None:
            return self._resolve(node, node.function.removeprefix("."), given, is_member=False)
        prefix = qualified_name(node.target)
        qualified = f"{prefix}.{node.function}".removeprefix(".") if prefix else ""
        if qualified in FUNCTIONS:
            node.function, node.target = qualified, None
            return self._resolve(node, qualified, given, is_member=False)
        return self._resolve(node, node.function, [self._check(node.target), *given], is_member=True)

    def _logic(self, node: Call, given: list[Type]) -> Type:
        result = types.BOOL
        for argument, of in zip(node.arguments, given, strict=True):
            if not self.substitutions.assign([of], [types.BOOL]):
                self._mismatch(argument, types.BOOL, of)
                result = types.ERROR
        return result

    def _mismatch(self, node: Node, expected: Type, found: Type) -> None:
        self.complain(node, f"expected type '{expected}' but found '{found}'")

    def _resolve(self, node: Call, function: str, given: Sequence[Type], *, is_member: bool) -> Type:
        overloads = FUNCTIONS.get(function)
        if overloads is None:
            return self._undeclared(node, function, (*FUNCTIONS, *MACRO_NAMES), "unknown-function")
        result: Type | None = None
        matching: list[Overload] = []
        for overload in overloads:
            if overload.is_member != is_member or len(overload.arguments) != len(given):
                continue
            of_result, *wanted = types.instantiate([overload.result, *overload.arguments], self.substitutions)
            if not self.substitutions.assign(given, wanted):
                continue
            matching.append(overload)
            found = self.substitutions.resolve(of_result)
            if result is None:
                result = found
            elif not types.is_dyn(result) and found != result:
                result = types.DYN
        if result is None:
            self._no_overload(node, function, given, is_member=is_member)
            return types.ERROR
        self.overloads[node] = matching
        return result

    def _no_overload(self, node: Call, function: str, given: Sequence[Type], *, is_member: bool) -> None:
        spelled = [str(self.substitutions.resolve(of, open_is_dyn=True)) for of in given]
        target = f"{spelled.pop(0)}." if is_member else ""
        signature = f"{target}({', '.join(spelled)})"
        self.complain(node, f"found no matching overload for '{function}' applied to '{signature}'")

    def _join(self, previous: Type | None, current: Type) -> Type:
        if previous is None:
            return current
        if self.substitutions.assign([previous], [current]):
            return types.most_general(previous, current)
        return types.DYN

    def _present(self, node: Node, of: Type, *, is_optional: bool) -> Type:
        """The type of an element or a value, of an optional one without its optional."""
        if not is_optional:
            return of
        inner, was_optional = types.unwrap_optional(of)
        if not was_optional and not types.is_dyn(inner):
            self._mismatch(node, types.optional_of(inner), inner)
        return inner

    def _list(self, node: ListLiteral) -> Type:
        element: Type | None = None
        for index, one in enumerate(node.elements):
            found = self._present(one, self._check(one), is_optional=index in node.optional)
            element = self._join(element, found)
        return types.list_of(self.substitutions.fresh() if element is None else element)

    def _map(self, node: MapLiteral) -> Type:
        key: Type | None = None
        value: Type | None = None
        for entry in node.entries:
            key = self._join(key, self._check(entry.key))
            found = self._present(entry.value, self._check(entry.value), is_optional=entry.is_optional)
            value = self._join(value, found)
        if key is None or value is None:
            return types.map_of(self.substitutions.fresh(), self.substitutions.fresh())
        return types.map_of(key, value)

    def _message(self, node: MessageLiteral) -> Type:
        if node.name.removeprefix(".").startswith("google.protobuf."):
            raise CelUnknown(f"the message {node.name}")
        found = self._lookup(node.name)
        if found is None:
            return self._undeclared(node, node.name)
        if found.kind != "type":
            self.complain(node, f"'{found.name}' is not a type")
        else:
            self.complain(node, f"'{found.parameters[0].name}' is not a message type")
        for offset, field, value in node.fields:
            self.complain(Node(offset), f"undefined field '{field}'")
            self._check(value)
        return types.ERROR

    def _comprehension(self, node: Comprehension) -> Type:
        self._check(node.range)
        accumulated = self._check(node.initial)
        over = self.substitutions.resolve(self._types[node.range])
        self.scopes.append({node.accumulator: accumulated})
        self.scopes.append(self._loop_variables(node, over))
        self._assert(node.condition, types.BOOL)
        self._assert(node.step, accumulated)
        self.scopes.pop()
        result = self._check(node.result)
        self.scopes.pop()
        return self.substitutions.resolve(result)

    def _loop_variables(self, node: Comprehension, over: Type) -> dict[str, Type]:
        first = second = types.DYN
        if over.kind == "list":
            first = second = over.parameters[0]
            if node.second_variable:
                first = types.INT
        elif over.kind == "map":
            first, second = over.parameters
        elif over.kind in ("dyn", "error", "parameter"):
            self.substitutions.assign([types.DYN], [over])
        else:
            self.complain(
                node.range,
                f"expression of type '{over}' cannot be range of a comprehension (must be list, map, or dynamic)",
            )
            first = second = types.ERROR
        found = {node.variable: first}
        return {**found, node.second_variable: second} if node.second_variable else found

    def _assert(self, node: Node, wanted: Type) -> None:
        found = self._check(node)
        if not self.substitutions.assign([wanted], [found]):
            self._mismatch(node, wanted, found)


_CHECKS: dict[type[Node], Callable[[Checker, Any], Type]] = {
    Constant: Checker._constant,
    Identifier: Checker._identifier,
    Select: Checker._select,
    Call: Checker._call,
    ListLiteral: Checker._list,
    MapLiteral: Checker._map,
    MessageLiteral: Checker._message,
    Comprehension: Checker._comprehension,
}
