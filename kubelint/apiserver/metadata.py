"""ObjectMeta: what the API server adds to the structure of an object's metadata.

k8s.io/apimachinery pkg/api/validation/objectmeta.go (ValidateObjectMetaAccessor), k8s.io/kubernetes
pkg/apis/core/validation (ValidateObjectMeta), and what happens to metadata before that: k8s.io/apiserver
pkg/registry/rest (WipeObjectMetaSystemFields) and pkg/storage/names (SimpleNameGenerator).

Of an object that is created the server ignores uid, selfLink, creationTimestamp, deletionTimestamp and
deletionGracePeriodSeconds, replaces managedFields, and drops the namespace of a kind that lives in none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import (
    dns_label,
    dns_label_with_letter_first,
    dns_subdomain,
    label_value,
    qualified_name,
)
from kubelint.apiserver.text_fields import LABEL_HELP, QUALIFIED_HELP, SUBDOMAIN_HELP, shown
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster
from kubelint.node import Mapping, Node, Place
from kubelint.resources import CLUSTER_SCOPED

_Rule = Callable[[str], list[str]]

ANNOTATIONS_LIMIT = 256 * 1024
"""Bytes of all keys and values of an object's annotations (TotalAnnotationSizeLimitB)."""

_GENERATED_SUFFIX = "x2x2x"
"""Stands for the five random letters and digits behind a generateName."""
_LONGEST_PREFIX = 58
"""Bytes of a generateName that are used (names.MaxGeneratedNameLength)."""
_CRON_JOB_NAME_LIMIT = 52
_NAME_LABEL = "kubernetes.io/metadata.name"

_LABELS = frozenset(("Namespace", "StatefulSet"))
"""The kinds whose names are labels, beside Service."""
_NAMED_AFTER_CONTENT = "APIService"
"""The kind whose names follow from its spec: `v1.example.com`."""
_KEPT_GENERATION = frozenset(("Service", "Namespace", "Endpoints", "APIService"))
"""The kinds whose generation the server does not set to 1 on creation."""
_GENERIC = frozenset(("APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"))
"""Built-in kinds that are validated without the core group's own checks."""
_BUILT_IN = frozenset(
    (
        *("Service", "Endpoints", "Namespace", "Pod", "ReplicationController", "EndpointSlice", "Ingress"),
        *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "NetworkPolicy"),
    )
)
_HOSTNAMES = frozenset(("Pod", "Deployment", "ReplicaSet", "ReplicationController", "Job", "CronJob"))
"""The kinds of which a name that is no DNS label gets a warning: their pods' host names come from it."""

