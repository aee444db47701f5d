"""How a report is written down. Every module of this folder is a format, except those whose name starts with `_`.

Adding a format means adding a module with a function `render(report: Report, style: Style) -> str`; nothing registers
it. A format may not filter, sort or judge: it writes what the report holds, in the report's order.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from kubelint.report import Report


class Style(NamedTuple):
    """What the reader has before them: whether colour is wanted, and the absolute path of the folder they are in."""

    color: bool
    folder: str

    def path(self, path: str) -> str:
        """A path as the reader writes it: relative, with `/`, where it lies below the folder.

        Other absolute paths stay as they are, and so does the name of standard input, which is not absolute.
        """
        return relative_path(path, self.folder) or path


class Format(Protocol):
    """What a module of this folder offers."""

    def render(self, report: Report, style: Style) -> str:
        """The whole text of a report: empty, or with a line break at its end."""
        ...


class UnknownFormat(ValueError):
    """A format that no module of this folder has the name of."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no output format `{name}`; there are {', '.join(names())}")


def names() -> tuple[str, ...]:
    """The names of the formats, sorted."""
    modules = (os.path.splitext(entry) for entry in os.listdir(os.path.dirname(__file__)))
    return tuple(sorted(name for name, extension in modules if extension == ".py" and not name.startswith("_")))


def load(name: str) -> Format:
    """The format of a name. Raises UnknownFormat."""
    if name not in names():
        raise UnknownFormat(name)
    return cast(Format, import_module(f"{__name__}.{name}"))


def relative_path(path: str, folder: str) -> str | None:
    """The way from an absolute folder to a path below it, with `/` between the names; None for any other path."""
    below = os.path.join(folder, "")
    if not path.startswith(below) or path == below:
        return None
    return path[len(below) :].replace(os.sep, "/")
