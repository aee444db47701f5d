"""Test a rule with its own page: every example is linted, and what it expects must be what is found, no more, no less.

For authors of plug-ins, too: docs/plugins.md shows such a test.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kubelint.page import Example, Expectation, read
from kubelint.report import Report
from kubelint.rule import Rule
from kubelint.run import Request, run
from kubelint.source import Span

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
        unknown = sorted(settings.keys() - _OVERRIDES.keys())
        if unknown:
            there_are = ", ".join((*_OVERRIDES, "file", "with"))
            raise AssertionError(
                f"{self.rule.page}:{self.example.line}: no setting `{unknown[0]}`; there are {there_are}"
            )
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
        _Found(_file(report, finding.span), finding.span.begin.line, finding.rule, finding.message, finding.severity)
        for finding in report.findings
    ]
    found += [
        _Found(_file(report, undecided.span), undecided.span.begin.line, undecided.rule, undecided.why, None)
        for undecided in report.undecided
    ]
    wrong = []
    for expected in example.expectations():
        match = next((one for one in found if one.meets(expected)), None)
        if match is not None:
            found.remove(match)
        else:
            verdict = "undecided" if expected.is_undecided else expected.severity or "expected"
            wrong.append(f'  {expected.file}:{expected.line}: {verdict}, not found: {expected.rule} "{expected.text}"')
    wrong += [f'  {one.file}:{one.line}: {one.verdict}, not expected: {one.rule} "{one.said}"' for one in found]
    return wrong + [f"  {fault.words}" for fault in report.faults]


class _Found(NamedTuple):
    file: str
    line: int
    rule: str
    said: str
    severity: str | None

    @property
    def verdict(self) -> str:
        return "found" if self.severity else "undecided"

    def meets(self, expected: Expectation) -> bool:
        place = (expected.file, expected.line, expected.rule)
        if (self.file, self.line, self.rule) != place or expected.text not in self.said:
            return False
        return expected.is_undecided is (self.severity is None) and expected.severity in (None, self.severity)


def _file(report: Report, span: Span) -> str:
    return os.path.relpath(span.source.path, report.root).replace(os.sep, "/")


def rules_without_pages(rules: Iterable[Rule]) -> list[str]:
    """The ids of rules that have no page beside them."""
    return [rule.id for rule in rules if not os.path.isfile(rule.page)]
