"""The page of every rule runs, every rule keeps the conventions, and a page that is wrong is found out."""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import kubelint_rules
from kubelint.facts.providers import providers
from kubelint.facts.technologies import technologies
from kubelint.finding import Severity
from kubelint.page import Example, Page, read
from kubelint.plugins import load_rules, plugin_manager
from kubelint.report import Report
from kubelint.resources import KINDS
from kubelint.rule import Rule
from kubelint.testing import Case, cases, differences, rules_without_pages

FOLDER = Path(kubelint_rules.__file__).parent
ALL_RULES = load_rules(plugin_manager())
RULES = [rule for rule in ALL_RULES if rule.check.__module__.startswith("kubelint_rules.")]
PAGED = [rule for rule in RULES if rule.id not in rules_without_pages(RULES)]
CASES = [Case(rule, case.example, ALL_RULES) for rule in PAGED for case in cases([rule])]

each_rule = pytest.mark.parametrize("rule", PAGED, ids=lambda rule: rule.id)
each_case = pytest.mark.parametrize("case", CASES, ids=str)


@cache
def page_of(rule: Rule) -> Page:
    return read(rule.read_page())


REPORTS: dict[str, Report] = {}


def report_on(case: Case) -> Report:
    """What is found in an example, which is linted once for all tests that ask."""
    if str(case) not in REPORTS:
        REPORTS[str(case)] = case.lint()
    return REPORTS[str(case)]


@each_case
def test_example(case: Case) -> None:
    case.check()


# The tests of the tests: what an example expects is really compared with what is found.


@each_case
def test_example_notices_every_expectation_that_changes(case: Case) -> None:
    report = report_on(case)
    assert not differences(case.example, report)
    for file, text in case.example.files.items():
        for number, line in enumerate(text.splitlines()):
            for spoilt in _spoilt(line):
                assert differences(_with_line(case.example, file, number, spoilt), report), spoilt


def _spoilt(line: str) -> list[str]:
    """The line with its expectations gone, and with each of them saying something else."""
    if not re.search(r"(expect|expect-below|undecided):", line):
        return []
    return [
        line.partition("#")[0],
        re.sub(r'"([^"]*)"', '"no such words"', line),
        re.sub(r"(expect|expect-below|undecided): ([\w-]+)", r"\1: another-rule", line),
        line.replace("expect:", "undecided:") if "expect:" in line else line.replace("undecided:", "expect:"),
    ][: 3 if "expect-below:" in line else 4]


def _with_line(example: Example, file: str, number: int, line: str) -> Example:
    lines = example.files[file].splitlines()
    lines[number] = line
    return Example(example.section, example.line, {**example.files, file: "\n".join(lines)}, example.settings)


