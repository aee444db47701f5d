"""Ingress (networking.k8s.io/v1): what the API server adds to the structure of the kind.

k8s.io/kubernetes, pkg/apis/networking/validation: ValidateIngressCreate; pkg/registry/networking/ingress:
WarningsOnCreate. The status of an object that is created is dropped before anything is said of it.
"""

from __future__ import annotations

import re

from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import (
    dns_label,
    dns_label_with_letter_first,
    dns_subdomain,
    port_name,
    port_number,
)
from kubelint.apiserver.text_fields import (
    LABEL_HELP,
    LABEL_WITH_LETTER_FIRST_HELP,
    PORT_NAME_HELP,
    PORT_NUMBER_HELP,
    SUBDOMAIN_HELP,
    refuse_ill_formed,
    shown,
)
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster
from kubelint.node import Mapping

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_WILDCARD = re.compile(r"\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LOOKS_LIKE_ADDRESS = re.compile(r"[0-9.]+|.*:.*", re.S)
_FORBIDDEN_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_FORBIDDEN_ENDS = ("/..", "/.")
_HOST_HELP = "write a host name such as `shop.example.com` or `*.example.com`"
_ABSOLUTE_PATH_HELP = "write a path that begins with `/`"
_PATH_HELP = "write a path without empty parts, `.`, `..` and encoded slashes, or pathType: ImplementationSpecific"


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge an Ingress."""
    spec = root.child("spec")
    backend, rules, class_name = spec.child("defaultBackend"), spec.child("rules"), spec.child("ingressClassName")
    has_relaxed_names = "RelaxedServiceNameValidation" in Gates(cluster.version)
    items = rules.items()
    if not items and not backend.is_set:
        message = "the Ingress has neither rules nor a default backend"
        verdict.refuse(Field(spec.path, None, rules.place), "Invalid", message, "write rules, or a defaultBackend")
    if backend.is_set:
        _validate_backend(backend, has_relaxed_names, verdict)
    for rule in items:
        _validate_rule(rule, has_relaxed_names, verdict)
    for tls in spec.child("tls").items():
        for host in tls.child("hosts").items():
            refuse_ill_formed(host, "the host", _wrong_with_host(host.text), _HOST_HELP, verdict)
        secret = tls.child("secretName")
        if secret.text:
            refuse_ill_formed(secret, "the Secret's name", dns_subdomain(secret.text), SUBDOMAIN_HELP, verdict)
    if class_name.is_set:
        refuse_ill_formed(class_name, "the class name", dns_subdomain(class_name.text), SUBDOMAIN_HELP, verdict)
    _validate_class_annotation(root.at("metadata", "annotations"), class_name, verdict)


def _validate_class_annotation(annotations: Field, class_name: Field, verdict: Verdict) -> None:
    node = annotations.node.entries.get(_CLASS_ANNOTATION) if isinstance(annotations.node, Mapping) else None
    # An annotation without a value is there: to the server it is the empty text.
    if node is None:
        return
    annotation = Field(f"{annotations.path}[{_CLASS_ANNOTATION}]", node, node.key)
    if not class_name.is_set:
        message = f"the annotation `{_CLASS_ANNOTATION}` is deprecated"
        place = Field(annotation.path, None, node.key)
        verdict.warn(place, "deprecated-field", message, "write spec.ingressClassName instead")
    elif annotation.text != class_name.text:
        annotated = f"the class{shown(annotation.text)}" if annotation.text else "no class"
        message = f"the annotation names {annotated}, and ingressClassName{shown(class_name.text)}"
        # The server leaves `metadata` out here.
        field = Field(f"annotations.{_CLASS_ANNOTATION}", None, annotation.place)
        verdict.refuse(field, "Invalid", message, "remove the annotation")


def _validate_rule(rule: Field, has_relaxed_names: bool, verdict: Verdict) -> None:
    host, http = rule.child("host"), rule.child("http")
    if host.text:
        wrong = _wrong_with_host(host.text)
        if _is_address(host.text):
            wrong = ["is an IP address"]
        refuse_ill_formed(host, "the host", wrong, _HOST_HELP, verdict)
    if not http.is_set:
        return
    paths = http.child("paths")
    items = paths.items()
    if not items:
        verdict.refuse(paths, "Required", "the rule has no paths", "list paths, or remove `http`")
    for path in items:
        _validate_path(path, has_relaxed_names, verdict)


def _validate_path(entry: Field, has_relaxed_names: bool, verdict: Verdict) -> None:
    path_type, path = entry.child("pathType"), entry.child("path")
    if not path_type.is_set:
        # Of such an entry the server says no more.
        message = "the path has no pathType"
        field = Field(path_type.path, None, path.place if path.is_set else path_type.place)
        verdict.refuse(field, "Required", message, "write pathType: Prefix, Exact or ImplementationSpecific")
        return
    if path_type.text in ("Prefix", "Exact"):
        help = _PATH_HELP if path.text.startswith("/") else _ABSOLUTE_PATH_HELP
        refuse_ill_formed(path, "the path", _wrong_with_path(path.text), help, verdict)
    elif path_type.text == "ImplementationSpecific":
        if path.text and not path.text.startswith("/"):
            refuse_ill_formed(path, "the path", ["does not begin with `/`"], _ABSOLUTE_PATH_HELP, verdict)
    else:
        message = f"the path type{shown(path_type.text)} is not supported"
        verdict.refuse(path_type, "NotSupported", message, "write Prefix, Exact or ImplementationSpecific")
    _validate_backend(entry.child("backend"), has_relaxed_names, verdict)


def _validate_backend(backend: Field, has_relaxed_names: bool, verdict: Verdict) -> None:
    service, resource = backend.child("service"), backend.child("resource")
    if service.is_set and resource.is_set:
        assert resource.node is not None
        message = "the backend is both a Service and another resource"
        field = Field(backend.path, None, resource.node.key)
        verdict.refuse(field, "Invalid", message, "remove `service` or `resource`")
    elif resource.is_set:
        _validate_resource(resource, verdict)
    elif service.is_set:
        _validate_service(service, backend, has_relaxed_names, verdict)
    else:
        message = "the backend names neither a Service nor another resource"
        verdict.refuse(backend, "Invalid", message, "write `service` with `name` and `port`")


def _validate_service(service: Field, backend: Field, has_relaxed_names: bool, verdict: Verdict) -> None:
    name = service.child("name")
    if not name.text:
        verdict.refuse(name, "Required", "the backend's Service has no name", "write the Service's name")
    else:
        wrong = dns_label(name.text) if has_relaxed_names else dns_label_with_letter_first(name.text)
        help = LABEL_HELP if has_relaxed_names else LABEL_WITH_LETTER_FIRST_HELP
        refuse_ill_formed(name, "the Service's name", wrong, help, verdict)
    port = service.child("port")
    named, numbered = port.child("name"), port.child("number")
    # Of a port that is wrong as a whole the server names the backend.
    if named.text and numbered.number:
        message = f"the port has both the name{shown(named.text)} and the number {numbered.number}"
        verdict.refuse(Field(backend.path, None, numbered.place), "Invalid", message, "remove `name` or `number`")
    elif named.text:
        help = f"write `number: {named.text}`" if named.text.isdecimal() else PORT_NAME_HELP
        refuse_ill_formed(named, "the port name", port_name(named.text), help, verdict)
    elif numbered.number:
        if port_number(numbered.number):
            message = f"the port {numbered.number} is not between 1 and 65535"
            verdict.refuse(numbered, "Invalid", message, PORT_NUMBER_HELP)
    else:
        message = "the backend's Service has no port"
        verdict.refuse(
            Field(backend.path, None, port.place), "Required", message, "write `number` or `name` below `port`"
        )


def _validate_resource(resource: Field, verdict: Verdict) -> None:
    group = resource.child("apiGroup")
    if group.is_set:
        refuse_ill_formed(group, "the API group", dns_subdomain(group.text), SUBDOMAIN_HELP, verdict)
    for field_name in ("kind", "name"):
        field = resource.child(field_name)
        if not field.text:
            message = f"the backend's resource has no {field_name}"
            verdict.refuse(field, "Required", message, f"write the {field_name} of the resource")
        else:
            wrong = _wrong_with_path_segment(field.text)
            refuse_ill_formed(field, f"the {field_name}", wrong, "write a name without `/` and `%`", verdict)


def _wrong_with_host(text: str) -> list[str]:
    """IsDNS1123Subdomain, or IsWildcardDNS1123Subdomain of a text that holds an asterisk."""
    if "*" not in text:
        return dns_subdomain(text)
    wrong = ["is longer than 253 characters"] if len(text.encode()) > 253 else []
    if not _WILDCARD.fullmatch(text):
        wrong.append("is no `*.` with a domain behind it")
    return wrong


def _is_address(text: str) -> bool:
    if not _LOOKS_LIKE_ADDRESS.fullmatch(text):
        return False
    from kubelint.apiserver.addresses import parse_address

    return parse_address(text) is not None


def _wrong_with_path(text: str) -> list[str]:
    wrong = [] if text.startswith("/") else ["does not begin with `/`" if text else "is empty"]
    wrong += [f"holds `{sequence}`" for sequence in _FORBIDDEN_SEQUENCES if sequence in text]
    wrong += [f"ends with `{end}`" for end in _FORBIDDEN_ENDS if text.endswith(end)]
    return wrong


def _wrong_with_path_segment(text: str) -> list[str]:
    """k8s.io/apimachinery, pkg/api/validate/content: IsPathSegmentName."""
    if text in (".", ".."):
        return ["is no name"]
    return [f"holds `{character}`" for character in "/%" if character in text]
