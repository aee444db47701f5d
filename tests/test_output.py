"""Every format is given the same report; golden files hold what the user gets. UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from kubelint import HOMEPAGE, output, parser
from kubelint.finding import Finding, Related, Severity, finding
from kubelint.node import Node
from kubelint.output import Style, _color
from kubelint.output._line_hash import line_hashes
from kubelint.report import Counts, Fault, Report, Skipped, Suppressed, Undecided
from kubelint.resources import Service, resources_in
from kubelint.rule import Rule, rule, rules_in
from kubelint.source import Source

PROJECT = Path(__file__).parents[1]
GOLDEN = PROJECT / "tests" / "golden" / "output"
ROOT = "/project"

DATABASE = """\
apiVersion: v1
kind: Service
metadata:
  name: orders-db
spec:
  type: LoadBalancer
  ports:
    - port: 5432
"""
WEB = """\
apiVersion: v1\r
kind: Service\r
metadata: {name: web, namespace: shop, annotations: {note: "😀 日本"}, labels: {app: wéb}}\r
spec:\r
  selector: {app: web}\r
"""


@rule(severity=Severity.ERROR, category="exposure")
def exposed_database(service: Service) -> Iterator[Finding]:
    """A database port is published outside the cluster."""
    return iter(())


@rule(severity=Severity.WARNING, category="wiring", default=False)
def dangling_service(service: Service) -> Iterator[Finding]:
    """A Service selects no pod."""
    return iter(())


@rule(severity=Severity.NOTE, category="api")
def syntax(service: Service) -> Iterator[Finding]:
    """The document is not YAML."""
    return iter(())


PAGE = """\
# exposed-database

## Why
A database answers `anyone` who can
open its port.

It need not.

