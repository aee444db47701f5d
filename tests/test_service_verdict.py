"""What the verdict on a Service points at, what it says with which version, and that nothing is said without need."""

from __future__ import annotations

import pytest

from kubelint.apiserver import Statement, Verdict, judge
from kubelint.cluster import Cluster
from kubelint.parser import parse
from kubelint.resources import resources_in
from kubelint.source import Source, Span

ANY = Cluster("1.36")
DUAL_STACK = Cluster("1.36", service_cidrs=("10.96.0.0/12", "fd00:10:96::/112"), ip_families=("IPv4", "IPv6"))
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
HINTS, MODE = "service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"


def flow(spec: str, annotations: str = "{}") -> str:
    """A Service from the inside of a flow mapping for its spec."""
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: orders, annotations: {annotations}}}\nspec: {{{spec}}}\n"


def block(spec: str) -> str:
    """A Service from its spec in block style, without its indentation."""
    lines = "".join(f"  {line}\n" for line in spec.strip("\n").split("\n"))
    return f"apiVersion: v1\nkind: Service\nmetadata:\n  name: orders\nspec:\n{lines}"


def verdict_on(text: str, cluster: Cluster = ANY) -> Verdict:
    document = parse(Source("service.yaml", text), 0, len(text))
    assert document.problem is None, document.problem
    (resource,) = resources_in(document.root)
    return judge(resource, cluster)


def said(statements: list[Statement]) -> list[tuple[str | None, str | None, int, int]]:
    """Of each statement the field, the reason, and the start and the end of its place."""
    spans = [place if isinstance(place, Span) else place.span for place in (one.place for one in statements)]
    return [(one.field, one.reason, span.start, span.end) for one, span in zip(statements, spans, strict=True)]


def fields(verdict: Verdict) -> list[str]:
    return sorted({statement.field or "" for statement in verdict.refusals})


def unmarked(marked: str) -> tuple[str, int, int]:
    """A text without the marks «» around a place in it, and that place."""
    before, _, rest = marked.partition("«")
    inside, _, after = rest.partition("»")
    return before + inside + after, len(before), len(before) + len(inside)


# What is refused, between marks.

