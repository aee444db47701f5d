"""Where the verdicts on metadata, on workloads and on what cannot be decoded point, and what they name."""

from __future__ import annotations

import pytest

from kubelint.apiserver import Statement, Verdict, judge
from kubelint.cluster import Cluster
from kubelint.parser import parse
from kubelint.resources import Resource, resources_in
from kubelint.source import Source, Span

API_VERSIONS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "apps/v1"),
    **dict.fromkeys(("Job", "CronJob"), "batch/v1"),
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "APIService": "apiregistration.k8s.io/v1",
}
CONTAINER = "{name: a, image: b}"
TEMPLATE = "template: {metadata: {labels: {app: orders}}, spec: {containers: [{name: a, image: b}]}}"
SELECTOR = "selector: {matchLabels: {app: orders}}"


def resource_of(kind: str, metadata: str, rest: str) -> Resource:
    api_version = API_VERSIONS.get(kind, "v1")
    text = f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{{metadata}}}, {rest}}}\n"
    document = parse(Source("example.yaml", text), 0, len(text))
    assert document.problem is None, document.problem
    (resource,) = resources_in(document.root)
    return resource


def verdict_on(kind: str, metadata: str, rest: str = "", version: str = "1.36") -> Verdict:
    """The verdict on an object of a kind, from the insides of flow mappings."""
    return judge(resource_of(kind, metadata, rest), Cluster(version=version))


def said(statements: list[Statement]) -> list[tuple[str | None, str | None, str]]:
    """Field, reason and text of the place of each statement."""
    found = []
    for statement in statements:
        span = statement.place if isinstance(statement.place, Span) else statement.place.span
        found.append((statement.field, statement.reason, span.source.text[span.start : span.end]))
    return found


def pod(containers: str, more: str = "") -> str:
    return f"spec: {{containers: [{containers}], {more}}}"


def ports(text: str) -> str:
    return pod(f"{{name: a, image: b, ports: [{text}]}}")


def probe(text: str) -> str:
    return pod(f"{{name: a, image: b, livenessProbe: {text}}}")


OWNER = "apiVersion: v1, kind: Pod, name: a"

METADATA = [
    ("Namespace", "labels: {a: b}", ("metadata.name", "Required", "metadata")),
    ("Namespace", "name: a.b", ("metadata.name", "Invalid", "a.b")),
    ("Endpoints", "name: A", ("metadata.name", "Invalid", "A")),
    ("HTTPRoute", "name: a_b", ("metadata.name", "Invalid", "a_b")),
    ("Endpoints", "generateName: a.", ("metadata.generateName", "Invalid", "a.")),
    ("Namespace", "generateName: a_-", ("metadata.name", "Invalid", "a_-")),
    ("Endpoints", "name: a, namespace: Shop", ("metadata.namespace", "Invalid", "Shop")),
    ("Endpoints", "name: a, labels: {a b: c}", ("metadata.labels", "Invalid", "a b")),
    ("Endpoints", "name: a, labels: {a: b c}", ("metadata.labels", "Invalid", "b c")),
    ("Endpoints", "name: a, annotations: {x: z, a/b/c: d}", ("metadata.annotations", "Invalid", "a/b/c")),
    ("Endpoints", f"name: a, annotations: {{a: {'b' * 262144}}}", ("metadata.annotations", "TooLong", "annotations")),
    ("Endpoints", "name: a, finalizers: [a/b, mine]", ("metadata.finalizers[1]", "Invalid", "mine")),
    ("HTTPRoute", "name: a, finalizers: [a b]", ("metadata.finalizers", "Invalid", "a b")),
    (
        *("Endpoints", "name: a, finalizers: [orphan, foregroundDeletion]"),
        ("metadata.finalizers", "Invalid", "foregroundDeletion"),
    ),
    (
        *("Endpoints", f"name: a, ownerReferences: [{{{OWNER}}}]"),
        ("metadata.ownerReferences.uid", "Invalid", f"{{{OWNER}}}"),
    ),
    (
        *("Endpoints", "name: a, ownerReferences: [{apiVersion: v1, kind: Event, name: a, uid: b}]"),
        ("metadata.ownerReferences", "Invalid", "Event"),
    ),
    ("Endpoints", "name: a, generation: -1", ("metadata.generation", "Invalid", "-1")),
]


@pytest.mark.parametrize(("kind", "metadata", "expected"), METADATA)
def test_metadata(kind: str, metadata: str, expected: tuple[str, str, str]) -> None:
    assert said(verdict_on(kind, metadata).refusals) == [expected]