NODE_PORT_PAGE = """# node-port-service

## Why

## Flagged

```yaml
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  type: NodePort  # expect: node-port-service "every node"
  selector:
    app: orders
  ports:
    - port: 80
```

## Accepted

```yaml
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  type: ClusterIP
  ports:
    - port: 80
```

```yaml file=.kubelint.yaml
per-file-ignores:
  development/**: [node-port-service]
```

```yaml file=development/orders.yaml
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  type: NodePort
  ports:
    - port: 80
```

## Fix
"""


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('  # expect: node-port-service "every node"', "", '6: found, not expected: node-port-service "every node of'),
        ('"every node"', '"some node"', '6: expected, not found: node-port-service "some node"'),
        ("expect: node", "undecided: node", '6: undecided, not found: node-port-service "every node"'),
        ("  selector:", "  selectors:", 'example.yaml:7: found, not expected: unknown-field "ServiceSpec has no field'),
        ("NodePort  #", "NodePort\n  #", "example.yaml:7: expected, not found: node-port-service"),
        ("type: ClusterIP", "type: NodePort", 'example.yaml:6: found, not expected: node-port-service "every node of'),
        (
            "type: ClusterIP",
            'type: ClusterIP  # expect: node-port-service ""',
            '6: expected, not found: node-port-service ""',
        ),
        ("development/**:", "elsewhere/**:", "development/orders.yaml:6: found, not expected: node-port-service"),
    ],
    ids=[
        "an expectation is removed",
        "its words change",
        "it expects what cannot be told",
        "the API server refuses the example",
        "it stands on another line",
        "an accepted example is bad",
        "nothing is found where something is expected",
        "the configuration does not fit",
    ],
)
def test_a_wrong_page_fails(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    def complaints() -> list[str]:
        found = []
        for case in cases([rule]):
            try:
                Case(rule, case.example, ALL_RULES).check()
            except AssertionError as error:
                found.append(str(error))
        return found

    rule = copy.copy(next(rule for rule in RULES if rule.id == "node-port-service"))
    rule.page = str(tmp_path / "node_port_service.md")
    Path(rule.page).write_text(NODE_PORT_PAGE, encoding="utf-8")
    assert not complaints()

    changed = NODE_PORT_PAGE.replace(before, after, 1)
    assert changed != NODE_PORT_PAGE
    Path(rule.page).write_text(changed, encoding="utf-8")
    (found,) = complaints()
    assert complaint in found
    assert found.startswith(f"{rule.page}:")


# The conventions.


def test_every_rule_is_a_pair_of_files() -> None:
    stems: dict[str, set[str]] = {".py": set(), ".md": set()}
    for path in FOLDER.glob("*/*"):
        if path.suffix in stems and not path.name.startswith("_"):
            stems[path.suffix].add(path.relative_to(FOLDER).with_suffix("").as_posix())
    assert stems[".py"] == stems[".md"]
    assert stems[".py"] == {f"{rule.category}/{rule.check.__name__}" for rule in RULES}
    assert not rules_without_pages(RULES)


@each_rule
def test_the_function_the_file_and_the_page_bear_one_name(rule: Rule) -> None:
    assert Path(rule.check.__code__.co_filename).stem == rule.check.__name__ == Path(rule.page).stem
    assert page_of(rule).title == rule.id
    assert rule.read_page().startswith(f"# {rule.id}\n")


@each_rule
def test_the_page_has_its_sections_in_order(rule: Rule) -> None:
    assert page_of(rule).sections == ["Why", "Flagged", "Accepted", "Fix"]


@each_rule
def test_the_page_flags_and_accepts(rule: Rule) -> None:
    examples = page_of(rule).examples
    assert {example.section for example in examples} == {"Flagged", "Accepted"}
    for example in examples:
        if example.section == "Flagged":
            assert any(wanted.rule == rule.id and not wanted.is_undecided for wanted in example.expectations())


@pytest.mark.parametrize("case", [case for case in CASES if case.example.section == "Accepted"], ids=str)
def test_what_is_accepted_is_no_error_of_the_rule(case: Case) -> None:
    assert not [
        finding.message
        for finding in report_on(case).findings
        if finding.rule == case.rule.id and finding.severity is Severity.ERROR
    ]


@each_rule
def test_every_example_is_introduced(rule: Rule) -> None:
    lines = rule.read_page().splitlines()
    for example in page_of(rule).examples:
        above = [line for line in lines[: example.line - 1] if line.strip()]
        assert not above[-1].startswith(("#", "```")), (
            f"{rule.page}:{example.line}: an example that no sentence introduces"
        )


@each_rule
def test_the_prose_fits_two_screens(rule: Rule) -> None:
    prose = re.sub(r"^```.*?^```$", "", rule.read_page(), flags=re.M | re.S)
    assert len([line for line in prose.splitlines() if line.strip()]) <= 100
    assert max(map(len, prose.splitlines())) <= 120


def test_ids_are_kebab_case_and_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert not [id for id in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", id)]


def test_no_id_is_a_category() -> None:
    assert not {rule.id for rule in ALL_RULES} & {rule.category for rule in ALL_RULES}


def test_summaries_are_unique() -> None:
    assert not [text for text, count in Counter(rule.summary for rule in RULES).items() if count > 1]


@each_rule
def test_the_summary_is_one_short_sentence_without_its_period(rule: Rule) -> None:
    assert rule.check.__doc__ is not None
    written = rule.check.__doc__.strip().splitlines()[0]
    # The period of the docstring's first line is the docstring's.
    assert not rule.summary.endswith(".")
    assert written.removesuffix(".") == rule.summary
    assert rule.summary[0].isupper()
    assert len(rule.summary) <= 80


@each_case
def test_findings_speak_as_findings_do(case: Case) -> None:
    for finding in report_on(case).findings:
        assert finding.help.strip(), finding.message
        assert not finding.message.endswith("."), finding.message
        assert not re.search(r"\bshould\b", finding.message), finding.message
        first = finding.message.split()[0]
        assert not first[0].isupper() or _is_name(first), finding.message


@each_case
def test_what_cannot_be_told_is_said_in_one_clause(case: Case) -> None:
    for undecided in report_on(case).undecided:
        assert undecided.why
        assert not undecided.why.endswith(".")


def _is_name(word: str) -> bool:
    """Whether a word begins with a capital for being a name: of a kind, a technology, a provider, or camel case."""
    names = {"Kubernetes", *KINDS, *_example_kinds()}
    names |= {technology.name.split()[0] for technology in technologies()}
    names |= {provider.name.split()[0] for provider in providers().values()}
    return word in names or sum(letter.isupper() for letter in word) > 1


@cache
def _example_kinds() -> frozenset[str]:
    texts = [text for case in CASES for text in case.example.files.values()]
    return frozenset(kind for text in texts for kind in re.findall(r"\bkind: (\w+)", text))


def test_sentences_are_told_from_names() -> None:
    assert _is_name("PostgreSQL")
    assert _is_name("Redis")
    assert _is_name("Service")
    assert not _is_name("The")
    assert not _is_name("Every")


# Two new files are a new rule.

RULE = '''"""A Service that is called like a test."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule


@rule(severity=Severity.WARNING)
def forgotten_test(service: Service) -> Iterator[Finding]:
    """A Service is called like a test."""
    if service.name == "test":
        yield finding(service.name_place, "a test has been left behind", help="remove it")
'''
PAGE = """# forgotten-test

## Why

Tests are run and removed.

## Flagged

This one has been forgotten.

```yaml
apiVersion: v1
kind: Service
metadata:
  name: test  # expect: forgotten-test "a test has been left behind"
spec:
  ports:
    - port: 80
```

## Accepted

The name of this one says what it is for.

```yaml
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  ports:
    - port: 80
```

## Fix

Remove it.
"""
CHECK = """
from kubelint.plugins import load_rules, plugin_manager
from kubelint.testing import Case, cases

rules = load_rules(plugin_manager())
new = [rule for rule in rules if rule.id == "forgotten-test"]
checked = [Case(case.rule, case.example, rules).check() for case in cases(new)]
print(new[0].category, len(checked))
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the rules, and in it one more pair of files."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(FOLDER, folder / "kubelint_rules", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "kubelint_rules/exposure/forgotten_test.py").write_text(RULE, encoding="utf-8")
    (folder / "kubelint_rules/exposure/forgotten_test.md").write_text(PAGE, encoding="utf-8")
    return folder


def python(folder: Path, *arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_rule_is_listed(copied: Path) -> None:
    listed = python(copied, "-m", "kubelint", "rules")
    assert re.search(r"^  forgotten-test +warning +A Service is called like a test$", listed.stdout, re.M), listed
    assert "\n  node-port-service" in listed.stdout


def test_a_new_rule_is_explained(copied: Path) -> None:
    explained = python(copied, "-m", "kubelint", "explain", "forgotten-test")
    assert explained.stdout.startswith("forgotten-test (exposure, warning)\nA Service is called like a test.\n")
    assert "Tests are run and removed." in explained.stdout
    assert "expect:" not in explained.stdout


def test_a_new_rule_runs_and_can_be_configured(copied: Path, tmp_path: Path) -> None:
    manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: test}\nspec: {ports: [{port: 80}]}\n"
    (tmp_path / "test.yaml").write_text(manifest, encoding="utf-8")
    (tmp_path / ".kubelint.yaml").write_text("severity: {forgotten-test: note}\n", encoding="utf-8")
    for arguments, severity, exit_code in [(["--isolated"], "warning", 1), ([], "note", 0)]:
        command = ["-m", "kubelint", "lint", str(tmp_path), "--select", "forgotten-test", "--format", "concise"]
        linted = python(copied, *command, *arguments)
        assert f"test.yaml:3:18: {severity}: a test has been left behind [forgotten-test]" in linted.stdout, linted
        assert linted.returncode == exit_code


def test_a_new_rule_is_tested_by_its_page(copied: Path) -> None:
    checked = python(copied, "-c", CHECK)
    assert checked.stdout == "exposure 2\n", checked.stderr


def test_a_rule_without_its_page_is_found_out(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied / "kubelint_rules", tmp_path / "kubelint_rules")
    (tmp_path / "kubelint_rules/exposure/forgotten_test.md").unlink()
    explained = python(tmp_path, "-m", "kubelint", "explain", "forgotten-test")
    assert explained.returncode == 0
    told, _, missing = explained.stdout.partition("\n\n")
    assert told == "forgotten-test (exposure, warning)\nA Service is called like a test."
    assert missing.strip().startswith("rule forgotten-test has no page: ")
