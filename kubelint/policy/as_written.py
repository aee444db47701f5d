"""Whether what a decision depends on will be deployed as it is known: kustomize patches are not applied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kubelint.application import Application
from kubelint.cel import Every, Route
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses
from kubelint.policy.evaluation import Decision
from kubelint.resources import Resource
from kubelint.wiring.patches import require_unpatched
from kubelint.workspace import CannotTell, Workspace

Path = tuple[str | int | Every, ...]

_OF_REQUEST: tuple[Path, ...] = (("metadata", "name"), ("metadata", "namespace"))
"""Fields of an object that its request repeats, and by which a strategic merge patch only says what it means."""
_MERGED = frozenset(("containers", "initContainers", "env", "ports", "volumes", "volumeMounts"))
"""Lists whose elements a strategic merge patch finds by a key; any other list it replaces as a whole."""
_END = r"""["']?(?=[\s,}]|$)"""


def require_as_written(decision: Decision, clauses: Clauses, admission: Admission, matched: Iterable[str] = ()) -> None:
    """Make sure that no kustomize patch changes what a decision depends on: what its expression and the conditions
    read, and the fields of the metadata by which the object is `matched`. Raises CannotTell."""
    workspace = admission.workspace
    expressions = (decision.expression, *clauses.conditions)
    reads = tuple(read for expression in expressions for read in clauses.reads_of(expression))
    variables = {read.variable for read in reads}
    paths = [*_paths(reads, "object", 0), *(("metadata", field) for field in matched)]
    if "request" in variables:
        paths += _OF_REQUEST
    _require_unchanged(admission.resource, workspace, None if "exposure" in variables else _speaking_of(paths))
    if "namespaceObject" in variables:
        pattern = _speaking_of(_paths(reads, "namespaceObject", 0))
        for namespace in workspace.named("Namespace", admission.namespace, None):
            _require_unchanged(namespace, workspace, pattern)
    for variable in sorted(variables & {"services", "pods"}):
        application = workspace.application_of(admission.resource)
        changed = _first_change(workspace, application, variable, _speaking_of(_paths(reads, variable, 1)))
        if changed is not None:
            raise CannotTell(changed)


# One workspace is asked about many objects, each of which may depend on all the others.
@lru_cache(maxsize=64)
def _first_change(
    workspace: Workspace, application: Application, variable: str, pattern: re.Pattern[str] | None
) -> str | None:
    others: Sequence[Resource] = workspace.services if variable == "services" else workspace.workloads
    try:
        for other in others:
            if application.holds(other.path):
                _require_unchanged(other, workspace, pattern)
    except CannotTell as reason:
        return str(reason)
    return None


def _paths(reads: Iterable[Route], variable: str, depth: int) -> list[Path]:
    """The paths of a variable that are read; `depth` is how many steps lead to one object of it."""
    return [read.path[depth:] for read in reads if read.variable == variable]


def _require_unchanged(resource: Resource, workspace: Workspace, pattern: re.Pattern[str] | None) -> None:
    """Make sure that no patch of an object says what a pattern finds; None: that there is no patch of it."""
    changing = workspace.changing_anything(resource)
    if changing is not None:
        raise CannotTell(f"{changing} may change {resource.kind} {resource.name}")
    if pattern is None:
        require_unpatched(resource, workspace, is_transformed=True)
    else:
        require_unpatched(resource, workspace, pattern, is_transformed=True)


def _speaking_of(paths: Iterable[Path]) -> re.Pattern[str] | None:
    """What finds a patch that may change what stands at one of these paths; None where one is the whole object."""
    paths = sorted({tuple(step if isinstance(step, str) else "" for step in path) for path in paths})
    return None if any(len(path) <= 1 for path in paths) else _pattern(tuple(paths))


@lru_cache(maxsize=256)
def _pattern(paths: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    """`paths` have an empty step for each element of a list or a map."""
    names: set[str] = set()
    outer: set[str] = set()
    pointers = {""}
    for path in paths:
        pointer = ""
        for number, step in enumerate(path):
            pointer += f"/{re.escape(step.replace('~', '~0').replace('/', '~1'))}" if step else r"/[^/\s\"']+"
            pointers.add(pointer)
            if step and path[number + 1 : number + 2] == ("",) and step not in _MERGED:
                names.add(step)
            elif step:
                outer.add(step)
        if path not in (("metadata", "name"), ("metadata", "namespace")):
            names.add(next(step for step in reversed(path) if step))
    return re.compile(
        "|".join(
            (
                rf"(?<!\w)(?:{_any(names)})(?!\w)",
                # A patch takes away what is above it by a null, by a directive, or by the pointer of RFC 6901.
                rf"(?<!\w)(?:{_any(outer)})[\"']?:[ ]*(?:null|~)(?!\w)",
                rf"^[ ]{{0,4}}[\"']?\$patch|^[ ]*\{{.*\$patch|\$patch.*\n(?:.*\n)*?.*(?<!\w)(?:{_any(outer)})(?!\w)",
                rf"\bpath[\"']?:[ ]*+[\"']?+(?:{'|'.join(sorted(pointers))})/?-?{_END}",
            )
        ),
        re.M,
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words))) or "(?!)"
