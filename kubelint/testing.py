"""Test a rule with its own page: every example is linted, and what it expects must be what is found, no more, no less.

For authors of plug-ins, too:

    @pytest.mark.parametrize("case", cases(load_rules(plugin_manager())), ids=str)
    def test_page(case):
        case.check()
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kubelint.page import Example, read
from kubelint.report import Report
from kubelint.rule import Rule
from kubelint.run import Request, run

_OVERRIDES = {"provider": "provider", "version": "kubernetes_version", "namespace": "namespace"}


@dataclass(frozen=True, slots=True)
class Case:
    """One example of one rule's page. Beside the rule itself, those of category `api` judge it."""

    rule: Rule
    example: Example
    rules: Sequence[Rule]

    def __str__(self) -> str:
        return f"{self.rule.id}:{self.example.line}"

    def check(self) -> None:
        """Lint the example. Raises AssertionError that names each expectation and each finding without its match."""
        wrong = differences(self.example, self.lint())
        if wrong:
            raise AssertionError("\n".join((f"{self.rule.page}:{self.example.line}:", *wrong)))

    def lint(self) -> Report:
        """The report on the example's files, which stand in a folder of their own."""
        settings = dict(self.example.settings)
        extra = settings.pop("with", "").split(",")
        chosen = {self.rule.id, *filter(None, extra)} | {rule.id for rule in self.rules if rule.category == "api"}
        overrides: dict[str, object] = {_OVERRIDES[name]: value for name, value in settings.items()}
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            for name, text in self.example.files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
            # An empty configuration keeps out whatever stands above the temporary folder.
            configuration = os.path.join(folder, ".kubelint.yaml")
            if not os.path.exists(configuration):
                open(configuration, "w").close()
            request = Request(folder, (folder,), overrides={**overrides, "select": tuple(sorted(chosen))})
            return run(request, self.rules).report


def cases(rules: Sequence[Rule]) -> Iterator[Case]:
    """Every example of every rule's page."""
    for rule in rules:
        for example in read(rule.read_page()).examples:
            yield Case(rule, example, rules)


def differences(example: Example, report: Report) -> list[str]:
    """What an example expects and was not found, and what was found and it does not expect, a line each."""
    found = [
        (_file(report, finding.span.source.path), finding.span.begin.line, finding.rule, finding.message, False)
        for finding in report.findings
    ]
    found += [
        (_file(report, undecided.span.source.path), undecided.span.begin.line, undecided.rule, undecided.why, True)
        for undecided in report.undecided
    ]
    wrong = []
    for expected in example.expectations():
        wanted = (expected.file, expected.line, expected.rule)
        match = next(
            (one for one in found if one[:3] == wanted and expected.text in one[3] and one[4] is expected.is_undecided),
            None,
        )
        if match is None:
            verdict = "undecided" if expected.is_undecided else "expected"
            wrong.append(f'  {expected.file}:{expected.line}: {verdict}, not found: {expected.rule} "{expected.text}"')
        else:
            found.remove(match)
    for file, line, rule, message, is_undecided in found:
        verdict = "undecided" if is_undecided else "found"
        wrong.append(f'  {file}:{line}: {verdict}, not expected: {rule} "{message}"')
    wrong += [f"  {fault.message}" for fault in report.faults]
    return wrong


def _file(report: Report, path: str) -> str:
    return os.path.relpath(path, report.root).replace(os.sep, "/")


def rules_without_pages(rules: Iterable[Rule]) -> list[str]:
    """The ids of rules that have no page beside them."""
    return [rule.id for rule in rules if not os.path.isfile(rule.page)]
