"""What shows that something is missing which an object names, and what leaves it open: the cases that no page tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Request, run

RULES = load_rules(plugin_manager())
GATEWAY_API = "gateway.networking.k8s.io"


def service(name: str = "orders", ports: str = "{port: 80}", namespace: str | None = None, more: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{where}}}\n"
        f"spec: {{selector: {{app: {name}}}, ports: [{ports}]{more}}}\n---\n"
    )


def ingress(name: str, port: str = "{number: 80}", namespace: str | None = None, version: str = "v1") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: networking.k8s.io/{version}\nkind: Ingress\nmetadata: {{name: web{where}}}\n"
        f"spec: {{defaultBackend: {{service: {{name: {name}, port: {port}}}}}}}\n---\n"
    )


def route(parent: str, kind: str = "HTTPRoute", group: str = GATEWAY_API) -> str:
    return (
        f"apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: web, namespace: shop}}\n"
        f"spec: {{parentRefs: [{parent}]}}\n---\n"
    )


def destination(host: str) -> str:
    return (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
        f"spec: {{hosts: [web], http: [{{route: [{{destination: {{host: {host}}}}}]}}]}}\n---\n"
    )


def named(api_version: str, kind: str, name: str, spec: str = "{}", namespace: str | None = None) -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec: {spec}\n---\n"


def monitor(selector: str = "{matchLabels: {app: a}}", port: str = "web", namespace: str = "") -> str:
    spec = f"{{selector: {selector}, endpoints: [{{port: {port}}}]{namespace}}}"
    return named("monitoring.coreos.com/v1", "ServiceMonitor", "watch", spec)


def labelled(name: str, labels: str, ports: str = "{name: http, port: 80}", more: str = "") -> str:
    return service(name, ports, more=more).replace("metadata: {", f"metadata: {{labels: {labels}, ")


DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\n"
    "spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}}}\n---\n"
)
GATEWAY = named(f"{GATEWAY_API}/v1", "Gateway", "edge", "{listeners: [{name: http, port: 80}]}", "shop")
SHUT = named(f"{GATEWAY_API}/v1", "Gateway", "shut", "{}", "shop")
HOOK = (
    "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: a}\n"
    "webhooks: [{name: a.example.com, clientConfig: {service: {name: orders, namespace: system}}}]\n---\n"
)
KUSTOMIZATION = "resources: [a.yaml]\nnamespace: shop\n"


def entry(host: str, kind: str = "ServiceEntry") -> str:
    return named("networking.istio.io/v1", kind, "entry", f"{{hosts: ['{host}']}}")


FOUND, OPEN, SILENT = "found", "open", "silent"


@pytest.mark.parametrize(
    ("rule", "expected", "files"),
    [
        ("ingress-backend-missing", FOUND, {"Chart.yaml": "", "a.yaml": ingress("billing"), "b.yaml": service()}),
        ("ingress-backend-missing", OPEN, {"a.yaml": ingress("billing"), "b.yaml": service()}),
        (
            "ingress-backend-missing",
            FOUND,
            {"a.yaml": ingress("billing"), "b.yaml": service(), "c.yaml": DEPLOYMENT.replace("NAME", "billing")},
        ),
        (
            "ingress-backend-missing",
            OPEN,
            {"a.yaml": ingress("billing"), "b.yaml": service(), "c.yaml": DEPLOYMENT.replace("NAME", "basket")},
        ),
        (
            "ingress-backend-missing",
            OPEN,
            {"a.yaml": ingress("billing"), "b.yaml": service(), "c/c.yaml": DEPLOYMENT.replace("NAME", "billing")},
        ),
        ("ingress-backend-missing", SILENT, {"a.yaml": ingress("kubernetes") + service()}),
        ("ingress-backend-missing", FOUND, {"a.yaml": ingress("kubernetes", namespace="x") + service(namespace="x")}),
        ("ingress-backend-missing", OPEN, {"a/a/a.yaml": ingress("order"), "b/b/b.yaml": service()}),
        (
            "ingress-backend-missing",
            FOUND,
            {"a.yaml": ingress("edge-web") + service() + GATEWAY.replace("edge", "east")},
        ),
        ("ingress-backend-missing", SILENT, {"a.yaml": ingress("'${NAME}'") + service()}),
        ("ingress-backend-missing", SILENT, {"a.yaml": destination("order") + service()}),
        ("ingress-backend-port", SILENT, {"a.yaml": ingress("orders", "{name: '${PORT}'}") + service()}),
        ("ingress-backend-port", SILENT, {"a.yaml": ingress("orders", "{}") + service()}),
        ("ingress-backend-port", SILENT, {"a.yaml": ingress("orders", "{name: '81'}") + service()}),
        (
            "ingress-backend-port",
            SILENT,
            {"a.yaml": ingress("orders", "{number: 81}") + service(more=", type: ExternalName, externalName: a.b")},
        ),
        ("ingress-backend-port", SILENT, {"a.yaml": ingress("orders", "{number: 81}") + service(ports="")}),
        (
            "ingress-backend-port",
            OPEN,
            {"a/b/a.yaml": ingress("orders", "{number: 81}", "shop"), "c/d/b.yaml": service()},
        ),
        (
            "ingress-backend-port",
            OPEN,
            {
                "a/b/a.yaml": ingress("orders", "{number: 81}"),
                "c/d/b.yaml": service(ports="{port: 80, targetPort: 81}"),
            },
        ),
        ("route-backend-missing", SILENT, {"a.yaml": destination("order.shop") + service(namespace="shop")}),
        ("route-backend-missing", SILENT, {"a.yaml": destination("order@file") + service()}),
        ("route-backend-missing", SILENT, {"a.yaml": destination("order") + entry("*") + service()}),
        (
            "route-backend-missing",
            SILENT,
            {"a.yaml": destination("order") + entry("*.shop.svc.cluster.local") + service()},
        ),
        ("route-backend-missing", FOUND, {"a.yaml": destination("order") + entry("order", "Sidecar") + service()}),
        (
            "webhook-service-missing",
            SILENT,
            {"kustomization.yaml": KUSTOMIZATION, "a.yaml": HOOK + service(ports="{port: 443}")},
        ),
        (
            "ingress-backend-missing",
            FOUND,
            {
                "kustomization.yaml": "resources: [a.yaml]",
                "a.yaml": ingress("orders", namespace="web") + service(namespace="shop"),
            },
        ),
        ("gateway-missing", FOUND, {"a.yaml": route("{name: egde}") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: egde}", kind="TraefikService") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: egde}", group="example.com") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: egde, group: example.com}") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: '${GATEWAY}'}") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{namespace: shop}") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: edge, namespace: '${SHOP}'}") + GATEWAY}),
        (
            "webhook-service-missing",
            SILENT,
            {"a.yaml": HOOK.replace("system", "'${SHOP}'") + service(namespace="shop")},
        ),
        ("webhook-service-missing", FOUND, {"a.yaml": HOOK + service(namespace="shop")}),
        (
            "service-monitor-matches-nothing",
            OPEN,
            {
                "a.yaml": monitor(namespace=", namespaceSelector: {matchNames: ['${SHOP}']}")
                + labelled("a", "{app: a}, namespace: shop")
            },
        ),
        (
            "service-monitor-matches-nothing",
            FOUND,
            {
                "a.yaml": monitor(namespace=", namespaceSelector: {matchNames: [web]}")
                + labelled("a", "{app: a}, namespace: shop")
            },
        ),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: edge, sectionName: '${LISTENER}'}") + GATEWAY}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: shut, sectionName: http}") + SHUT}),
        ("gateway-missing", SILENT, {"a.yaml": route("{name: shut}") + SHUT}),
        ("service-monitor-port", FOUND, {"a.yaml": monitor() + labelled("a", "{app: a}")}),
        ("service-monitor-port", SILENT, {"a.yaml": monitor(port="'${PORT}'") + labelled("a", "{app: a}")}),
        ("service-monitor-port", SILENT, {"a.yaml": monitor(port="''") + labelled("a", "{app: a}")}),
        ("service-monitor-port", SILENT, {"a.yaml": monitor() + labelled("a", "{app: a}", ports="")}),
        (
            "service-monitor-port",
            SILENT,
            {"a.yaml": monitor() + labelled("a", "{app: a}", more=", type: ExternalName, externalName: a.b")},
        ),
        (
            "service-monitor-port",
            OPEN,
            {"a/a.yaml": monitor(), "b/b.yaml": labelled("a", "{app: a}"), "c/c.yaml": labelled("b", "{app: a}")},
        ),
        ("service-monitor-matches-nothing", FOUND, {"a.yaml": monitor() + labelled("orders", "{app: b}")}),
        ("service-monitor-matches-nothing", SILENT, {"a.yaml": monitor("null") + labelled("orders", "{app: b}")}),
        (
            "service-monitor-matches-nothing",
            OPEN,
            {"a.yaml": monitor(namespace=", namespaceSelector: {any: true}") + labelled("orders", "{app: b}")},
        ),
        (
            "service-monitor-matches-nothing",
            FOUND,
            {"a.yaml": monitor(namespace=", namespaceSelector: {any: false}") + labelled("orders", "{app: b}")},
        ),
        ("service-monitor-matches-nothing", OPEN, {"a.yaml": monitor(), "b.yaml": labelled("orders", "{app: b}")}),
        (
            "service-monitor-matches-nothing",
            FOUND,
            {"Chart.yaml": "", "a.yaml": monitor(), "b.yaml": labelled("orders", "{app: b}")},
        ),
    ],
)
def test_references(tmp_path: Path, rule: str, expected: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = str(tmp_path)
    report = run(Request(folder, (folder,), isolated=True, overrides={"select": (rule,)}), RULES).report
    assert not report.faults
    assert (FOUND if report.findings else OPEN if report.undecided else SILENT) == expected


def test_a_reference_that_cannot_be_decided_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        HOOK.replace("webhooks: [", "webhooks: [{clientConfig: {service: {name: a, namespace: other}}}, ")
        + service(ports="{port: 8443}", namespace="system"),
        encoding="utf-8",
    )
    folder = str(tmp_path)
    select = ("webhook-service-missing",)
    report = run(Request(folder, (folder,), isolated=True, overrides={"select": select}), RULES).report
    assert [finding.message for finding in report.findings] == ["Service orders has no port 443; it has port 8443"]
    assert [undecided.why for undecided in report.undecided] == ["no Service of its namespace is among the manifests"]
