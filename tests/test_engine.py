"""What the engine does with rules and with what they say, and where rules come from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

import kubelint
from kubelint import CannotTell, Cluster, Exposure, Finding, Manifest, Resource, Service, Severity, Verdict, Workspace
from kubelint import finding as finding_at
from kubelint.node import Node
from kubelint.plugins import PluginError, hook_implementation, load_rules, plugin_manager
from kubelint.report import Fault, Report, Skipped
from kubelint.rule import IllBuiltRule, Rule, RuleError, rules_in
from kubelint.run import Outcome, Request, run
from kubelint.source import Source

ROOT = Path(__file__).parent.parent


def made(
    check: Callable[..., Iterable[Finding]], severity: Severity = Severity.ERROR, category: str = "wiring"
) -> Rule:
    return Rule(check, severity, category, True)


def lint(folder: Path, rules: Iterable[Rule], config: str = "", **files: str) -> Outcome:
    """Lint files (`a` is a.yaml) with these rules only, under a configuration."""
    (folder / ".kubelint.yaml").write_text(config)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(dedent(text))
    return run(Request(str(folder), tuple(f"{name}.yaml" for name in files)), tuple(rules))


def said(report: Report) -> list[str]:
    return [f"{finding.span.begin.line} {finding.rule} {finding.field}" for finding in report.findings]


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  ports:
    - port: 80
"""


def service_type(service: Service) -> Iterator[Finding]:
    """A Service has a type."""
    if service.type_node is not None:
        yield finding_at(service.type_node, "typed", help="remove it")


def any_name(resource: Resource) -> Iterator[Finding]:
    """A resource has a name."""
    yield finding_at(resource.name_place, "named", help="")


def crashing(service: Service) -> Iterator[Finding]:
    """A rule that crashes."""
    yield finding_at(service.name_place, "found before the crash", help="")
    raise ZeroDivisionError("division by zero")


