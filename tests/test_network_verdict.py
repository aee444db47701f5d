"""Where the verdicts on Endpoints, EndpointSlices, Ingresses and NetworkPolicies point, and what they name."""

from __future__ import annotations

import pytest

from kubelint.apiserver import Statement, Verdict, judge
from kubelint.cluster import Cluster
from kubelint.parser import parse
from kubelint.resources import resources_in
from kubelint.source import Source, Span

API_VERSIONS = {
    "Endpoints": "v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}


def verdict_on(kind: str, body: str, version: str = "1.36", metadata: str = "") -> Verdict:
    """The verdict on an object of a kind, from the inside of a flow mapping for what follows its metadata."""
    text = f"{{apiVersion: {API_VERSIONS[kind]}, kind: {kind}, metadata: {{name: example, {metadata}}}, {body}}}\n"
    document = parse(Source("example.yaml", text), 0, len(text))
    assert document.problem is None, document.problem
    (resource,) = resources_in(document.root)
    return judge(resource, Cluster(version=version))


def said(statements: list[Statement]) -> list[tuple[str | None, str | None, str]]:
    """Field, reason and text of the place of each statement."""
    found = []
    for statement in statements:
        span = statement.place if isinstance(statement.place, Span) else statement.place.span
        found.append((statement.field, statement.reason, span.source.text[span.start : span.end]))
    return found


def subset(addresses: str = "[{ip: 10.0.0.1}]", ports: str = "[{port: 80}]") -> str:
    return f"subsets: [{{addresses: {addresses}, ports: {ports}}}]"


def address_slice(address: str, more: str = "", type: str = "IPv4") -> str:
    return f"addressType: {type}, endpoints: [{{addresses: [{address}], {more}}}]"


def ports_slice(ports: str) -> str:
    return f"addressType: IPv4, endpoints: [], ports: {ports}"


def rule(host: str = "example.com", path: str = "path: /, pathType: Prefix", backend: str | None = None) -> str:
    backend = backend if backend is not None else "{service: {name: a, port: {number: 80}}}"
    return f"spec: {{rules: [{{host: {host}, http: {{paths: [{{{path}, backend: {backend}}}]}}}}]}}"


def backend(text: str) -> str:
    return f"spec: {{defaultBackend: {text}}}"


def peer(text: str) -> str:
    return f"spec: {{ingress: [{{from: [{text}]}}]}}"


def port(text: str) -> str:
    return f"spec: {{egress: [{{ports: [{text}]}}]}}"


ENDPOINTS = [
    (subset("[{ip: 127.0.0.1}]"), "addresses[0].ip", "Invalid", "127.0.0.1"),
    (subset("[{ip: 10.0.0.1}, {ip: orders.example.com}]"), "addresses[1].ip", "Invalid", "orders.example.com"),
    (subset("[{ip: 010.0.0.1}]"), "addresses[0].ip", "Invalid", "010.0.0.1"),
    (subset('[{ip: "fe80::1"}]'), "addresses[0].ip", "Invalid", '"fe80::1"'),
    (subset("[{hostname: one}]"), "addresses[0].ip", "Invalid", "{hostname: one}"),
    (subset("[{ip: 10.0.0.1, hostname: One}]"), "addresses[0].hostname", "Invalid", "One"),
    (subset("[{ip: 10.0.0.1, nodeName: node_1}]"), "addresses[0].nodeName", "Invalid", "node_1"),
    (subset(ports="[{port: 0}]"), "ports[0].port", "Invalid", "0"),
    (subset(ports="[{name: http}]"), "ports[0].port", "Invalid", "{name: http}"),
    (subset(ports="[{port: 80}, {name: b, port: 81}]"), "ports[0].name", "Required", "80"),
    (subset(ports="[{port: 80, protocol: tcp}]"), "ports[0].protocol", "NotSupported", "tcp"),
    (subset(ports="[{port: 80, name: web_1}]"), "ports[0].name", "Invalid", "web_1"),
    (subset(ports="[{port: 80, appProtocol: a/b/c}]"), "ports[0].appProtocol", "Invalid", "a/b/c"),
    ("subsets: [{ports: [{port: 80}]}]", "", "Required", "{ports: [{port: 80}]}"),
]


@pytest.mark.parametrize(("body", "field", "reason", "text"), ENDPOINTS)
def test_endpoints(body: str, field: str, reason: str, text: str) -> None:
    path = f"subsets[0].{field}" if field else "subsets[0]"
    assert said(verdict_on("Endpoints", body).refusals) == [(path, reason, text)]


ENDPOINT_SLICES = [
    ("endpoints: []", "addressType", "Required", "EndpointSlice"),
    ("addressType: ipv4", "addressType", "NotSupported", "ipv4"),
    (address_slice("169.254.169.254"), "endpoints[0].addresses[0]", "Invalid", "169.254.169.254"),
    (address_slice("10.0.0.1, 'fd00::1'"), "endpoints[0].addresses", "Invalid", "'fd00::1'"),
    (address_slice("'FD00::1'", type="IPv6"), "endpoints[0].addresses[0]", "Invalid", "'FD00::1'"),
    (address_slice("db", type="FQDN"), "endpoints[0].addresses[0]", "Invalid", "db"),
    (address_slice(""), "endpoints[0].addresses", "Required", "[]"),
    (address_slice(", ".join(["10.0.0.1"] * 101)), "endpoints[0].addresses", "TooMany", None),
    (address_slice("10.0.0.1", "hostname: ''"), "endpoints[0].hostname", "Invalid", "''"),
    (address_slice("10.0.0.1", "nodeName: A"), "endpoints[0].nodeName", "Invalid", "A"),
    (
        address_slice("10.0.0.1", "hints: {forZones: [{name: a}, {name: a}]}"),
        "endpoints[0].hints.forZones[1].name",
        "Duplicate",
        "a",
    ),
    (
        address_slice("10.0.0.1", "hints: {forNodes: [{name: B}]}"),
        "endpoints[0].hints.forNodes[0].name",
        "Invalid",
        "B",
    ),
    (ports_slice("[{port: 80}, {port: 81}]"), "ports[1].name", "Duplicate", "81"),
    (ports_slice("[{name: a}, {name: a}]"), "ports[1].name", "Duplicate", "a"),
    (ports_slice("[{name: a, protocol: ''}]"), "ports[0].protocol", "NotSupported", "''"),
    (ports_slice("[{name: a, appProtocol: ''}]"), "ports[0].appProtocol", "Invalid", "''"),
]


@pytest.mark.parametrize(("body", "field", "reason", "text"), ENDPOINT_SLICES)
def test_endpoint_slice(body: str, field: str, reason: str, text: str | None) -> None:
    ((found_field, found_reason, found_text),) = said(verdict_on("EndpointSlice", body).refusals)
    assert (found_field, found_reason) == (field, reason)
    assert text is None or found_text == text


PATHS = "spec.rules[0].http.paths"
INGRESSES = [
    ("spec: {tls: []}", "spec", "Invalid", "spec"),
    (rule(host="Example.com"), "spec.rules[0].host", "Invalid", "Example.com"),
    (rule(host="10.0.0.1"), "spec.rules[0].host", "Invalid", "10.0.0.1"),
    (rule(host="'a.*.com'"), "spec.rules[0].host", "Invalid", "'a.*.com'"),
    (rule(path="path: /orders"), f"{PATHS}[0].pathType", "Required", "/orders"),
    (rule(path="path: /, pathType: prefix"), f"{PATHS}[0].pathType", "NotSupported", "prefix"),
    (rule(path="path: orders, pathType: Exact"), f"{PATHS}[0].path", "Invalid", "orders"),
    (rule(path="path: /a//b, pathType: Prefix"), f"{PATHS}[0].path", "Invalid", "/a//b"),
    (rule(path="path: a, pathType: ImplementationSpecific"), f"{PATHS}[0].path", "Invalid", "a"),
    (rule(backend="{}"), f"{PATHS}[0].backend", "Invalid", "{}"),
    ("spec: {rules: [{http: {paths: []}}]}", PATHS, "Required", "[]"),
    (backend("{service: {name: a, port: {}}}"), "spec.defaultBackend", "Required", "{}"),
    (backend("{service: {name: a}}"), "spec.defaultBackend", "Required", "service"),
    (backend("{service: {name: a, port: {name: b, number: 80}}}"), "spec.defaultBackend", "Invalid", "80"),
    (
        backend('{service: {name: a, port: {name: "80"}}}'),
        "spec.defaultBackend.service.port.name",
        "Invalid",
        '"80"',
    ),
    (
        backend("{service: {name: a, port: {number: 70000}}}"),
        "spec.defaultBackend.service.port.number",
        "Invalid",
        "70000",
    ),
    (backend("{service: {port: {number: 80}}}"), "spec.defaultBackend.service.name", "Required", "service"),
    (
        backend("{service: {name: a.b, port: {number: 80}}}"),
        "spec.defaultBackend.service.name",
        "Invalid",
        "a.b",
    ),
    (backend("{service: {name: a}, resource: {kind: A, name: b}}"), "spec.defaultBackend", "Invalid", "resource"),
    (backend("{resource: {kind: A}}"), "spec.defaultBackend.resource.name", "Required", "resource"),
    (f"{rule()[:-1]}, tls: [{{hosts: ['*']}}]}}", "spec.tls[0].hosts[0]", "Invalid", "'*'"),
    (f"{rule()[:-1]}, tls: [{{secretName: a_b}}]}}", "spec.tls[0].secretName", "Invalid", "a_b"),
    (f"{rule()[:-1]}, ingressClassName: ''}}", "spec.ingressClassName", "Invalid", "''"),
]


@pytest.mark.parametrize(("body", "field", "reason", "text"), INGRESSES)
def test_ingress(body: str, field: str, reason: str, text: str) -> None:
    assert said(verdict_on("Ingress", body).refusals) == [(field, reason, text)]


SELECTOR = "spec.podSelector"
EXPRESSION = f"{SELECTOR}.matchExpressions[0]"
PEER = "spec.ingress[0].from[0]"
PORT = "spec.egress[0].ports[0]"
NETWORK_POLICIES = [
    ("spec: {podSelector: {matchLabels: {a b: c}}}", f"{SELECTOR}.matchLabels", "Invalid", "a b"),
    ("spec: {podSelector: {matchLabels: {a: b c}}}", f"{SELECTOR}.matchLabels", "Invalid", "b c"),
    (
        "spec: {podSelector: {matchExpressions: [{key: a, operator: In}]}}",
        f"{EXPRESSION}.values",
        "Required",
        "{key: a, operator: In}",
    ),
    (
        "spec: {podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}",
        f"{EXPRESSION}.values",
        "Forbidden",
        "[b]",
    ),
    (
        "spec: {podSelector: {matchExpressions: [{key: a, operator: Equals}]}}",
        f"{EXPRESSION}.operator",
        "Invalid",
        "Equals",
    ),
    (
        "spec: {podSelector: {matchExpressions: [{key: a/b/c, operator: Exists}]}}",
        f"{EXPRESSION}.key",
        "Invalid",
        "a/b/c",
    ),
    ("spec: {policyTypes: [Ingress, egress]}", "spec.policyTypes[1]", "NotSupported", "egress"),
    (
        "spec: {policyTypes: [Ingress, Egress, Egress]}",
        "spec.policyTypes",
        "Invalid",
        "[Ingress, Egress, Egress]",
    ),
    (peer("{}"), PEER, "Required", "{}"),
    (peer("{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"), PEER, "Forbidden", "ipBlock"),
    (peer("{ipBlock: {except: []}}"), f"{PEER}.ipBlock.cidr", "Required", "ipBlock"),
    (peer("{ipBlock: {cidr: 10.0.0.1/8}}"), f"{PEER}.ipBlock.cidr", "Invalid", "10.0.0.1/8"),
    (peer("{ipBlock: {cidr: 10.0.0.1}}"), f"{PEER}.ipBlock.cidr", "Invalid", "10.0.0.1"),
    (
        peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 11.0.0.0/16]}}"),
        f"{PEER}.ipBlock.except[1]",
        "Invalid",
        "11.0.0.0/16",
    ),
    (
        peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}"),
        f"{PEER}.ipBlock.except[0]",
        "Invalid",
        "10.0.0.0/8",
    ),
    (port("{protocol: ICMP}"), f"{PORT}.protocol", "NotSupported", "ICMP"),
    (port("{port: 0}"), f"{PORT}.port", "Invalid", "0"),
    (port('{port: "80"}'), f"{PORT}.port", "Invalid", '"80"'),
    (port("{endPort: 80}"), f"{PORT}.endPort", "Invalid", "80"),
    (port("{port: http, endPort: 90}"), f"{PORT}.endPort", "Invalid", "90"),
    (port("{port: 80, endPort: 79}"), f"{PORT}.endPort", "Invalid", "79"),
]


