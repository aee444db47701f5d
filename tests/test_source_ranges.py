"""Source ranges and load balancers: what each provider makes of the field and of annotations, and which rules speak."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from kubelint.cluster import Cluster
from kubelint.exposure import exposure_of
from kubelint.exposure.addresses import family_of, holds, is_private, is_public
from kubelint.exposure.load_balancer import controllers_of
from kubelint.exposure.source_ranges import (
    SOURCE_RANGES_ANNOTATION,
    SOURCE_RANGES_FIELD,
    families_of,
    ranges_in_annotation,
    ranges_in_field,
    ranges_read,
    ranges_written,
    restriction_by,
)
from kubelint.facts.providers import NO_PROVIDER, providers
from kubelint.finding import Finding
from kubelint.parser import parse
from kubelint.plugins import load_rules, plugin_manager
from kubelint.project import Project, ProjectSettings
from kubelint.resources import Service, resources_in
from kubelint.run import Request, run
from kubelint.source import Source
from kubelint_rules.exposure.load_balancer_node_ports import load_balancer_node_ports
from kubelint_rules.exposure.load_balancer_pending import load_balancer_pending
from kubelint_rules.exposure.node_port_service import node_port_service
from kubelint_rules.exposure.source_ranges_conflict import source_ranges_conflict
from kubelint_rules.exposure.source_ranges_family import source_ranges_family
from kubelint_rules.exposure.source_ranges_missing import source_ranges_missing
from kubelint_rules.exposure.source_ranges_not_enforced import source_ranges_not_enforced
from kubelint_rules.exposure.source_ranges_open import Widths, source_ranges_open
from kubelint_rules.exposure.source_ranges_private_only import source_ranges_private_only

BETA = "service.beta.kubernetes.io/"
AWS, AZURE, DIGITALOCEAN, LINODE = (
    BETA + name for name in ("aws-load-balancer-", "azure-", "do-loadbalancer-", "linode-loadbalancer-")
)
ANNOTATION = SOURCE_RANGES_ANNOTATION
OFFICE, BRANCH = "203.0.113.0/24", "198.51.100.0/24"
PUBLIC = {"type": "LoadBalancer", "ports": [{"port": 443}]}
PUBLIC_ON_AWS = {AWS + "scheme": "internet-facing"}


def service(
    *ranges: str, annotations: dict[str, str] | None = None, type: str = "LoadBalancer", **spec: Any
) -> Service:
    """A Service of type LoadBalancer with these ranges in the field."""
    fields: dict[str, Any] = {"type": type, "ports": [{"port": 443}], **spec}
    if ranges:
        fields["loadBalancerSourceRanges"] = list(ranges)
    metadata = {"name": "console", "annotations": annotations or {}}
    text = json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": fields}, indent=1)
    (resource,) = resources_in(parse(Source("service.yaml", text), 0, len(text)).root)
    assert isinstance(resource, Service)
    return resource


def findings(judged: Service, cluster: Cluster) -> dict[str, Finding]:
    """What the rules on source ranges say of a Service, by the rule's name."""
    exposure = exposure_of(judged, cluster)
    found: dict[str, Iterable[Finding]] = {
        "missing": source_ranges_missing(judged, exposure),
        "open": source_ranges_open(judged, exposure, cluster, Widths()),
        "private-only": source_ranges_private_only(judged, exposure),
        "not-enforced": source_ranges_not_enforced(judged, exposure, cluster),
        "conflict": source_ranges_conflict(judged, exposure, cluster),
        "family": source_ranges_family(judged, exposure, cluster),
    }
    return {name: one for name, several in found.items() for one in several}


def speaking(judged: Service, provider: str | None) -> str:
    """The names of the rules that speak, in alphabetical order."""
    return " ".join(sorted(findings(judged, Cluster(provider=provider))))


NOT_ENFORCED, MISSING, OPEN, CONFLICT = "not-enforced", "missing", "open", "conflict"


