"""Nodes stand exactly where their text stands, however the YAML is written, and hostile YAML is refused in time."""

from __future__ import annotations

import pytest

from kubelint.node import Mapping, Node, Scalar
from kubelint.parser import DEPTH_LIMIT, Document, parse, split
from kubelint.source import Source


def read(text: str) -> Document:
    """The only document of a text."""
    source = Source("test.yaml", text)
    ((start, end),) = split(text)
    return parse(source, start, end)


def root(text: str) -> Node:
    document = read(text)
    assert document.problem is None, document.problem
    assert document.root is not None
    return document.root


# The text, the route to a node, what its value's span and its key's span cover, the value's line and column.
PLACES = [
    ("plain value", "a: b\n", ("a",), "b", "a", (1, 4)),
    ("value before a comment", "a: b # c\n", ("a",), "b", "a", (1, 4)),
    ("quoted value", "a: 'b c'\n", ("a",), "'b c'", "a", (1, 4)),
    ("double-quoted over two lines", 'a: "b\n  c"\n', ("a",), '"b\n  c"', "a", (1, 4)),
    ("plain over two lines", "a: b\n  c\nd: e\n", ("a",), "b\n  c", "a", (1, 4)),
    ("quoted key", '"a b": c\n', ("a b",), "c", '"a b"', (1, 8)),
    ("empty value: its key", "a:\nb: c\n", ("a",), "a", "a", (1, 1)),
    ("empty value before a comment", "a: # none\nb: c\n", ("a",), "a", "a", (1, 1)),
    ("empty value at the end", "b: c\na:", ("a",), "a", "a", (2, 1)),
    ("block mapping", "a:\n  b: c\n  d: e\n\n\nf: g\n", ("a",), "b: c\n  d: e", "a", (2, 3)),
    ("block mapping before a comment", "a:\n  b: c\n# x\nf: g\n", ("a",), "b: c", "a", (2, 3)),
    ("block mapping that ends empty", "a:\n  b:\n\nf: g\n", ("a",), "b", "a", (2, 3)),
    ("item of a block list", "a:\n  - b\n  - c\n", ("a", 1), "c", "c", (3, 5)),
    ("list at its key's indentation", "a:\n- b\n- c\nd: e\n", ("a",), "b\n- c", "a", (2, 3)),
    ("mapping in a list", "a:\n  - b: c\n    d: e\n  - f\n", ("a", 0), "b: c\n    d: e", "b: c\n    d: e", (2, 5)),
    ("key in a list's mapping", "a:\n  - b: c\n    d: e\n", ("a", 0, "d"), "e", "d", (3, 8)),
    ("empty item: its dash", "a:\n  -\n  - b\n", ("a", 0), "-", "-", (2, 3)),
    ("list in a list", "- - a\n  - b\n", (0, 1), "b", "b", (2, 5)),
    ("flow mapping", "a: {b: c, d: e} # f\n", ("a",), "{b: c, d: e}", "a", (1, 4)),
    ("key in a flow mapping", "a: {b: c, d: e}\n", ("a", "d"), "e", "d", (1, 14)),
    ("flow list over lines", "a: [b,\n    c,\n   ]\nd: e\n", ("a",), "[b,\n    c,\n   ]", "a", (1, 4)),
    ("item of a flow list", "a: [b, 'c']\n", ("a", 1), "'c'", "'c'", (1, 8)),
    ("empty flow mapping", "a: { }\n", ("a",), "{ }", "a", (1, 4)),
    ("JSON", '{"a": {"b": [1, 2]}}\n', ("a", "b", 1), "2", "2", (1, 17)),
    ("JSON with tabs", '{\n\t"a":\t"b"\n}\n', ("a",), '"b"', '"a"', (2, 7)),
    ("literal block scalar", "a: |\n  b\n\n  c\n\n\nd: e\n", ("a",), "|\n  b\n\n  c", "a", (1, 4)),
    ("folded block scalar", "a: >-\n  b\n  c\n# x\nd: e\n", ("a",), ">-\n  b\n  c", "a", (1, 4)),
    ("behind a block scalar", "a: |\n  b\nd: e\n", ("d",), "e", "d", (3, 4)),
    ("anchored scalar", "a: &x b\n", ("a",), "b", "a", (1, 7)),
    ("tagged scalar", "a: !!str 80\n", ("a",), "80", "a", (1, 10)),
    ("tagged and anchored", "a: !!str &x 80\n", ("a",), "80", "a", (1, 13)),
    ("anchored block mapping", "a: &x\n  b: c\nd: e\n", ("a",), "b: c", "a", (2, 3)),
    ("anchored flow mapping", "a: &x {b: c}\n", ("a",), "{b: c}", "a", (1, 7)),
    ("alias", "a: &x b\nc: *x\n", ("c",), "*x", "c", (2, 4)),
    ("below an alias: the alias", "a: &x {b: c}\nd: *x\n", ("d", "b"), "*x", "*x", (2, 4)),
    ("mapping that begins with an alias", "a: &x b\nc:\n  d: *x\n  e: f\n", ("c",), "d: *x\n  e: f", "c", (3, 3)),
    ("merged key: the merge", "a: &x {b: c}\nd:\n  <<: *x\n  e: f\n", ("d", "b"), "*x", "<<", (3, 7)),
    ("after non-ASCII text", "a: {é: ü, 日本: x, b: c}\n", ("a", "b"), "c", "b", (1, 21)),
    ("after an emoji", 'a: ["😀", b]\n', ("a", 1), "b", "b", (1, 10)),
    ("CRLF", "a: b\r\nc:\r\n  d: e\r\n", ("c", "d"), "e", "d", (3, 6)),
    ("CR alone", "a: b\rc: d\r", ("c",), "d", "c", (2, 4)),
    ("explicit key", "? a\n: b\n", ("a",), "b", "a", (2, 3)),
    ("behind a directive", "%YAML 1.1\n---\na: b\n", ("a",), "b", "a", (3, 4)),
    ("behind ---, same line", "--- {a: b}\n", ("a",), "b", "a", (1, 9)),
    ("before ...", "a: b\n...\n", ("a",), "b", "a", (1, 4)),
    ("boolean key", "yes: b\n", ("true",), "b", "yes", (1, 6)),
    ("number key", "80: b\n", ("80",), "b", "80", (1, 5)),
]


