"""What kustomize patches may change of an object: kubelint does not apply them, and so what they touch is open."""

from __future__ import annotations

import re

from kubelint.resources import Resource
from kubelint.workspace import CannotTell, Workspace

_ANYTHING = re.compile("")

PORTS = re.compile(r"\b(?:ports|containerPort|targetPort)\b")
"""What speaks of the ports of Services and pods."""


def require_unpatched(
    resource: Resource, workspace: Workspace, words: re.Pattern[str] = _ANYTHING, *, is_transformed: bool = False
) -> None:
    """Make sure that no patch of an object speaks of any of these words; without any, that there is no patch of it.

    Of an object that `is_transformed`, as policies see it, what `Transformers` sets is known already.
    Raises CannotTell, with the place of the patch, where one does.
    """
    for patch in workspace.patches_of(resource):
        if not (is_transformed and patch.is_modelled) and words.search(patch.text):
            place = workspace.shown(patch.path)
            raise CannotTell(f"a kustomize patch changes {resource.kind} {resource.name} ({place})")
