"""One file, read: its resources, what is wrong with its text, and what in it is not judged.

Only documents that can hold a kind that kubelint reads are parsed. The decision looks at the text of the document alone
and errs on the side of parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from kubelint.node import Node
from kubelint.parser import Document, Problem, parse, split
from kubelint.paths import SIZE_LIMIT, read_bytes
from kubelint.resources import KINDS, Resource, resources_in
from kubelint.source import Source, Span, Undecodable, decode
from kubelint.template import has_template_actions, placeholder_in, template_language

YAML_SUFFIXES = (".yaml", ".yml")

_TOP_KIND = re.compile(
    r"""^(?:kind|"kind"|'kind')[ \t]*:[ \t]+(['"]?)([A-Za-z][A-Za-z0-9]*)\1[ \t]*(?:\#.*)?\r?$""", re.M
)
# A text: `re` compiles it when it is first needed; most documents say at their very left what they are.
_ANY_KIND = r"""(?i)kind["']?\s*:\s*(?:["']?([a-z][a-z0-9]*)["']?[ \t]*(?=[\s,}\#]|\Z)|[^"'a-z\s]|"[^"\n]*\\)"""
_ESCAPED_KEY = re.compile(r"\\[xuU]0*6[bB9eE4]")
_TOP_METADATA = re.compile(r"^metadata:", re.M)
_TOP_API_VERSION = re.compile(r"^apiVersion:", re.M)
_SAYS_API_VERSION = re.compile(r"\bapiVersion\b")


class Part(NamedTuple):
    """One document of a manifest that holds something of Kubernetes.

    `skipped` says why it is not judged, where it is not; `problem` why it cannot be read. `kinds` are the kinds that
    its text names, read or not.
    """

    document: Document
    kinds: frozenset[str]
    resources: tuple[Resource, ...] = ()
    skipped: str | None = None

    @property
    def problem(self) -> Problem | None:
        """Why it cannot be read as YAML, or None."""
        return self.document.problem

    @property
    def line(self) -> int:
        """The 1-based line at which its content begins."""
        span = self.document.span
        lines = span.text.splitlines(keepends=True)
        offset = span.start
        for text in lines:
            if text.strip() and not text.startswith(("---", "#", "%")):
                break
            offset += len(text)
        return span.source.position(min(offset, max(span.end - 1, 0))).line


@dataclass(slots=True)
class Manifest:
    """One file. `unreadable` says why it could not be read at all."""

    source: Source
    parts: tuple[Part, ...] = ()
    unreadable: Problem | None = None
    resources: tuple[Resource, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.resources = tuple(resource for part in self.parts if not part.skipped for resource in part.resources)

    @property
    def path(self) -> str:
        """The file's path."""
        return self.source.path

    @property
    def says_something(self) -> bool:
        """Whether anything in it concerns kubelint."""
        return bool(self.parts or self.unreadable)


def read(path: str, wanted: Callable[[str], bool], *, is_named: bool = False, in_chart: bool = False) -> Manifest:
    """Read a file. `wanted` says of a kind's name whether documents of that kind concern the caller.

    Of a file that cannot be read, one that ends in neither .yaml nor .yml and was not named concerns nobody unless it
    speaks of an apiVersion and a kind.
    """
    try:
        data, is_whole = read_bytes(path)
    except OSError as error:
        return _unreadable(Source(path, ""), f"the file cannot be read: {error.strerror}", "check its permissions")
    if not is_whole:
        manifest = _unreadable(
            Source(path, ""),
            f"the file is larger than {SIZE_LIMIT // 1024 // 1024} MiB",
            "split it, or exclude it in the configuration",
        )
    else:
        try:
            return of_text(Source(path, decode(data)), wanted, in_chart=in_chart)
        except Undecodable as error:
            source = Source(path, error.readable)
            manifest = _unreadable(source, str(error), error.help, len(error.readable))
    concerns = is_named or path.endswith(YAML_SUFFIXES) or _speaks_of_kubernetes(data)
    return manifest if concerns else Manifest(manifest.source)


def of_text(source: Source, wanted: Callable[[str], bool], *, in_chart: bool = False) -> Manifest:
    """Read a text that is in memory."""
    parts = []
    for start, end in split(source.text):
        text = source.text[start:end]
        kinds = kinds_in(text)
        if kinds is None or any(map(wanted, kinds)):
            part = _part(source, start, end, text, kinds or frozenset(), in_chart)
            if part is not None:
                parts.append(part)
    return Manifest(source, tuple(parts))


def kinds_in(text: str) -> frozenset[str] | None:
    """The kinds that a document's text can be of, from the text alone; None where only parsing can say.

    A `kind:` at the very left of a block mapping is the document's own; without one, every `kind` anywhere counts.
    """
    top = {found[2] for found in _TOP_KIND.finditer(text)}
    if top and not any(kind.endswith("List") for kind in top):
        return frozenset(top)
    kinds = set(top)
    for found in re.finditer(_ANY_KIND, text):
        if found[1] is None:
            return None
        kinds.add(found[1])
    if not kinds and (_ESCAPED_KEY.search(text) or (_TOP_API_VERSION.search(text) and _TOP_METADATA.search(text))):
        return None
    return frozenset(kinds)


def may_hold(kinds: frozenset[str], wanted: frozenset[str], is_harmless: Callable[[str], bool]) -> bool:
    """Whether a document that names these kinds, and is not judged, may stand for objects of one of the wanted kinds.

    A document that names none may be anything; a kind that nobody knows may make anything, unless it `is_harmless`.
    """
    return not kinds or any(kind in wanted or not (kind in KINDS or is_harmless(kind)) for kind in kinds)


def _part(source: Source, start: int, end: int, text: str, kinds: frozenset[str], in_chart: bool) -> Part | None:
    if in_chart and has_template_actions(text):
        return Part(Document(Span(source, start, end), None), kinds, (), "helm template")
    document = parse(source, start, end)
    if document.problem is None:
        resources = tuple(resources_in(document.root))
        return Part(document, kinds, resources) if resources else None
    if has_template_actions(text):
        return Part(Document(document.span, None), kinds, (), template_language(text, in_chart))
    line = source.line(document.problem.span.begin.line)
    placeholder = placeholder_in(line)
    if placeholder is not None and document.problem.kind == "syntax":
        return Part(Document(document.span, None), kinds, (), f"placeholder `{placeholder}`")
    return Part(document, kinds) if _SAYS_API_VERSION.search(text) else None


def placeholder_of(resource: Resource) -> Node | None:
    """The first placeholder among the values by which a resource is known or found: name, namespace, labels, selector.

    A placeholder in any other text (an image, an argument) leaves the resource as it is.
    """
    for route in _IDENTITY + ((("spec",),) if resource.kind == "Service" else ()):
        node = resource.get(*route)
        for scalar in node.walk() if node is not None else ():
            text = getattr(scalar, "value", None)
            if isinstance(text, str) and placeholder_in(text):
                return scalar
            if isinstance(scalar.step, str) and placeholder_in(scalar.step):
                return scalar
    return None


_IDENTITY: tuple[tuple[str, ...], ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("metadata", "labels"),
    ("spec", "selector"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
)


def _speaks_of_kubernetes(data: bytes) -> bool:
    letters = data.replace(b"\0", b"")
    return b"apiVersion" in letters and b"kind" in letters


def _unreadable(source: Source, message: str, help: str, offset: int = 0) -> Manifest:
    return Manifest(source, (), Problem("unreadable", Span(source, offset, offset), message, help))