@pytest.mark.parametrize(("body", "field", "reason", "text"), NETWORK_POLICIES)
def test_network_policy(body: str, field: str, reason: str, text: str) -> None:
    assert said(verdict_on("NetworkPolicy", body).refusals) == [(field, reason, text)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Endpoints", "subsets: []"),
        ("EndpointSlice", "addressType: IPv4"),
        ("EndpointSlice", "addressType: IPv4, endpoints: [], ports: [{name: a, port: 70000}]"),
        ("EndpointSlice", address_slice("10.0.0.1", "zone: a b, deprecatedTopology: {a b: c d}")),
        ("Ingress", "spec: {rules: [{}]}"),
        ("Ingress", rule(path="pathType: ImplementationSpecific")),
        ("NetworkPolicy", "spec: {}"),
        ("NetworkPolicy", "spec: {policyTypes: [Ingress, Ingress]}"),
        ("NetworkPolicy", peer("{podSelector: {}, namespaceSelector: {}}")),
    ],
)
def test_what_looks_wrong_and_is_accepted(kind: str, body: str) -> None:
    assert said(verdict_on(kind, body).refusals) == []


def test_the_annotation_for_the_class() -> None:
    annotations = "annotations: {kubernetes.io/ingress.class: nginx}"
    verdict = verdict_on("Ingress", rule(), metadata=annotations)
    field = "metadata.annotations[kubernetes.io/ingress.class]"
    assert said(verdict.warnings) == [(field, None, "kubernetes.io/ingress.class")]
    verdict = verdict_on("Ingress", f"{rule()[:-1]}, ingressClassName: traefik}}", metadata=annotations)
    assert said(verdict.refusals) == [("annotations.kubernetes.io/ingress.class", "Invalid", "nginx")]
    assert not verdict.warnings
    verdict = verdict_on("Ingress", f"{rule()[:-1]}, ingressClassName: nginx}}", metadata=annotations)
    assert not verdict.refusals
    assert not verdict.warnings


