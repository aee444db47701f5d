"""How far a Service reaches: types, providers and their grammars, addresses, ranges, and the table behind them."""

from __future__ import annotations

import json

import pytest

from kubelint.cluster import Cluster
from kubelint.exposure import Exposure, Level, Restriction, Via, exposure_of
from kubelint.exposure import Path as ExposurePath
from kubelint.facts.providers import providers
from kubelint.parser import parse
from kubelint.resources import Service, resources_in
from kubelint.source import Source

BETA = "service.beta.kubernetes.io/"
AWS, AZURE, DIGITALOCEAN = BETA + "aws-load-balancer-", BETA + "azure-", BETA + "do-loadbalancer-"
GKE, OLD_GKE = "networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type"
AZURE_INTERNAL = AZURE + "load-balancer-internal"
RANGES = BETA + "load-balancer-source-ranges"

OFFICE = "loadBalancerSourceRanges: [203.0.113.0/24]"
EVERYBODY = "loadBalancerSourceRanges: [0.0.0.0/1, 128.0.0.0/1]"
LBC = "loadBalancerClass: service.k8s.aws/nlb"

INTERNET, PRIVATE = "internet certain none", "private certain none"
UNKNOWN = "unknown certain none"
NOTHING_SAID = "internet assumed none"


def service(spec: str, annotations: dict[str, str] | str | None = None) -> Service:
    """A Service from the inside of a flow mapping for its spec, and its annotations."""
    written = annotations if isinstance(annotations, str) else json.dumps(annotations or {})
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: orders, annotations: {written}}}\nspec: {{{spec}}}\n"
    source = Source("service.yaml", text)
    document = parse(source, 0, len(text))
    assert document.problem is None, document.problem
    (resource,) = resources_in(document.root)
    assert isinstance(resource, Service)
    return resource


def exposure(spec: str, annotations: dict[str, str] | str | None = None, provider: str | None = None) -> Exposure:
    return exposure_of(service(spec, annotations), Cluster(provider=provider))


def load_balancer(annotations: dict[str, str] | None = None, spec: str = "", provider: str | None = None) -> str:
    return summary(exposure(f"type: LoadBalancer, {spec}", annotations, provider))


def summary(found: Exposure) -> str:
    return f"{found.level} {found.confidence} {found.restriction}"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("", "cluster certain none"),
        ("type: ClusterIP", "cluster certain none"),
        ("type: NodePort", "node certain none"),
        ("type: LoadBalancer", NOTHING_SAID),
        ("type: ExternalName, externalName: db.example.com", "none certain none"),
        ("type: ExternalName, externalName: db.example.com, externalIPs: [8.8.8.8]", "none certain none"),
        ("clusterIP: None", "cluster certain none"),
        ("clusterIPs: [None]", "cluster certain none"),
        ("clusterIP: None, externalIPs: [8.8.8.8]", "cluster certain none"),
        ("type: '${SERVICE_TYPE}'", UNKNOWN),
        ("type: Loadbalancer", UNKNOWN),
    ],
)
def test_types(spec: str, expected: str) -> None:
    assert summary(exposure(spec)) == expected


@pytest.mark.parametrize(
    ("spec", "level"),
    [
        ("externalIPs: [8.8.8.8]", Level.INTERNET),
        ("externalIPs: [203.0.113.7]", Level.INTERNET),
        ("externalIPs: ['2001:4860:4860::8888']", Level.INTERNET),
        ("externalIPs: ['::ffff:8.8.8.8']", Level.INTERNET),
        ("externalIPs: [172.15.0.1]", Level.INTERNET),
        ("externalIPs: [10.1.2.3]", Level.PRIVATE),
        ("externalIPs: [172.31.0.1]", Level.PRIVATE),
        ("externalIPs: [192.168.4.4]", Level.PRIVATE),
        ("externalIPs: [100.100.0.1]", Level.PRIVATE),
        ("externalIPs: ['fd00::1']", Level.PRIVATE),
        ("externalIPs: ['::ffff:10.0.0.1']", Level.PRIVATE),
        ("externalIPs: [10.1.2.3, 8.8.8.8]", Level.INTERNET),
        ("type: NodePort, externalIPs: [10.1.2.3]", Level.PRIVATE),
        ("type: NodePort, externalIPs: ['${ADDRESS}']", Level.NODE),
        ("externalIPs: ['${ADDRESS}']", Level.UNKNOWN),
        ("externalIPs: '${ADDRESSES}'", Level.UNKNOWN),
        ("externalIPs: [127.0.0.1]", Level.UNKNOWN),
        ("externalIPs: [0.0.0.0]", Level.UNKNOWN),
        ("externalIPs: ['fe80::1']", Level.UNKNOWN),
        ("externalIPs: [224.0.0.5]", Level.UNKNOWN),
        ("externalIPs: [010.0.0.1]", Level.UNKNOWN),
        ("externalIPs: []", Level.CLUSTER),
        ("externalIPs: 8.8.8.8", Level.CLUSTER),
    ],
)
def test_external_addresses(spec: str, level: Level) -> None:
    assert exposure(spec).level is level


