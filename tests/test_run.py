"""From names to one report: which project each belongs to, and that no name changes what is said of another."""

from __future__ import annotations

import builtins
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kubelint
from kubelint import Finding, Service, Severity, Workspace, finding, output
from kubelint.discovery import PathNotFound, repository_of
from kubelint.plugins import load_rules, plugin_manager
from kubelint.rule import Rule
from kubelint.run import Outcome, Request, run
from kubelint.settings import ConfigError
from kubelint.source import Undecodable

PROJECTS = Path(__file__).parent / "projects"
RULES = load_rules(plugin_manager())

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}}}
"""


def context(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """What a rule knows: the project's folder, and every file that can be looked up."""
    known = [os.path.relpath(manifest.path, workspace.root) for manifest in workspace.manifests]
    yield finding(service.name_place, f"{workspace.root}: {' '.join(known)}", help="")


def typed(service: Service) -> Iterator[Finding]:
    """The type of a Service, without any look-up."""
    if service.type_node is not None:
        yield finding(service.type_node, "typed", help="")


CONTEXT = Rule(context, Severity.WARNING, "wiring", True)
TYPED = Rule(typed, Severity.WARNING, "exposure", True)


@pytest.fixture(autouse=True)
def _no_repository_above(tmp_path: Path) -> None:
    assert repository_of(str(tmp_path)) is None