class TestCrash:
    def test_is_reported_with_the_rule_and_the_resource_and_the_others_go_on(self, tmp_path: Path) -> None:
        outcome = lint(tmp_path, map(made, (any_name, crashing, service_type)), a=SERVICE, b=SERVICE)
        assert said(outcome.report) == [
            line
            for _ in "ab"
            for line in ("4 any-name metadata.name", "4 crashing metadata.name", "6 service-type spec.type")
        ]
        (fault,) = outcome.report.faults
        line = crashing.__code__.co_firstlineno + 3
        assert os.path.basename(fault.path) == "a.yaml"
        assert fault.words == (
            f"rule crashing crashed on Service web: ZeroDivisionError: division by zero ({__file__}:{line}); "
            "it crashed there once more"
        )
        assert outcome.exit_code == 2

    def test_at_another_line_is_another_fault(self, tmp_path: Path) -> None:
        def twofold(service: Service) -> Iterator[Finding]:
            """A rule that crashes in two ways."""
            if service.name == "web":
                raise KeyError("here")
            raise KeyError("there")
            yield

        text = "---\n".join((SERVICE, SERVICE.replace("web", "api"), SERVICE, SERVICE))
        first, second = lint(tmp_path, [made(twofold)], a=text).report.faults
        assert "crashed on Service api: KeyError: 'there'" in first.words
        assert first.times == 1
        assert first.words.endswith(")")
        assert second.words.endswith("; it crashed there 2 times more")

    def test_in_several_projects_is_one_fault(self, tmp_path: Path) -> None:
        for name in "ab":
            (tmp_path / name).mkdir()
            (tmp_path / name / ".kubelint.yaml").touch()
            (tmp_path / name / "web.yaml").write_text(SERVICE)
        report = run(Request(str(tmp_path), ("a", "b")), (made(crashing),)).report
        assert [fault.times for fault in report.faults] == [2]

    def test_names_the_line_of_the_rule_before_that_of_what_it_calls(self, tmp_path: Path) -> None:
        def pointing_nowhere(service: Service) -> Iterator[Finding]:
            """A rule that points at nothing."""
            yield finding_at(service.get("spec", "nothing"), "nowhere", help="")  # type: ignore[arg-type]  # what is no place

        (fault,) = lint(tmp_path, [made(pointing_nowhere)], a=SERVICE).report.faults
        line = pointing_nowhere.__code__.co_firstlineno + 2
        assert f"not at None: ask first whether the field is written ({__file__}:{line}, in " in fault.words
        assert "kubelint/engine.py" not in fault.words

    def test_over_what_a_rule_gives_names_the_rule(self, tmp_path: Path) -> None:
        def wordy(service: Service) -> object:
            """A rule that gives texts."""
            return ["no finding"]

        (fault,) = lint(tmp_path, [made(wordy)], a=SERVICE).report.faults
        line = wordy.__code__.co_firstlineno
        assert fault.words.endswith(f"TypeError: it gives 'no finding', which is no finding ({__file__}:{line})")

    def test_is_no_matter_of_severity(self, tmp_path: Path) -> None:
        outcome = lint(tmp_path, [made(crashing)], "fail-on: never\n", a=SERVICE)
        assert outcome.exit_code == 2

    @pytest.mark.parametrize("result", [7, ["no finding"], [None]])
    def test_what_a_rule_may_not_return_is_a_crash(self, tmp_path: Path, result: object) -> None:
        def odd(service: Service) -> object:
            """A rule that returns something odd."""
            return result

        outcome = lint(tmp_path, [made(odd), made(any_name)], a=SERVICE)
        assert len(outcome.report.faults) == 1
        assert "rule odd crashed on Service web: " in outcome.report.faults[0].message
        assert said(outcome.report) == ["4 any-name metadata.name"]

    def test_over_a_whole_file(self, tmp_path: Path) -> None:
        def whole(manifest: Manifest) -> Iterator[Finding]:
            """A rule for whole files that crashes."""
            raise RecursionError("too deep")
            yield

        outcome = lint(tmp_path, [made(whole)], a=SERVICE)
        assert outcome.report.faults[0].message.startswith("rule whole crashed: RecursionError: too deep (")

    def test_a_rule_that_wants_to_leave_is_a_crash(self, tmp_path: Path) -> None:
        def leaving(service: Service) -> Iterator[Finding]:
            """A rule that ends the process."""
            raise SystemExit(0)
            yield

        outcome = lint(tmp_path, [made(leaving), made(any_name)], a=SERVICE)
        assert outcome.report.faults[0].message.startswith("rule leaving crashed on Service web: SystemExit: 0 (")
        assert (said(outcome.report), outcome.exit_code) == (["4 any-name metadata.name"], 2)

    def test_a_rule_that_returns_nothing_finds_nothing(self, tmp_path: Path) -> None:
        def silent(service: Service) -> None:
            """A rule that says nothing."""

        outcome = lint(tmp_path, [made(silent)], a=SERVICE)
        assert outcome == Outcome(outcome.report, 0)
        assert not outcome.report.findings
        assert not outcome.report.faults


def unsure(service: Service) -> Iterator[Finding]:
    """A rule that cannot tell."""
    yield finding_at(service.name_place, "found before", help="")
    raise CannotTell("half of it is elsewhere")


def test_cannot_tell_is_recorded_and_is_no_finding(tmp_path: Path) -> None:
    outcome = lint(tmp_path, [made(unsure)], "fail-on: note\n", a=f"---\n{SERVICE}")
    (undecided,) = outcome.report.undecided
    assert (undecided.rule, undecided.why, undecided.span.begin.line) == ("unsure", "half of it is elsewhere", 2)
    assert undecided.resource is not None
    assert undecided.resource.name == "web"
    assert said(outcome.report) == ["5 unsure metadata.name"]


