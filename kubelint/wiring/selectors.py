"""Services by what they select."""

from __future__ import annotations

from functools import lru_cache

from kubelint.resources import Service
from kubelint.workspace import Workspace

_Labels = frozenset[tuple[str, str]]


def with_equal_selector(service: Service, workspace: Workspace) -> tuple[Service, ...]:
    """The other Services of a project, in any namespace, whose selector is the same, in the order of their files."""
    alike = _services_by_selector(workspace).get(_labels(service), [])
    return tuple(other for other in alike if other is not service)


# One workspace is asked about many Services in a row, and then no more.
@lru_cache(maxsize=1)
def _services_by_selector(workspace: Workspace) -> dict[_Labels, list[Service]]:
    index: dict[_Labels, list[Service]] = {}
    for service in workspace.services:
        index.setdefault(_labels(service), []).append(service)
    return index


def _labels(service: Service) -> _Labels:
    return frozenset((key, wanted.text) for key, wanted in service.selector.items())
