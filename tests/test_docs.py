"""The rules and files that the documents name are there; and peers.md has a place for every rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubelint.plugins import load_rules, plugin_manager

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
PEERS = ROOT / "docs" / "peers.md"
CATEGORY = {rule.id: rule.category for rule in load_rules(plugin_manager())}

ID = r"[a-z]{2,}(?:-[a-z]+)+"
INLINE_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
LINK_DEFINITION = re.compile(r"^\[([^\]\n]+)\]: (\S+)$", re.MULTILINE)
TABLES = re.compile(r"^```toml.*?^```$", re.MULTILINE | re.DOTALL)
"""What has its names in brackets, too, and they are not those of rules."""
BRACKETS = re.compile(r"\[([^\]\n]+)\]")
"""Where a document names rules: `[id]` after a finding, `ignore[id, id]`, `ignore: [id]`, and references to a page."""
OTHER_NAMING = re.compile(rf'kubelint explain ({ID})|severity: {{({ID}):|kubelint\.dev/ignore: "({ID})"')


def links(document: str) -> Iterator[tuple[str, str]]:
    """The text and the target of every link that leads to a file of the repository."""
    for text, target in (*INLINE_LINK.findall(document), *LINK_DEFINITION.findall(document)):
        if "://" not in target and not target.startswith("#"):
            yield text, target.partition("#")[0]


def named_rules(document: str) -> Iterator[str]:
    for brackets in BRACKETS.findall(TABLES.sub("", document)):
        yield from (name for name in brackets.split(", ") if re.fullmatch(ID, name))
    for names in OTHER_NAMING.findall(document):
        yield from filter(None, names)


each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


@each_document
def test_links_lead_somewhere(path: Path) -> None:
    assert not [target for _, target in links(path.read_text()) if not (path.parent / target).exists()]


@each_document
def test_rules_that_are_named_exist(path: Path) -> None:
    assert not sorted(set(named_rules(path.read_text())) - CATEGORY.keys())


@each_document
def test_a_link_to_a_page_bears_the_id_of_its_rule(path: Path) -> None:
    pages = [(text, Path(target)) for text, target in links(path.read_text()) if "kubelint_rules/" in target]
    assert not [(text, page.name) for text, page in pages if page.stem.replace("_", "-") != text]


def test_documents_name_rules_in_each_of_these_ways() -> None:
    document = """
    web.yaml:1:1: error: no pod … [selector-nothing]
    ports: []  # kubelint: ignore[exposed-data, node-port] the office
    ignore: [fixed-port]    severity: {ranges-missing: note}
    kubelint explain admin-interface
    kubelint.dev/ignore: "remote-access"
    """
    assert sorted(named_rules(document)) == [
        *("admin-interface", "exposed-data", "fixed-port", "node-port", "ranges-missing", "remote-access"),
        "selector-nothing",
    ]


@pytest.mark.parametrize("category", ["wiring", "traffic", "exposure", "provider"])
def test_every_rule_has_its_place_among_those_of_the_peers(category: str) -> None:
    rules = {rule for rule, its_category in CATEGORY.items() if its_category == category}
    assert rules
    assert not sorted(rules - _linked_among_peers())


def test_what_is_linked_among_peers_is_all_that_is_named_there() -> None:
    named = set(named_rules(PEERS.read_text()))
    assert named == _linked_among_peers()


def _linked_among_peers() -> set[str]:
    """The ids that link to a page and are named outside of the list of links at the document's end, too."""
    text = PEERS.read_text()
    return {name for name, _ in LINK_DEFINITION.findall(text)} & set(named_rules(LINK_DEFINITION.sub("", text)))