def test_source_ranges_do_not_protect_an_external_address() -> None:
    assert load_balancer(spec=f"{OFFICE}, externalIPs: [8.8.8.8]", provider="gke") == "internet likely none"
    assert load_balancer(spec=f"{OFFICE}, externalIPs: [10.0.0.8]") == "internet assumed ranges"


def test_of_two_ways_in_that_are_as_wide_the_surer_one_counts() -> None:
    assert load_balancer(spec="externalIPs: [8.8.8.8]") == "internet likely none"
    assert load_balancer(spec="externalIPs: [8.8.8.8]", provider="gke") == INTERNET


FIREWALL = "kubernetes.digitalocean.com/firewall-managed"


@pytest.mark.parametrize(
    ("annotations", "provider", "expected"),
    [
        ({}, "digitalocean", "internet likely none"),
        ({DIGITALOCEAN + "name": "orders"}, None, "internet likely none"),
        ({FIREWALL: "false"}, None, "node certain none"),
        ({FIREWALL: "F"}, "digitalocean", "node certain none"),
        ({FIREWALL: "true"}, None, "internet likely none"),
        ({FIREWALL: "no"}, None, "internet likely none"),
        ({FIREWALL: "$(MANAGED)"}, None, UNKNOWN),
        ({}, "gke", "node certain none"),
        ({DIGITALOCEAN + "name": "orders"}, "gke", "node certain none"),
        ({}, "none", "node certain none"),
        ({AWS + "scheme": "internet-facing"}, None, "node certain none"),
    ],
)
def test_node_ports(annotations: dict[str, str], provider: str | None, expected: str) -> None:
    assert summary(exposure("type: NodePort", annotations, provider)) == expected


@pytest.mark.parametrize(
    ("spec", "opens"),
    [
        ("type: NodePort", True),
        ("type: LoadBalancer", True),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: true", True),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: false", False),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80, nodePort: 30080}]", True),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: 'false'", True),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: 0", True),
        ("type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80, nodePort: null}]", False),
        ("type: ClusterIP", False),
    ],
)
def test_a_load_balancer_opens_node_ports_too(spec: str, opens: bool) -> None:
    assert exposure(spec).opens_node_ports is opens


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (LBC, PRIVATE),
        ("loadBalancerClass: eks.amazonaws.com/nlb", PRIVATE),
        ("loadBalancerClass: networking.gke.io/l4-regional-external", INTERNET),
        ("loadBalancerClass: networking.gke.io/l4-regional-external-legacy", INTERNET),
        ("loadBalancerClass: networking.gke.io/l4-regional-internal", PRIVATE),
        ("loadBalancerClass: networking.gke.io/l4-regional-internal-legacy", PRIVATE),
        ("loadBalancerClass: networking.gke.io/standalone-passthrough-lb-neg", UNKNOWN),
        ("loadBalancerClass: tailscale", PRIVATE),
        ("loadBalancerClass: io.cilium/l2-announcer", UNKNOWN),
        ("loadBalancerClass: io.cilium/bgp-control-plane, loadBalancerIP: 10.0.0.9", PRIVATE),
        ("loadBalancerClass: example.com/own", UNKNOWN),
        ("loadBalancerClass: '${CLASS}'", UNKNOWN),
        ("loadBalancerClass: 5", NOTHING_SAID),
    ],
)
def test_classes(spec: str, expected: str) -> None:
    assert load_balancer(spec=spec) == expected