@pytest.mark.parametrize(
    ("provider", "narrow", "annotated", "everybody", "none"),
    [
        (None, "", "", OPEN, MISSING),
        (NO_PROVIDER, "", "", "", ""),
        ("alibaba", NOT_ENFORCED, NOT_ENFORCED, "", ""),
        ("aws-ccm", "", "", OPEN, MISSING),
        ("aws-lbc", "", "", "", ""),
        ("azure", "", "", OPEN, MISSING),
        ("cilium", "", NOT_ENFORCED, "", ""),
        ("civo", NOT_ENFORCED, NOT_ENFORCED, "", ""),
        ("digitalocean", "", NOT_ENFORCED, OPEN, MISSING),
        ("exoscale", NOT_ENFORCED, NOT_ENFORCED, "", ""),
        ("gke", "", "", OPEN, MISSING),
        ("hetzner", NOT_ENFORCED, NOT_ENFORCED, "", ""),
        ("ibm", "", "", OPEN, MISSING),
        ("kube-vip", "", NOT_ENFORCED, "", ""),
        ("linode", NOT_ENFORCED, NOT_ENFORCED, "", ""),
        ("metallb", "", NOT_ENFORCED, "", ""),
        ("oci", "", "", OPEN, MISSING),
        ("openstack", "", "", OPEN, MISSING),
        ("ovh", "", "", OPEN, MISSING),
        ("purelb", "", NOT_ENFORCED, "", ""),
        ("scaleway", "", NOT_ENFORCED, OPEN, MISSING),
        ("tailscale", "", "", "", ""),
        ("tencent", "", "", OPEN, MISSING),
        ("vultr", NOT_ENFORCED, NOT_ENFORCED, "", ""),
    ],
)
def test_what_each_provider_makes_of_ranges(
    provider: str | None, narrow: str, annotated: str, everybody: str, none: str
) -> None:
    said = (
        speaking(service(OFFICE), provider),
        speaking(service(annotations={ANNOTATION: OFFICE}), provider),
        speaking(service("0.0.0.0/0"), provider),
        speaking(service(), provider),
    )
    assert said == (narrow, annotated, everybody, none)


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (None, CONFLICT),
        (NO_PROVIDER, ""),
        ("aws-ccm", CONFLICT),
        ("aws-lbc", CONFLICT),
        ("azure", CONFLICT),
        ("digitalocean", CONFLICT),
        ("gke", CONFLICT),
        ("hetzner", NOT_ENFORCED),
        ("metallb", CONFLICT),
        ("oci", CONFLICT),
        ("openstack", CONFLICT),
    ],
)
def test_field_and_annotation_that_differ(provider: str | None, expected: str) -> None:
    assert speaking(service(OFFICE, annotations={ANNOTATION: BRANCH}), provider) == expected
    agreeing = speaking(service(OFFICE, annotations={ANNOTATION: OFFICE}), provider)
    assert agreeing == (CONFLICT if provider == "azure" else expected.replace(CONFLICT, ""))


@pytest.mark.parametrize(
    ("field", "annotation", "words"),
    [
        ((OFFICE,), BRANCH, f"so `{BRANCH}` is not let in"),
        ((OFFICE,), f"{OFFICE},{BRANCH}", f"so `{BRANCH}` is not let in"),
        ((OFFICE, BRANCH), OFFICE, f"so `{BRANCH}` is let in, too"),
        (("0.0.0.0/0",), OFFICE, "so `0.0.0.0/0` is let in, too"),
        ((OFFICE,), "203.0.113.0/25, 203.0.113.128/25", None),
        ((OFFICE,), f"{OFFICE}, ${{BRANCH}}", None),
        ((OFFICE, "${BRANCH}"), BRANCH, None),
        ((OFFICE,), " , ", None),
    ],
)
def test_what_follows_from_the_difference(field: tuple[str, ...], annotation: str, words: str | None) -> None:
    found = findings(service(*field, annotations={ANNOTATION: annotation}), Cluster())
    assert ("conflict" in found) == (words is not None)
    assert words is None or words in found["conflict"].message