@pytest.mark.parametrize(
    ("text", "route", "value", "key", "begin"), [case[1:] for case in PLACES], ids=[c[0] for c in PLACES]
)
def test_spans_cover_exactly_what_they_speak_of(
    text: str, route: tuple[str | int, ...], value: str, key: str, begin: tuple[int, int]
) -> None:
    node = root(text).get(*route)
    assert node is not None
    assert node.span.text == value
    assert node.key.span.text == key
    assert node.span.begin == begin
    assert node.route == route


def test_a_repeated_value_knows_where_it_is_written() -> None:
    node = root("a: &x\n  b: c\nd: *x\ne:\n  <<: *x\n")
    written = node.get("a", "b")
    for route in (("d", "b"), ("e", "b")):
        repeated = node.get(*route)
        assert repeated is not None
        assert repeated.repeats is written
        assert isinstance(repeated, Scalar)
        assert repeated.value == "c"


def test_documents_are_told_apart_and_keep_their_place_in_the_file() -> None:
    text = "# head\na: 1\n---\n# nothing\n---\nb: |\n  --- no\nc: 2\n...\n---\nd: 3\n"
    source = Source("test.yaml", text)
    documents = [parse(source, start, end) for start, end in split(text)]
    places = [node.span.begin for document in documents for node in document.root.children()]
    assert places == [(2, 4), (6, 4), (8, 4), (11, 4)]


def test_a_broken_document_spoils_no_other() -> None:
    text = "a: 1\n---\nb: [\n---\nc: 3\n"
    source = Source("test.yaml", text)
    documents = [parse(source, start, end) for start, end in split(text)]
    assert [document.problem is None for document in documents] == [True, False, True]


