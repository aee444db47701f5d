"""A policy as a configuration, or a file of policies, states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from kubelint import glob
from kubelint.cel import BOOL, DYN, STRING, CelError, CelUnknown, Type, map_of
from kubelint.cel import Route as Read
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Place
from kubelint.paths import is_below, relative_path
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses, Validation, help_of
from kubelint.policy.culprits import reads_of, require_as_written
from kubelint.policy.errors import PolicyError
from kubelint.policy.evaluation import Decision, Evaluation, judge
from kubelint.policy.expression import Expression
from kubelint.policy.matching import labels_of
from kubelint.policy.pointing import is_route, place_at, place_read, route_of
from kubelint.policy.settings import PolicySettings
from kubelint.policy.types import ADMISSION_TYPES, OWN_TYPES, variables_declared
from kubelint.resources import Resource, Service
from kubelint.source import Source, Span
from kubelint.workspace import CannotTell

_NO_SUCH_KEY = "no such key: "
_TYPES = {**ADMISSION_TYPES, **OWN_TYPES, "params": map_of(STRING, DYN)}


class ConfiguredPolicy:
    """One policy of one's own. `root` is the folder that its path patterns start from."""

    def __init__(self, settings: PolicySettings, root: str) -> None:
        self.id = str(settings.id)
        self.place: Place = settings.id.node or Span(Source("", ""), 0, 0)
        self.severity: Severity = settings.severity
        self.settings = settings
        self._root = root
        self._params = dict(settings.params)
        match = settings.match
        self._namespaces = _compiled(match.namespaces) if match.namespaces else None
        self._labels = {key: _compiled([pattern]) for key, pattern in match.labels.items()}
        # Most are about Services alone, and no other object has to be asked about.
        self.subject: type[Resource] = Service if match.kinds == ("Service",) else Resource
        own: dict[str, Type] = {}
        variables: dict[str, Expression] = {}
        for name, text in settings.variables.items():
            variables[name] = Expression(text, {**_TYPES, **variables_declared(own)})
            own[name] = variables[name].type
        types = {**_TYPES, **variables_declared(own)}
        self._validation = Validation(
            Expression(settings.expression, types, BOOL),
            settings.message or "",
            Expression(settings.message_expression, types, STRING) if settings.message_expression is not None else None,
        )
        self.clauses = Clauses(variables, (), (self._validation,))
        self._at = Expression(settings.at, types, STRING) if settings.at and not is_route(settings.at, types) else None

    @property
    def summary(self) -> str:
        """One line on what it demands."""
        return " ".join((self.settings.message or f"Demands {self._validation.expression.text}").split()).rstrip(".")

    def expressions(self) -> Iterator[Expression]:
        """Every expression of it."""
        yield from self.clauses.expressions()
        if self._at is not None:
            yield self._at

    def page(self) -> str:
        """What it says, for people to read."""
        settings = self.settings
        variables = "".join(f"{name} = {text.strip()}\n" for name, text in settings.variables.items())
        parts = ["## Demands\n", f"```cel\n{variables}{settings.expression.strip()}\n```\n"]
        if settings.params:
            parts.append(
                "## Parameters\n\n" + "".join(f"- `{name}`: {value}\n" for name, value in settings.params.items())
            )
        parts.append(f"## Judges\n\n{_matched(settings)}\n")
        if settings.help:
            parts.append(f"## Fix\n\n{settings.help}\n")
        return "\n".join(parts)

    def findings(self, admission: Admission) -> Iterable[Finding]:
        """The finding, where an object that it is about does not meet it.

        Raises CannotTell where nobody knows whether it does, and PolicyError where the expression has no value.
        """
        if not self._is_about(admission):
            return ()
        decisions, unknown = judge(self.clauses, admission, self._params)
        return self._findings(decisions, unknown, admission) if decisions or unknown is not None else ()

    def _findings(
        self, decisions: list[Decision], unknown: CelUnknown | None, admission: Admission
    ) -> Iterator[Finding]:
        for decision in decisions:
            if decision.error is not None:
                raise _without_value(decision.expression, decision.error, admission)
            require_as_written(decision, self.clauses, admission)
            yield self._finding(decision, admission)
        if unknown is not None:
            raise CannotTell(f"the policy depends on {unknown}")

    def _finding(self, decision: Decision, admission: Admission) -> Finding:
        help = self.settings.help or help_of(self.id, decision.expression)
        return finding(self._place(decision, admission), decision.message, help=help)

    def _place(self, decision: Decision, admission: Admission) -> Place:
        at = self.settings.at
        if self._at is not None:
            evaluation = Evaluation(self.clauses, admission, self._params)
            at_text = evaluation.text(self._at)
        else:
            at_text = str(at) if at else None
        route = route_of(at_text) if at_text else None
        if route is not None:
            return place_at(admission.resource, route)
        reads = reads_of(decision, self.clauses, admission)
        return place_read(admission.resource, reads, admission.reach)

    def _is_about(self, admission: Admission) -> bool:
        match, resource = self.settings.match, admission.resource
        if resource.kind not in match.kinds or (match.paths and not self._holds(resource.path)):
            return False
        try:
            return self._is_in_namespaces(admission) and self._bears_labels(admission)
        except CelUnknown as unknown:
            raise CannotTell(f"the policy depends on {unknown}") from unknown

    def _is_in_namespaces(self, admission: Admission) -> bool:
        pattern = self._namespaces
        return pattern is None or pattern.fullmatch(admission.namespace) is not None

    def _bears_labels(self, admission: Admission) -> bool:
        if not self._labels:
            return True
        labels = labels_of(admission.object)
        values = ((pattern, labels.get(key)) for key, pattern in self._labels.items())
        return all(isinstance(value, str) and pattern.fullmatch(value) for pattern, value in values)

    def _holds(self, path: str) -> bool:
        return is_below(path, self._root) and self._paths.fullmatch(relative_path(path, self._root)) is not None

    @cached_property
    def _paths(self) -> re.Pattern[str]:
        return glob.compiled(self.settings.match.paths)


def _without_value(expression: Expression, error: CelError, admission: Admission) -> PolicyError:
    flaw = expression.error(error)
    resource = admission.resource
    what = f"{flaw}, of {resource.kind} {resource.name}{_guard(expression, error, resource)}"
    return PolicyError(flaw.source, flaw.offset, what)


def _guard(expression: Expression, error: CelError, resource: Resource) -> str:
    """What to write so that the expression has a value."""
    if not error.message.startswith(_NO_SUCH_KEY):
        return ""
    key = error.message.removeprefix(_NO_SUCH_KEY)
    if not isinstance(resource, Service) and Read("exposure", (key,)) in expression.reads:
        return "; only Services have an `exposure`: write `kinds: [Service]`, or ask `exposure != null` first"
    if not key.isidentifier():
        return f"; ask `'{key}' in …` first, or write `[?'{key}']` and `.orValue(…)`"
    return f"; ask `has(….{key})` first, or write `.?{key}` and `.orValue(…)`"


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    """What matches a text that one of these patterns with `*` and `?` means."""
    from fnmatch import translate

    return re.compile("|".join(map(translate, patterns)))


def _matched(settings: PolicySettings) -> str:
    match = settings.match
    parts = [", ".join(match.kinds)]
    if match.namespaces:
        parts.append(f"in the namespaces {', '.join(match.namespaces)}")
    if match.labels:
        parts.append(f"with the labels {', '.join(f'{key}: {value}' for key, value in match.labels.items())}")
    if match.paths:
        parts.append(f"in {', '.join(match.paths)}")
    return " ".join(parts)
