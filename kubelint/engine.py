"""Run rules over a project and gather what they say. Formats nothing, reads no file itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from kubelint.apiserver import Verdict, judge
from kubelint.cluster import Cluster
from kubelint.exposure import Exposure, exposure_of
from kubelint.finding import Finding, Related, Severity
from kubelint.manifest import Manifest
from kubelint.node import Node
from kubelint.policy.errors import PolicyError
from kubelint.project import Project
from kubelint.report import Counts, Fault, Report, Skipped, Suppressed, Undecided
from kubelint.resources import KINDS, Resource, Service
from kubelint.rule import Rule, RuleError
from kubelint.source import Span
from kubelint.suppression import Suppressions
from kubelint.wiring.patches import require_unpatched
from kubelint.workspace import CannotTell, Workspace

if TYPE_CHECKING:
    from kubelint.policy.admission import Admission


class Choice(Protocol):
    """What a configuration decides about rules."""

    def selects(self, rule: Rule) -> bool:
        """Whether a rule runs."""

    def severity_of(self, rule: Rule) -> Severity | None:
        """The severity of all findings of a rule, where the user sets one."""

    def options_of(self, rule: Rule) -> object | None:
        """The rule's options."""

    def kept_in(self, path: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """The rules whose findings in a file (an absolute path) count: as a rule, the same tuple."""


def lint(project: Project, rules: Iterable[Rule], choice: Choice, cluster: Cluster, *, suppress: bool = True) -> Report:
    """Judge the named files of a project with every selected rule."""
    rules = tuple(rules)
    selected = tuple(rule for rule in rules if choice.selects(rule))
    report = Report(project.root, selected)
    known = frozenset(rule.id for rule in rules)
    everywhere = _Schedule(selected)
    for manifest in project.named_manifests():
        if manifest.says_something:
            kept = choice.kept_in(manifest.path, selected)
            schedule = everywhere if kept is selected else _Schedule(kept)
            _Run(project, schedule, known, choice, cluster, suppress, report, manifest).run()
    report.sort()
    return report


_SAID_OF_THE_TEXT = ("api", "lint", "policy")
"""Categories of rules that speak of a manifest's text, or that ask about patches themselves."""


class _Schedule:
    """Rules by what they judge, in the order in which they run; `last` are those that speak of the others' findings."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._first: list[Rule] = []
        self.last: list[Rule] = []
        for rule in rules:
            (self.last if "suppressions" in rule.inputs else self._first).append(rule)
        self.ids = frozenset(rule.id for rule in self._first)
        self._of_server = [rule for rule in self._first if rule.category == "api"]
        self._by_subject: dict[object, list[Rule]] = {}

    def about(self, subject: object) -> list[Rule]:
        """The rules that judge a subject, looked for once a type, or once an apiVersion and kind of objects."""
        of = type(subject)
        key = (of, subject.api_version, subject.kind) if isinstance(subject, Resource) else of
        rules = self._by_subject.get(key)
        if rules is None:
            rules = self._by_subject[key] = [rule for rule in self._first if rule.is_about(subject)]
        return rules

    def of_server(self, subject: object) -> list[Rule]:
        """Those of them that say what the API server says."""
        return [rule for rule in self._of_server if rule.is_about(subject)]

    @property
    def others(self) -> frozenset[str]:
        """The ids of all that say something else."""
        return self.ids - {rule.id for rule in self._of_server}


class _Run:
    """The judging of one manifest."""

    def __init__(
        self,
        project: Project,
        schedule: _Schedule,
        known: frozenset[str],
        choice: Choice,
        cluster: Cluster,
        suppress: bool,
        report: Report,
        manifest: Manifest,
    ) -> None:
        self.project = project
        self.choice = choice
        self.cluster = cluster
        self.suppress = suppress
        self.report = report
        self.manifest = manifest
        self.known = known
        self.schedule = schedule
        self.findings: list[Finding] = []
        self.refused: set[tuple[int, str | None]] = set()

    @cached_property
    def suppressions(self) -> Suppressions:
        return Suppressions(self.manifest, self.known, self.schedule.ids)

    @cached_property
    def workspace(self) -> Workspace:
        return self.project.workspace_of(self.manifest.path)

    def run(self) -> None:
        self._note_skipped()
        self._apply(self.schedule.about(self.manifest), self.manifest, None, _Inputs(self, None))
        for resource in self.manifest.resources:
            self._judge(resource)
        self._count()
        self._report(self.findings)
        if self.suppress and self.suppressions.all:
            self.findings = []
            self._apply(self.schedule.last, self.manifest, None, _Inputs(self, None))
            self._report(self.findings)

    def _note_skipped(self) -> None:
        for part in self.manifest.parts:
            if part.skipped:
                self.report.skipped.append(Skipped(self.manifest.path, part.line, part.skipped))

    def _count(self) -> None:
        judged = [resource for resource in self.manifest.resources if resource.kind in KINDS]
        counts = self.report.counts
        self.report.counts = Counts(
            counts.files + 1,
            counts.documents + sum(1 for part in self.manifest.parts if part.resources or part.problem or part.skipped),
            counts.services + sum(isinstance(resource, Service) for resource in judged),
        )

    def _judge(self, resource: Resource) -> None:
        inputs = _Inputs(self, resource)
        if inputs.verdict.placeholder is not None:
            node = inputs.verdict.placeholder
            line = node.span.begin.line
            self.report.skipped.append(Skipped(resource.path, line, f"placeholder `{getattr(node, 'text', '')}`"))
            self.suppressions.may_need(self.schedule.ids, resource.span)
        elif inputs.verdict.decodes:
            self._apply(self.schedule.about(resource), resource, resource, inputs)
        else:
            self._apply(self.schedule.of_server(resource), resource, resource, inputs)
            self.suppressions.may_need(self.schedule.others, resource.span)

    def _apply(self, rules: Iterable[Rule], subject: object, resource: Resource | None, inputs: _Inputs) -> None:
        for rule in rules:
            self._check(rule, subject, resource, inputs)

    def _check(self, rule: Rule, subject: object, resource: Resource | None, inputs: _Inputs) -> None:
        try:
            for finding in rule.check(subject, **inputs.of(rule)) or ():
                if not isinstance(finding, Finding):
                    raise TypeError(f"it gives {finding!r}, which is no finding")
                completed = self._completed(finding, rule, resource)
                self._require_unpatched(completed)
                self.findings.append(completed)
                # What the rule says counts here, not what the user thinks of it.
                if rule.category == "api" and (finding.severity or rule.severity) is Severity.ERROR:
                    self.refused.add((id(completed.resource), completed.field))
        except CannotTell as reason:
            span = self._span_of(resource)
            self.report.undecided.append(Undecided(rule.id, span, resource, str(reason)))
            self.suppressions.may_need((rule.id,), span)
        except PolicyError as error:
            self.report.note_flaw(error)
            self.suppressions.may_need((rule.id,), self._span_of(resource))
        except RuleError as error:
            self.report.note_crash(Fault("", str(error), crash=rule.id, times=0))
            self.suppressions.may_need((rule.id,), self._span_of(resource))
        except (Exception, SystemExit) as error:
            where = _place_of_crash(rule, error)
            said = _crash(rule, resource, error, where)
            self.report.note_crash(Fault(self.manifest.path, said, crash=f"{rule.id} {where}"))
            self.suppressions.may_need((rule.id,), self._span_of(resource))

    def _span_of(self, resource: Resource | None) -> Span:
        return resource.span if resource is not None else Span(self.manifest.source, 0, 0)

    def _require_unpatched(self, finding: Finding) -> None:
        """Make sure that no kustomization changes the field that a finding speaks of: `rules` of an Ingress, say.

        What the API server says of a manifest, it says of it as it is. Raises CannotTell.
        """
        node, resource = finding.place.node, finding.resource
        if finding.category in _SAID_OF_THE_TEXT or node is None or resource is None:
            return
        route = node.route[len(resource.node.route) :]
        field = next((str(step) for step in route[1:2]), None)
        if field not in (None, "name"):
            require_unpatched(resource, self.workspace, re.compile(rf"\b{re.escape(field or '')}\b"))

    def _completed(self, finding: Finding, rule: Rule, resource: Resource | None) -> Finding:
        node = finding.place.node
        resource = finding.resource or resource or self._resource_around(finding.span)
        field = finding.field
        if field is None and node is not None and resource is not None and node.source is resource.node.source:
            field = resource.field_of(node)
        severity = self.choice.severity_of(rule) or Severity(finding.severity or rule.severity)
        completed = replace(
            finding, rule=rule.id, category=rule.category, severity=severity, resource=resource, field=field
        )
        return completed.with_related(*_anchor_of(node))

    def _resource_around(self, span: Span) -> Resource | None:
        return next((resource for resource in self.manifest.resources if resource.span.covers(span)), None)

    def _is_shadowed(self, finding: Finding) -> bool:
        """Whether it speaks of a field that the API server refuses anyway."""
        is_on_field = finding.field is not None and finding.category != "api"
        return is_on_field and (id(finding.resource), finding.field) in self.refused

    def _report(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if self._is_shadowed(finding):
                self.suppressions.silencing(finding)
                continue
            silencing = self.suppressions.silencing(finding) if self.suppress else None
            if silencing is None:
                self.report.findings.append(finding)
            else:
                self.report.suppressed.append(Suppressed(finding, silencing.reason))


class _Inputs:
    """What rules may ask for beside their subject, each worked out when it is first asked for."""

    def __init__(self, run: _Run, resource: Resource | None) -> None:
        self._run = run
        self._resource = resource
        self._shared: dict[tuple[str, ...], dict[str, Any]] = {}

    def of(self, rule: Rule) -> dict[str, Any]:
        """What a rule asks for, by name. Rules without options of their own that ask for the same get the same map."""
        values = self._shared.get(rule.inputs)
        if values is None:
            values = {name: getattr(self, name) for name in rule.inputs if name != "options"}
            if len(values) < len(rule.inputs):
                return {**values, "options": self._run.choice.options_of(rule)}
            self._shared[rule.inputs] = values
        return values

    @property
    def workspace(self) -> Workspace:
        return self._run.workspace

    @property
    def cluster(self) -> Cluster:
        return self._run.cluster

    @property
    def suppressions(self) -> Suppressions:
        return self._run.suppressions

    @cached_property
    def admission(self) -> Admission | None:
        if self._resource is None:
            return None
        # Most runs have no policy, and need none of what judging by one takes.
        from kubelint.policy.admission import Admission

        is_refused = bool(self.verdict.refusals)
        return Admission(self._resource, self.workspace, self.cluster, lambda: self.exposure, is_refused=is_refused)

    @cached_property
    def verdict(self) -> Verdict:
        return judge(self._resource, self._run.cluster) if self._resource is not None else Verdict()

    @cached_property
    def exposure(self) -> Exposure | None:
        service = self._resource
        if not isinstance(service, Service):
            return None
        return exposure_of(service, self._run.cluster, self._run.workspace)


def _anchor_of(node: Node | None) -> tuple[Related, ...]:
    """Where the value is written, if it comes through an alias or a merge key."""
    return (
        ()
        if node is None or node.repeats is None
        else (Related(node.repeats.span, "the value comes from this anchor"),)
    )


def _crash(rule: Rule, resource: Resource | None, error: BaseException, where: str) -> str:
    of = f" on {resource.kind} {resource.name}" if resource is not None else ""
    return f"rule {rule.id} crashed{of}: {type(error).__name__}: {error} ({where})"


def _place_of_crash(rule: Rule, error: BaseException) -> str:
    """The line of the rule's own file at which it crashed and, where it had called something else, the line there."""
    # Only a rule that crashes needs it.
    import traceback

    code = rule.check.__code__
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [line for path, line in lines if path == code.co_filename]
    where = f"{code.co_filename}:{own[-1] if own else code.co_firstlineno}"
    path, line = lines[-1]
    return where if path in (code.co_filename, __file__) else f"{where}, in {path}:{line}"
