"""What the ingress rules of a NetworkPolicy admit to a pod."""

from __future__ import annotations

from textwrap import dedent

import pytest

from kubelint import Resource, Workload
from kubelint.parser import parse
from kubelint.resources import resources_in
from kubelint.source import Source
from kubelint.wiring.network_policies import NetworkPolicy

POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: orders, labels: {app: orders}}
    spec:
      containers:
        - ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
      initContainers:
        - restartPolicy: Always
          ports: [{name: metrics, containerPort: 9090}]
        - ports: [{name: setup, containerPort: 7070}]
"""


def read(text: str) -> Resource:
    source = Source("example.yaml", dedent(text))
    return next(resources_in(parse(source, 0, len(source.text)).root))


def policy(spec: str) -> NetworkPolicy:
    return NetworkPolicy(
        read(f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: orders}}\nspec: {spec}\n")
    )


@pytest.mark.parametrize(
    ("port", "admitted"),
    [
        ("{port: 8080}", {8080}),
        ("{port: 8080, protocol: UDP}", set()),
        ("{port: 8000, endPort: 9000}", {8080}),
        ("{port: 8080, endPort: 8080}", {8080}),
        ("{port: 8081, endPort: 9090}", {9090}),
        ("{port: http}", {8080}),
        ("{port: dns}", set()),
        ("{port: metrics}", {9090}),
        ("{port: setup}", set()),
        ("{protocol: TCP}", {8080, 9090, 7070, 53}),
        ("{protocol: SCTP}", set()),
        ("{}", {8080, 9090, 7070, 53}),
    ],
)
def test_a_port_admits(port: str, admitted: set[int]) -> None:
    pod = read(POD)
    assert isinstance(pod, Workload)
    spec = f"{{ingress: [{{ports: [{port}]}}]}}"
    assert {number for number in (8080, 9090, 7070, 53) if policy(spec).admits(pod, frozenset((number,)), "TCP")} == (
        admitted
    )


def test_a_name_may_be_that_of_containers_that_stand_elsewhere() -> None:
    pod = read("apiVersion: v1\nkind: Pod\nmetadata: {name: orders}\nspec: {}\n")
    assert isinstance(pod, Workload)
    assert policy("{ingress: [{ports: [{port: http}]}]}").admits(pod, frozenset((8080,)), "TCP")


@pytest.mark.parametrize(
    ("spec", "isolates", "rules"),
    [
        ("{}", True, 0),
        ("{ingress: []}", True, 0),
        ("{ingress: [{}]}", True, 1),
        ("{egress: [{}]}", True, 0),
        ("{policyTypes: [], ingress: [{}]}", True, 1),
        ("{policyTypes: [Ingress, Egress], ingress: [{}]}", True, 1),
        ("{policyTypes: [Egress], ingress: [{}]}", False, 0),
    ],
)
def test_policy_types_have_a_default(spec: str, isolates: bool, rules: int) -> None:
    assert (policy(spec).isolates, len(policy(spec).rules)) == (isolates, rules)


@pytest.mark.parametrize(
    ("spec", "is_for_all"),
    [
        ("{}", True),
        ("{podSelector: }", True),
        ("{podSelector: {}}", True),
        ("{podSelector: {matchLabels: {}}}", True),
        ("{podSelector: {matchLabels: {app: orders}}}", False),
        ("{podSelector: {matchExpressions: [{key: app, operator: Exists}]}}", False),
    ],
)
def test_an_empty_selector_is_for_all_pods(spec: str, is_for_all: bool) -> None:
    assert policy(spec).is_for_all is is_for_all