@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        ("Namespace", "name: a, namespace: Shop"),
        ("HTTPRoute", "name: a.b, generation: -1"),
        ("APIService", "name: v1.example.com"),
        ("Endpoints", "name: a, annotations: {EXAMPLE.com/a: b}"),
        ("Endpoints", "name: a, uid: x, selfLink: x, deletionGracePeriodSeconds: -5, managedFields: [{operation: X}]"),
        ("Endpoints", "generateName: a-"),
    ],
)
def test_metadata_that_are_accepted(kind: str, metadata: str) -> None:
    assert said(verdict_on(kind, metadata).refusals) == []


@pytest.mark.parametrize(
    ("version", "kind", "metadata", "is_refused"),
    [
        ("1.35", "Service", "name: 1a", True),
        ("1.36", "Service", "name: 1a", False),
        ("1.33", "ReplicationController", "generateName: a.", True),
        ("1.36", "ReplicationController", "generateName: a.", False),
        ("1.30", "Pod", "name: a, generation: -1", True),
        ("1.36", "Pod", "name: a, generation: -1", False),
    ],
)
def test_metadata_by_version(version: str, kind: str, metadata: str, is_refused: bool) -> None:
    bodies = {"Service": "spec: {ports: [{port: 80}]}", "Pod": pod(CONTAINER)}
    body = bodies.get(kind, f"spec: {{{TEMPLATE}}}")
    assert bool(verdict_on(kind, metadata, body, version).refusals) == is_refused


LABELS = "spec.template.metadata.labels"

