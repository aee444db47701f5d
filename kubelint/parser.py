"""Text to Nodes. The only importer of ruamel.yaml; no word of Kubernetes.

Nodes are built from parser events, one document at a time, so that a broken document spoils no other. Composing would
recurse in C and crash the interpreter on deep nesting; the loop here keeps its own stack and stops at `DEPTH_LIMIT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from kubelint.node import Mapping, Node, Scalar, Sequence, Value
from kubelint.rewriting import MEANT, PRIVATE, json_as_yaml, rewritten
from kubelint.scalar import MERGE_TAG, UnreadableScalar, key_text, plain_value, tagged_value
from kubelint.source import Source, Span
from kubelint.yaml_faults import in_plain_words

DEPTH_LIMIT = 200
"""Levels of nesting that are read. The deepest built-in kind needs fewer than 40."""
_REWRITES = 20
"""How often a document is written another way before its fault is believed."""


_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.M)
_JSON_START = re.compile(r"\s*\{\s*[\"}]")
_JSON_SEAM = re.compile(r"\}[ \t]*[\r\n]\s*(?=\{\s*[\"}])")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")
_ESCAPED_SLASH = re.compile(r"(?:[^\\]|\\[^/])*\\/")
# Possessive, for a line break of two characters must not be tried as two: that would double with each line.
_NO_CONTENT = re.compile(r"(?:[ \t]*(?:#[^\r\n]*|%[^\r\n]*|\.\.\.[ \t]*|---[ \t]*)?(?>\r\n|\r|\n|\Z))*+\Z")

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
    before the first one (comments, `%YAML`) is part of the first document. JSON documents may do without it, each on a
    line of its own.
    """
    starts = [found.start() for found in _DOCUMENT_START.finditer(text)]
    if _JSON_START.match(text):
        starts = sorted([*starts, *(seam.end() for seam in _JSON_SEAM.finditer(text))])
    if not starts or _NO_CONTENT.match(text, 0, starts[0]) is None:
        starts.insert(0, 0)
    else:
        starts[0] = 0
    stretches = zip(starts, [*starts[1:], len(text)], strict=True)
    return [(start, end) for start, end in stretches if _NO_CONTENT.match(text, start, end) is None]


def parse(source: Source, start: int, end: int) -> Document:
    """Read one document, given as a stretch of its source's text. Never raises for what the text says."""
    span = Span(source, start, end)
    text = source.text[start:end]
    is_json = _JSON_START.match(text) is not None
    may_escape_slashes = not is_json and "\\/" in text
    written = json_as_yaml(text) if is_json else text
    if text.startswith("\ufeff"):
        # A byte order mark that follows another. libyaml would pass over it, and count without it.
        written = chr(PRIVATE + 0xFEFF) + written[1:]
    rewrites = 0
    while True:
        builder = (_Builder if written is text else _RewrittenBuilder)(source, start, may_escape_slashes)
        try:
            builder.build(written)
        except _Refused as refusal:
            return Document(span, None, refusal.problem)
        except (YAMLError, YAMLStreamError) as error:
            other = rewritten(written, error)
            if other is None or rewrites == _REWRITES:
                return Document(span, None, _syntax_problem(span, error))
            written = other
            rewrites += 1
        else:
            return Document(span, builder.root, None, tuple(builder.duplicates))


class _Refused(Exception):
    def __init__(self, kind: str, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind, span, message, help)


_Key = tuple[str, int, int, bool]
"""The key whose value comes next: its text, where it stands, and whether it is `<<`."""


