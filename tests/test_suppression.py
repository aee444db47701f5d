"""Comments and annotations that silence findings: what they bind to, and what is said of those that silence nothing.

The rule under test finds every text `bad`, so that a manifest shows by itself what is silenced and what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from kubelint import CannotTell, Finding, Resource, Service, Severity, Workspace, finding
from kubelint.manifest import of_text
from kubelint.node import Scalar
from kubelint.plugins import load_rules, plugin_manager
from kubelint.report import Report
from kubelint.rule import Rule
from kubelint.run import Request, run
from kubelint.source import Source
from kubelint.suppression import Suppressions

BAD = re.compile(r"(?:--)?bad\b(?!-)")


def bad_value(resource: Resource) -> Iterator[Finding]:
    """A value is bad."""
    for node in resource.node.walk():
        if isinstance(node, Scalar) and isinstance(node.value, str) and BAD.match(node.value):
            yield finding(node, "bad", help="be good")


def bad_name(resource: Resource) -> Iterator[Finding]:
    """A name is bad."""
    if resource.name == "bad":
        yield finding(resource.name_place, "bad name", help="be good")


BAD_VALUE = Rule(bad_value, Severity.ERROR, "wiring", True)
BAD_NAME = Rule(bad_name, Severity.ERROR, "wiring", True)
RULES = (BAD_VALUE, BAD_NAME, *load_rules(plugin_manager()))
SELECT = ("bad-value", "bad-name", "unknown-suppression", "unused-suppression", "syntax", "wrong-type")


def lint(folder: Path, text: str, *, name: str = "a.yaml", rules: tuple[Rule, ...] = RULES, **how: object) -> Report:
    (folder / name).write_bytes(text.encode())
    overrides = {"select": how.pop("select", SELECT)}
    report = run(Request(str(folder), (name,), isolated=True, overrides=overrides, **how), rules).report
    assert not report.faults
    return report


def found(report: Report) -> list[str]:
    """What is found, as `line rule`."""
    return [f"{finding.span.begin.line} {finding.rule}" for finding in report.findings]


def silenced(report: Report) -> list[str]:
    return [f"{entry.finding.span.begin.line} {entry.finding.rule}" for entry in report.suppressed]


SERVICE = "apiVersion: v1\nkind: Service\n"


@dataclass(frozen=True)
class Case:
    """A manifest, and the lines at which `bad-value` is silenced and at which it is not."""

    name: str
    text: str
    silenced: str
    left: str = ""
    also: str = ""
    """Other findings."""

    def __str__(self) -> str:
        return self.name


ACCEPTED = [
    Case("behind a key and its value", "type: bad # kubelint: ignore[bad-value] we know\nother: bad\n", "3", "4"),
    Case(
        "behind a key: all below it", "spec: # kubelint: ignore[bad-value]\n  a: bad\n  b: [bad]\nx: bad\n", "4 5", "6"
    ),
    Case("behind an item", "a:\n- bad # kubelint: ignore[bad-value]\n- bad\n", "4", "5"),
    Case(
        "behind the first key of an item: the item",
        "a:\n- name: bad # kubelint: ignore[bad-value]\n  value: bad\n- name: bad\n",
        "4 5",
        "6",
    ),
    Case("behind a later key of an item", "a:\n- name: bad\n  b: bad # kubelint: ignore[bad-value]\n", "5", "4"),
    Case("behind a dash alone", "a:\n- # kubelint: ignore[bad-value]\n  b: bad\n  c: bad\n- bad\n", "5 6", "7"),
    Case("behind two dashes", "a:\n- - bad # kubelint: ignore[bad-value]\n  - bad\n- - bad\n", "4 5", "6"),
    Case("behind a flow mapping", "a: {b: bad, c: bad} # kubelint: ignore[bad-value]\nd: bad\n", "3 3", "4"),
    Case("behind a flow list", "a: [bad, bad] # kubelint: ignore[bad-value]\nd: bad\n", "3 3", "4"),
    Case(
        "within a flow list of several lines",
        "a: [\n  bad, # kubelint: ignore[bad-value]\n  bad,\n]\n",
        "4",
        "5",
    ),
    Case(
        "behind the bracket that closes a flow list",
        "a: [\n  bad,\n  bad,\n] # kubelint: ignore[bad-value]\nb: bad\n",
        "4 5",
        "7",
    ),
    Case(
        "behind the first of two flow items of a line",
        "a: [bad,\n  bad, bad # kubelint: ignore[bad-value]\n]\n",
        "4",
        "3 4",
    ),
    Case("behind a quoted #", 'a: "bad # b" # kubelint: ignore[bad-value]\n', "3"),
    Case("behind a # that is part of a word", "a: bad#b # kubelint: ignore[bad-value]\n", "3"),
    Case("behind a text of several lines", "a: bad\n  and # kubelint: ignore[bad-value]\n", "3"),
    Case("behind a quoted text of several lines", 'a: "bad\n  and" # kubelint: ignore[bad-value]\n', "3"),
    Case("behind the sign of a block scalar", "a: | # kubelint: ignore[bad-value]\n  bad\nb: bad\n", "3", "5"),
    Case("behind an anchor", "a: &x # kubelint: ignore[bad-value]\n  b: bad\nc: *x\n", "4", "5"),
    Case("behind an alias", "a: &x bad\nc: *x # kubelint: ignore[bad-value]\n", "4", "3"),
    Case("above a key", "# kubelint: ignore[bad-value]\na: bad\nb: bad\n", "4", "5"),
    Case("above a key: all below it", "# kubelint: ignore[bad-value]\na:\n  b: bad\n  c: bad\nd: bad\n", "5 6", "7"),
    Case("above a key below", "a:\n  # kubelint: ignore[bad-value]\n  b: bad\n  c: bad\n", "5", "6"),
    Case("above an item", "a:\n  # kubelint: ignore[bad-value]\n  - b: bad\n    c: bad\n  - bad\n", "5 6", "7"),
    Case(
        "above an item at the indentation of its list's key",
        "a:\n# kubelint: ignore[bad-value]\n- bad\n- bad\n",
        "5",
        "6",
    ),
    Case(
        "above an item that begins with a dash of its own",
        "a:\n# kubelint: ignore[bad-value]\n- --bad\nb: bad\n",
        "5",
        "6",
    ),
    Case("above an item with an anchor", "a:\n# kubelint: ignore[bad-value]\n- &a-b bad\n- bad\n", "5", "6"),
    Case(
        "above an item whose dash stands alone",
        "a:\n# kubelint: ignore[bad-value]\n-\n  # a-b\n  b: bad\n  c: bad\n- bad\n",
        "7 8",
        "9",
    ),
    Case("above the second key of an item", "a:\n- b: bad\n  # kubelint: ignore[bad-value]\n  c: bad\n", "6", "4"),
    Case(
        "above a key, with other comments between",
        "# kubelint: ignore[bad-value]\n\n# more\na: bad\nb: bad\n",
        "6",
        "7",
    ),
    Case("behind another comment above a key", "# more # kubelint: ignore[bad-value]\na: bad\nb: bad\n", "4", "5"),
    Case("behind another comment behind a value", "a: bad # more # kubelint: ignore[bad-value]\nb: bad\n", "3", "4"),
    Case(
        "two in one line",
        "a: bad # kubelint: ignore[bad-name] x # kubelint: ignore[bad-value] y\n",
        "3",
        "",
        "3 unused-suppression",
    ),
    Case("two above one key", "# kubelint: ignore[bad-value]\n# kubelint: ignore[bad-value]\na: bad\n", "5"),
    Case("several ids", "a: bad # kubelint: ignore[bad-name, bad-value]\n", "3", "", "3 unused-suppression"),
    Case("several ids without comma", "metadata:\n  name: bad # kubelint: ignore[bad-name bad-value]\n", "4 4"),
    Case("without blanks", "a: bad #kubelint:ignore[bad-value]x\n", "3"),
    Case("with blanks everywhere", "a: bad  #  kubelint:  ignore  [ bad-value , ]  why\n", "3"),
    Case("with a tab", "a: bad\t#\tkubelint:\tignore[bad-value]\n", "3"),
    Case("behind a key that is quoted", '"a": bad # kubelint: ignore[bad-value]\n', "3"),
    Case(
        "with Windows' line ends",
        "a: bad # kubelint: ignore[bad-value] we know\r\n# kubelint: ignore[bad-value]\r\nb: bad\r\nc: bad\r\n",
        "3 5",
        "6",
    ),
    Case("above a key with a value on the next line", "# kubelint: ignore[bad-value]\na:\n  bad\nb: bad\n", "5", "6"),
]

REFUSED = [
    Case("without ids", "a: bad # kubelint: ignore\n", "", "3", "3 unknown-suppression"),
    Case("with no id in its brackets", "a: bad # kubelint: ignore[ , ] why\n", "", "3", "3 unknown-suppression"),
    Case("an id without brackets", "a: bad # kubelint: ignore bad-value\n", "", "3", "3 unknown-suppression"),
    Case("round brackets", "a: bad # kubelint: ignore(bad-value)\n", "", "3", "3 unknown-suppression"),
    Case("brackets that stay open", "a: bad # kubelint: ignore[bad-value\n", "", "3", "3 unknown-suppression"),
    Case("another word", "a: bad # kubelint: disable[bad-value]\n", "", "3", "3 unknown-suppression"),
    Case("a word that begins alike", "a: bad # kubelint: ignore-file[bad-value]\n", "", "3", "3 unknown-suppression"),
    Case("no word", "a: bad # kubelint: [bad-value]\n", "", "3", "3 unknown-suppression"),
    Case("a word in capitals", "a: bad # kubelint: IGNORE[bad-value]\n", "", "3", "3 unknown-suppression"),
    Case("the tool in capitals", "a: bad # Kubelint: ignore[bad-value]\n", "3"),
    Case("another tool", "a: bad # kubelinter: ignore[bad-value]\n", "", "3"),
    Case("an id in capitals", "a: bad # kubelint: ignore[Bad-Value]\n", "", "3", "3 unknown-suppression"),
    Case("a category", "a: bad # kubelint: ignore[wiring]\n", "", "3", "3 unknown-suppression"),
    Case("every rule", "a: bad # kubelint: ignore[ALL]\n", "", "3", "3 unknown-suppression"),
    Case("another rule", "a: bad # kubelint: ignore[bad-name]\n", "", "3", "3 unused-suppression"),
    Case("no blank before the #", "a: bad# kubelint: ignore[bad-value]\n", "", "3"),
    Case("in a quoted text", 'a: "bad # kubelint: ignore[bad-value]"\n', "", "3"),
    Case("in a quoted text of several lines", 'a: "bad\n  # kubelint: ignore[bad-value]\n  c"\n', "", "3"),
    Case("in a quoted key", '"# kubelint: ignore[bad-value]": bad\n', "", "3"),
    Case("in a block scalar", "a: |\n  bad\n  # kubelint: ignore[bad-value]\nb: bad\n", "", "3 6"),
    Case("in a folded block scalar", "a: >-\n  bad # kubelint: ignore[bad-value]\n", "", "3"),
    Case(
        "indented deeper than what follows",
        "    # kubelint: ignore[bad-value]\na: bad\n",
        "",
        "4",
        "3 unused-suppression",
    ),
    Case(
        "indented less than what follows: the next key there",
        "a:\n# kubelint: ignore[bad-value]\n  b: bad\nc: bad\n",
        "6",
        "5",
    ),
    Case("at the end", "a: bad\n# kubelint: ignore[bad-value]\n", "", "3", "4 unused-suppression"),
    Case(
        "below the last key of a mapping",
        "a:\n  b: bad\n  # kubelint: ignore[bad-value]\nc: bad\n",
        "",
        "4 6",
        "5 unused-suppression",
    ),
    Case("on the line before", "a: good # kubelint: ignore[bad-value]\nb: bad\n", "", "4", "3 unused-suppression"),
]


class TestComment:
    @pytest.mark.parametrize("case", [*ACCEPTED, *REFUSED], ids=str)
    def test_what_it_silences(self, tmp_path: Path, case: Case) -> None:
        line_end = "\r\n" if "\r\n" in case.text else "\n"
        report = lint(tmp_path, SERVICE.replace("\n", line_end) + case.text)
        of_rules = [entry for entry in found(report) if not entry.endswith("-suppression")]
        assert " ".join(entry.split()[0] for entry in silenced(report)) == case.silenced
        assert " ".join(entry.split()[0] for entry in of_rules) == case.left
        assert [entry for entry in found(report) if entry.endswith("-suppression")] == (
            [case.also] if case.also else []
        )

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("# kubelint: ignore[bad-value]\n{}", "2 2"),
            ("\n# kubelint: ignore[bad-value]\n\n---\n{}", "5 5"),
            ("# kubelint: ignore[bad-value]\n%YAML 1.1\n---\n{}", "4 4"),
            ("--- # kubelint: ignore[bad-value]\n{}", "2 2"),
            ("---\n# kubelint: ignore[bad-value]\n{}", "3 3"),
            ("---\n   # kubelint: ignore[bad-value]\n# more\n{}", "4 4"),
        ],
    )
    def test_above_the_first_key_it_silences_the_document(self, tmp_path: Path, text: str, lines: str) -> None:
        manifest = text.format("apiVersion: v1\nkind: Service\na: bad\nb: {c: bad}\n")
        report = lint(tmp_path, f"{manifest}---\n{SERVICE}a: bad\n")
        first = int(lines.split()[0])
        assert silenced(report) == [f"{first + 2} bad-value", f"{first + 3} bad-value"]
        assert found(report) == [f"{first + 7} bad-value"]

    def test_of_the_second_document_it_silences_nothing_in_the_first(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: bad\n---\n# kubelint: ignore[bad-value]\n{SERVICE}a: bad\n"
        report = lint(tmp_path, text)
        assert (found(report), silenced(report)) == (["3 bad-value"], ["8 bad-value"])

    def test_above_a_later_document_mark_it_still_belongs_to_the_document_before(self, tmp_path: Path) -> None:
        report = lint(tmp_path, f"{SERVICE}# kubelint: ignore[bad-value]\n---\n{SERVICE}a: bad\n")
        assert (found(report), silenced(report)) == (["3 unused-suppression", "7 bad-value"], [])

    def test_in_an_item_of_a_list_of_objects(self, tmp_path: Path) -> None:
        text = dedent("""\
            apiVersion: v1
            kind: List
            items:
            # kubelint: ignore[bad-value]
            - apiVersion: v1
              kind: Service
              a: bad
            - apiVersion: v1
              kind: Service
              a: bad
              b: bad # kubelint: ignore[bad-value]
            """)
        report = lint(tmp_path, text)
        assert (found(report), silenced(report)) == (["10 bad-value"], ["7 bad-value", "11 bad-value"])

    def test_json_has_no_comments(self, tmp_path: Path) -> None:
        text = '{"apiVersion": "v1", "kind": "Service",\n "a": "bad # kubelint: ignore[bad-value]",\n "b": "bad"}\n'
        report = lint(tmp_path, text, name="a.json")
        assert (found(report), silenced(report)) == (["2 bad-value", "3 bad-value"], [])

    def test_the_reason_is_kept(self, tmp_path: Path) -> None:
        reason = "früher „gut“ 🙂 # 2, see ticket"
        text = f"{SERVICE}a: bad # kubelint: ignore[bad-value]   {reason}  \nb: bad # kubelint: ignore[bad-value]\n"
        assert [entry.justification for entry in lint(tmp_path, text).suppressed] == [reason, ""]

    def test_the_reason_of_the_first_that_silences_is_kept(self, tmp_path: Path) -> None:
        text = f"{SERVICE}# kubelint: ignore[bad-value] above\na: bad # kubelint: ignore[bad-value] behind\n"
        report = lint(tmp_path, text)
        assert [entry.justification for entry in report.suppressed] == ["above"]
        assert found(report) == []

    def test_the_value_of_an_anchor_is_silenced_where_it_is_used(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: &a\n  x: bad\nb:\n  # kubelint: ignore[bad-value]\n  <<: *a\n"
        report = lint(tmp_path, text)
        assert (found(report), silenced(report)) == (["4 bad-value"], ["7 bad-value"])

    def test_in_what_is_not_judged_it_means_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "kustomization.yaml").write_text("patches: [{path: patch.yaml}]\n")
        comments = "# kubelint: ignore[bad-value]\n# kubelint: ignore[no-such-rule]\n"
        patch = lint(tmp_path, f"{comments}{SERVICE}metadata: {{name: web}}\n", name="patch.yaml")
        other = lint(tmp_path, f"{comments}apiVersion: v1\nkind: ConfigMap\n", name="b.yaml")
        placeholder = lint(tmp_path, f"{comments}{SERVICE}metadata: {{name: '${{NAME}}'}}\n", name="c.yaml")
        assert (found(patch), found(other), found(placeholder)) == ([], [], [])
        assert [entry.why for entry in (*patch.skipped, *placeholder.skipped)] == [
            "kustomize patch",
            "placeholder `${NAME}`",
        ]

    def test_no_suppressions_shows_everything(self, tmp_path: Path) -> None:
        comment = "# kubelint: ignore[bad-value]"
        text = f"{SERVICE}a: bad {comment}\nb: x {comment}\nc: d # kubelint: nonsense\n"
        report = lint(tmp_path, text, suppress=False)
        assert (found(report), silenced(report)) == (["3 bad-value"], [])


class TestAnnotation:
    def annotated(self, value: str, rest: str = "") -> str:
        return (
            dedent(f"""\
            apiVersion: v1
            kind: Service
            metadata:
              name: bad
              annotations:
                kubelint.dev/ignore: {value}
            a: bad
            """)
            + rest
        )

    @pytest.mark.parametrize(
        ("value", "silences", "left"),
        [
            ("bad-value", ["4 bad-value", "7 bad-value"], ["4 bad-name"]),
            ('"bad-value, bad-name"', ["4 bad-name", "4 bad-value", "7 bad-value"], []),
            ("bad-name bad-value", ["4 bad-name", "4 bad-value", "7 bad-value"], []),
            ("bad-nam", [], ["4 bad-name", "4 bad-value", "6 unknown-suppression", "7 bad-value"]),
            ('""', [], ["4 bad-name", "4 bad-value", "6 unknown-suppression", "7 bad-value"]),
            ("[bad-value]", [], ["6 wrong-type"]),
        ],
    )
    def test_silences_its_resource(self, tmp_path: Path, value: str, silences: list[str], left: list[str]) -> None:
        report = lint(tmp_path, self.annotated(value))
        assert (silenced(report), found(report)) == (silences, left)

    def test_silences_no_other_resource(self, tmp_path: Path) -> None:
        report = lint(tmp_path, self.annotated("bad-value, bad-name", f"---\n{SERVICE}a: bad\n"))
        assert found(report) == ["11 bad-value"]

    def test_that_silences_nothing(self, tmp_path: Path) -> None:
        text = self.annotated("bad-value, bad-name").replace("name: bad", "name: good")
        report = lint(tmp_path, text)
        assert [(finding.rule, finding.message) for finding in report.findings] == [
            ("unused-suppression", "`bad-name` finds nothing here that would need silencing")
        ]


class TestUnknown:
    def said(self, report: Report) -> list[tuple[str, str]]:
        return [(finding.message, finding.help) for finding in report.findings if finding.rule == "unknown-suppression"]

    def test_suggests_what_is_meant(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: bad # kubelint: ignore[bad-valeu, xyz]\n"
        assert self.said(lint(tmp_path, text)) == [
            ("there is no rule `bad-valeu`", "write `bad-value`"),
            ("there is no rule `xyz`", "`kubelint rules` lists them all"),
        ]

    def test_says_how_to_write_it(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: b # kubelint: ignore\nc: d # kubelint: disable[bad-value]\n"
        assert self.said(lint(tmp_path, text)) == [
            ("a suppression names the rules that it silences", "write `# kubelint: ignore[rule-id] reason`"),
            ("`kubelint: disable` is no suppression", "write `# kubelint: ignore[rule-id] reason`"),
        ]

    def test_points_at_the_comment(self, tmp_path: Path) -> None:
        report = lint(tmp_path, f"{SERVICE}a: b # kubelint: ignore[xyz] why  \n")
        assert [finding.span.text for finding in report.findings] == ["# kubelint: ignore[xyz] why"]

    def test_a_rule_that_is_not_selected_is_known(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: b # kubelint: ignore[bad-name]\n"
        assert found(lint(tmp_path, text, select=("unknown-suppression", "unused-suppression"))) == []


def undecided_rule(resource: Resource) -> Iterator[Finding]:
    """Nobody can tell."""
    raise CannotTell("nobody can")
    yield


def crashing_rule(resource: Resource) -> Iterator[Finding]:
    """A rule that crashes."""
    raise ValueError("oh")


def on_services(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """On Services only."""
    return iter(())


def refusing_rule(resource: Resource) -> Iterator[Finding]:
    """The server refuses a."""
    node = resource.get("a")
    if node is not None:
        yield finding(node, "refused", help="")


class TestUnused:
    def unused(self, report: Report) -> list[str]:
        return [
            f"{finding.span.begin.line} {finding.message.split('`')[1]}"
            for finding in report.findings
            if finding.rule == "unused-suppression"
        ]

    def test_each_id_counts_for_itself(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: bad # kubelint: ignore[bad-value, bad-name, wrong-type]\n"
        assert self.unused(lint(tmp_path, text)) == ["3 bad-name", "3 wrong-type"]

    def test_not_where_the_rule_did_not_run(self, tmp_path: Path) -> None:
        text = f"{SERVICE}a: b # kubelint: ignore[bad-name]\n"
        assert self.unused(lint(tmp_path, text, select=("bad-value", "unused-suppression"))) == []

    def test_not_where_the_rule_is_ignored_for_the_file(self, tmp_path: Path) -> None:
        (tmp_path / ".kubelint.yaml").write_text("per-file-ignores: {'a.yaml': [bad-name]}\n")
        text = f"{SERVICE}a: b # kubelint: ignore[bad-name, bad-value]\n"
        (tmp_path / "a.yaml").write_text(text)
        report = run(Request(str(tmp_path), ("a.yaml",), overrides={"select": SELECT}), RULES).report
        assert self.unused(report) == ["3 bad-value"]

    def test_not_where_the_rule_could_not_tell(self, tmp_path: Path) -> None:
        undecided = Rule(undecided_rule, Severity.ERROR, "wiring", True)
        text = f"{SERVICE}a: bad # kubelint: ignore[undecided-rule, bad-name]\n"
        report = lint(tmp_path, text, rules=(*RULES, undecided), select=(*SELECT, "undecided-rule"))
        assert [entry.rule for entry in report.undecided] == ["undecided-rule"]
        assert self.unused(report) == ["3 bad-name"]

    def test_not_where_the_rule_crashed(self, tmp_path: Path) -> None:
        crashing = Rule(crashing_rule, Severity.ERROR, "wiring", True)
        (tmp_path / "a.yaml").write_text(f"{SERVICE}a: bad # kubelint: ignore[crashing-rule, bad-name]\n")
        request = Request(str(tmp_path), isolated=True, overrides={"select": (*SELECT, "crashing-rule")})
        report = run(request, (*RULES, crashing)).report
        assert len(report.faults) == 1
        assert self.unused(report) == ["3 bad-name"]

    def test_not_where_the_resource_does_not_decode(self, tmp_path: Path) -> None:
        comment = "# kubelint: ignore[bad-value]"
        text = f"{SERVICE}spec:\n  ports: 80 {comment}\n---\n{SERVICE}a: b {comment}\n"
        report = lint(tmp_path, text)
        assert found(report) == ["4 wrong-type", "8 unused-suppression"]

    def test_not_where_the_server_refuses_the_field_anyway(self, tmp_path: Path) -> None:
        refusing = Rule(refusing_rule, Severity.ERROR, "api", True)
        text = f"{SERVICE}a: bad # kubelint: ignore[bad-value]\n"
        report = lint(tmp_path, text, rules=(*RULES, refusing), select=(*SELECT, "refusing-rule"))
        assert found(report) == ["3 refusing-rule"]

    def test_one_for_the_rules_of_suppressions_themselves_is_never_unused(self, tmp_path: Path) -> None:
        text = f"# kubelint: ignore[unused-suppression] for now\n{SERVICE}a: b # kubelint: ignore[bad-value]\nc: d\n"
        report = lint(tmp_path, text)
        assert (found(report), silenced(report)) == ([], ["4 unused-suppression"])

    def test_a_rule_that_concerns_no_such_object_is_unused(self, tmp_path: Path) -> None:
        rule = Rule(on_services, Severity.ERROR, "wiring", True)
        text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a} # kubelint: ignore[on-services]\n"
        report = lint(tmp_path, text, rules=(*RULES, rule), select=(*SELECT, "on-services"))
        assert self.unused(report) == ["3 on-services"]


def test_a_file_without_the_word_is_not_looked_through() -> None:
    walked = []

    class Watched(Source):
        @property
        def line_starts(self) -> list[int]:
            walked.append(self)
            return super().line_starts

    def suppressions(comment: str) -> Suppressions:
        manifest = of_text(Watched("/a.yaml", f"{SERVICE}a: b {comment}\n"), lambda kind: True)
        walked.clear()
        return Suppressions(manifest, frozenset(), frozenset())

    assert suppressions("# kube lint").all == ()
    assert not walked
    assert len(suppressions("# kubelint: ignore[a]").all) == 1
    assert walked
