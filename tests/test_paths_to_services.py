"""What leads to a Service beside its own manifest, and how `kubelint exposure` shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubelint.commands import kubelint

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: NAMESPACE, annotations: ANNOTATIONS}
spec:
  type: TYPE
  selector: {app: shop}
  ports: [{name: web, port: 80, targetPort: http}, {name: metrics, port: 9100}]
"""

Row = tuple[str, str, str]


def service(annotations: str = "{}", *, type: str = "ClusterIP", namespace: str = "null") -> str:
    return SERVICE.replace("ANNOTATIONS", annotations).replace("TYPE", type).replace("NAMESPACE", namespace)


def ingress(spec: str = "", annotations: str = "{}", *, name: str = "shop", namespace: str = "null") -> str:
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: front, namespace: {namespace}, annotations: {annotations}}}
spec: {{rules: [{{http: {{paths: [{{backend: {{service: {{name: {name}, port: {{name: web}}}}}}}}]}}}}], {spec}}}
"""


def route(kind: str = "HTTPRoute", parents: str = "[{name: gate}]", reference: str = "{name: shop, port: 80}") -> str:
    return f"""\
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: front}}
spec: {{parentRefs: {parents}, rules: [{{backendRefs: [{reference}]}}]}}
"""


def gateway(spec: str = "gatewayClassName: envoy", annotations: str = "{}") -> str:
    return f"""\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gate, annotations: {annotations}}}
