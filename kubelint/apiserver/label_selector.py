"""Label selectors: what the API server adds to the structure of a LabelSelector.

k8s.io/apimachinery, pkg/apis/meta/v1/validation: ValidateLabelSelector, the same from Kubernetes 1.29 on.
"""

from __future__ import annotations

from kubelint.apiserver.field import Field
from kubelint.apiserver.names import label_value, qualified_name
from kubelint.apiserver.text_fields import QUALIFIED_HELP, refuse_ill_formed, shown
from kubelint.apiserver.verdict import Verdict

_VALUE_HELP = "write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"


def validate(selector: Field, verdict: Verdict) -> None:
    """Judge a LabelSelector. An absent or an empty one is well formed; whether it may be so is its owner's matter."""
    if not selector.is_set:
        return
    labels = selector.child("matchLabels")
    for name, value in labels.entries():
        # The server names the map in both cases, never the entry.
        wrong = qualified_name(name)
        if wrong:
            place = value.node.key if value.node is not None else value.nearest
            message = f"the label{shown(name)} {' and '.join(wrong)}"
            verdict.refuse(Field(labels.path, None, place), "Invalid", message, QUALIFIED_HELP)
        wrong = label_value(value.text)
        if wrong:
            message = f"the value{shown(value.text)} of the label{shown(name)} {' and '.join(wrong)}"
            verdict.refuse(Field(labels.path, None, value.place), "Invalid", message, _VALUE_HELP)
    for expression in selector.child("matchExpressions").items():
        _validate_expression(expression, verdict)


def _validate_expression(expression: Field, verdict: Verdict) -> None:
    operator, values = expression.child("operator"), expression.child("values")
    items = values.items()
    if operator.text in ("In", "NotIn"):
        if not items:
            message = f"the operator `{operator.text}` stands without values"
            verdict.refuse(values, "Required", message, "list the values, or write Exists or DoesNotExist")
    elif operator.text in ("Exists", "DoesNotExist"):
        if items:
            message = f"the operator `{operator.text}` stands with values"
            verdict.refuse(values, "Forbidden", message, "remove the values, or write In or NotIn")
    else:
        message = (
            f"{shown(operator.text).lstrip()} is no operator" if operator.text else "the expression has no operator"
        )
        verdict.refuse(operator, "Invalid", message, "write In, NotIn, Exists or DoesNotExist")
    key = expression.child("key")
    refuse_ill_formed(key, "the label", qualified_name(key.text), QUALIFIED_HELP, verdict)
    for item in items:
        refuse_ill_formed(item, "the value", label_value(item.text), _VALUE_HELP, verdict)
