"""One project: its folder, its files, and which of them a run is to judge.

Names on a command line choose what is reported; what is known for judging them is always the whole project.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from kubelint.cluster import DEFAULT_VERSION
from kubelint.discovery import Tree, search
from kubelint.kustomization import Composition, compose, read_kustomization
from kubelint.manifest import Manifest, Part, of_text, placeholder_of, read
from kubelint.node import Scalar
from kubelint.paths import is_below
from kubelint.resources import KINDS, Resource
from kubelint.source import Source
from kubelint.template import placeholder_in
from kubelint.workspace import Workspace
from kubelint_schemas import Index


class ProjectSettings(NamedTuple):
    """What the configuration says of how a project is read. Paths are absolute; a folder ends in `/` for `excludes`."""

    version: str = DEFAULT_VERSION
    namespace: str | None = None
    excludes: Callable[[str], bool] = lambda path: False
    is_application: Callable[[str], bool] = lambda path: False
    workload_kinds: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Project:
    """The files of a folder, and which of them to report on.

    `name` chooses files by their absolute paths, `add_text` brings one that is not in the folder or differs there. Of a
    project that `is_alone`, nothing but these is read.
    """

    def __init__(self, root: str, settings: ProjectSettings, *, is_alone: bool = False) -> None:
        self.root = root
        self.settings = settings
        self._is_alone = is_alone
        self._named: dict[str, None] = {}
        self._typed: set[str] = set()
        self._texts: dict[str, Source] = {}
        self._read: dict[str, Manifest] = {}
        self._workspaces: dict[tuple[str, ...], Workspace] = {}
        self._passed_over: dict[str, frozenset[str]] = {}
        self._index = Index.of(settings.version)

    @cached_property
    def tree(self) -> Tree:
        """Everything of interest below the project's folder."""
        return Tree() if self._is_alone else search(self.root, self.settings.excludes)

    def name(self, paths: Iterable[str], *, as_typed: bool = False) -> None:
        """Report on these files. `as_typed`: the user named them one by one, and cares for each."""
        self._named |= dict.fromkeys(paths)
        if as_typed:
            self._typed.update(paths)

    def add_text(self, source: Source) -> None:
        """Report on a text that is in memory; it stands for the file of its path."""
        self._texts[source.path] = source

    @cached_property
    def composition(self) -> Composition:
        """What the project's kustomizations compose."""
        return compose((read_kustomization(path) for path in self.tree.kustomizations), self.tree.files)

    def named_manifests(self) -> list[Manifest]:
        """The manifests to report on, in the order of their paths."""
        return [self.manifest(path) for path in sorted({**self._named, **self._texts})]

    def workspace_of(self, path: str) -> Workspace:
        """What is to be known for judging a file: all manifests of the project, read at the first look-up.

        A file that the project's own search passes over knows what lies beside it, too. What a file knows depends on
        its path alone, never on what else is named: any split of the names over several runs finds the same.
        """
        beside = self._beside(path)
        if beside not in self._workspaces:
            self._workspaces[beside] = Workspace(
                self.root,
                lambda: self._load(beside),
                self.composition,
                self._application_folders,
                self.settings.version,
                self.settings.workload_kinds,
            )
        return self._workspaces[beside]

    def manifest(self, path: str) -> Manifest:
        """One file, read once."""
        manifest = self._read.get(path)
        if manifest is None:
            in_chart = self._is_chart_template(path)
            if path in self._texts:
                manifest = of_text(self._texts[path], self._concerns, in_chart=in_chart)
            else:
                manifest = read(path, self._concerns, is_named=path in self._typed, in_chart=in_chart)
            manifest = self._read[path] = self._with_context(manifest)
        return manifest

    def _load(self, beside: Iterable[str]) -> Iterator[Manifest]:
        for path in sorted({*self.tree.files, *beside}):
            manifest = self.manifest(path)
            if manifest.unreadable is not None and path in self._typed:
                # Whether it hides anything must not depend on its being named.
                manifest = read(path, self._concerns)
            if manifest.says_something:
                yield manifest

    def _beside(self, path: str) -> tuple[str, ...]:
        """A file that the search of the project passes over, with what lies beside it; nothing for any other file."""
        if self._is_alone:
            return tuple(sorted({**self._named, **self._texts}))
        if path in self._found:
            return ()
        folder = os.path.dirname(path)
        hidden = [above for above in self._folders_within(folder) if above not in self._searched]
        if not hidden:
            return (path,)
        if folder not in self._passed_over:
            self._passed_over[folder] = frozenset(
                file for above in (hidden[-1], folder) for file in search(above, self.settings.excludes).files
            )
        return tuple(sorted({path, *self._passed_over[folder]}))

    @cached_property
    def _found(self) -> frozenset[str]:
        return frozenset(self.tree.files)

    @cached_property
    def _searched(self) -> frozenset[str]:
        """The folders of the project's files, and those above them."""
        folders = {os.path.dirname(path) for path in self.tree.files}
        return frozenset(above for folder in folders for above in self._folders_within(folder))

    def _concerns(self, kind: str) -> bool:
        """Whether documents of a kind are worth reading: those kubelint reads, and those that nobody knows."""
        return kind in KINDS or kind.endswith("List") or not self._index.api_versions_of(kind)

    @cached_property
    def _application_folders(self) -> tuple[str, ...]:
        named = (folder for folder in self._searched if self.settings.is_application(folder))
        return tuple(sorted({*self.tree.charts, *named}))

    def _folders_within(self, folder: str) -> Iterator[str]:
        while is_below(folder, self.root):
            yield folder
            if folder == self.root:
                return
            folder = os.path.dirname(folder)

    def _is_chart_template(self, path: str) -> bool:
        return any(is_below(path, os.path.join(chart, "templates")) for chart in self._charts_of(path))

    def _charts_of(self, path: str) -> Iterator[str]:
        folder = os.path.dirname(path)
        while folder != os.path.dirname(folder):
            if os.path.basename(folder) == "templates":
                chart = os.path.dirname(folder)
                if os.path.exists(os.path.join(chart, "Chart.yaml")):
                    yield chart
            folder = os.path.dirname(folder)

    def _with_context(self, manifest: Manifest) -> Manifest:
        """The manifest with what the project around it says: patches, namespaces, added labels."""
        if not manifest.parts:
            return manifest
        if manifest.path in self.composition.patches:
            parts = tuple(part._replace(skipped="kustomize patch") for part in manifest.parts)
            return Manifest(manifest.source, parts)
        for part in manifest.parts:
            for resource in part.resources:
                self._place(resource)
        return Manifest(manifest.source, tuple(_without_placeholder(part) for part in manifest.parts))

    def _place(self, resource: Resource) -> None:
        """Give a resource the namespace and the labels that kustomizations or the configuration give it."""
        if not resource.is_namespaced:
            return
        reaching = self.composition.reaching.get(resource.path, ())
        namespaces = {kustomization.namespace for kustomization in reaching} - {None}
        if len(namespaces) == 1:
            resource.namespace = namespaces.pop()
        elif namespaces:
            # Several overlays deploy it, each to a namespace of its own.
            resource.namespace = None
        elif resource.namespace is None:
            resource.namespace = self.settings.namespace
        for kustomization in reaching:
            resource.added_labels |= kustomization.labels_for(resource.kind)


def _placeholder(part: Part) -> str | None:
    """Why a document is not judged: a placeholder by which one of its resources is known; None without one."""
    for resource in part.resources:
        node = placeholder_of(resource)
        if node is not None:
            text = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
            return f"placeholder `{placeholder_in(text) or placeholder_in(str(node.step))}`"
    return None


def _without_placeholder(part: Part) -> Part:
    why = None if part.skipped else _placeholder(part)
    return part if why is None else part._replace(skipped=why)