spec: {{{spec}}}
"""


def other(api_version: str, kind: str, spec: str) -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: front}}\nspec: {spec}\n"


def pods(spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: shop, labels: {{app: shop}}}}\nspec: {spec}\n"


def surveyed(folder: Path, *documents: str, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    """The only Service of a project that is one file."""
    (folder / "shop.yaml").write_text("---\n".join(documents))
    return surveyed_in(folder, *arguments)


def surveyed_in(folder: Path, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(kubelint, ["exposure", "--isolated", "--format", "json", *arguments, str(folder)])
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.output)["services"]
    assert isinstance(found, dict)
    return found


def summary(found: dict[str, Any]) -> str:
    return f"{found['level']} {found['confidence']} {found['restriction']}"


NGINX, ALB = "nginx.ingress.kubernetes.io/", "alb.ingress.kubernetes.io/"
PUBLIC, INTERNAL, LIKELY_INTERNAL = "internet assumed none", "private assumed none", "private likely none"
NOT_REACHED = "cluster certain none"


def virtual_service(host: str, gateways: str) -> str:
    spec = f"{{gateways: {gateways}, http: [{{route: [{{destination: {{host: {host}}}}}]}}]}}"
    return other("networking.istio.io/v1", "VirtualService", spec)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([ingress()], PUBLIC),
        ([ingress("ingressClassName: nginx")], PUBLIC),
        ([ingress("ingressClassName: nginx-internal")], INTERNAL),
        ([ingress("ingressClassName: internalize")], PUBLIC),
        ([ingress("", "{kubernetes.io/ingress.class: gce-internal}")], INTERNAL),
        ([ingress("ingressClassName: alb")], LIKELY_INTERNAL),
        ([ingress("ingressClassName: alb", f"{{{ALB}scheme: internet-facing}}")], "internet likely none"),
        ([ingress("", f"{{{ALB}scheme: internal}}")], LIKELY_INTERNAL),
        ([ingress("", '{appgw.ingress.kubernetes.io/use-private-ip: "true"}')], LIKELY_INTERNAL),
        ([ingress("ingressClassName: tailscale")], INTERNAL),
        ([ingress("ingressClassName: tailscale", '{tailscale.com/funnel: "true"}')], "internet likely none"),
        ([ingress(name="other")], NOT_REACHED),
        ([ingress("", f"{{{NGINX}whitelist-source-range: 203.0.113.0/24}}")], "internet assumed ranges"),
        ([ingress("", f"{{{NGINX}whitelist-source-range: 0.0.0.0/0}}")], PUBLIC),
        ([ingress("", f"{{{NGINX}auth-type: basic}}")], "internet assumed opaque"),
        ([ingress("", f"{{{ALB}auth-type: none}}")], PUBLIC),
        ([ingress("", f"{{{ALB}inbound-cidrs: '10.0.0.0/8, 203.0.113.0/24'}}")], "internet assumed ranges"),
        ([route()], PUBLIC),
        ([route("GRPCRoute")], PUBLIC),
        ([route("TCPRoute")], PUBLIC),
        ([route(), gateway()], PUBLIC),
        ([route(), gateway("gatewayClassName: gke-l7-rilb")], INTERNAL),
        ([route(), gateway("gatewayClassName: a, addresses: [{value: 10.0.0.7}]")], LIKELY_INTERNAL),
        ([route(), gateway("gatewayClassName: a, addresses: [{value: 203.0.113.7}]")], PUBLIC),
        ([route(), gateway("gatewayClassName: istio-waypoint")], NOT_REACHED),
        ([route(), gateway(annotations="{networking.istio.io/service-type: ClusterIP}")], NOT_REACHED),
        ([route(), gateway(annotations="{networking.gke.io/load-balancer-type: Internal}")], LIKELY_INTERNAL),
        ([route(parents="[{name: gate}, {name: other}]"), gateway("gatewayClassName: a-private")], PUBLIC),
        ([route(parents="[{kind: Service, name: shop, group: ''}]")], NOT_REACHED),
        ([route(parents="[]")], NOT_REACHED),
        ([route(parents="[{name: internal-gateway}]")], INTERNAL),
        ([route(reference="{kind: Bucket, group: example.com, name: shop}")], NOT_REACHED),
        ([route(reference="{name: shop, namespace: elsewhere, port: 80}")], PUBLIC),
        ([virtual_service("shop", "[mesh]")], NOT_REACHED),
        ([virtual_service("shop.web.svc.cluster.local", "[mesh, front]")], PUBLIC),
        ([virtual_service("shop.example.com", "[front]")], NOT_REACHED),
        ([other("traefik.io/v1alpha1", "IngressRoute", "{routes: [{services: [{name: shop, port: 80}]}]}")], PUBLIC),
        ([other("route.openshift.io/v1", "Route", "{to: {kind: Service, name: shop}}")], PUBLIC),
        ([other("projectcontour.io/v1", "HTTPProxy", "{routes: [{services: [{name: shop, port: 80}]}]}")], PUBLIC),
        ([other("example.com/v1", "Ingress", "{defaultBackend: {service: {name: shop}}}")], NOT_REACHED),
    ],
)
def test_routers(tmp_path: Path, others: list[str], expected: str) -> None:
    assert summary(surveyed(tmp_path, service(), *others)) == expected


@pytest.mark.parametrize(
    ("own", "ingress_in", "expected"),
    [
        ("web", "web", "internet"),
        ("web", "null", "internet"),
        ("null", "web", "internet"),
        ("web", "dev", "cluster"),
    ],
)
def test_an_ingress_reaches_its_own_namespace(tmp_path: Path, own: str, ingress_in: str, expected: str) -> None:
    assert surveyed(tmp_path, service(namespace=own), ingress(namespace=ingress_in))["level"] == expected


@pytest.mark.parametrize(
    ("folder", "namespace", "expected"),
    [
        ("a", "null", "internet"),
        ("b", "null", "internet"),
        ("c/d", "null", "cluster"),
        ("c/d", "web", "internet"),
        ("c/d", "default", "cluster"),
    ],
)
def test_what_lies_far_away_counts_only_in_one_named_namespace(
    tmp_path: Path, folder: str, namespace: str, expected: str
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps/a").mkdir(parents=True)
    (tmp_path / "apps/a/service.yaml").write_text(service(namespace=namespace))
    other = tmp_path / ("c/d" if folder == "c/d" else f"apps/{folder}")
    other.mkdir(parents=True, exist_ok=True)
    (other / "ingress.yaml").write_text(ingress(namespace=namespace))
    assert surveyed_in(tmp_path)["level"] == expected


ONLY_INSIDE = ("cluster", "cluster-ip", "ClusterIP")


def one_port(port: str, spec: str = "") -> str:
    return f"{{{spec} containers: [{{ports: [{{{port}}}]}}]}}"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (one_port("name: http, containerPort: 8080, hostPort: 80"), ("node", "host-port", "80")),
        (one_port("name: http, containerPort: 8080"), ONLY_INSIDE),
        (one_port("name: other, containerPort: 8080, hostPort: 80"), ONLY_INSIDE),
        (one_port("name: http, containerPort: 8080, hostPort: 80, protocol: UDP"), ONLY_INSIDE),
        (one_port("name: http, containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1"), ONLY_INSIDE),
        (one_port("name: http, containerPort: 8080", "hostNetwork: true,"), ("node", "host-port", "true")),
        (one_port("name: http, containerPort: 8080", "hostNetwork: false,"), ONLY_INSIDE),
    ],
)
def test_host_ports_of_the_selected_pods(tmp_path: Path, spec: str, expected: tuple[str, str, str | None]) -> None:
    found = surveyed(tmp_path, service(), pods(spec))
    (first, *_) = found["paths"]
    assert (found["level"], first["via"], first["evidence"][0]["value"]) == expected


LBC = "service.beta.kubernetes.io/aws-load-balancer-"


@pytest.mark.parametrize(
    ("annotations", "type", "provider", "expected"),
    [
        (f"{{{LBC}type: external, {LBC}nlb-target-type: ip}}", "ClusterIP", None, "private likely none"),
        (f"{{{LBC}type: nlb-ip, {LBC}scheme: internet-facing}}", "ClusterIP", None, "internet likely none"),
        (f"{{{LBC}type: external, {LBC}nlb-target-type: instance}}", "ClusterIP", None, "cluster certain none"),
        (f"{{{LBC}type: external, {LBC}nlb-target-type: instance}}", "NodePort", None, "private likely none"),
        (f"{{{LBC}type: external, {LBC}nlb-target-type: ip}}", "NodePort", "gke", "node certain none"),
        ('{tailscale.com/expose: "true"}', "ClusterIP", None, "private likely none"),
        ('{tailscale.com/expose: "false"}', "ClusterIP", None, "cluster certain none"),
        ('{tailscale.com/funnel: "true"}', "ClusterIP", None, "cluster certain none"),
        ('{cloud.google.com/neg: \'{"exposed_ports": {"80": {}}}\'}', "ClusterIP", None, "unknown certain none"),
        ("{cloud.google.com/neg: '{\"exposed_ports\": {}}'}", "ClusterIP", None, "cluster certain none"),
        ("{cloud.google.com/neg: '{\"ingress\": true}'}", "ClusterIP", None, "cluster certain none"),
        ("{cloud.google.com/neg: 'exposed_ports'}", "ClusterIP", None, "cluster certain none"),
    ],
)
def test_annotations_that_open_a_path_whatever_the_type(
    tmp_path: Path, annotations: str, type: str, provider: str | None, expected: str
) -> None:
    arguments = ("--provider", provider) if provider else ()
    assert summary(surveyed(tmp_path, service(annotations, type=type), arguments=arguments)) == expected


POOL = "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: lan}\n"


@pytest.mark.parametrize(
    ("place", "annotations", "arguments", "expected"),
    [
        ("apps/a/pool.yaml", "{}", (), "unknown likely none"),
        ("apps/b/pool.yaml", "{}", (), "unknown likely none"),
        ("other/pool.yaml", "{}", (), "internet assumed none"),
        ("apps/a/pool.yaml", "{}", ("--provider", "gke"), "internet certain none"),
        ("apps/a/pool.yaml", "{networking.gke.io/load-balancer-type: Internal}", (), "private certain none"),
    ],
)
def test_a_pool_of_addresses_shows_who_makes_the_load_balancer(
    tmp_path: Path, place: str, annotations: str, arguments: tuple[str, ...], expected: str
) -> None:
    (tmp_path / ".git").mkdir()
    for name, text in (("apps/a/service.yaml", service(annotations, type="LoadBalancer")), (place, POOL)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert summary(surveyed_in(tmp_path, *arguments)) == expected


def test_the_json_names_every_path_with_its_evidence(tmp_path: Path) -> None:
    found = surveyed(tmp_path, service(type="LoadBalancer", namespace="web"), ingress())
    path = str(tmp_path / "shop.yaml")
    assert found == {
        "path": path,
        "line": 1,
        "namespace": "web",
        "name": "shop",
        "level": "internet",
        "confidence": "assumed",
        "restriction": "none",
        "paths": [
            {
                "level": "internet",
                "via": "load-balancer",
                "evidence": [
                    {"field": "spec.type", "value": "LoadBalancer", "path": path, "line": 5},
                ],
            },
            {
                "level": "internet",
                "via": "ingress",
                "evidence": [
                    {
                        "field": "spec.rules[0].http.paths[0].backend.service.name",
                        "value": "shop",
                        "path": path,
                        "line": 12,
                    }
                ],
            },
            {
                "level": "node",
                "via": "node-port",
                "evidence": [{"field": "spec.type", "value": "LoadBalancer", "path": path, "line": 5}],
            },
        ],
    }


def test_the_table_draws_every_path(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(
        service(type="LoadBalancer").replace("port: 80,", "port: 80, nodePort: 31443,")
        + "---\n"
        + ingress()
        + "---\n"
        + pods("{containers: [{image: registry.example.com/web/shop:2.1, ports: [{name: http, containerPort: 8080}]}]}")
    )
    result = CliRunner().invoke(kubelint, ["exposure", "--isolated", "--provider", "gke", str(tmp_path / "shop.yaml")])
    lines = [line.split("internet  ", 1)[-1].strip() for line in result.output.splitlines()[1:]]
    assert result.output.splitlines()[0].split() == ["SERVICE", "WHERE", "LEVEL", "PATHS"]
    assert lines == [
        "internet → load balancer (gke) → node:31443 → shop:80 → pod shop:2.1",
        "internet → load balancer (gke) → shop:9100 → pod shop:2.1",
        "internet → Ingress front → shop:80 → pod shop:2.1",
        "nodes' network → node:31443 → shop:80 → pod shop:2.1",
        "nodes' network → node port → shop:9100 → pod shop:2.1",
    ]


def kustomized(folder: Path, kustomization: str, *, type: str = "LoadBalancer") -> dict[str, Any]:
    (folder / ".git").mkdir()
    (folder / "service.yaml").write_text(service(type=type))
    (folder / "kustomization.yaml").write_text(f"resources: [service.yaml]\n{kustomization}")
    return surveyed_in(folder)


@pytest.mark.parametrize(
    ("kustomization", "level"),
    [
        ("", "internet"),
        ("commonAnnotations: {networking.gke.io/load-balancer-type: Internal}", "unknown"),
        ("commonAnnotations: {team: web}", "internet"),
        (
            "patches:\n- target: {kind: Service}\n  patch: '[{op: replace, path: /spec/type, value: ClusterIP}]'",
            "unknown",
        ),
        (
            "patches:\n- target: {kind: Service}\n  patch: '[{op: add, path: /spec/ports/-, value: {port: 81}}]'",
            "internet",
        ),
        (
            "patches:\n- target: {kind: Deployment}\n  patch: '[{op: add, path: /spec/strategy/type, value: a}]'",
            "internet",
        ),
        (
            "patches:\n- patch: |\n    kind: Service\n    metadata:\n      name: shop\n      annotations:\n"
            "        service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
            "unknown",
        ),
        (
            "patches:\n- target: {kind: Service}\n  patch: '[{op: add, "
            "path: /metadata/annotations/networking.gke.io~1load-balancer-type, value: Internal}]'",
            "unknown",
        ),
    ],
)
def test_what_a_kustomization_changes_is_not_known(tmp_path: Path, kustomization: str, level: str) -> None:
    assert kustomized(tmp_path, kustomization)["level"] == level


@pytest.mark.parametrize(
    ("version", "backend", "level"),
    [
        ("networking.k8s.io/v1", "service: {name: shop, port: {number: 80}}", "internet"),
        ("networking.k8s.io/v1", "serviceName: shop, servicePort: 80", "cluster"),
        ("networking.k8s.io/v1beta1", "serviceName: shop, servicePort: 80", "cluster"),
        ("networking.k8s.io/v1", "service: {name: shop, port: {name: use-annotation}}", "cluster"),
    ],
)
def test_an_ingress_that_the_server_refuses_opens_nothing(
    tmp_path: Path, version: str, backend: str, level: str
) -> None:
    found = (
        f"apiVersion: {version}\nkind: Ingress\nmetadata: {{name: a}}\nspec: {{rules: [{{http: {{paths: [{{backend: "
    )
    assert surveyed(tmp_path, service(), f"{found}{{{backend}}}}}]}}}}]}}\n")["level"] == level


@pytest.mark.parametrize(
    "route",
    [
        other(
            "traefik.io/v1alpha1", "IngressRoute", "{routes: [{middlewares: [{name: a}], services: [{name: shop}]}]}"
        ),
        other("projectcontour.io/v1", "HTTPProxy", "{routes: [{ipAllowPolicy: [{}], services: [{name: shop}]}]}"),
    ],
)
def test_what_stands_before_a_route_is_out_of_sight(tmp_path: Path, route: str) -> None:
    assert summary(surveyed(tmp_path, service(), route)) == "internet assumed opaque"


def test_a_gateway_gives_its_annotations_to_its_service(tmp_path: Path) -> None:
    annotations = "{service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}"
    spec = f"gatewayClassName: a, infrastructure: {{annotations: {annotations}}}"
    assert surveyed(tmp_path, service(), route(), gateway(spec))["level"] == "private"


def test_a_folder_without_services_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(kubelint, ["exposure", "--isolated", str(tmp_path)])
    assert (result.exit_code, result.output) == (0, "no Service found\n")


def test_wrong_requests_end_with_a_clear_message(tmp_path: Path) -> None:
    missing = CliRunner().invoke(kubelint, ["exposure", str(tmp_path / "nothing.yaml")])
    assert missing.exit_code != 0
    assert "nothing.yaml" in missing.output
    provider = CliRunner().invoke(kubelint, ["exposure", "--isolated", "--provider", "gks", str(tmp_path)])
    assert provider.exit_code != 0
    assert "gks" in provider.output


def test_texts_that_nobody_writes_are_survived(tmp_path: Path) -> None:
    deep = '{"exposed_ports": ' + "[" * 200_000 + "}"
    long = "9" * 5_000
    annotations = f"{{cloud.google.com/neg: '{deep}', {LBC}healthcheck-timeout: '{long}'}}"
    (tmp_path / "shop.yaml").write_text(service(annotations).replace("targetPort: http", f"targetPort: '{long}'"))
    assert surveyed_in(tmp_path)["level"] == "cluster"
    linted = CliRunner().invoke(kubelint, ["lint", "--isolated", "--format", "json", str(tmp_path)])
    assert json.loads(linted.stdout)["errors"] == []


def test_what_is_not_judged_is_counted(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(service().replace("{name: shop", "{name: '${NAME}'"))
    result = CliRunner().invoke(kubelint, ["exposure", "--isolated", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (0, "no Service found\n")
    assert result.stderr == "1 document skipped (`kubelint lint --verbose` lists them)\n"
