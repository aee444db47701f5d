"""Text to Nodes. The only importer of ruamel.yaml; no word of Kubernetes.

Nodes are built from parser events, one document at a time, so that a broken document spoils no other. Composing would
recurse in C and crash the interpreter on deep nesting; the loop here keeps its own stack and stops at `DEPTH_LIMIT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import MarkedYAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from kubelint.node import Mapping, Node, Scalar, Sequence, Value
from kubelint.scalar import UnreadableScalar, key_text, plain_value, tagged_value
from kubelint.source import Source, Span

DEPTH_LIMIT = 200
"""Levels of nesting that are read. The deepest built-in kind needs fewer than 40."""

_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.M)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")
_NO_CONTENT = re.compile(r"(?:[ \t]*(?:#[^\r\n]*|%[^\r\n]*|\.\.\.[ \t]*|---[ \t]*)?(?:\r\n|\r|\n|\Z))*\Z")

# Go's yaml library counts the values that it decodes, and refuses a document in which too many of them come from
# aliases (go.yaml.in/yaml/v2 decode.go, allowedAliasRatio).
_ALIASES_FREE, _VALUES_FREE = 100, 1_000
_RATIO_LOW_AT, _RATIO_HIGH_AT = 400_000, 4_000_000


class Problem(NamedTuple):
    """Why a document, or a part of it, cannot be read as YAML."""

    kind: str
    """`syntax`, or `limit` where it is deeper or larger than kubelint reads."""
    span: Span
    message: str
    help: str


class Document(NamedTuple):
    """One YAML document: its stretch of the text, its root node (None where it cannot be read), and why it cannot."""

    span: Span
    root: Node | None
    problem: Problem | None = None
    duplicates: tuple[tuple[Node, Node], ...] = ()
    """The later and the earlier value of each key that is given twice; the mapping holds the later one."""


def split(text: str) -> list[tuple[int, int]]:
    """The stretches (start and end offset) of a text's documents, `---` lines included; those without content left out.

    A line that starts with `---` separates documents wherever it stands: YAML allows it within no scalar. What stands
    before the first one (comments, `%YAML`) is part of the first document.
    """
    starts = [found.start() for found in _DOCUMENT_START.finditer(text)]
    if not starts or _NO_CONTENT.match(text, 0, starts[0]) is None:
        starts.insert(0, 0)
    else:
        starts[0] = 0
    stretches = zip(starts, [*starts[1:], len(text)], strict=True)
    return [(start, end) for start, end in stretches if _NO_CONTENT.match(text, start, end) is None]


def parse(source: Source, start: int, end: int) -> Document:
    """Read one document, given as a stretch of its source's text. Never raises for what the text says."""
    span = Span(source, start, end)
    builder = _Builder(source, start)
    try:
        for event in _events(source.text[start:end]):
            builder.take(event)
    except _Refused as refusal:
        return Document(span, None, refusal.problem)
    except (MarkedYAMLError, YAMLStreamError) as error:
        return Document(span, None, _syntax_problem(span, error))
    return Document(span, builder.root, None, tuple(builder.duplicates))


class _Refused(Exception):
    def __init__(self, kind: str, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind, span, message, help)


def _events(text: str) -> Iterator[Event]:
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