## Flagged
```yaml provider=gke
a: b  # expect: exposed-database "PostgreSQL"
```
"""


@pytest.fixture
def rules(tmp_path: Path) -> dict[str, Rule]:
    """The rules above: the first one as if it were built in and with a page, the others without."""
    found = {rule.id: rule for rule in rules_in(sys.modules[__name__])}
    page = tmp_path / "exposed_database.md"
    page.write_text(PAGE)
    found["exposed-database"].page = str(page)
    for other in ("dangling-service", "syntax"):
        found[other].page = str(tmp_path / "absent.md")
    return found


@pytest.fixture
def built_in(rules: dict[str, Rule], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposed_database, "__module__", "kubelint_rules.exposure.exposed_database")


def parsed(path: str, text: str) -> Node:
    source = Source(path, text)
    root = parser.parse(source, 0, len(text)).root
    assert root is not None
    return root


def node(root: Node, *route: str | int) -> Node:
    found = root.get(*route)
    assert found is not None
    return found


def spot(text: str, path: str = f"{ROOT}/a.yaml") -> Node:
    """The place between « and » of a text without them."""
    start, end = text.index("«"), text.index("»") - 1
    return Node(Source(path, text.replace("«", "").replace("»", "")), start, end)


def spotted(text: str, path: str = f"{ROOT}/a.yaml", help: str = "", message: str = "it is wrong") -> Finding:
    return replace(finding(spot(text, path), message, help=help), rule="syntax", category="api", severity=Severity.NOTE)


def sample(rules: dict[str, Rule]) -> Report:
    """A report with something of everything."""
    database, web = parsed(f"{ROOT}/k8s/db.yaml", DATABASE), parsed(f"{ROOT}/k8s/größe 1/web.yaml", WEB)
    (orders,) = resources_in(database)
    (shop,) = resources_in(web)
    published = replace(
        finding(
            node(database, "spec", "ports", 0, "port"),
            "PostgreSQL is reachable through `LoadBalancer` from outside the cluster",
            help="keep the Service `ClusterIP`",
            related=[
                (node(database, "spec", "type"), "published by this Service type"),
                (node(web, "metadata", "labels", "app"), "not by this one"),
            ],
            field="spec.ports[0].port",
        ),
        rule="exposed-database",
        category="exposure",
        severity=Severity.ERROR,
        resource=orders,
    )
    dangling = replace(
        finding(
            node(web, "spec", "selector").key, "no pod has the label `app: web`", help="label a pod", reason="NotFound"
        ),
        rule="dangling-service",
        category="wiring",
        severity=Severity.WARNING,
        resource=shop,
    )
    whole = replace(
        finding(node(database, "metadata"), "it has no namespace.", help=""),
        rule="syntax",
        category="api",
        severity=Severity.NOTE,
    )
    standard_input = spotted("kind: «Sérvice»\n", "<stdin>", help="write `Service`\nor leave it")
    elsewhere = spotted("«»a: 1\n", "/elsewhere/ü.yaml")
    report = Report(
        ROOT,
        tuple(rules.values()),
        findings=[published, whole, dangling, elsewhere, standard_input],
        undecided=[
            Undecided("dangling-service", orders.span, orders, "a chart is not rendered"),
            Undecided("dangling-service", standard_input.span, None, "nothing is known"),
        ],
        suppressed=[Suppressed(dangling, "known"), Suppressed(published, "")],
        skipped=[Skipped(f"{ROOT}/chart/web.yaml", 1, "helm template")],
        faults=[Fault(f"{ROOT}/k8s/db.yaml", "rule `syntax` crashed: KeyError: 'port'"), Fault("", "no file")],
        counts=Counts(files=3, documents=2, services=2),
    )
    report.sort()
    return report


def rendered(name: str, report: Report, color: bool = False, folder: str = ROOT) -> str:
    return output.load(name).render(report, Style(color, folder))


def blocks(*findings: Finding) -> str:
    return rendered("text", Report(ROOT, findings=list(findings)))


class TestFormats:
    def test_names_are_the_modules(self) -> None:
        assert {"concise", "json", "sarif", "text"} <= set(output.names())
        assert not [name for name in output.names() if name.startswith("_")]
        assert list(output.names()) == sorted(output.names())

    @pytest.mark.parametrize("name", output.names())
    def test_every_format_takes_an_empty_report(self, name: str) -> None:
        text = rendered(name, Report(ROOT))
        assert text == "" or text.endswith("\n")

    @pytest.mark.parametrize("name", ["nothing", "_cells", "__init__", "", "../output/text"])
    def test_other_names_are_refused(self, name: str) -> None:
        with pytest.raises(output.UnknownFormat, match=r"there are .*concise.*text"):
            output.load(name)

    @pytest.mark.parametrize(
        ("path", "folder", "expected"),
        [
            ("/project/k8s/a.yaml", "/project", "k8s/a.yaml"),
            ("/project/k8s/a.yaml", "/project/k8s", "a.yaml"),
            ("/project/a.yaml", "/", "project/a.yaml"),
            ("/project-b/a.yaml", "/project", "/project-b/a.yaml"),
            ("/other/a.yaml", "/project", "/other/a.yaml"),
            ("/project", "/project", "/project"),
            ("<stdin>", "/project", "<stdin>"),
            ("k8s/named.yaml", "/project", "k8s/named.yaml"),
            ("", "/project", ""),
        ],
    )
    def test_paths(self, path: str, folder: str, expected: str) -> None:
        assert Style(False, folder).path(path) == expected

    def test_formats_for_people_load_little(self) -> None:
        # The package's own __init__ is kept out: it loads what rules need.
        code = (
            "import sys, types; package = types.ModuleType('kubelint'); "
            f"package.__path__ = [{str(Path(output.__file__).parents[1])!r}]; sys.modules['kubelint'] = package; "
            "import kubelint.output.text, kubelint.output.concise; "
            "print(*{'json', 'sarif_om', 'attr', 'pathlib', 'urllib.parse'} & set(sys.modules))"
        )
        finished = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
        assert finished.stdout.strip() == ""


class TestColor:
    @pytest.mark.parametrize(
        ("flag", "environment", "terminal", "expected"),
        [
            ("auto", {}, True, True),
            ("auto", {}, False, False),
            ("auto", {"TERM": "xterm"}, True, True),
            ("auto", {"TERM": "dumb"}, True, False),
            ("auto", {"NO_COLOR": "1"}, True, False),
            ("auto", {"NO_COLOR": ""}, True, True),
            ("auto", {"FORCE_COLOR": "1"}, False, True),
            ("auto", {"FORCE_COLOR": ""}, False, False),
            ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
            ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
            ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
            ("never", {"FORCE_COLOR": "1"}, True, False),
        ],
    )
    def test_rule(self, flag: str, environment: dict[str, str], terminal: bool, expected: bool) -> None:
        stream = io.StringIO()
        stream.isatty = lambda: terminal
        assert _color.wants_color(flag, stream, environment) is expected


class TestGolden:
    @pytest.mark.parametrize("color", [False, True])
    @pytest.mark.parametrize("name", output.names())
    @pytest.mark.usefixtures("built_in")
    def test_sample(self, name: str, color: bool, rules: dict[str, Rule], monkeypatch: pytest.MonkeyPatch) -> None:
        module = output.load(name)
        assert isinstance(module, ModuleType)
        monkeypatch.setattr(module, "__version__", "1.2.3", raising=False)
        text = rendered(name, sample(rules), color)
        file = GOLDEN / f"sample.{'color.' if color and name in ('concise', 'text') else ''}{name}"
        if "UPDATE_GOLDEN" in os.environ:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        assert text.encode() == file.read_bytes()

    def test_color_changes_no_word(self, rules: dict[str, Rule]) -> None:
        for name in ("concise", "text"):
            plain, colored = rendered(name, sample(rules)), rendered(name, sample(rules), color=True)
            for parameters in {"0", _color.BOLD, _color.DIM, _color.HELP, _color.RELATED, *_color.SEVERITY.values()}:
                colored = colored.replace(f"\x1b[{parameters}m", "")
            assert [line.rstrip() for line in colored.splitlines()] == plain.splitlines()


class TestConcise:
    def test_line(self) -> None:
        line = rendered("concise", Report(ROOT, findings=[spotted("é: «x»")]))
        assert line == "a.yaml:1:4: note: it is wrong [syntax]\n"

    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ("a\nb\tc\r", r"a\nb\tc\r"),
            ("\x1b[31mred\x07\x9b", r"\x1b[31mred\x07\x9b"),
            ("nam\u202ee\u200b", r"nam\u202ee\u200b"),
            ("no\u00a0break", r"no\xa0break"),
            ("größe 日本 e\u0301 😀", "größe 日本 e\u0301 😀"),
            ("lone \udcff", r"lone \udcff"),
        ],
    )
    @pytest.mark.parametrize("name", ["concise", "text"])
    def test_what_a_terminal_would_obey_is_escaped(self, name: str, message: str, expected: str) -> None:
        found = spotted("«x»", f"{ROOT}/{message}.yaml", message=message, help=message.replace("\n", " "))
        related = Related(spot("«y»", f"{ROOT}/{message}").span, message)
        report = Report(ROOT, findings=[found.with_related(related)], faults=[Fault(message, message)])
        text = rendered(name, report)
        assert text.startswith(f"{expected}.yaml:1:1: note: {expected} [syntax]\n")
        assert f"\n{expected}: internal error: {expected}\n" in text
        text.encode()
        assert all(line.isprintable() for line in text.splitlines())

    def test_fault(self) -> None:
        report = Report(ROOT, faults=[Fault(f"{ROOT}/a.yaml", "it broke"), Fault("", "it broke")])
        for name in ("concise", "text"):
            assert rendered(name, report) == "a.yaml: internal error: it broke\ninternal error: it broke\n"


def long(before: int, after: int) -> str:
    return "x" * before + "«port»" + "y" * after


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            # The place decides where the carets stand, and how many there are.
            ("a: «80»\n", ["1 | a: 80", "  |    ^^"]),
            ("\r\na: «80»\r\n", ["2 | a: 80", "  |    ^^"]),
            # What is empty gets a single caret, also behind the last character and in an empty line.
            ("a: «»80", ["1 | a: 80", "  |    ^"]),
            ("a:«»\n", ["1 | a:", "  |   ^"]),
            ("a:\n«»", ["2 |", "  | ^"]),
            # A place between the two halves of a line break.
            ("a:\r«»\n", ["1 | a:", "  |   ^"]),
            # Tabs, wide and combining characters, characters that are escaped.
            ("\ta:\t«80»", ["1 |     a:    80", "  |           ^^"]),
            ("日本: «80»", ["1 | 日本: 80", "  |       ^^"]),
            ("a: «日本» # x", ["1 | a: 日本 # x", "  |    ^^^^"]),
            ("e\u0301\u0302: «80»", ["1 | e\u0301\u0302: 80", "  |    ^^"]),
            ("e«\u0301»: 80", ["1 | e\u0301: 80", "  |  ^"]),
            ("\u1112\u1161\u11ab: «80»", ["1 | \u1112\u1161\u11ab: 80", "  |     ^^"]),
            ("😀: «é»", ["1 | 😀: é", "  |     ^"]),
            ("\x1b[2J: «\u200b»", [r"1 | \x1b[2J: \u200b", "  |          ^^^^^^"]),
            ("a:\u00a0«80»", [r"1 | a:\xa080", "  |       ^^"]),
            # Several lines: up to three are shown, without their indentation; of more, the first two.
            ("a: «b  \n   c» d\n", ["1 | a: b", "  |    ^", "2 |    c d", "  |    ^"]),
            ("a:\n  «b: 1\n\n  c: 2»\n", ["2 |   b: 1", "  |   ^^^^", "3 |", "4 |   c: 2", "  |   ^^^^"]),
            ("«a: 1\nb: 2\nc: 3\nd: 4»", ["1 | a: 1", "  | ^^^^", "2 | b: 2", "  | ^^^^", "..."]),
            # A line break at the end is no further line.
            ("«a: 1\n»b: 2\n", ["1 | a: 1", "  | ^^^^"]),
            # The number may need more room.
            ("\n" * 99 + "a: «1»", ["100 | a: 1", "    |    ^"]),
            # Long lines are cut behind a place near the beginning, else around it.
            (long(0, 96), ["1 | port" + "y" * 96, "  | ^^^^"]),
            (long(0, 97), ["1 | port" + "y" * 90 + "...", "  | ^^^^"]),
            (long(90, 50), ["1 | " + "x" * 90 + "port...", "  | " + " " * 90 + "^^^^"]),
            (long(91, 5), ["1 | " + "x" * 91 + "port" + "y" * 5, "  | " + " " * 91 + "^^^^"]),
            (long(91, 50), ["1 | ..." + "x" * 31 + "port" + "y" * 50, "  | " + " " * 34 + "^^^^"]),
            (long(200, 200), ["1 | ..." + "x" * 31 + "port" + "y" * 59 + "...", "  | " + " " * 34 + "^^^^"]),
            ("x" * 200 + "«»", ["1 | ..." + "x" * 31, "  | " + " " * 34 + "^"]),
            ("日" * 200 + "«a»", ["1 | ..." + "日" * 15 + "a", "  | " + " " * 33 + "^"]),
            ("«" + "x" * 200 + "»", ["1 | " + "x" * 94 + "...", "  | " + "^" * 94]),
        ],
    )
    def test_snippet(self, text: str, expected: list[str]) -> None:
        headline, bar, *lines = blocks(spotted(text)).splitlines()
        assert headline.endswith(": note: it is wrong [syntax]")
        assert bar.strip() == "|"
        assert [line[1:] for line in lines] == expected

    def test_long_line_is_read_only_around_the_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from kubelint.output import text

        asked: list[str] = []

        def cell(character: str) -> tuple[str, int]:
            asked.append(character)
            return character, 1

        monkeypatch.setattr(text, "cell", cell)
        blocks(spotted("x" * 100_000 + "«80»" + "y" * 100_000))
        assert 0 < len(asked) < 1_000

    @pytest.mark.parametrize(
        ("lines_between", "expected"),
        [
            (0, ["1 | type: A", "  |       -", "2 | port: 80", "  |       ^^"]),
            (1, ["1 | type: A", "  |       -", "2 | x", "3 | port: 80", "  |       ^^"]),
            (3, ["1 | type: A", "  |       -", "...", "5 | port: 80", "  |       ^^"]),
        ],
    )
    def test_close_related_place_is_underlined_together(self, lines_between: int, expected: list[str]) -> None:
        found = spotted("type: A\n" + "x\n" * lines_between + "port: «80»\n")
        related = Related(found.span._replace(start=6, end=7), "by this")
        lines = blocks(found.with_related(related)).splitlines()
        assert [line[1:] for line in lines[2:]] == [*expected, "  = a.yaml:1:7: by this"]

    def test_related_places_further_down_and_within_the_line(self) -> None:
        found = spotted("«a»: b\nc: d\n")
        first, second = found.span._replace(start=0, end=4), found.span._replace(start=8, end=9)
        text = blocks(found.with_related(Related(first, "overlaps"), Related(second, "below")))
        assert text.splitlines()[2:] == [
            " 1 | a: b",
            "   | ^---",
            " 2 | c: d",
            "   |    -",
            "   = a.yaml:1:1: overlaps",
            "   = a.yaml:2:4: below",
        ]

    def test_far_related_place_shows_its_line(self) -> None:
        found = spotted("type: A\n" + "x\n" * 9 + "port: «80»\n", help="do this")
        far = Related(found.span._replace(start=6, end=7), "by this")
        other = Related(spot("first\nb: «c\nd: e»\n", f"{ROOT}/b.yaml").span, "in another file")
        assert blocks(found.with_related(far, other)).splitlines()[1:] == [
            "    |",
            " 11 | port: 80",
            "    |       ^^",
            "    = a.yaml:1:7: by this",
            "  1 | type: A",
            "    |       -",
            "    = b.yaml:2:4: in another file",
            "  2 | b: c",
            "    |    -",
            "    = help: do this",
        ]

    def test_place_in_another_file_is_never_close(self) -> None:
        found = spotted("«a»: b\n")
        other = Related(spot("c: «d»\n", f"{ROOT}/b.yaml").span, "there")
        assert blocks(found.with_related(other)).splitlines()[2:] == [
            " 1 | a: b",
            "   | ^",
            "   = b.yaml:1:4: there",
            " 1 | c: d",
            "   |    -",
        ]

    def test_help_of_several_lines(self) -> None:
        lines = blocks(spotted("«a»", help="write\n  b: 1")).splitlines()
        assert lines[-2:] == ["   = help: write", "             b: 1"]

    def test_blocks_are_apart(self) -> None:
        text = blocks(spotted("«a»"), spotted("«b»"))
        assert text.count("\n\n") == 1
        assert not text.startswith("\n")
        assert not text.endswith("\n\n")


@pytest.fixture(scope="module")
def report_schema() -> jsonschema.Draft7Validator:
    schema = json.loads((PROJECT / "schemas" / "kubelint_schemas" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


class TestJson:
    def test_reports_are_as_the_schema_says(
        self, report_schema: jsonschema.Draft7Validator, rules: dict[str, Rule]
    ) -> None:
        for report in (sample(rules), Report(ROOT)):
            assert [error.message for error in report_schema.iter_errors(json.loads(rendered("json", report)))] == []

    def test_schema_knows_every_key(self, report_schema: jsonschema.Draft7Validator, rules: dict[str, Rule]) -> None:
        document = json.loads(rendered("json", sample(rules)))
        for holder in _objects(document):
            for key in list(holder):
                value = holder.pop(key)
                assert not report_schema.is_valid(document), f"{key} may be left out"
                holder[key] = value
            holder["further"] = 1
            assert not report_schema.is_valid(document), f"beside {sorted(holder)} anything may stand"
            del holder["further"]
        assert report_schema.is_valid(document)

    @pytest.mark.parametrize(
        ("key", "value"), [("line", 0), ("column", 0), ("severity", "info"), ("rule", ""), ("help", None), ("path", "")]
    )
    def test_schema_refuses(
        self, report_schema: jsonschema.Draft7Validator, rules: dict[str, Rule], key: str, value: Any
    ) -> None:
        document = json.loads(rendered("json", sample(rules)))
        document["findings"][0][key] = value
        assert not report_schema.is_valid(document)

    def test_two_kinds_of_finding_differ_by_the_justification(self, report_schema: jsonschema.Draft7Validator) -> None:
        assert isinstance(report_schema.schema, dict)
        properties = report_schema.schema["properties"]
        shown, silenced = (properties[name]["items"]["properties"] for name in ("findings", "suppressed"))
        assert list(silenced) == [*shown, "justification"]

    def test_order_and_empty_values(self, rules: dict[str, Rule]) -> None:
        document = json.loads(rendered("json", sample(rules)))
        assert list(document) == [
            "schema_version",
            "tool",
            "findings",
            "undecided",
            "suppressed",
            "skipped",
            "errors",
            "summary",
        ]
        bare = next(entry for entry in document["findings"] if entry["path"] == "<stdin>")
        assert (bare["field"], bare["resource"], bare["reason"], bare["related"]) == (None, None, None, [])
        assert document["summary"] == {"files": 3, "documents": 2, "services": 2, "error": 1, "warning": 1, "note": 3}

    def test_columns_count_code_points(self) -> None:
        (entry,) = json.loads(rendered("json", Report(ROOT, findings=[spotted("😀é: «80\nb»\n")])))["findings"]
        assert (entry["line"], entry["column"], entry["end_line"], entry["end_column"]) == (1, 5, 2, 2)

    def test_name_that_is_no_unicode_can_be_encoded(self) -> None:
        path = os.fsdecode(b"/project/\xff.yaml")
        text = rendered("json", Report(ROOT, findings=[spotted("«a»", path, message="größe")]))
        assert "größe" in text
        assert json.loads(text.encode())["findings"][0]["path"] == "\udcff.yaml"


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _objects(value)


def log_of(report: Report) -> dict[str, Any]:
    document = json.loads(rendered("sarif", report))
    assert isinstance(document, dict)
    return document


def run_of(report: Report) -> dict[str, Any]:
    (run,) = log_of(report)["runs"]
    assert isinstance(run, dict)
    return run


def result_of(found: Finding) -> dict[str, Any]:
    (result,) = run_of(Report(ROOT, findings=[found]))["results"]
    assert isinstance(result, dict)
    return result


def place_of(found: Finding) -> dict[str, Any]:
    (location,) = result_of(found)["locations"]
    place = location["physicalLocation"]
    assert isinstance(place, dict)
    return place


def numbers(region: dict[str, Any]) -> tuple[int, int, int, int]:
    return region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]


class TestSarif:
    def test_head(self) -> None:
        log = log_of(Report(ROOT))
        assert list(log) == ["version", "$schema", "runs"]
        assert log["version"] == "2.1.0"
        run = run_of(Report(ROOT))
        assert run["columnKind"] == "utf16CodeUnits"
        assert run["results"] == []
        assert run["tool"]["driver"]["rules"] == []
        assert run["tool"]["driver"]["name"] == "kubelint"
        assert run["tool"]["driver"]["informationUri"] == HOMEPAGE
        assert run["invocations"] == [{"executionSuccessful": True}]

    def test_nothing_unset_and_no_default_is_written(self, rules: dict[str, Rule]) -> None:
        written = {key for holder in _objects(log_of(sample(rules))) for key, value in holder.items()}
        assert not written & {"contents", "newlineSequences", "language", "kind", "rank", "guid", "suppressions"}
        assert not written & {"startTimeUtc", "endTimeUtc", "machine", "versionControlProvenance", "artifacts"}
        assert "null" not in rendered("sarif", sample(rules))

    def test_says_nothing_of_this_machine(self, rules: dict[str, Rule], tmp_path: Path) -> None:
        text = rendered("sarif", sample(rules), folder="/project/k8s", color=True)
        assert text == rendered("sarif", sample(rules))
        assert ROOT not in text
        assert str(tmp_path) not in text

    def test_level_is_always_written(self, rules: dict[str, Rule]) -> None:
        run = run_of(sample(rules))
        levels = {result["ruleId"]: result["level"] for result in run["results"]}
        assert levels == {"exposed-database": "error", "dangling-service": "warning", "syntax": "note"}
        defaults = {rule["id"]: rule["defaultConfiguration"] for rule in run["tool"]["driver"]["rules"]}
        assert defaults == {
            "dangling-service": {"enabled": False, "level": "warning"},
            "exposed-database": {"level": "error"},
            "syntax": {"level": "note"},
        }

    def test_level_is_the_one_of_the_finding(self, rules: dict[str, Rule]) -> None:
        found = replace(spotted("«a»"), rule="exposed-database", severity=Severity.WARNING)
        (result,) = run_of(Report(ROOT, tuple(rules.values()), [found]))["results"]
        assert result["level"] == "warning"

    def test_suppressed_findings_stay_out(self, rules: dict[str, Rule]) -> None:
        report = sample(rules)
        assert len(run_of(report)["results"]) == len(report.findings)

    def test_rules_stand_in_the_order_of_their_ids_and_are_found_by_index(self, rules: dict[str, Rule]) -> None:
        report = sample(rules)
        report.rules = tuple(reversed(report.rules))
        run = run_of(report)
        ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert ids == ["dangling-service", "exposed-database", "syntax"]
        assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
        assert len(run["results"]) == 5

    def test_finding_of_a_rule_that_is_not_listed(self) -> None:
        assert "ruleIndex" not in result_of(spotted("«a»"))

    @pytest.mark.usefixtures("built_in")
    def test_rule(self, rules: dict[str, Rule]) -> None:
        (_, described, _) = run_of(sample(rules))["tool"]["driver"]["rules"]
        uri = f"{HOMEPAGE}/blob/main/rules/kubelint_rules/exposure/exposed_database.md"
        assert described["name"] == "ExposedDatabase"
        assert described["shortDescription"]["text"] == "A database port is published outside the cluster."
        assert described["fullDescription"]["text"] == "A database answers 'anyone' who can open its port."
        assert described["help"]["text"].startswith("# exposed-database\n\n## Why\nA database")
        assert described["help"]["markdown"] == described["help"]["text"] + f"\n\n[exposed-database]({uri})\n"
        assert "expect" not in described["help"]["text"]
        assert described["helpUri"] == uri
        assert described["properties"] == {
            "precision": "high",
            "problem.severity": "error",
            "tags": ["exposure", "security"],
            "security-severity": "8.0",
        }

    def test_rule_of_a_plugin_without_a_page(self, rules: dict[str, Rule]) -> None:
        described = run_of(sample(rules))["tool"]["driver"]["rules"][2]
        assert described["name"] == "ApiSyntax"
        assert described["help"] == {"text": "The document is not YAML.", "markdown": "The document is not YAML."}
        assert described["fullDescription"]["text"] == "The document is not YAML."
        assert "helpUri" not in described
        assert described["properties"] == {
            "precision": "very-high",
            "problem.severity": "recommendation",
            "tags": ["api"],
        }

    @pytest.mark.parametrize(
        ("word", "count", "kept"),
        [("word", 1, 1), ("word", 204, 204), ("word", 205, 204), ("word", 999, 204), ("w", 512, 512), ("w", 513, 510)],
    )
    def test_description_is_as_long_as_github_takes(
        self, word: str, count: int, kept: int, rules: dict[str, Rule]
    ) -> None:
        Path(rules["exposed-database"].page).write_text(f"## Why\n{f'{word} ' * count}\n\nMore.")
        text = run_of(sample(rules))["tool"]["driver"]["rules"][1]["fullDescription"]["text"]
        assert len(text) <= 1024
        assert text == " ".join([word] * kept) + ("." if kept == count else "...")

    @pytest.mark.parametrize(
        ("message", "help", "expected"),
        [
            ("port `80` is taken", "", "port '80' is taken."),
            ("port `80` is taken.", "use `81`", "port '80' is taken. Help: use '81'."),
            ("a lone ` stays", "", "a lone ` stays."),
            ("no [link](https://example.com)", "", "no [link] (https://example.com)."),
        ],
    )
    def test_message(self, message: str, help: str, expected: str) -> None:
        assert result_of(spotted("«a»", message=message, help=help))["message"] == {"text": expected}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a: «80»\nb", (1, 4, 1, 6)),
            ("😀é: «80»\nb", (1, 6, 1, 8)),
            ("a: «😀»b\nb", (1, 4, 1, 6)),
            ("日: «日»\nb", (1, 4, 1, 5)),
            ("😀\r\n«b\r\n😀c» d\n", (2, 1, 3, 4)),
            ("a\r«b» c", (2, 1, 2, 2)),
            ("a: «»\nb", (1, 4, 1, 4)),
            ("😀\n«»", (2, 1, 2, 1)),
        ],
    )
    def test_region_counts_utf_16(self, text: str, expected: tuple[int, int, int, int]) -> None:
        region = place_of(spotted(text))["region"]
        assert numbers(region) == expected
        assert region["snippet"]["text"] == text[text.index("«") + 1 : text.index("»")]

    @pytest.mark.parametrize(
        ("text", "expected", "snippet"),
        [
            ("0\r\na\r\nb: «c»\r\nd\r\ne\r\n", (2, 1, 4, 2), "a\r\nb: c\r\nd"),
            ("b: «c» 😀", (1, 1, 1, 8), "b: c 😀"),
            ("«a: b»\nc: d\n", (1, 1, 2, 5), "a: b\nc: d"),
            ("a: b\n«c: d»\n", (1, 1, 2, 5), "a: b\nc: d"),
            ("a: b\nc: d\n«»", (2, 1, 3, 1), "c: d\n"),
        ],
    )
    def test_context(self, text: str, expected: tuple[int, int, int, int], snippet: str) -> None:
        context = place_of(spotted(text))["contextRegion"]
        assert numbers(context) == expected
        assert context["snippet"]["text"] == snippet

    @pytest.mark.parametrize("text", ["«a: b»", "«a: b\n»", "«»"])
    def test_no_context_that_is_no_larger(self, text: str) -> None:
        assert "contextRegion" not in place_of(spotted(text))

    def test_no_huge_snippet(self) -> None:
        place = place_of(spotted("x" * 5000 + "«80»"))
        assert place["region"]["snippet"] == {"text": "80"}
        assert "contextRegion" not in place
        assert "snippet" not in place_of(spotted("«" + "x" * 5000 + "»"))["region"]

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/project/k8s/a.yaml", {"uri": "k8s/a.yaml", "uriBaseId": "%SRCROOT%"}),
            ("/project/größe 1/50%#?.yaml", {"uri": "gr%C3%B6%C3%9Fe%201/50%25%23%3F.yaml", "uriBaseId": "%SRCROOT%"}),
            ("/project/c:d.yaml", {"uri": "c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}),
            (os.fsdecode(b"/project/\xff.yaml"), {"uri": "%FF.yaml", "uriBaseId": "%SRCROOT%"}),
            ("/else where/a.yaml", {"uri": "file:///else%20where/a.yaml"}),
            ("/project-b/a.yaml", {"uri": "file:///project-b/a.yaml"}),
            ("<stdin>", {"uri": "%3Cstdin%3E"}),
            ("k8s/named.yaml", {"uri": "k8s/named.yaml"}),
        ],
    )
    def test_uri(self, path: str, expected: dict[str, str]) -> None:
        assert place_of(spotted("«a»", path))["artifactLocation"] == expected

    def test_base_is_declared_without_its_place(self) -> None:
        assert set(run_of(Report(ROOT))["originalUriBaseIds"]["%SRCROOT%"]) == {"description"}

    def test_related_locations_have_numbers(self, rules: dict[str, Rule]) -> None:
        result = next(found for found in run_of(sample(rules))["results"] if found["ruleId"] == "exposed-database")
        related = result["relatedLocations"]
        assert [location["id"] for location in related] == [1, 2]
        assert [location["message"]["text"] for location in related] == [
            "published by this Service type.",
            "not by this one.",
        ]
        assert numbers(related[1]["physicalLocation"]["region"]) == (3, 84, 3, 87)
        assert related[1]["physicalLocation"]["contextRegion"]["snippet"]["text"].count("\r\n") == 2

    def test_faults_are_notifications(self) -> None:
        report = Report(ROOT, faults=[Fault(f"{ROOT}/a b.yaml", "rule `x` crashed"), Fault("", "it broke")])
        assert run_of(report)["invocations"] == [
            {
                "executionSuccessful": False,
                "toolExecutionNotifications": [
                    {
                        "message": {"text": "rule 'x' crashed."},
                        "level": "error",
                        "locations": [
                            {"physicalLocation": {"artifactLocation": {"uri": "a%20b.yaml", "uriBaseId": "%SRCROOT%"}}}
                        ],
                    },
                    {"message": {"text": "it broke."}, "level": "error"},
                ],
            }
        ]

    def test_what_is_wrong_with_a_policy_has_a_place(self) -> None:
        report = Report(ROOT, faults=[Fault(f"{ROOT}/p.yaml", "there is no `x`", (3, 7))])
        (notification,) = run_of(report)["invocations"][0]["toolExecutionNotifications"]
        assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}

    def test_fingerprint_is_of_the_first_line(self) -> None:
        fingerprints = result_of(spotted("kind: Service\n«a\nb»\n"))["partialFingerprints"]
        assert fingerprints == {"primaryLocationLineHash": "81b8d8db678b2bbe:1"}


class TestLineHash:
    """The expected values were computed by GitHub's own code, codeql-action's src/fingerprints.ts."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", {1: "c129715d7a2bc9a3:1"}),
            ("kind: Service", {1: "2e5fe31100aee2c8:1"}),
            ("kind: Service\n", {1: "87f56b8eb870960e:1", 2: "c129715d7a2bc9a3:1"}),
            (
                "kind:\tService\r\nmetadata:\r\n  name: web\r\n",
                {1: "f4a68a3838e2001e:1", 2: "e9efee3511d5aef3:1", 3: "57a24e24bf88026a:1"},
            ),
            ("a: 😀é日\nb: 1\n", {1: "695e2b64174eaeba:1", 2: "c9e1e35156b45736:1"}),
            ("b: 1\n" * 30, {1: "85b06f74c4af30eb:1", 4: "85b06f74c4af30eb:4"}),
            ("x" * 150 + "\n" + "x" * 99 + "\n", {1: "52b56201ffb58620:1", 2: "52b56201ffb585b2:1"}),
            (
                "a\rb\n\n \n",
                {1: "72b3b2757593f0d2:1", 2: "5b5cae4d3171c963:1", 3: "5b5d4caf73a13177:1", 4: "3c5bef55b72b93c9:1"},
            ),
        ],
    )
    def test_is_githubs(self, text: str, expected: dict[int, str]) -> None:
        assert line_hashes(Source("a.yaml", text), expected) == expected


