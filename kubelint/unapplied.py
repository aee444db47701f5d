"""What kustomize patches may change of an object: kubelint does not apply them, and so what they touch is open."""

from __future__ import annotations

import re

from kubelint.patches import patches_of
from kubelint.resources import Resource
from kubelint.workspace import CannotTell, Workspace


def require_unpatched(resource: Resource, words: re.Pattern[str], workspace: Workspace) -> None:
    """Make sure that no patch of an object speaks of any of these words.

    Raises CannotTell, with the place of the patch, where one does.
    """
    for patch in patches_of(resource, workspace):
        if words.search(patch.span.text):
            place = workspace.shown(patch.path)
            raise CannotTell(f"a kustomize patch changes {resource.kind} {resource.name} ({place})")
