"""Absolute paths and what is read from them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes of the largest file that is read. etcd takes no object above 1.5 MB; a file this large is no manifest."""

_BEGINNING = 1024 * 1024


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder or lies below it."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def relative_path(path: str, folder: str) -> str:
    """An absolute path as seen from a folder, with `/` between names, as patterns are matched against."""
    return os.path.relpath(path, folder).replace(os.sep, "/")


def as_read(path: str) -> str:
    """A path as a message shows it: relative to the current folder where it lies below it, and unchanged elsewhere."""
    folder = os.getcwd()
    return relative_path(path, folder) if os.path.isabs(path) and is_below(path, folder) else path


def folders_upwards(path: str) -> Iterator[str]:
    """A folder, then the folder above it, up to the root of the file system."""
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def read_bytes(path: str) -> tuple[bytes, bool]:
    """The bytes of a file, and whether these are all: of one above SIZE_LIMIT only the beginning is read.

    Raises OSError.
    """
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size > SIZE_LIMIT:
            return file.read(_BEGINNING), False
        data = file.read(SIZE_LIMIT + 1)
    return data, len(data) <= SIZE_LIMIT