WORKLOADS = [
    # Selectors.
    (
        *("Deployment", f"spec: {{{TEMPLATE}}}"),
        *(("spec.selector", "Required", "spec"), (LABELS, "Invalid", "spec")),
    ),
    ("DaemonSet", f"spec: {{{TEMPLATE}}}", (LABELS, "Invalid", "spec")),
    ("Deployment", f"spec: {{selector: {{}}, {TEMPLATE}}}", ("spec.selector", "Invalid", "{}")),
    ("StatefulSet", f"spec: {{selector: {{matchLabels: {{app: other}}}}, {TEMPLATE}}}", (LABELS, "Invalid", "orders")),
    ("ReplicaSet", f"spec: {{selector: {{matchLabels: {{tier: web}}}}, {TEMPLATE}}}", (LABELS, "Invalid", "web")),
    (
        *("Deployment", f"spec: {{selector: {{matchLabels: {{a b: c}}}}, {TEMPLATE}}}"),
        *(("spec.selector.matchLabels", "Invalid", "a b"), ("spec.selector", "Invalid", "a b")),
    ),
    (
        *(
            "Deployment",
            f"spec: {{selector: {{matchExpressions: [{{key: app, operator: In, values: [a]}}]}}, {TEMPLATE}}}",
        ),
        (LABELS, "Invalid", "[a]"),
    ),
    (
        *("DaemonSet", f"spec: {{selector: {{matchExpressions: [{{key: tier, operator: Exists}}]}}, {TEMPLATE}}}"),
        (LABELS, "Invalid", "tier"),
    ),
    (
        *("DaemonSet", f"spec: {{selector: {{matchExpressions: [{{key: app, operator: DoesNotExist}}]}}, {TEMPLATE}}}"),
        (LABELS, "Invalid", "app"),
    ),
    (
        *("DaemonSet", f"spec: {{selector: {{matchExpressions: [{{key: app, operator: In}}]}}, {TEMPLATE}}}"),
        ("spec.selector.matchExpressions[0].values", "Required", "{key: app, operator: In}"),
    ),
    ("ReplicationController", f"spec: {{selector: {{app: other}}, {TEMPLATE}}}", (LABELS, "Invalid", "orders")),
    (
        *("ReplicationController", f"spec: {{template: {{spec: {{containers: [{CONTAINER}]}}}}}}"),
        ("spec.selector", "Required", "spec"),
    ),
    ("ReplicationController", "spec: {selector: {app: a}}", ("spec.template", "Required", "spec")),
    ("Job", f"spec: {{{SELECTOR}, {TEMPLATE}}}", ("spec.selector", "Invalid", "{app: orders}")),
    (
        *("Job", f"spec: {{manualSelector: true, selector: {{matchLabels: {{app: other}}}}, {TEMPLATE}}}"),
        (LABELS, "Invalid", "orders"),
    ),
    (
        *("Job", f"spec: {{{TEMPLATE.replace('app: orders', 'job-name: other')}}}"),
        (f"{LABELS}[job-name]", "Invalid", "other"),
    ),
    (
        *("CronJob", f"spec: {{jobTemplate: {{spec: {{manualSelector: true, {SELECTOR}, {TEMPLATE}}}}}}}"),
        ("spec.jobTemplate.spec.selector", "Invalid", "{matchLabels: {app: orders}}"),
        ("spec.jobTemplate.spec.manualSelector", "NotSupported", "true"),
    ),
    ("StatefulSet", f"spec: {{serviceName: A, {SELECTOR}, {TEMPLATE}}}", ("spec.serviceName", "Invalid", "A")),
    # Labels and annotations of the template.
    (
        *("Deployment", f"spec: {{{SELECTOR}, {TEMPLATE.replace('app: orders', 'app: orders, tier: a b')}}}"),
        ("spec.template.labels", "Invalid", "a b"),
    ),
    (
        *(
            "Deployment",
            f"spec: {{{SELECTOR}, {TEMPLATE.replace('metadata: {', 'metadata: {annotations: {-a: b}, ')}}}",
        ),
        ("spec.template.annotations", "Invalid", "-a"),
    ),
    # Ports.
    ("Pod", ports("{name: a}"), ("spec.containers[0].ports[0].containerPort", "Required", "{name: a}")),
    ("Pod", ports("{containerPort: 0}"), ("spec.containers[0].ports[0].containerPort", "Required", "0")),
    ("Pod", ports("{containerPort: 70000}"), ("spec.containers[0].ports[0].containerPort", "Invalid", "70000")),
    ("Pod", ports("{containerPort: 80, hostPort: -1}"), ("spec.containers[0].ports[0].hostPort", "Invalid", "-1")),
    ("Pod", ports("{containerPort: 80, name: a_b}"), ("spec.containers[0].ports[0].name", "Invalid", "a_b")),
    (
        *("Pod", ports("{containerPort: 80, name: web}, {containerPort: 81, name: web}")),
        ("spec.containers[0].ports[1].name", "Duplicate", "web"),
    ),
    (
        *("Pod", ports("{containerPort: 80, protocol: tcp}")),
        ("spec.containers[0].ports[0].protocol", "NotSupported", "tcp"),
    ),
    (
        *("Pod", ports("{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080}")),
        ("spec.containers[0].ports[1].hostPort", "Duplicate", "8080"),
    ),
    (
        *(
            "Pod",
            pod("{name: a, image: b, ports: [{containerPort: 80, hostPort: 81}]}", "hostNetwork: true"),
        ),
        ("spec.containers[0].ports[0].hostPort", "Invalid", "81"),
    ),
    (
        "Pod",
        "spec: {hostNetwork: true, containers: [{name: a, image: b, ports: [{containerPort: 80}]}, "
        "{name: c, image: b, ports: [{containerPort: 80.0}]}]}",
        ("spec.containers[1].ports[0].hostPort", "Duplicate", "80.0"),
    ),
    # Probes.
    ("Pod", probe("{}"), ("spec.containers[0].livenessProbe", "Required", "{}")),
    (
        *("Pod", probe("{grpc: {port: 80}, tcpSocket: {port: 80}}")),
        ("spec.containers[0].livenessProbe.grpc", "Forbidden", "grpc"),
    ),
    ("Pod", probe("{httpGet: {port: '80'}}"), ("spec.containers[0].livenessProbe.httpGet.port", "Invalid", "'80'")),
    ("Pod", probe("{httpGet: {path: /}}"), ("spec.containers[0].livenessProbe.httpGet.port", "Invalid", "httpGet")),
    ("Pod", probe("{grpc: {port: 65536}}"), ("spec.containers[0].livenessProbe.grpc.port", "Invalid", "65536")),
    (
        *("Pod", pod(CONTAINER, "initContainers: [{name: i, image: b, startupProbe: {grpc: {port: 80}}}]")),
        ("spec.initContainers[0].startupProbe", "Forbidden", "startupProbe"),
    ),
]


@pytest.mark.parametrize("row", WORKLOADS)
def test_workloads(row: tuple[object, ...]) -> None:
    kind, body, *expected = row
    assert said(verdict_on(str(kind), "name: orders", str(body)).refusals) == expected


def test_a_selector_mismatch_is_a_fault_of_its_own() -> None:
    verdict = verdict_on("DaemonSet", "name: a", f"spec: {{selector: {{matchLabels: {{app: other}}}}, {TEMPLATE}}}")
    assert [refusal.fault for refusal in verdict.refusals] == ["selector-mismatch"]


