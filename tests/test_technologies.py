"""The table of technologies: how images, labels, ports and names are recognised, and that the table keeps its shape."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kubelint.facts import technologies as module
from kubelint.facts.technologies import DATA_STORES, ImageMatch, Technology, technologies

TABLE: dict[str, Any] = json.loads(Path(module.__file__).with_suffix(".json").read_text(encoding="utf-8"))
ENTRIES: dict[str, Any] = TABLE["technologies"]

# Numbers that unrelated software uses every day. None of them may ever speak for itself.
GENERIC_PORTS = {
    *(80, 443, 1234, 2222, 3000, 3001, 4000, 4040, 4200, 4443, 4444, 4567, 5000, 5555, 5678, 6060),
    *(7000, 7001, 7070, 8000, 8001, 8002, 8008, 8080, 8081, 8082, 8083, 8084, 8086, 8088, 8089, 8090),
    *(8123, 8443, 8500, 8787, 8888, 9000, 9001, 9002, 9003, 9009, 9010, 9090, 9091, 9093, 9095, 9100),
    *(9181, 9411, 9440, 9443, 9999, 10000, 10001, 10250, 50000, 50051),
}


def identifier(technology: Technology | None) -> str | None:
    return None if technology is None else technology.id


def described(match: ImageMatch | None) -> tuple[str, bool] | None:
    return None if match is None else (match.technology.id, match.strong)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("postgres", "postgresql"),
        ("postgres:16-alpine", "postgresql"),
        ("postgres@sha256:8096655e437712b07503796fb64d81359256cfcff0ab29d95a7da72863786efb", "postgresql"),
        ("docker.io/library/postgres:16@sha256:8096655e4377", "postgresql"),
        ("docker.io/postgres", "postgresql"),
        ("index.docker.io/library/postgres", "postgresql"),
        ("registry-1.docker.io/library/postgres:16", "postgresql"),
        ("public.ecr.aws/docker/library/postgres:16", "postgresql"),
        ("mirror.gcr.io/library/redis:7", "redis"),
        ("registry.example.com:5000/library/mongo", "mongodb"),
        ("localhost:5000/mysql:8.4", "mysql"),
        ("localhost/redis", "redis"),
        ("registry.example.com/redis:7", "redis"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/rabbitmq:4-management", "rabbitmq"),
        ("arm64v8/memcached:1.6", "memcached"),
        ("bitnami/postgresql:17", "postgresql"),
        ("docker.io/bitnamilegacy/postgresql-repmgr:15", "postgresql"),
        ("bitnamisecure/mariadb-galera", "mariadb"),
        ("harbor.example.com/dockerhub/bitnami/kafka:3.9", "kafka"),
        ("harbor.example.com/dockerhub-proxy/bitnamilegacy/valkey", "valkey"),
        ("ghcr.io/cloudnative-pg/postgresql:16", "postgresql"),
        ("ghcr.io/zalando/spilo-17:4.0-p2", "postgresql"),
        ("registry.redhat.io/rhel9/postgresql-16:latest", "postgresql"),
        ("quay.io/sclorg/mysql-80-c9s", "mysql"),
        ("docker.io/centos/mongodb-36-centos7", "mongodb"),
        ("registry.redhat.io/amq-streams/kafka-39-rhel9", "kafka"),
        ("registry.redhat.io/datagrid/datagrid-8", "infinispan"),
        ("cr.k8ssandra.io/k8ssandra/cass-management-api:4.1.8", "cassandra"),
        ("docker.elastic.co/elasticsearch/elasticsearch:8.1", "elasticsearch"),
        ("quay.io/fluentd_elasticsearch/elasticsearch:v7.10.2", "elasticsearch"),
        ("opensearchproject/opensearch:3.2.0", "opensearch"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "mssql"),
        ("mcr.microsoft.com/mssql/rhel/server", "mssql"),
        ("mcr.microsoft.com/azure-sql-edge", "mssql"),
        ("container-registry.oracle.com/database/free:latest", "oracle-database"),
        ("gvenzl/oracle-xe:21-slim", "oracle-database"),
        ("gcr.io/google-samples/gb-redisslave:v1", "redis"),
        ("gcr.io/google_samples/gb-redis-follower:v2", "redis"),
        ("us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2", "redis"),
        ("registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10", "zookeeper"),
        ("redis/redis-stack-server", "redis"),
        ("clickhouse/clickhouse-server:25.3", "clickhouse"),
        ("couchbase/server", "couchbase"),
        ("crate", "cratedb"),
        ("quay.io/strimzi/kafka:0.45.0-kafka-3.9.0", "kafka"),
        ("qdrant/qdrant:v1.16.0", "qdrant"),
        ("cr.weaviate.io/semitechnologies/weaviate:1.30.0", "weaviate"),
        ("percona/percona-server-mongodb:7.0", "mongodb"),
        ("percona/percona-xtradb-cluster:8.0", "percona-server"),
    ],
)
def test_listed_images_match_wherever_they_were_mirrored_to(reference: str, expected: str) -> None:
    assert described(technologies().by_image(reference)) == (expected, True)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("gcr.io/acme/redis", "redis"),
        ("acme/postgres:16", "postgresql"),
        ("registry.example.com/team/postgres-16:dev", "postgresql"),
        ("acme/custom-mysql", "mysql"),
        ("acme/redis-master:1", "redis"),
        ("registry.k8s.io/e2e-test-images/redis:5.0.5-alpine", "redis"),
        ("ubuntu/kafka", "kafka"),
        ("registry.example.com/mirror/cp-kafka:7.9.0", "kafka"),
        ("k8s.gcr.io/google/heapster-influxdb-amd64:v1.5.2", "influxdb"),
        ("acme/mongodb_server", "mongodb"),
    ],
)
def test_the_last_part_of_a_path_is_a_weaker_sign(reference: str, expected: str) -> None:
    assert described(technologies().by_image(reference)) == (expected, False)


COMPANION_IMAGES = [
    "oliver006/redis_exporter:v1.74.0",
    "quay.io/prometheuscommunity/postgres-exporter",
    "bitnami/mongodb-exporter",
    "mysql/mysql-router:8.0",
    "container-registry.oracle.com/mysql/community-router",
    "container-registry.oracle.com/mysql/community-operator",
    "bitnami/pgbouncer",
    "edoburu/pgbouncer:v1.24.1-p1",
    "bitnami/pgpool",
    "proxysql/proxysql",
    "percona/percona-xtradb-cluster-operator",
    "mariadb/maxscale",
    "docker.elastic.co/beats/filebeat:8.1.0",
    "quay.io/strimzi/operator:0.45.0",
    "neo4j/neo4j-admin:5",
    "cockroachdb/cockroach-k8s-init:0.1",
    "acme/redis-client",
    "acme/postgres-backup:1",
    "acme/mysql-migrate",
    "natsio/nats-server-config-reloader",
    "quay.io/mongodb/mongodb-agent-ubi",
]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("percona/haproxy", "haproxy-stats"),
        ("envoyproxy/envoy:v1.34.0", "envoy-admin"),
        ("docker.elastic.co/kibana/kibana:8.1.0", "kibana"),
        ("provectuslabs/kafka-ui", "kafka-ui"),
        ("confluentinc/cp-kafka-connect:7.9.0", "kafka-connect"),
        ("confluentinc/cp-schema-registry", "schema-registry"),
        ("mongo-express:1.0.2", "mongo-express"),
        ("rediscommander/redis-commander", "redis-commander"),
        ("redis/redisinsight", "redisinsight"),
        ("rayproject/ray:2.44.0", "ray"),
        ("quay.io/argoproj/argocd:v3.0.0", "argocd"),
        ("registry.k8s.io/etcd:3.6.0-0", "etcd"),
        ("registry.k8s.io/ingress-nginx/controller:v1.12.1", "ingress-nginx-admission"),
        ("docker:28-dind", "docker"),
        ("docker.io/bitnamilegacy/grafana:12", "grafana"),
        ("quay.io/prometheus/node-exporter:v1.9.1", "exporter"),
        ("ghcr.io/mlflow/mlflow:v2.22.0", "mlflow"),
        ("quay.io/minio/minio", "minio"),
    ],
)
def test_consoles_and_control_planes_are_technologies_of_their_own(reference: str, expected: str) -> None:
    assert described(technologies().by_image(reference)) == (expected, True)
    assert not technologies().is_companion_image(reference)


@pytest.mark.parametrize("reference", COMPANION_IMAGES)
def test_images_of_companions_are_no_data_stores(reference: str) -> None:
    assert technologies().by_image(reference) is None
    assert technologies().is_companion_image(reference)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "nginx",
        "acme/orders-api",
        "acme/redis-consumer",
        "acme/php-mysql",
        "acme/node-redis",
        "ghcr.io/dbt-labs/dbt-postgres",
        "airbyte/source-postgres",
        "quay.io/mongodb/mongodb-kubernetes:1.7.0",
        "gcr.io/google-containers/fluentd-elasticsearch:v2.4.0",
        "natsio/nats-box",
        "acme/server",
        "registry.example.com/crate:1",
        "redis-7/api",
        "registry.example.com/database/free",
        "${POSTGRES_IMAGE}",
        "{{ .Values.images.repository }}/redis:alpine",
        "registry.example.com//redis",
    ],
)
def test_other_images_match_nothing(reference: str) -> None:
    assert technologies().by_image(reference) is None


def test_an_image_that_is_a_data_store_is_no_companion() -> None:
    facts = technologies()
    assert not [image for technology in facts for image in technology.images if facts.is_companion_image(image)]
    assert not facts.is_companion_image("acme/orders-api")
    assert not facts.is_companion_image("${IMAGE}-exporter")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"app.kubernetes.io/name": "postgresql"}, "postgresql"),
        ({"app.kubernetes.io/name": "redis", "app.kubernetes.io/component": "master"}, "redis"),
        ({"app.kubernetes.io/name": "redis", "app.kubernetes.io/component": "metrics"}, None),
        ({"cnpg.io/cluster": "orders", "cnpg.io/instanceRole": "primary"}, "postgresql"),
        ({"cnpg.io/cluster": "orders", "cnpg.io/poolerName": "orders-rw"}, None),
        ({"postgres-operator.crunchydata.com/role": "master"}, "postgresql"),
        ({"postgres-operator.crunchydata.com/role": "pgbouncer"}, None),
        ({"mysql.oracle.com/cluster": "orders", "component": "mysqld"}, "mysql"),
        ({"mysql.oracle.com/cluster": "orders", "component": "mysqlrouter"}, None),
        ({"app.kubernetes.io/name": "percona-xtradb-cluster", "app.kubernetes.io/component": "pxc"}, "percona-server"),
        ({"app.kubernetes.io/name": "percona-xtradb-cluster", "app.kubernetes.io/component": "haproxy"}, None),
        ({"strimzi.io/cluster": "events", "strimzi.io/broker-role": "true"}, "kafka"),
        (
            {"strimzi.io/cluster": "events", "strimzi.io/kind": "KafkaMirrorMaker", "app.kubernetes.io/name": "kafka"},
            None,
        ),
        ({"elasticsearch.k8s.elastic.co/cluster-name": "logs"}, "elasticsearch"),
        ({"ray.io/node-type": "head", "app.kubernetes.io/name": "redis"}, "ray"),
        ({"app.kubernetes.io/name": "redis", "ray.io/cluster": "one"}, "ray"),
        ({"app.kubernetes.io/name": "grafana"}, "grafana"),
        ({"app.kubernetes.io/name": "vault-agent-injector"}, None),
        ({"app.kubernetes.io/part-of": "rabbitmq", "app.kubernetes.io/component": "rabbitmq-operator"}, None),
        ({"app": "orders"}, None),
        ({}, None),
    ],
)
def test_labels_are_read_together(labels: dict[str, str], expected: str | None) -> None:
    assert identifier(technologies().by_labels(labels)) == expected


def test_one_label_by_itself() -> None:
    facts = technologies()
    assert identifier(facts.by_label("app.kubernetes.io/name", "mysql")) == "mysql"
    assert identifier(facts.by_label("cnpg.io/cluster", "anything")) == "postgresql"
    assert facts.by_label("app.kubernetes.io/name", "pgbouncer") is None
    assert facts.is_companion_labels({"cnpg.io/podRole": "pooler"})
    assert not facts.is_companion_labels({"cnpg.io/podRole": "instance"})


@pytest.mark.parametrize(
    ("number", "family", "member"),
    [
        (1433, "Microsoft SQL Server", "mssql"),
        (1521, "Oracle Database", "oracle-database"),
        (2181, "ZooKeeper", "zookeeper"),
        (3306, "MySQL", "mariadb"),
        (5432, "PostgreSQL", "cratedb"),
        (5672, "RabbitMQ", "activemq"),
        (5984, "CouchDB", "couchdb"),
        (6379, "Redis", "valkey"),
        (7687, "Neo4j", "memgraph"),
        (9042, "Cassandra", "scylladb"),
        (9092, "Kafka", "redpanda"),
        (9200, "Elasticsearch", "opensearch"),
        (11211, "Memcached", "memcached"),
        (26257, "CockroachDB", "cockroachdb"),
        (27017, "MongoDB", "mongodb"),
        (28015, "RethinkDB", "rethinkdb"),
    ],
)
def test_specific_ports_name_a_family(number: int, family: str, member: str) -> None:
    facts = technologies()
    assert facts.family_of_port(number) == family
    assert member in [technology.id for technology in facts.by_port(number)]


@pytest.mark.parametrize("number", sorted(GENERIC_PORTS | {1, 1883, 6443, 30000, 65535}))
def test_generic_ports_name_nothing(number: int) -> None:
    assert technologies().by_port(number) == ()
    assert technologies().family_of_port(number) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postgres", "postgresql"),
        ("tcp-postgresql", "postgresql"),
        ("pgsql", "postgresql"),
        ("psql", "postgresql"),
        ("tcp-redis", "redis"),
        ("redis-port", "redis"),
        ("Redis", "redis"),
        ("mysql", "mysql"),
        ("mysql-primary", "mysql"),
        ("mongo", "mongodb"),
        ("cql", "cassandra"),
        ("tcp-bolt", "neo4j"),
        ("amqps", "rabbitmq"),
        ("kafka-external", "kafka"),
        ("http-clickhouse", "clickhouse"),
        ("http", None),
        ("db", None),
        ("h2", None),
        ("kubernetes.io/h2c", None),
        ("ws", None),
        ("client", None),
        ("tcp", None),
        ("redis-metrics", None),
        ("kafka-ui", None),
        ("", None),
    ],
)
def test_port_names(name: str, expected: str | None) -> None:
    assert identifier(technologies().by_port_name(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postgres", "postgresql"),
        ("orders-postgresql-hl", "postgresql"),
        ("my-release-mysql-primary", "mysql"),
        ("mysqldb", "mysql"),
        ("redis0", "redis"),
        ("redis-0", "redis"),
        ("shop-redis-master", "redis"),
        ("argocd-redis-ha-announce-0", "redis"),
        ("my-redis-sentinel", "redis-sentinel"),
        ("express-mongo", "mongodb"),
        ("api-postgres", "postgresql"),
        ("ui-redis", "redis"),
        ("wordpress-mysql", "mysql"),
        ("kafka-zookeeper", "zookeeper"),
        ("my-cluster-kafka-bootstrap", "kafka"),
        ("zk-cs", "zookeeper"),
        ("elasticsearch-master-headless", "elasticsearch"),
        ("monitoring-influxdb", "influxdb"),
        ("cluster1-pxc", "percona-server"),
        ("sql-server", "mssql"),
        ("db2", "db2"),
        ("neo4j", "neo4j"),
        ("cockroachdb-public", "cockroachdb"),
    ],
)
def test_service_names_of_data_stores(name: str, expected: str) -> None:
    assert identifier(technologies().by_service_name(name)) == expected
    assert not technologies().is_companion_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "redis-exporter",
        "my-release-prometheus-redis-exporter",
        "mysql-router",
        "postgres-operator",
        "orders-postgres-pgbouncer",
        "argocd-redis-ha-haproxy",
        "my-redis-metrics",
        "kafka-connect-mysql",
        "redis-api",
        "pgpool",
    ],
)
def test_service_names_of_companions(name: str) -> None:
    assert technologies().by_service_name(name) is None
    assert technologies().is_companion_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kafka-ui", "kafka-ui"),
        ("kafka-manager", "cmak"),
        ("mongo-express", "mongo-express"),
        ("shop-redis-commander", "redis-commander"),
        ("fluentd-elasticsearch", "fluentd"),
        ("elasticsearch-kibana", "kibana"),
        ("kibana-elasticsearch", "elasticsearch"),
        ("monitoring-grafana", "grafana"),
        ("my-release-kube-prometheus-stack-grafana", "grafana"),
        ("kubernetes-dashboard-kong-proxy", "kubernetes-dashboard"),
        ("argocd-server", "argocd"),
        ("code-gitea-ssh", "gitea"),
        ("orders-minio-hl", "minio"),
        ("prometheus-server", "prometheus"),
        ("grafana-public", "grafana"),
    ],
)
def test_service_names_of_other_technologies(name: str, expected: str) -> None:
    assert identifier(technologies().by_service_name(name)) == expected
    assert technologies().ends_in_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("my-grafana-plugin", "jenkins-agent", "vault-agent-injector-svc", "argocd-repo-server", "kiali-operator"),
        *("prometheus-adapter", "prometheus-operator", "alertmanager-bot", "loki-canary", "etcd-backup", "ldap-sync"),
        *(
            "flower",
            "spark",
            "storm",
            "hue",
            "superset",
            "tempo",
            "cortex",
            "docker",
            "dashboard",
            "console",
            "registry",
        ),
    ],
)
def test_service_names_that_merely_hold_the_name_of_something_else(name: str) -> None:
    assert technologies().by_service_name(name) is None


def test_what_stands_behind_the_name_of_a_data_store_is_no_matter_unless_it_means_something() -> None:
    facts = technologies()
    assert identifier(facts.by_service_name("redis-ha-announce")) == "redis"
    assert not facts.ends_in_name("redis-ha-announce")
    assert not facts.ends_in_name("orders")


def test_variables_and_arguments() -> None:
    facts = technologies()
    assert identifier(facts.by_variable("PGADMIN_DEFAULT_EMAIL")) == "pgadmin"
    assert facts.by_variable("POSTGRES_PASSWORD") is None, "clients carry it, too"
    assert identifier(facts.by_argument("-agentlib:jdwp=transport=dt_socket,address=*:5005")) == "jdwp"
    assert identifier(facts.by_argument("--inspect=0.0.0.0:9229")) == "node-inspector"
    assert identifier(facts.by_argument("dlv")) == "delve"
    assert facts.by_argument("--inspector") is None
    assert facts.by_argument("-agentlib:hprof") is None


def test_ports_of_its_own() -> None:
    facts = technologies()
    assert facts["grafana"].listens_on([3000], [])
    assert not facts["grafana"].listens_on([8081], ["grafana"])
    assert facts["envoy-admin"].listens_on([8765], ["admin"])
    assert facts["envoy-admin"].listens_on([9901], [])
    assert not facts["envoy-admin"].listens_on([10000], ["http"]), "its other ports are for the public"


def test_images_of_exporters() -> None:
    facts = technologies()
    assert facts.is_exporter_image("oliver006/redis_exporter:v1.74.0")
    assert not facts.is_exporter_image("redis:8")
    assert not facts.is_exporter_image("${IMAGE}-exporter")


def test_a_number_is_meant_over_tcp_unless_the_table_says_more() -> None:
    facts = technologies()
    assert facts.by_port(27017, "UDP") == ()
    assert [technology.id for technology in facts.by_port(161, "UDP")] == ["snmp"]
    assert facts.by_port(161) == ()
    assert facts.by_port(11211) == facts.by_port(11211, "UDP") != ()


@pytest.mark.parametrize(
    "name",
    ["", "db", "cache", "queue", "search", "data", "orders", "session-db", "mysqlish", "h2", "oracle", "postgresqlx"],
)
def test_other_service_names(name: str) -> None:
    assert technologies().by_service_name(name) is None
    assert not technologies().is_companion_name(name)


def test_the_table_is_read_once_and_kept_in_order() -> None:
    facts = technologies()
    assert technologies() is facts
    assert [technology.id for technology in facts] == list(ENTRIES) == sorted(ENTRIES)
    assert len(facts) == len(ENTRIES)
    assert facts["redis"].name == "Redis"
    assert facts["postgresql"].ports[5432] == "client"


def test_representations_name_what_they_hold() -> None:
    facts = technologies()
    assert repr(facts["redis"]) == "Technology('redis')"
    assert repr(facts.by_image("gcr.io/acme/redis")) == "ImageMatch('redis', strong=False)"


FIELDS = (
    *("name", "category", "severity", "ports", "only_on", "images", "labels", "environment", "arguments", "auth_off"),
    *("port_names", "service_names", "source"),
)
MAY_BE_ABSENT = {"only_on", "environment", "arguments", "auth_off"}
ROLES = {"client", "ui", "admin", "peer", "metrics", "ingest", "remote", "debug", "discovery"}
OTHER_CATEGORIES = {"control-plane", "admin-ui", "ai-inference", "debug", "remote-access", "telemetry"}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_every_entry_has_the_same_shape(entry: dict[str, Any]) -> None:
    assert list(entry) == [field for field in FIELDS if field in entry]
    assert set(FIELDS) - set(entry) <= MAY_BE_ABSENT
    assert all(entry[field] for field in MAY_BE_ABSENT & set(entry)), "what is empty is left out"
    assert entry["category"] in DATA_STORES | OTHER_CATEGORIES
    assert entry["severity"] in {"critical", "high", "medium", "low"}
    assert entry["name"]
    assert entry["images"] or entry["labels"] or entry["port_names"] or entry["service_names"] or entry["arguments"]
    assert all(0 < int(number) < 65536 for number in entry["ports"])
    assert set(entry["ports"].values()) <= ROLES
    assert list(entry["ports"]) == sorted(entry["ports"], key=int)
    for field in ("images", "port_names", "service_names"):
        assert entry[field] == sorted({text.lower() for text in entry[field]})
    for image in entry["images"]:
        assert not {":", "@"}.intersection(image)
        assert not image.startswith(("library/", "docker.io/", "bitnamilegacy/", "bitnamisecure/"))
    for values in entry["labels"].values():
        assert values
        assert "*" not in values or values == ["*"]
    for code in entry["source"].split("; "):
        assert any(known in code for known in TABLE["sources"]) or code.split()[-1] in SOURCES_IN_WORDS, code


# Sources that name themselves: "kubernetes/examples guestbook", "istio samples", "operators cloudnative-pg, …".
SOURCES_IN_WORDS = {"samples", "guestbook", "kubernetes/examples", "tutorial", "documentation"}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_what_switches_authentication_off_is_a_variable_or_an_argument(entry: dict[str, Any]) -> None:
    for switch in entry.get("auth_off", ()):
        assert switch.startswith("-") or switch.partition("=")[1], switch


def test_a_node_port_is_in_the_table_only_where_the_container_listens_on_it() -> None:
    """Numbers from 30000 on are chosen freely for node ports: none of them may speak for itself."""
    assert not [number for number in TABLE["port_family"] if 30000 <= int(number) <= 32767]


@pytest.mark.parametrize("field", ["images", "port_names", "service_names"])
def test_no_sign_is_claimed_by_two_technologies(field: str) -> None:
    claims = Counter(text for entry in ENTRIES.values() for text in entry[field])
    assert not [text for text, count in claims.items() if count > 1]


def test_no_label_is_claimed_by_two_technologies() -> None:
    claims = Counter(
        (key, value) for entry in ENTRIES.values() for key, values in entry["labels"].items() for value in values
    )
    assert not [label for label, count in claims.items() if count > 1]
    excludes = {(key, value) for key, values in TABLE["label_excludes"].items() for value in values}
    assert not excludes.intersection(claims)


def test_every_sign_of_the_table_is_found_again() -> None:
    facts = technologies()
    for technology in facts:
        assert all(described(facts.by_image(image)) == (technology.id, True) for image in technology.images)
        assert all(facts.by_port_name(name) is technology for name in technology.port_names)
        assert all(facts.by_service_name(name) is technology for name in technology.service_names)
        assert all(
            facts.by_label(key, value) is technology for key, values in technology.labels.items() for value in values
        )


def test_service_names_are_nothing_that_any_service_could_be_called() -> None:
    generic = {"cache", "data", "database", "db", "master", "mq", "queue", "search", "server", "sql", "store"}
    names = {name for entry in ENTRIES.values() for name in entry["service_names"]}
    assert not generic & names
    assert not names & set(TABLE["name_excludes"])


def test_a_specific_port_belongs_to_a_technology() -> None:
    facts = technologies()
    for number in TABLE["port_family"]:
        protocols = TABLE["port_protocols"].get(number, ["TCP"])
        assert all(facts.by_port(int(number), protocol) for protocol in protocols)
        assert all(not facts.by_port(int(number), other) for other in {"TCP", "UDP", "SCTP"}.difference(protocols))
    assert set(TABLE["port_protocols"]) <= set(TABLE["port_family"])


def test_a_family_is_called_after_one_of_its_technologies() -> None:
    facts = technologies()
    assert not GENERIC_PORTS.intersection(map(int, TABLE["port_family"]))
    for number, family in TABLE["port_family"].items():
        protocol = TABLE["port_protocols"].get(number, ["TCP"])[0]
        assert family in [technology.name for technology in facts.by_port(int(number), protocol)]


@pytest.mark.parametrize(
    "field", ["image_excludes", "name_endings", "name_excludes", "name_excludes_after", "qualifiers"]
)
def test_lists_of_words_are_sorted_single_words(field: str) -> None:
    words = TABLE[field]
    assert words == sorted(set(words))
    assert not [word for word in words if not word.isalnum() or word != word.lower()]
