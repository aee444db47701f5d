"""What docs/plugins.md says to authors of plug-ins is so; and what an author may get wrong is said in their terms."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubelint import (
    Cluster,
    Exposure,
    Finding,
    Manifest,
    Mapping,
    Sequence,
    Service,
    Severity,
    Verdict,
    Workload,
    Workspace,
    finding,
)
from kubelint.node import Node
from kubelint.plugins import hook_implementation, load_rules, plugin_manager
from kubelint.rule import INPUTS, Rule, rule, rules_in
from kubelint.run import Request, run

DOCUMENT = (Path(__file__).parent.parent / "docs" / "plugins.md").read_text()
NAMED = re.compile(r"`([a-z_]+)\.(\w+)(?:\(([^`]*)\))?`")
MANIFEST = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  selector: {app: web}
  ports: [{port: 80, nodePort: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]
"""


def named() -> list[tuple[str, str, str | None]]:
    """What the document's section names: of what, the attribute and, of a method, its arguments."""
    section = DOCUMENT.partition("## What a rule looks at\n")[2].partition("\n## ")[0]
    return sorted(set(NAMED.findall(section.replace("``", ""))))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of everything that the document speaks of, as a rule is given it."""
    found: dict[str, Any] = {}

    def of_services(
        service: Service, workspace: Workspace, exposure: Exposure, verdict: Verdict, cluster: Cluster
    ) -> Iterator[Finding]:
        """Keeps what it is given."""
        found.update(workspace=workspace, exposure=exposure, verdict=verdict, cluster=cluster)
        found.update(resource=service, service=service, port=service.ports[0], statement=verdict.refusals[0])
        found.update(node=service.node, mapping=service.node, sequence=service.get("spec", "ports"))
        found["scalar"] = service.type_node
        return iter(())

    def of_workloads(workload: Workload) -> Iterator[Finding]:
        """Keeps what it is given."""
        container = workload.containers[0]
        found.update(workload=workload, container=container, container_port=container.ports[0])
        return iter(())

    def of_manifests(manifest: Manifest) -> Iterator[Finding]:
        """Keeps what it is given."""
        found.update(manifest=manifest, part=manifest.parts[0])
        return iter(())

    folder = tmp_path_factory.mktemp("project")
    (folder / "web.yaml").write_text(MANIFEST)
    rules = tuple(Rule(check, Severity.NOTE, "tests", True) for check in (of_services, of_workloads, of_manifests))
    assert not run(Request(str(folder), isolated=True), rules).report.faults
    return found


def test_the_document_names_much() -> None:
    assert len(named()) > 60
    assert {"resource", "service", "workload", "manifest", "workspace", "exposure"} <= {of for of, _, _ in named()}


@pytest.mark.parametrize(("of", "attribute", "arguments"), named())
def test_every_attribute_that_the_document_names_is_there(
    seen: dict[str, Any], of: str, attribute: str, arguments: str
) -> None:
    value = getattr(seen[of], attribute)
    if not arguments or '"' in arguments:
        assert callable(value) is (f"`{of}.{attribute}(" in DOCUMENT)
        return
    parameters = inspect.signature(value).parameters.values()
    required = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    assert arguments.split(", ") == required


def test_every_parameter_that_the_document_names_can_be_asked_for() -> None:
    rows = re.findall(r"^\| `(\w+)(?:: \w+)?` \|", DOCUMENT.partition("| Parameter |")[2].partition("\n\n")[0], re.M)
    assert set(rows) == INPUTS


def test_routes_lead_where_the_document_says(seen: dict[str, Any]) -> None:
    assert isinstance(seen["resource"].get("spec", "ports", 0), Mapping)
    assert isinstance(seen["sequence"], Sequence)
    assert seen["scalar"].value == "LoadBalancer"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (None, "a finding points at a node, not at None: ask first whether the field is written"),
        ("name", "a finding points at a node, a node's key or a span, not at a str"),
        ((), "a finding points at a node, a node's key or a span, not at a tuple"),
    ],
)
def test_a_finding_without_a_place_is_refused(seen: dict[str, Any], place: Any, message: str) -> None:
    node: Node = seen["node"]
    for arguments in ({"place": place}, {"place": node, "related": [(place, "words")]}):
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            finding(message="wrong", help="mend it", **arguments)


def test_a_finding_at_an_object_says_how_to_point_at_it(seen: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"not at a Service: write `\.name_place` behind it"):
        finding(seen["service"], "wrong", help="mend it")


@pytest.mark.parametrize("place", ["node", "key", "span"])
def test_every_place_can_be_pointed_at(seen: dict[str, Any], place: str) -> None:
    pointed_at = getattr(seen["scalar"], place)
    assert finding(pointed_at, "wrong", help="mend it").place == pointed_at


# Rules that cannot run


@rule(severity=Severity.WARNING, category="tests")
def misspelt(service: Service, wokspace: Workspace) -> Iterator[Finding]:
    """Asks for something that is not there."""
    return iter(())


@rule(severity="error", category="tests")  # type: ignore[arg-type]  # no Severity, as many write it
def graded_in_words(service: Service) -> Iterator[Finding]:
    """Says its severity as a text."""
    return iter(())


@rule(severity=Severity.WARNING, category="tests")
def sound(service: Service) -> Iterator[Finding]:
    """Finds something."""
    yield finding(service.name_place, "found", help="mend it")


class Plugin:
    """A plug-in that brings the rules of this file."""

    @hook_implementation
    def kubelint_rules(self) -> Iterator[Rule]:
        import sys

        return rules_in(sys.modules[__name__])


@pytest.fixture
def rules() -> tuple[Rule, ...]:
    manager = plugin_manager()
    manager.register(Plugin(), "theirs")
    return load_rules(manager)


@pytest.mark.parametrize(
    ("select", "faults"),
    [
        ("tests", ["misspelt: it asks for", "graded_in_words: its severity is 'error'; write `Severity.ERROR`"]),
        ("misspelt,sound", ["misspelt: it asks for `wokspace`; did you mean `workspace`?"]),
        ("sound", []),
    ],
)
def test_a_rule_that_cannot_run_is_one_fault_and_the_others_judge(
    rules: tuple[Rule, ...], tmp_path: Path, select: str, faults: list[str]
) -> None:
    (tmp_path / "a.yaml").write_text(MANIFEST)
    (tmp_path / "b.yaml").write_text(MANIFEST)
    request = Request(str(tmp_path), isolated=True, overrides={"select": tuple(select.split(","))})
    outcome = run(request, rules)
    assert [found.rule for found in outcome.report.findings] == ["sound", "sound"]
    assert len(outcome.report.faults) == len(faults)
    for fault, words in zip(outcome.report.faults, faults, strict=True):
        assert re.match(rf"{re.escape(__file__)}:\d+: rule {re.escape(words)}", fault.words)
        assert "more" not in fault.words
    assert outcome.exit_code == (2 if faults else 1)


@pytest.mark.parametrize("arguments", [("rules",), ("rules", "--format", "json"), ("lint", ".", "--format", "sarif")])
def test_a_rule_that_cannot_run_brings_no_command_down(
    rules: tuple[Rule, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    from click.testing import CliRunner

    from kubelint.commands import kubelint

    (tmp_path / "a.yaml").write_text(MANIFEST)
    monkeypatch.chdir(tmp_path)
    for module in ("_rules", "lint"):
        monkeypatch.setattr(f"kubelint.commands.{module}.all_rules", lambda: rules)
    ran = CliRunner().invoke(kubelint, arguments)
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    assert "graded-in-words" in ran.stdout
    if arguments[0] == "rules":
        assert "Judges nothing, since it is not built as rules are" in ran.stdout


def test_a_rule_that_cannot_run_is_explained_by_what_is_wrong_with_it(
    rules: tuple[Rule, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from kubelint.commands import kubelint

    monkeypatch.setattr("kubelint.commands._rules.all_rules", lambda: rules)
    ran = CliRunner().invoke(kubelint, ["explain", "misspelt"])
    assert ran.exit_code == 1
    assert "rule misspelt has no page: No such file or directory" in ran.stdout
    assert "it asks for `wokspace`; did you mean `workspace`?" in ran.stderr