class TestApiRulesSpeakFirst:
    def refusing(self, *route: str, severity: Severity | None = None, name: str = "refused") -> Rule:
        def check(service: Service) -> Iterator[Finding]:
            """The server refuses a field."""
            node = service.get(*route)
            if node is not None:
                yield finding_at(node, "refused", help="", severity=severity)

        check.__name__ = name
        return made(check, category="api")

    def test_on_the_field_that_is_refused(self, tmp_path: Path) -> None:
        outcome = lint(tmp_path, [self.refusing("spec", "type"), made(service_type), made(any_name)], a=SERVICE)
        assert said(outcome.report) == ["4 any-name metadata.name", "6 refused spec.type"]

    def test_whatever_the_order_of_the_rules(self, tmp_path: Path) -> None:
        outcome = lint(tmp_path, [made(service_type), self.refusing("spec", "type")], a=SERVICE)
        assert said(outcome.report) == ["6 refused spec.type"]

    def test_on_that_of_another_resource_they_silence_nothing(self, tmp_path: Path) -> None:
        def refused(service: Service) -> Iterator[Finding]:
            """The server refuses the type of one Service."""
            if service.name == "other" and service.type_node is not None:
                yield finding_at(service.type_node, "refused", help="")

        text = f"{SERVICE}---\n{SERVICE.replace('web', 'other')}"
        outcome = lint(tmp_path, [made(refused, category="api"), made(service_type)], a=text)
        assert said(outcome.report) == ["6 service-type spec.type", "15 refused spec.type"]

    def test_on_a_field_above_or_below_they_silence_nothing(self, tmp_path: Path) -> None:
        outcome = lint(tmp_path, [self.refusing("spec"), made(service_type)], a=SERVICE)
        assert said(outcome.report) == ["6 refused spec", "6 service-type spec.type"]

    def test_two_of_them_on_one_field_both_speak(self, tmp_path: Path) -> None:
        rules = [self.refusing("spec", "type"), self.refusing("spec", "type", name="again")]
        assert said(lint(tmp_path, rules, a=SERVICE).report) == ["6 again spec.type", "6 refused spec.type"]

    def test_a_warning_of_theirs_silences_nothing(self, tmp_path: Path) -> None:
        warning = self.refusing("spec", "type", severity=Severity.WARNING)
        outcome = lint(tmp_path, [warning, made(service_type)], a=SERVICE)
        assert said(outcome.report) == ["6 refused spec.type", "6 service-type spec.type"]

    def test_the_severity_that_a_user_sets_changes_nothing(self, tmp_path: Path) -> None:
        rules = [self.refusing("spec", "type"), made(service_type)]
        outcome = lint(tmp_path, rules, "severity: {api: note}\n", a=SERVICE)
        assert said(outcome.report) == ["6 refused spec.type"]
        assert outcome.report.findings[0].severity is Severity.NOTE

    def test_of_a_resource_that_does_not_decode_only_they_speak(self, tmp_path: Path) -> None:
        rules = [self.refusing("metadata"), made(service_type), made(any_name)]
        broken = SERVICE.replace("port: 80", "port: [80]")
        outcome = lint(tmp_path, rules, a=f"{broken}---\n{SERVICE}")
        assert said(outcome.report) == [
            "4 refused metadata",
            "13 refused metadata",
            "13 any-name metadata.name",
            "15 service-type spec.type",
        ]


class TestChoice:
    RULES = (made(service_type), made(any_name, Severity.NOTE, "naming"))

    def off(self) -> Rule:
        def seldom(service: Service) -> Iterator[Finding]:
            """Off by default."""
            yield finding_at(service.name_place, "seldom", help="")

        return Rule(seldom, Severity.ERROR, "wiring", False)

    @pytest.mark.parametrize(
        ("config", "ran"),
        [
            ("", "any-name service-type"),
            ("select: [service-type]", "service-type"),
            ("select: [naming]", "any-name"),
            ("ignore: [naming]", "service-type"),
            ("ignore: [ALL]", ""),
            ("select: [ALL, seldom]", "any-name seldom service-type"),
            ("preset: strict", "any-name seldom service-type"),
            ("select: [service-type]\nignore: [wiring]", "service-type"),
        ],
    )
    def test_rules_that_are_not_selected_do_not_run(self, tmp_path: Path, config: str, ran: str) -> None:
        report = lint(tmp_path, (*self.RULES, self.off()), config, a=SERVICE).report
        assert sorted(finding.rule for finding in report.findings) == ran.split()
        assert sorted(one.id for one in report.rules) == ran.split()

    def test_a_severity_of_the_configuration_wins_over_the_findings_own(self, tmp_path: Path) -> None:
        def graded(service: Service) -> Iterator[Finding]:
            """Grades its findings itself."""
            yield finding_at(service.name_place, "as the rule", help="")
            yield finding_at(service.name_place, "by itself", help="", severity=Severity.NOTE)

        rules = [made(graded, Severity.WARNING)]
        severities = [found.severity for found in lint(tmp_path, rules, a=SERVICE).report.findings]
        assert severities == [Severity.WARNING, Severity.NOTE]
        outcome = lint(tmp_path, rules, "severity: {graded: error}", a=SERVICE)
        assert {found.severity for found in outcome.report.findings} == {Severity.ERROR}
        outcome = lint(tmp_path, rules, "severity: {wiring: note}", a=SERVICE)
        assert {found.severity for found in outcome.report.findings} == {Severity.NOTE}

    def test_per_file_ignores(self, tmp_path: Path) -> None:
        config = "per-file-ignores: {'b.yaml': [naming], 'c.*': [ALL]}\n"
        report = lint(tmp_path, self.RULES, config, a=SERVICE, b=SERVICE, c=SERVICE).report
        found = [f"{os.path.basename(one.span.source.path)} {one.rule}" for one in report.findings]
        assert found == ["a.yaml any-name", "a.yaml service-type", "b.yaml service-type"]

    @pytest.mark.parametrize(
        ("fail_on", "severity", "code"),
        [
            *(("error", "error", 1), ("error", "warning", 0), ("warning", "warning", 1), ("warning", "note", 0)),
            *(("note", "note", 1), ("never", "error", 0)),
        ],
    )
    def test_exit_code(self, tmp_path: Path, fail_on: str, severity: str, code: int) -> None:
        config = f"fail-on: {fail_on}\nseverity: {{any-name: {severity}}}\n"
        assert lint(tmp_path, [made(any_name)], config, a=SERVICE).exit_code == code
        assert lint(tmp_path, [made(any_name)], config, a="a: b\n").exit_code == 0


