"""The macros: calls that become other trees while an expression is read.

Facts: cel-go 0.26, parser/macro.go, cel/library.go (optMap), ext/comprehensions.go, ext/lists.go (sortBy).
"""

from __future__ import annotations

from collections.abc import Callable

from kubelint.cel.syntax import Call, Comprehension, Constant, Identifier, ListLiteral, MapLiteral, Node, Select
from kubelint.cel.syntax import Macro as Shape

Complain = Callable[[int, str], None]

ACCUMULATOR = "@result"
_OLD_ACCUMULATOR = "__result__"
_SORT_INPUT = "@__sortBy_input__"
_UNUSED = "#unused"
_OVERWRITES = "iteration variable overwrites accumulator variable"


class _Refused(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


def expand(complain: Complain, offset: int, function: str, target: Node | None, arguments: list[Node]) -> Node:
    """A call, or what it stands for if it is a macro's; a macro that is used wrongly is told to `complain`."""
    macro = _MACROS.get((function, len(arguments), target is not None))
    if macro is None:
        return Call(offset, function, target, arguments)
    try:
        return macro(offset, target or Constant(offset, None), arguments)
    except _Refused as refused:
        complain(refused.offset, refused.message)
        return Constant(offset, None)


def _result(offset: int) -> Node:
    return Identifier(offset, ACCUMULATOR)


def _call(offset: int, function: str, *arguments: Node) -> Node:
    return Call(offset, function, None, list(arguments))


def _has(offset: int, target: Node, arguments: list[Node]) -> Node:
    selected = arguments[0]
    if not isinstance(selected, Select):
        raise _Refused(selected.offset, "invalid argument to has() macro")
    return Select(offset, selected.operand, selected.field, is_test=True, point=selected.offset)


def _variable(node: Node, message: str) -> str:
    if not isinstance(node, Identifier):
        raise _Refused(node.offset, message)
    if node.name in (ACCUMULATOR, _OLD_ACCUMULATOR):
        raise _Refused(node.offset, _OVERWRITES)
    return node.name


def _variables(arguments: list[Node]) -> tuple[str, str]:
    for argument in arguments[:2]:
        if not isinstance(argument, Identifier):
            raise _Refused(argument.offset, "argument must be a simple name")
    first, second = (argument.name for argument in arguments[:2] if isinstance(argument, Identifier))
    if first == second:
        raise _Refused(arguments[1].offset, f"duplicate variable name: {first}")
    for argument in arguments[:2]:
        _variable(argument, "")
    return first, second


def _loop(offset: int, over: Node, variables: tuple[str, str], initial: Node, step: Node, shape: Shape) -> Node:
    result = _result(offset)
    condition: Node = Constant(offset, True)
    if shape == "all":
        condition = _call(offset, "@not_strictly_false", _result(offset))
    elif shape == "exists":
        condition = _call(offset, "@not_strictly_false", _call(offset, "!_", _result(offset)))
    elif shape == "":
        result = _call(offset, "_==_", result, Constant(offset, 1))
    return Comprehension(offset, over, *variables, ACCUMULATOR, initial, condition, step, result, shape)


def _quantifier(offset: int, over: Node, variables: tuple[str, str], predicate: Node, shape: Shape) -> Node:
    if shape == "all":
        step = _call(offset, "_&&_", _result(offset), predicate)
        return _loop(offset, over, variables, Constant(offset, True), step, shape)
    if shape == "exists":
        step = _call(offset, "_||_", _result(offset), predicate)
        return _loop(offset, over, variables, Constant(offset, False), step, shape)
    one_more = _call(offset, "_+_", _result(offset), Constant(offset, 1))
    step = _call(offset, "_?_:_", predicate, one_more, _result(offset))
    return _loop(offset, over, variables, Constant(offset, 0), step, shape)


def _one(shape: Shape) -> Callable[[int, Node, list[Node]], Node]:
    def macro(offset: int, target: Node, arguments: list[Node]) -> Node:
        name = _variable(arguments[0], "argument must be a simple name")
        return _quantifier(offset, target, (name, ""), arguments[1], shape)

    return macro


def _two(shape: Shape) -> Callable[[int, Node, list[Node]], Node]:
    def macro(offset: int, target: Node, arguments: list[Node]) -> Node:
        return _quantifier(offset, target, _variables(arguments), arguments[2], shape)

    return macro


def _collect(offset: int, over: Node, variables: tuple[str, str], condition: Node | None, value: Node) -> Node:
    step = _call(offset, "_+_", _result(offset), ListLiteral(offset, [value]))
    if condition is not None:
        step = _call(offset, "_?_:_", condition, step, _result(offset))
    return _loop(offset, over, variables, ListLiteral(offset, []), step, "list")


def _map(offset: int, target: Node, arguments: list[Node]) -> Node:
    name = _variable(arguments[0], "argument is not an identifier")
    return _collect(offset, target, (name, ""), arguments[1] if len(arguments) == 3 else None, arguments[-1])


def _filter(offset: int, target: Node, arguments: list[Node]) -> Node:
    name = _variable(arguments[0], "argument is not an identifier")
    return _collect(offset, target, (name, ""), arguments[1], arguments[0])


def _transform_list(offset: int, target: Node, arguments: list[Node]) -> Node:
    condition = arguments[2] if len(arguments) == 4 else None
    return _collect(offset, target, _variables(arguments), condition, arguments[-1])


def _transform_map(offset: int, target: Node, arguments: list[Node]) -> Node:
    variables = _variables(arguments)
    step = _call(offset, "cel.@mapInsert", _result(offset), Identifier(offset, variables[0]), arguments[-1])
    return _into_map(offset, target, variables, arguments, step)


def _transform_map_entry(offset: int, target: Node, arguments: list[Node]) -> Node:
    step = _call(offset, "cel.@mapInsert", _result(offset), arguments[-1])
    return _into_map(offset, target, _variables(arguments), arguments, step)


def _into_map(offset: int, over: Node, variables: tuple[str, str], arguments: list[Node], step: Node) -> Node:
    if len(arguments) == 4:
        step = _call(offset, "_?_:_", arguments[2], step, _result(offset))
    return _loop(offset, over, variables, MapLiteral(offset, []), step, "list")


def _bind(offset: int, name: str, value: Node, result: Node) -> Node:
    nothing, never = ListLiteral(offset, []), Constant(offset, False)
    return Comprehension(offset, nothing, _UNUSED, "", name, value, never, Identifier(offset, name), result, "bind")


def _optional_map(name: str) -> Callable[[int, Node, list[Node]], Node]:
    def macro(offset: int, target: Node, arguments: list[Node]) -> Node:
        variable = arguments[0]
        if not isinstance(variable, Identifier):
            raise _Refused(variable.offset, f"{name}() variable name must be a simple identifier")
        mapped = _bind(offset, variable.name, Call(offset, "value", target, []), arguments[1])
        present = _call(offset, "optional.of", mapped) if name == "optMap" else mapped
        return _call(offset, "_?_:_", Call(offset, "hasValue", target, []), present, _call(offset, "optional.none"))

    return macro


def _sort_by(offset: int, target: Node, arguments: list[Node]) -> Node:
    if isinstance(target, Constant | MapLiteral):
        message = "sortBy can only be applied to a list, identifier, comprehension, call or select expression"
        raise _Refused(target.offset, message)
    keys = _map(offset, Identifier(offset, _SORT_INPUT), arguments)
    ordered = Call(offset, "@sortByAssociatedKeys", Identifier(offset, _SORT_INPUT), [keys])
    return _bind(offset, _SORT_INPUT, target, ordered)


_MACROS: dict[tuple[str, int, bool], Callable[[int, Node, list[Node]], Node]] = {
    ("has", 1, False): _has,
    ("all", 2, True): _one("all"),
    ("exists", 2, True): _one("exists"),
    ("exists_one", 2, True): _one(""),
    ("map", 2, True): _map,
    ("map", 3, True): _map,
    ("filter", 2, True): _filter,
    ("all", 3, True): _two("all"),
    ("exists", 3, True): _two("exists"),
    ("exists_one", 3, True): _two(""),
    ("existsOne", 3, True): _two(""),
    ("transformList", 3, True): _transform_list,
    ("transformList", 4, True): _transform_list,
    ("transformMap", 3, True): _transform_map,
    ("transformMap", 4, True): _transform_map,
    ("transformMapEntry", 3, True): _transform_map_entry,
    ("transformMapEntry", 4, True): _transform_map_entry,
    ("optMap", 2, True): _optional_map("optMap"),
    ("optFlatMap", 2, True): _optional_map("optFlatMap"),
    ("sortBy", 2, True): _sort_by,
}

NAMES = frozenset(name for name, _, _ in _MACROS)
"""What macros are called."""
