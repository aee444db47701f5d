"""What the rules on selectors and ports propose, and where else they point: pages compare only what is found."""

from __future__ import annotations

from pathlib import Path

from kubelint.finding import Finding
from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Request, run

RULES = load_rules(plugin_manager())
TEMPLATE = (
    "{{metadata: {{labels: {{app: {app}}}}}, spec: {{containers: [{{name: {app}, image: web, ports: {ports}}}]}}}}"
)


def found(folder: Path, rule: str, *documents: str) -> Finding:
    """The only finding of a rule in these documents."""
    (folder / ".kubelint.yaml").touch()
    (folder / "web.yaml").write_text("---\n".join(documents), encoding="utf-8")
    (finding,) = run(Request(str(folder), (str(folder),), overrides={"select": (rule,)}), RULES).report.findings
    return finding


def related(finding: Finding) -> list[tuple[str, str]]:
    return [(place.span.text, place.message) for place in finding.related]


def service(name: str, spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def workload(kind: str, app: str, ports: str = "[]", more: str = "") -> str:
    template = TEMPLATE.format(app=app, ports=ports)
    selector = f"{{matchLabels: {{app: {app}}}}}"
    spec = f"{{{more}selector: {selector}, template: {template}}}"
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {app}}}\nspec: {spec}\n"


def test_the_nearest_port_name_is_proposed(tmp_path: Path) -> None:
    finding = found(
        tmp_path,
        "target-port-name-unresolved",
        service("web", "{selector: {app: web}, ports: [{port: 80, targetPort: htpp}]}"),
        workload("Deployment", "web", "[{name: http, containerPort: 8080}, {name: grpc, containerPort: 9000}]"),
    )
    assert finding.help == "write `http`, or call the container's port `htpp`"
    assert related(finding) == [("http", "this port is called `http`")]


def test_without_a_near_name_every_port_is_shown(tmp_path: Path) -> None:
    finding = found(
        tmp_path,
        "target-port-name-unresolved",
        service("web", "{selector: {app: web}, ports: [{port: 80, targetPort: metrics}]}"),
        workload("Deployment", "web", "[{name: http, containerPort: 8080}, {containerPort: 9000}]"),
    )
    assert finding.help == "call the container's port `metrics`, or write its number"
    assert related(finding) == [("http", "this port is called `http`"), ("9000", "this port is without a name")]


def test_the_headless_service_of_the_pods_is_proposed(tmp_path: Path) -> None:
    finding = found(
        tmp_path,
        "stateful-set-service",
        service("pods", "{clusterIP: None, selector: {app: queue}}"),
        service("queues", "{selector: {app: other}, ports: [{port: 80}]}"),
        workload("StatefulSet", "queue", more="serviceName: queue, "),
    )
    assert finding.help == "write `pods`"
    assert related(finding) == [("pods", "the Service `pods`")]


def test_without_one_the_nearest_name_is_proposed(tmp_path: Path) -> None:
    finding = found(
        tmp_path,
        "stateful-set-service",
        service("queues", "{selector: {app: other}, ports: [{port: 80}]}"),
        workload("StatefulSet", "queue", more="serviceName: queue, "),
    )
    assert finding.help == "write `queues`"


def test_both_names_of_one_port_are_shown(tmp_path: Path) -> None:
    finding = found(
        tmp_path,
        "port-name-duplicated-in-pod",
        service("web", "{selector: {app: web}, ports: [{port: 80, targetPort: http}]}"),
        workload("Deployment", "web", "[{name: http, containerPort: 8080}]").replace(
            "]}]", "]}, {name: proxy, image: proxy, ports: [{name: http, containerPort: 9080}]}]"
        ),
    )
    assert [words for _, words in related(finding)] == ["this one is taken, being the first", "this one is not"]
