"""What is deployed together: kustomizations, charts, folders that the configuration names, or the folder of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kubelint.kustomization import Composition
from kubelint.paths import folders_upwards, is_below
from kubelint.resources import Resource


class Application(NamedTuple):
    """What is deployed together: the folder that holds all of it, and which files there belong to it."""

    folder: str
    files: frozenset[str] | None = None
    """Its files, where a kustomization names them; else every file of the folder."""
    with_folders_below: bool = False
    """Whether the files of the folders below belong to it too."""
    is_variant: bool = False
    """Whether it is one of several files that cannot be deployed together: each defines what another one defines."""

    @property
    def is_composed(self) -> bool:
        """Whether something says what belongs to it: a kustomization, a chart, the configuration."""
        return (self.files is not None or self.with_folders_below) and not self.is_variant

    def holds(self, path: str) -> bool:
        """Whether a file belongs to it."""
        if self.files is not None:
            return path in self.files
        return is_below(path, self.folder) if self.with_folders_below else os.path.dirname(path) == self.folder


class Applications:
    """The applications of a project. `resources` gives all of its objects, when they are first needed."""

    def __init__(
        self,
        root: str,
        composition: Composition,
        folders: Iterable[str],
        resources: Callable[[], Iterable[Resource]],
    ) -> None:
        self._root = root
        self._composition = composition
        self._folders = frozenset(folders)
        self._resources = resources
        self._found: dict[str, Application] = {}
        self._composed: dict[tuple[str, ...], Application] = {}
        self._variant_files: frozenset[str] | None = None

    def of(self, path: str) -> Application:
        """The application that a file belongs to."""
        application = self._found.get(path)
        if application is None:
            application = self._found[path] = self._find(path)
        return application

    def around(self, application: Application) -> Application:
        """The folder around an application, as far as the project reaches; of a variant, the variant itself."""
        if application.is_variant:
            return application
        parent = os.path.dirname(application.folder)
        return Application(parent if is_below(parent, self._root) else self._root, with_folders_below=True)

    def are_together(self, path: str, other: str) -> bool:
        """Whether two files are sure to be deployed together.

        One kustomization has to reach both; two overlays of one base are not in one cluster at one time. Else each has
        to belong to the other's application.
        """
        if path == other:
            return True
        reaching = {kustomization.path for kustomization in self._composition.reaching.get(path, ())}
        reaching_other = {kustomization.path for kustomization in self._composition.reaching.get(other, ())}
        if reaching or reaching_other:
            both = reaching & reaching_other
            return any(
                path in self._composition.files_of[one] and other in self._composition.files_of[one] for one in both
            )
        return self.of(path).holds(other) and self.of(other).holds(path)

    def _find(self, path: str) -> Application:
        kustomizations = self._composition.reaching.get(path)
        if kustomizations:
            paths = tuple(kustomization.path for kustomization in kustomizations)
            if paths not in self._composed:
                files = frozenset[str]().union(*(self._composition.files_of[one] for one in paths))
                folder = os.path.commonpath([os.path.dirname(file) for file in files])
                self._composed[paths] = Application(folder, files)
            return self._composed[paths]
        for above in folders_upwards(os.path.dirname(path)):
            if above in self._folders:
                return Application(above, with_folders_below=True)
        folder = os.path.dirname(path)
        if path in self._variants:
            return Application(folder, frozenset((path,)), is_variant=True)
        return Application(folder)

    @property
    def _variants(self) -> frozenset[str]:
        """The files that define an object which another file of their folder defines as well."""
        if self._variant_files is None:
            defining: dict[tuple[str, str, str], set[str]] = {}
            for resource in self._resources():
                if resource.name is not None:
                    # `dev.yaml` and `prod.yaml` are variants for different namespaces, too.
                    identity = (os.path.dirname(resource.path), resource.kind, resource.name)
                    defining.setdefault(identity, set()).add(resource.path)
            self._variant_files = frozenset(path for paths in defining.values() if len(paths) > 1 for path in paths)
        return self._variant_files