@dataclass(frozen=True)
class PortOptions:
    """What port_number may be told."""

    allowed: tuple[int, ...] = (443,)


def port_number(service: Service, options: PortOptions) -> Iterator[Finding]:
    """A port that is not allowed."""
    for port in service.ports:
        if port.number_node is not None and port.number not in options.allowed:
            yield finding_at(port.number_node, f"not in {options.allowed}", help="")


class TestInputs:
    def test_options_come_from_the_configuration_or_are_the_defaults(self, tmp_path: Path) -> None:
        rules = [made(port_number)]
        assert said(lint(tmp_path, rules, a=SERVICE).report) == ["8 port-number spec.ports[0].port"]
        assert said(lint(tmp_path, rules, "rules: {port-number: {allowed: [80]}}", a=SERVICE).report) == []

    def test_everything_that_a_rule_can_ask_for(self, tmp_path: Path) -> None:
        seen: list[object] = []

        def curious(
            service: Service, workspace: Workspace, verdict: Verdict, exposure: Exposure, cluster: Cluster
        ) -> Iterator[Finding]:
            """Asks for everything."""
            seen.extend((workspace, verdict, exposure, cluster))
            seen.append(workspace.services[0] is service)
            return iter(())

        outcome = lint(tmp_path, [made(curious)], "kubernetes-version: '1.34'\nprovider: gke\n", a=SERVICE)
        assert not outcome.report.faults
        assert [type(one) for one in seen] == [Workspace, Verdict, Exposure, Cluster, bool]
        assert seen[3:] == [Cluster("1.34", "gke"), True]

    def test_a_verdict_is_reached_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from kubelint import engine

        judged = []
        judge = engine.judge
        monkeypatch.setattr(engine, "judge", lambda resource, *rest: judged.append(resource) or judge(resource, *rest))

        def first(service: Service, verdict: Verdict) -> Iterator[Finding]:
            """Asks for the verdict."""
            return iter(())

        def second(service: Service, verdict: Verdict) -> Iterator[Finding]:
            """Asks for the verdict, too."""
            return iter(())

        assert not lint(tmp_path, [made(first), made(second)], a=SERVICE).report.faults
        assert len(judged) == 1

    def test_what_is_not_asked_for_is_not_worked_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from kubelint import engine, project

        def untouched(*arguments: object) -> None:
            raise AssertionError("worked out")

        monkeypatch.setattr(engine, "exposure_of", untouched)
        monkeypatch.setattr(project, "Workspace", untouched)
        assert not lint(tmp_path, [made(any_name)], a=SERVICE).report.faults


