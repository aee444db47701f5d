"""What the server makes of an object before policies see it, as a kube-apiserver 1.36.3 answered it."""

# ruff: noqa: E501 (an object and what is demanded of it are easier to read on one line)
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubelint.policy.quantities import number_text, spelled
from kubelint.run import Request, run

CONTAINER = {"name": "web", "image": "example.com/web:1.0"}
LABELS = {"matchLabels": {"app": "web"}}
JOB = {"containers": [CONTAINER], "restartPolicy": "Never"}
DIGEST = "@sha256:" + "a" * 64


def workload(kind: str = "Deployment", pod: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A workload whose pod has other fields, or that has."""
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [CONTAINER], **(pod or {})}}
    return {"apiVersion": "apps/v1", "kind": kind, "spec": {"selector": LABELS, "template": template, **spec}}


def job(template: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A Job with labels, or with other fields."""
    spec = {"template": {**({"metadata": template} if template else {}), "spec": JOB}, **spec}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata or {}, "spec": spec}


def policy(variable: str, expression: str) -> list[dict[str, Any]]:
    """A policy that demands something of whatever is created."""
    rule = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["*"]}
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "demand"}}
    spec = {
        "matchConstraints": {"resourceRules": [rule]},
        "variables": [{"name": "it", "expression": variable}],
        "validations": [{"expression": expression}],
    }
    binding = {"policyName": "demand", "validationActions": ["Deny"]}
    return [
        {**head, "kind": "ValidatingAdmissionPolicy", "spec": spec},
        {**head, "kind": "ValidatingAdmissionPolicyBinding", "spec": binding},
    ]


def said(folder: Path, obj: dict[str, Any], variable: str, expression: str) -> list[str]:
    """What is said of an object of which something is demanded: nothing, where it holds."""
    (folder / "tree").mkdir()
    (folder / "policies").mkdir()
    named = {"generateName" if "generateName" in obj.get("metadata", {}) else "name": "web"}
    obj = {**obj, "metadata": {**named, **obj.get("metadata", {})}}
    if obj["kind"] != "Namespace":
        obj["metadata"]["namespace"] = "shop"
    (folder / "tree" / "object.json").write_text(json.dumps(obj))
    for number, one in enumerate(policy(variable, expression)):
        (folder / "policies" / f"{number}.json").write_text(json.dumps(one))
    paths = (str(folder / "tree"),)
    request = Request(
        str(folder), paths, isolated=True, policies=(str(folder / "policies"),), overrides={"select": ("policy",)}
    )
    report = run(request, ()).report
    assert report.faults == []
    return [one.message for one in report.findings] + [one.why for one in report.undecided]


POD = "object.spec.template.spec"
FIRST = f"{POD}.containers[0]"


