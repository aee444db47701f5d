"""Paths to files: what is named, what a project holds, where a project begins."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kubelint.glob import compiled

SUFFIXES = (".yaml", ".yml", ".json")
"""How the files end that are read when a folder is named."""
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CONFIGURATION_NAMES = (".kubelint.yaml", ".kubelint.yml", "pyproject.toml")
"""Where a configuration may stand, the first of them in a folder first."""
SKIPPED_FOLDERS = frozenset(("node_modules",))
"""Folders that are never searched, beside the hidden ones."""

_GLOB = re.compile(r"[*?\[]")


class PathNotFound(Exception):
    """A path or pattern on the command line that names nothing; the message says which."""


@dataclass(slots=True)
class Tree:
    """What a folder holds, itself and all below it: absolute paths, sorted."""

    files: list[str] = field(default_factory=list)
    kustomizations: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    """Folders of Helm charts."""
    configurations: list[str] = field(default_factory=list)
    """Files that may hold a configuration of kubelint's."""


def expand(paths: Iterable[str], folder: str) -> list[str]:
    """The absolute paths that are meant on a command line given in a folder.

    A pattern is expanded where the shell has not done it. Raises PathNotFound.
    """
    found: list[str] = []
    for path in paths:
        absolute = os.path.normpath(os.path.join(folder, path))
        if os.path.exists(absolute):
            found.append(absolute)
        elif _GLOB.search(path):
            import glob

            matches = sorted(glob.glob(absolute, recursive=True))
            if not matches:
                raise PathNotFound(f"no file matches {path}")
            found.extend(os.path.normpath(match) for match in matches)
        else:
            raise PathNotFound(f"no such file or folder: {path}")
    return list(dict.fromkeys(found))


def search(folder: str, excludes: Callable[[str], bool] = lambda path: False) -> Tree:
    """Everything of interest in a folder and below it.

    Hidden folders, `node_modules` and what a .gitignore names are passed over; `excludes` says of an absolute path (a
    folder's ends in `/`) that it is left out.
    """
    tree = Tree()
    # The folder itself was asked for: what is above it can only ignore things within it.
    _search(folder, _ignores_above(folder), excludes, tree)
    tree.files.sort()
    return tree


def _search(folder: str, ignores: tuple[_Ignores, ...], excludes: Callable[[str], bool], tree: Tree) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in entries}
    if ".gitignore" in names:
        ignores = (*ignores, *_read_ignores(folder))
    if "Chart.yaml" in names:
        tree.charts.append(folder)
    tree.configurations += [os.path.join(folder, name) for name in CONFIGURATION_NAMES if name in names]
    for entry in entries:
        name, path = entry.name, entry.path
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder:
            if name.startswith(".") or name in SKIPPED_FOLDERS:
                continue
        elif not (name.endswith(SUFFIXES) or name in KUSTOMIZATION_NAMES) or not _is_own_file(entry):
            continue
        if (ignores and _is_ignored(path, is_folder, ignores)) or excludes(path + "/" if is_folder else path):
            continue
        if is_folder:
            _search(path, ignores, excludes, tree)
        elif name in KUSTOMIZATION_NAMES:
            tree.kustomizations.append(path)
        else:
            tree.files.append(path)


def _is_own_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one."""
    return entry.is_file(follow_symlinks=False) or (entry.is_symlink() and entry.is_file())


def relative_path(path: str, folder: str) -> str:
    """An absolute path as seen from a folder, with `/` between names, as patterns are matched against."""
    return os.path.relpath(path, folder).replace(os.sep, "/")


def repository_of(folder: str) -> str | None:
    """The folder of the git repository that holds an absolute path, or None."""
    for above in folders_upwards(folder):
        if os.path.exists(os.path.join(above, ".git")):
            return above
    return None


def folders_upwards(path: str) -> Iterator[str]:
    """A folder, then the folder above it, up to the root of the file system."""
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


@dataclass(frozen=True, slots=True)
class _Ignores:
    """The patterns of one .gitignore: the folder that holds it, and each pattern with what it says of a match."""

    folder: str
    patterns: tuple[tuple[re.Pattern[str], bool], ...]
    """Each pattern, and whether it ignores (or, with `!`, brings back)."""


def _ignores_above(folder: str) -> tuple[_Ignores, ...]:
    """The .gitignore files above a folder, as far as its git repository reaches, outermost first."""
    repository = repository_of(folder)
    if repository is None or repository == folder:
        return ()
    found: list[_Ignores] = []
    for above in folders_upwards(os.path.dirname(folder)):
        found[:0] = _read_ignores(above)
        if above == repository:
            break
    return tuple(found)


def _read_ignores(folder: str) -> tuple[_Ignores, ...]:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    patterns = []
    for line in lines:
        text = re.sub(r"(?<!\\)[ \t]+$", "", line)
        if not text or text.startswith("#"):
            continue
        ignores = not text.startswith("!")
        text = text if ignores else text[1:]
        text = re.sub(r"\\([#! ])", r"\1", text)
        # Braces mean themselves to git.
        patterns.append((compiled([re.sub(r"(?<!\\)([{}])", r"\\\1", text)]), ignores))
    return (_Ignores(folder, tuple(patterns)),) if patterns else ()


def _is_ignored(path: str, is_folder: bool, every: tuple[_Ignores, ...]) -> bool:
    """Whether a path is ignored by git: the last pattern that matches it decides. Folders above it are not asked."""
    ignored = False
    for ignores in every:
        relative = relative_path(path, ignores.folder) + ("/" if is_folder else "")
        for pattern, ignores_it in ignores.patterns:
            if pattern.fullmatch(relative):
                ignored = ignores_it
    return ignored