class TestPlace:
    def pointing(self, *routes: tuple[str | int, ...], key: bool = False) -> Rule:
        def pointing(resource: Resource) -> Iterator[Finding]:
            """Points at places."""
            for route in routes:
                node = resource.get(*route)
                if node is not None:
                    yield finding_at(node.key if key else node, "here", help="")

        return made(pointing)

    def fields(self, folder: Path, text: str, *routes: tuple[str | int, ...], key: bool = False) -> list[str | None]:
        report = lint(folder, [self.pointing(*routes, key=key)], a=text).report
        assert not report.faults
        return [found.field for found in report.findings]

    TEXT = """\
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations:
            example.com/a: b
            plain: c
          labels: {app: d}
        spec:
          selector: {app.kubernetes.io/name: e}
          ports:
            - port: 80
            - port: 81
              targetPort: 8081
        """

    @pytest.mark.parametrize("key", [False, True])
    def test_fields_are_spelled_as_the_server_does(self, tmp_path: Path, key: bool) -> None:
        routes: tuple[tuple[str | int, ...], ...] = (
            ("kind",),
            ("metadata", "annotations", "example.com/a"),
            ("metadata", "annotations", "plain"),
            ("metadata", "labels", "app"),
            ("spec", "selector", "app.kubernetes.io/name"),
            ("spec", "ports", 1, "targetPort"),
        )
        assert self.fields(tmp_path, self.TEXT, *routes, key=key) == [
            "kind",
            "metadata.annotations[example.com/a]",
            "metadata.annotations[plain]",
            "metadata.labels[app]",
            "spec.selector[app.kubernetes.io/name]",
            "spec.ports[1].targetPort",
        ]

    def test_items_and_objects_as_a_whole(self, tmp_path: Path) -> None:
        assert self.fields(tmp_path, self.TEXT, ("spec", "ports", 1), ()) == [None, "spec.ports[1]"]

    def test_in_a_list_of_objects_fields_are_those_of_the_item(self, tmp_path: Path) -> None:
        text = """\
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {type: NodePort}
              - apiVersion: v1
                kind: Service
                metadata: {name: b}
                spec: {type: NodePort}
            """
        report = lint(tmp_path, [made(service_type)], a=text).report
        assert said(report) == ["7 service-type spec.type", "11 service-type spec.type"]
        assert [found.resource.name for found in report.findings if found.resource] == ["a", "b"]

    def test_what_is_found_in_a_whole_file_belongs_to_the_resource_around_it(self, tmp_path: Path) -> None:
        def types(manifest: Manifest) -> Iterator[Finding]:
            """Finds every `type`, and the file as such."""
            for part in manifest.parts:
                node = part.document.root.get("spec", "type") if part.document.root is not None else None
                if node is not None:
                    yield finding_at(node, "typed", help="")
                yield finding_at(part.document.span, "a document", help="")

        report = lint(tmp_path, [made(types)], a=f"{SERVICE}---\n{SERVICE.replace('web', 'other')}").report
        named = [(found.message, found.field, found.resource and found.resource.name) for found in report.findings]
        assert sorted(named) == [
            ("a document", None, None),
            ("a document", None, None),
            ("typed", "spec.type", "other"),
            ("typed", "spec.type", "web"),
        ]

    def test_the_field_that_a_rule_names_itself_is_kept(self, tmp_path: Path) -> None:
        def knowing(service: Service) -> Iterator[Finding]:
            """Knows its field."""
            yield finding_at(service.name_place, "here", help="", field="spec.clusterIP", reason="Required")

        (found,) = lint(tmp_path, [made(knowing)], a=SERVICE).report.findings
        assert (found.field, found.reason) == ("spec.clusterIP", "Required")

    @pytest.mark.parametrize(
        ("text", "used", "written"),
        [
            ("kind: Service\nx: &t NodePort\nspec: {type: *t}\n", (4, 14), (3, 7)),
            ("kind: Service\nx: &s {type: NodePort}\nspec: *s\n", (4, 7), (3, 14)),
            ("kind: Service\nx: &s {type: NodePort}\nspec: {<<: *s}\n", (4, 12), (3, 14)),
            ("kind: Service\nx: &s {type: NodePort}\nspec:\n  <<: [*s]\n", (5, 8), (3, 14)),
        ],
    )
    def test_what_comes_through_an_alias_or_a_merge_key_relates_the_anchor(
        self, tmp_path: Path, text: str, used: tuple[int, int], written: tuple[int, int]
    ) -> None:
        report = lint(tmp_path, [made(service_type)], a=f"apiVersion: v1\n{text}").report
        (found,) = report.findings
        assert (found.span.begin, found.field) == (used, "spec.type")
        assert [(related.span.begin, related.message) for related in found.related][-1:] == [
            (written, "the value comes from this anchor")
        ]

    def test_what_stands_where_it_is_written_relates_nothing(self, tmp_path: Path) -> None:
        (found,) = lint(tmp_path, [made(service_type)], a=SERVICE).report.findings
        assert found.related == ()


