"""A policy as a configuration, or a file of policies, states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from kubelint import glob
from kubelint.cel import BOOL, DYN, STRING, CelError, CelUnknown, Type
from kubelint.cel import Route as Read
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Place
from kubelint.paths import is_below, relative_path
from kubelint.policy.admission import Admission
from kubelint.policy.as_written import require_as_written
from kubelint.policy.clauses import Clauses, Validation, help_of, resolved, summary_of
from kubelint.policy.culprits import reads_of
from kubelint.policy.errors import PolicyError
from kubelint.policy.evaluation import Decision, Evaluation, judge
from kubelint.policy.expression import Expression
from kubelint.policy.fields import KnownFields
from kubelint.policy.matching import labels_of
from kubelint.policy.pointing import Pointer, place_at, place_read, route_of
from kubelint.policy.settings import PolicySettings
from kubelint.policy.types import ADMISSION_TYPES, OWN_TYPES, variables_declared
from kubelint.resources import KINDS, Resource, Service, group_and_version, is_read
from kubelint.source import Source, Span
from kubelint.workspace import CannotTell

_NO_SUCH_KEY = "no such key: "
_TYPES = {**ADMISSION_TYPES, **OWN_TYPES, "params": DYN}


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
        asked = {"labels": match.labels, "namespace": match.namespaces}
        self._matched = frozenset(field for field, wanted in asked.items() if wanted)
        variables: dict[str, Expression] = {}
        fields = KnownFields(match.kinds, settings.params, lambda route: resolved(route, variables))
        own: dict[str, Type] = {}
        for name, text in settings.variables.items():
            variables[name] = Expression(text, {**_TYPES, **variables_declared(own)}, check=fields.flaw)
            own[name] = variables[name].type
        types = {**_TYPES, **variables_declared(own)}
        message = settings.message_expression
        self._validation = Validation(
            Expression(settings.expression, types, BOOL, check=fields.flaw),
            settings.message or "",
            Expression(message, types, STRING, check=fields.flaw) if message is not None else None,
        )
        self.clauses = Clauses(variables, (), (self._validation,))
        for expression in self.clauses.expressions():
            if "params" in expression.text:
                with suppress(PolicyError, CelUnknown):
                    fields.note_asked_for(expression.compiled)
        self._at = Pointer(settings.at, types, fields) if settings.at is not None else None

    @property
    def summary(self) -> str:
        """One line on what it demands."""
        return summary_of(self._validation)

    def is_about(self, resource: Resource) -> bool:
        """Whether it is about objects of this apiVersion and kind."""
        return any(_is_of(resource, kind) for kind in self.settings.match.kinds)

    def expressions(self) -> Iterator[Expression]:
        """Every expression of it."""
        yield from self.clauses.expressions()
        if self._at is not None:
            yield self._at

    def page(self) -> str:
        """What it says, for people to read."""
        settings = self.settings
        variables = "".join(f"{name} = {text.strip()}\n" for name, text in settings.variables.items())
        parts = [f"## Demands\n\n```cel\n{variables}{settings.expression.strip()}\n```\n"]
        if settings.params:
            parts.append(f"## Parameters\n\n```yaml\n{_as_yaml(settings.params)}```\n")
        parts.append(f"## Judges\n\n{_matched(settings)}\n")
        if settings.message or settings.message_expression:
            message = settings.message or f"{settings.message_expression}"
            parts.append(f"## Says\n\n```{'text' if settings.message else 'cel'}\n{message.strip()}\n```\n")
        if settings.at:
            parts.append(f"## Points at\n\n```text\n{settings.at.strip()}\n```\n")
        if settings.help:
            parts.append(f"## Fix\n\n{settings.help}\n")
        return "\n".join(parts)

    def findings(self, admission: Admission) -> Iterable[Finding]:
        """The finding, where an object that it is about does not meet it.

        Raises CannotTell where nobody knows whether it does, and PolicyError where the expression has no value.
        """
        if not self._matches(admission):
            return ()
        decisions, unknown = judge(self.clauses, admission, self._params)
        return self._findings(decisions, unknown, admission) if decisions or unknown is not None else ()

    def _findings(
        self, decisions: list[Decision], unknown: CelUnknown | None, admission: Admission
    ) -> Iterator[Finding]:
        for decision in decisions:
            if decision.error is not None:
                raise self._without_value(decision.expression, decision.error, admission)
            require_as_written(decision, self.clauses, admission, self._matched)
            yield self._finding(decision, admission)
            message = self._validation.message_expression
            if decision.message_error is not None and message is not None:
                raise self._without_value(message, decision.message_error, admission)
            self._require_path(admission)
        if unknown is not None:
            raise CannotTell(f"the policy depends on {unknown}")

    def _finding(self, decision: Decision, admission: Admission) -> Finding:
        help = self.settings.help or help_of(self.id, decision.expression)
        return finding(self._place(decision, admission), decision.message, help=help)

    def _place(self, decision: Decision, admission: Admission) -> Place:
        try:
            path = self._path(admission)
        except CelError:
            path = None
        route = route_of(path) if path is not None else None
        if route is not None:
            return place_at(admission.resource, route)
        reads = reads_of(decision, self.clauses, admission)
        return place_read(admission.resource, reads, admission.reach)

    def _path(self, admission: Admission) -> str | None:
        """The path of the field that the policy's author points at. Raises CelError."""
        if self._at is None:
            return None
        return self._at.path if self._at.path is not None else self._evaluation(admission).text(self._at)

    def _require_path(self, admission: Admission) -> None:
        """Make sure that the policy's author points at a field. Raises PolicyError."""
        if self._at is None:
            return
        try:
            path = self._path(admission)
        except CelError as error:
            raise self._without_value(self._at, error, admission) from error
        if path is not None and route_of(path) is None:
            source, offset = self._at.place()
            raise PolicyError(source, offset, f"`at` gives `{path}`, which is no path of a field such as `spec.type`")

    def _without_value(self, expression: Expression, error: CelError, admission: Admission) -> PolicyError:
        """What is wrong with an expression that has no value for an object."""
        evaluation, resource = self._evaluation(admission), admission.resource
        expression, error = evaluation.origin(expression, error)
        failure = expression.failure(error, evaluation)
        of = f", of {resource.kind} {resource.name}"
        return expression.error(error, failure, of, _of_exposure(expression, error, resource))

    def _evaluation(self, admission: Admission) -> Evaluation:
        return Evaluation(self.clauses, admission, self._params)

    def _matches(self, admission: Admission) -> bool:
        if self.settings.match.paths and not self._holds(admission.resource.path):
            return False
        try:
            return self._is_in_namespaces(admission) and self._bears_labels(admission)
        except CelUnknown as unknown:
            raise CannotTell(f"the policy depends on {unknown}") from unknown

    def _is_in_namespaces(self, admission: Admission) -> bool:
        if self._namespaces is None:
            return True
        resource = admission.resource
        if resource.namespace is None and resource.is_namespaced:
            raise CannotTell("the policy depends on the namespace")
        return self._namespaces.fullmatch(resource.namespace or "") is not None

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


def _of_exposure(expression: Expression, error: CelError, resource: Resource) -> str | None:
    """What to write where only Services have what an expression asks for."""
    key = error.message.removeprefix(_NO_SUCH_KEY)
    if isinstance(resource, Service) or Read("exposure", (key,)) not in expression.reads:
        return None
    return "only Services have an `exposure`: write `kinds: [Service]`, or ask `exposure != null` first"


def _is_of(resource: Resource, kind: str) -> bool:
    """Whether a kind, with its group or without, means an object."""
    group, _, name = kind.rpartition("/")
    if name != resource.kind:
        return False
    if group:
        return group == group_and_version(resource.api_version)[0]
    return name not in KINDS or is_read(resource.api_version, name)


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


def _as_yaml(params: Mapping[str, object]) -> str:
    import json

    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in params.items())