def write(folder: Path, *names: str, **texts: str) -> None:
    """Write Services; a name that ends in `/` is a folder."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("" if name.endswith((".toml", ".kubelint.yaml")) else SERVICE)


def lint(folder: Path, *paths: str, rules: tuple[Rule, ...] = (TYPED,), **how: Any) -> Outcome:
    outcome = run(Request(str(folder), paths, **how), rules)
    assert not outcome.report.faults
    return outcome


def judged(outcome: Outcome, folder: Path) -> list[str]:
    """The files that something is found in."""
    return [os.path.relpath(one.span.source.path, folder) for one in outcome.report.findings]


def skipped(outcome: Outcome, folder: Path) -> list[str]:
    return [f"{os.path.relpath(one.path, folder)}: {one.why}" for one in outcome.report.skipped]


class TestRoot:
    """Where a project begins, seen by what a rule in one file knows of others."""

    def known(self, folder: Path, *paths: str, **how: Any) -> tuple[str, list[str]]:
        report = lint(folder, *paths, rules=(CONTEXT,), **how).report
        root, _, names = report.findings[0].message.partition(": ")
        return os.path.relpath(root, folder), names.split()

    def test_is_the_folder_of_the_nearest_configuration_upwards(self, tmp_path: Path) -> None:
        write(tmp_path, ".git/", "x.yaml", "a/.kubelint.yaml", "a/b/c.yaml", "a/d.yaml")
        assert self.known(tmp_path, "a/b/c.yaml") == ("a", ["b/c.yaml", "d.yaml"])
        assert self.known(tmp_path, "x.yaml") == (".", ["a/b/c.yaml", "a/d.yaml", "x.yaml"])

    def test_a_pyproject_without_our_table_begins_none(self, tmp_path: Path) -> None:
        write(tmp_path, ".git/", "a/pyproject.toml", "a/b.yaml", "c.yaml")
        assert self.known(tmp_path, "a/b.yaml") == (".", ["a/b.yaml", "c.yaml"])
        (tmp_path / "a/pyproject.toml").write_text("[tool.kubelint]\n")
        assert self.known(tmp_path, "a/b.yaml") == ("a", ["b.yaml"])

    def test_is_else_that_of_the_repository(self, tmp_path: Path) -> None:
        write(tmp_path, "r/.git/", "r/a/b.yaml", "r/c.yaml", "x.yaml")
        assert self.known(tmp_path, "r/a/b.yaml") == ("r", ["a/b.yaml", "c.yaml"])
        assert self.known(tmp_path / "r/a") == ("..", ["a/b.yaml", "c.yaml"])

    def test_is_else_the_common_parent_of_what_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, "a/b/c.yaml", "a/d/e.yaml", "x.yaml")
        assert self.known(tmp_path, "a/b/c.yaml") == ("a/b", ["c.yaml"])
        assert self.known(tmp_path, "a/b/c.yaml", "a/d") == ("a", ["b/c.yaml", "d/e.yaml"])
        assert self.known(tmp_path, "a") == ("a", ["b/c.yaml", "d/e.yaml"])
        assert self.known(tmp_path) == (".", ["a/b/c.yaml", "a/d/e.yaml", "x.yaml"])

    def test_a_pattern_counts_as_what_it_means(self, tmp_path: Path) -> None:
        write(tmp_path, "a/b/c.yaml", "a/d/e.yaml", "x.yaml")
        assert self.known(tmp_path, "a/**/*.yaml") == ("a", ["b/c.yaml", "d/e.yaml"])
        assert self.known(tmp_path, "a/*/c.yaml") == ("a/b", ["c.yaml"])

    def test_is_never_a_folder_where_everything_of_everyone_lies(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        write(tmp_path, "a.yaml", "b.yaml", "sub/c.yaml", "sub/d.yaml")
        assert self.known(tmp_path, "a.yaml") == (".", ["a.yaml"])
        assert self.known(tmp_path, "a.yaml", "b.yaml") == (".", ["a.yaml", "b.yaml"])
        assert self.known(tmp_path, "sub/c.yaml") == ("sub", ["c.yaml", "d.yaml"])
        assert self.known(tmp_path, "sub/c.yaml", "a.yaml") == (".", ["a.yaml"])
        assert self.known(tmp_path, ".") == (".", ["a.yaml", "b.yaml", "sub/c.yaml", "sub/d.yaml"])

    def test_with_a_configuration_that_is_named_it_does_not_move(self, tmp_path: Path) -> None:
        write(tmp_path, ".git/", "elsewhere/.kubelint.yaml", "a/.kubelint.yaml", "a/b.yaml", "c.yaml")
        everything = (".", ["a/b.yaml", "c.yaml"])
        assert self.known(tmp_path, "a/b.yaml", config_file="elsewhere/.kubelint.yaml") == everything
        assert self.known(tmp_path, "a/b.yaml", isolated=True) == everything

    def test_of_the_report_is_the_repository_or_the_common_parent_of_the_projects(self, tmp_path: Path) -> None:
        write(tmp_path, "a/.kubelint.yaml", "a/b.yaml", "c/.kubelint.yaml", "c/d.yaml")
        assert lint(tmp_path, "a", "c").report.root == str(tmp_path)
        assert lint(tmp_path, "a").report.root == str(tmp_path / "a")
        write(tmp_path, "a/.git/", "c/.git/")
        assert lint(tmp_path, "c", "a").report.root == str(tmp_path), "two repositories"
        write(tmp_path, ".git/")
        shutil.rmtree(tmp_path / "a/.git")
        assert lint(tmp_path, "a").report.root == str(tmp_path)


class TestConfiguration:
    def test_of_each_file_is_the_nearest(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            ".kubelint.yaml",
            "a.yaml",
            "n/.kubelint.yaml",
            "n/b.yaml",
            "n/m/c.yaml",
            "n/o/.kubelint.yaml",
            "n/o/d.yaml",
        )
        (tmp_path / "n/.kubelint.yaml").write_text("ignore: [typed]\n")
        (tmp_path / "n/o/.kubelint.yaml").write_text("severity: {typed: error}\n")
        everything = lint(tmp_path)
        assert judged(everything, tmp_path) == ["a.yaml", "n/o/d.yaml"]
        assert [found.severity for found in everything.report.findings] == [Severity.WARNING, Severity.ERROR]
        assert everything.report.counts.files == 4
        assert judged(lint(tmp_path, "n"), tmp_path) == ["n/o/d.yaml"]
        assert judged(lint(tmp_path, "a.yaml", "n/b.yaml", "n/m/c.yaml", "n/o/d.yaml"), tmp_path) == [
            "a.yaml",
            "n/o/d.yaml",
        ]

    def test_nested_ones_do_not_reach_each_other(self, tmp_path: Path) -> None:
        write(tmp_path, ".kubelint.yaml", "a.yaml", "n/.kubelint.yaml", "n/b.yaml")
        messages = [found.message for found in lint(tmp_path, rules=(CONTEXT,)).report.findings]
        assert messages == [f"{tmp_path}: a.yaml n/b.yaml", f"{tmp_path}/n: b.yaml"]

    def test_that_is_named_holds_for_everything(self, tmp_path: Path) -> None:
        write(tmp_path, ".kubelint.yaml", "a.yaml", "n/.kubelint.yaml", "n/b.yaml", "c/")
        (tmp_path / "n/.kubelint.yaml").write_text("ignore: [typed]\n")
        (tmp_path / "c/mine.yaml").write_text("severity: {typed: note}\n")
        for outcome in (
            lint(tmp_path, config_file="c/mine.yaml"),
            lint(tmp_path, config_file=f"{tmp_path}/c/mine.yaml"),
        ):
            assert judged(outcome, tmp_path) == ["a.yaml", "n/b.yaml"]
            assert {found.severity for found in outcome.report.findings} == {Severity.NOTE}

    def test_isolated_there_is_none(self, tmp_path: Path) -> None:
        write(tmp_path, "a.yaml")
        (tmp_path / ".kubelint.yaml").write_text("ignore: [typed]\n")
        assert judged(lint(tmp_path), tmp_path) == []
        assert judged(lint(tmp_path, isolated=True), tmp_path) == ["a.yaml"]

    def test_of_each_file_says_what_fails(self, tmp_path: Path) -> None:
        write(tmp_path, "a.yaml", "n/b.yaml")
        (tmp_path / ".kubelint.yaml").write_text("fail-on: error\n")
        (tmp_path / "n/.kubelint.yaml").write_text("fail-on: note\n")
        assert [lint(tmp_path, *names).exit_code for names in (["a.yaml"], ["n/b.yaml"], [])] == [0, 1, 1]
        assert lint(tmp_path, "n/b.yaml", overrides={"fail_on": "never"}).exit_code == 0

    def test_that_is_wrong_is_an_error_and_one_that_concerns_nobody_is_not(self, tmp_path: Path) -> None:
        write(tmp_path, ".kubelint.yaml", "a.yaml", "n/b.yaml")
        (tmp_path / "n/.kubelint.yaml").write_text("nonsense: true\n")
        assert judged(lint(tmp_path, "a.yaml"), tmp_path) == ["a.yaml"]
        with pytest.raises(ConfigError, match=f"^{tmp_path}/n/.kubelint.yaml:1:1: error: unknown key `nonsense`"):
            lint(tmp_path)
        with pytest.raises(ConfigError, match="cannot be read: No such file"):
            lint(tmp_path, config_file="gone.yaml")


class TestExclusion:
    def project(self, folder: Path) -> None:
        write(folder, "a.yaml", "gen/b.yaml", "gen/c/d.yaml", "e.gen.yaml")
        (folder / ".kubelint.yaml").write_text("exclude: [gen/, '*.gen.yaml']\n")

    def test_of_what_a_folder_holds_says_nothing(self, tmp_path: Path) -> None:
        self.project(tmp_path)
        outcome = lint(tmp_path)
        assert (judged(outcome, tmp_path), skipped(outcome, tmp_path)) == (["a.yaml"], [])

    @pytest.mark.parametrize("name", ["gen/b.yaml", "gen/c/d.yaml", "e.gen.yaml", "gen", "gen/c"])
    def test_of_what_is_named_is_said(self, tmp_path: Path, name: str) -> None:
        self.project(tmp_path)
        outcome = lint(tmp_path, "a.yaml", name)
        assert judged(outcome, tmp_path) == ["a.yaml"]
        assert skipped(outcome, tmp_path) == [f"{name}: excluded by the configuration"]

    def test_in_a_nested_project_is_no_other(self, tmp_path: Path) -> None:
        self.project(tmp_path / "nested")
        write(tmp_path, ".kubelint.yaml")
        outcome = lint(tmp_path)
        assert (judged(outcome, tmp_path), skipped(outcome, tmp_path)) == (["nested/a.yaml"], [])
        assert skipped(lint(tmp_path, "nested/gen/b.yaml"), tmp_path) == [
            "nested/gen/b.yaml: excluded by the configuration"
        ]

    def test_leaves_nothing_to_look_up(self, tmp_path: Path) -> None:
        self.project(tmp_path)
        outcome = lint(tmp_path, "a.yaml", "gen/b.yaml", rules=(CONTEXT,))
        assert [found.message for found in outcome.report.findings] == [f"{tmp_path}: a.yaml"]

    def test_does_not_reach_outside_of_its_project(self, tmp_path: Path) -> None:
        self.project(tmp_path / "inner")
        write(tmp_path, "gen/x.yaml", "y.gen.yaml")
        assert judged(lint(tmp_path / "inner", "../gen/x.yaml", "../y.gen.yaml"), tmp_path) == [
            "gen/x.yaml",
            "y.gen.yaml",
        ]

    def test_a_path_of_standard_input_may_be_excluded_too(self, tmp_path: Path) -> None:
        self.project(tmp_path)
        outcome = lint(tmp_path, "-", standard_input=SERVICE.encode(), standard_input_name="gen/new.yaml")
        assert skipped(outcome, tmp_path) == ["gen/new.yaml: excluded by the configuration"]


class TestNamed:
    def test_what_is_named_is_judged_whatever_it_is_called(self, tmp_path: Path) -> None:
        write(tmp_path, "a.txt", ".hidden/b.yaml", "node_modules/c.yaml", "ignored/d.yaml", "ignored/e/f.yaml", ".git/")
        (tmp_path / ".gitignore").write_text("ignored/\n")
        assert judged(lint(tmp_path), tmp_path) == []
        names = ("a.txt", ".hidden/b.yaml", "node_modules/c.yaml", "ignored/d.yaml")
        assert judged(lint(tmp_path, *names), tmp_path) == sorted(names)
        folders = lint(tmp_path, ".hidden", "node_modules", "ignored")
        assert judged(folders, tmp_path) == [
            ".hidden/b.yaml",
            "ignored/d.yaml",
            "ignored/e/f.yaml",
            "node_modules/c.yaml",
        ]

    def test_named_twice_is_judged_once(self, tmp_path: Path) -> None:
        write(tmp_path, "a/b.yaml")
        assert judged(lint(tmp_path, "a", "a/b.yaml", "a/../a/b.yaml", f"{tmp_path}/a"), tmp_path) == ["a/b.yaml"]

    def test_names_filter_the_report_and_not_the_context(self, tmp_path: Path) -> None:
        write(tmp_path, ".kubelint.yaml", "a.yaml", "b.yaml", "c/d.yaml")
        (tmp_path / "c/unreadable.yaml").write_bytes(b"\xff")
        (tmp_path / "c/template.yaml").write_text(SERVICE.replace("web", "${NAME}"))
        outcome = lint(tmp_path, "a.yaml", rules=(CONTEXT, *RULES))
        assert {os.path.relpath(one.span.source.path, tmp_path) for one in outcome.report.findings} == {"a.yaml"}
        assert f"{tmp_path}: a.yaml b.yaml c/d.yaml c/template.yaml c/unreadable.yaml" in [
            found.message for found in outcome.report.findings
        ]
        assert skipped(outcome, tmp_path) == []
        assert outcome.report.counts.files == 1

    def test_a_file_that_the_search_passes_over_knows_what_lies_beside_it(self, tmp_path: Path) -> None:
        write(
            tmp_path, ".kubelint.yaml", "a.yaml", ".h/b.yaml", ".h/c/d.yaml", ".h/e/f.yaml", ".i/g.yaml", "x/.j/k.yaml"
        )
        write(tmp_path, "x/.j/l.yaml", "notes.txt", "more.txt")

        def known(*names: str) -> list[str]:
            report = lint(tmp_path, *names, rules=(CONTEXT,)).report
            return [found.message.removeprefix(f"{tmp_path}: ") for found in report.findings]

        together = ".h/b.yaml .h/c/d.yaml .h/e/f.yaml a.yaml"
        assert known(".h/c/d.yaml") == [together]
        assert known(".h") == [together] * 3
        assert known("a.yaml", ".i/g.yaml", ".h/b.yaml") == [together, ".i/g.yaml a.yaml", "a.yaml"]
        assert known("x/.j/k.yaml") == ["a.yaml x/.j/k.yaml x/.j/l.yaml"]
        assert known("notes.txt", "more.txt") == ["a.yaml more.txt", "a.yaml notes.txt"]

    def test_nothing_means_the_current_folder(self, tmp_path: Path) -> None:
        write(tmp_path, "a.yaml", "b/c.yaml")
        assert judged(lint(tmp_path / "b"), tmp_path) == ["b/c.yaml"]

    def test_what_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        write(tmp_path, "a.yaml")
        with pytest.raises(PathNotFound, match=r"no such file or folder: b\.yaml"):
            lint(tmp_path, "a.yaml", "b.yaml")


class TestStandardInput:
    def test_without_a_name_is_a_project_of_its_own(self, tmp_path: Path) -> None:
        write(tmp_path, "other.yaml")
        (tmp_path / ".kubelint.yaml").write_text("severity: {context: note}\nexclude: ['<*']\n")
        outcome = lint(tmp_path, "-", standard_input=SERVICE.encode(), rules=(CONTEXT,))
        (found,) = outcome.report.findings
        assert (found.span.source.path, found.severity) == ("<stdin>", Severity.NOTE), (
            "under the folder's configuration"
        )
        assert found.message.endswith("<stdin>")
        assert "other.yaml" not in found.message

    def test_without_a_name_its_documents_know_each_other(self, tmp_path: Path) -> None:
        wrong = SERVICE.replace("app: web", "app: wev")
        both = f"{wrong}---\n{DEPLOYMENT}".encode()
        rules = tuple(rule for rule in RULES if rule.id == "selector-matches-nothing")
        assert len(lint(tmp_path, "-", standard_input=both, rules=rules).report.findings) == 1
        alone = lint(tmp_path, "-", standard_input=wrong.encode(), rules=rules).report
        assert (alone.findings, len(alone.undecided)) == ([], 1)

    def test_with_a_name_stands_for_that_file(self, tmp_path: Path) -> None:
        write(tmp_path, "p/.kubelint.yaml", "p/a.yaml", "p/b.yaml")
        text = SERVICE.replace("web", "changed").encode()
        outcome = lint(tmp_path, "-", standard_input=text, standard_input_name="p/a.yaml", rules=(CONTEXT,))
        (found,) = outcome.report.findings
        assert found.message == f"{tmp_path}/p: a.yaml b.yaml"
        assert found.resource is not None
        assert found.resource.name == "changed"
        beside = lint(tmp_path, "-", "p/a.yaml", "p/b.yaml", standard_input=text, standard_input_name="p/a.yaml")
        assert [one.resource.name for one in beside.report.findings if one.resource] == ["changed", "web"]

    def test_with_the_name_of_a_file_that_is_not_there_yet(self, tmp_path: Path) -> None:
        write(tmp_path, "p/.kubelint.yaml", "p/b.yaml")
        how: dict[str, Any] = {"standard_input": SERVICE.encode(), "standard_input_name": "p/new/a.yaml"}
        (found,) = lint(tmp_path, "-", rules=(CONTEXT,), **how).report.findings
        assert found.message == f"{tmp_path}/p: b.yaml new/a.yaml"

    def test_that_is_no_text_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(Undecodable):
            lint(tmp_path, "-", standard_input=b"\xff\xff")

    def test_beside_named_files(self, tmp_path: Path) -> None:
        write(tmp_path, "a.yaml")
        outcome = lint(tmp_path, "-", "a.yaml", standard_input=SERVICE.encode())
        assert [os.path.basename(one.span.source.path) for one in outcome.report.findings] == ["a.yaml", "<stdin>"]


class TestLaziness:
    """What is read, by counting what is opened."""

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        opened: list[str] = []
        open_, scandir = builtins.open, os.scandir

        def counting(original: Callable[..., Any]) -> Callable[..., Any]:
            def counts(path: Any, *arguments: Any, **how: Any) -> Any:
                # The data of the package are its own business.
                if not str(path).startswith(str(Path(kubelint.__file__).parent.parent)):
                    opened.append(str(path))
                return original(path, *arguments, **how)

            return counts

        monkeypatch.setattr(builtins, "open", counting(open_))
        monkeypatch.setattr(os, "scandir", counting(scandir))
        return opened

    def project(self, folder: Path) -> None:
        write(folder, ".git/", "a.yaml", "b.yaml", "c/d.yaml")
        (folder / "c/kustomization.yaml").write_text("resources: [d.yaml]\n")
        (folder / "config.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")

    def test_over_a_config_map_nothing_else_is_read(self, tmp_path: Path, opened: list[str]) -> None:
        self.project(tmp_path)
        opened.clear()
        lint(tmp_path, "config.yaml", rules=(CONTEXT, *RULES))
        assert opened == [f"{tmp_path}/config.yaml"]

    def test_without_a_look_up_no_other_manifest_is_read(self, tmp_path: Path, opened: list[str]) -> None:
        self.project(tmp_path)
        opened.clear()
        lint(tmp_path, "a.yaml")
        files = [path for path in opened if path.endswith(".yaml")]
        assert sorted(files) == [f"{tmp_path}/a.yaml", f"{tmp_path}/c/kustomization.yaml"]

    def test_with_look_ups_each_file_is_read_once(self, tmp_path: Path, opened: list[str]) -> None:
        self.project(tmp_path)
        opened.clear()
        lint(tmp_path, "a.yaml", "b.yaml", "c", rules=(CONTEXT, *RULES))
        files = ["a.yaml", "b.yaml", "c/d.yaml", "c/kustomization.yaml", "config.yaml"]
        assert sorted(path for path in opened if path.endswith(".yaml")) == [f"{tmp_path}/{name}" for name in files]
        assert len(opened) == len(set(opened)), "no folder is searched twice either"

    def test_one_index_serves_all_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[Workspace] = []

        def making(*arguments: Any) -> Workspace:
            made.append(Workspace(*arguments))
            return made[-1]

        monkeypatch.setattr("kubelint.project.Workspace", making)
        write(tmp_path, ".kubelint.yaml", "a.yaml", "b.yaml", ".h/c.yaml", ".h/d.yaml")
        lint(tmp_path, ".", ".h", rules=(CONTEXT,))
        assert len(made) == 2, "one for the project, one for the hidden folder"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The project `shop`, with what no repository can hold."""
    folder = tmp_path / "shop"
    shutil.copytree(PROJECTS / "shop", folder)
    # Data of another tool, which concern nobody unless they are named.
    (folder / "web/data.json").write_bytes(b'{"some": "\xff"}')
    (folder / "web/unreadable.yml").write_bytes(b"apiVersion: v1\nkind: Service\nname: \xff\n")
    (folder / ".gitignore").write_text("ignored/\n")
    for name in (".hidden", "ignored"):
        write(folder, f"{name}/service.yaml")
        (folder / name / "more").mkdir()
        (folder / name / "more/deployment.yaml").write_text(DEPLOYMENT.replace("app: web", "app: wet"))
    (folder / "notes.txt").write_text(f"{SERVICE}---\n{DEPLOYMENT.replace('app: web', 'app: wet')}")
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path in folder.rglob("*") if path.is_file())


