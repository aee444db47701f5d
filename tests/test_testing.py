"""Pages are read as people read them, examples are linted by themselves, and what differs is named."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubelint import CannotTell, Cluster, Finding, Manifest, Service, Severity, finding
from kubelint.page import Example, Expectation, for_reading, read
from kubelint.plugins import load_rules, plugin_manager
from kubelint.report import Report
from kubelint.rule import Rule, RuleError
from kubelint.testing import Case, cases, differences, rules_without_pages

RULES = load_rules(plugin_manager())
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: orders}\nspec: {ports: [{port: 80}]}\n"


def names(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A Service has a name."""
    yield finding(service.name_place, f"{service.name} in {service.namespace} of {cluster.version}", help="none")


def crashes(service: Service) -> Iterator[Finding]:
    """A rule that crashes."""
    raise ZeroDivisionError("by zero")


def cannot_tell(service: Service) -> Iterator[Finding]:
    """A rule that cannot tell."""
    raise CannotTell("something is missing")


def repeats(manifest: Manifest) -> Iterator[Finding]:
    """A rule that says one thing twice."""
    for _ in range(2):
        yield finding(manifest.resources[0].name_place, "twice", help="none")


def rule_of(check: object) -> Rule:
    return Rule(check, Severity.WARNING, "tests", True)


def case_of(check: object, *files: str, **settings: str) -> Case:
    """A case of one file `example.yaml`, or of pairs of name and text."""
    named = dict(zip(files[::2], files[1::2], strict=True)) if len(files) > 1 else {"example.yaml": files[0]}
    rule = rule_of(check)
    return Case(rule, Example("Flagged", 1, named, settings), [*RULES, rule])


INNER = "## Accepted\na: b"


def fence(text: str, info: str = "yaml") -> str:
    return f"```{info}\n{text}\n```\n"


# Pages


def test_a_page_has_a_title_sections_and_examples() -> None:
    page = read(f"# a-rule\n\n## Why\n\nText.\n\n## Flagged\n\n{fence('a: b')}\n## Fix\n")
    assert page.title == "a-rule"
    assert page.sections == ["Why", "Flagged", "Fix"]
    assert page.examples == [Example("Flagged", 9, {"example.yaml": "a: b\n"}, {})]


def test_what_stands_in_a_fence_is_no_heading() -> None:
    page = read(f"# a-rule\n\n## Flagged\n\n{fence(INNER)}\n{fence('c: d')}")
    assert page.sections == ["Flagged"]
    assert [example.section for example in page.examples] == ["Flagged", "Flagged"]


def test_an_example_above_all_sections_has_none() -> None:
    assert read(fence("a: b")).examples[0].section == ""
    assert read("").title == ""


def test_a_fence_says_its_settings() -> None:
    (example,) = read(fence("a: b", "yaml file=web/a.yaml provider=gke version=1.30 with=one,two")).examples
    assert example.files == {"web/a.yaml": "a: b\n"}
    assert example.settings == {"provider": "gke", "version": "1.30", "with": "one,two"}


def test_neighbours_that_name_their_files_are_one_example() -> None:
    text = fence("a", "yaml file=a.yaml provider=gke") + "\n\n" + fence("b", "yaml file=b.yaml namespace=shop")
    (example,) = read(text).examples
    assert example.files == {"a.yaml": "a\n", "b.yaml": "b\n"}
    assert example.settings == {"provider": "gke", "namespace": "shop"}


@pytest.mark.parametrize(
    "text",
    [
        fence("a", "yaml file=a.yaml") + "\nA sentence.\n\n" + fence("b", "yaml file=b.yaml"),
        fence("a", "yaml file=a.yaml") + "\n" + fence("b"),
        fence("a") + "\n" + fence("b", "yaml file=b.yaml"),
        fence("a") + "\n" + fence("b"),
    ],
)
def test_other_neighbours_are_two_examples(text: str) -> None:
    assert [len(example.files) for example in read(text).examples] == [1, 1]


def test_json_is_an_example_and_other_languages_are_none() -> None:
    text = fence("{}", "json") + fence("kubectl apply", "sh") + fence("kubectl apply", "") + fence("a", "text")
    assert [list(example.files) for example in read(text).examples] == [["example.json"], ["example.yaml"]]


def test_expectations_are_read_off_comments() -> None:
    text = (
        'a: b  # expect: one "its words"\n'
        'c: d # undecided: two "why" expect: three "c"\n'
        '# expect-below: four "not here"\n'
        'e: "# expect: five"\n'
        'f: g  # kubelint: ignore[x] reason  # expect: six ""\n'
        "h: i  # expect: seven without quotes\n"
        'j: expect: eight "in no comment"\n'
    )
    assert Example("Flagged", 1, {"a.yaml": text}).expectations() == [
        Expectation("a.yaml", 1, "one", "its words"),
        Expectation("a.yaml", 2, "two", "why", True),
        Expectation("a.yaml", 2, "three", "c"),
        Expectation("a.yaml", 4, "four", "not here"),
        Expectation("a.yaml", 5, "six", ""),
    ]


def test_a_page_for_reading_says_what_is_expected_in_plain_words() -> None:
    written = 'a: b  # expect: x "x" undecided: y "y"\nc: d # words\ne: f  # kubelint: ignore[x] why  # expect: z "z"'
    shown = "a: b  # found: x; cannot tell: y\nc: d # words\ne: f  # kubelint: ignore[x] why  # found: z"
    assert for_reading(fence(written, "yaml file=a.yaml provider=gke with=one")) == fence(
        shown, "yaml file=a.yaml provider=gke"
    )
    assert for_reading("Text with `# expect: one` in it.\n") == "Text with `# expect: one` in it.\n"