PORTS_BLOCK = [
    ("ports:\n  - port: «0»", "spec.ports[0].port", "Invalid"),
    ("ports:\n  - port: «65536»\n    targetPort: 80", "spec.ports[0].port", "Invalid"),
    ("ports:\n  - port: «-1» # minus one\n    targetPort: 80", "spec.ports[0].port", "Invalid"),
    ("ports:\n  - «targetPort: 80»", "spec.ports[0].port", "Invalid"),
    ("ports:\n  - port: «0»", "spec.ports[0].targetPort", "Invalid"),
    ("ports:\n  - port: 80\n    targetPort: «70000»", "spec.ports[0].targetPort", "Invalid"),
    ('ports:\n  - port: 80\n    targetPort: «"8080"»', "spec.ports[0].targetPort", "Invalid"),
    ("ports:\n  - port: 80\n    targetPort: «http-admin-port-1»", "spec.ports[0].targetPort", "Invalid"),
    ("ports:\n  - port: 80\n    protocol: «tcp»", "spec.ports[0].protocol", "NotSupported"),
    ("ports:\n  - port: 80\n    protocol: «HTTP»", "spec.ports[0].protocol", "NotSupported"),
    ("ports:\n  - port: 80\n    name: «web_1»", "spec.ports[0].name", "Invalid"),
    ("ports:\n  - port: 80\n    name: a\n  - port: «81»", "spec.ports[1].name", "Required"),
    ("ports:\n  - port: 80\n    name: a\n  - port: 81\n    name: «a»", "spec.ports[1].name", "Duplicate"),
    ("ports:\n  - port: 80\n    name: a\n  - port: «80»\n    name: b", "spec.ports[1]", "Duplicate"),
    ("ports:\n  - port: 80\n    appProtocol: «a/b/c»", "spec.ports[0].appProtocol", "Invalid"),
    ("ports:\n  - port: 80\n    nodePort: «30080»", "spec.ports[0].nodePort", "Forbidden"),
    ("type: NodePort\nports:\n  - port: 80\n    nodePort: «8080»", "spec.ports[0].nodePort", "Invalid"),
    ("type: LoadBalancer\nports:\n  - port: 80\n    nodePort: «32768»", "spec.ports[0].nodePort", "Invalid"),
    (
        "type: NodePort\nports:\n  - {name: a, port: 80, nodePort: 30080}\n  - {name: b, port: 81, nodePort: «30080»}",
        "spec.ports[1].nodePort",
        "Invalid",
    ),
    (
        "type: NodePort\nports:\n  - {name: a, port: 80, nodePort: 30080}\n  - {name: b, port: 80, nodePort: «30080»}",
        "spec.ports[1].nodePort",
        "Duplicate",
    ),
    (
        "type: NodePort\nports:\n  - {name: a, port: 80}\n  - «{name: b, port: 80}»",
        "spec.ports[1].nodePort",
        "Duplicate",
    ),
]
FIELDS_BLOCK = [
    ("type: «Loadbalancer»\nports:\n  - port: 80", "spec.type", "NotSupported"),
    ("selector:\n  «app name»: a\nports:\n  - port: 80", "spec.selector", "Invalid"),
    ("selector:\n  app: «a b»\nports:\n  - port: 80", "spec.selector", "Invalid"),
    ("sessionAffinity: «clientIP»\nports:\n  - port: 80", "spec.sessionAffinity", "NotSupported"),
    (
        "sessionAffinity: ClientIP\nsessionAffinityConfig:\n  clientIP: {timeoutSeconds: «86401»}\nports: [{port: 1}]",
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
        "Invalid",
    ),
    ("clusterIP: «10.0.0»\nports:\n  - port: 80", "spec.clusterIPs[0]", "Invalid"),
    ("clusterIPs:\n  - «10.96.1.1»\nports:\n  - port: 80", "spec.clusterIPs", "Invalid"),
    ("type: NodePort\nclusterIP: «None»\nports:\n  - port: 80", "spec.clusterIPs[0]", "Invalid"),
    ("externalIPs:\n  - 192.0.2.1\n  - «127.0.0.1»\nports:\n  - port: 80", "spec.externalIPs[1]", "Invalid"),
    ("externalIPs:\n  - «192.0.2.01»\nports:\n  - port: 80", "spec.externalIPs[0]", "Invalid"),
    ("type: «ExternalName»", "spec.externalName", "Required"),
    ("type: ExternalName\nexternalName: «Orders.example.com»", "spec.externalName", "Invalid"),
    ("type: ExternalName\nexternalName: a.b\n«clusterIP»: None", "spec.clusterIPs", "Forbidden"),
    ("type: ExternalName\nexternalName: a.b\n«ipFamilyPolicy»: SingleStack", "spec.ipFamilyPolicy", "Forbidden"),
    ("«externalTrafficPolicy»: Local\nports:\n  - port: 80", "spec.externalTrafficPolicy", "Invalid"),
    (
        "type: NodePort\nexternalTrafficPolicy: «local»\nports: [{port: 1}]",
        "spec.externalTrafficPolicy",
        "NotSupported",
    ),
    ("internalTrafficPolicy: «local»\nports:\n  - port: 80", "spec.internalTrafficPolicy", "NotSupported"),
    ("trafficDistribution: «Nearest»\nports:\n  - port: 80", "spec.trafficDistribution", "NotSupported"),
    ("«healthCheckNodePort»: 31000\nports:\n  - port: 80", "spec.healthCheckNodePort", "Invalid"),
    ("«allocateLoadBalancerNodePorts»: false\nports: [{port: 1}]", "spec.allocateLoadBalancerNodePorts", "Forbidden"),
    ("«loadBalancerClass»: example.com/a\nports:\n  - port: 80", "spec.loadBalancerClass", "Forbidden"),
    ("type: LoadBalancer\nloadBalancerClass: «a/b/c»\nports: [{port: 1}]", "spec.loadBalancerClass", "Invalid"),
    ("«loadBalancerSourceRanges»: [10.0.0.0/8]\nports: [{port: 1}]", "spec.loadBalancerSourceRanges", "Forbidden"),
    (
        "type: LoadBalancer\nloadBalancerSourceRanges:\n  - «10.0.0.1/8»\nports:\n  - port: 80",
        "spec.loadBalancerSourceRanges[0]",
        "Invalid",
    ),
]
FLOW = [
    ("ports: [«{}»]", "spec.ports[0].port", "Invalid"),
    ("ports: [«{}»]", "spec.ports[0].targetPort", "Invalid"),
    ("ports: «[]»", "spec.ports", "Required"),
    ("ports: [{port: «0»}]", "spec.ports[0].port", "Invalid"),
    ("ports: [{port: 80, targetPort: «-2»}]", "spec.ports[0].targetPort", "Invalid"),
    ("ports: [{port: 80, protocol: «'tcp'»}]", "spec.ports[0].protocol", "NotSupported"),
    ("ports: [{port: 80, name: «A»}]", "spec.ports[0].name", "Invalid"),
    ("ports: [{port: 80, name: a}, {port: 81, name: «a»}]", "spec.ports[1].name", "Duplicate"),
    ("ports: [{port: 80, nodePort: «80»}]", "spec.ports[0].nodePort", "Forbidden"),
    ("type: «nodePort», ports: [{port: 80}]", "spec.type", "NotSupported"),
    ("ports: [{port: 80}], ipFamilies: [«IPv5»]", "spec.ipFamilies[0]", "NotSupported"),
    ("ports: [{port: 80}], ipFamilies: [IPv4, «IPv4»]", "spec.ipFamilies[1]", "Duplicate"),
    ("ports: [{port: 80}], ipFamilies: «[IPv4, IPv6]»", "spec.ipFamilyPolicy", "Invalid"),
    (
        "ports: [{port: 80}], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: «SingleStack»",
        "spec.ipFamilyPolicy",
        "Invalid",
    ),
    ("ports: [{port: 80}], ipFamilyPolicy: «DualStack»", "spec.ipFamilyPolicy", "NotSupported"),
    (
        "ports: [{port: 80}], clusterIP: 10.96.1.1, clusterIPs: [«10.96.1.2»]",
        "spec.clusterIPs",
        "Invalid",
    ),
    (
        "ports: [{port: 80}], clusterIP: 10.96.1.1, clusterIPs: «[10.96.1.1, 10.96.1.2]»",
        "spec.clusterIPs",
        "Invalid",
    ),
    ("ports: [{port: 80}], clusterIP: «10.96.1.1», ipFamilies: [IPv6]", "spec.clusterIPs[0]", "Invalid"),
    ("ports: [{port: 80}], externalIPs: [«fe80::1»]", "spec.externalIPs[0]", "Invalid"),
    (
        "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: «80», ports: [{port: 80}]",
        "spec.healthCheckNodePort",
        "Invalid",
    ),
    (
        "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: «30080», "
        "ports: [{port: 80, nodePort: 30080}]",
        "spec.healthCheckNodePort",
        "Invalid",
    ),
]


