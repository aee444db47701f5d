"""Every example of every page is linted: what it expects is found, no more, no less."""

from __future__ import annotations

import pytest

from kubelint.plugins import load_rules, plugin_manager
from kubelint.testing import Case, cases, rules_without_pages

RULES = load_rules(plugin_manager())
OWN = [rule for rule in RULES if rule.category == "shop"]


def every_case() -> list[Case]:
    """The cases of the shop's own rules, beside all others."""
    return [case for case in cases(RULES) if case.rule in OWN]


@pytest.mark.parametrize("case", every_case(), ids=str)
def test_page(case: Case) -> None:
    case.check()


def test_every_rule_has_a_page() -> None:
    assert OWN
    assert rules_without_pages(OWN) == []
