"""Texts, the places in them, and the bytes that they come from."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from conformance.record_scalars import GOLDEN

from kubelint.node import Scalar
from kubelint.parser import parse
from kubelint.resources import Resource, resources_in
from kubelint.source import Source, Span, Undecodable, decode

ENCODINGS: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))["encodings"]


def services_in(data: bytes) -> list[Resource]:
    """The Services that kubelint reads in the bytes of a file; none where it refuses them."""
    try:
        text = decode(data)
    except Undecodable:
        return []
    resources = resources_in(parse(Source("service.yaml", text), 0, len(text)).root)
    return [resource for resource in resources if (resource.api_version, resource.kind) == ("v1", "Service")]


@pytest.mark.parametrize("name", ENCODINGS)
def test_bytes_are_read_where_the_server_reads_them(name: str) -> None:
    recorded = ENCODINGS[name]
    data = base64.b64decode(recorded["bytes"])
    if not recorded["accepted"]:
        assert not services_in(data)
        return
    text = decode(data)
    document = parse(Source("service.yaml", text), 0, len(text))
    assert document.root is not None, document.problem
    value = document.root.get("metadata", "annotations", "a")
    assert isinstance(value, Scalar)
    assert value.value == recorded["text"]
    assert services_in(data)


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("", 0, (1, 1)),
        ("a", 0, (1, 1)),
        ("a", 1, (1, 2)),
        ("a\n", 1, (1, 2)),
        ("a\n", 2, (2, 1)),
        ("a\nb", 2, (2, 1)),
        ("a\n\nb", 3, (3, 1)),
        ("a\r\nb", 1, (1, 2)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("a\r\rb", 3, (3, 1)),
        ("a\n\rb", 3, (3, 1)),
        ("a\r\n\r\nb", 5, (3, 1)),
        ("é: ü", 3, (1, 4)),
        ("日本: x", 4, (1, 5)),
        ("😀😀 x", 3, (1, 4)),
        ("a\u0301 x", 3, (1, 4)),
        ("\tx", 1, (1, 2)),
        ("a\u2028b\x85c\x0cd", 6, (1, 7)),
    ],
)
def test_a_position_counts_lines_and_code_points(text: str, offset: int, place: tuple[int, int]) -> None:
    assert Source("a.yaml", text).position(offset) == place


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b", ""]),
        ("a\rb\r", ["a", "b", ""]),
        ("\n\na", ["", "", "a"]),
        ("é😀\r\nü", ["é😀", "ü"]),
        ("a\u2028b", ["a\u2028b"]),
    ],
)
def test_lines_are_those_that_positions_count(text: str, lines: list[str]) -> None:
    source = Source("a.yaml", text)
    assert [source.line(number) for number in range(1, len(source.line_starts) + 1)] == lines
    for number, line in enumerate(lines, start=1):
        assert source.position(source.line_starts[number - 1] + len(line)) == (number, len(line) + 1)


def test_a_span_knows_its_text_and_both_its_ends() -> None:
    source = Source("a.yaml", "a: é😀\r\nb: |\n  c\n")
    span = Span(source, 3, 10)
    assert span.text == "é😀\r\nb: "
    assert (span.begin, span.finish) == ((1, 4), (2, 4))
    assert span.span is span
    assert span.node is None


def test_a_span_covers_what_lies_within_it_in_the_same_text() -> None:
    source, other = Source("a.yaml", "abcdef"), Source("a.yaml", "abcdef")
    span = Span(source, 1, 4)
    assert span.covers(span)
    assert span.covers(Span(source, 2, 3))
    assert not span.covers(Span(source, 0, 2))
    assert not span.covers(Span(source, 3, 5))
    assert not span.covers(Span(other, 2, 3))


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
)
def test_the_byte_order_mark_is_no_part_of_the_text(mark: bytes, encoding: str) -> None:
    for text in ("", "a: é😀\r\n", "\ufeffa: b"):
        if text.startswith("\ufeff") and not mark:
            continue
        assert decode(mark + text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "message", "readable"),
    [
        ("a: é\n".encode("latin-1"), "not UTF-8", "a: "),
        (b"a: \xff\xfe\n", "not UTF-8", "a: "),
        ("é: ".encode() + b"\xc3", "not UTF-8", "é: "),
        (b"\xff\xfea\0b", "not UTF-16-LE", "a"),
        (b"\xfe\xff\0a\xd8\x3d\0b", "not UTF-16-BE", "a"),
        ("ab".encode("utf-16-le"), "without a byte order mark", "a"),
        ("ab".encode("utf-16-be"), "without a byte order mark", ""),
        ("ab".encode("utf-32-le"), "without a byte order mark", "a"),
        ("ab".encode("utf-32-be"), "without a byte order mark", ""),
        (b"\xff\xfe\0\0" + "ab".encode("utf-32-le"), "UTF-32", ""),
        (b"\0\0\xfe\xff" + "ab".encode("utf-32-be"), "UTF-32", ""),
        (b"a: b\0c", "holds a NUL byte", "a: b"),
        (b"a: b\n\0", "holds a NUL byte", "a: b\n"),
        (b"\x7fELF\x02\x01\0\0", "holds a NUL byte", "\x7fELF\x02\x01"),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_words(data: bytes, message: str, readable: str) -> None:
    with pytest.raises(Undecodable, match=message) as caught:
        decode(data)
    assert caught.value.readable == readable
    assert caught.value.help
