"""The providers' tables: their shape, what they say of keys and texts, and who is at work on a Service."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kubelint.annotations.keys import is_owned, key_for_services, known_readers, meant_key
from kubelint.annotations.readers import (
    Reader,
    judged_annotations,
    named_controller,
    place_of,
    reach_by_class,
    readers_of,
)
from kubelint.annotations.texts import means_yes, misread
from kubelint.exposure import Level
from kubelint.facts import providers as reader
from kubelint.facts.providers import (
    NO_PROVIDER,
    Annotation,
    Provider,
    controllers,
    provider_ids,
    providers,
    sources,
)
from kubelint.parser import parse
from kubelint.resources import Service, resources_in
from kubelint.source import Source

FOLDER = Path(reader.__file__).parent / "provider_tables"
SHARED: dict[str, Any] = json.loads((FOLDER / "_shared.json").read_text())
TABLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("[!_]*.json"))
}
ENTRIES = [(one, key, entry) for one, table in TABLES.items() for key, entry in table["annotations"].items()]

each_table = pytest.mark.parametrize("identifier", TABLES)

TABLE_FIELDS = {
    *("name", "default", "classes", "objects", "prefixes", "owned_prefixes", "based_on", "selected_by", "read_on"),
    *("also_serves", "class_is_a_setting", "runs_beside", "refuses", "follows_families", "other_family_opened_by"),
    "source_ranges_by_class",
    *("source_ranges", "node_ports", "node_ports_needed", "node_ports_unneeded_when", "scope_keys", "node_port_keys"),
    *("opaque_keys", "restricting_keys", "address_keys", "range_keys", "refused_together", "contradictions"),
    *("renamed_prefixes", "source", "annotations_from", "annotations"),
}
ENTRY_FIELDS = {
    *("type", "values", "any_case", "grammar", "tight", "minimum", "maximum", "harmless", "invalid", "says"),
    *("otherwise", "when", "unless", "implies", "overridden_by", "deprecated", "replaced_by", "read_only", "label"),
    *("read_on", "source"),
}
TYPES = {
    *("bool", "enum", "integer", "port", "ports", "address", "addresses", "range", "ranges", "json", "pairs"),
    "duration",
}
AWS = "service.beta.kubernetes.io/aws-load-balancer-"
AZURE_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"
GKE_TYPE = "networking.gke.io/load-balancer-type"


def service(spec: str = "type: LoadBalancer", annotations: dict[str, str] | None = None) -> Service:
    text = json.dumps(annotations or {})
    source = f"apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n  annotations: {text}\nspec: {{{spec}}}\n"
    (resource,) = resources_in(parse(Source("a.yaml", source), 0, len(source)).root)
    assert isinstance(resource, Service)
    return resource


def annotation(controller: str, key: str) -> Annotation:
    found = controllers()[controller].annotation(key)
    assert found is not None, key
    return found


class TestTables:
    @each_table
    def test_it_has_no_field_that_nobody_reads(self, identifier: str) -> None:
        table = TABLES[identifier]
        assert table.keys() <= TABLE_FIELDS
        assert {"name", "prefixes", "source", "annotations_from", "annotations"} <= table.keys()
        assert ("default" in table) == ("classes" in table) == ("source_ranges" in table)

    @each_table
    def test_its_entries_have_one_shape(self, identifier: str) -> None:
        for key, entry in TABLES[identifier]["annotations"].items():
            assert entry.keys() <= ENTRY_FIELDS, key
            assert entry.get("type") in {*TYPES, None}, key
            assert re.fullmatch(r"[a-z0-9.-]+/[A-Za-z0-9_.*-]+", key), key
            assert key.count("*") <= 1, key
            assert entry.get("invalid") in {"error", "default", "skipped", None}, key
            assert entry.get("implies") in {"internet", "private", None}, key
            assert ("grammar" in entry) == (entry.get("type") == "bool"), key
            assert entry.get("type") != "enum" or entry["values"], key
            assert not {"values", "minimum", "tight", "invalid", "harmless"} & entry.keys() or "type" in entry, key
            assert "otherwise" not in entry or "says" in entry, key

    @each_table
    def test_it_is_sorted(self, identifier: str) -> None:
        assert list(TABLES[identifier]["annotations"]) == sorted(TABLES[identifier]["annotations"])

    @each_table
    def test_every_key_that_a_list_names_has_its_entry(self, identifier: str) -> None:
        table, controller = TABLES[identifier], controllers()[identifier]
        for field in ("scope_keys", "node_port_keys", "opaque_keys", "restricting_keys", "range_keys"):
            for key in table.get(field, ()):
                assert controller.annotation(key) is not None, (field, key)
        sets = [*table.get("refused_together", ()), *table.get("contradictions", ()), table.get("address_keys", ())]
        conditions = [*table.get("selected_by", ()), *table.get("node_ports_unneeded_when", ())]
        for key in (key for keys in [*sets, *conditions] for key in keys):
            assert key.startswith("spec.") or controller.annotation(key) is not None, key

    @each_table
    def test_every_key_that_an_entry_names_is_read_too(self, identifier: str) -> None:
        controller = controllers()[identifier]
        for one in controller.annotations:
            named = [*one.when, *one.unless, *one.overridden_by, *filter(None, [one.replaced_by])]
            for key in named:
                assert key.startswith("spec.") or controller.annotation(key) is not None, (one.key, key)

    @each_table
    def test_what_replaces_a_key_is_not_deprecated_itself(self, identifier: str) -> None:
        controller = controllers()[identifier]
        for one in controller.annotations:
            successor = controller.annotation(one.replaced_by or "")
            assert successor is None or not successor.deprecated, one.key

    @each_table
    def test_its_keys_begin_with_its_prefixes(self, identifier: str) -> None:
        table = TABLES[identifier]
        for prefix in (*table.get("owned_prefixes", ()), *table["prefixes"]):
            assert any(controllers()[identifier].annotation(key) for key in _keys_below(prefix)), prefix

    @each_table
    def test_every_word_for_a_reach_is_a_level(self, identifier: str) -> None:
        table, controller = TABLES[identifier], controllers()[identifier]
        reaches = {*Level, "error", None}
        for one in (*controller.scope_keys, *controller.node_port_keys):
            assert reaches.issuperset(_outcomes(table, one.key)), one.key
        for one in (*controller.opaque_keys, *controller.restricting_keys):
            assert {"opaque", "not-enforced", "unknown", None}.issuperset(_outcomes(table, one.key)), one.key
        assert reaches.issuperset(table.get("classes", {}).values())
        assert table.get("default", "private") in {"internet", "private", "address", "unknown"}
        assert (table.get("default") == "address") == bool(table.get("address_keys"))
        assert table.get("node_ports", "node") in {"node", "internet"}
        assert table.get("source_ranges", "depends") in {"enforced", "ignored", "depends"}

    def test_what_an_entry_says_is_said_by_somebody(self) -> None:
        for identifier, key, entry in ENTRIES:
            if "says" in entry:
                lists = ("scope_keys", "node_port_keys", "opaque_keys", "restricting_keys")
                assert any(key in TABLES[identifier].get(field, ()) for field in lists), (identifier, key)

    def test_every_grammar_and_every_source_is_used(self) -> None:
        assert {entry["grammar"] for _, _, entry in ENTRIES if "grammar" in entry} == SHARED["grammars"].keys()
        used = {code for table in TABLES.values() for code in (*table["source"], table["annotations_from"])}
        assert used | {entry["source"] for _, _, entry in ENTRIES if "source" in entry} == sources().keys()

    def test_no_class_is_served_twice(self) -> None:
        classes = [name for table in TABLES.values() for name in table.get("classes", ())]
        assert len(classes) == len(set(classes))

    def test_no_fact_is_written_twice(self) -> None:
        for identifier, key, entry in ENTRIES:
            assert entry.get("source") != TABLES[identifier]["annotations_from"], (identifier, key)
            assert entry.get("read_on") != TABLES[identifier].get("read_on", ["LoadBalancer"]), (identifier, key)

    def test_they_are_all_there(self) -> None:
        assert len(TABLES) == 27
        assert len(ENTRIES) > 650
        assert {identifier for identifier, table in TABLES.items() if "default" not in table} == {
            "external-dns",
            "kubernetes",
        }


def _keys_below(prefix: str) -> list[str]:
    keys = [key for _, key, _ in ENTRIES]
    renamed = {old: each["to"] for table in TABLES.values() for old, each in table.get("renamed_prefixes", {}).items()}
    below = [key for key in keys if key.startswith(prefix)]
    return below + [old + key.removeprefix(new) for old, new in renamed.items() for key in keys if old == prefix]


def _outcomes(table: dict[str, Any], key: str) -> list[str | None]:
    entry = table["annotations"].get(key, {})
    return [*entry.get("says", {}).values(), entry.get("otherwise")]


class TestReader:
    def test_what_makes_no_load_balancer_is_no_provider(self) -> None:
        assert controllers().keys() - providers().keys() == {"external-dns", "kubernetes"}
        assert provider_ids() == tuple(sorted((*providers(), NO_PROVIDER)))

    def test_the_tables_are_read_once(self) -> None:
        assert controllers() is controllers()
        assert repr(controllers()["gke"]) == "Provider('gke')"
        assert repr(annotation("gke", GKE_TYPE)) == f"Annotation({GKE_TYPE!r})"

    @pytest.mark.parametrize(
        ("controller", "key", "expected"),
        [
            ("aws-lbc", f"{AWS}listener-attributes.TCP-443", f"{AWS}listener-attributes.*"),
            ("azure", "service.beta.kubernetes.io/port_80_no_lb_rule", "service.beta.kubernetes.io/port_*_no_lb_rule"),
            ("alibaba", "service.beta.kubernetes.io/alicloud-loadbalancer-id", None),
            ("metallb", "metallb.universe.tf/address-pool", None),
            ("external-dns", "external-dns.alpha.kubernetes.io/aws-weight", "external-dns.alpha.kubernetes.io/aws-*"),
            ("ovh", "loadbalancer.openstack.org/flavor-id", None),
        ],
    )
    def test_keys_are_found_by_pattern_and_by_former_prefix(
        self, controller: str, key: str, expected: str | None
    ) -> None:
        assert annotation(controller, key).key == (expected or key)

    @pytest.mark.parametrize(
        ("controller", "key"),
        [
            ("aws-lbc", f"{AWS}listener-attributes."),
            ("metallb", "metallb.universe.tf/address-pools"),
            ("gke", AZURE_INTERNAL),
            ("ovh", GKE_TYPE),
        ],
    )
    def test_other_keys_are_not(self, controller: str, key: str) -> None:
        assert controllers()[controller].annotation(key) is None

    def test_a_former_prefix_is_deprecated_and_gives_way_to_the_new_one(self) -> None:
        old = annotation("external-dns", "external-dns.alpha.kubernetes.io/hostname")
        assert (old.deprecated, old.is_unread_before) == ("0.22.0", True)
        assert old.replaced_by == "external-dns.kubernetes.io/hostname"
        assert old.is_read({old.key: "a"})
        assert not old.is_read({old.key: "a", old.replaced_by: "b"})

    def test_a_provider_that_is_based_on_another_reads_its_keys(self) -> None:
        key = "loadbalancer.openstack.org/subnet-id"
        assert annotation("ovh", key).source == annotation("openstack", key).source

    def test_conditions(self) -> None:
        port = annotation("digitalocean", "service.beta.kubernetes.io/do-loadbalancer-healthcheck-port")
        assert not port.is_read({})
        assert port.is_read({"service.beta.kubernetes.io/do-loadbalancer-override-health-check": ""})
        internal = annotation("oci", "service.beta.kubernetes.io/oci-load-balancer-internal")
        assert internal.is_read({})
        assert not internal.is_read({"oci.oraclecloud.com/load-balancer-type": "nlb"})

    @pytest.mark.parametrize(
        ("controller", "texts", "expected"),
        [
            ("aws-lbc", {}, True),
            ("aws-lbc", {f"{AWS}nlb-target-type": "ip"}, False),
            ("aws-ccm", {f"{AWS}nlb-target-type": "ip"}, True),
            ("metallb", {}, False),
            ("azure", {}, None),
        ],
    )
    def test_node_ports(self, controller: str, texts: dict[str, str], expected: bool | None) -> None:
        assert controllers()[controller].needs_node_ports(texts) is expected


GRAMMARS = [
    # controller, key, and how `true`, `True`, `yes`, `false`, `False`, `no` and an empty text are read
    ("azure", AZURE_INTERNAL, "true false false false false false false"),
    ("azure", "service.beta.kubernetes.io/azure-pls-create", "true true false false false false false"),
    ("aws-ccm", f"{AWS}internal", "true true true false true true false"),
    ("aws-lbc", f"{AWS}internal", "true true error false false error error"),
    ("aws-ccm", f"{AWS}access-log-enabled", "true true error false false error false"),
    ("hetzner", "load-balancer.hetzner.cloud/use-private-ip", "true true error false false error error"),
    ("linode", "service.beta.kubernetes.io/linode-loadbalancer-preserve", "true true false false false false false"),
    ("digitalocean", "kubernetes.digitalocean.com/firewall-managed", "true true default false false default default"),
    (
        "openstack",
        "loadbalancer.openstack.org/x-forwarded-for",
        "true default default false default default default",
    ),
]


class TestTexts:
    @pytest.mark.parametrize(("controller", "key", "expected"), GRAMMARS, ids=[row[1] for row in GRAMMARS])
    def test_booleans(self, controller: str, key: str, expected: str) -> None:
        texts = ("true", "True", "yes", "false", "False", "no", "")
        assert [annotation(controller, key).truth_of(text) for text in texts] == expected.split()

    @pytest.mark.parametrize("text", ["", " ", "0", "f", "FALSE", "No", "off", "none", "disabled"])
    def test_what_means_no(self, text: str) -> None:
        assert not means_yes(text)

    @pytest.mark.parametrize("text", ["true", "Yes", "1", "on", "0.0.0.0/0", "internal"])
    def test_what_means_yes(self, text: str) -> None:
        assert means_yes(text)

    @pytest.mark.parametrize(
        ("controller", "key", "text"),
        [
            ("azure", AZURE_INTERNAL, "false"),
            ("azure", AZURE_INTERNAL, "no"),
            ("aws-lbc", f"{AWS}internal", "T"),
            ("openstack", "loadbalancer.openstack.org/keep-floatingip", ""),
            ("aws-lbc", f"{AWS}healthcheck-protocol", "HTTP"),
            ("gke", GKE_TYPE, "internal"),
            ("gke", GKE_TYPE, "External"),
            ("aws-lbc", f"{AWS}healthcheck-interval", "+10"),
            ("aws-lbc", f"{AWS}additional-resource-tags", "team=shop, cost=7"),
            ("aws-lbc", f"{AWS}additional-resource-tags", ""),
            ("aws-lbc", f"{AWS}name", "anything"),
            ("azure", "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout", "4"),
            ("azure", "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout", "100"),
            ("azure", "service.beta.kubernetes.io/azure-allowed-ip-ranges", "203.0.113.7/24, 2001:db8::/32"),
            ("digitalocean", "service.beta.kubernetes.io/do-loadbalancer-tls-ports", "443,8443"),
            ("digitalocean", "service.beta.kubernetes.io/do-loadbalancer-http3-port", "443"),
            ("scaleway", "service.beta.kubernetes.io/scw-loadbalancer-timeout-client", "1h30m0.5s"),
            ("metallb", "metallb.io/loadBalancerIPs", "10.20.0.4, 2001:db8::4"),
            ("linode", "service.beta.kubernetes.io/linode-loadbalancer-port-80", '{"protocol": "http"}'),
            ("tailscale", "tailscale.com/tailnet-ip", "100.64.0.1"),
            ("ibm", "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "Private"),
        ],
    )
    def test_what_is_read_as_it_is_meant(self, controller: str, key: str, text: str) -> None:
        assert misread(annotation(controller, key), text) is None

    @pytest.mark.parametrize(
        ("controller", "key", "text", "became", "part"),
        [
            ("azure", AZURE_INTERNAL, "True", "false", "True"),
            ("aws-ccm", f"{AWS}internal", "False", "true", "False"),
            ("aws-lbc", f"{AWS}internal", "yes", "error", "yes"),
            ("openstack", "loadbalancer.openstack.org/keep-floatingip", "True", "default", "True"),
            ("aws-lbc", f"{AWS}scheme", "Internal", "error", "Internal"),
            ("gke", GKE_TYPE, "INTERNAL", "default", "INTERNAL"),
            ("aws-lbc", f"{AWS}healthcheck-interval", "10s", "error", "10s"),
            ("aws-lbc", f"{AWS}additional-resource-tags", "team=shop,cost", "error", "cost"),
            (
                "azure",
                "service.beta.kubernetes.io/azure-allowed-ip-ranges",
                "10.0.0.0/8, 10.1.1.1",
                "skipped",
                "10.1.1.1",
            ),
            ("digitalocean", "service.beta.kubernetes.io/do-loadbalancer-tls-ports", "443, 8443", "error", " 8443"),
            ("digitalocean", "service.beta.kubernetes.io/do-loadbalancer-tls-ports", "443,70000", "error", "70000"),
            ("scaleway", "service.beta.kubernetes.io/scw-loadbalancer-timeout-client", "30", "error", "30"),
            ("metallb", "metallb.io/loadBalancerIPs", "10.20.0.4,lan", "error", "lan"),
            ("linode", "service.beta.kubernetes.io/linode-loadbalancer-firewall-acl", "{", "error", "{"),
            ("tailscale", "tailscale.com/tailnet-ip", "", "error", ""),
        ],
    )
    def test_what_is_not(self, controller: str, key: str, text: str, became: str, part: str) -> None:
        misreading = misread(annotation(controller, key), text)
        assert misreading is not None
        assert (misreading.became, misreading.part, misreading.is_certain) == (became, part, True)

    @pytest.mark.parametrize(
        ("controller", "key", "text", "wants"),
        [
            ("azure", "azure-load-balancer-tcp-idle-timeout", "101", "a whole number from 4 to 100"),
            ("azure", "azure-load-balancer-health-probe-interval", "4", "a whole number from 5 on"),
            ("digitalocean", "do-loadbalancer-http3-port", "0", "a port from 1 to 65535"),
            ("aws-ccm", "aws-load-balancer-access-log-emit-interval", "7", "`5` or `60`"),
        ],
    )
    def test_documented_limits_are_less_certain(self, controller: str, key: str, text: str, wants: str) -> None:
        misreading = misread(annotation(controller, f"service.beta.kubernetes.io/{key}"), text)
        assert misreading is not None
        assert (misreading.wants, misreading.is_certain) == (wants, False)

    def test_no_text_of_the_tables_own_is_misread(self) -> None:
        for controller in controllers().values():
            for one in controller.annotations:
                for text in (*one.values, *one.harmless, *one.truths):
                    assert misread(one, text) is None, (controller.id, one.key, text)


KUBERNETES = "service.beta.kubernetes.io/"


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "meant"),
        [
            (f"{KUBERNETES}azure-loadbalancer-internal", AZURE_INTERNAL),
            (f"{KUBERNETES}azrue-load-balancer-internal", AZURE_INTERNAL),
            ("service.kubernetes.io/azure-load-balancer-internal", AZURE_INTERNAL),
            ("beta.kubernetes.io/azure-load-balancer-internal", AZURE_INTERNAL),
            ("service.beta.k8s.io/azure-load-balancer-internal", AZURE_INTERNAL),
            (f"{AWS}schem", f"{AWS}scheme"),
            ("networking.gke.io/load_balancer_type", GKE_TYPE),
            ("networking.gke.io/load-balncer-type", GKE_TYPE),
            ("networking.gke.io/neg", "cloud.google.com/neg"),
            ("metallb.io/loadbalancerip", "metallb.io/loadBalancerIPs"),
            ("oci.oraclecloud.com/internal", "oci-network-load-balancer.oraclecloud.com/internal"),
        ],
    )
    def test_what_was_meant(self, key: str, meant: str) -> None:
        assert not known_readers(key)
        assert meant_key(key) == meant

    @pytest.mark.parametrize(
        "key",
        [
            "scrape",
            "prometheus.io/scrape",
            "example.com/azure-load-balancer-internal",
            f"{KUBERNETES}osc-load-balancer-internal",
            f"{KUBERNETES}external-traffic",
            "ingress.kubernetes.io/backend-type",
            "networking.gke.io/load-balancer-subnet-v6",
            "networking.gke.io/load-balancer-typ",
            "networking.gke.io/load-balancer-types-of-old",
            "service.kubernetes.io/ibm-load-balancer-cloud-provider-vlan",
            f"{KUBERNETES}do-loadbalancer-colour",
        ],
    )
    def test_where_that_is_not_clear(self, key: str) -> None:
        assert not known_readers(key)
        assert meant_key(key) is None

    def test_prefixes_of_ones_own(self) -> None:
        assert is_owned(f"{KUBERNETES}do-loadbalancer-https-ports")
        assert not is_owned("cloud.google.com/gke-nodepool")

    def test_keys_of_an_ingress(self) -> None:
        assert key_for_services("alb.ingress.kubernetes.io/scheme") == f"{AWS}scheme"
        assert key_for_services("alb.ingress.kubernetes.io/group.name") is None
        assert key_for_services("alb.ingress.kubernetes.io/security-groups") is None


class TestReaders:
    @pytest.mark.parametrize(
        ("spec", "annotations", "configured", "expected"),
        [
            ("", {}, None, None),
            ("", {}, "gke", "gke"),
            ("", {}, NO_PROVIDER, None),
            ("loadBalancerClass: service.k8s.aws/nlb", {}, "gke", "aws-lbc"),
            ("loadBalancerClass: example.com/rack", {}, "gke", None),
            ("", {f"{AWS}type": "nlb-ip"}, None, "aws-lbc"),
            ("", {f"{AWS}type": "nlb-ip"}, "aws-ccm", "aws-lbc"),
            ("", {f"{AWS}type": "nlb-ip"}, "azure", "azure"),
        ],
    )
    def test_the_controller_that_is_named(
        self, spec: str, annotations: dict[str, str], configured: str | None, expected: str | None
    ) -> None:
        found = named_controller(service(f"type: LoadBalancer, {spec}", annotations), configured)
        assert (found and found.id) == expected

    @pytest.mark.parametrize(
        ("spec", "annotations", "configured", "key", "expected"),
        [
            ("type: LoadBalancer", {}, None, f"{AWS}internal", "aws-ccm aws-lbc"),
            ("type: LoadBalancer", {}, "aws-ccm", f"{AWS}internal", "aws-ccm"),
            ("type: LoadBalancer", {}, "gke", f"{AWS}internal", ""),
            ("type: ClusterIP", {}, None, f"{AWS}internal", ""),
            ("type: NodePort", {f"{AWS}type": "nlb-ip"}, None, f"{AWS}internal", "aws-lbc"),
            ("type: ClusterIP", {}, None, "cloud.google.com/neg", "gke"),
            ("type: LoadBalancer", {}, "azure", "cloud.google.com/neg", "gke"),
            ("type: LoadBalancer, loadBalancerClass: example.com/rack", {}, None, AZURE_INTERNAL, ""),
            ("type: LoadBalancer, loadBalancerClass: example.com/rack", {}, None, "metallb.io/address-pool", "metallb"),
            ("type: NodePort", {}, None, "kubernetes.digitalocean.com/firewall-managed", "digitalocean"),
            ("type: LoadBalancer", {}, None, "alb.ingress.kubernetes.io/scheme", ""),
            ("type: LoadBalancer", {}, None, "service.kubernetes.io/headless", ""),
        ],
    )
    def test_who_reads(
        self, spec: str, annotations: dict[str, str], configured: str | None, key: str, expected: str
    ) -> None:
        readers = readers_of(service(spec, {**annotations, key: "x"}), key, configured)
        assert [one.controller.id for one in readers] == expected.split()

    @pytest.mark.parametrize(
        ("load_balancer_class", "controller", "key", "expected"),
        [
            ("networking.gke.io/l4-regional-internal", "gke", GKE_TYPE, "private"),
            ("networking.gke.io/l4-regional-internal", "gke", "cloud.google.com/network-tier", None),
            ("service.k8s.aws/nlb", "aws-lbc", f"{AWS}scheme", None),
        ],
    )
    def test_the_reach_that_the_class_gives(
        self, load_balancer_class: str, controller: str, key: str, expected: str | None
    ) -> None:
        one = service(f"type: LoadBalancer, loadBalancerClass: {load_balancer_class}")
        assert reach_by_class(one, Reader(controllers()[controller], annotation(controller, key))) == expected

    def test_placeholders_are_not_judged(self) -> None:
        found = judged_annotations(service(annotations={"a/b": "c", "a/${B}": "c", "a/d": "${C}"}))
        assert found.keys() == {"a/b"}

    def test_the_place_of_a_field(self) -> None:
        one = service("loadBalancerIP: 10.0.0.4, loadBalancerSourceRanges: []", {"a/b": ""})
        assert place_of(one, "spec.loadBalancerIP") is one.get("spec", "loadBalancerIP")
        assert place_of(one, "spec.loadBalancerSourceRanges") is None
        assert place_of(one, "a/b") is one.annotations["a/b"]
        assert place_of(one, "a/c") is None


def test_a_provider_reads_what_it_lists() -> None:
    assert all(isinstance(one, Provider) for one in controllers().values())
    for controller in controllers().values():
        for key in controller.keys:
            found = controller.annotation(key)
            assert found is not None
            assert found.key == key
