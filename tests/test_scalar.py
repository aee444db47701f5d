"""Every spelling means to kubelint what it meant to a running kube-apiserver; see conformance/record_scalars.py."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from conformance.record_scalars import GOLDEN, PORT_SERVICE, SERVICE, indented, json_service

from kubelint.apiserver import judge
from kubelint.cluster import Cluster
from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.parser import Document, parse, split
from kubelint.resources import resources_in
from kubelint.source import Source

RECORDED: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
TYPES = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def named(cases: dict[str, Any]) -> Any:
    """One test case a spelling, with a readable name."""
    return [
        pytest.param(spelling, said, id=ascii(spelling)[1:-1][:60] or "(empty)") for spelling, said in cases.items()
    ]


def read(text: str) -> Document:
    """A text as one document."""
    return parse(Source("service.yaml", text), 0, len(text))


def assert_means(node: Node | None, said: dict[str, Any]) -> None:
    """Whether kubelint reads what the server reads."""
    if said["type"] == "object":
        assert isinstance(node, Mapping)
    elif said["type"] == "array":
        assert isinstance(node, Sequence)
    else:
        assert isinstance(node, Scalar)
        assert TYPES[type(node.value)] == said["type"]
        expected = said.get("text", said.get("value"))
        # The server rounds what is too large for 64 bits, and writes it without an exponent.
        assert node.value == (float(expected) if isinstance(node.value, float) else expected)


@pytest.mark.parametrize(("spelling", "said"), named(RECORDED["values"]))
def test_a_value_means_what_the_server_says(spelling: str, said: dict[str, Any]) -> None:
    document = read(SERVICE.format(annotations=f"    a: {spelling}"))
    if document.problem is not None:
        assert said == {"type": "refused"}, document.problem
        return
    assert document.root is not None
    value = document.root.get("metadata", "annotations", "a")
    if said["type"] == "refused":
        # JSON has no infinity: the number is read, and fits nowhere.
        assert isinstance(value, Scalar)
        assert isinstance(value.value, float)
        assert has_wrong_type(read(PORT_SERVICE.format(value=spelling)))
    else:
        assert_means(value, said)


def has_wrong_type(document: Document) -> bool:
    """Whether a value of a Service is of a type that it cannot be."""
    (service,) = resources_in(document.root)
    return bool(judge(service, Cluster("1.36")).of_fault("wrong-type"))


@pytest.mark.parametrize(("spelling", "key"), named(RECORDED["keys"]))
def test_a_key_becomes_what_the_server_says(spelling: str, key: str | None) -> None:
    document = read(SERVICE.format(annotations=f"    {spelling}: x"))
    if key is None:
        assert document.problem is not None
        return
    assert document.problem is None, document.problem
    assert document.root is not None
    annotations = document.root.get("metadata", "annotations")
    assert isinstance(annotations, Mapping)
    assert list(annotations.entries) == [key]


@pytest.mark.parametrize(("text", "said"), named(RECORDED["mappings"]))
def test_a_mapping_holds_what_the_server_says(text: str, said: dict[str, Any]) -> None:
    document = read(SERVICE.format(annotations=indented(text)))
    if said["verdict"] == "refused":
        assert document.problem is not None
        return
    assert document.problem is None, document.problem
    assert document.root is not None
    outcomes = said.get("outcomes", ())
    # Of keys that are the same only in JSON (`1` and `"1"`) the server takes one by chance: that is a fault too.
    assert bool(document.duplicates) == (said["verdict"] == "duplicate" or len(outcomes) > 1)
    assert has_wrong_type(document) == (said["verdict"] == "wrong type")
    if said["verdict"] == "accepted":
        annotations = document.root.get("metadata", "annotations")
        assert annotations is not None
        values = {value.step: value.value or "" for value in annotations.children() if isinstance(value, Scalar)}
        assert values in outcomes


@pytest.mark.parametrize(("spelling", "said"), named(RECORDED["json"]))
def test_json_means_what_the_server_says(spelling: str, said: dict[str, Any]) -> None:
    if said["type"] == "refused":
        return  # kubectl reads as YAML what is no JSON.
    document = read(json_service(f'"annotations": {{"a": {spelling}}}'))
    assert document.problem is None, document.problem
    assert document.root is not None
    assert_means(document.root.get("metadata", "annotations", "a"), said)


JSON_PIECES = [
    *"abc :,{}[]#&*!|>'\"\\/%@`-?\n\t\r0 19.é😀~=<\b\0\x1b\x7f\x80\x85\xa0\u2028\u2029\ufeff\ufffe\uffff",
    *("---", "- ", "\\u", "\\ud83d", " : ", "yes", "null", "1e3"),
]


def json_value(random: Random, depth: int) -> Any:
    """Any JSON value."""
    kind = random.random()
    if depth < 4 and kind < 0.25:
        return {json_text(random): json_value(random, depth + 1) for _ in range(random.randint(0, 4))}
    if depth < 4 and kind < 0.45:
        return [json_value(random, depth + 1) for _ in range(random.randint(0, 4))]
    number = random.choice([0, 1.0, random.randint(-(10**6), 10**12), random.random() * 10 ** random.randint(-30, 30)])
    return random.choice([json_text(random), json_text(random), True, False, None, number])


def json_text(random: Random) -> str:
    """A text of what is hard in JSON and in YAML."""
    return "".join(random.choice(JSON_PIECES) for _ in range(random.randint(0, 8)))


def value_of(node: Node | None) -> Any:
    """A node without its places."""
    if isinstance(node, Mapping):
        return {key: value_of(child) for key, child in node.entries.items()}
    if isinstance(node, Sequence):
        return [value_of(child) for child in node.items]
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize("seed", range(8))
def test_json_is_read_as_a_json_parser_reads_it_and_each_span_is_json_too(seed: int) -> None:
    random = Random(seed)
    for _ in range(100):
        text = json.dumps(
            {"a": json_value(random, 0), json_text(random): json_value(random, 0)},
            ensure_ascii=random.choice([True, False]),
            indent=random.choice([None, 2, "\t", 0]),
            separators=random.choice([None, (",", ":"), (" ,", " : ")]),
        )
        text = text.replace("/", random.choice(["/", "\\/"])).replace("\n", random.choice(["\n", "\r\n"]))
        document = read(text)
        assert document.problem is None, (text, document.problem)
        assert document.root is not None
        for node in document.root.walk():
            assert json.loads(node.span.text) == value_of(node)
            assert node.key_start < 0 or json.loads(node.key.span.text) == node.step
        assert value_of(document.root) == json.loads(text)


def test_a_place_behind_a_surrogate_pair_is_exact() -> None:
    text = '{"metadata": {"annotations": {"\\ud83d\\ude00 a": "\\ud83d\\ude00", "b": "c"}}}'
    document = read(text)
    assert document.root is not None
    node = document.root.get("metadata", "annotations", "b")
    assert node is not None
    assert (node.span.text, node.span.begin.column) == ('"c"', text.index('"c"') + 1)
    smiley = document.root.get("metadata", "annotations", "\U0001f600 a")
    assert isinstance(smiley, Scalar)
    assert (smiley.value, smiley.span.text) == ("\U0001f600", '"\\ud83d\\ude00"')


def test_very_long_json_lines_are_read() -> None:
    ports = [{"name": f"port-{number}", "port": number} for number in range(1, 20_000)]
    text = json.dumps({"kind": "Service", "spec": {"ports": ports}}, separators=(",", ":"))
    document = read(text)
    assert document.root is not None
    node = document.root.get("spec", "ports", 19_998, "port")
    assert isinstance(node, Scalar)
    assert node.value == 19_999
    assert node.span.begin == (1, text.rindex("19999") + 1)


@pytest.mark.parametrize("seam", ["\n", "\r\n", "  \n\n", "\n---\n", "\n  "])
def test_json_documents_follow_one_another_as_kubectl_reads_them(seam: str) -> None:
    text = seam.join(('{"a": 1}', '{\n"a": "{}\\n{"\n}', "{}"))
    source = Source("list.json", text)
    documents = [parse(source, start, end) for start, end in split(text)]
    assert [value_of(document.root) for document in documents] == [{"a": 1}, {"a": "{}\n{"}, {}]


def test_json_documents_follow_one_another_before_and_behind_a_separator() -> None:
    text = '{"a": 1}\n{"a": 2}\n---\n{"a": 3}\n{"a": 4}\n'
    source = Source("list.json", text)
    documents = [parse(source, start, end) for start, end in split(text)]
    assert [value_of(document.root) for document in documents] == [{"a": number} for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "route", "value"),
    [
        ("a: [nginx:1.25, b]\n", ("a", 0), "nginx:1.25"),
        ("a: [nginx:1.25, b]\n", ("a", 1), "b"),
        ("a: {b: http://c:80/d, e: fd00::1}\n", ("a", "e"), "fd00::1"),
        ("a: {é😀: b:c, d: e}\n", ("a", "d"), "e"),
        ('a: "it\\\'s"\nb: {c: d:e}\nf: "\\\'"\n', ("f",), '"\\\'"'),
    ],
)
def test_what_the_parser_must_not_see_moves_no_place(text: str, route: tuple[str | int, ...], value: str) -> None:
    document = read(text)
    assert document.root is not None, document.problem
    node = document.root.get(*route)
    assert node is not None
    assert node.span.text == value


def test_a_fault_behind_a_colon_between_brackets_is_told_at_its_place() -> None:
    document = read("a: [nginx:1.25, b:2]\nc: [d\n")
    assert document.problem is not None
    assert document.problem.message == "a bracket that is not closed"
    assert document.problem.span.begin == (2, 4)


@pytest.mark.parametrize(("character", "column"), [("\x1b", 5), ("\x7f", 5), ("\ufffe", 5)])
def test_a_control_character_is_told_at_its_place(character: str, column: int) -> None:
    document = read(f"é: 😀{character}\n")
    assert document.problem is not None
    assert document.problem.message == "a control character"
    assert document.problem.span.begin == (1, column)


@pytest.mark.parametrize(
    ("text", "route", "value"),
    [
        ("a:\n  - {b: c}\n  - d\n", ("a",), "{b: c}\n  - d"),
        ("a:\n  - - [b]\n    - c\n", ("a",), "[b]\n    - c"),
        ("a:\n  -\n  - b\n", ("a",), "-\n  - b"),
        ("a:\n  - *x\n", ("a",), "*x"),
        ("a:\n  b: c\n  b: d\n", ("a",), "b: c\n  b: d"),
        ("a:\n  <<: {b: c}\n", ("a",), "<<: {b: c}"),
        ("a:\n  <<: {b: c}\n", ("a", "b"), "c"),
        ("a:\n  b: |\n    c\n\n\nd: e\n", ("a",), "b: |\n    c"),
        ("a: [b: c, d]\n", ("a", 0), "b: c"),
        ("a:\n  ? b\n  ? c\n", ("a",), "b\n  ? c"),
        ("a: &a # why\n  b: c\n", ("a",), "b: c"),
        ("a:\n  &b b: c\n", ("a",), "b: c"),
    ],
)
def test_a_collection_stands_from_its_first_value_to_its_last(
    text: str, route: tuple[str | int, ...], value: str
) -> None:
    document = read("x: &x y\n" + text)
    assert document.root is not None, document.problem
    node = document.root.get(*route)
    assert node is not None
    assert node.span.text == value


def test_a_merged_key_is_the_one_that_is_written_or_the_merge() -> None:
    document = read("a: &a {b: c}\nd:\n  <<: [*a, {e: f}]\n")
    assert document.root is not None, document.problem
    keys = [node.key.span.text for route in ("b", "e") if (node := document.root.get("d", route)) is not None]
    assert keys == ["<<", "e"]


def test_any_number_of_colons_between_brackets_is_read() -> None:
    document = read(f"a: [{', '.join(f'10.0.0.{number}:80' for number in range(200))}]\n")
    assert document.root is not None, document.problem
    assert len(value_of(document.root.get("a"))) == 200


def test_aliases_that_repeat_less_than_is_written_are_fine() -> None:
    entries = "".join(f"  k{number}: v\n" for number in range(1_000))
    document = read(f"a: &a\n{entries}b: [*a, *a, *a]\n")
    assert document.problem is None