def assert_refused(marked: str, field: str, reason: str, cluster: Cluster = ANY) -> None:
    text, start, end = unmarked(marked)
    verdict = verdict_on(text, cluster)
    assert (field, reason, start, end) in said(verdict.refusals)
    assert verdict.warnings == []
    for statement in verdict.refusals:
        assert statement.message[0].islower() or statement.message[0] == "`"
        assert not statement.message.endswith(".")
        assert statement.help


@pytest.mark.parametrize(("spec", "field", "reason"), [*PORTS_BLOCK, *FIELDS_BLOCK])
def test_the_place_in_block_style(spec: str, field: str, reason: str) -> None:
    assert_refused(block(spec), field, reason)


@pytest.mark.parametrize(("spec", "field", "reason"), FLOW)
def test_the_place_in_flow_style(spec: str, field: str, reason: str) -> None:
    assert_refused(flow(spec), field, reason)


@pytest.mark.parametrize(
    ("spec", "annotations", "field", "reason"),
    [
        ("ports: [{port: 80}]", f"{{«{RANGES}»: 10.0.0.0/8}}", RANGES, "Forbidden"),
        ("type: LoadBalancer, ports: [{port: 80}]", f"{{{RANGES}: «10.0.0.0/8;10.1.0.0/16»}}", RANGES, "Invalid"),
        ("ports: [{port: 80}]", f"{{{HINTS}: auto, {MODE}: «Auto»}}", MODE, "Invalid"),
    ],
)
def test_the_place_in_annotations(spec: str, annotations: str, field: str, reason: str) -> None:
    assert_refused(flow(spec, annotations), f"metadata.annotations[{field}]", reason)