def said(folder: Path, names: list[str], **how: Any) -> dict[str, set[str]]:
    """What a run says, section by section, each entry as text."""
    outcome = lint(folder, *names, rules=RULES, **how)
    document = json.loads(output.load("json").render(outcome.report, output.Style(False, str(folder))))
    sections = ("findings", "undecided", "suppressed", "skipped", "errors")
    return {section: {json.dumps(entry, sort_keys=True) for entry in document[section]} for section in sections}


class TestSplit:
    """For any split of the names over several runs, what all of them say together is what one run says."""

    def test_the_project_has_something_of_everything(self, shop: Path) -> None:
        whole = said(shop, names_in(shop))
        assert {section: bool(entries) for section, entries in whole.items()} == {
            **dict.fromkeys(("findings", "undecided", "suppressed", "skipped"), True),
            "errors": False,
        }
        assert len(whole["findings"]) > 12
        reasons = {json.loads(entry)["why"] for entry in whole["skipped"]}
        assert {"helm template", "kustomize patch", "excluded by the configuration", "placeholder `${NAME}`"} <= reasons

    @pytest.mark.parametrize("seed", range(10))
    def test_of_files(self, shop: Path, seed: int) -> None:
        self.split(shop, names_in(shop), random.Random(seed))

    @pytest.mark.parametrize("seed", range(100, 110))
    def test_of_files_and_folders(self, shop: Path, seed: int) -> None:
        folders = [os.path.relpath(path, shop) for path in shop.rglob("*") if path.is_dir()]
        chance = random.Random(seed)
        self.split(shop, chance.sample(sorted(folders), 6) + chance.sample(names_in(shop), 8), chance)

    def split(self, folder: Path, names: list[str], chance: random.Random) -> None:
        runs: list[list[str]] = [[] for _ in range(chance.choice((2, 3, 4)))]
        for name in names:
            chance.choice(runs).append(name)
        parts = [said(folder, run) for run in runs if run]
        whole = said(folder, names)
        for section, entries in whole.items():
            assert set().union(*(part[section] for part in parts)) == entries, (section, runs)

    def test_of_one_file_each_is_the_hardest(self, shop: Path) -> None:
        names = names_in(shop)
        parts = [said(shop, [name]) for name in names]
        for section, entries in said(shop, names).items():
            assert set().union(*(part[section] for part in parts)) == entries, section


