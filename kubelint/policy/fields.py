"""What an expression asks for that is not there to be asked for: fields that no kind has, parameters without a value.

Of such a field of a ValidatingAdmissionPolicy the server only warns, in `status.typeChecking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from kubelint.cel import Every, Program, Read, Route
from kubelint.cluster import DEFAULT_VERSION
from kubelint.policy.expression import Flaw
from kubelint.suggestion import closest
from kubelint_schemas import Definition, Index, Type, versions

Path = tuple[str | int | Every, ...]


class KnownFields:
    """What the expressions of a policy may ask for: of `object` the fields of these kinds, of `params` these names.

    Of a kind whose structure is not known, every field may be there. `resolved` says what a route stands for that
    begins at a variable of the policy.
    """

    def __init__(
        self, kinds: tuple[str, ...], params: Iterable[str], resolved: Callable[[Route], Route] = lambda route: route
    ) -> None:
        self._kinds = kinds
        self._params = tuple(params)
        self._resolved = resolved
        self._asked_for: set[str] = set()
        """Parameters that may be missing, since an expression asks whether they are there."""
        self._may_lack_any = False
        """Whether an expression looks at all of them, and so may know which are there."""

    def note_asked_for(self, program: Program) -> None:
        """Note which parameters an expression asks for: wherever else the policy reads them, they may be missing."""
        for route in program.reads():
            resolved = self._resolved(route)
            if resolved.variable == "params" and not resolved.path:
                self._may_lack_any = True
            message = self._message(route) if resolved.variable == "params" else None
            steps = [step for step in program.steps() if message and self._message(step.route) == message]
            if steps and _is_asked_for(program, steps):
                self._asked_for.add(str(resolved.path[0]))

    def flaw(self, program: Program) -> Flaw | None:
        """The first thing that an expression asks for in vain."""
        self.note_asked_for(program)
        for route in program.reads():
            message = self._message(route)
            if message is not None:
                offsets = (step.offset for step in program.steps() if self._message(step.route) == message)
                return Flaw(next(offsets, 0), message)
        return None

    def flaw_of_path(self, path: Path) -> str | None:
        """What is wrong with a path from the object, if no kind has what it names."""
        walks = [_walk(definition, path) for definition in self._definitions]
        depth = max((depth for depth, _ in walks), default=len(path))
        if depth == len(path) or self._is_of_another_version(path):
            return None
        name = str(path[depth])
        meant = closest(name, [field for _, fields in walks for field in fields]) or self._elsewhere(name, depth)
        has = f"{self._kinds[0]} has no" if len(self._kinds) == 1 else f"neither {' nor '.join(self._kinds)} has a"
        return f"{has} field `{_spelled(path[: depth + 1])}`{f'; did you mean `{meant}`?' if meant else ''}"

    def _message(self, route: Route) -> str | None:
        resolved = self._resolved(route)
        if resolved.variable == "object":
            return self.flaw_of_path(resolved.path)
        name = resolved.path[0] if resolved.variable == "params" and resolved.path else None
        is_there = not isinstance(name, str) or name in self._params or name in self._asked_for
        return None if is_there or self._may_lack_any else self._no_parameter(str(name))

    def _no_parameter(self, name: str) -> str:
        meant = closest(name, self._params)
        way_out = f"did you mean `{meant}`?" if meant is not None else known_are(self._params)
        return f"`params` has no `{name}`; {way_out}"

    @cached_property
    def _definitions(self) -> tuple[Definition, ...]:
        return _definitions(self._kinds, DEFAULT_VERSION)

    def _is_of_another_version(self, path: Path) -> bool:
        """Whether a kind has, or may have, such a field in a version of Kubernetes that is older or newer."""
        for version in versions():
            definitions = _definitions(self._kinds, version)
            if not definitions or any(_walk(one, path)[0] == len(path) for one in definitions):
                return True
        return False

    def _elsewhere(self, name: str, depth: int) -> str | None:
        """The field of this name below one of the outermost fields: `type` is `spec.type`."""
        if depth:
            return None
        for definition in self._definitions:
            for outermost in ("spec", "metadata"):
                if _walk(definition, (outermost, name))[0] == 2:
                    return f"{outermost}.{name}"
        return None


def known_are(names: Iterable[str]) -> str:
    """What there is to choose from."""
    shown = ", ".join(f"`{name}`" for name in names)
    return f"known are {shown}" if shown else "there is nothing in it"


def _is_asked_for(program: Program, steps: list[Read]) -> bool:
    """Whether an expression goes on where a parameter is missing: it asks first, or looks at all of them."""
    depths = [len(step.route.path) for step in program.steps() if step.route.variable == "params"]
    is_whole = depths.count(0) > depths.count(1)
    return is_whole or any(step.is_asked for step in steps)


def _definitions(kinds: Iterable[str], version: str) -> tuple[Definition, ...]:
    """The structures of kinds; none where one of them is not known."""
    index = Index.of(version)
    found: list[Definition] = []
    for kind in kinds:
        of_kind = [index.definition(api_version, kind) for api_version in index.api_versions_of(kind)]
        known = [definition for definition in of_kind if definition is not None]
        if not known or len(known) < len(of_kind):
            return ()
        found += known
    return tuple(found)


def _walk(definition: Definition, path: Path) -> tuple[int, Mapping[str, Type]]:
    """How many steps of a path may lead somewhere, and the fields that there are where it leads nowhere."""
    fields, below = definition.fields, None
    for depth, step in enumerate(path):
        if below is not None and below.kind == "list" and not isinstance(step, str):
            below = below.item
            continue
        if not isinstance(step, str) or (below is not None and below.kind != "object"):
            # Below a map or a text anything may be asked for; whether it is there only the object says.
            break
        fields = fields if below is None else below.definition.fields
        if step not in fields:
            return depth, fields
        below = fields[step]
    return len(path), {}


def _spelled(path: Path) -> str:
    steps = (
        "[*]" if isinstance(step, Every) else f"[{step}]" if isinstance(step, int) else f".{step}" for step in path
    )
    return "".join(steps).removeprefix(".")