@pytest.mark.parametrize(
    ("marked", "field"),
    [
        ("apiVersion: v1\nkind: «Service»\nmetadata: {name: orders}\n", "spec.ports"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: orders}\n«spec»: {type: NodePort}\n", "spec.ports"),
        ('{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, «"spec"»: {}}', "spec.ports"),
    ],
)
def test_a_service_without_ports(marked: str, field: str) -> None:
    assert_refused(marked, field, "Required")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("clusterIP: «10.1.2.3»", "spec.clusterIPs"),
        ("clusterIP: «10.96.0.0»", "spec.clusterIPs"),
        ("clusterIP: «10.111.255.255»", "spec.clusterIPs"),
        ("clusterIP: «'fd00:10:96::'»", "spec.clusterIPs"),
    ],
)
def test_a_cluster_ip_of_another_cluster(spec: str, field: str) -> None:
    marked = flow(f"{spec}, ports: [{{port: 80}}]")
    assert_refused(marked, field, "Invalid", DUAL_STACK)
    assert verdict_on(unmarked(marked)[0]).refusals == []


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("ipFamilies: [«IPv6»]", "spec.ipFamilies[0]"),
        ("ipFamilyPolicy: «RequireDualStack»", "spec.ipFamilyPolicy"),
        ("clusterIP: «'fd00:10:96::1'»", "spec.clusterIPs[0]"),
        ("clusterIP: None, selector: {app: a}, ipFamilyPolicy: «RequireDualStack»", "spec.ipFamilyPolicy"),
    ],
)
def test_a_family_that_the_cluster_lacks(spec: str, field: str) -> None:
    marked = flow(f"{spec}, ports: [{{port: 80}}]")
    assert_refused(marked, field, "Invalid", Cluster("1.36", ip_families=("IPv4",)))
    assert verdict_on(unmarked(marked)[0]).refusals == []
    assert verdict_on(unmarked(marked)[0], DUAL_STACK).refusals == []


@pytest.mark.parametrize(
    "spec",
    [
        "ports: [{port: 80}]",
        "ports: [{port: 1, name: a, targetPort: 0}, {port: 65535, name: b}]",
        "ports: [{port: 80.0, targetPort: ''}]",
        "type: '', ports: [{port: 80, protocol: ''}]",
        "clusterIP: None",
        "clusterIP: None, clusterIPs: [None], selector: {app: a}, ports: []",
        "clusterIP: None, ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6]",
        "type: ExternalName, externalName: orders.example.com.",
        "type: ExternalName, externalName: localhost, ports: [{port: 80, nodePort: 1}]",
        "sessionAffinity: None, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}, ports: [{port: 80}]",
        "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {}}, ports: [{port: 80}]",
        "type: NodePort, ports: [{name: a, port: 53, nodePort: 30053}, {name: b, port: 53, protocol: UDP}]",
        "type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8 '], ports: [{port: 10250}]",
        "type: LoadBalancer, loadBalancerIP: nowhere, ports: [{port: 80}]",
        "type: LoadBalancer, loadBalancerIP: 'fe80::1%eth0', ports: [{port: 80}]",
        "ipFamilies: [IPv6, IPv4], ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]",
        "selector: {app: null}, ports: [{port: 80}]",
    ],
)
def test_what_is_fine(spec: str) -> None:
    verdict = verdict_on(flow(spec), DUAL_STACK)
    assert said([*verdict.refusals, *verdict.warnings]) == []


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("externalIPs: [192.0.2.1], ports: [{port: 80}]", "deprecated-field"),
        ("trafficDistribution: PreferClose, ports: [{port: 80}]", "deprecated-field"),
        ("externalName: example.com, ports: [{port: 80}]", "ignored-field"),
        ("clusterIP: None, sessionAffinity: ClientIP", "ignored-field"),
        ("clusterIP: None, loadBalancerIP: 192.0.2.1", "ignored-field"),
        ("clusterIP: None, externalIPs: [192.0.2.1]", "ignored-field"),
        ("type: ExternalName, externalName: a.b, externalIPs: [192.0.2.1]", "ignored-field"),
        ("type: LoadBalancer, loadBalancerIP: 192.0.02.1, ports: [{port: 80}]", "non-standard-address"),
        ("type: LoadBalancer, loadBalancerSourceRanges: ['FD00::/8'], ports: [{port: 80}]", "non-standard-address"),
        ("clusterIP: 'fd00:10:96::0', ports: [{port: 80}]", "non-standard-address"),
    ],
)
def test_what_is_warned_of(spec: str, fault: str) -> None:
    verdict = verdict_on(flow(spec))
    assert verdict.refusals == []
    assert [statement.fault for statement in verdict.warnings] == [fault]


