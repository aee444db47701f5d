"""What a kustomization does to the objects that it deploys, beside patches: names, labels, images, replicas.

sigs.k8s.io/kustomize: api/internal/konfig/builtinpluginconsts (which fields), api/internal/target (in which order),
api/filters/imagetag and api/image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kubelint.node import Mapping, Node, Scalar
from kubelint.resources import items_of, text_of, texts_of
from kubelint.template import placeholder_in

Object = dict[str, Any]

UNSETTLED = object()
"""Stands for a value that a kustomization changes to one that nobody knows."""

_NOT_RENAMED = frozenset(("Namespace", "CustomResourceDefinition", "APIService"))
_REPLICATED = frozenset(("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"))
_TEMPLATED = frozenset((*_REPLICATED, "DaemonSet", "Job"))
_SELECTED_BY_LABELS = frozenset(("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"))
_TAG = r"(?::[a-zA-Z0-9_.{}-]*)?(?:@sha256:[a-zA-Z0-9_.{}-]*)?"
_IMAGE = re.compile(r"(?P<name>(?:[^@]*/)?[^/:@]*)(?P<tag>:[^@]*)?(?P<digest>@.*)?", re.S)
_NAMING = frozenset(("serviceName", "secretName", "claimName", "serviceAccountName", "serviceAccount"))
"""Fields that name another object."""
_NAMED = frozenset(
    (
        *("configMap", "configMapRef", "configMapKeyRef", "secret", "secretRef", "secretKeyRef", "imagePullSecrets"),
        *("service", "scaleTargetRef"),
    )
)
"""Fields whose `name` names another object."""
_HARMLESS_CONFIGURATION = frozenset(("nameReference", "varReference", "namespace"))
"""What a file of `configurations` may say that lets no transformer change fields which it would leave alone."""


class Labels(NamedTuple):
    """Labels that are given to objects; `reach` says how far: `metadata`, `templates` or `selectors`."""

    pairs: tuple[tuple[str, str], ...]
    reach: str


class Image(NamedTuple):
    """Another name, tag or digest for the images of a name; None for what stays as it is."""

    name: str
    new_name: str | None
    tag: str | None
    digest: str | None
    tag_suffix: str | None = None

    def of(self, image: object) -> object:
        """What becomes of an image reference."""
        if not isinstance(image, str) or not _is_of(image, self.name):
            return image
        found = _IMAGE.fullmatch(image)
        assert found is not None
        rest = (found["tag"] or "") + (found["digest"] or "")
        if self.tag_suffix and found["digest"] is not None:
            return UNSETTLED
        if self.tag_suffix:
            rest = f"{found['tag'] or ':'}{self.tag_suffix}"
        if self.tag or self.digest:
            rest = (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")
        return (self.new_name or found["name"]) + rest


def _is_of(image: str, name: str) -> bool:
    try:
        return re.fullmatch(name + _TAG, image) is not None
    except re.error:
        return False


class Transformers(NamedTuple):
    """What one kustomization sets.

    `replicas` are numbers by the names of objects; to the names of `generated` objects a hash is added, wherever they
    stand. `anything` says by which of its keys it may change any field, `has_variables` that it fills in `$(NAME)`.
    """

    prefix: str = ""
    suffix: str = ""
    labels: tuple[Labels, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    images: tuple[Image, ...] = ()
    replicas: tuple[tuple[str, int], ...] = ()
    generated: frozenset[str] = frozenset()
    namespace: str | None = None
    anything: str | None = None
    has_variables: bool = False

    def is_idle_for(self, kind: str) -> bool:
        """Whether it leaves objects of a kind as they are; in which namespace they land is another matter."""
        changes = (self.prefix, self.suffix, self.labels, self.annotations, self.images, self.replicas, self.generated)
        return not any(changes) and not (self.namespace and kind == "Namespace")


def read_transformers(root: Mapping, configurations: Iterable[Node | None] = ()) -> Transformers:
    """What the document of a kustomization sets. `configurations` are the documents of that key; None: unreadable."""
    common = root.get("commonLabels")
    labels = [*_labels(root), *([Labels(tuple(_pairs(common).items()), "selectors")] if _pairs(common) else [])]
    images = tuple(
        Image(name, *(_text(item.get(key)) for key in ("newName", "newTag", "digest", "tagSuffix")))
        for item in items_of(root.get("images"))
        if (name := text_of(item.get("name"))) is not None
    )
    replicas = tuple(
        (name, count.value)
        for item in items_of(root.get("replicas"))
        if (name := text_of(item.get("name"))) is not None
        and isinstance(count := item.get("count"), Scalar)
        and isinstance(count.value, int)
    )
    return Transformers(
        text_of(root.get("namePrefix")) or "",
        text_of(root.get("nameSuffix")) or "",
        tuple(labels),
        tuple(_pairs(root.get("commonAnnotations")).items()),
        images,
        replicas,
        frozenset(_generated(root)),
        text_of(root.get("namespace")),
        _anything(root, configurations),
        root.get("vars") is not None,
    )


def _text(node: Any) -> str | None:
    return node.text if isinstance(node, Scalar) and node.value is not None else None


def _pairs(node: Any) -> dict[str, str]:
    return {key: str(scalar.value) for key, scalar in texts_of(node).items()}


def _labels(root: Mapping) -> Iterator[Labels]:
    for item in items_of(root.get("labels")):
        reach = next((one for one in ("Selectors", "Templates") if _is_true(item.get(f"include{one}"))), "metadata")
        yield Labels(tuple(_pairs(item.get("pairs")).items()), reach.lower())


def _is_true(node: Any) -> bool:
    return getattr(node, "value", False) is True


def _generated(root: Mapping) -> Iterator[str]:
    if _is_true(root.get("generatorOptions", "disableNameSuffixHash")):
        return
    for key in ("configMapGenerator", "secretGenerator"):
        for item in items_of(root.get(key)):
            name = text_of(item.get("name"))
            if name is not None and not _is_true(item.get("options", "disableNameSuffixHash")):
                yield name


def _anything(root: Mapping, configurations: Iterable[Node | None]) -> str | None:
    if root.get("transformers") is not None:
        return "transformers"
    for document in configurations:
        if not isinstance(document, Mapping) or document.entries.keys() - _HARMLESS_CONFIGURATION:
            return "configurations"
    if any(item.get("fields") is not None for item in items_of(root.get("labels"))):
        return "labels.fields"
    for key in ("namePrefix", "nameSuffix", "commonLabels", "labels", "commonAnnotations", "images", "replicas"):
        node = root.get(key)
        # What another tool fills in is not known.
        if node is not None and placeholder_in(node.span.text) is not None:
            return key
    return None


def transform(object: Object, steps: tuple[Transformers, ...]) -> None:
    """Change an object as kustomizations do, the innermost first; what becomes of a value is UNSETTLED if unknown."""
    names = {_name_of(object)}
    for step in steps:
        _rename(object, step)
        for labels in step.labels:
            _label(object, labels)
        if step.annotations:
            _annotate(object, dict(step.annotations))
        for name, count in step.replicas:
            if object.get("kind") in _REPLICATED and name in names | {_name_of(object)}:
                _map_at(object, "spec")["replicas"] = count
        for image in step.images:
            _set_images(object, image)
        if step.prefix or step.suffix or step.generated:
            is_any = bool(step.prefix or step.suffix)
            _unsettle_references(object.get("spec"), None if is_any else step.generated)
        names.add(_name_of(object))


def _name_of(object: Object) -> object:
    metadata = object.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None


def names_along(name: str, kind: str, steps: tuple[Transformers, ...]) -> Iterator[str]:
    """The names that an object bears on its way through kustomizations, its own first."""
    yield name
    for step in steps:
        name = _renamed(name, kind, step)
        yield name


def _renamed(name: str, kind: str, step: Transformers) -> str:
    if kind == "Namespace" and step.namespace:
        return step.namespace
    return name if kind in _NOT_RENAMED else f"{step.prefix}{name}{step.suffix}"


def _rename(object: Object, step: Transformers) -> None:
    name = _name_of(object)
    if isinstance(name, str):
        object["metadata"]["name"] = _renamed(name, str(object.get("kind")), step)


def _map_at(holder: Object, *route: str) -> Object:
    """The map at a route, made where there is none."""
    for key in route:
        below = holder.get(key)
        if not isinstance(below, dict):
            below = holder[key] = {}
        holder = below
    return holder


def _label(object: Object, labels: Labels) -> None:
    _map_at(object, "metadata", "labels").update(labels.pairs)
    if labels.reach == "metadata":
        return
    for holder in _templates(object):
        _map_at(holder, "metadata", "labels").update(labels.pairs)
    if labels.reach == "selectors":
        for selector in _selectors(object):
            selector.update(labels.pairs)


def _annotate(object: Object, annotations: dict[str, str]) -> None:
    for holder in (object, *_templates(object, with_claims=False)):
        _map_at(holder, "metadata", "annotations").update(annotations)


def _templates(object: Object, *, with_claims: bool = True) -> Iterator[Object]:
    kind = object.get("kind")
    if kind in _TEMPLATED:
        yield _map_at(object, "spec", "template")
    if kind == "CronJob":
        yield _map_at(object, "spec", "jobTemplate")
        yield _map_at(object, "spec", "jobTemplate", "spec", "template")
    if kind == "StatefulSet" and with_claims:
        claims = _map_at(object, "spec").get("volumeClaimTemplates")
        yield from (one for one in claims or [] if isinstance(one, dict))


def _selectors(object: Object) -> Iterator[Object]:
    kind, spec = object.get("kind"), _map_at(object, "spec")
    if kind in ("Service", "ReplicationController"):
        yield _map_at(spec, "selector")
    elif kind in _SELECTED_BY_LABELS:
        yield _map_at(spec, "selector", "matchLabels")
        if kind in ("Deployment", "StatefulSet"):
            pod = _map_at(spec, "template").get("spec")
            yield from _match_labels(pod.get("affinity") if isinstance(pod, dict) else None)
            yield from _match_labels(pod.get("topologySpreadConstraints") if isinstance(pod, dict) else None)
    elif kind in ("Job", "PodDisruptionBudget"):
        yield from _match_labels(spec.get("selector"))
    elif kind == "CronJob":
        yield from _match_labels(_map_at(spec, "jobTemplate", "spec").get("selector"))
    elif kind == "NetworkPolicy":
        yield from _match_labels(spec.get("podSelector"))
        for rules, peers in (("ingress", "from"), ("egress", "to")):
            for rule in spec.get(rules) or []:
                for peer in (rule.get(peers) if isinstance(rule, dict) else None) or []:
                    yield from _match_labels(peer.get("podSelector") if isinstance(peer, dict) else None)


def _match_labels(value: object) -> Iterator[Object]:
    """The `matchLabels` below a value that are there; those of namespaceSelectors are none of kustomize's."""
    if isinstance(value, list):
        for item in value:
            yield from _match_labels(item)
    elif isinstance(value, dict):
        for key, below in value.items():
            if key == "matchLabels" and isinstance(below, dict):
                yield below
            elif key != "namespaceSelector":
                yield from _match_labels(below)


def _set_images(value: object, image: Image) -> None:
    if isinstance(value, list):
        for item in value:
            _set_images(item, image)
    elif isinstance(value, dict):
        for key, below in value.items():
            if key in ("containers", "initContainers") and isinstance(below, list):
                for container in below:
                    if isinstance(container, dict) and "image" in container:
                        container["image"] = image.of(container["image"])
            _set_images(below, image)


def _unsettle_references(value: object, generated: frozenset[str] | None, above: str = "") -> None:
    """What names another object may name it anew: of those generated, or of any."""
    if isinstance(value, list):
        for item in value:
            _unsettle_references(item, generated, above)
    elif isinstance(value, dict):
        for key, below in value.items():
            if not isinstance(below, str):
                _unsettle_references(below, generated, key)
            elif (key in _NAMING or (key == "name" and above in _NAMED)) and (generated is None or below in generated):
                value[key] = UNSETTLED