class TestOrder:
    def test_findings_come_by_path_then_place_then_rule(self, tmp_path: Path) -> None:
        def backwards(resource: Resource) -> Iterator[Finding]:
            """Finds from the end."""
            nodes: list[Node] = [node for node in resource.node.walk() if node.step in ("kind", "name", "type")]
            for node in reversed(nodes):
                yield finding_at(node, "here", help="")

        report = lint(tmp_path, [made(any_name), made(backwards)], b=SERVICE, a=SERVICE).report
        found = [
            f"{os.path.basename(one.span.source.path)} {one.span.begin.line} {one.rule}" for one in report.findings
        ]
        lines = ["2 backwards", "4 any-name", "4 backwards", "6 backwards"]
        assert found == [f"{name} {line}" for name in ("a.yaml", "b.yaml") for line in lines]

    def test_reports_of_several_projects_are_one(self) -> None:
        one = Report("/a", (made(service_type),), skipped=[Skipped("/b", 2, "x"), Skipped("/b", 1, "x")])
        two = Report("/b", (made(any_name), made(service_type)), skipped=[Skipped("/a", 1, "x")])
        two.faults.append(Fault("/a", "oh"))
        merged = Report("/")
        merged.merge([one, two])
        assert [rule.id for rule in merged.rules] == ["any-name", "service-type"]
        assert [(entry.path, entry.line) for entry in merged.skipped] == [("/a", 1), ("/b", 1), ("/b", 2)]
        assert merged.exit_code(None) == 2


def module_of(text: str, monkeypatch: pytest.MonkeyPatch, name: str = "authored.wiring.rules") -> ModuleType:
    """A module as an author of rules writes it."""
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    preamble = "from __future__ import annotations\nfrom kubelint import *\n"
    exec(compile(preamble + dedent(text), "/authored/rules.py", "exec"), vars(module))
    return module