def test_a_deprecated_annotation() -> None:
    text, start, end = unmarked(flow("ports: [{port: 80}]", f"{{«{HINTS}»: Auto, {MODE}: Auto}}"))
    assert said(verdict_on(text).warnings) == [(f"metadata.annotations[{HINTS}]", None, start, end)]


def test_nothing_is_warned_of_what_is_refused() -> None:
    verdict = verdict_on(flow("externalIPs: [192.0.2.1], ports: [{port: 0, targetPort: 80}]"))
    assert fields(verdict) == ["spec.ports[0].port"]
    assert verdict.warnings == []


def test_what_the_server_allocates_comes_first() -> None:
    broken = "ports: [{port: 0, nodePort: 80, protocol: tcp}], selector: {a: b c}"
    assert fields(verdict_on(flow(f"type: NodePort, {broken}"))) == ["spec.ports[0].nodePort"]
    assert fields(verdict_on(flow(f"clusterIP: nowhere, type: NodePort, {broken}"))) == ["spec.clusterIPs[0]"]


def test_the_range_of_node_ports_is_the_clusters() -> None:
    text = flow("type: NodePort, ports: [{port: 80, nodePort: 8080}]")
    assert fields(verdict_on(text, Cluster(node_port_range=(8000, 9000)))) == []
    assert fields(verdict_on(text)) == ["spec.ports[0].nodePort"]


@pytest.mark.parametrize(
    ("spec", "accepted", "refused"),
    [
        ("type: LoadBalancer, ports: [{port: 10250}]", "1.33", "1.32"),
        ("trafficDistribution: PreferSameZone, ports: [{port: 80}]", "1.34", "1.33"),
        ("trafficDistribution: Nearest, ports: [{port: 80}]", "1.30", "1.31"),
        ("externalIPs: [192.0.2.01], ports: [{port: 80}]", "1.35", "1.36"),
        ("externalIPs: ['::ffff:192.0.2.1'], ports: [{port: 80}]", "1.35", "1.36"),
        ("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8], ports: [{port: 80}]", "1.35", "1.36"),
    ],
)
def test_refused_with_one_version_only(spec: str, accepted: str, refused: str) -> None:
    assert verdict_on(flow(spec), Cluster(accepted)).refusals == []
    assert len(verdict_on(flow(spec), Cluster(refused)).refusals) == 1


@pytest.mark.parametrize(
    ("spec", "silent", "warned"),
    [
        ("externalIPs: [192.0.2.1], ports: [{port: 80}]", "1.35", "1.36"),
        ("trafficDistribution: PreferClose, ports: [{port: 80}]", "1.34", "1.35"),
        ("clusterIP: None, sessionAffinity: ClientIP", "1.33", "1.34"),
        ("clusterIP: None, externalIPs: [192.0.2.1]", "1.33", "1.34"),
        ("type: LoadBalancer, loadBalancerIP: nowhere, ports: [{port: 80}]", "1.33", "1.32"),
        ("externalIPs: ['::ffff:192.0.2.1'], ports: [{port: 80}]", "1.32", "1.33"),
        ("type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8'], ports: [{port: 80}]", "1.33", "1.32"),
        ("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8], ports: [{port: 80}]", "1.32", "1.33"),
    ],
)
def test_warned_of_with_one_version_only(spec: str, silent: str, warned: str) -> None:
    assert verdict_on(flow(spec), Cluster(silent)).warnings == []
    assert len(verdict_on(flow(spec), Cluster(warned)).warnings) == 1


@pytest.mark.parametrize(
    ("spec", "help"),
    [
        ("ports: [{port: 80, targetPort: '8080'}]", "write it without quotes: 8080"),
        ("type: Nodeport, ports: [{port: 80}]", "write NodePort"),
        ("ports: [{port: 80, protocol: udp}]", "write UDP"),
        ("ports: [{port: 80, protocol: HTTP}]", "write TCP, UDP or SCTP"),
        ("clusterIPs: [10.96.1.1], ports: [{port: 80}]", "write clusterIP: 10.96.1.1"),
    ],
)
def test_the_help_is_what_to_write(spec: str, help: str) -> None:
    assert [statement.help for statement in verdict_on(flow(spec)).refusals] == [help]