class TestDeterminism:
    def rendered(self, folder: Path, names: list[str]) -> dict[str, str]:
        outcome = lint(folder, *names, rules=RULES)
        style = output.Style(False, str(folder))
        return {name: output.load(name).render(outcome.report, style) for name in output.names()}

    @pytest.mark.parametrize("seed", range(5))
    def test_the_order_of_the_names_changes_nothing(self, shop: Path, seed: int) -> None:
        names = names_in(shop)
        first = self.rendered(shop, names)
        random.Random(seed).shuffle(names)
        assert self.rendered(shop, names) == first

    def test_neither_does_how_they_are_spelled(self, shop: Path) -> None:
        names = [name for name in names_in(shop) if name.endswith("service.yaml") and "excluded" not in name]
        spelled = [f"./{name}" if index % 2 else f"{shop}/{name}" for index, name in enumerate(names)]
        assert self.rendered(shop, spelled) == self.rendered(shop, names)

    def test_neither_does_the_seed_of_hashes(self, shop: Path) -> None:
        def ran(seed: str) -> list[bytes]:
            reports = [shop.parent / f"{name}-{seed}" for name in ("sarif", "text")]
            command = [sys.executable, "-m", "kubelint", "lint", "--format", "json", "--verbose"]
            command += [f"--report={report.name.partition('-')[0]}={report}" for report in reports]
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            done = subprocess.run(command, cwd=shop, env=environment, capture_output=True, timeout=60)
            assert done.returncode == 1, done.stderr
            return [done.stdout, done.stderr, *(report.read_bytes() for report in reports)]

        first = ran("0")
        assert [ran(seed) for seed in ("1", "2")] == [first, first]