class _Builder:
    """Takes the events of one document and holds the tree that they have built so far."""

    def __init__(self, source: Source, base: int, may_escape_slashes: bool) -> None:
        self.source = source
        self.base = base
        self.may_escape_slashes = may_escape_slashes
        self.root: Node | None = None
        self.duplicates: list[tuple[Node, Node]] = []
        self.open: list[Mapping | Sequence] = []
        self.parent: Mapping | Sequence | None = None
        """The innermost of the open ones."""
        self.key: _Key | None = None
        self.started: list[Mapping | Sequence] = []
        """Block collections of which nothing has come yet. They start where their first key or item does."""
        self.last_end = 0
        """Where the value that came last ends. A block collection ends there too."""
        self.merging: list[Node] = []
        self.anchors: dict[str, Node] = {}
        self.values = 0
        self.aliased_values = 0

    def build(self, text: str) -> None:
        """Take all events of a text. Raises _Refused, and what the parser raises where the text is no YAML."""
        take: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._mapping_start,
            MappingEndEvent: self._end,
            SequenceStartEvent: self._sequence_start,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document_start,
            DocumentEndEvent: self._nothing,
            StreamStartEvent: self._nothing,
            StreamEndEvent: self._nothing,
        }
        parser = CParser(text)
        next_event = parser.get_event
        try:
            while (event := next_event()) is not None:
                take[type(event)](event)
        finally:
            parser.dispose()

    def _nothing(self, event: Event) -> None:
        pass

    def _document_start(self, event: DocumentStartEvent) -> None:
        if self.root is not None:
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
        self.values += 1
        start: int = self.base + event.start_mark.index
        end: int = self.base + event.end_mark.index
        text: str = event.value
        value: Value
        if end - start == len(text):
            # It stands there as it is: without quotes, tag or anchor, on one line.
            value, plain, is_merge = plain_value(text), True, text == "<<"
        else:
            start, end, value, plain, is_merge = self._marked(event, start, end)
        if self.key is None and isinstance(self.parent, Mapping):
            name = value if type(value) is str else self._key_name(value, start, end)
            self.key = (name, start, end, is_merge)
            if self.started:
                self._begin(start)
            if event.anchor is not None:
                self.anchors[event.anchor] = Scalar(self.source, start, end, text, value, plain)
            return
        node = Scalar(self.source, start, end, text, value, plain)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if start == end:
            self._place_empty(node)
        if self.started:
            self._begin(node.start)
        self.last_end = node.end
        self._add(node)

    def _marked(self, event: ScalarEvent, start: int, end: int) -> tuple[int, int, Value, bool, bool]:
        """The place and the value of a scalar that is not bare, whether it is plain, and whether it merges."""
        start = self._start(event)
        text, tag, style = event.value, event.tag, event.style
        if style in ("|", ">"):
            # The event of a block scalar swallows the blank lines that follow it.
            end = start + len(self.source.text[start:end].rstrip())
        elif style == '"' and self.may_escape_slashes:
            slash = _ESCAPED_SLASH.match(self.source.text, start, end)
            if slash is not None:
                span = Span(self.source, slash.end() - 2, slash.end())
                raise _Refused("syntax", span, "the escape `\\/`, which YAML 1.1 does not have", "remove the backslash")
        is_merge = text == "<<" and (event.implicit[0] or tag == MERGE_TAG)
        if tag is not None:
            try:
                return start, max(start, end), tagged_value(tag, text), False, is_merge
            except UnreadableScalar as error:
                help = "remove the tag or quote the value"
                raise _Refused("syntax", Span(self.source, start, end), str(error), help) from error
        if style:
            return start, end, text, False, is_merge
        return start, max(start, end), plain_value(text), True, is_merge

    def _key_name(self, value: Value, start: int, end: int) -> str:
        try:
            return key_text(value)
        except UnreadableScalar as error:
            raise _Refused("syntax", Span(self.source, start, end), str(error), "quote the key") from error

    def _mapping_start(self, event: MappingStartEvent) -> None:
        start = self._start(event)
        self._open(Mapping(self.source, start, start), event)

    def _sequence_start(self, event: SequenceStartEvent) -> None:
        start = self._start(event)
        self._open(Sequence(self.source, start, start), event)

    def _open(self, node: Mapping | Sequence, event: MappingStartEvent | SequenceStartEvent) -> None:
        self.values += 1
        if len(self.open) >= DEPTH_LIMIT:
            raise _Refused(
                "limit",
                Span(self.source, node.start, node.start + 1),
                f"the document nests deeper than {DEPTH_LIMIT} levels",
                "no Kubernetes object needs this many levels; check how the file was made",
            )
        if self.key is None and isinstance(self.parent, Mapping):
            raise self._refused_key(node.start)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if not event.flow_style:
            self.started.append(node)
        elif self.started:
            self._begin(node.start)
        self._add(node)
        self.open.append(node)
        self.parent = node

    def _end(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        node = self.open.pop()
        self.parent = self.open[-1] if self.open else None
        end: int = self.base + event.end_mark.index
        if end > self.base + event.start_mark.index:
            # A bracket ends it. The end of a block collection has no text of its own, and comes at the next token.
            self.last_end = end
        node.end = self.last_end
        if self.merging and self.merging[-1] is node:
            self._merge(self.merging.pop())

    def _begin(self, start: int) -> None:
        for node in self.started:
            node.start = start
        self.started.clear()

    def _alias(self, event: AliasEvent) -> None:
        _, start, end = span = self._span(event)
        target = self.anchors.get(event.anchor)
        if target is None:
            name = event.anchor
            raise _Refused(
                "syntax", span, f"the alias *{name} has no anchor", f"define &{name} above, or quote the value"
            )
        if target in self.open:
            raise _Refused("syntax", span, f"the anchor &{event.anchor} contains itself", "write the value out")
        self.values += 1
        if self.started:
            self._begin(start)
        if self.key is None and isinstance(self.parent, Mapping):
            if not isinstance(target, Scalar):
                raise self._refused_key(start)
            self.key = (self._key_name(target.value, start, end), start, end, False)
            return
        self._count_aliased(target, span)
        node = self._repeat(target, start, end, len(self.open))
        self.last_end = end
        self._add(node)
        if self.merging and self.merging[-1] is node:
            self._merge(self.merging.pop())

    def _refused_key(self, start: int) -> _Refused:
        span = Span(self.source, start, start + 1)
        return _Refused(
            "syntax", span, "a mapping or list stands where a key is due", "quote it if it is meant as text"
        )

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
                repeated = self._repeat(child, start, end, depth + 1)
                repeated.parent, repeated.step = copy, name
                repeated.key_start, repeated.key_end = start, end
                copy.entries[name] = repeated
        else:
            assert isinstance(target, Sequence)
            copy = Sequence(self.source, start, end)
            for index, child in enumerate(target.items):
                repeated = self._repeat(child, start, end, depth + 1)
                repeated.parent, repeated.step = copy, index
                copy.items.append(repeated)
        copy.repeats = target.repeats or target
        return copy

    def _add(self, node: Node) -> None:
        """Put a value into the collection that is open, or make it the root."""
        parent = self.parent
        if isinstance(parent, Mapping):
            assert self.key is not None
            name, node.key_start, node.key_end, is_merge = self.key
            self.key = None
            node.parent, node.step = parent, name
            if not is_merge:
                self._enter(parent, name, node)
            elif isinstance(node, Scalar):
                raise self._refused_merge(node)
            else:
                self.merging.append(node)
        elif parent is not None:
            node.parent, node.step = parent, len(parent.items)
            parent.items.append(node)
        else:
            self.root = node

    def _enter(self, parent: Mapping, name: str, node: Node) -> None:
        entries = parent.entries
        if name in entries:
            self.duplicates.append((node, entries.pop(name)))
        entries[name] = node

    def _place_empty(self, node: Scalar) -> None:
        # An empty value has no text of its own: its key, or its dash, is what one can point at.
        if self.key is not None:
            _, node.start, node.end, _ = self.key
        elif self.parent is not None:
            node.start = self.source.text.rfind("-", 0, node.start + 1)
            node.end = node.start + 1

    def _merge(self, node: Node) -> None:
        # The server refuses a key that comes twice, be it merged or written (go.yaml.in/yaml/v2, strict); of several
        # merged mappings the earlier wins. It takes no list through an alias.
        parent = node.parent
        assert isinstance(parent, Mapping)
        is_list = isinstance(node, Sequence) and node.repeats is None
        for merged in reversed(list(node.children())) if is_list else [node]:
            if not isinstance(merged, Mapping):
                raise self._refused_merge(merged)
            for name, child in merged.entries.items():
                child.parent, child.step = parent, name
                if merged.repeats is not None:
                    child.key_start, child.key_end = node.key_start, node.key_end
                self._enter(parent, name, child)

    def _refused_merge(self, node: Node) -> _Refused:
        return _Refused("syntax", node.span, "`<<` merges something that is no mapping", "write the keys out")


class _RewrittenBuilder(_Builder):
    """Takes the events of a text that was written another way for the parser, and reads them as they were meant."""

    def _scalar(self, event: ScalarEvent) -> None:
        event.value = event.value.translate(MEANT)
        super()._scalar(event)


def _syntax_problem(document: Span, error: Exception) -> Problem:
    source, start, end = document
    text = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None)
    began = getattr(error, "context_mark", None) or mark
    offset = start if mark is None else start + mark.index
    character = getattr(error, "character", None)
    if isinstance(character, int):
        # An error about a character has no mark. Wherever the character stands, it is refused.
        offset = max(source.text.find(chr(character), start, end), start)
    fault = in_plain_words(text, source.text, offset, offset if began is None else start + began.index)
    seen_at = min(fault.offset, max(end - 1, start))
    return Problem("syntax", Span(source, seen_at, min(seen_at + 1, end)), fault.message, fault.help)
