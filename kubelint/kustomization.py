"""What a kustomization.yaml says: which files it composes, which of them are only patches, and what it adds to them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as MappingType
from itertools import islice
from typing import NamedTuple

from kubelint.node import Mapping, Node
from kubelint.parser import parse, split
from kubelint.paths import read_bytes
from kubelint.resources import items_of, text_of, texts_of
from kubelint.source import Source, Undecodable, decode
from kubelint.transformers import Transformers, read_transformers

# Texts: `re` compiles one when it is first needed, and a run without kustomizations needs none.
_REMOTE = r"://|^git@|^github\.com/|\?ref="
_TOUCHES_LABELS = r"(?i)label|selector"
_DOCUMENT_END = r"(?m)^---.*$"
_KIND = r"""(?m)^kind:[ ]+["']?([A-Za-z0-9]+)["']?[ ]*(?:\#.*)?\r?$"""
_NAME = r"""(?m)^metadata:[ ]*\r?\n(?:[ ]+.*\n|[ ]*\n)*?[ ]+name:[ ]+["']?([a-z0-9.-]+)["']?[ ]*(?:\#.*)?\r?$"""
_IS_PATCH_ITSELF = r"\n|\A\s*[\[{]"
_MOST_WAYS = 1000
"""Ways in which a file is deployed that are followed; of more, nothing is concluded."""
NOT_FOLLOWED = Transformers(anything="one of many kustomizations")
"""Stands for the ways that are not followed."""
_GENERATES = ("generators", "helmCharts", "helmChartInflationGenerator", "transformers", "replacements")


class Patch(NamedTuple):
    """What a kustomization changes of the objects that it deploys, as text: a patch of any form, `replicas`,
    `replacements` or `commonAnnotations`.

    `path` is the file in which it stands, `kind` and `name` say of which objects it speaks; None: of any. Both may be
    regular expressions, as in a patch's `target`. `is_modelled` says that `Transformers` knows exactly what it does.
    """

    path: str
    text: str
    kind: str | None = None
    name: str | None = None
    is_modelled: bool = False

    def changes(self, kind: str, name: str | None) -> bool:
        """Whether it may change an object of this kind and name."""
        if self.kind not in (None, kind) and not _is_match(self.kind or "", kind):
            return False
        return self.name is None or self.name == name or _is_match(self.name, name or "")


class Kustomization(NamedTuple):
    """One kustomization, or component. Paths are absolute.

    `resources` are the files and folders that it composes, `patch_files` the files that it uses as patches, `patches`
    what these and the patches written into it change. `pod_labels`
    are the labels that it gives to every pod, `object_labels` those that it gives to objects. `blind` says why what it
    deploys cannot be read off its files, or None. A component changes all that the kustomization deploys which uses it.
    """

    path: str
    resources: tuple[str, ...]
    patch_files: tuple[str, ...]
    patches: tuple[Patch, ...]
    namespace: str | None
    pod_labels: dict[str, str]
    object_labels: dict[str, str]
    blind: str | None
    is_component: bool = False
    transformers: Transformers = Transformers()

    @property
    def folder(self) -> str:
        """The folder that it stands for."""
        return os.path.dirname(self.path)

    def labels_for(self, kind: str) -> dict[str, str]:
        """The labels that it gives to the pods of an object of this kind."""
        return self.object_labels if kind == "Pod" else self.pod_labels


def read_kustomization(path: str) -> Kustomization:
    """Read a kustomization file; one that cannot be read composes nothing, and `blind` says so."""
    try:
        root = _root_of(path)
    except (OSError, Undecodable) as error:
        return Kustomization(path, (), (), (), None, {}, {}, f"{os.path.basename(path)} cannot be read: {error}")
    folder = os.path.dirname(path)
    if not isinstance(root, Mapping):
        return Kustomization(path, (), (), (), None, {}, {}, f"{os.path.basename(path)} is not YAML")
    local, blind = _resources(root, folder)
    patches = tuple(_patches(root, path))
    if any(re.search(_TOUCHES_LABELS, patch.text) for patch in patches):
        blind = blind or "a kustomize patch changes labels or a selector"
    for name in _GENERATES:
        node = root.get(name)
        if node is not None and (name != "replacements" or re.search(_TOUCHES_LABELS, node.span.text)):
            blind = blind or f"the kustomization has {name}"
    pod_labels, object_labels = _labels(root)
    return Kustomization(
        path,
        tuple(local),
        tuple(dict.fromkeys(file for _, file, _ in _patch_entries(root, folder) if file is not None)),
        (*patches, *_changes(root, path)),
        text_of(root.get("namespace")),
        pod_labels,
        object_labels,
        blind,
        text_of(root.get("kind")) == "Component",
        read_transformers(root, _configurations(root, folder)),
    )


def _root_of(path: str) -> Node | None:
    """The first document of a file. Raises OSError and Undecodable."""
    source = Source(path, decode(read_bytes(path)[0]))
    for start, end in split(source.text):
        return parse(source, start, end).root
    return None


def _configurations(root: Mapping, folder: str) -> Iterator[Node | None]:
    for item in items_of(root.get("configurations")):
        try:
            yield _root_of(_resolved(folder, text_of(item) or ""))
        except (OSError, Undecodable, ValueError):
            yield None


def _resources(root: Mapping, folder: str) -> tuple[list[str], str | None]:
    local, blind = [], None
    for name in ("resources", "bases", "components"):
        for item in items_of(root.get(name)):
            entry = text_of(item) or ""
            if re.search(_REMOTE, entry):
                blind = f"the kustomization composes {entry}, which is not in this project"
            elif entry:
                local.append(_resolved(folder, entry))
    return local, blind


def _patch_entries(root: Mapping, folder: str) -> Iterator[tuple[Node, str | None, str | None]]:
    """Each entry that is a patch: the entry, the path of its file or None, the text that is written into it or None."""
    for name in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        for item in items_of(root.get(name)):
            entry = text_of(item) or text_of(item.get("path"))
            inline = text_of(item.get("patch"))
            if entry is not None and not re.search(_IS_PATCH_ITSELF, entry):
                yield item, _resolved(folder, entry), None
            elif entry is not None or inline is not None:
                yield item, None, entry or inline


def _patches(root: Mapping, path: str) -> Iterator[Patch]:
    for item, file, inline in _patch_entries(root, os.path.dirname(path)):
        try:
            text = inline if file is None else read_bytes(file)[0].decode("utf-8", "replace")
        except (OSError, ValueError):
            # Not a path that any file can have, or no file.
            continue
        target = item.get("target")
        for part in re.split(_DOCUMENT_END, text or ""):
            if isinstance(target, Mapping):
                yield Patch(file or path, part, text_of(target.get("kind")), text_of(target.get("name")))
            elif part.strip():
                yield Patch(file or path, part, *_subject(part))


def _changes(root: Mapping, path: str) -> Iterator[Patch]:
    """What it changes otherwise than by patches."""
    common = root.get("commonAnnotations")
    if isinstance(common, Mapping):
        yield Patch(path, f"annotations:\n{common.span.text}", is_modelled=True)
    replacements = root.get("replacements")
    if replacements is not None:
        yield Patch(path, replacements.span.text)
    for item in items_of(root.get("replicas")):
        count = getattr(item.get("count"), "text", "")
        yield Patch(path, f"replicas: {count}", None, text_of(item.get("name")), is_modelled=True)


def _subject(text: str) -> tuple[str | None, str | None]:
    """Of which object a strategic merge patch in block style speaks: kind and name; None for what it does not show."""
    kind, name = re.search(_KIND, text), re.search(_NAME, text)
    return kind and kind[1], name and name[1]


def _is_match(pattern: str, name: str) -> bool:
    try:
        return re.fullmatch(pattern, name) is not None
    except re.error:
        return True


def _labels(root: Mapping) -> tuple[dict[str, str], dict[str, str]]:
    common = {key: str(scalar.value) for key, scalar in texts_of(root.get("commonLabels")).items()}
    pods, objects = dict(common), dict(common)
    for item in items_of(root.get("labels")):
        pairs = {key: str(scalar.value) for key, scalar in texts_of(item.get("pairs")).items()}
        objects |= pairs
        reaches_pods = any(
            getattr(item.get(name), "value", False) is True for name in ("includeSelectors", "includeTemplates")
        )
        if reaches_pods or item.get("fields") is not None:
            pods |= pairs
    return pods, objects


def _resolved(folder: str, entry: str) -> str:
    return os.path.normpath(os.path.join(folder, entry))


class Composition(NamedTuple):
    """What every kustomization of a project reaches: for each, the files, itself and its bases' included."""

    kustomizations: tuple[Kustomization, ...]
    files_of: MappingType[str, frozenset[str]]
    """By the path of a kustomization, itself and every file that it deploys, through its bases and components."""
    reaching: MappingType[str, tuple[Kustomization, ...]]
    """By the path of a file, the kustomizations and components that deploy or change it."""
    patches: frozenset[str]
    """The files that some kustomization uses as a patch."""
    listing: MappingType[str, tuple[Kustomization, ...]]
    """By the path of a file or a folder, the kustomizations that name it."""
    components: MappingType[str, Kustomization]
    """Those that are components, by their folders."""

    def ways_of(self, path: str, kind: str) -> tuple[tuple[Transformers, ...], ...]:
        """Each way in which an object of a file is deployed: what kustomizations and their components set on it, the
        innermost first. A file that no kustomization deploys has but the one in which nothing is set.

        A kustomization that another one composes may still be deployed by itself.
        """
        found: dict[tuple[Transformers, ...], None] = {}
        every = self._ways(path, ())
        for way in islice(every, _MOST_WAYS):
            found[tuple(step for step in way if not step.is_idle_for(kind))] = None
        if next(every, None) is not None:
            found[NOT_FOLLOWED,] = None
        return tuple(found) or ((),)

    def _ways(self, entry: str, passed: tuple[str, ...]) -> Iterator[tuple[Transformers, ...]]:
        for kustomization in self.listing.get(entry, ()):
            if kustomization.path not in passed:
                own = tuple(self._setting(kustomization, entry, (kustomization.path,)))
                if not kustomization.is_component or kustomization.folder not in self.listing:
                    yield own
                for way in self._ways(kustomization.folder, (*passed, kustomization.path)):
                    yield (*own, *way)

    def _setting(self, kustomization: Kustomization, entry: str, seen: tuple[str, ...]) -> Iterator[Transformers]:
        """What a kustomization sets on an entry of it, its components first."""
        after = tuple(one for one in kustomization.resources if one in self.components)
        # A component changes what was composed before it.
        for folder in after[after.index(entry) + 1 :] if entry in after else after:
            component = self.components.get(folder)
            if component is not None and component.path not in seen:
                yield from self._setting(component, "", (*seen, component.path))
        yield kustomization.transformers


def compose(kustomizations: Iterable[Kustomization], files: Collection[str]) -> Composition:
    """Follow every kustomization to those of the project's files that it deploys. A cycle ends where it closes.

    What a kustomization composes and is neither one of the files nor another kustomization makes it blind.
    """
    known = frozenset(files)
    every = tuple(sorted(kustomizations, key=lambda kustomization: kustomization.path))
    by_folder = {kustomization.folder: kustomization for kustomization in every}
    every = tuple(_seeing(kustomization, known | by_folder.keys()) for kustomization in every)

    def below(kustomization: Kustomization) -> Iterator[Kustomization]:
        return (by_folder[entry] for entry in kustomization.resources if entry in by_folder)

    def composing(kustomization: Kustomization, only_components: bool) -> dict[str, Kustomization]:
        found = {kustomization.path: kustomization}
        open = [kustomization]
        while open:
            for other in below(open.pop()):
                if other.path not in found and (other.is_component or not only_components):
                    found[other.path] = other
                    open.append(other)
        return found

    listing: dict[str, list[Kustomization]] = {}
    for kustomization in every:
        for entry in kustomization.resources:
            listing.setdefault(entry, []).append(kustomization)
    files_of: dict[str, frozenset[str]] = {}
    reaching: dict[str, dict[str, Kustomization]] = {}
    for kustomization in every:
        parts = composing(kustomization, only_components=False)
        own = (entry for part in parts.values() for entry in part.resources if entry not in by_folder)
        files_of[kustomization.path] = frozenset((*parts, *own))
        for file in files_of[kustomization.path]:
            reaching.setdefault(file, {}).update(composing(kustomization, only_components=True))
    return Composition(
        every,
        files_of,
        {file: tuple(found[path] for path in sorted(found)) for file, found in reaching.items()},
        frozenset(file for kustomization in every for file in kustomization.patch_files),
        {entry: tuple(found) for entry, found in listing.items()},
        {one.folder: one for one in every if one.is_component},
    )


def _seeing(kustomization: Kustomization, known: frozenset[str]) -> Kustomization:
    unseen = next((entry for entry in kustomization.resources if entry not in known), None)
    if kustomization.blind is not None or unseen is None:
        return kustomization
    shown = os.path.relpath(unseen, kustomization.folder)
    return kustomization._replace(blind=f"the kustomization composes {shown}, which is not in this project")