@pytest.mark.parametrize(
    ("provider", "annotations", "expected"),
    [
        ("aws-lbc", {**PUBLIC_ON_AWS, AWS + "security-groups": "sg-1"}, ""),
        ("aws-lbc", {**PUBLIC_ON_AWS, AWS + "disable-nlb-sg": "true"}, ""),
        ("aws-ccm", {AWS + "security-groups": "sg-1"}, ""),
        ("azure", {AZURE + "disable-load-balancer-nsg-rule": "true"}, ""),
        ("azure", {AZURE + "allowed-ip-ranges": BRANCH}, CONFLICT),
        ("digitalocean", {DIGITALOCEAN + "allow-rules": "cidr:198.51.100.0/24"}, ""),
        ("oci", {"oci.oraclecloud.com/security-rule-management-mode": "None"}, ""),
        ("linode", {LINODE + "firewall-id": "7"}, ""),
        ("linode", {LINODE + "firewall-acl": "{}"}, ""),
        ("vultr", {BETA + "vultr-loadbalancer-firewall-rules": "203.0.113.0/24,443"}, ""),
        ("civo", {"kubernetes.civo.com/firewall-id": "f"}, ""),
        ("cilium", {"service.cilium.io/src-ranges-policy": "deny"}, NOT_ENFORCED),
        ("cilium", {"service.cilium.io/src-ranges-policy": "allow"}, ""),
        (None, {"service.cilium.io/src-ranges-policy": "deny"}, ""),
        ("metallb", {"metallb.io/loadBalancerIPs": "192.0.2.7"}, ""),
        (None, {"load-balancer.hetzner.cloud/location": "fsn1", AZURE + "allowed-ip-ranges": BRANCH}, ""),
        (None, {"load-balancer.hetzner.cloud/location": "fsn1"}, NOT_ENFORCED),
        (None, {"load-balancer.hetzner.cloud/location": "fsn1", LINODE + "throttle": "5"}, NOT_ENFORCED),
        (None, {"load-balancer.hetzner.cloud/location": "fsn1", DIGITALOCEAN + "name": "console"}, ""),
    ],
)
def test_what_counts_beside_the_ranges(provider: str | None, annotations: dict[str, str], expected: str) -> None:
    assert speaking(service(OFFICE, annotations=annotations), provider) == expected


def test_who_ignores_the_ranges_and_what_to_use_instead() -> None:
    def said(provider: str | None, *ranges: str, **fields: Any) -> tuple[str, str, str | None]:
        found = findings(service(*ranges, **fields), Cluster(provider=provider))["not-enforced"]
        return found.message, found.help, found.severity

    assert said("vultr", OFFICE) == (
        "Vultr ignores these source ranges, which keep nobody away from the load balancer or the node ports",
        f"Vultr takes such rules from `{BETA}vultr-loadbalancer-firewall-rules-cm` or"
        f" `{BETA}vultr-loadbalancer-firewall-rules`",
        "error",
    )
    assert "`kubernetes.civo.com/firewall-id`" in said("civo", OFFICE)[1]
    assert said("exoscale", OFFICE, allocateLoadBalancerNodePorts=False)[0].endswith("away from the load balancer")
    assert said("digitalocean", annotations={ANNOTATION: OFFICE})[1:] == (
        "list the networks in `spec.loadBalancerSourceRanges`, which DigitalOcean reads",
        "error",
    )
    assert said("metallb", annotations={ANNOTATION: OFFICE})[2] == "warning"
    both = {"load-balancer.hetzner.cloud/location": "fsn1", LINODE + "throttle": "5"}
    assert said(None, OFFICE, annotations=both)[0].startswith("Hetzner Cloud and Linode ignore these source ranges")
    deny = {"service.cilium.io/src-ranges-policy": "deny"}
    assert said("cilium", OFFICE, annotations=deny)[2] == "note"


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        (["0.0.0.0/0"], "`0.0.0.0/0` lets anyone on the internet connect; that the load balancer is public is assumed"),
        ([" ::/0 "], "`::/0` lets anyone on the IPv6 internet connect"),
        (["0.0.0.0/1", "128.0.0.0/1"], "together, the source ranges hold every IPv4 address and let anyone"),
        (["::/1", "8000::/1"], "together, the source ranges hold every IPv6 address"),
        (["64.0.0.0/7"], "`64.0.0.0/7` lets a large part of the internet connect"),
        (["64.0.0.0/8", "65.0.0.0/8"], "the source ranges add up to `64.0.0.0/7` and let a large part"),
        (["64.0.0.0/7", "66.0.0.0/8", "67.0.0.0/8"], "the source ranges add up to `64.0.0.0/6`"),
        (["8.0.0.0/5"], "`8.0.0.0/5` lets a large part"),
        (["2000::/3"], "`2000::/3` lets a large part"),
        (["64.0.0.0/7", "2000::/3"], "`2000::/3` lets a large part"),
        (["2000::/3", "0.0.0.0/0"], "`0.0.0.0/0` lets anyone"),
        (["64.0.0.0/8"], None),
        (["2001::/16"], None),
        (["fc00::/7"], None),
        (["10.0.0.0/8", "172.16.0.0/12"], None),
        (["224.0.0.0/4"], None),
        (["240.0.0.0/4"], None),
        (["ff00::/8"], None),
        (["fe80::/10"], None),
        (["0.0.0.0/1", "${OTHER_HALF}"], None),
        (["0.0.0.0/0", "${OFFICE}"], "`0.0.0.0/0` lets anyone"),
    ],
)
def test_what_is_open(ranges: list[str], words: str | None) -> None:
    found = findings(service(*ranges), Cluster())
    assert ("open" in found) == (words is not None)
    assert words is None or words in found["open"].message


