"""What an evaluation costs at least, in the server's units, and when that is too much.

Facts: cel-go 0.26, interpreter/runtimecost.go, with the limits of k8s.io/apiserver/pkg/apis/cel. What is counted is
never more than what the server counts.
"""

from __future__ import annotations

from typing import Any

from kubelint.cel.errors import CelError
from kubelint.cel.syntax import (
    Call,
    Comprehension,
    Constant,
    Identifier,
    ListLiteral,
    MapLiteral,
    Node,
    Select,
    children,
)

#: What one evaluation may cost (k8s.io/apiserver/pkg/apis/cel, PerCallLimit).
COST_LIMIT = 1_000_000
COST_ERROR = "operation cancelled: actual cost limit exceeded"
#: Where a scope keeps what may still be spent.
BUDGET = "#budget"
_LIST_COST, _MAP_COST = 10, 30
#: Functions that cost one, whatever they are called with.
_COST_ONE = frozenset(("@not_strictly_false", "-_", "_-_", "_*_", "_/_", "_%_", "size"))
_COMPARISONS = frozenset(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"))
#: Functions that the server applies to constants before anything is evaluated (interpreter/decorators.go).
CONVERSIONS = frozenset(("bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"))


def is_constant(node: Node) -> bool:
    """Whether the server knows the value of a node before anything is evaluated."""
    if isinstance(node, Constant):
        return True
    if isinstance(node, ListLiteral):
        return not node.optional and all(map(is_constant, node.elements))
    if isinstance(node, MapLiteral):
        return not any(one.is_optional for one in node.entries) and all(
            is_constant(one.key) and is_constant(one.value) for one in node.entries
        )
    return (
        isinstance(node, Call)
        and node.function in CONVERSIONS
        and node.target is None
        and len(node.arguments) == 1
        and is_constant(node.arguments[0])
    )


def least_cost(node: Node, result: bool | None = None) -> int:
    """What a node costs at least, as the server counts: whatever its variables hold, or if they make it this result."""
    if is_constant(node):
        return 0
    if isinstance(node, Identifier):
        return 1
    if isinstance(node, Select):
        return least_cost(node.operand) + (not node.is_test)
    if isinstance(node, Comprehension):
        return least_cost(node.range)
    if isinstance(node, Call) and node.function in ("_&&_", "_||_"):
        # Where the first term does not settle it, all of them are evaluated.
        takes_all = result is (node.function == "_&&_")
        return sum(least_cost(term, result) for term in node.arguments) if takes_all else least_cost(node.arguments[0])
    if isinstance(node, Call) and node.function == "!_":
        return least_cost(node.arguments[0], None if result is None else not result) + 1
    parts = [least_cost(child) for child in children(node)] or [0]
    if isinstance(node, Call) and node.function in ("or", "orValue"):
        return parts[0]
    if isinstance(node, Call) and node.function == "_?_:_":
        return parts[0] + min(parts[1:])
    if isinstance(node, ListLiteral | MapLiteral):
        return sum(parts) + (_LIST_COST if isinstance(node, ListLiteral) else _MAP_COST)
    return sum(parts) + _is_never_free(node)


def _is_never_free(node: Node) -> bool:
    """Whether the call itself costs one at least; what goes through a text or a list may find it empty."""
    if not isinstance(node, Call):
        return False
    return node.function in _COST_ONE or (
        node.function in _COMPARISONS and any(_is_number(argument) for argument in node.arguments)
    )


def _is_number(node: Node) -> bool:
    return isinstance(node, Constant) and isinstance(node.value, int | float)


def spend(scope: dict[str, Any], cost: int) -> None:
    """Take a cost out of the evaluation's budget.

    Raises:
        CelError: of kind cost, if there is not that much left.
    """
    budget = scope[BUDGET]
    budget[0] -= cost
    if budget[0] < 0:
        raise CelError("cost", COST_ERROR)
