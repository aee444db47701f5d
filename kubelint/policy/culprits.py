"""What makes an object fail a policy: the fields that count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kubelint.cel import EVERY, CelError, CelUnknown, Every, Route
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses
from kubelint.policy.defaults import Object
from kubelint.policy.evaluation import Decision, Evaluation
from kubelint.policy.expression import Expression
from kubelint.policy.uncertain import Uncertain

if TYPE_CHECKING:
    from kubelint.cel.failing import Part

Path = tuple[str | int | Every, ...]
_Scope = Callable[..., Evaluation]
"""Makes the scope of an object, by default of the one that is judged."""
_Failing = tuple[Iterable[Route], Callable[[Object], bool]]
"""What a part of an expression reads, and whether it makes the expression fail for another object."""


def reads_of(decision: Decision, clauses: Clauses, admission: Admission) -> Iterator[Route]:
    """The fields that the failing expression reads, so far as they make it fail; of the elements of a list, the first
    that does so alone."""

    scope = partial(Evaluation, clauses, admission, decision.params)
    for reads, is_failing in _failing(decision, clauses, scope):
        culprits: dict[Path, int | None] = {}
        for read in clauses.fields_of(reads):
            if read.variable != "object" or EVERY not in read.path:
                yield read
                continue
            above, below = read.path[: read.path.index(EVERY)], read.path[read.path.index(EVERY) + 1 :]
            if above not in culprits:
                culprits[above] = _culprit(above, admission, is_failing)
            index = culprits[above]
            yield Route(read.variable, above if index is None else (*above, index, *below))


def _failing(decision: Decision, clauses: Clauses, scope: _Scope) -> Iterator[_Failing]:
    """The parts of an expression to which its failure is due; the whole where nobody can say."""
    whole = decision.expression
    found = tuple(_parts(whole, clauses, scope)) if decision.error is None else ()
    yield from found or ((whole.reads, lambda changed: whole.evaluate(scope(changed)) is not True),)


def _parts(expression: Expression, clauses: Clauses, scope: _Scope) -> Iterator[_Failing]:
    values = expression.values(scope())
    for part in expression.parts(values):
        route = part.route
        if route is not None and route.variable == "variables" and len(route.path) == 1:
            yield from _parts(clauses.variables[str(route.path[0])], clauses, scope)
        else:
            yield part.reads, partial(_is_the_same, part, values, expression, scope)


def _is_the_same(
    part: Part, values: Mapping[str, object], expression: Expression, scope: _Scope, changed: Object
) -> bool:
    """Whether a part of an expression has for a changed object the value that makes the expression fail."""
    return part.evaluate(expression.values(scope(changed))) == part.evaluate(values)


def _culprit(path: Path, admission: Admission, is_failing: Callable[[Object], bool]) -> int | None:
    """The index of the first element of a list that, alone in it, is denied; None where no element is to blame."""
    elements: Any = admission.object
    try:
        for step in path:
            elements = elements.get(step) if isinstance(elements, dict) else None
    except CelUnknown:
        return None
    if not isinstance(elements, list):
        return None

    def is_denied(*others: object) -> bool:
        try:
            return is_failing(_with_value(admission.object, path, [*others]))
        except CelError:
            return True

    try:
        if is_denied():
            return None
        return next((index for index, element in enumerate(elements) if is_denied(element)), None)
    except CelUnknown:
        # What nobody knows of the elements says nothing of the denial, which is certain.
        return None


def _with_value(object: Object, path: Path, value: object) -> Object:
    """The same object with another value at the end of a path."""
    key = str(path[0])
    below = _with_value(object[key], path[1:], value) if len(path) > 1 else value
    return object.with_entry(key, below) if isinstance(object, Uncertain) else {**object, key: below}