def test_on_other_types_nobody_can_list_ranges() -> None:
    served = {**PUBLIC_ON_AWS, AWS + "type": "external", AWS + "nlb-target-type": "ip"}
    assert speaking(service("0.0.0.0/0", annotations=served, type="NodePort"), None) == ""
    assert speaking(service("10.0.0.0/8", annotations=served, type="NodePort"), None) == ""
    (found,) = findings(service(annotations=served, type="NodePort"), Cluster()).values()
    assert found.help == "make the load balancer internal"


WRONG: tuple[Any, ...] = (5, True, None, "", [], {}, [[]], [{"a": 1}], [None], {"a": [1]}, [5], 1.5)


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("field", ["loadBalancerSourceRanges", "ipFamilies", "ipFamilyPolicy", "loadBalancerClass"])
def test_wrong_types_are_as_if_absent(field: str, value: Any) -> None:
    for provider in (None, NO_PROVIDER, *providers()):
        assert speaking(service(**{field: value}), provider) == speaking(service(), provider)


def test_the_widest_entry_is_pointed_at() -> None:
    judged = service("65.0.0.0/8", "64.0.0.0/8", "66.0.0.0/7", OFFICE)
    found = findings(judged, Cluster())["open"]
    assert found.place is judged.get("spec", "loadBalancerSourceRanges", 2)
    assert [related.span.begin.line for related in found.related] == [
        node.span.begin.line
        for number in (0, 1)
        if (node := judged.get("spec", "loadBalancerSourceRanges", number)) is not None
    ]


def test_what_lies_within_an_open_range_is_no_part_of_the_finding() -> None:
    found = findings(service("64.0.0.0/8", "0.0.0.0/0"), Cluster())["open"]
    assert (found.message.partition(" ")[0], found.related) == ("`0.0.0.0/0`", ())


IGNORING = [name for name, one in providers().items() if one.treatment_of_ranges() == "ignored"]


@pytest.mark.parametrize("provider", IGNORING)
def test_placeholders_are_not_judged(provider: str) -> None:
    for ranges in (("${OFFICE}",), (OFFICE, "${BRANCH}")):
        assert speaking(service(*ranges), provider) == ""
        assert speaking(service(annotations={ANNOTATION: ",".join(ranges)}), provider) == ""


