"""`# kubelint: ignore[id] reason` comments and `kubelint.dev/ignore` annotations: which findings they silence.

A comment binds to a subtree of the YAML, never to a line: a finding is silenced when it stands within. Trailing, it
binds to the key or item that begins on its line, with all below; on a line of its own, to the next key or item at its
indentation; above a document's first key, to the whole document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kubelint.finding import Finding
from kubelint.manifest import Manifest
from kubelint.node import Node, Scalar, Sequence
from kubelint.parser import Document
from kubelint.resources import Resource
from kubelint.source import Source, Span

ANNOTATION = "kubelint.dev/ignore"

# Texts: `re` compiles one when it is first needed, and few manifests need any.
_COMMENT = (
    r"\#[ \t]*(?i:kubelint):[ \t]*(?P<word>\w[\w-]*)?(?P<list>[ \t]*\[(?P<ids>[^\]\r\n]*)\])?[ \t]*"
    r"(?P<reason>(?:(?!\#[ \t]*(?i:kubelint):)[^\r\n])*)"
)
# Possessive: what is no tag or anchor must not be tried again in every other way.
_DASHES = r"[ \t]*(-[ \t]+(?:-[ \t]+)*)(?:[&!]\S*+[ \t]++)*+"
_DASHES_ALONE = r"[ \t]*(-(?:[ \t]+-)*)[ \t]*(?:[&!]\S*+[ \t]*+)*+(?:\#.*)?"
_NOTHING = r"[ \t]*(?:\#.*)?"
_NAMES_NONE = "a suppression names the rules that it silences"
_SPLIT = r"[,\s]+"


@dataclass(slots=True, eq=False)
class Suppression:
    """One comment or annotation: where it stands, the rule ids it names, the stretch of text it binds to, its reason.

    `scope` is None where it binds to nothing. `flaw` says what is wrong with it where it is no suppression at all.
    """

    span: Span
    ids: tuple[str, ...]
    scope: Span | None
    reason: str
    flaw: str | None = None
    resource: Resource | None = None

    def silences(self, finding: Finding) -> bool:
        """Whether a finding is one that it means."""
        return finding.rule in self.ids and self.scope is not None and self.scope.covers(finding.span)


class Suppressions:
    """Every suppression of one manifest, and which of their ids have been of use.

    `known` are the ids of all rules, `ran` of those that judged this manifest.
    """

    def __init__(self, manifest: Manifest, known: frozenset[str], ran: frozenset[str]) -> None:
        self.known = known
        self._ran = ran
        self.all = tuple(_in_comments(manifest)) + tuple(_in_annotations(manifest))
        self._used: set[tuple[Suppression, str]] = set()

    def silencing(self, finding: Finding) -> Suppression | None:
        """The suppression that silences a finding, or None; it then counts as used."""
        silencing = [suppression for suppression in self.all if suppression.silences(finding)]
        for suppression in silencing:
            self._used.add((suppression, finding.rule))
        return silencing[0] if silencing else None

    def may_need(self, rules: Iterable[str], span: Span) -> None:
        """Note that rules did not come to an end over a resource: what silences them there is not unused."""
        if not self.all:
            return
        rules = tuple(rules)
        for suppression in self.all:
            if suppression.scope is not None and (suppression.scope.covers(span) or span.covers(suppression.scope)):
                self._used.update((suppression, rule) for rule in rules)

    def unused(self) -> Iterator[tuple[Suppression, str]]:
        """The suppressions, with the id in question, that silenced nothing although the rule ran."""
        for suppression in self.all:
            for id in suppression.ids:
                if id in self._ran and (suppression, id) not in self._used:
                    yield suppression, id


def _in_annotations(manifest: Manifest) -> Iterator[Suppression]:
    for resource in manifest.resources:
        scalar = resource.annotations.get(ANNOTATION)
        if scalar is not None:
            ids = tuple(filter(None, re.split(_SPLIT, str(scalar.value))))
            yield Suppression(scalar.span, ids, resource.span, "", None if ids else _NAMES_NONE, resource)


def _in_comments(manifest: Manifest) -> Iterator[Suppression]:
    source = manifest.source
    if "kubelint:" not in source.text.lower():
        return
    # What is not judged needs no suppression, and has none that could be unused.
    documents = [part.document for part in manifest.parts if part.document.root is not None and not part.skipped]
    layouts: dict[int, _Layout] = {}
    for found in re.finditer(_COMMENT, source.text):
        document = next((d for d in documents if d.span.start <= found.start() < d.span.end), None)
        if document is None:
            continue
        layout = layouts.get(id(document))
        if layout is None:
            layout = layouts[id(document)] = _Layout(source, document)
        if layout.is_comment(found.start()):
            yield _suppression(found, source, layout)


def _suppression(found: re.Match[str], source: Source, layout: _Layout) -> Suppression:
    end = found.end() - len(found[0]) + len(found[0].rstrip())
    span = Span(source, found.start(), end)
    ids = tuple(filter(None, re.split(_SPLIT, found["ids"] or "")))
    if found["word"] != "ignore" or not ids:
        flaw = _NAMES_NONE
        if found["word"] != "ignore":
            flaw = f"`kubelint: {found['word'] or ''}` is no suppression"
        return Suppression(span, (), None, "", flaw)
    return Suppression(span, ids, layout.scope_of(found.start()), found["reason"].strip())


class _Layout:
    """Where the keys, items and texts of one document stand."""

    def __init__(self, source: Source, document: Document) -> None:
        self.source = source
        root = document.root
        assert root is not None
        self.root = root
        self.entries: list[tuple[int, Span]] = []
        """Where each key or dash begins, and the stretch that it stands for, in the order of the text."""
        texts = []
        for node in root.walk():
            if node.repeats is not None and node.parent is not None and node.parent.repeats is not None:
                continue
            if isinstance(node, Scalar):
                texts.append((self._text_start(node), node.end))
            if node.key_start >= 0:
                texts.append((node.key_start, node.key_end))
                self.entries.append((node.key_start, node.entry))
            elif isinstance(node.parent, Sequence):
                dash = self._dash_of(node, node.parent)
                self.entries.append((dash, Span(source, dash, node.end)))
        self.texts = sorted(texts)
        self.text_starts = [start for start, _ in self.texts]
        self.entries.sort(key=lambda entry: (entry[0], -entry[1].end))
        self.entry_starts = [start for start, _ in self.entries]

    def is_comment(self, offset: int) -> bool:
        """Whether a `#` begins a comment: it stands in no text, and at the start of a line or behind a blank."""
        if offset and self.source.text[offset - 1] not in " \t\r\n":
            return False
        index = bisect_right(self.text_starts, offset) - 1
        return index < 0 or offset >= self.texts[index][1]

    def scope_of(self, offset: int) -> Span | None:
        """What a comment binds to; the offset is that of a `#` in it, which need not be its first."""
        line = self.source.position(offset).line
        line_start = self.source.line_starts[line - 1]
        text = self.source.text
        begin = next(place for place in range(line_start, offset + 1) if text[place] == "#" and self.is_comment(place))
        first = bisect_left(self.entry_starts, line_start)
        following = bisect_right(self.entry_starts, begin)
        if first < following:
            return self.entries[first][1]
        if text[line_start:begin].strip() not in ("", "---"):
            return self._around(line_start, first)
        if following == 0:
            return self.root.span
        for index in range(following, len(self.entries)):
            start, span = self.entries[index]
            entry_line, entry_column = self.source.position(start)
            column = begin - line_start + 1
            if entry_column == column and self._begins_line(start, entry_line):
                return span
            if entry_column < column:
                break
        return None

    def _around(self, line_start: int, first: int) -> Span | None:
        """The innermost key or item that a trailing comment's line ends or continues, such as with a bracket."""
        return next((span for _, span in reversed(self.entries[:first]) if span.end >= line_start), None)

    def _begins_line(self, offset: int, line: int) -> bool:
        return not self.source.text[self.source.line_starts[line - 1] : offset].strip(" \t-")

    def _text_start(self, scalar: Scalar) -> int:
        """Where the text of a scalar begins; that of a block scalar (`|`) below a line on which a comment may stand."""
        if self.source.text[scalar.start : scalar.start + 1] not in ("|", ">"):
            return scalar.start
        line = self.source.position(scalar.start).line
        return self.source.line_starts[line] if line < len(self.source.line_starts) else scalar.end

    def _dash_of(self, item: Node, sequence: Sequence) -> int:
        """Where the dash of a list's item stands; in a list with brackets the item itself."""
        if self._is_in_brackets(sequence) or (isinstance(item, Scalar) and item.plain and not item.text):
            return item.start
        # Of `- - a`, the item that is a list has the first dash.
        inner, skipped = item, 1
        while isinstance(inner, Sequence) and inner.items and not self._is_in_brackets(inner):
            inner, skipped = inner.items[0], skipped + 1
        line = self.source.position(item.start).line
        line_start = self.source.line_starts[line - 1]
        found = re.fullmatch(_DASHES, self.source.text[line_start : item.start])
        while found is None:
            line -= 1
            above = self.source.line(line) if line else "---"
            found = re.fullmatch(_DASHES_ALONE, above)
            if found is None and not re.fullmatch(_NOTHING, above):
                return item.start
        dashes = [found.start(1) + place for place, character in enumerate(found[1]) if character == "-"]
        return self.source.line_starts[line - 1] + dashes[-min(skipped, len(dashes))]

    def _is_in_brackets(self, sequence: Sequence) -> bool:
        begins = self.source.text[sequence.start : sequence.start + 1] == "["
        return begins and not (sequence.items and sequence.items[0].start == sequence.start)
