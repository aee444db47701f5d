"""What a kustomization.yaml says: which files it composes, which of them are only patches, and what it adds to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from kubelint.node import Mapping, Node
from kubelint.parser import parse, split
from kubelint.resources import items_of, text_of, texts_of
from kubelint.source import Source, Undecodable, decode

_REMOTE = re.compile(r"://|^git@|^github\.com/|\?ref=")
_TOUCHES_LABELS = re.compile(r"label|selector", re.I)
_GENERATES = ("generators", "helmCharts", "helmChartInflationGenerator", "transformers", "replacements")


@dataclass(frozen=True, slots=True)
class Kustomization:
    """One kustomization, or component. Paths are absolute.

    `resources` are the files and folders that it composes, `patches` the files that it uses as patches. `pod_labels`
    are the labels that it gives to every pod, `object_labels` those that it gives to objects. `blind` says why what it
    deploys cannot be read off its files, or None.
    """

    path: str
    resources: tuple[str, ...]
    patches: tuple[str, ...]
    namespace: str | None
    pod_labels: dict[str, str]
    object_labels: dict[str, str]
    blind: str | None

    @property
    def folder(self) -> str:
        """The folder that it stands for."""
        return os.path.dirname(self.path)


def read_kustomization(path: str) -> Kustomization:
    """Read a kustomization file; one that cannot be read composes nothing, and `blind` says so."""
    try:
        with open(path, "rb") as file:
            source = Source(path, decode(file.read()))
    except (OSError, Undecodable) as error:
        return Kustomization(path, (), (), None, {}, {}, f"{os.path.basename(path)} cannot be read: {error}")
    folder = os.path.dirname(path)
    root: Node | None = None
    for start, end in split(source.text):
        root = parse(source, start, end).root
        break
    if not isinstance(root, Mapping):
        return Kustomization(path, (), (), None, {}, {}, f"{os.path.basename(path)} is not YAML")
    local, blind = _resources(root, folder)
    patches, patches_touch_labels = _patches(root, folder)
    if patches_touch_labels:
        blind = blind or "a kustomize patch changes labels or a selector"
    for name in _GENERATES:
        node = root.get(name)
        if node is not None and (name != "replacements" or _TOUCHES_LABELS.search(node.span.text)):
            blind = blind or f"the kustomization has {name}"
    pod_labels, object_labels = _labels(root)
    return Kustomization(
        path, tuple(local), tuple(patches), text_of(root.get("namespace")), pod_labels, object_labels, blind
    )


def _resources(root: Mapping, folder: str) -> tuple[list[str], str | None]:
    local, blind = [], None
    for name in ("resources", "bases", "components"):
        for item in items_of(root.get(name)):
            entry = text_of(item) or ""
            if _REMOTE.search(entry):
                blind = f"the kustomization composes {entry}, which is not in this project"
            elif entry:
                local.append(_resolved(folder, entry))
    return local, blind


def _patches(root: Mapping, folder: str) -> tuple[list[str], bool]:
    files, texts = [], []
    for name in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        for item in items_of(root.get(name)):
            entry = text_of(item) or text_of(item.get("path"))
            inline = text_of(item.get("patch"))
            if entry is not None and "\n" not in entry:
                files.append(_resolved(folder, entry))
            elif entry is not None or inline is not None:
                texts.append(entry or inline or "")
    for path in files:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        except OSError:
            continue
    return files, any(_TOUCHES_LABELS.search(text) for text in texts)


def _labels(root: Mapping) -> tuple[dict[str, str], dict[str, str]]:
    common = {key: str(scalar.value) for key, scalar in texts_of(root.get("commonLabels")).items()}
    pods, objects = dict(common), dict(common)
    for item in items_of(root.get("labels")):
        pairs = {key: str(scalar.value) for key, scalar in texts_of(item.get("pairs")).items()}
        objects |= pairs
        if any(getattr(item.get(name), "value", False) is True for name in ("includeSelectors", "includeTemplates")):
            pods |= pairs
    return pods, objects


def _resolved(folder: str, entry: str) -> str:
    return os.path.normpath(os.path.join(folder, entry))


@dataclass(frozen=True, slots=True)
class Composition:
    """What every kustomization of a project reaches: for each, the files, itself and its bases' included."""

    kustomizations: tuple[Kustomization, ...]
    files_of: MappingType[str, frozenset[str]]
    """By the path of a kustomization, every file that it deploys, through its bases and components."""
    reaching: MappingType[str, tuple[Kustomization, ...]]
    """By the path of a file, the kustomizations that deploy it."""
    patches: frozenset[str]
    """The files that some kustomization uses as a patch."""


def compose(kustomizations: Iterable[Kustomization]) -> Composition:
    """Follow every kustomization to the files that it deploys. A cycle ends where it closes."""
    every = tuple(sorted(kustomizations, key=lambda kustomization: kustomization.path))
    by_folder = {kustomization.folder: kustomization for kustomization in every}
    files_of: dict[str, frozenset[str]] = {}

    def reach(kustomization: Kustomization, visited: set[str]) -> set[str]:
        files: set[str] = set()
        visited.add(kustomization.path)
        for entry in kustomization.resources:
            below = by_folder.get(entry)
            if below is None:
                files.add(entry)
            elif below.path not in visited:
                files |= reach(below, visited)
        return files

    reaching: dict[str, list[Kustomization]] = {}
    for kustomization in every:
        files_of[kustomization.path] = frozenset(reach(kustomization, set()))
        for file in files_of[kustomization.path]:
            reaching.setdefault(file, []).append(kustomization)
    return Composition(
        every,
        files_of,
        {file: tuple(found) for file, found in reaching.items()},
        frozenset(patch for kustomization in every for patch in kustomization.patches),
    )
