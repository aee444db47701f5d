"""Policies, bindings and parameters that a kube-apiserver does not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases import SERVICES, Case, Object, demand, of, spec

_RULES = ("resourceRules", "excludeResourceRules")


def cases() -> Iterator[Case]:
    """Every case."""
    for name, wrong in _specs().items():
        yield Case(f"refused-{name}", wrong, [])
    for name, wrong in _bindings().items():
        case = Case(f"refused-binding-{name}", _taken(), [], binding=wrong)
        yield case
    yield Case("Refused_Name", _taken(), [])
    yield Case("refused-parameter", _with_params(), [], parameters=[_config_map("refused-parameter", ports=443)])
    yield Case("refused-parameter-field", _with_params(), [], parameters=[{**_config_map("x"), "dta": {}}])


def _taken() -> Object:
    return demand("true")


def _with_params() -> Object:
    return {**demand("params.data.ports != ''"), "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}


def _config_map(case: str, **data: Any) -> Object:
    metadata = {"name": "limits", "namespace": f"case-{case}"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _specs() -> dict[str, Object]:
    validation = {"expression": "true"}
    annotation = {"key": "seen", "valueExpression": "'yes'"}
    selector = {"matchExpressions": [{"key": "a", "operator": "Within", "values": ["b"]}]}
    specs: dict[str, Object] = {
        "failure-policy": {**_taken(), "failurePolicy": "Sometimes"},
        "failure-policy-empty": {**_taken(), "failurePolicy": ""},
        "no-constraints": {"validations": [validation]},
        "empty-constraints": spec(validation, matchConstraints={}),
        "no-resource-rules": spec(validation, matchConstraints=of()),
        "match-policy": spec(validation, matchConstraints=of(SERVICES, matchPolicy="Sometimes")),
        "namespace-selector": spec(validation, matchConstraints=of(SERVICES, namespaceSelector=selector)),
        "object-selector": spec(validation, matchConstraints=of(SERVICES, objectSelector=selector)),
        "object-selector-value": spec(
            validation, matchConstraints=of(SERVICES, objectSelector={"matchLabels": {"a": "b c"}})
        ),
        "object-selector-exists": spec(
            validation,
            matchConstraints=of(
                SERVICES, objectSelector={"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}
            ),
        ),
        "nothing-demanded": spec(),
        "reason": spec({**validation, "reason": "Nonsense"}),
        "message-break": spec({**validation, "message": "a\nb"}),
        "message-return": spec({**validation, "message": "a\rb"}),
        "message-blank": spec({**validation, "message": "  "}),
        "message-expression-blank": spec({**validation, "messageExpression": "  "}),
        "message-expression-type": spec({**validation, "messageExpression": "1"}),
        "message-expression-dyn": spec({**validation, "messageExpression": "dyn('a')"}),
        "message-expression-authorizer": spec(
            {**validation, "messageExpression": "authorizer.group('').resource('services').check('get').reason()"}
        ),
        "message-boolean": spec({**validation, "message": False}),
        "message-number": spec({**validation, "message": 5}),
        "expression-boolean": spec({"expression": True}),
        "expression-blank": spec({"expression": "  "}),
        "no-expression": spec({"message": "no"}),
        "unknown-field": spec({**validation, "mesage": "no"}),
        "unknown-field-of-spec": {**_taken(), "validation": []},
        "validations-map": {**_taken(), "validations": validation},
        "operations-text": spec(validation, matchConstraints=of({**SERVICES, "operations": "CREATE"})),
        "param-kind": {**_taken(), "paramKind": {}},
        "param-kind-version": {**_taken(), "paramKind": {"apiVersion": "a/b/c", "kind": "ConfigMap"}},
        "param-kind-no-version": {**_taken(), "paramKind": {"apiVersion": "example.com/", "kind": "ConfigMap"}},
        "param-kind-group": {**_taken(), "paramKind": {"apiVersion": "Example_com/V1", "kind": "ConfigMap"}},
        "param-kind-kind": {**_taken(), "paramKind": {"apiVersion": "v1", "kind": "Config-Map-"}},
        "condition-names": {
            **_taken(),
            "matchConditions": [{"name": "a", "expression": "true"}, {"name": "a", "expression": "false"}],
        },
        "condition-name": {**_taken(), "matchConditions": [{"name": "a b", "expression": "true"}]},
        "condition-no-name": {**_taken(), "matchConditions": [{"expression": "true"}]},
        "condition-no-expression": {**_taken(), "matchConditions": [{"name": "a"}]},
        "condition-type": {**_taken(), "matchConditions": [{"name": "a", "expression": "'a'"}]},
        "conditions-many": {
            **_taken(),
            "matchConditions": [{"name": f"c{number}", "expression": "true"} for number in range(65)],
        },
        "variable-name": {**_taken(), "variables": [{"name": "a-b", "expression": "true"}]},
        "variable-reserved": {**_taken(), "variables": [{"name": "namespace", "expression": "true"}]},
        "variable-no-name": {**_taken(), "variables": [{"expression": "true"}]},
        "variable-no-expression": {**_taken(), "variables": [{"name": "a", "expression": " "}]},
        "variable-type": {**_taken(), "variables": [{"name": "a", "expression": "1 + 'a'"}]},
        "annotation-type": spec(auditAnnotations=[{**annotation, "valueExpression": "1"}]),
        "annotation-dyn": spec(auditAnnotations=[{**annotation, "valueExpression": "object.metadata.name"}]),
        "annotation-blank": spec(auditAnnotations=[{**annotation, "valueExpression": " "}]),
        "annotation-key": spec(auditAnnotations=[{**annotation, "key": "a b"}]),
        "annotation-no-key": spec(auditAnnotations=[{"valueExpression": "'a'"}]),
        "annotation-twice": spec(auditAnnotations=[annotation, annotation]),
        "annotation-long": spec(auditAnnotations=[{**annotation, "valueExpression": f"'{'a' * 5200}'"}]),
        "annotations-many": spec(auditAnnotations=[{**annotation, "key": f"k{number}"} for number in range(21)]),
    }
    for key, values in {
        "operations": [[], ["*", "CREATE"], ["Create"], None],
        "apiGroups": [[], ["*", "apps"], None],
        "apiVersions": [[], ["*", "v1"], [""]],
        "resources": [
            *([], [""], ["*", "services"], ["*/*", "services"], ["pods/*", "pods/log"], ["*/scale", "services/scale"]),
        ],
        "scope": ["Global", ""],
        "resourceNames": [["a/b"], ["a", "a"], [".."], ["a%b"]],
    }.items():
        for number, value in enumerate(values):
            rule = {**SERVICES, key: value}
            where = _RULES[number % 2]
            rules = of(rule) if where == "resourceRules" else of(SERVICES, excludeResourceRules=[rule])
            specs[f"rule-{key.lower()}-{number}"] = spec(validation, matchConstraints=rules)
    return specs


def _bindings() -> dict[str, Object]:
    name = {"name": "limits", "parameterNotFoundAction": "Deny"}
    return {
        "deny-warn": {"validationActions": ["Deny", "Warn"]},
        "twice": {"validationActions": ["Audit", "Audit"]},
        "no-actions": {"validationActions": []},
        "null-actions": {"validationActions": None},
        "action": {"validationActions": ["Refuse"]},
        "action-text": {"validationActions": "Deny"},
        "no-not-found": {"paramRef": {"name": "limits"}},
        "not-found": {"paramRef": {**name, "parameterNotFoundAction": "Ignore"}},
        "both": {"paramRef": {**name, "selector": {}}},
        "neither": {"paramRef": {"parameterNotFoundAction": "Deny"}},
        "param-name": {"paramRef": {**name, "name": "a/b"}},
        "param-selector": {
            "paramRef": {
                "selector": {"matchExpressions": [{"key": "a", "operator": "In"}]},
                "parameterNotFoundAction": "Deny",
            }
        },
        "param-field": {"paramRef": {**name, "namspace": "a"}},
        "rule": {"matchResources": {"resourceRules": [{**SERVICES, "operations": []}]}},
        "match-policy": {"matchResources": {"matchPolicy": "Sometimes"}},
        "object-selector": {"matchResources": {"objectSelector": {"matchLabels": {"a b": "c"}}}},
        "policy-name": {"policyName": "Refused_Name"},
        "no-policy-name": {"policyName": ""},
        "unknown-field": {"matchConstraints": {}},
    }