@pytest.mark.parametrize(
    ("obj", "variable", "expression"),
    [
        (job({"labels": {"team": "a"}}), "object.metadata", "variables.it.labels.team == 'a'"),
        (job({"labels": {"team": "a"}}), "object.metadata", "'job-name' in variables.it.labels"),
        (job(), "object.metadata", "'job-name' in variables.it.labels"),
        (job(metadata={"labels": {"x": "y"}}), "object.metadata", "variables.it.labels == {'x': 'y'}"),
        (job(metadata={"labels": {"x": "y"}}), "object.spec.template.metadata", "'job-name' in variables.it.labels"),
        (job(backoffLimitPerIndex=1, completionMode="Indexed", completions=2), "object.spec", "variables.it.backoffLimit == 2147483647"),
        (workload(pod={"hostNetwork": True, "containers": [{**CONTAINER, "ports": [{"containerPort": 80}]}]}), FIRST, "!has(variables.it.ports[0].hostPort)"),
        ({"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": True, "containers": [{**CONTAINER, "ports": [{"containerPort": 80}]}]}}, "object.spec", "variables.it.containers[0].ports[0].hostPort == 80"),
        (workload(pod={"serviceAccount": "a"}), POD, "variables.it.serviceAccountName == 'a'"),
        (workload(pod={"serviceAccount": "b", "serviceAccountName": "a"}), POD, "variables.it.serviceAccount == 'a'"),
        (workload(pod={"containers": [{**CONTAINER, "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}}}]}), FIRST, "variables.it.resources.limits == {'cpu': '500m', 'memory': '1Gi'}"),
        (workload(pod={"containers": [{**CONTAINER, "image": f"web:latest{DIGEST}"}]}), FIRST, "variables.it.imagePullPolicy == 'Always'"),
        (workload(pod={"containers": [{**CONTAINER, "image": f"web{DIGEST}"}]}), FIRST, "variables.it.imagePullPolicy == 'IfNotPresent'"),
        (workload(pod={"containers": [{**CONTAINER, "image": "$(WEB)"}]}), FIRST, "variables.it.imagePullPolicy == 'IfNotPresent'"),
        (workload(pod={"containers": [{**CONTAINER, "env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]}]}), FIRST, "variables.it.env[0].valueFrom.resourceFieldRef.divisor == '0'"),
        (workload(pod={"dnsConfig": {"options": [{"name": "a", "value": ""}]}}), POD, "variables.it.dnsConfig.options[0].value == ''"),
        (workload(pod={"volumes": [{"name": "a", "csi": {"driver": "b", "readOnly": False}}]}), POD, "has(variables.it.volumes[0].csi.readOnly)"),
        (workload(pod={"volumes": [{"name": "a", "image": {"reference": "b:1"}}]}), POD, "variables.it.volumes[0].image.pullPolicy == 'IfNotPresent'"),
        (workload("StatefulSet"), "object.spec", "variables.it.serviceName == ''"),
        ({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}, "object.spec", "variables.it.podSelector == {}"),
        ({"apiVersion": "v1", "kind": "Service", "spec": {"type": "ExternalName", "externalName": "a.example.com", "internalTrafficPolicy": "Local"}}, "object.spec", "!has(variables.it.internalTrafficPolicy)"),
        ({"apiVersion": "v1", "kind": "Service", "metadata": {"uid": "a", "selfLink": "b"}, "spec": {"ports": [{"port": 80}]}}, "object.metadata", "variables.it.uid != 'a' && !has(variables.it.selfLink)"),
        ({"apiVersion": "v1", "kind": "Namespace"}, "request", "variables.it.namespace == 'web'"),
        ({"apiVersion": "v1", "kind": "Service", "metadata": {"generateName": "web-"}, "spec": {"ports": [{"port": 80}]}}, "request", "has(variables.it.name)"),
        ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "web-"}}, "object.metadata", "has(variables.it.labels)"),
    ],
)  # fmt: skip
def test_the_server_adds_takes_away_and_spells(
    tmp_path: Path, obj: dict[str, Any], variable: str, expression: str
) -> None:
    assert said(tmp_path, obj, variable, expression) == []


@pytest.mark.parametrize(
    ("text", "amount", "other"),
    [
        ("1024Mi", "1Gi", "1Gi"),
        ("1000m", "1", "1"),
        ("1500m", "1500m", "1500m"),
        ("1.500", "1.500", "1.500"),
        ("0.5", "500m", "500m"),
        ("1e3", "1e3", "1e3"),
        ("1e1", "10", "10"),
        ("2000k", "2M", "2M"),
        ("1.5Gi", "1536Mi", "1536Mi"),
        ("0.1Mi", "104857600m", "104857600m"),
        ("0001", "0001", "0001"),
        ("+5", "+5", "+5"),
        ("1000000", "1M", "1M"),
        ("0Gi", "0", "0"),
        ("1u", "1m", "1u"),
        ("0.0001", "1m", "100u"),
        ("many", "many", "many"),
    ],
)
def test_quantities_are_spelled_as_the_server_spells_them(text: str, amount: str, other: str) -> None:
    assert (spelled(text, is_amount=True), spelled(text, is_amount=False)) == (amount, other)


def test_numbers_become_text() -> None:
    assert [number_text(number) for number in (1, 1.0, 0.5, 1e3, 1e-7)] == ["1", "1", "0.5", "1000", "0.0000001"]