IPV6 = address_slice("'fd00:0::1'", type="IPv6")
MAPPED = address_slice("'::ffff:10.0.0.1'")
BLOCK = peer("{ipBlock: {cidr: 10.0.0.1/8}}")
CIDR = f"{PEER}.ipBlock.cidr"
ADDRESS = "endpoints[0].addresses[0]"


@pytest.mark.parametrize(
    ("version", "kind", "body", "refused", "warned"),
    [
        ("1.32", "Endpoints", subset(), [], []),
        ("1.33", "Endpoints", subset(), [], ["kind"]),
        ("1.32", "Endpoints", subset("[{ip: 010.0.0.1}]"), [], []),
        ("1.35", "Endpoints", subset("[{ip: 010.0.0.1}]"), [], ["kind", "subsets[0].addresses[0].ip"]),
        ("1.36", "Endpoints", subset("[{ip: 010.0.0.1}]"), ["subsets[0].addresses[0].ip"], ["kind"]),
        ("1.37", "Endpoints", subset("[{ip: 'FD00::1'}]"), [], ["kind", "subsets[0].addresses[0].ip"]),
        ("1.32", "EndpointSlice", IPV6, [], []),
        ("1.33", "EndpointSlice", IPV6, [ADDRESS], []),
        ("1.32", "EndpointSlice", MAPPED, [], []),
        ("1.35", "EndpointSlice", MAPPED, [], [ADDRESS]),
        ("1.36", "EndpointSlice", MAPPED, [ADDRESS], []),
        ("1.32", "EndpointSlice", address_slice("'fd00::1'"), [ADDRESS], []),
        ("1.33", "EndpointSlice", address_slice("'fd00::1'"), ["endpoints[0].addresses"], []),
        ("1.29", "EndpointSlice", address_slice("a.b", type="FQDN"), [], ["addressType"]),
        ("1.33", "EndpointSlice", address_slice("10.0.0.1", "hints: {forNodes: [{name: B}]}"), [], []),
        ("1.32", "NetworkPolicy", BLOCK, [], []),
        ("1.35", "NetworkPolicy", BLOCK, [], [CIDR]),
        ("1.36", "NetworkPolicy", BLOCK, [CIDR], []),
        (
            "1.35",
            "Ingress",
            backend("{service: {name: 1a, port: {number: 1}}}"),
            ["spec.defaultBackend.service.name"],
            [],
        ),
        ("1.36", "Ingress", backend("{service: {name: 1a, port: {number: 1}}}"), [], []),
    ],
)
def test_what_differs_between_versions(
    version: str, kind: str, body: str, refused: list[str], warned: list[str]
) -> None:
    verdict = verdict_on(kind, body, version)
    assert [statement.field for statement in verdict.refusals] == refused
    assert [statement.field for statement in verdict.warnings] == warned


