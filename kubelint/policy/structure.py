"""Whether the API server takes a ValidatingAdmissionPolicy, or a binding of one.

What they are made of the schemas say; what their fields may hold is that of k8s.io/kubernetes,
pkg/apis/admissionregistration/validation/validation.go: validateValidatingAdmissionPolicySpec and
validateValidatingAdmissionPolicyBindingSpec. Field paths and words are the server's. Expressions are judged elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from kubelint.apiserver import label_selector, metadata
from kubelint.apiserver.decode import decode
from kubelint.apiserver.field import Field
from kubelint.apiserver.names import dns_label_with_letter_first, dns_subdomain, qualified_name
from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.cluster import DEFAULT_VERSION, Cluster
from kubelint.node import Node, Place, Scalar, plain
from kubelint.policy.errors import PolicyError
from kubelint.resources import Resource
from kubelint.settings import tag_of
from kubelint.yaml_faults import NO_PART_OF_VALUE
from kubelint_schemas import Index

KIND = "ValidatingAdmissionPolicy"
BINDING_KIND = "ValidatingAdmissionPolicyBinding"
GROUP = "admissionregistration.k8s.io"
VERSIONS = ("v1", "v1beta1")
ACTIONS = ("Audit", "Deny", "Warn")
"""What may follow from a denial (validValidationActions)."""

_MOST_CONDITIONS = 64
_MOST_ANNOTATIONS = 20
_LONGEST_VALUE_EXPRESSION = 5 * 1024
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")
_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_RESERVED = frozenset(
    (
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"),
        *("import", "let", "loop", "package", "namespace", "return", "var", "void", "while"),
    )
)


def flaws_of(resource: Resource) -> list[PolicyError]:
    """What the server has against a policy or a binding, its expressions aside, in the order of the text."""
    if resource.api_version not in [f"{GROUP}/{version}" for version in VERSIONS]:
        place = resource.get("apiVersion") or resource.name_place
        return [flaw_at(place, f"{resource.kind} is read as {' and '.join(f'{GROUP}/{one}' for one in VERSIONS)}")]
    decoded = undecodable(resource, f"{GROUP}/{VERSIONS[0]}")
    if decoded:
        return decoded
    root = Field.of(resource.node)
    verdict = Verdict()
    metadata.validate(root, verdict, Cluster(DEFAULT_VERSION), resource.kind)
    refusals = _Refusals(verdict)
    (_policy if resource.kind == KIND else _binding)(root, refusals)
    return sorted((*_flaws(verdict.refusals), *refusals.flaws), key=lambda flaw: flaw.offset)


def undecodable(resource: Resource, api_version: str) -> list[PolicyError]:
    """What the server cannot decode of an object, read with the structure of an apiVersion; nothing where none is
    known."""
    definition = Index.of(DEFAULT_VERSION).definition(api_version, resource.kind)
    verdict = Verdict()
    if definition is not None:
        decode(resource.node, definition, verdict)
    return _flaws(verdict.refusals)


def flaw_at(place: Place, message: str) -> PolicyError:
    """What is wrong at a place."""
    return PolicyError(place.span.source, place.span.start, message)


def _flaws(refusals: Iterable[Statement]) -> list[PolicyError]:
    found = []
    for refusal in refusals:
        field = f"{refusal.field}: " if refusal.field is not None else ""
        found.append(flaw_at(refusal.place, f"{field}{refusal.message}; {refusal.help}"))
    return found


class _Refusals:
    """What the server refuses, in its words (k8s.io/apimachinery, field.Error)."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        """Takes what other kinds are refused for, too."""
        self.flaws: list[PolicyError] = []

    def required(self, field: Field, detail: str = "") -> None:
        """A field that has to be there."""
        self._add(field, "Required value", detail)

    def invalid(self, field: Field, detail: str) -> None:
        """A field whose value cannot be."""
        self._add(field, f"Invalid value: {_shown(field.node)}", detail)

    def forbidden(self, field: Field, detail: str) -> None:
        """A field that may not be there."""
        self._add(field, "Forbidden", detail)

    def duplicate(self, field: Field) -> None:
        """A value that is there already."""
        self._add(field, f"Duplicate value: {_shown(field.node)}")

    def too_many(self, field: Field, most: int) -> None:
        """A list that is too long."""
        self._add(field, f"Too many: {len(field.items())}: must have at most {most} items")

    def one_of(self, field: Field, words: tuple[str, ...]) -> None:
        """Refuse a text that is none of some words."""
        if field.text not in words:
            supported = ", ".join(f'"{word}"' for word in words)
            self._add(field, f'Unsupported value: "{field.text}": supported values: {supported}')

    def each(self, field: Field, wrong: Iterable[str]) -> None:
        """Refuse a field for each thing that is wrong with its text; these words follow the text."""
        for words in wrong:
            self._add(field, f'Invalid value: "{field.text}"', f"it {words}")

    def unique(self, fields: Iterable[Field]) -> None:
        """Refuse texts that are there twice; an empty one is none."""
        seen: set[str] = set()
        for field in fields:
            if field.text in seen:
                self.duplicate(field)
            elif field.text:
                seen.add(field.text)

    def _add(self, field: Field, what: str, detail: str = "") -> None:
        self.flaws.append(flaw_at(field.place, f"{field.path}: {what}{f': {detail}' if detail else ''}"))


def _shown(node: Node | None) -> str:
    return json.dumps(plain(node) if node is not None else "", ensure_ascii=False, separators=(",", ":"))


def _policy(root: Field, refusals: _Refusals) -> None:
    spec = root.child("spec")
    failure_policy = spec.child("failurePolicy")
    if failure_policy.is_set:
        refusals.one_of(failure_policy, ("Fail", "Ignore"))
    if spec.child("paramKind").is_set:
        _parameter_kind(spec.child("paramKind"), refusals)
    constraints = spec.child("matchConstraints")
    if not constraints.is_set:
        refusals.required(constraints)
    else:
        _match_resources(constraints, refusals)
        if not constraints.child("resourceRules").items():
            refusals.required(constraints.child("resourceRules"))
    _match_conditions(spec.child("matchConditions"), refusals)
    for variable in spec.child("variables").items():
        _variable(variable, refusals)
    validations, annotations = spec.child("validations"), spec.child("auditAnnotations")
    if not validations.items() and not annotations.items():
        refusals.required(validations, "validations or auditAnnotations must contain at least one item")
        return
    for validation in validations.items():
        _validation(validation, refusals)
    if len(annotations.items()) > _MOST_ANNOTATIONS:
        refusals.invalid(annotations, f"must not have more than {_MOST_ANNOTATIONS} auditAnnotations")
    for annotation in annotations.items():
        _audit_annotation(annotation, root.at("metadata", "name").text, refusals)
    refusals.unique(annotation.child("key") for annotation in annotations.items())


def _parameter_kind(field: Field, refusals: _Refusals) -> None:
    version, kind = field.child("apiVersion"), field.child("kind")
    parts = version.text.split("/") if version.text != "/" else [""]
    if not version.text:
        refusals.required(version)
    elif len(parts) > 2:
        refusals.invalid(version, f"unexpected GroupVersion string: {version.text}")
    elif not parts[-1]:
        refusals.invalid(version, "version must be specified")
    else:
        refusals.each(version, [f"has a group that {wrong}" for wrong in dns_subdomain(parts[0])] if parts[1:] else ())
        refusals.each(version, [f"has a version that {wrong}" for wrong in dns_label_with_letter_first(parts[-1])])
    if not kind.text:
        refusals.required(kind)
    else:
        refusals.each(kind, dns_label_with_letter_first(kind.text.lower()))


def _match_resources(field: Field, refusals: _Refusals) -> None:
    match_policy = field.child("matchPolicy")
    if match_policy.is_set:
        refusals.one_of(match_policy, ("Equivalent", "Exact"))
    for name in ("namespaceSelector", "objectSelector"):
        label_selector.validate(field.child(name), refusals.verdict)
    for name in ("resourceRules", "excludeResourceRules"):
        for rule in field.child(name).items():
            _rule(rule, refusals)


def _rule(rule: Field, refusals: _Refusals) -> None:
    names = rule.child("resourceNames").items()
    for name in names:
        _path_segment(name, refusals)
    refusals.unique(names)
    operations = rule.child("operations")
    _listed(operations, "if '*' is present, must not specify other operations", refusals)
    for operation in operations.items():
        refusals.one_of(operation, _OPERATIONS)
    _listed(rule.child("apiGroups"), "if '*' is present, must not specify other API groups", refusals)
    versions = rule.child("apiVersions")
    _listed(versions, "if '*' is present, must not specify other API versions", refusals)
    _not_empty(versions, refusals)
    _resources(rule.child("resources"), refusals)
    scope = rule.child("scope")
    if scope.is_set:
        refusals.one_of(scope, _SCOPES)


def _listed(field: Field, lone_wildcard: str, refusals: _Refusals) -> None:
    """Demand that a list has items, and that a `*` in it is the only one."""
    if not field.items():
        refusals.required(field)
    elif len(field.items()) > 1 and "*" in field.texts:
        refusals.invalid(field, lone_wildcard)


def _not_empty(field: Field, refusals: _Refusals) -> None:
    for item in field.items():
        if not item.text:
            refusals.required(item)


def _resources(field: Field, refusals: _Refusals) -> None:
    texts = field.texts
    if not texts:
        refusals.required(field)
    _not_empty(field, refusals)
    seen: set[str] = set()
    for item in field.items():
        resource, slash, below = item.text.partition("/")
        if not slash:
            continue
        for wildcard in (f"{resource}/*", f"*/{below}"):
            if wildcard in seen:
                refusals.invalid(item, f"if '{wildcard}' is present, must not specify {item.text}")
        seen.update(one for one in (f"{resource}/*", f"*/{below}") if one == item.text)
    if len(texts) > 1 and "*/*" in texts:
        refusals.invalid(field, "if '*/*' is present, must not specify other resources")
    # The server asks only about the last one without a slash.
    whole = [text for text in texts if text and "/" not in text]
    if "*" in whole and whole[-1] != "*":
        refusals.invalid(field, "if '*' is present, must not specify other resources without subresources")


def _match_conditions(field: Field, refusals: _Refusals) -> None:
    conditions = field.items()
    if len(conditions) > _MOST_CONDITIONS:
        refusals.too_many(field, _MOST_CONDITIONS)
    for condition in conditions:
        name = condition.child("name")
        _expression(condition.child("expression"), "", refusals)
        if not name.text:
            refusals.required(name)
        else:
            refusals.each(name, qualified_name(name.text))
    refusals.unique(condition.child("name") for condition in conditions)


def _expression(field: Field, detail: str, refusals: _Refusals) -> None:
    if field.text.strip():
        return
    tag = tag_of(field.node) if isinstance(field.node, Scalar) else None
    if tag is not None:
        detail = f"{detail + '; ' if detail else ''}{NO_PART_OF_VALUE.format(tag.text)}; quote the whole value"
    refusals.required(field, detail)


def _variable(variable: Field, refusals: _Refusals) -> None:
    name = variable.child("name")
    if not name.text.strip():
        refusals.required(name, "name is not specified")
    elif not _IDENTIFIER.fullmatch(name.text) or name.text in _RESERVED:
        refusals.invalid(name, "must be a valid CEL identifier")
    _expression(variable.child("expression"), "expression is not specified", refusals)


def _validation(validation: Field, refusals: _Refusals) -> None:
    _expression(validation.child("expression"), "expression is not specified", refusals)
    message, reason = validation.child("message"), validation.child("reason")
    for field in (validation.child("messageExpression"), message):
        if field.text and not field.text.strip():
            refusals.invalid(field, "must be non-empty if specified")
    if re.search(r"[\n\r]", message.text.strip()):
        refusals.invalid(message, "must not contain line breaks")
    if reason.is_set:
        refusals.one_of(reason, _REASONS)


def _audit_annotation(annotation: Field, policy: str, refusals: _Refusals) -> None:
    key, value = annotation.child("key"), annotation.child("valueExpression")
    if not policy:
        refusals.invalid(key, "requires metadata.name be non-empty")
    else:
        named = f"{policy}/{key.text}"
        refusals.each(key, [f"makes `{named}`, which {wrong}" for wrong in qualified_name(named)])
    _expression(value, "valueExpression is not specified", refusals)
    if len(value.text.strip().encode()) > _LONGEST_VALUE_EXPRESSION:
        refusals.required(value, f"must not exceed {_LONGEST_VALUE_EXPRESSION} bytes in length")


def _binding(root: Field, refusals: _Refusals) -> None:
    spec = root.child("spec")
    policy = spec.child("policyName")
    if not policy.text:
        refusals.required(policy)
    else:
        refusals.each(policy, dns_subdomain(policy.text))
    if spec.child("paramRef").is_set:
        _parameter_reference(spec.child("paramRef"), refusals)
    _match_resources(spec.child("matchResources"), refusals)
    actions = spec.child("validationActions")
    for action in actions.items():
        refusals.one_of(action, ACTIONS)
    refusals.unique(actions.items())
    if {"Deny", "Warn"} <= set(actions.texts):
        repeats = "repeating the same validation failure information in the API response and headers serves no purpose"
        refusals.invalid(actions, f"must not contain both Deny and Warn ({repeats})")
    if not actions.items():
        refusals.required(actions, "at least one validation action is required")


def _parameter_reference(field: Field, refusals: _Refusals) -> None:
    name, selector, action = (field.child(one) for one in ("name", "selector", "parameterNotFoundAction"))
    _path_segment(name, refusals)
    label_selector.validate(selector, refusals.verdict)
    if name.text and selector.is_set:
        refusals.forbidden(name, "name and selector are mutually exclusive")
    elif not name.text and not selector.is_set:
        refusals.required(field, "one of name or selector must be specified")
    if not action.text:
        refusals.required(action)
    else:
        refusals.one_of(action, ("Deny", "Allow"))


def _path_segment(field: Field, refusals: _Refusals) -> None:
    """validate.IsPathSegmentName: what can be part of an address."""
    if field.text in (".", ".."):
        refusals.invalid(field, f"may not be '{field.text}'")
        return
    for part in ("/", "%"):
        if part in field.text:
            refusals.invalid(field, f"may not contain '{part}'")