class _Builder:
    """Takes the events of one document and holds the tree that they have built so far."""

    def __init__(self, source: Source, base: int) -> None:
        self.source = source
        self.base = base
        self.root: Node | None = None
        self.duplicates: list[tuple[Node, Node]] = []
        self.open: list[Mapping | Sequence] = []
        self.block_ends: list[bool] = []
        self.keys: list[Node | None] = []
        self.anchors: dict[str, Node] = {}
        self.values = 0
        self.aliased_values = 0
        self.take_by_type: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._mapping_start,
            SequenceStartEvent: self._sequence_start,
            AliasEvent: self._alias,
        }

    def take(self, event: Event) -> None:
        handler = self.take_by_type.get(type(event))
        if handler is not None:
            handler(event)
        elif isinstance(event, CollectionEndEvent):
            self._end(event)
        elif isinstance(event, DocumentStartEvent) and self.root is not None:
            span = self._span(event)
            raise _Refused("syntax", span, "a second document starts without `---`", "write `---` between documents")

    def _span(self, event: Event) -> Span:
        start, end = self.base + event.start_mark.index, self.base + event.end_mark.index
        return Span(self.source, start, end)

    def _start(self, event: NodeEvent) -> int:
        """Where the value itself starts: its anchor and tag are no part of it."""
        start: int = self.base + event.start_mark.index
        if event.anchor is None and getattr(event, "tag", None) is None:
            return start
        found = _PROPERTIES.match(self.source.text, start, self.base + event.end_mark.index)
        return found.end() if found else start

    def _scalar(self, event: ScalarEvent) -> None:
        start, end = self._start(event), self.base + event.end_mark.index
        text: str = event.value
        plain = not event.style and event.tag is None
        try:
            value: Value = text
            if event.tag is not None:
                value = tagged_value(event.tag, text)
            elif plain:
                value = plain_value(text)
        except UnreadableScalar as error:
            raise _Refused(
                "syntax", Span(self.source, start, end), str(error), "remove the tag or quote the value"
            ) from error
        if event.style in ("|", ">"):
            # The event of a block scalar swallows the blank lines that follow it.
            end = start + len(self.source.text[start:end].rstrip())
        elif start >= end:
            end = start
        node = Scalar(self.source, start, end, text, value, plain)
        if self.open and isinstance(self.open[-1], Mapping) and self.keys[-1] is None:
            self._count(1)
            self.keys[-1] = node
        else:
            self._add(node, event.anchor)

    def _mapping_start(self, event: MappingStartEvent) -> None:
        start = self._start(event)
        self._open(Mapping(self.source, start, start), event)

    def _sequence_start(self, event: SequenceStartEvent) -> None:
        start = self._start(event)
        self._open(Sequence(self.source, start, start), event)

    def _open(self, node: Mapping | Sequence, event: MappingStartEvent | SequenceStartEvent) -> None:
        if len(self.open) >= DEPTH_LIMIT:
            raise _Refused(
                "limit",
                Span(self.source, node.start, node.start + 1),
                f"the document nests deeper than {DEPTH_LIMIT} levels",
                "no Kubernetes object needs this many levels; check how the file was made",
            )
        if self.open and isinstance(self.open[-1], Mapping) and self.keys[-1] is None:
            raise self._refused_key(node.start)
        self._add(node, event.anchor)
        self.open.append(node)
        self.block_ends.append(not event.flow_style)
        self.keys.append(None)

    def _end(self, event: CollectionEndEvent) -> None:
        node = self.open.pop()
        self.keys.pop()
        if not self.block_ends.pop():
            node.end = self.base + event.end_mark.index
            return
        # The events of a block collection reach up to the next token: its children say where it really stands.
        children = list(node.children())
        node.start = min((child.entry.start for child in children), default=node.start)
        node.end = max((child.entry.end for child in children), default=node.start)

    def _alias(self, event: AliasEvent) -> None:
        span = self._span(event)
        target = self.anchors.get(event.anchor)
        if target is None:
            name = event.anchor
            raise _Refused(
                "syntax", span, f"the alias *{name} has no anchor", f"define &{name} above, or quote the value"
            )
        if target in self.open:
            raise _Refused("syntax", span, f"the anchor &{event.anchor} contains itself", "write the value out")
        if self.open and isinstance(self.open[-1], Mapping) and self.keys[-1] is None:
            if not isinstance(target, Scalar):
                raise self._refused_key(span.start)
            self._count(1)
            self.keys[-1] = Scalar(self.source, span.start, span.end, target.text, target.value, target.plain)
            return
        self._count_aliased(target, span)
        self._add(self._repeat(target, span.start, span.end, len(self.open)), None)

    def _refused_key(self, start: int) -> _Refused:
        span = Span(self.source, start, start + 1)
        return _Refused(
            "syntax", span, "a mapping or list stands where a key is due", "quote it if it is meant as text"
        )

    def _count(self, values: int) -> None:
        self.values += values

    def _count_aliased(self, target: Node, span: Span) -> None:
        size = sum(2 if child.key_start >= 0 else 1 for child in target.walk())
        self.aliased_values += size
        self.values += size
        if self.aliased_values > _ALIASES_FREE and self.values > _VALUES_FREE:
            beyond = (self.values - _RATIO_LOW_AT) / (_RATIO_HIGH_AT - _RATIO_LOW_AT)
            if self.aliased_values / self.values > 0.99 - 0.89 * min(max(beyond, 0.0), 1.0):
                raise _Refused(
                    "limit",
                    span,
                    "the aliases of the document repeat too many values",
                    "the API server refuses this as excessive aliasing; write the values out",
                )

    def _repeat(self, target: Node, start: int, end: int, depth: int) -> Node:
        """A copy of an anchored node with all below it, standing where the alias stands."""
        if depth > DEPTH_LIMIT:
            span = Span(self.source, start, end)
            raise _Refused("limit", span, f"the document nests deeper than {DEPTH_LIMIT} levels", "write the value out")
        copy: Node
        if isinstance(target, Scalar):
            copy = Scalar(self.source, start, end, target.text, target.value, target.plain)
        elif isinstance(target, Mapping):
            copy = Mapping(self.source, start, end)
            for name, child in target.entries.items():
                copy.entries[name] = self._placed(self._repeat(child, start, end, depth + 1), copy, name, start, end)
        else:
            assert isinstance(target, Sequence)
            copy = Sequence(self.source, start, end)
            for index, child in enumerate(target.items):
                copy.items.append(self._placed(self._repeat(child, start, end, depth + 1), copy, index, start, end))
        copy.repeats = target.repeats or target
        return copy

    @staticmethod
    def _placed(node: Node, parent: Node, step: str | int, key_start: int, key_end: int) -> Node:
        node.parent, node.step = parent, step
        if isinstance(step, str):
            node.key_start, node.key_end = key_start, key_end
        return node

    def _add(self, node: Node, anchor: str | None) -> None:
        self._count(1)
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            self._placed(node, parent, len(parent.items), -1, -1)
            parent.items.append(node)
            if node.start == node.end and isinstance(node, Scalar):
                # An empty item has no text of its own: its dash is what one can point at.
                node.start = self.source.text.rfind("-", 0, node.start + 1)
                node.end = node.start + 1
            return
        key = self.keys[-1]
        assert isinstance(key, Scalar)
        self.keys[-1] = None
        if key.plain and key.text == "<<":
            self._merge(parent, key, node)
            return
        try:
            name = key_text(key.value)
        except UnreadableScalar as error:
            raise _Refused("syntax", key.span, str(error), "quote the key") from error
        self._placed(node, parent, name, key.start, key.end)
        if node.start == node.end and isinstance(node, Scalar):
            # An empty value has no text of its own: its key is what one can point at.
            node.start, node.end = key.start, key.end
        earlier = parent.entries.pop(name, None)
        if earlier is not None:
            self.duplicates.append((node, earlier))
        parent.entries[name] = node

    def _merge(self, parent: Mapping, key: Scalar, node: Node) -> None:
        # The server refuses a key that comes twice, be it merged or written (go.yaml.in/yaml/v2, strict); of several
        # merged mappings the earlier wins.
        sources = list(reversed(node.items)) if isinstance(node, Sequence) else [node]
        for merged in sources:
            if not isinstance(merged, Mapping):
                raise _Refused("syntax", node.span, "`<<` merges something that is no mapping", "write the keys out")
            for name, child in merged.entries.items():
                earlier = parent.entries.pop(name, None)
                placed = self._placed(child, parent, name, key.start, key.end)
                if earlier is not None:
                    self.duplicates.append((placed, earlier))
                parent.entries[name] = placed