@pytest.mark.parametrize(
    ("spec", "families", "expected"),
    [
        ({"ipFamilies": ["IPv4"]}, (), False),
        ({"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}, (), False),
        ({"ipFamilies": ["IPv4"], "ipFamilyPolicy": "PreferDualStack"}, (), True),
        ({"ipFamilies": ["IPv6"]}, (), True),
        ({}, ("IPv4",), False),
        ({}, ("IPv4", "IPv6"), False),
        ({}, ("IPv6", "IPv4"), True),
        ({"ipFamilyPolicy": "PreferDualStack"}, ("IPv4", "IPv6"), True),
        ({}, (), True),
    ],
)
def test_a_family_that_the_service_lacks_opens_nothing(
    spec: dict[str, Any], families: tuple[str, ...], expected: bool
) -> None:
    assert ("open" in findings(service(OFFICE, "::/0", **spec), Cluster(ip_families=families))) is expected


@pytest.mark.parametrize(
    ("spec", "configured", "expected"),
    [
        ({}, (), ()),
        ({}, ("IPv6", "IPv4"), ("IPv6",)),
        ({"ipFamilies": ["IPv6"]}, ("IPv4",), ("IPv6",)),
        ({"ipFamilyPolicy": "SingleStack"}, (), ()),
        ({"ipFamilyPolicy": "RequireDualStack"}, (), ("IPv4", "IPv6")),
        ({"ipFamilyPolicy": "PreferDualStack"}, (), ()),
        ({"ipFamilyPolicy": "PreferDualStack"}, ("IPv6", "IPv4"), ("IPv4", "IPv6")),
        ({"ipFamilyPolicy": "PreferDualStack"}, ("IPv4",), ("IPv4",)),
        ({"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"]}, (), ("IPv4", "IPv6")),
        ({"ipFamilyPolicy": "${POLICY}", "ipFamilies": ["IPv4"]}, (), ()),
        ({"ipFamilies": ["${FAMILY}"]}, (), ()),
    ],
)
def test_families(spec: dict[str, Any], configured: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert families_of(service(**spec), configured) == expected


DUAL = {"ipFamilyPolicy": "RequireDualStack"}


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        (None, "no source range is of IPv6, and the Service gets IPv6, too"),
        (NO_PROVIDER, None),
        ("aws-ccm", None),
        ("aws-lbc", None),
        ("azure", "and the Service gets IPv6, too"),
        ("cilium", "and the Service gets IPv6, too"),
        ("digitalocean", None),
        ("gke", "and GKE lets every IPv6 client in"),
        ("hetzner", None),
        ("kube-vip", "and kube-proxy lets every IPv6 client in"),
        ("metallb", "and kube-proxy lets every IPv6 client in"),
        ("oci", "and the Service gets IPv6, too"),
        ("openstack", None),
        ("purelb", "and kube-proxy lets every IPv6 client in"),
        ("scaleway", None),
    ],
)
def test_ranges_of_one_family_for_a_service_with_both(provider: str | None, words: str | None) -> None:
    found = findings(
        service(OFFICE, annotations=PUBLIC_ON_AWS if provider == "aws-lbc" else {}, **DUAL), Cluster(provider=provider)
    )
    assert ("family" in found) == (words is not None)
    assert words is None or words in found["family"].message


ADDRESS_TYPE = AWS + "ip-address-type"


@pytest.mark.parametrize(
    ("provider", "annotations", "ranges", "words"),
    [
        ("aws-lbc", {ADDRESS_TYPE: "dualstack"}, [OFFICE], "over IPv6 nobody can connect"),
        ("aws-lbc", {ADDRESS_TYPE: "dualstack"}, ["2001:db8::/32"], "over IPv4 nobody can connect"),
        ("aws-lbc", {ADDRESS_TYPE: "dualstack"}, [OFFICE, "2001:db8::/32"], None),
        ("aws-lbc", {ADDRESS_TYPE: "${TYPE}"}, [OFFICE, "2001:db8::/32"], None),
        ("aws-lbc", {ADDRESS_TYPE: "ipv4"}, [OFFICE, "2001:db8::/32"], "no load balancer with an IPv6 range"),
        ("aws-lbc", {}, ["2001:db8::/32"], "no load balancer with an IPv6 range"),
        ("aws-lbc", {AWS + "security-groups": "sg-1"}, ["2001:db8::/32"], None),
        ("aws-lbc", {}, [OFFICE], None),
        ("aws-ccm", {}, ["2001:db8::/32"], None),
        (None, PUBLIC_ON_AWS, ["2001:db8::/32"], None),
        (None, {ADDRESS_TYPE: "dualstack"}, [OFFICE], "over IPv6 nobody can connect"),
    ],
)
def test_families_on_aws(
    provider: str | None, annotations: dict[str, str], ranges: list[str], words: str | None
) -> None:
    found = findings(service(*ranges, annotations=annotations), Cluster(provider=provider))
    assert ("family" in found) == (words is not None)
    assert words is None or words in found["family"].message


def test_who_opens_the_other_family_is_named() -> None:
    said = {name: controller.other_family_opened_by for name, controller in providers().items()}
    assert {name: who for name, who in said.items() if who} == {
        "gke": "GKE",
        "kube-vip": "kube-proxy",
        "metallb": "kube-proxy",
        "purelb": "kube-proxy",
    }


