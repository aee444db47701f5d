"""The shop's own rules for kubelint."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Rule, hook_implementation, rules_in
from kubelint_shop.shop import cost_centre, public_port


@hook_implementation
def kubelint_rules() -> Iterator[Rule]:
    """Every rule of this package."""
    for module in (cost_centre, public_port):
        yield from rules_in(module)
