"""What makes an object fail a policy: the fields that count, and whether they are what will be deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelint.cel import EVERY, CelUnknown, Every, Route
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses
from kubelint.policy.defaults import Object
from kubelint.policy.evaluation import Decision, Evaluation
from kubelint.policy.uncertain import Uncertain
from kubelint.wiring.patches import require_unpatched

Path = tuple[str | int | Every, ...]


def require_as_written(decision: Decision, clauses: Clauses, admission: Admission) -> None:
    """Make sure that no kustomize patch of the object changes what a decision depends on. Raises CannotTell."""
    reads = tuple(clauses.reads_of(decision.expression))
    words = {step for read in reads if read.variable == "object" for step in read.path[1:] if isinstance(step, str)}
    is_bounded = all(len(read.path) > 1 for read in reads if read.variable == "object")
    if is_bounded and not any(read.variable == "exposure" for read in reads):
        pattern = "|".join(re.escape(word) for word in sorted(words)) or "(?!)"
        require_unpatched(admission.resource, admission.workspace, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"))
    else:
        require_unpatched(admission.resource, admission.workspace)


def reads_of(decision: Decision, clauses: Clauses, admission: Admission) -> Iterator[Route]:
    """The fields that the failing expression reads; of the elements of a list, the first that alone makes it fail."""
    culprits: dict[Path, int | None] = {}
    for read in clauses.reads_of(decision.expression):
        if read.variable != "object" or EVERY not in read.path:
            yield read
            continue
        above, below = read.path[: read.path.index(EVERY)], read.path[read.path.index(EVERY) + 1 :]
        if above not in culprits:
            culprits[above] = _culprit(above, decision, clauses, admission)
        index = culprits[above]
        yield Route(read.variable, above if index is None else (*above, index, *below))


def _culprit(path: Path, decision: Decision, clauses: Clauses, admission: Admission) -> int | None:
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
        changed = _with_value(admission.object, path, [*others])
        denied = Evaluation(clauses, admission, decision.params, changed).decisions()
        return any(other.expression is decision.expression for other in denied)

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