@pytest.mark.parametrize(
    ("annotations", "provider", "expected"),
    [
        ({AWS + "type": "nlb-ip"}, None, PRIVATE),
        ({AWS + "type": "external", AWS + "nlb-target-type": "ip"}, None, PRIVATE),
        ({AWS + "type": "nlb-ip", AWS + "scheme": "internet-facing"}, None, INTERNET),
        ({AWS + "type": "external", AWS + "nlb-target-type": "instance", AWS + "internal": "false"}, None, INTERNET),
        ({AWS + "type": "external"}, None, "unknown likely none"),
        ({AWS + "type": "external"}, "aws-ccm", UNKNOWN),
        ({AWS + "ssl-cert": "arn"}, None, NOTHING_SAID),
        ({AWS + "type": "nlb"}, None, NOTHING_SAID),
        ({AWS + "internal": "true"}, None, PRIVATE),
        ({AWS + "internal": "false"}, None, INTERNET),
        ({AWS + "internal": "0.0.0.0/0"}, None, "private likely none"),
        ({AWS + "type": "external", AWS + "scheme": "internet-facing"}, None, "internet likely none"),
        ({AWS + "scheme": "internet-facing"}, None, INTERNET),
        ({AWS + "scheme": "internal"}, None, "private likely none"),
        ({AWS + "scheme": "internal"}, "aws-ccm", INTERNET),
        ({AWS + "scheme": "internal"}, "aws-lbc", PRIVATE),
        ({}, "aws-lbc", PRIVATE),
        ({}, "aws-ccm", INTERNET),
        ({AWS + "scheme": "$(SCHEME)"}, None, "unknown likely none"),
    ],
)
def test_aws_without_a_class(annotations: dict[str, str], provider: str | None, expected: str) -> None:
    assert load_balancer(annotations, provider=provider) == expected


GRAMMARS = [
    # provider, key, and what becomes of "true", "True", "yes", "0.0.0.0/0", "false", ""
    ("azure", AZURE_INTERNAL, "private internet internet internet internet internet"),
    ("aws-ccm", AWS + "internal", "private private private private internet internet"),
    ("aws-lbc", AWS + "internal", "private private unknown unknown internet unknown"),
    ("gke", GKE, "internet internet internet internet internet internet"),
    (
        "hetzner",
        "load-balancer.hetzner.cloud/disable-public-network",
        "private private unknown unknown internet unknown",
    ),
    ("oci", BETA + "oci-load-balancer-internal", "private private unknown unknown internet unknown"),
    ("scaleway", BETA + "scw-loadbalancer-private", "private private unknown unknown internet unknown"),
    (
        "openstack",
        BETA + "openstack-internal-load-balancer",
        "private internet internet internet internet internet",
    ),
    ("ovh", BETA + "openstack-internal-load-balancer", "private internet internet internet internet internet"),
    ("digitalocean", DIGITALOCEAN + "network", "unknown unknown unknown unknown unknown unknown"),
]


@pytest.mark.parametrize(("provider", "key", "levels"), GRAMMARS, ids=[row[0] for row in GRAMMARS])
def test_each_provider_reads_booleans_its_own_way(provider: str, key: str, levels: str) -> None:
    texts = ("true", "True", "yes", "0.0.0.0/0", "false", "")
    found = [str(exposure("type: LoadBalancer", {key: text}, provider).level) for text in texts]
    assert found == levels.split()


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True"])
def test_go_reads_these_as_true(text: str) -> None:
    assert load_balancer({AWS + "internal": text}, LBC) == PRIVATE


@pytest.mark.parametrize("text", ["0", "f", "F", "FALSE", "false", "False"])
def test_go_reads_these_as_false(text: str) -> None:
    assert load_balancer({AWS + "internal": text}, LBC) == INTERNET


@pytest.mark.parametrize(
    ("annotations", "spec", "expected"),
    [
        ({AWS + "scheme": "internet-facing", AWS + "internal": "true"}, LBC, INTERNET),
        ({AWS + "scheme": "internal", AWS + "internal": "false"}, LBC, PRIVATE),
        ({AWS + "scheme": "Internal"}, LBC, UNKNOWN),
        ({GKE: "Internal"}, "loadBalancerClass: networking.gke.io/l4-regional-external", INTERNET),
        ({GKE: "Internal"}, "", PRIVATE),
        ({GKE: "internal"}, "", PRIVATE),
        ({GKE: "INTERNAL"}, "", INTERNET),
        ({GKE: "internal-only"}, "", INTERNET),
        ({OLD_GKE: "Internal"}, "", PRIVATE),
        ({GKE: "", OLD_GKE: "Internal"}, "", INTERNET),
        ({GKE: "Internal", OLD_GKE: "External"}, "", PRIVATE),
        ({"cloud.google.com/neg": '{"ingress": true}'}, "", "internet likely none"),
        ({AZURE_INTERNAL: "true"}, "", PRIVATE),
        ({AZURE + "dns-label-name": "orders", AZURE_INTERNAL: "true"}, "", PRIVATE),
        ({AZURE + "dns-label-name": "orders"}, "", "internet likely none"),
        ({AZURE + "loadbalancer-internal": "true"}, "", "internet likely none"),
        ({"beta.kubernetes.io/azure-load-balancer-internal": "true"}, "", NOTHING_SAID),
        ({AZURE_INTERNAL: "${INTERNAL}"}, "", UNKNOWN),
        ({AZURE_INTERNAL: "true", GKE: "Internal", AWS + "internal": "true"}, "", PRIVATE),
        ({AZURE_INTERNAL: "true", AWS + "ssl-cert": "arn"}, "", "private likely none"),
        ({AZURE_INTERNAL: "true", GKE: "External"}, "", "internet assumed none"),
    ],
)
def test_which_key_wins(annotations: dict[str, str], spec: str, expected: str) -> None:
    assert load_balancer(annotations, spec) == expected