def _syntax_problem(document: Span, error: MarkedYAMLError | YAMLStreamError) -> Problem:
    source, start, end = document
    text = str(getattr(error, "problem", None) or error)
    # What is never closed is best seen where it opens.
    is_open = any(part in text for part in _NOT_CLOSED)
    mark = (getattr(error, "context_mark", None) if is_open else None) or getattr(error, "problem_mark", None)
    offset = min(start + mark.index, max(end - 1, start)) if mark is not None else start
    return Problem("syntax", Span(source, offset, min(offset + 1, end)), *_plain_words(text, source.text, offset))


_WORDS = (
    ("could not find expected ':'", "a key without its colon", "write `key: value`; quote a text that spans lines"),
    ("found character that cannot start any token", "a character that cannot start a value", "quote the value"),
    ("mapping values are not allowed", "a second `: ` in one plain value", "quote the value"),
    ("did not find expected key", "a line that is indented unlike its neighbours", "align it with the keys beside it"),
    ("did not find expected '-' indicator", "a line that is no item of the list", "align it with the dashes above"),
    ("did not find expected ',' or", "a bracket that is not closed", "close the bracket, or quote the value"),
    ("found unexpected end of stream", "a quoted text that is not closed", "close the quote"),
    ("found unexpected document indicator", "a quoted text that is not closed", "close the quote"),
    ("found a tab character", "a tab used as indentation", "indent with spaces"),
    (
        "block sequence entries are not allowed",
        "a list item where none can stand",
        "start the list on a line of its own",
    ),
    (
        "control characters are not allowed",
        "a control character",
        "remove it, or write it as an escape in double quotes",
    ),
)


_NOT_CLOSED = ("found unexpected end of stream", "found unexpected document indicator", "did not find expected ',' or")


def _plain_words(problem: str, text: str, offset: int) -> tuple[str, str]:
    if text[offset : offset + 1] == "\t":
        return "a tab used as indentation", "indent with spaces"
    for part, message, help in _WORDS:
        if part in problem:
            return message, help
    return problem, "see the YAML that stands above this line"