def test_labels_of_a_kustomization_may_be_what_the_selector_wants() -> None:
    resource = resource_of("DaemonSet", "name: a", f"spec: {{selector: {{matchLabels: {{tier: web}}}}, {TEMPLATE}}}")
    resource.added_labels = {"tier": "web"}
    assert judge(resource, Cluster()).refusals == []


def test_a_placeholder_is_no_port() -> None:
    verdict = verdict_on("Pod", "name: a", probe("{httpGet: {port: $(PORT)}}"))
    assert verdict.refusals == []
    assert verdict.placeholder is not None


WARNINGS = [
    ("Pod", "name: a.b", pod(CONTAINER), ("metadata.name", "a.b")),
    ("Pod", "name: a", ports("{containerPort: 80}, {containerPort: 80}"), ("spec.containers[0].ports[1]", "80")),
    ("Pod", "name: a", ports("{containerPort: 80, hostIP: 10.0.0.1}"), ("spec.containers[0].ports[0]", "10.0.0.1")),
    (
        *("Pod", "name: a"),
        "spec: {containers: [{name: a, image: b, ports: [{containerPort: 80, name: web}]}, "
        "{name: c, image: b, ports: [{containerPort: 81, name: web}]}]}",
        ("spec.containers[1].ports[0]", "web"),
    ),
    (
        *("Pod", "name: a, annotations: {scheduler.alpha.kubernetes.io/critical-pod: ''}", pod(CONTAINER)),
        (
            "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]",
            "scheduler.alpha.kubernetes.io/critical-pod",
        ),
    ),
    ("ServiceMonitor", "name: a, finalizers: [mine]", "", ("metadata.finalizers[0]", "mine")),
    (
        *("Namespace", f"name: a, ownerReferences: [{{{OWNER}, uid: a}}, {{{OWNER}, uid: a}}]", ""),
        ("metadata.ownerReferences", f"{{{OWNER}, uid: a}}"),
    ),
]


@pytest.mark.parametrize(("kind", "metadata", "body", "expected"), WARNINGS)
def test_warnings(kind: str, metadata: str, body: str, expected: tuple[str, str]) -> None:
    verdict = verdict_on(kind, metadata, body)
    assert verdict.refusals == []
    assert [(field, text) for field, _, text in said(verdict.warnings)] == [expected]


@pytest.mark.parametrize(
    ("metadata", "body", "expected"),
    [
        ("name: 5", "spec: {}", ["5"]),
        ("name: a, creationTimestamp: now", "", ["now"]),
        ("name: a, creationTimestamp: 2026-02-30T12:00:00Z", "", ["2026-02-30T12:00:00Z"]),
        ("name: a, creationTimestamp: 2026-01-31T1:00:00Z", "", []),
        ("name: a, generation: 1e3", "", []),
        ("name: a, generation: 1.5, deletionGracePeriodSeconds: '5'", "", ["1.5", "'5'"]),
        ("name: a, generation: 9223372036854775808", "", ["9223372036854775808"]),
        ("name: a, labels: {a: null}, finalizers: null", "spec: null", []),
        ("name: a, annotations: [a]", "", ["[a]"]),
        ("name: a, Labels: {}", "", ["Labels"]),
    ],
)
@pytest.mark.parametrize("kind", ["Namespace", "HTTPRoute"])
def test_decoding(kind: str, metadata: str, body: str, expected: list[str]) -> None:
    assert [text for _, _, text in said(verdict_on(kind, metadata, body).refusals)] == expected


@pytest.mark.parametrize(("quantity", "is_one"), [("1.5Gi", True), ("1e3", True), ("1 Gi", False), ("1KB", False)])
def test_quantities(quantity: str, is_one: bool) -> None:
    verdict = verdict_on("Pod", "name: a", pod(f"{{name: a, image: b, resources: {{limits: {{cpu: {quantity}}}}}}}"))
    assert verdict.decodes == is_one


@pytest.mark.parametrize(
    ("before", "is_accepted"),
    [("", False), ('{"a": 1}\n', False), ("---\n", True), ("# a comment\n", True)],
)
def test_a_json_document_has_its_numbers_as_they_are_written(before: str, is_accepted: bool) -> None:
    text = before + '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "generation": 1.0}}\n'
    document = parse(Source("example.yaml", text), 0 if not before.startswith("{") else len(before), len(text))
    (resource,) = resources_in(document.root)
    assert judge(resource, Cluster()).decodes == is_accepted