@pytest.mark.parametrize(
    ("provider", "annotations", "ranges", "expected"),
    [
        ("gke", {}, ["10.0.0.0/8"], True),
        ("gke", {}, ["10.0.0.0/8", "fd00::/8", "100.64.0.0/10"], True),
        ("gke", {}, ["10.0.0.0/8", OFFICE], False),
        ("gke", {}, ["10.0.0.0/7"], False),
        ("gke", {}, ["10.0.0.0/8", "${OFFICE}"], False),
        ("gke", {"networking.gke.io/load-balancer-type": "Internal"}, ["10.0.0.0/8"], False),
        ("aws-lbc", PUBLIC_ON_AWS, ["10.0.0.0/8"], True),
        ("aws-lbc", {}, ["10.0.0.0/8"], False),
        ("hetzner", {}, ["10.0.0.0/8"], False),
        ("openstack", {}, ["10.0.0.0/8"], False),
        (None, {}, ["10.0.0.0/8"], True),
        (None, {AWS + "type": "nlb"}, ["10.0.0.0/8"], True),
        (None, {DIGITALOCEAN + "name": "console"}, ["10.0.0.0/8"], True),
    ],
)
def test_private_ranges_on_a_public_load_balancer(
    provider: str | None, annotations: dict[str, str], ranges: list[str], expected: bool
) -> None:
    found = findings(service(*ranges, annotations=annotations), Cluster(provider=provider))
    assert ("private-only" in found) is expected


class TestLists:
    def test_the_field_and_the_annotation_stand_where_they_are_written(self) -> None:
        judged = service(OFFICE, " 2001:db8::/32 ", annotations={ANNOTATION: f"{BRANCH} ,${{OFFICE}}"})
        field, annotation = ranges_written(judged)
        assert (field.key, annotation.key) == (SOURCE_RANGES_FIELD, ANNOTATION)
        assert field.place is judged.get("spec", "loadBalancerSourceRanges")
        assert [entry.place for entry in field.ranges] == getattr(field.place, "items", None)
        assert annotation.place is judged.annotations[ANNOTATION]
        assert {entry.place for entry in annotation.ranges} == {annotation.place}
        assert annotation.texts == (f"{BRANCH} ", "${OFFICE}")
        assert [entry.network for entry in field.ranges] == [ip_network(OFFICE), ip_network("2001:db8::/32")]
        assert (field.is_known, annotation.is_known) == (True, False)
        assert field.networks == (ip_network(OFFICE), ip_network("2001:db8::/32"))

    def test_nothing_is_no_list(self) -> None:
        judged = service(annotations={ANNOTATION: " , "}, loadBalancerSourceRanges=[])
        assert (ranges_in_field(judged), ranges_in_annotation(judged)) == (None, None)
        assert ranges_in_field(service(loadBalancerSourceRanges=OFFICE)) is None

    def test_a_placeholder_in_place_of_the_list_is_an_entry_that_is_not_known(self) -> None:
        found = ranges_in_field(service(loadBalancerSourceRanges="${RANGES}"))
        assert found is not None
        assert (found.texts, found.is_known) == (("${RANGES}",), False)

    def test_which_lists_are_read(self) -> None:
        judged = service(annotations={ANNOTATION: OFFICE, AZURE + "allowed-ip-ranges": BRANCH})
        keys = {
            name: [found.key for found in ranges_read(judged, controller)] for name, controller in providers().items()
        }
        assert keys["azure"] == [AZURE + "allowed-ip-ranges", ANNOTATION]
        assert keys["gke"] == keys["aws-lbc"] == keys["aws-ccm"] == keys["oci"] == keys["openstack"] == [ANNOTATION]
        assert keys["metallb"] == keys["digitalocean"] == keys["scaleway"] == keys["cilium"] == []
        assert [found.key for found in ranges_read(judged, None)] == [ANNOTATION]
        both = service(OFFICE, annotations={ANNOTATION: BRANCH})
        assert [found.key for found in ranges_read(both, providers()["gke"])] == [SOURCE_RANGES_FIELD]

    def test_an_unread_annotation_is_not_enforced(self) -> None:
        judged = service(annotations={ANNOTATION: OFFICE})
        assert restriction_by(judged, providers()["metallb"]) == "not-enforced"
        assert restriction_by(judged, providers()["gke"]) == "ranges"