@pytest.mark.parametrize(
    ("kind", "body", "label"),
    [
        ("Endpoints", subset("[{ip: 'FD00::1'}]"), "endpoints.kubernetes.io/managed-by: endpoint-controller"),
        ("EndpointSlice", MAPPED, "endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io"),
    ],
)
def test_controllers_are_not_warned_of_their_own_addresses(kind: str, body: str, label: str) -> None:
    verdict = verdict_on(kind, body, "1.35", metadata=f"labels: {{{label}}}")
    assert not [statement for statement in verdict.warnings if statement.fault == "non-standard-address"]


@pytest.mark.parametrize(
    ("kind", "body", "help"),
    [
        ("Endpoints", subset("[{ip: 010.0.0.1}]"), "write `10.0.0.1`"),
        ("NetworkPolicy", BLOCK, "write `10.0.0.0/8`, or `10.0.0.1/32` for the address"),
        ("NetworkPolicy", port('{port: "80"}'), "write the number without quotes: 80"),
        ("NetworkPolicy", port("{port: 80, endPort: 79}"), "write a number from 80 to 65535"),
        ("Ingress", backend('{service: {name: a, port: {name: "80"}}}'), "write `number: 80`"),
    ],
)
def test_help(kind: str, body: str, help: str) -> None:
    assert [statement.help for statement in verdict_on(kind, body).refusals] == [help]