OCI_TYPE = "oci.oraclecloud.com/load-balancer-type"


@pytest.mark.parametrize(
    ("annotations", "level"),
    [
        ({DIGITALOCEAN + "network": "INTERNAL"}, Level.PRIVATE),
        ({DIGITALOCEAN + "network": "internal"}, Level.UNKNOWN),
        ({OCI_TYPE: "nlb", BETA + "oci-load-balancer-internal": "true"}, Level.INTERNET),
        ({OCI_TYPE: "lb", BETA + "oci-load-balancer-internal": "true"}, Level.PRIVATE),
        ({OCI_TYPE: "nlb", "oci-network-load-balancer.oraclecloud.com/internal": "true"}, Level.PRIVATE),
        ({"oci-network-load-balancer.oraclecloud.com/internal": "true"}, Level.INTERNET),
        ({BETA + "linode-loadbalancer-frontend-subnet-id": "169341"}, Level.PRIVATE),
        ({BETA + "linode-loadbalancer-frontend-subnet-id": ""}, Level.INTERNET),
        ({BETA + "exoscale-loadbalancer-external": "true"}, Level.INTERNET),
        ({BETA + "vultr-loadbalancer-create": "false"}, Level.NODE),
        ({"kubernetes.civo.com/firewall-id": "f"}, Level.INTERNET),
        ({"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "private"}, Level.PRIVATE),
        ({"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-1"}, Level.PRIVATE),
        ({"service.kubernetes.io/tke-existed-lbid": "lb-1"}, Level.UNKNOWN),
        ({BETA + "alicloud-loadbalancer-address-type": "intranet"}, Level.PRIVATE),
        (
            {
                BETA + "alibaba-cloud-loadbalancer-address-type": "internet",
                BETA + "alicloud-loadbalancer-address-type": "intranet",
            },
            Level.INTERNET,
        ),
        ({BETA + "scw-loadbalancer-externally-managed": "true"}, Level.UNKNOWN),
        ({BETA + "linode-loadbalancer-frontend-subnet-name": "orders"}, Level.PRIVATE),
        ({BETA + "alibaba-cloud-loadbalancer-id": "lb-1"}, Level.UNKNOWN),
        ({BETA + "alicloud-loadbalancer-id": "lb-1"}, Level.UNKNOWN),
        ({BETA + "alibaba-cloud-loadbalancer-spec": "slb.s1.small", BETA + "class": "other"}, Level.UNKNOWN),
    ],
)
def test_other_providers(annotations: dict[str, str], level: Level) -> None:
    assert exposure("type: LoadBalancer", annotations).level is level


@pytest.mark.parametrize(
    ("annotations", "spec", "provider", "expected"),
    [
        ({}, "", "metallb", UNKNOWN),
        ({"metallb.io/address-pool": "public"}, "", None, "unknown likely none"),
        ({"metallb.io/loadBalancerIPs": "192.168.1.7"}, "", None, PRIVATE),
        ({"metallb.io/loadBalancerIPs": "192.168.1.7,8.8.8.8"}, "", None, INTERNET),
        ({"metallb.universe.tf/loadBalancerIPs": "8.8.8.8"}, "", None, INTERNET),
        ({}, "loadBalancerIP: 10.0.0.8", "metallb", PRIVATE),
        ({"metallb.io/loadBalancerIPs": "10.0.0.8"}, "loadBalancerIP: 10.0.0.8", None, UNKNOWN),
        ({"metallb.universe.tf/loadBalancerIPs": "10.0.0.8"}, "loadBalancerIP: 10.0.0.8", None, UNKNOWN),
        ({"kube-vip.io/loadbalancerIPs": "0.0.0.0"}, "", None, UNKNOWN),
        ({"kube-vip.io/ignore": "true"}, "loadBalancerIP: 10.0.0.8", None, UNKNOWN),
        ({}, "loadBalancerIP: 10.0.0.8", "kube-vip", PRIVATE),
        ({"io.cilium/lb-ipam-ips": "8.8.8.8"}, "", None, INTERNET),
        ({"kube-vip.io/loadbalancerIPs": "10.0.0.8"}, "", None, PRIVATE),
        ({"kube-vip.io/loadbalancerIPs": "10.0.0.8", "kube-vip.io/forwardUPNP": "true"}, "", None, INTERNET),
        ({"purelb.io/addresses": "fd00::8"}, "", None, PRIVATE),
        ({"purelb.io/service-group": "public"}, "", None, "unknown likely none"),
        ({"lbipam.cilium.io/ips": "8.8.8.8"}, "", None, INTERNET),
        ({"lbipam.cilium.io/ips": "${ADDRESS}"}, "", None, UNKNOWN),
        ({"service.cilium.io/global": "true"}, "", None, NOTHING_SAID),
    ],
)
def test_pools(annotations: dict[str, str], spec: str, provider: str | None, expected: str) -> None:
    assert load_balancer(annotations, spec, provider) == expected


@pytest.mark.parametrize(
    ("spec", "provider", "expected"),
    [
        ("", "gke", INTERNET),
        ("", "none", "node certain none"),
        ("allocateLoadBalancerNodePorts: false", "none", "cluster certain none"),
        (LBC, "none", "node certain none"),
        (LBC, "azure", PRIVATE),
        ("", "no-such-provider", NOTHING_SAID),
        ("loadBalancerIP: 10.0.0.8", None, "private likely none"),
        ("loadBalancerIP: 8.8.8.8", None, "internet likely none"),
        ("loadBalancerIP: '${ADDRESS}'", None, "unknown likely none"),
        ("loadBalancerIP: 10.0.0.8", "gke", INTERNET),
        ("loadBalancerIP: 10.0.0.8", "aws-ccm", UNKNOWN),
    ],
)
def test_what_the_configuration_and_the_address_say(spec: str, provider: str | None, expected: str) -> None:
    assert load_balancer(spec=spec, provider=provider) == expected


SECURITY_GROUPS, WITHOUT_GROUP = AWS + "security-groups", AWS + "disable-nlb-sg"
TAGS, ALLOWED = AZURE + "allowed-service-tags", AZURE + "allowed-ip-ranges"
NONE, HONOURED, OPAQUE, NOT_ENFORCED = Restriction


@pytest.mark.parametrize(
    ("provider", "annotations", "spec", "restriction"),
    [
        (None, {}, OFFICE, HONOURED),
        (None, {}, "loadBalancerSourceRanges: [0.0.0.0/0]", NONE),
        (None, {}, "loadBalancerSourceRanges: ['::/0']", NONE),
        (None, {}, "loadBalancerSourceRanges: ['::/1', '8000::/1', 10.0.0.0/8]", NONE),
        (None, {}, "loadBalancerSourceRanges: [10.0.0.0/8, 0.0.0.0/0]", NONE),
        (None, {}, EVERYBODY, NONE),
        (None, {}, "loadBalancerSourceRanges: [0.0.0.0/1, 128.0.0.0/2]", HONOURED),
        (None, {}, "loadBalancerSourceRanges: ['${OFFICE}']", OPAQUE),
        (None, {}, "loadBalancerSourceRanges: '${RANGES}'", OPAQUE),
        (None, {}, "loadBalancerSourceRanges: [10.0.0.0/8, '${OFFICE}']", OPAQUE),
        (None, {}, "loadBalancerSourceRanges: [' 203.0.113.5/24 ']", HONOURED),
        (None, {}, "loadBalancerSourceRanges: []", NONE),
        (None, {}, "loadBalancerSourceRanges: 203.0.113.0/24", NONE),
        (None, {RANGES: "203.0.113.0/24, 198.51.100.0/24"}, "", HONOURED),
        (None, {RANGES: "0.0.0.0/0"}, "", NONE),
        (None, {RANGES: ""}, "", NONE),
        (None, {RANGES: "203.0.113.0/24"}, "loadBalancerSourceRanges: [0.0.0.0/0]", NONE),
        (None, {RANGES: "0.0.0.0/0"}, OFFICE, HONOURED),
        ("aws-lbc", {}, OFFICE, HONOURED),
        ("aws-lbc", {SECURITY_GROUPS: "sg-1"}, OFFICE, OPAQUE),
        ("aws-lbc", {SECURITY_GROUPS: "sg-1"}, "", OPAQUE),
        ("aws-lbc", {SECURITY_GROUPS: ""}, OFFICE, HONOURED),
        ("aws-lbc", {WITHOUT_GROUP: "T"}, OFFICE, OPAQUE),
        ("aws-lbc", {WITHOUT_GROUP: "false"}, OFFICE, HONOURED),
        ("aws-lbc", {AWS + "security-group-prefix-lists": "pl-1"}, "", OPAQUE),
        ("aws-lbc", {RANGES: "203.0.113.0/24"}, "", HONOURED),
        ("aws-ccm", {}, OFFICE, HONOURED),
        ("aws-ccm", {RANGES: "203.0.113.0/24"}, "", HONOURED),
        ("aws-ccm", {SECURITY_GROUPS: "sg-1"}, OFFICE, OPAQUE),
        ("gke", {}, OFFICE, HONOURED),
        ("gke", {RANGES: "203.0.113.0/24"}, "", HONOURED),
        ("azure", {}, OFFICE, HONOURED),
        ("azure", {ALLOWED: "203.0.113.0/24"}, "", HONOURED),
        ("azure", {ALLOWED: "203.0.113.0/24", RANGES: "0.0.0.0/0"}, "", NONE),
        ("azure", {TAGS: "AzureFrontDoor.Backend"}, "", OPAQUE),
        ("azure", {TAGS: "Internet"}, "", NONE),
        ("azure", {AZURE + "disable-load-balancer-nsg-rule": "true"}, OFFICE, OPAQUE),
        ("azure", {AZURE + "disable-load-balancer-nsg-rule": "True"}, OFFICE, HONOURED),
        ("digitalocean", {}, OFFICE, HONOURED),
        ("digitalocean", {RANGES: "203.0.113.0/24"}, "", NOT_ENFORCED),
        ("digitalocean", {DIGITALOCEAN + "allow-rules": "ip:203.0.113.7"}, "", OPAQUE),
        ("digitalocean", {DIGITALOCEAN + "deny-rules": "ip:203.0.113.7"}, "", OPAQUE),
        ("oci", {}, OFFICE, HONOURED),
        ("oci", {RANGES: "203.0.113.0/24"}, "", HONOURED),
        ("oci", {"oci.oraclecloud.com/security-rule-management-mode": "None"}, OFFICE, OPAQUE),
        ("oci", {BETA + "oci-load-balancer-security-list-management-mode": "None"}, OFFICE, OPAQUE),
        ("oci", {BETA + "oci-load-balancer-security-list-management-mode": "Frontend"}, OFFICE, HONOURED),
        ("oci", {OCI_TYPE: "nlb"}, OFFICE, OPAQUE),
        ("openstack", {}, OFFICE, OPAQUE),
        ("openstack", {RANGES: "203.0.113.0/24"}, "", OPAQUE),
        ("openstack", {}, EVERYBODY, NONE),
        ("ovh", {RANGES: "203.0.113.0/24"}, "", OPAQUE),
        ("ibm", {"service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-security-group": "s"}, "", OPAQUE),
        ("tencent", {"service.cloud.tencent.com/security-groups": "sg-1"}, "", OPAQUE),
        ("alibaba", {}, OFFICE, NOT_ENFORCED),
        ("alibaba", {}, f"loadBalancerClass: alibabacloud.com/nlb, {OFFICE}", HONOURED),
        ("alibaba", {BETA + "alibaba-cloud-loadbalancer-id": "nlb-1"}, OFFICE, OPAQUE),
        ("alibaba", {BETA + "alibaba-cloud-loadbalancer-acl-id": "acl-1"}, "", OPAQUE),
        ("alibaba", {BETA + "alicloud-loadbalancer-acl-id": "acl-1"}, "", OPAQUE),
        ("alibaba", {BETA + "alibaba-cloud-loadbalancer-security-group-ids": "sg-1"}, "", OPAQUE),
        ("alibaba", {BETA + "alicloud-loadbalancer-security-group-ids": "sg-1"}, "", OPAQUE),
        ("scaleway", {}, OFFICE, HONOURED),
        ("linode", {}, OFFICE, NOT_ENFORCED),
        ("linode", {}, EVERYBODY, NONE),
        ("linode", {BETA + "linode-loadbalancer-firewall-acl": '{"allowList": {}}'}, OFFICE, OPAQUE),
        ("hetzner", {}, OFFICE, NOT_ENFORCED),
        ("exoscale", {}, OFFICE, NOT_ENFORCED),
        ("vultr", {}, OFFICE, NOT_ENFORCED),
        ("linode", {BETA + "linode-loadbalancer-firewall-id": "7"}, OFFICE, OPAQUE),
        ("vultr", {BETA + "vultr-loadbalancer-firewall-rules-cm": "rules"}, OFFICE, OPAQUE),
        ("vultr", {BETA + "vultr-loadbalancer-firewall-rules": "203.0.113.0/24,80"}, OFFICE, OPAQUE),
        ("civo", {}, OFFICE, NOT_ENFORCED),
        ("civo", {"kubernetes.civo.com/firewall-id": "f"}, "", OPAQUE),
        ("metallb", {}, OFFICE, HONOURED),
        ("metallb", {RANGES: "203.0.113.0/24"}, "", NOT_ENFORCED),
        ("cilium", {}, OFFICE, HONOURED),
        ("cilium", {"service.cilium.io/src-ranges-policy": "deny"}, OFFICE, NOT_ENFORCED),
    ],
)
def test_restrictions(provider: str | None, annotations: dict[str, str], spec: str, restriction: Restriction) -> None:
    assert exposure(f"type: LoadBalancer, {spec}", annotations, provider).restriction is restriction


@pytest.mark.parametrize("key", [ALLOWED, RANGES])
def test_azure_makes_no_load_balancer_with_two_lists_of_ranges(key: str) -> None:
    found = exposure(f"type: LoadBalancer, {OFFICE}", {key: "203.0.113.0/24"}, "azure")
    assert found.level is Level.UNKNOWN
    assert found.evidence[-1].words == f"Azure makes no load balancer with `spec.loadBalancerSourceRanges` and `{key}`"
    assert (
        exposure("type: LoadBalancer, loadBalancerSourceRanges: []", {key: "10.0.0.0/8"}, "azure").level == "internet"
    )


def words(found: Exposure) -> list[tuple[str | None, str]]:
    """Where each piece of evidence is written, and what it says."""
    return [
        (None if evidence.place is None else ".".join(map(str, evidence.place.route[-2:])), evidence.words)
        for evidence in found.evidence
    ]


def test_evidence_names_what_is_written_and_what_is_not() -> None:
    written = ("spec.type", "`type: LoadBalancer`")
    assert words(exposure("type: LoadBalancer")) == [
        written,
        (None, "no class, no annotation: a public load balancer is assumed"),
    ]
    assert words(exposure("type: LoadBalancer", {GKE: "INTERNAL"})) == [
        written,
        (f"annotations.{GKE}", f"`{GKE}` is `INTERNAL`"),
    ]
    assert words(exposure(f"type: LoadBalancer, {LBC}")) == [
        written,
        (
            "spec.loadBalancerClass",
            "AWS Load Balancer Controller opens a load balancer to the private network unless told otherwise",
        ),
    ]
    assert words(exposure("type: LoadBalancer", {AWS + "type": "nlb"})) == [
        written,
        (None, "AWS cloud provider opens a load balancer to the internet unless told otherwise"),
        (None, "AWS Load Balancer Controller opens a load balancer to the private network unless told otherwise"),
    ]


@pytest.mark.parametrize(
    ("spec", "route"),
    [
        ("type: NodePort", ("spec", "type")),
        ("type: LoadBalancer", ("spec", "type")),
        ("type: NodePort, externalIPs: [10.0.0.1, 8.8.8.8]", ("spec", "externalIPs", 1)),
        ("clusterIP: None", ("spec", "clusterIP")),
        ("", None),
    ],
)
def test_the_place_of_the_cause(spec: str, route: tuple[str | int, ...] | None) -> None:
    place = exposure(spec).place
    assert (place.route if place is not None else None) == route


@pytest.mark.parametrize(
    ("provider", "key"),
    [
        ("alibaba", BETA + "alibaba-cloud-loadbalancer-spec"),
        ("alibaba", BETA + "alicloud-loadbalancer-spec"),
        ("aws-ccm", AWS + "type"),
        ("azure", AZURE + "pip-name"),
        ("cilium", "io.cilium/lb-ipam-sharing-key"),
        ("cilium", "lbipam.cilium.io/sharing-key"),
        ("civo", "kubernetes.civo.com/protocol"),
        ("digitalocean", "kubernetes.digitalocean.com/load-balancer-id"),
        ("digitalocean", DIGITALOCEAN + "name"),
        ("digitalocean", "service.kubernetes.io/do-loadbalancer-disown"),
        ("exoscale", BETA + "exoscale-loadbalancer-name"),
        ("gke", "cloud.google.com/backend-config"),
        ("gke", "networking.gke.io/load-balancer-subnet"),
        ("hetzner", "load-balancer.hetzner.cloud/location"),
        ("ibm", "service.kubernetes.io/ibm-load-balancer-cloud-provider-zone"),
        ("kube-vip", "kube-vip.io/vipHost"),
        ("linode", BETA + "linode-loadbalancer-throttle"),
        ("metallb", "metallb.io/allow-shared-ip"),
        ("metallb", "metallb.universe.tf/allow-shared-ip"),
        ("oci", BETA + "oci-load-balancer-shape"),
        ("oci", "oci-network-load-balancer.oraclecloud.com/subnet"),
        ("oci", "oci.oraclecloud.com/loadbalancer-policy"),
        ("openstack", BETA + "openstack-internal-load-balancer"),
        ("openstack", "loadbalancer.openstack.org/flavor-id"),
        ("ovh", "loadbalancer.ovhcloud.com/flavor"),
        ("purelb", "purelb.io/service-group"),
        ("scaleway", BETA + "scw-loadbalancer-type"),
        ("tencent", "service.cloud.tencent.com/direct-access"),
        ("tencent", "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type"),
        ("vultr", BETA + "vultr-loadbalancer-label"),
        (None, "example.com/azure-load-balancer-internal"),
        (None, "external-dns.alpha.kubernetes.io/hostname"),
    ],
)
def test_a_provider_is_known_by_its_annotations(provider: str | None, key: str) -> None:
    assert exposure("type: LoadBalancer", {key: "orders"}).provider == provider


@pytest.mark.parametrize(
    ("provider", "load_balancer_class"),
    [
        ("alibaba", "alibabacloud.com/nlb"),
        ("aws-lbc", "service.k8s.aws/nlb"),
        ("cilium", "io.cilium/l2-announcer"),
        ("gke", "networking.gke.io/standalone-passthrough-lb-neg"),
        ("kube-vip", "kube-vip.io/kube-vip-class"),
        ("tailscale", "tailscale"),
        (None, "metallb"),
    ],
)
def test_a_provider_is_known_by_its_class(provider: str | None, load_balancer_class: str) -> None:
    azure = {AZURE_INTERNAL: "true"}
    assert (
        exposure(f"type: LoadBalancer, loadBalancerClass: {load_balancer_class}", azure, "azure").provider == provider
    )


def test_what_is_external_and_what_it_is_called() -> None:
    by_level = {level: Exposure((ExposurePath(level, Via.LOAD_BALANCER),)) for level in Level}
    assert {level: (found.is_external, found.reach) for level, found in by_level.items()} == {
        Level.NONE: (False, "nobody"),
        Level.CLUSTER: (False, "the cluster"),
        Level.NODE: (True, "the nodes' network"),
        Level.PRIVATE: (True, "the private network"),
        Level.INTERNET: (True, "the internet"),
        Level.UNKNOWN: (False, "a network that the manifest does not name"),
    }
    assert Exposure().level is Level.NONE


WRONG = ("5", "true", "null", "''", "[]", "{}", "[[]]", "[{a: 1}]", "[null]", "{a: [1]}", "[5]", "1.5")


@pytest.mark.parametrize("value", WRONG)
def test_wrong_types_are_absent(value: str) -> None:
    fields = ("externalIPs", "loadBalancerSourceRanges", "loadBalancerClass", "loadBalancerIP", "ports")
    for provider in (None, "none", *providers()):
        expected = exposure("type: LoadBalancer", provider=provider)
        for field in fields:
            assert summary(exposure(f"type: LoadBalancer, {field}: {value}", provider=provider)) == summary(expected)
        annotations = f"{{{AZURE_INTERNAL}: {value}, {RANGES}: {value}}}" if value != "''" else value
        exposure("type: LoadBalancer", annotations, provider)
        exposure(f"type: {value}, clusterIP: {value}, clusterIPs: {value}", value, provider)
    assert exposure(f"externalIPs: {value}").level is Level.CLUSTER


def test_an_empty_service_has_an_answer() -> None:
    (resource,) = resources_in(parse(Source("a.yaml", text := "apiVersion: v1\nkind: Service\n"), 0, len(text)).root)
    assert isinstance(resource, Service)
    assert exposure_of(resource, Cluster()).level is Level.CLUSTER
