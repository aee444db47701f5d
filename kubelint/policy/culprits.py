"""What makes an object fail a policy: the fields that count, and whether they are what will be deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kubelint.cel import EVERY, CelError, CelUnknown, Every, Route
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses
from kubelint.policy.defaults import Object
from kubelint.policy.evaluation import Decision, Evaluation
from kubelint.policy.uncertain import Uncertain
from kubelint.resources import Resource
from kubelint.wiring.patches import require_unpatched
from kubelint.workspace import CannotTell, Workspace

Path = tuple[str | int | Every, ...]

_REPLACING = r"""^[ ]{0,4}["']?\$patch|^[ ]*\{.*\$patch|\bpath["']?: *["']?/(?:spec|metadata)?["']?(?:\s|,|\}|$)"""
"""What shows that a patch may remove or replace an object, or one of its outermost fields."""


def require_as_written(decision: Decision, clauses: Clauses, admission: Admission) -> None:
    """Make sure that no kustomize patch changes what a decision depends on. Raises CannotTell."""
    workspace = admission.workspace
    reads = tuple(clauses.reads_of(decision.expression))
    is_of_exposure = any(read.variable == "exposure" for read in reads)
    _require_unchanged(admission.resource, workspace, None if is_of_exposure else _fields(reads, "object", 0))
    for variable, others in (("services", workspace.services), ("pods", workspace.workloads)):
        if any(read.variable == variable for read in reads):
            application = workspace.application_of(admission.resource)
            for other in others:
                if application.holds(other.path):
                    _require_unchanged(other, workspace, _fields(reads, variable, 1))


def _fields(reads: Iterable[Route], variable: str, depth: int) -> frozenset[str] | None:
    """The names of the fields of a variable that are read, the outermost aside; None where it is read as a whole.

    `depth` is how many steps lead to one object of the variable.
    """
    paths = [read.path[depth:] for read in reads if read.variable == variable]
    if any(len(path) <= 1 for path in paths):
        return None
    return frozenset(step for path in paths for step in path[1:] if isinstance(step, str))


def _require_unchanged(resource: Resource, workspace: Workspace, fields: frozenset[str] | None) -> None:
    """Make sure that nothing changes these fields of an object; None: any field."""
    changing = workspace.changing_anything(resource)
    if changing is not None:
        raise CannotTell(f"{changing} may change {resource.kind} {resource.name}")
    if fields is None:
        require_unpatched(resource, workspace, is_transformed=True)
        return
    words = "|".join(re.escape(field) for field in sorted(fields)) or "(?!)"
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)|{_REPLACING}", re.M)
    require_unpatched(resource, workspace, pattern, is_transformed=True)


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
        try:
            return decision.expression.evaluate(Evaluation(clauses, admission, decision.params, changed)) is not True
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
