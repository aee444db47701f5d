"""Label selectors mean what the API server makes of them."""

from __future__ import annotations

import pytest

from kubelint.label_selector import LabelSelector
from kubelint.node import Mapping
from kubelint.parser import parse
from kubelint.source import Source


def selector(text: str) -> LabelSelector:
    document = parse(Source("a.yaml", whole := f"selector: {text}\n"), 0, len(whole))
    assert isinstance(document.root, Mapping)
    return LabelSelector(document.root.get("selector"))


IN, NOT_IN = "{key: app, operator: In, values: [a, b]}", "{key: app, operator: NotIn, values: [a, b]}"
EXISTS, DOES_NOT_EXIST = "{key: app, operator: Exists}", "{key: app, operator: DoesNotExist}"


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("{}", {}, True),
        ("{}", {"app": "a"}, True),
        ("null", {"app": "a"}, False),
        ("5", {"app": "a"}, False),
        ("{matchLabels: {app: a}}", {"app": "a", "tier": "x"}, True),
        ("{matchLabels: {app: a}}", {"app": "b"}, False),
        ("{matchLabels: {app: a}}", {}, False),
        ("{matchLabels: {app: a, tier: x}}", {"app": "a"}, False),
        (f"{{matchExpressions: [{IN}]}}", {"app": "b"}, True),
        (f"{{matchExpressions: [{IN}]}}", {"app": "c"}, False),
        (f"{{matchExpressions: [{IN}]}}", {}, False),
        (f"{{matchExpressions: [{NOT_IN}]}}", {"app": "b"}, False),
        (f"{{matchExpressions: [{NOT_IN}]}}", {"app": "c"}, True),
        (f"{{matchExpressions: [{NOT_IN}]}}", {}, True),
        (f"{{matchExpressions: [{EXISTS}]}}", {"app": ""}, True),
        (f"{{matchExpressions: [{EXISTS}]}}", {}, False),
        (f"{{matchExpressions: [{DOES_NOT_EXIST}]}}", {}, True),
        (f"{{matchExpressions: [{DOES_NOT_EXIST}]}}", {"app": ""}, False),
        ("{matchExpressions: [{key: app, operator: Gt, values: ['1']}]}", {"app": "2"}, False),
        (f"{{matchLabels: {{tier: x}}, matchExpressions: [{IN}]}}", {"app": "a", "tier": "x"}, True),
        (f"{{matchLabels: {{tier: x}}, matchExpressions: [{IN}]}}", {"app": "a"}, False),
    ],
)
def test_selects(text: str, labels: dict[str, str], expected: bool) -> None:
    assert selector(text).selects(labels) is expected


@pytest.mark.parametrize(
    ("text", "is_absent", "is_empty"),
    [
        ("null", True, False),
        ("{}", False, True),
        ("{matchLabels: {}}", False, True),
        ("{matchLabels: {a: b}}", False, False),
        (f"{{matchExpressions: [{EXISTS}]}}", False, False),
    ],
)
def test_absent_and_empty_are_not_the_same(text: str, is_absent: bool, is_empty: bool) -> None:
    assert (selector(text).is_absent, selector(text).is_empty) == (is_absent, is_empty)