@pytest.mark.parametrize(
    ("text", "message", "begin"),
    [
        ("a: b\n\tc: d\n", "tab", (2, 1)),
        ("a: b: c\n", "second `: `", (1, 5)),
        ("a: [b, c\n", "bracket", (1, 4)),
        ('a: "b\n', "not closed", (1, 4)),
        ("a: @b\n", "cannot start", (1, 4)),
        ("a: *b\n", "no anchor", (1, 4)),
        ("a: &x\n  b: *x\n", "contains itself", (2, 6)),
        ("a: !!int b\n", "not of the type", (1, 10)),
        ("~: b\n", "null cannot be a key", (1, 1)),
        ("? {a: b}\n: c\n", "where a key is due", (1, 3)),
        ("<<: b\n", "merges something that is no mapping", (1, 5)),
        ("a: b\n- c\n", "indented unlike", (2, 1)),
        ("a: 'b' != c\nd: e\n", "text after the closing quote", (1, 8)),
        ('a: "b != "c""\n', "text after the closing quote", (1, 11)),
        ("- 'b' + c\n", "text after the closing quote", (1, 7)),
        ("a: 'b' || c\n", "text after the closing quote", (1, 9)),
        ("a: 'b' > c\n", "text after the closing quote", (1, 10)),
        ("a: 'b' @ c\n", "text after the closing quote", (1, 8)),
        ("a: ['b'].all(c)\n", "text after the closing bracket", (1, 9)),
        ("a: {b: 'c' in d}\n", "text after the closing quote", (1, 12)),
        ("a: {b: [c] d: e}\n", "text after the closing bracket", (1, 12)),
        ("a: !b(c) && d\n", "`!b(c)` is a tag of YAML", (1, 4)),
        ("a: 'b'\n c: d\n", "indented unlike", (2, 2)),
        ("a: ['b'\nc: d\n", "bracket that is not closed", (1, 4)),
    ],
)
def test_what_is_no_yaml_says_so_at_its_place(text: str, message: str, begin: tuple[int, int]) -> None:
    problem = read(text).problem
    assert problem is not None
    assert problem.kind == "syntax"
    assert message in problem.message
    assert problem.span.begin == begin
    assert problem.help


def test_a_key_given_twice_is_kept_with_both_places() -> None:
    document = read("a: 1\nb: 2\na: 3\n")
    ((later, earlier),) = document.duplicates
    assert (later.key.span.begin, earlier.key.span.begin) == ((3, 1), (1, 1))
    assert isinstance(document.root, Mapping)
    assert document.root.entries["a"] is later


def test_a_merged_key_that_is_written_too_is_given_twice() -> None:
    # kube-apiserver 1.36.3, fieldValidation=Strict: `yaml: key "b" already set in map`, in either order.
    for text in ("x: &x {b: 1}\ny: {<<: *x, b: 2}\n", "x: &x {b: 1}\ny: {b: 2, <<: *x}\n"):
        assert len(read(text).duplicates) == 1, text


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n"])
def test_deep_nesting_is_refused(opening: str) -> None:
    text = "".join(" " * level + "a:\n" for level in range(DEPTH_LIMIT + 2)) if opening == "a:\n" else opening * 100_000
    problem = read(text).problem
    assert problem is not None
    assert problem.kind == "limit"


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT
    assert read(text).problem is None


def test_aliases_that_multiply_are_refused() -> None:
    lines = ['a0: &a0 ["x", "x", "x", "x", "x", "x", "x", "x", "x"]']
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    problem = read("\n".join(lines)).problem
    assert problem is not None
    assert problem.kind == "limit"
    assert "repeat too many values" in problem.message


def test_many_aliases_of_one_small_value_are_fine() -> None:
    assert read("a: &a x\nb: [" + ", ".join(["*a"] * 500) + "]\n").problem is None
