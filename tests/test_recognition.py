"""What stands behind a port: which signs decide, which agree, which take the weight from others, and how bad it is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from kubelint.cluster import Cluster
from kubelint.exposed import exposed
from kubelint.exposure import Exposure, Level, Path, Via, exposure_of
from kubelint.finding import Finding, Severity
from kubelint.parser import parse
from kubelint.recognition import Kind, Recognition, Strength, recognised
from kubelint.resources import Service, Workload, resources_in
from kubelint.source import Source

CERTAIN, SUSPECTED = Strength.CERTAIN, Strength.SUSPECTED
NAME = "app.kubernetes.io/name"
INTERNAL = {"networking.gke.io/load-balancer-type": "Internal"}
ONE_NETWORK = {"loadBalancerSourceRanges": ["203.0.113.0/24"]}


def read(*objects: dict[str, Any]) -> list[Any]:
    """The views of objects, from the text that they have as JSON."""
    found = []
    for written in objects:
        text = json.dumps(written)
        document = parse(Source("example.json", text), 0, len(text))
        assert document.problem is None, document.problem
        found += resources_in(document.root)
    return found


def service(
    *ports: dict[str, Any],
    name: str = "orders",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> Service:
    metadata = {"name": name, "labels": labels or {}, "annotations": annotations or {}}
    written = {"type": "LoadBalancer", "selector": {"app": "orders"}, "ports": list(ports), **spec}
    (found,) = read({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": written})
    assert isinstance(found, Service)
    return found


def pod(image: str, *ports: tuple[str, int], labels: dict[str, str] | None = None, **container: Any) -> Workload:
    declared = [{"name": name, "containerPort": number} for name, number in ports]
    containers = [{"name": "main", "image": image, "ports": declared, **container}]
    metadata = {"name": "orders", "labels": {"app": "orders", **(labels or {})}}
    (found,) = read({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}})
    assert isinstance(found, Workload)
    return found


def told(of: Service, *workloads: Workload) -> tuple[str, Strength] | None:
    """The name and the strength of what is behind the first port."""
    found = recognised(of, of.ports[0], workloads)
    return None if found is None else (found.name, found.strength)


def surely(of: Service, *workloads: Workload) -> Recognition:
    found = recognised(of, of.ports[0], workloads)
    assert found is not None
    return found


def words(found: Recognition) -> list[str]:
    return [sign.words for sign in found.signs]


# What decides


def test_a_listed_image_decides_whatever_the_number() -> None:
    found = surely(service({"port": 80, "targetPort": 4711}), pod("postgres:17"))
    assert (found.technology.id, found.strength, found.kind) == ("postgresql", CERTAIN, Kind.DATA_STORE)
    assert words(found) == ["the image of PostgreSQL"]


def test_an_image_weighs_more_than_a_label_and_a_number() -> None:
    redis = service({"name": "gcs", "port": 6379}, labels={NAME: "redis"})
    assert told(redis, pod("rayproject/ray:2.44.0")) == ("Ray", CERTAIN)
    assert told(redis, pod("acme/training:1")) == ("Redis", CERTAIN)


def test_a_variable_that_only_the_server_is_given_decides_on_a_port_of_its_own() -> None:
    given = pod("acme/databases:1", env=[{"name": "PGADMIN_DEFAULT_EMAIL", "value": "a@example.com"}])
    assert told(service({"port": 80}), given) == ("pgAdmin", CERTAIN)
    assert told(service({"port": 8888}), given) is None


@pytest.mark.parametrize(
    "container",
    [
        {"env": [{"name": "JAVA_TOOL_OPTIONS", "value": "-Xmx1g -agentlib:jdwp=transport=dt_socket,address=*:5005"}]},
        {"command": ["java", "-agentlib:jdwp=transport=dt_socket,address=*:5005", "-jar", "orders.jar"]},
        {"args": ["-agentlib:jdwp=transport=dt_socket,address=*:5005"]},
        {"command": ["sh", "-c", "exec java -agentlib:jdwp=transport=dt_socket,address=*:5005 -jar orders.jar"]},
    ],
)
def test_an_argument_that_starts_it_decides_on_a_port_of_its_own(container: dict[str, Any]) -> None:
    running = pod("acme/orders:1", **container)
    assert told(service({"port": 5005}), running) == ("a Java debugger", CERTAIN)
    assert told(service({"port": 80, "targetPort": 8080}), running) is None


def test_a_label_decides_on_a_port_of_its_own() -> None:
    labels = {NAME: "grafana"}
    assert told(service({"port": 3000}, labels=labels)) == ("Grafana", CERTAIN)
    assert told(service({"port": 3000}, selector=labels)) == ("Grafana", CERTAIN)
    assert told(service({"port": 3000}), pod("acme/boards:1", labels=labels)) == ("Grafana", CERTAIN)
    assert told(service({"port": 8081}, labels=labels)) is None


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("orders", {"name": "redis", "port": 6379}),
        ("sessions-redis", {"port": 6379}),
        ("orders", {"port": 6379, "appProtocol": "redis"}),
        ("sessions-redis", {"port": 80, "targetPort": "redis"}),
        ("orders", {"port": 80, "targetPort": 6379, "name": "tcp-redis"}),
    ],
)
def test_two_signs_that_agree_decide(name: str, port: dict[str, Any]) -> None:
    assert told(service(port, name=name)) == ("Redis", CERTAIN)


def test_a_name_and_a_number_that_other_things_use_as_well_agree() -> None:
    assert told(service({"port": 80, "targetPort": 9000}, name="orders-minio")) == ("MinIO", CERTAIN)
    assert told(service({"port": 3000}, name="grafana")) == ("Grafana", CERTAIN)
    assert told(service({"port": 8080}, name="kafka-ui")) is None, "everything listens on 8080"
    assert told(service({"port": 9000}, name="minio-client")) is None, "a client is called like what it dials"


def test_an_image_that_is_called_like_it_needs_a_second_sign() -> None:
    assert told(service({"port": 80}), pod("acme/redis:1")) is None
    assert told(service({"port": 6379}), pod("acme/redis:1")) == ("Redis", CERTAIN)
    assert told(service({"port": 3000}), pod("acme/grafana:1")) is None
    assert told(service({"port": 3000}, name="grafana"), pod("acme/grafana:1")) == ("Grafana", CERTAIN)


def test_a_number_alone_is_a_suspicion() -> None:
    found = surely(service({"port": 80, "targetPort": 5432}))
    assert (found.name, found.technology.id, found.strength) == ("PostgreSQL", "postgresql", SUSPECTED)
    assert words(found) == ["the port of PostgreSQL"]


def test_two_numbers_of_one_family_are_no_two_signs() -> None:
    assert told(service({"port": 6379, "targetPort": 6380})) == ("Redis", SUSPECTED)


def test_a_named_target_is_resolved() -> None:
    found = surely(service({"port": 80, "targetPort": "store"}), pod("acme/orders:1", ("web", 80), ("store", 27017)))
    assert (found.name, found.strength) == ("MongoDB", SUSPECTED)


@pytest.mark.parametrize("number", [80, 443, 1883, 3000, 6443, 8080, 9000, 9090, 10250])
def test_a_generic_number_alone_says_nothing(number: int) -> None:
    assert told(service({"port": number})) is None


def test_a_number_means_something_over_its_own_protocol_only() -> None:
    assert told(service({"port": 27017, "protocol": "UDP"})) is None
    assert told(service({"port": 11211, "protocol": "UDP"})) == ("Memcached", SUSPECTED)
    assert told(service({"port": 161, "protocol": "UDP"})) == ("SNMP", SUSPECTED)
    assert told(service({"port": 161})) is None


def test_a_port_that_is_called_something_else_is_no_suspicion() -> None:
    assert told(service({"name": "postgres", "port": 3389})) is None
    assert told(service({"name": "ldap", "port": 3389})) == ("LDAP", CERTAIN)
    assert told(service({"name": "data", "port": 3389})) == ("the remote desktop (RDP)", SUSPECTED)


def test_the_name_of_the_service_does_not_speak_for_each_of_its_ports() -> None:
    assert told(service({"port": 6379}, name="orders-mysql")) == ("Redis", SUSPECTED)


def test_of_two_answers_the_milder_one_counts() -> None:
    found = surely(service({"name": "ssh", "port": 22}, name="code-gitea"))
    assert (found.technology.id, found.severity, found.kind) == ("gitea", "low", Kind.REMOTE_ACCESS)
    assert told(service({"name": "ssh", "port": 22}, name="bastion")) == ("SSH", CERTAIN)


# What is something else


@pytest.mark.parametrize(
    ("of", "image"),
    [
        (service({"port": 5432}), "bitnami/pgbouncer:1"),
        (service({"port": 6379}), "haproxy:3"),
        (service({"port": 6379}), "envoyproxy/envoy:v1.34.0"),
        (service({"port": 5432}, name="postgres-operator"), "acme/orders:1"),
        (service({"port": 9121}, name="orders"), "acme/pdf_exporter:1"),
        (service({"name": "web", "port": 80, "targetPort": 8080}), "traefik:v3"),
        (service({"port": 443, "targetPort": 8443}, labels={NAME: "ingress-nginx"}), "ingress-nginx/controller:v1"),
        (service({"port": 8080}, labels={NAME: "keycloak"}), "quay.io/keycloak/keycloak:26"),
        (service({"port": 50000}, name="jenkins-agent"), "jenkins/jenkins:lts"),
        (service({"port": 8081}, name="argocd-repo-server"), "quay.io/argoproj/argocd:v3.0.0"),
        (service({"port": 80, "targetPort": 3000}, name="my-grafana-plugin"), "acme/my-grafana-plugin:1"),
        (service({"port": 443}, name="vault-agent-injector-svc"), "hashicorp/vault-k8s:1"),
    ],
)
def test_companions_and_public_ports_are_nothing(of: Service, image: str) -> None:
    assert of.ports[0].number != 9121 or told(of, pod(image)) == ("a metrics exporter", CERTAIN)
    assert of.ports[0].number == 9121 or told(of, pod(image)) is None


def test_a_label_of_the_service_marks_a_companion() -> None:
    labels = {"app.kubernetes.io/component": "metrics"}
    assert told(service({"name": "redis", "port": 6379})) == ("Redis", CERTAIN)
    assert told(service({"name": "redis", "port": 6379}, labels=labels)) is None


def test_names_of_consoles_need_a_port_of_their_own() -> None:
    assert told(service({"name": "kibana", "port": 5601}, name="kibana")) == ("Kibana", CERTAIN)
    assert told(service({"name": "kibana", "port": 8081}, name="kibana")) is None
    assert told(service({"port": 27017, "protocol": "UDP"}, name="arena-mongo")) is None


def test_one_label_is_one_sign_wherever_it_is_repeated() -> None:
    labels = {NAME: "grafana"}
    found = surely(service({"port": 3000}, labels=labels, selector=labels), pod("acme/boards:1", labels=labels))
    assert words(found) == ["the label of Grafana"]


def test_a_shared_number_is_one_sign_for_two_names() -> None:
    found = surely(service({"name": "minio", "port": 9000}, name="minio"))
    assert sorted(words(found)) == ["a Service that is called MinIO", "a port of MinIO", "a port that is called MinIO"]


def test_what_exports_documents_is_no_exporter() -> None:
    assert told(service({"port": 80, "targetPort": 8080}), pod("acme/pdf-exporter:1")) is None


# Roles and kinds


def test_a_port_that_is_called_metrics_is_not_the_console_that_uses_its_number() -> None:
    argo = pod("quay.io/argoproj/argocd:v3.0.0", ("metrics", 8080))
    found = surely(service({"name": "metrics", "port": 8080, "targetPort": "metrics"}), argo)
    assert found.name == "a metrics endpoint"
    assert surely(service({"port": 8080}), argo).name == "Argo CD"
    loki = surely(service({"name": "http-metrics", "port": 3100}), pod("grafana/loki:3"))
    assert loki.name == "Loki", "what is telemetry throughout may call its only port so"


def test_metrics_are_telemetry_whatever_they_are_the_metrics_of() -> None:
    etcd = pod("quay.io/coreos/etcd:v3.6.0")
    found = surely(service({"port": 2381}), etcd)
    assert (found.name, found.kind, found.severity) == ("the metrics endpoint of etcd", Kind.TELEMETRY, "medium")
    assert surely(service({"port": 2379}), etcd).kind is Kind.ADMIN_INTERFACE
    assert surely(service({"port": 2380}), etcd).role == "peer"


def test_a_port_that_is_called_metrics_is_not_the_store_beside_it() -> None:
    beside = pod("redis:8", ("redis", 6379), ("metrics", 9121))
    assert told(service({"name": "metrics", "port": 9121, "targetPort": "metrics"}), beside) == (
        "a metrics endpoint",
        CERTAIN,
    )
    assert told(service({"name": "redis-metrics", "port": 9121}), pod("redis:8")) is None


def test_a_container_is_read_only_where_the_port_leads_to_it() -> None:
    web = service({"port": 80, "targetPort": "http"})
    assert told(web, pod("acme/orders:1", ("http", 8080)), pod("postgres:17", ("sql", 5432))) is None


@pytest.mark.parametrize(
    ("of", "kind"),
    [
        (service({"name": "kibana", "port": 5601}), Kind.ADMIN_INTERFACE),
        (service({"name": "ollama", "port": 11434}), Kind.ADMIN_INTERFACE),
        (service({"name": "jolokia", "port": 8778}), Kind.ADMIN_INTERFACE),
        (service({"name": "rdp", "port": 3389}), Kind.REMOTE_ACCESS),
        (service({"name": "pprof", "port": 6060}), Kind.TELEMETRY),
        (service({"name": "minio", "port": 9000}), Kind.DATA_STORE),
    ],
)
def test_kinds(of: Service, kind: Kind) -> None:
    assert surely(of).kind is kind


# Authentication


@pytest.mark.parametrize(
    ("image", "container"),
    [
        ("postgres:17", {"env": [{"name": "POSTGRES_HOST_AUTH_METHOD", "value": "trust"}]}),
        ("mysql:8", {"env": [{"name": "MYSQL_ALLOW_EMPTY_PASSWORD", "value": "1"}]}),
        ("phpmyadmin:5", {"env": [{"name": "PMA_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]}),
        ("docker:28-dind", {"env": [{"name": "DOCKER_TLS_CERTDIR", "value": ""}]}),
        ("grafana/grafana:12", {"env": [{"name": "GF_AUTH_ANONYMOUS_ENABLED", "value": "True"}]}),
        ("redis:8", {"args": ["--protected-mode", "no"]}),
        ("redis:8", {"command": ["sh", "-c", "redis-server --protected-mode no"]}),
        ("argoproj/argocli:v3.6.0", {"args": ["server", "--auth-mode=server"]}),
        ("cockroachdb/cockroach:v25.1.0", {"args": ["start", "--insecure"]}),
    ],
)
def test_authentication_that_is_visibly_off(image: str, container: dict[str, Any]) -> None:
    port = {"port": 2375} if image.startswith("docker") else {"port": 80}
    assert surely(service(port), pod(image, **container)).auth_off is not None


@pytest.mark.parametrize(
    ("image", "container"),
    [
        ("postgres:17", {}),
        ("postgres:17", {"env": [{"name": "POSTGRES_HOST_AUTH_METHOD", "value": "scram-sha-256"}]}),
        ("mysql:8", {"env": [{"name": "MYSQL_ALLOW_EMPTY_PASSWORD", "value": ""}]}),
        ("grafana/grafana:12", {"env": [{"name": "GF_AUTH_ANONYMOUS_ENABLED", "value": "false"}]}),
        ("redis:8", {"args": ["--protected-mode", "yes"]}),
        ("cockroachdb/cockroach:v25.1.0", {"args": ["start", "--insecure=false"]}),
    ],
)
def test_authentication_that_is_not_visibly_off(image: str, container: dict[str, Any]) -> None:
    assert surely(service({"port": 80}), pod(image, **container)).auth_off is None


# How bad it is


def found_in(kind: Kind, of: Service, *workloads: Workload, most: Severity = Severity.ERROR) -> list[Finding]:
    exposure = exposure_of(of, Cluster(provider="gke"))
    return list(exposed(kind, of, selecting(*workloads), exposure, help="keep it within", most=most))


def selecting(*workloads: Workload) -> Any:
    """A workspace in which every Service selects these workloads."""
    return SimpleNamespace(selected_by=lambda service: workloads)


STORE, ADMIN, TELEMETRY = Kind.DATA_STORE, Kind.ADMIN_INTERFACE, Kind.TELEMETRY
REDIS, GRAFANA, PROMETHEUS = pod("redis:8"), pod("grafana/grafana:12"), pod("prom/prometheus:v3")


@pytest.mark.parametrize(
    ("kind", "of", "workload", "severity"),
    [
        (STORE, service({"port": 6379}), REDIS, "error"),
        (STORE, service({"port": 6379}, type="NodePort"), REDIS, "error"),
        (STORE, service({"port": 6379}, annotations=INTERNAL), REDIS, "note"),
        (TELEMETRY, service({"port": 15692}), pod("rabbitmq:4"), "warning"),
        (STORE, service({"port": 6379}, **ONE_NETWORK), REDIS, "warning"),
        (STORE, service({"port": 6379}), None, "warning"),
        (STORE, service({"port": 6379}, **ONE_NETWORK), None, "note"),
        (STORE, service({"port": 16379}), None, "warning"),
        (ADMIN, service({"port": 3000}), GRAFANA, "warning"),
        (ADMIN, service({"port": 3000}, type="NodePort"), GRAFANA, "note"),
        (ADMIN, service({"port": 9229}), None, "warning"),
        (ADMIN, service({"name": "inspector", "port": 9229}, type="NodePort"), None, "error"),
        (TELEMETRY, service({"port": 9090}), PROMETHEUS, "error"),
        (TELEMETRY, service({"port": 9090}, type="NodePort"), PROMETHEUS, "warning"),
        (TELEMETRY, service({"port": 55679}), pod("otel/opentelemetry-collector:0.1"), "warning"),
        (TELEMETRY, service({"port": 55679}, type="NodePort"), pod("otel/opentelemetry-collector:0.1"), "note"),
    ],
)
def test_severities(kind: Kind, of: Service, workload: Workload | None, severity: str) -> None:
    (finding,) = found_in(kind, of, *filter(None, (workload,)))
    assert finding.severity == severity


def test_without_authentication_it_is_worse() -> None:
    anonymous = pod("grafana/grafana:12", env=[{"name": "GF_AUTH_ANONYMOUS_ENABLED", "value": "true"}])
    (finding,) = found_in(ADMIN, service({"port": 3000}), anonymous)
    assert finding.severity is Severity.ERROR
    assert finding.message == "Grafana is reachable from the internet without authentication"
    assert "authentication is switched off" in [related.message for related in finding.related]
    (private,) = found_in(ADMIN, service({"port": 3000}, annotations=INTERNAL), anonymous)
    assert private.severity is Severity.NOTE


def test_the_ceiling_of_a_rule() -> None:
    (finding,) = found_in(TELEMETRY, service({"port": 9090}), PROMETHEUS, most=Severity.WARNING)
    assert finding.severity is Severity.WARNING


def test_a_port_is_of_one_kind() -> None:
    of = service({"name": "redis", "port": 6379}, {"name": "metrics", "port": 9121}, {"name": "ssh", "port": 22})
    assert [finding.message for kind in Kind for finding in found_in(kind, of)] == [
        "Redis is reachable from the internet",
        "SSH is reachable from the internet",
        "a metrics endpoint is reachable from the internet",
    ]


def test_nothing_is_said_of_what_stays_in_the_cluster_or_cannot_be_told() -> None:
    assert found_in(STORE, service({"port": 6379}, type="ClusterIP"), REDIS) == []
    assert found_in(STORE, service({"port": 6379}, loadBalancerClass="example.com/rack"), REDIS) == []
    assert found_in(STORE, service({"name": "redis"}), REDIS) == [], "an entry without a port"


def test_a_path_leads_to_its_own_port() -> None:
    of = service({"name": "redis", "port": 6379}, {"name": "mysql", "port": 3306}, type="ClusterIP")
    one = Path(Level.INTERNET, Via.INGRESS, ports=(of.ports[1],))
    findings = list(exposed(STORE, of, selecting(), Exposure((one,)), help="keep it within"))
    assert [finding.message for finding in findings] == ["MySQL is reachable from the internet"]


def test_what_is_assumed_is_said() -> None:
    of = service({"port": 5432})
    (finding,) = exposed(STORE, of, selecting(), exposure_of(of, Cluster()), help="keep it within")
    assert finding.message == (
        "PostgreSQL is reachable from the internet; that it is public is assumed; only its port number says what it is"
    )
