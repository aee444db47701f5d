"""Paths to files: what is named, what a project holds, where a project begins."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kubelint.glob import compiled
from kubelint.paths import folders_upwards

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

    A pattern is expanded where the shell has not done it, and as a shell does it. Raises PathNotFound.
    """
    found: list[str] = []
    for path in paths:
        absolute = os.path.normpath(os.path.join(folder, path))
        if path and os.path.exists(absolute):
            found.append(absolute)
        elif _GLOB.search(path):
            # A `/` at the end leaves an empty name behind, which only a folder holds.
            names = [*filter(None, path.split("/")), *([""] if path.endswith("/") else [])]
            start = "/" if os.path.isabs(path) else folder
            matches = sorted(map(os.path.normpath, _matching(names, start)))
            matches = _without_passed_over(matches, names, start)
            if not matches:
                raise PathNotFound(f"no file matches {path}")
            found.extend(matches)
        else:
            raise PathNotFound(f"no such file or folder: {path}")
    return list(dict.fromkeys(found))


def _without_passed_over(matches: list[str], names: list[str], start: str) -> list[str]:
    """What a pattern matches, less the files that a search of its folder passes over: it means no more than the folder.

    A file that no search would ask for, such as `*.txt`, is meant all the same, and so is what a pattern with a hidden
    name matches.
    """
    if any(name.startswith(".") for name in names):
        return matches
    literal = itertools.takewhile(lambda name: not _GLOB.search(name), names)
    tree = search(os.path.normpath(os.path.join(start, *literal)))
    found = {*tree.files, *tree.kustomizations}
    holding = {above for file in found for above in folders_upwards(os.path.dirname(file))}
    return [path for path in matches if path in found or path in holding or not path.endswith(SUFFIXES)]


def _matching(names: list[str], folder: str) -> Iterator[str]:
    """The paths below a folder that the names of a pattern mean. `**` is any number of folders, but follows no link."""
    from fnmatch import fnmatchcase

    if not names:
        yield folder
        return
    name, *others = names
    if not _GLOB.search(name):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            yield from _matching(others, path)
        return
    if name == "**":
        yield from _matching(others, folder)
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") and not name.startswith("."):
            continue
        if name == "**":
            if entry.is_dir(follow_symlinks=False):
                yield from _matching(names, entry.path)
        elif fnmatchcase(entry.name, name) and (not others or os.path.isdir(entry.path)):
            yield from _matching(others, entry.path)


def search(folder: str, excludes: Callable[[str], bool] = lambda path: False) -> Tree:
    """Everything of interest in a folder and below it.

    Hidden folders, `node_modules` and what a .gitignore names are passed over; `excludes` says of an absolute path (a
    folder's ends in `/`) that it is left out. No link to a folder is followed. A folder that cannot be read is found as
    if it were a file: whoever reads it learns why it cannot be.
    """
    tree = Tree()
    # The folder itself was asked for: what is above it can only ignore things within it.
    pending: list[_Folder] = [(folder, _ignores_above(folder))]
    while pending:
        pending += _search(*pending.pop(), excludes, tree)
    for found in (tree.files, tree.kustomizations, tree.charts, tree.configurations):
        found.sort()
    return tree


_Folder = tuple[str, tuple["_Ignores", ...]]
"""A folder to search, and the .gitignore files that hold in it."""


def _search(folder: str, ignores: tuple[_Ignores, ...], excludes: Callable[[str], bool], tree: Tree) -> list[_Folder]:
    """Take down what a folder holds; give the folders below that are to be searched."""
    below: list[_Folder] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return below
    except OSError:
        tree.files.append(folder)
        return below
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
            below.append((path, ignores))
        elif name in KUSTOMIZATION_NAMES:
            tree.kustomizations.append(path)
        else:
            tree.files.append(path)
    return below


def _is_own_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one."""
    try:
        return entry.is_file()
    except OSError:
        # A link that leads in a circle, or to where one may not look.
        return False


def repository_of(folder: str) -> str | None:
    """The folder of the git repository that holds an absolute path, or None."""
    for above in folders_upwards(folder):
        if os.path.exists(os.path.join(above, ".git")):
            return above
    return None


class _Pattern(NamedTuple):
    """One line of a .gitignore: what it matches, and whether it ignores that (or, with `!`, brings it back)."""

    expression: re.Pattern[str]
    ignores: bool
    folders_only: bool


class _Ignores(NamedTuple):
    """The patterns of one .gitignore, and the folder that holds it."""

    folder: str
    patterns: tuple[_Pattern, ...]


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
        # Names of files are decoded in this way, too: a pattern may hold bytes that are no UTF-8.
        path = os.path.join(folder, ".gitignore")
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")
    except OSError:
        return ()
    patterns = tuple(pattern for line in lines if (pattern := _pattern(line.removesuffix("\r"))) is not None)
    return (_Ignores(folder, patterns),) if patterns else ()


_WITHOUT_TRAILING_SPACES = re.compile(r"(?:\\.|[^ \\]|\\\Z| +(?=[^ ]))*", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def _pattern(line: str) -> _Pattern | None:
    """What a line of a .gitignore says; None for a comment or an empty line."""
    found = _WITHOUT_TRAILING_SPACES.match(line)
    text = found[0] if found else ""
    ignores = not text.startswith("!")
    text = text if ignores else text[1:]
    if not text or line.startswith("#"):
        return None
    # Braces mean themselves to git, and so does a `./` at the start.
    text = _BRACE.sub(lambda brace: brace[0] if len(brace[0]) > 1 else f"\\{brace[0]}", text)
    anchored = f"/{text}" if "/" in text[:-1] else text
    return _Pattern(compiled([anchored], below=False), ignores, text.endswith("/"))


def _is_ignored(path: str, is_folder: bool, every: tuple[_Ignores, ...]) -> bool:
    """Whether a path is ignored by git: the last pattern that matches it decides. Folders above it are not asked."""
    for ignores in reversed(every):
        relative = path.removeprefix(os.path.join(ignores.folder, "")).replace(os.sep, "/")
        for pattern in reversed(ignores.patterns):
            if (is_folder or not pattern.folders_only) and pattern.expression.fullmatch(relative):
                return pattern.ignores
    return False