class TestAddresses:
    @pytest.mark.parametrize(
        ("outer", "inner", "expected"),
        [
            ("10.0.0.0/8", "10.1.0.0/16", True),
            ("10.0.0.0/8", "10.0.0.0/8", True),
            ("10.1.0.0/16", "10.0.0.0/8", False),
            ("10.0.0.0/8", "11.0.0.0/8", False),
            ("0.0.0.0/0", "::/0", False),
            ("::/0", "10.0.0.0/8", False),
        ],
    )
    def test_holds(self, outer: str, inner: str, expected: bool) -> None:
        assert holds(ip_network(outer), ip_network(inner)) is expected

    @pytest.mark.parametrize(
        ("text", "private", "public"),
        [
            ("10.0.0.0/8", True, False),
            ("10.0.0.0/7", False, True),
            ("100.64.0.0/10", True, False),
            ("fd00::/8", True, False),
            ("203.0.113.0/24", False, True),
            ("0.0.0.0/0", False, True),
            ("::/0", False, True),
            ("127.0.0.0/8", False, False),
            ("169.254.0.0/16", False, False),
            ("224.0.0.0/4", False, False),
            ("240.0.0.0/4", False, False),
            ("2001:db8::/32", False, True),
        ],
    )
    def test_private_and_public(self, text: str, private: bool, public: bool) -> None:
        network = ip_network(text)
        assert (is_private(network), is_public(network)) == (private, public)

    def test_families(self) -> None:
        assert (family_of(ip_network("10.0.0.0/8")), family_of(ip_network("::/0"))) == ("IPv4", "IPv6")


@pytest.mark.parametrize(
    ("annotations", "spec", "provider", "expected"),
    [
        ({}, {}, None, []),
        ({}, {}, "gke", ["gke"]),
        ({}, {}, NO_PROVIDER, []),
        ({AWS + "scheme": "internal"}, {}, None, ["aws-ccm", "aws-lbc"]),
        ({AWS + "scheme": "internal"}, {}, NO_PROVIDER, []),
        ({AWS + "type": "nlb-ip"}, {}, None, ["aws-lbc"]),
        ({AWS + "type": "nlb-ip"}, {}, NO_PROVIDER, []),
        ({AWS + "type": "nlb-ip"}, {}, "gke", ["gke"]),
        ({}, {"loadBalancerClass": "service.k8s.aws/nlb"}, "gke", ["aws-lbc"]),
        ({AWS + "scheme": "internal"}, {"loadBalancerClass": "example.com/rack"}, "gke", []),
    ],
)
def test_who_may_serve_a_load_balancer(
    annotations: dict[str, str], spec: dict[str, Any], provider: str | None, expected: list[str]
) -> None:
    judged = service(annotations=annotations, **spec)
    assert [controller.id for controller in controllers_of(judged, provider)] == expected


@pytest.mark.parametrize(
    ("provider", "load_balancer_class", "is_pending"),
    [
        (NO_PROVIDER, None, True),
        (NO_PROVIDER, "service.k8s.aws/nlb", True),
        (None, None, False),
        (None, "example.com/rack", False),
        ("gke", None, False),
        ("gke", "networking.gke.io/l4-regional-external", False),
        ("gke", "service.k8s.aws/nlb", True),
        ("gke", "example.com/rack", True),
        ("gke", "${CLASS}", False),
        ("gke", "tailscale", False),
        ("gke", "io.cilium/bgp-control-plane", False),
        ("gke", "kube-vip.io/kube-vip-class", False),
        ("scaleway", "example.com/rack", True),
        ("aws-ccm", "service.k8s.aws/nlb", False),
        ("aws-ccm", "eks.amazonaws.com/nlb", False),
        ("aws-lbc", "example.com/rack", False),
        ("alibaba", "alibabacloud.com/nlb", False),
        ("cilium", "example.com/rack", True),
        ("metallb", "example.com/rack", False),
        ("metallb", "service.k8s.aws/nlb", True),
        ("kube-vip", "example.com/rack", False),
        ("purelb", "example.com/rack", False),
    ],
)
def test_load_balancers_without_anyone_to_serve_them(
    provider: str | None, load_balancer_class: str | None, is_pending: bool
) -> None:
    spec: dict[str, Any] = {"loadBalancerClass": load_balancer_class} if load_balancer_class else {}
    judged = service(**spec)
    assert bool(list(load_balancer_pending(judged, Cluster(provider=provider)))) is is_pending
    assert not list(load_balancer_pending(service(type="NodePort", **spec), Cluster(provider=provider)))


