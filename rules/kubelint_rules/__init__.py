"""The built-in rules: a plug-in like anyone's, which finds its rules by looking into its own folders.

A rule is a pair of files in a folder that names its category: `exposure/exposed_database.py` and
`exposure/exposed_database.md`. Nothing registers it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module

from kubelint.plugins import hook_implementation
from kubelint.rule import Rule, rules_in


@hook_implementation
def kubelint_rules() -> Iterator[Rule]:
    """Every rule of every category."""
    folder = os.path.dirname(__file__)
    for category in sorted(os.listdir(folder)):
        if os.path.isfile(os.path.join(folder, category, "__init__.py")):
            for name in sorted(os.listdir(os.path.join(folder, category))):
                if name.endswith(".py") and not name.startswith("_"):
                    yield from rules_in(import_module(f"{__name__}.{category}.{name.removesuffix('.py')}"))