class TestRule:
    def test_says_everything_of_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = module_of(
            '''
            @rule(severity=Severity.NOTE, default=False)
            def some_rule(service: Service, workspace: Workspace):
                """It finds something.

                And more of it.
                """
            ''',
            monkeypatch,
        )
        (one,) = rules_in(module)
        assert (one.id, one.summary, one.category) == ("some-rule", "It finds something", "wiring")
        assert (one.subject, one.inputs, one.options) == (Service, ("workspace",), None)
        assert (one.severity, one.default, one.page) == (Severity.NOTE, False, "/authored/rules.md")
        assert repr(one) == "Rule('some-rule')"

    def test_only_those_that_the_module_itself_defines_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = '@rule(severity=Severity.NOTE)\ndef one(service: Service):\n    """One."""\n'
        module = module_of(text, monkeypatch)
        other = module_of("def two(service: Service): pass\n", monkeypatch, "authored.wiring.other")
        vars(other)["one"] = vars(module)["one"]
        assert [one.id for one in rules_in(module)] == ["one"]
        assert list(rules_in(other)) == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("def r(service: Service): pass", "rule r: it needs a docstring; its first line is the rule's summary"),
            ('def r(service: Service):\n    "  "', "rule r: it needs a docstring"),
            ('def r(service):\n    "Doc."', "rule r: its first parameter needs an annotation that says its subject"),
            ('def r():\n    "Doc."', "rule r: its first parameter needs an annotation"),
            (
                'def r(service: Nowhere):\n    "Doc."',
                "annotation `Nowhere` cannot be read: name 'Nowhere' is not defined",
            ),
            (
                'def r(service: Service, weather):\n    "Doc."',
                "rule r: it asks for `weather`; a rule can ask for admission, cluster,",
            ),
            ('def r(service: Service, *, weather):\n    "Doc."', "rule r: it asks for `weather`"),
            ('def r(service: Service, wokspace):\n    "Doc."', "it asks for `wokspace`; did you mean `workspace`?"),
            ('def r(service: "kubelint."):\n    "Doc."', "rule r: the annotation `kubelint.` cannot be read"),
            ('def r(service: Service, options):\n    "Doc."', "rule r: its parameter `options` needs an annotation"),
        ],
    )
    def test_that_is_built_wrongly_says_so(self, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
        (one,) = rules_in(module_of(f"@rule(severity=Severity.NOTE)\n{text}\n", monkeypatch))
        assert isinstance(one, IllBuiltRule)
        assert message in str(one.flaw)
        assert str(one.flaw).startswith("/authored/rules.py:3: ")

    @pytest.mark.parametrize(
        ("severity", "message"),
        [
            ("'error'", "rule r: its severity is 'error'; write `Severity.ERROR`"),
            ("'high'", "is 'high'; write `Severity.ERROR` or `Severity.WARNING` or `Severity.NOTE`"),
            ("None", "is None; write `Severity.ERROR` or"),
        ],
    )
    def test_whose_severity_is_none_says_so(self, monkeypatch: pytest.MonkeyPatch, severity: str, message: str) -> None:
        text = f'@rule(severity={severity})\ndef r(service: Service):\n    "Doc."\n'
        (one,) = rules_in(module_of(text, monkeypatch))
        assert isinstance(one, IllBuiltRule)
        assert message in str(one.flaw)
        assert one.severity is Severity.ERROR

    def test_an_annotation_may_be_quoted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = '@rule(severity=Severity.NOTE)\ndef r(service: "Service"):\n    "Doc."\n'
        assert [one.subject for one in rules_in(module_of(text, monkeypatch))] == [Service]

    def test_annotations_that_say_nothing_of_the_rule_need_no_import(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = '@rule(severity=Severity.NOTE)\ndef r(service: Service, cluster: Unknown) -> Other:\n    "Doc."\n'
        assert [one.id for one in rules_in(module_of(text, monkeypatch))] == ["r"]

    def test_without_a_page_says_so(self) -> None:
        with pytest.raises(RuleError, match=r"rule any-name has no page: No such file or directory: .*test_engine\.md"):
            made(any_name).read_page()


class Plugin:
    """Something that brings rules."""

    def __init__(self, *rules: object, error: Exception | None = None) -> None:
        self.rules = rules
        self.error = error

    @hook_implementation
    def kubelint_rules(self) -> Iterator[object]:
        """Its rules."""
        yield from self.rules
        if self.error is not None:
            raise self.error


class TestPlugins:
    def test_the_built_in_rules_come_sorted(self) -> None:
        ids = [one.id for one in load_rules(plugin_manager())]
        assert ids == sorted(ids)
        assert "node-port-service" in ids

    def test_rules_of_others_are_added(self) -> None:
        manager = plugin_manager()
        before = load_rules(manager)
        manager.register(Plugin(made(any_name)), "theirs")
        assert {one.id for one in load_rules(manager)} - {one.id for one in before} == {"any-name"}

    @pytest.mark.parametrize(
        ("plugin", "message"),
        [
            (Plugin(made(any_name)), "plug-in theirs brings a rule `any-name`, as ours does"),
            (
                Plugin(made(service_type), made(service_type)),
                "plug-in theirs brings a rule `service-type`, as theirs does",
            ),
            (Plugin("a text"), "plug-in theirs brings something that is no rule: 'a text'"),
            (Plugin(error=OSError("disk")), "plug-in theirs cannot list its rules: OSError: disk"),
            (Plugin(error=RuleError("f.py:1: rule r: oh")), "f.py:1: rule r: oh"),
        ],
    )
    def test_what_a_plugin_does_wrong_is_said(self, plugin: Plugin, message: str) -> None:
        manager = plugin_manager()
        manager.register(Plugin(made(any_name)), "ours")
        manager.register(plugin, "theirs")
        with pytest.raises(PluginError) as caught:
            load_rules(manager)
        assert str(caught.value) == message

    def test_an_id_of_a_built_in_rule_is_taken(self) -> None:
        def node_port_service(service: Service) -> Iterator[Finding]:
            """Takes the name of a built-in rule."""
            return iter(())

        manager = plugin_manager()
        manager.register(Plugin(made(node_port_service)), "theirs")
        with pytest.raises(
            PluginError, match="plug-in theirs brings a rule `node-port-service`, as kubelint-rules does"
        ):
            load_rules(manager)


AUTHORED = '''
from __future__ import annotations
from kubelint import Service, Severity, finding, hook_implementation, rule, rules_in
import sys

@rule(severity=Severity.ERROR, category="authored")
def authored_rule(service: Service):
    """A rule from elsewhere."""
    yield finding(service.name_place, "from elsewhere", help="none")

@hook_implementation
def kubelint_rules():
    return rules_in(sys.modules[__name__])
'''


def install(folder: Path, text: str, module: str = "authored", *, entry: str = "theirs") -> Path:
    """A distribution as an installer leaves it behind: a module, and its metadata with an entry point of ours."""
    metadata = folder / f"{module}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[kubelint]\n{entry} = {module}\n")
    (folder / f"{module}.py").write_text(text)
    return folder


class TestInstalled:
    """In a process of their own: what is installed is what the interpreter finds."""

    def lint(self, folder: Path, *installed: Path) -> subprocess.CompletedProcess[str]:
        folder.mkdir(exist_ok=True)
        (folder / "a.yaml").write_text(SERVICE)
        command = (sys.executable, "-m", "kubelint", "lint", "a.yaml", "--isolated", "--format", "concise", "-q")
        paths = os.pathsep.join(map(str, installed))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KUBELINT"))}
        # Where the package itself is found, whichever way it is installed.
        source = os.pathsep.join(str(Path(kubelint.__file__).parent.parent / name) for name in ("", "rules", "schemas"))
        environment = {**kept, "PYTHONPATH": f"{paths}{os.pathsep}{source}"}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)

    def test_a_plugin_is_found_through_its_entry_point(self, tmp_path: Path) -> None:
        ran = self.lint(tmp_path / "tree", install(tmp_path / "site", AUTHORED))
        lines = ran.stdout.splitlines()
        assert "a.yaml:4:9: error: from elsewhere [authored-rule]" in lines
        assert any("[node-port-service]" in line for line in lines)
        assert (ran.returncode, ran.stderr) == (1, "")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("import no_such_module_at_all\n", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
            ("def broken(:\n", "SyntaxError: "),
            ("raise SystemError('oh')\n", "SystemError: oh"),
            ("raise SystemExit('oh')\n", "SystemExit: oh"),
        ],
    )
    def test_one_that_cannot_be_imported_is_named(self, tmp_path: Path, text: str, message: str) -> None:
        ran = self.lint(tmp_path / "tree", install(tmp_path / "site", text))
        assert ran.stderr.startswith(f"Error: plug-in theirs (authored) cannot be loaded: {message}")
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "Traceback" not in ran.stderr

    def test_two_that_bring_the_same_rule(self, tmp_path: Path) -> None:
        first = install(tmp_path / "one", AUTHORED)
        second = install(tmp_path / "two", AUTHORED, "other", entry="others")
        ran = self.lint(tmp_path / "tree", first, second)
        assert ran.returncode == 2
        assert ran.stderr == "Error: plug-in other:others brings a rule `authored-rule`, as authored:theirs does\n"

    def test_one_with_an_ill_built_rule(self, tmp_path: Path) -> None:
        text = AUTHORED.replace('"""A rule from elsewhere."""', "")
        ran = self.lint(tmp_path / "tree", install(tmp_path / "site", text))
        assert ran.returncode == 2
        (line,) = (line for line in ran.stdout.splitlines() if "internal error" in line)
        assert "authored.py:6: rule authored_rule: it needs a docstring" in line
        assert "[node-port-service]" in ran.stdout

    def test_one_that_is_installed_twice_is_loaded_once(self, tmp_path: Path) -> None:
        sites = [install(tmp_path / name, AUTHORED) for name in ("one", "two")]
        assert self.lint(tmp_path / "tree", *sites).returncode == 1

    @pytest.mark.parametrize("elsewhere", [False, True])
    def test_nothing_is_loaded_from_the_tree_that_is_linted(self, tmp_path: Path, elsewhere: bool) -> None:
        text = "open('loaded', 'w').close()\n"
        tree = install(tmp_path / "tree", text, "evil", entry="evil")
        for name in ("conftest.py", "sitecustomize_of_kubelint.py", "kubelint_plugin.py"):
            (tree / name).write_text(text)
        (tree / "pyproject.toml").write_text('[project.entry-points.kubelint]\nevil = "evil"\n')
        # Another plug-in, properly installed, does not open the door.
        ran = self.lint(tree, *([install(tmp_path / "site", AUTHORED)] if elsewhere else []))
        assert (ran.returncode, ran.stderr) == (1, "")
        assert not (tree / "loaded").exists()


def test_a_source_is_read_once_however_many_rules_there_are(tmp_path: Path) -> None:
    sources: list[Source] = []

    def rule_for(name: str) -> Rule:
        def check(manifest: Manifest) -> Iterator[Finding]:
            """Looks at the source."""
            sources.append(manifest.source)
            return iter(())

        check.__name__ = name
        return made(check)

    lint(tmp_path, [rule_for("one"), rule_for("two")], a=SERVICE)
    assert len(sources) == 2
    assert sources[0] is sources[1]