IP_TARGETS = {AWS + "type": "external", AWS + "nlb-target-type": "ip"}


@pytest.mark.parametrize(
    ("provider", "annotations", "spec", "expected"),
    [
        ("metallb", {}, {}, True),
        ("kube-vip", {}, {}, True),
        ("cilium", {}, {}, True),
        ("purelb", {}, {}, True),
        ("metallb", {}, {"allocateLoadBalancerNodePorts": False}, False),
        ("metallb", {}, {"allocateLoadBalancerNodePorts": True}, True),
        ("metallb", {}, {"externalTrafficPolicy": "Local"}, False),
        ("metallb", {}, {"ports": [{"port": 443, "nodePort": 30443}]}, False),
        ("cilium", {"service.cilium.io/type": "LoadBalancer"}, {}, False),
        (None, IP_TARGETS, {}, True),
        (None, {AWS + "type": "nlb-ip"}, {}, True),
        (None, {AWS + "nlb-target-type": "ip"}, {}, False),
        ("aws-lbc", {AWS + "nlb-target-type": "ip"}, {}, True),
        ("aws-lbc", {AWS + "nlb-target-type": "instance"}, {}, False),
        ("aws-lbc", {}, {}, False),
        ("gke", {}, {}, False),
        ("azure", {}, {}, False),
        ("hetzner", {}, {}, False),
        (None, {}, {}, False),
        (NO_PROVIDER, {"metallb.io/address-pool": "office"}, {}, False),
        (None, {"metallb.io/address-pool": "office"}, {}, True),
        ("metallb", {}, {"loadBalancerClass": "example.com/rack"}, False),
    ],
)
def test_node_ports_that_a_load_balancer_does_without(
    provider: str | None, annotations: dict[str, str], spec: dict[str, Any], expected: bool
) -> None:
    judged, cluster = service(annotations=annotations, **spec), Cluster(provider=provider)
    found = list(load_balancer_node_ports(judged, exposure_of(judged, cluster), cluster))
    assert bool(found) is expected
    if "allocateLoadBalancerNodePorts" in spec and found:
        assert found[0].place is judged.get("spec", "allocateLoadBalancerNodePorts")


def test_load_balancers_of_one_application_are_counted_over_its_files(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d", "e"):
        text = json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": PUBLIC})
        (tmp_path / f"{name}.json").write_text(text)
    request = Request(str(tmp_path), (str(tmp_path),), overrides={"select": ("load-balancer-sprawl",)})
    (found,) = run(request, load_rules(plugin_manager())).report.findings
    assert Path(found.span.source.path).name == "d.json"
    assert "5 public load balancers" in found.message
    assert [Path(related.span.source.path).name for related in found.related] == [
        "a.json",
        "b.json",
        "c.json",
        "e.json",
    ]


@pytest.mark.parametrize(
    ("cluster", "annotations", "further"),
    [
        (Cluster(), {}, ""),
        (Cluster(provider="gke"), {}, ""),
        (Cluster(public_nodes=True), {}, ", and the nodes have public addresses"),
        (Cluster(provider="digitalocean", public_nodes=True), {}, ", and the nodes have public addresses"),
        (Cluster(provider="digitalocean"), {}, ", and DigitalOcean opens its nodes' firewall for it to the internet"),
        (Cluster(provider="digitalocean"), {"kubernetes.digitalocean.com/firewall-managed": "false"}, ""),
    ],
)
def test_how_far_node_ports_reach(cluster: Cluster, annotations: dict[str, str], further: str) -> None:
    judged = service(type="NodePort", annotations=annotations)
    alone = Project("/shop", ProjectSettings(), is_alone=True).workspace_of("/shop/service.yaml")
    (found,) = node_port_service(judged, exposure_of(judged, cluster), alone)
    assert found.message == f"every node of the cluster opens a port for this Service{further}"