_ORPHAN, _FOREGROUND = "orphan", "foregroundDeletion"
_STANDARD_FINALIZERS = frozenset(("kubernetes", _ORPHAN, _FOREGROUND))
_PLAIN_KEY = re.compile(r"(?:[a-z0-9]+(?:[-.][a-z0-9]+)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_VALUE_HELP = "write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
_KEY_HELP = "write a name such as `app` or `example.com/app`, of at most 63 characters behind the `/`"


def validate(root: Field, verdict: Verdict, cluster: Cluster, kind: str) -> None:
    """Judge the metadata of an object of a kind that kubelint reads, after all else in it."""
    metadata, gates = root.child("metadata"), Gates(cluster.version)
    name, generate_name = metadata.child("name"), metadata.child("generateName")
    is_clean = not verdict.refusals
    generated = _generated(generate_name.text) if not name.text else ""
    # Of a generated name one points at what it is made from.
    named = name if not generated else Field(name.path, None, generate_name.place)
    _validate_name(named, name.text or generated, kind, root, gates, verdict)
    if generate_name.text:
        _validate_prefix(generate_name, kind, gates, verdict, is_clean)
    namespace = metadata.child("namespace")
    if namespace.text and kind not in CLUSTER_SCOPED:
        for wrong in dns_label(namespace.text):
            verdict.refuse(namespace, "Invalid", f"the namespace{shown(namespace.text)} {wrong}", LABEL_HELP)
    if metadata.child("generation").number < 0 and _keeps_generation(kind, gates):
        verdict.refuse(metadata.child("generation"), "Invalid", "the generation is negative", "remove it")
    # The server gives this label of a Namespace the object's name, whatever it says.
    given = _NAME_LABEL if kind == "Namespace" and name.text else None
    validate_labels(_labels(root, metadata, kind), "metadata.labels", verdict, given=given)
    validate_annotations(metadata.child("annotations"), "metadata.annotations", verdict)
    finalizers, owners = metadata.child("finalizers"), metadata.child("ownerReferences")
    if finalizers.is_set:
        _validate_finalizers(finalizers, kind, verdict)
    if owners.is_set:
        _validate_owners(owners, verdict)
    if kind == "Namespace":
        _validate_namespace(root, name, verdict)
    elif kind in _HOSTNAMES and not verdict.refusals:
        for wrong in dns_label(name.text or generated):
            message = f"the name becomes part of host names, and it {wrong}"
            verdict.warn(named, "questionable-value", message, LABEL_HELP)


def name_of(root: Field) -> str:
    """The name that an object gets, with a stand-in for what the server draws at random."""
    metadata = root.child("metadata")
    return metadata.child("name").text or _generated(metadata.child("generateName").text)


def validate_labels(labels: Field, path: str, verdict: Verdict, *, given: str | None = None) -> None:
    """Judge labels (ValidateLabels). The server names the map of a wrong key or value, which is `path`.

    `given` is a label whose value does not count.
    """
    if not isinstance(labels.node, Mapping):
        return
    for key, node in labels.node.entries.items():
        text = _text(node)
        for wrong in () if _is_plain(key) else qualified_name(key):
            _refuse(path, node.key, f"the label{shown(key)} {wrong}", _KEY_HELP, verdict)
        for wrong in () if _PLAIN_VALUE.fullmatch(text) or key == given else label_value(text):
            _refuse(path, node, f"the value{shown(text)} of the label{shown(key)} {wrong}", _VALUE_HELP, verdict)


def validate_annotations(annotations: Field, path: str, verdict: Verdict) -> None:
    """Judge annotations (ValidateAnnotations): their keys, in which letter case does not count, and their size."""
    if not isinstance(annotations.node, Mapping):
        return
    size = 0
    for key, node in annotations.node.entries.items():
        size += len(key) + len(_text(node))
        if _is_plain(key):
            continue
        # Go makes a plain `i` of the dotted capital one, and Python two characters.
        for wrong in qualified_name(key.replace("\u0130", "i").lower()):
            _refuse(path, node.key, f"the annotation{shown(key)} {wrong}", _KEY_HELP, verdict)
    # No character has more than four bytes.
    if size * 4 > ANNOTATIONS_LIMIT:
        entries = annotations.node.entries
        size = sum(len(key.encode()) + len(_text(node).encode()) for key, node in entries.items())
        if size > ANNOTATIONS_LIMIT:
            message = f"the annotations take {size} bytes, more than {ANNOTATIONS_LIMIT}"
            verdict.refuse(Field(path, None, annotations.node.key), "TooLong", message, "keep the content elsewhere")


def _is_plain(key: str) -> bool:
    """Whether a key is right without a closer look, as nearly all are."""
    return len(key) <= 253 and _PLAIN_KEY.fullmatch(key) is not None


def _refuse(path: str, place: Place, message: str, help: str, verdict: Verdict) -> None:
    verdict.refuse(Field(path, None, place), "Invalid", message, help)


def _text(node: Node) -> str:
    value = getattr(node, "value", None)
    return value if isinstance(value, str) else ""


def _generated(prefix: str) -> str:
    """SimpleNameGenerator: the server cuts the prefix before it adds to it."""
    if not prefix:
        return ""
    return prefix.encode("utf-8", "replace")[:_LONGEST_PREFIX].decode("utf-8", "replace") + _GENERATED_SUFFIX


def _rule_of(kind: str, gates: Gates) -> tuple[_Rule, str]:
    """What names of a kind have to be, and what to write instead."""
    if kind == "Service" and "RelaxedServiceNameValidation" not in gates:
        help = "write at most 63 small letters, digits and `-`, with a letter first and a letter or digit last"
        return dns_label_with_letter_first, help
    if kind == "Service" or kind in _LABELS:
        return dns_label, LABEL_HELP
    return dns_subdomain, SUBDOMAIN_HELP


def _validate_name(named: Field, name: str, kind: str, root: Field, gates: Gates, verdict: Verdict) -> None:
    """Judge the name that the object gets; `named` is the field of it."""
    if not name:
        message = f"the {kind} has neither a name nor a generateName"
        verdict.refuse(named, "Required", message, "write metadata.name")
        return
    if kind == _NAMED_AFTER_CONTENT:
        return
    rule, help = _rule_of(kind, gates)
    for wrong in rule(name):
        verdict.refuse(named, "Invalid", f"the name{shown(named.text)} {wrong}", help)
    if kind == "CronJob" and len(name.encode("utf-8", "replace")) > _CRON_JOB_NAME_LIMIT:
        # The names of its Jobs end in a time stamp.
        message = f"the name is longer than {_CRON_JOB_NAME_LIMIT} characters, which is the most a CronJob can have"
        verdict.refuse(named, "Invalid", message, "write a shorter name")
    if kind == "Job" and root.at("spec", "completionMode").text == "Indexed":
        completions = root.at("spec", "completions").number
        if completions > 0:
            # The host names of its pods end in the index of a completion.
            for wrong in dns_label(f"{name}-{completions - 1}"):
                message = f"the name with the index {completions - 1} is no host name: it {wrong}"
                verdict.refuse(named, "Invalid", message, LABEL_HELP)


def _validate_prefix(field: Field, kind: str, gates: Gates, verdict: Verdict, is_clean: bool) -> None:
    """Judge generateName, which may end in a `-`, whether a name is generated from it or not."""
    text = field.text
    if kind == _NAMED_AFTER_CONTENT:
        return
    if kind == "ReplicationController" and "GeneratedNamesByResult" in gates:
        # Only the generated name counts. What is left is that it has to be part of an address (BeforeCreate).
        if is_clean and not verdict.refusals and ("/" in text or "%" in text):
            message = f"the prefix{shown(text)} holds a `/` or a `%`"
            verdict.refuse(field, "Invalid", message, SUBDOMAIN_HELP)
        return
    # maskTrailingDash replaces two characters by one, so the last one before the dash does not count.
    masked = text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text
    rule, help = _rule_of(kind, gates)
    for wrong in rule(masked):
        message = f"the prefix{shown(text)} of names {wrong}"
        verdict.refuse(field, "Invalid", message, f"{help}; the prefix may end in `-`")


def _keeps_generation(kind: str, gates: Gates) -> bool:
    return kind in _KEPT_GENERATION or (kind == "Pod" and "PodGeneration" not in gates)


def _labels(root: Field, metadata: Field, kind: str) -> Field:
    """The object's labels; a ReplicationController or Job without any has those of its pods (SetDefaults_Job)."""
    labels = metadata.child("labels")
    if kind in ("ReplicationController", "Job") and not (isinstance(labels.node, Mapping) and labels.node.entries):
        return root.at("spec", "template", "metadata", "labels")
    return labels


def _validate_namespace(root: Field, name: Field, verdict: Verdict) -> None:
    """What the server adds to the metadata of a Namespace: the label with its name, and finalizers in the spec."""
    for wrong in label_value(name.text):
        message = f"the name{shown(name.text)} is also the value of the label `{_NAME_LABEL}`, and it {wrong}"
        verdict.refuse(Field("metadata.labels", None, name.place), "Invalid", message, LABEL_HELP)
    finalizers = root.at("spec", "finalizers")
    for item in finalizers.items():
        wrong_name = qualified_name(item.text)
        if "/" not in item.text and item.text not in _STANDARD_FINALIZERS:
            wrong_name.append("is neither a standard name nor one with a domain")
        for wrong in wrong_name:
            _refuse(finalizers.path, item.place, f"the finalizer{shown(item.text)} {wrong}", QUALIFIED_HELP, verdict)


def _validate_finalizers(finalizers: Field, kind: str, verdict: Verdict) -> None:
    """ValidateFinalizers, and the names without a domain: refused of built-in kinds, warned of custom ones."""
    items = finalizers.items()
    for item in items:
        text = item.text
        for wrong in qualified_name(text):
            _refuse(finalizers.path, item.place, f"the finalizer{shown(text)} {wrong}", QUALIFIED_HELP, verdict)
        if "/" not in text and text not in _STANDARD_FINALIZERS and kind in _BUILT_IN:
            message = f"the finalizer{shown(text)} is neither a standard name nor one with a domain"
            verdict.refuse(item, "Invalid", message, "write a name such as `example.com/example`")
    texts = finalizers.texts
    if _ORPHAN in texts and _FOREGROUND in texts:
        later = max(texts.index(_ORPHAN), texts.index(_FOREGROUND))
        message = f"`{_ORPHAN}` and `{_FOREGROUND}` exclude each other"
        _refuse(finalizers.path, items[later].place, message, "remove one of them", verdict)
    if kind in _BUILT_IN or kind in _GENERIC or verdict.refusals:
        return
    for item in items:
        if "/" not in item.text and item.text not in _STANDARD_FINALIZERS:
            message = f"the finalizer{shown(item.text)} has no domain, and another controller may use it too"
            verdict.warn(item, "questionable-value", message, "write a name such as `example.com/example`")


def _validate_owners(owners: Field, verdict: Verdict) -> None:
    """ValidateOwnerReferences, of which the server drops repetitions first (dedupOwnerReferences)."""
    seen: set[tuple[object, ...]] = set()
    has_controller = False
    for owner in owners.items():
        texts = [owner.child(name).text for name in ("apiVersion", "kind", "name", "uid")]
        controller = owner.child("controller").flag
        identity = (*texts, controller, owner.child("blockOwnerDeletion").flag)
        if identity in seen:
            message = "the same owner is given twice, and the server drops the repetition"
            verdict.warn(Field(owners.path, None, owner.place), "ignored-field", message, "remove one of the two")
            continue
        seen.add(identity)
        group, version = _group_and_version(texts[0])
        if not version:
            message = f"the owner's apiVersion{shown(texts[0])} has no version"
            _refuse_of_owner(owners, owner.child("apiVersion"), message, "write the owner's apiVersion", verdict)
        for name, text in zip(("kind", "name", "uid"), texts[1:], strict=True):
            if not text:
                _refuse_of_owner(owners, owner.child(name), f"the owner has no {name}", "write it", verdict)
        if (group, version, texts[1]) == ("", "v1", "Event"):
            _refuse(owners.path, owner.child("kind").place, "an Event cannot be an owner", "remove it", verdict)
        if controller:
            if has_controller:
                message = "more than one owner is the controller"
                _refuse(owners.path, owner.child("controller").place, message, "leave it to one of them", verdict)
            has_controller = True


def _refuse_of_owner(owners: Field, field: Field, message: str, help: str, verdict: Verdict) -> None:
    """The server does not say which of the owners it means."""
    _refuse(f"{owners.path}.{field.path.rpartition('.')[2]}", field.place, message, help, verdict)


def _group_and_version(api_version: str) -> tuple[str, str]:
    """ParseGroupVersion; both empty where there is more than one `/`."""
    if api_version.count("/") > 1:
        return "", ""
    group, _, version = api_version.rpartition("/")
    return group, version