@pytest.mark.skipif(
    shutil.which("sarif-multitool") is None, reason="Microsoft's SARIF Multitool is not installed (npm)"
)
class TestMultitool:
    """The judge of other people: npm install @microsoft/sarif-multitool."""

    TEXTS = (
        "😀: é\r\nb: «80 # 日»\r\n\tc: 1\r\n",
        "a: «b»\n" + "a: b\n" * 40,
        "a: b\n" * 40 + "«a»: b",
        "a\rb: «c\rd»: e\r",
        "kind: «»\n",
        "😀" * 120 + "«x»" + "y" * 120 + "\n",
    )

    @pytest.fixture
    def log(self, rules: dict[str, Rule], tmp_path: Path) -> Path:
        root = tmp_path / "größe 1"
        root.mkdir()
        findings = []
        for number, text in enumerate(self.TEXTS):
            found = spotted(text, str(root / f"日本 {number}%.yaml"), message="`x` is wrong", help="write `y`")
            (root / f"日本 {number}%.yaml").write_bytes(found.span.source.text.encode())
            findings.append(found.with_related(Related(found.span, "see `this`")))
        report = Report(str(root), tuple(rules.values()), findings, faults=[Fault(str(root / "a b.yaml"), "it broke")])
        log = tmp_path / "kubelint.sarif"
        log.write_text(rendered("sarif", report))
        return log

    def run(self, *arguments: str) -> str:
        # The wrapper from npm hands everything to a shell, unquoted.
        command = ["sarif-multitool", *map(shlex.quote, arguments)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        return finished.stdout + finished.stderr

    def test_has_nothing_to_say(self, log: Path) -> None:
        told = self.run(
            "validate",
            str(log),
            *("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"),
            *("-o", f"{log}.judged", "--log", "ForceOverwrite"),
        )
        (run,) = json.loads(Path(f"{log}.judged").read_text(encoding="utf-8-sig"))["runs"]
        assert run["results"] == [], told

    def test_cuts_the_same_snippets_and_computes_the_same_hashes(self, log: Path) -> None:
        document = json.loads(log.read_text())
        (run,) = document["runs"]
        expected = []
        run["originalUriBaseIds"]["%SRCROOT%"]["uri"] = (log.parent / "größe 1").as_uri() + "/"
        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]
            expected.append((result.pop("partialFingerprints"), place["region"].pop("snippet")))
            del place["contextRegion"]
        bare = log.with_name("bare.sarif")
        bare.write_text(json.dumps(document))
        told = self.run(
            "rewrite",
            str(bare),
            *("--insert", "RegionSnippets;RollingHashPartialFingerprints"),
            *("-o", f"{log}.filled", "--log", "ForceOverwrite"),
        )
        (run,) = json.loads(Path(f"{log}.filled").read_text(encoding="utf-8-sig"))["runs"]
        filled = [
            (result.get("partialFingerprints"), result["locations"][0]["physicalLocation"]["region"].get("snippet"))
            for result in run["results"]
        ]
        assert filled == expected, told