# Cases


def test_every_example_is_a_case(tmp_path: Path) -> None:
    rule = copy.copy(RULES[0])
    rule.page = str(tmp_path / "page.md")
    Path(rule.page).write_text(f"# {rule.id}\n\n## Flagged\n\n{fence('a')}\n{fence('b')}", encoding="utf-8")
    assert [str(case) for case in cases([rule])] == [f"{rule.id}:5", f"{rule.id}:9"]


def test_a_rule_without_a_page_is_told(tmp_path: Path) -> None:
    rule = copy.copy(RULES[0])
    rule.page = str(tmp_path / "missing.md")
    assert rules_without_pages([rule, RULES[1]]) == [rule.id]
    with pytest.raises(RuleError, match=f"rule {rule.id} has no page"):
        list(cases([rule]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "orders in None of 1.36"),
        ({"version": "1.30"}, "orders in None of 1.30"),
        ({"namespace": "shop"}, "orders in shop of 1.36"),
    ],
)
def test_settings_reach_the_rule(settings: dict[str, str], message: str) -> None:
    (found,) = case_of(names, SERVICE, **settings).lint().findings
    assert found.message == message


def test_the_provider_reaches_the_rule() -> None:
    public = SERVICE.replace("{ports", "{type: LoadBalancer, ports")
    rule = next(rule for rule in RULES if rule.id == "source-ranges-missing")
    for settings, ending in [({}, "assumed, since nothing says otherwise"), ({"provider": "gke"}, "load balancer")]:
        (found,) = Case(rule, Example("Flagged", 1, {"a.yaml": public}, settings), RULES).lint().findings
        assert found.message.endswith(ending)


def test_a_setting_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no setting `color`"):
        case_of(names, SERVICE, color="red").lint()


def test_only_the_rule_and_those_of_the_api_run() -> None:
    node_port = SERVICE.replace("{ports", "{type: NodePort, selectors: {}, ports")
    assert {found.rule for found in case_of(names, node_port).lint().findings} == {"names", "unknown-field"}
    further = case_of(names, node_port, **{"with": "node-port-service,unknown-kind"}).lint()
    assert {found.rule for found in further.findings} == {"names", "unknown-field", "node-port-service"}


def test_a_configuration_of_the_example_counts_and_no_other() -> None:
    shop = case_of(names, ".kubelint.yaml", "namespace: shop\n", "a.yaml", SERVICE).lint()
    assert [found.message for found in shop.findings] == ["orders in shop of 1.36"]
    ignored = case_of(names, ".kubelint.yaml", "exclude: [a.yaml]\n", "a.yaml", SERVICE).lint()
    assert not ignored.findings


def test_files_stand_in_their_folders() -> None:
    case = case_of(names, "a/b/one.yaml", SERVICE, "two.yaml", SERVICE)
    assert differences(case.example, case.lint()) == [
        '  a/b/one.yaml:3: found, not expected: names "orders in None of 1.36"',
        '  two.yaml:3: found, not expected: names "orders in None of 1.36"',
    ]


# Differences


def test_what_matches_makes_no_difference() -> None:
    expecting = SERVICE.replace("orders}", 'orders}  # expect: names "orders in"')
    case_of(names, expecting).check()
    below = SERVICE.replace("metadata", '# expect-below: names "orders in"\nmetadata')
    case_of(names, below).check()
    case_of(cannot_tell, SERVICE.replace("v1", 'v1  # undecided: cannot-tell "missing"')).check()


def test_one_expectation_stands_for_one_finding() -> None:
    once = SERVICE.replace("orders}", 'orders}  # expect: repeats "twice"')
    with pytest.raises(AssertionError, match='found, not expected: repeats "twice"'):
        case_of(repeats, once).check()
    case_of(repeats, once.replace('"twice"', '"twice" expect: repeats "twice"')).check()


@pytest.mark.parametrize(
    ("check", "expectation", "difference"),
    [
        (names, "", '  example.yaml:3: found, not expected: names "orders in None of 1.36"'),
        (cannot_tell, "", '  example.yaml:1: undecided, not expected: cannot-tell "something is missing"'),
        (crashes, "", "  rule crashes crashed on Service orders: ZeroDivisionError: by zero"),
        (cannot_tell, 'expect: cannot-tell "missing"', '  example.yaml:1: expected, not found: cannot-tell "missing"'),
        (names, 'undecided: names "orders"', '  example.yaml:1: undecided, not found: names "orders"'),
    ],
)
def test_what_differs_is_named(check: object, expectation: str, difference: str) -> None:
    text = SERVICE.replace("v1", f"v1  # {expectation}") if expectation else SERVICE
    case = case_of(check, text)
    assert [line for line in differences(case.example, case.lint()) if line.startswith(difference)]
    with pytest.raises(AssertionError, match=re.escape(case.rule.page)) as raised:
        case.check()
    assert difference in str(raised.value)
    assert str(raised.value).startswith(f"{case.rule.page}:1:\n")


def test_an_empty_report_differs_from_every_expectation() -> None:
    example = Example("Flagged", 1, {"a.yaml": 'a: b  # expect: one "x"\nc: d  # undecided: two "y"\n'})
    assert differences(example, Report("/")) == [
        '  a.yaml:1: expected, not found: one "x"',
        '  a.yaml:2: undecided, not found: two "y"',
    ]
