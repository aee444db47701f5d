"""Kubernetes words over Nodes: resources, and the API server's defaults for what a manifest leaves out.

A view never raises for what a manifest says: where a field has the wrong type, it is as if the field were absent.
Saying that it is wrong is the API server's verdict, not a view's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.source import Span

POD_TEMPLATES: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each workload kind keeps its pod template."""

GROUPS = {
    **dict.fromkeys(("Service", "Endpoints", "Pod", "ReplicationController", "Namespace"), ("",)),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), ("apps", "extensions")),
    **dict.fromkeys(("Job", "CronJob"), ("batch",)),
    "Ingress": ("networking.k8s.io", "extensions"),
    "NetworkPolicy": ("networking.k8s.io", "extensions"),
    "EndpointSlice": ("discovery.k8s.io",),
    **dict.fromkeys(
        ("Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute", "ReferenceGrant"),
        ("gateway.networking.k8s.io",),
    ),
    **dict.fromkeys(("ServiceMonitor", "PodMonitor"), ("monitoring.coreos.com",)),
    "HorizontalPodAutoscaler": ("autoscaling",),
    "APIService": ("apiregistration.k8s.io",),
    **dict.fromkeys(
        ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"), ("admissionregistration.k8s.io",)
    ),
}
"""The API groups of each kind that kubelint reads, today's and yesterday's; the group of `v1` is empty."""

RUNTIME_LABELS: dict[str, tuple[str, ...]] = {
    "StatefulSet": ("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-revision-hash"),
    "Deployment": ("pod-template-hash",),
    "ReplicaSet": ("pod-template-hash",),
    "DaemonSet": ("controller-revision-hash", "pod-template-generation"),
    "Job": (
        *("job-name", "batch.kubernetes.io/job-name", "controller-uid", "batch.kubernetes.io/controller-uid"),
        "batch.kubernetes.io/job-completion-index",
    ),
}
RUNTIME_LABELS["CronJob"] = RUNTIME_LABELS["Job"]
"""Labels that controllers give to the pods of a workload kind, with values that no manifest knows.

k8s.io/api apps/v1 and batch/v1: StatefulSetPodNameLabel, PodIndexLabel, ControllerRevisionHashLabelKey,
DefaultDeploymentUniqueLabelKey, DeprecatedTemplateGeneration, JobNameLabel, ControllerUidLabel.
"""

KINDS = frozenset(GROUPS)
"""Every kind that kubelint reads, built into Kubernetes or not."""

CLUSTER_SCOPED = frozenset(
    (
        *("Namespace", "Node", "PersistentVolume", "ComponentStatus", "APIService", "CustomResourceDefinition"),
        *("ClusterRole", "ClusterRoleBinding", "CertificateSigningRequest", "FlowSchema", "PriorityClass"),
        *("PriorityLevelConfiguration", "IngressClass", "IPAddress", "ServiceCIDR", "RuntimeClass", "StorageClass"),
        *("CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass", "DeviceClass", "ResourceSlice"),
        *("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "GatewayClass"),
    )
)
"""The kinds of Kubernetes itself, and of its Gateway API, whose objects live in no namespace.

`kubectl api-resources --namespaced=false`.
"""

_PLURALS = {"Endpoints": "endpoints", "Gateway": "gateways"}

_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*|\$[a-z]+")
_MAPS = frozenset(
    ("labels", "annotations", "selector", "matchLabels", "nodeSelector", "data", "stringData", "limits", "requests")
)
_LABEL_SELECTOR = ("matchLabels", "matchExpressions")


def is_read(api_version: str, kind: str) -> bool:
    """Whether kubelint reads this kind; the group counts, its version does not."""
    groups = GROUPS.get(kind)
    return groups is not None and (api_version.rpartition("/")[0] in groups)


def group_and_version(api_version: str) -> tuple[str, str]:
    """The two parts of an apiVersion; the group of `v1` is empty."""
    group, _, version = api_version.rpartition("/")
    return group, version


def plural_of(kind: str) -> str:
    """What a kind is called in an API path: `services` (k8s.io/apimachinery, meta.UnsafeGuessKindToResource)."""
    if kind in _PLURALS:
        return _PLURALS[kind]
    name = kind.lower()
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def is_of_kubernetes(api_version: str) -> bool:
    """Whether a group is one of Kubernetes' own: what others bring has a domain of theirs."""
    group, _ = group_and_version(api_version)
    return "." not in group or group.endswith(".k8s.io")


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether objects of a kind of Kubernetes' own live in no namespace; of custom kinds it is not known here."""
    return kind in CLUSTER_SCOPED and is_of_kubernetes(api_version)


class Resource:
    """One Kubernetes object: the mapping that holds it, and what it says of itself.

    `namespace` is the namespace that it lands in: its own, or the one that a kustomization or the configuration gives
    to objects without one; None where nothing says. `added_labels` are labels that kustomizations give to its pods.
    """

    def __init__(self, node: Mapping, api_version: str, kind: str) -> None:
        self.node = node
        self.api_version = api_version
        self.kind = kind
        self.namespace: str | None = text_of(node.get("metadata", "namespace")) if self.is_namespaced else None
        self.added_labels: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kind} {self.namespace or ''}/{self.name})"

    @property
    def path(self) -> str:
        """The path of the file that holds it."""
        return self.node.source.path

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.node.span

    @property
    def is_namespaced(self) -> bool:
        """Whether objects of its kind live in a namespace."""
        return not is_cluster_scoped(self.api_version, self.kind)

    @cached_property
    def name(self) -> str | None:
        """metadata.name, or None."""
        return text_of(self.node.get("metadata", "name"))

    @cached_property
    def name_place(self) -> Node:
        """What to point at when one speaks of the resource as a whole: its name, else its kind."""
        return self.node.get("metadata", "name") or self.node.get("kind") or self.node

    @cached_property
    def labels(self) -> dict[str, Scalar]:
        """metadata.labels that are text."""
        return texts_of(self.node.get("metadata", "labels"))

    @cached_property
    def annotations(self) -> dict[str, Scalar]:
        """metadata.annotations that are text."""
        return texts_of(self.node.get("metadata", "annotations"))

    def get(self, *route: str | int) -> Node | None:
        """The node at the end of a route from the object's root, or None."""
        return self.node.get(*route)

    def field_of(self, node: Node) -> str | None:
        """A node's place within the object in the API server's spelling; None for the object itself."""
        return field_path(node.route[len(self.node.route) :])


class Service(Resource):
    """A Service (v1)."""

    @cached_property
    def type(self) -> str:
        """spec.type; ClusterIP where it is unset (Kubernetes: SetDefaults_Service)."""
        return text_of(self.type_node) or "ClusterIP"

    @cached_property
    def type_node(self) -> Node | None:
        """Where spec.type is written."""
        return self.get("spec", "type")

    @cached_property
    def is_headless(self) -> bool:
        """Whether clusterIP is None: clients are given the pods' own addresses."""
        return text_of(self.get("spec", "clusterIP")) == "None" or text_of(self.get("spec", "clusterIPs", 0)) == "None"

    @cached_property
    def external_name(self) -> Scalar | None:
        """Where spec.externalName is written, if that is what the Service is and any text stands there."""
        node = self.get("spec", "externalName")
        return node if self.type == "ExternalName" and isinstance(node, Scalar) and text_of(node) else None

    @cached_property
    def selector(self) -> dict[str, Scalar]:
        """spec.selector; empty where there is none, and then Kubernetes selects nothing by itself."""
        return texts_of(self.get("spec", "selector"))

    @cached_property
    def ports(self) -> tuple[ServicePort, ...]:
        """spec.ports."""
        return tuple(ServicePort(item) for item in items_of(self.get("spec", "ports")) if isinstance(item, Mapping))


class ServicePort:
    """One entry of a Service's spec.ports."""

    def __init__(self, node: Mapping) -> None:
        self.node = node

    @cached_property
    def number_node(self) -> Node | None:
        """Where `port` is written."""
        return self.node.get("port")

    @cached_property
    def number(self) -> int | None:
        """The port that clients dial."""
        return integer_of(self.number_node)

    @cached_property
    def name_node(self) -> Node | None:
        """Where `name` is written."""
        return self.node.get("name")

    @cached_property
    def name(self) -> str | None:
        """The port's name."""
        return text_of(self.name_node)

    @cached_property
    def protocol(self) -> str:
        """TCP where it is unset."""
        return text_of(self.node.get("protocol")) or "TCP"

    @cached_property
    def target_node(self) -> Node | None:
        """Where `targetPort` is written."""
        return self.node.get("targetPort")

    @cached_property
    def target(self) -> int | str | None:
        """The port of the pod: a number, or the name of a container's port; `port` where it is unset or 0."""
        return integer_of(self.target_node) or text_of(self.target_node) or self.number

    @cached_property
    def app_protocol(self) -> str | None:
        """The application protocol."""
        return text_of(self.node.get("appProtocol"))


class Workload(Resource):
    """A Pod, or anything with a pod template: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, …"""

    @cached_property
    def template(self) -> Mapping | None:
        """The pod template; of a Pod, the Pod itself."""
        template = self.get(*POD_TEMPLATES[self.kind])
        return template if isinstance(template, Mapping) else None

    @cached_property
    def pod_labels(self) -> dict[str, Scalar]:
        """The labels of its pods, as written; `app: 1`, which the server refuses, is a label all the same."""
        labels = self.template.get("metadata", "labels") if self.template is not None else None
        if not isinstance(labels, Mapping):
            return {}
        return {key: value for key, value in labels.entries.items() if isinstance(value, Scalar)}

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Its containers, then the init containers that keep running beside them (restartPolicy: Always)."""
        if self.template is None:
            return ()
        running = [*items_of(self.template.get("spec", "containers"))]
        for item in items_of(self.template.get("spec", "initContainers")):
            if text_of(item.get("restartPolicy")) == "Always":
                running.append(item)
        return tuple(Container(item) for item in running if isinstance(item, Mapping))

    def receiving(self, port: ServicePort) -> tuple[Container, ...]:
        """The containers that a port of a Service leads to.

        A number that none of them declares leads to the only container, if there is but one; a name leads nowhere then.
        """
        target = port.target
        declaring = tuple(
            container
            for container in self.containers
            if any(target in (declared.name, declared.number) for declared in container.ports)
        )
        if declaring or isinstance(target, str):
            return declaring
        return self.containers if len(self.containers) == 1 else ()


class Container:
    """One container of a pod."""

    def __init__(self, node: Mapping) -> None:
        self.node = node

    @cached_property
    def image_node(self) -> Node | None:
        """Where the image is written."""
        return self.node.get("image")

    @cached_property
    def image(self) -> str | None:
        """The image reference."""
        return text_of(self.image_node)

    @cached_property
    def ports(self) -> tuple[ContainerPort, ...]:
        """The ports that it declares."""
        return tuple(ContainerPort(item) for item in items_of(self.node.get("ports")) if isinstance(item, Mapping))


class ContainerPort:
    """One declared port of a container. Numbers are documentation; names are what a targetPort can refer to."""

    def __init__(self, node: Mapping) -> None:
        self.node = node

    @cached_property
    def number(self) -> int | None:
        """containerPort."""
        return integer_of(self.node.get("containerPort"))

    @cached_property
    def name(self) -> str | None:
        """The name, or None."""
        return text_of(self.node.get("name"))

    @cached_property
    def protocol(self) -> str:
        """TCP where it is unset."""
        return text_of(self.node.get("protocol")) or "TCP"


_VIEWS: dict[str, type[Resource]] = {"Service": Service, **dict.fromkeys(POD_TEMPLATES, Workload)}


def resources_in(root: Node | None) -> Iterator[Resource]:
    """The Kubernetes objects of a document: the one that it is, or the items of the List that it is.

    Objects of every kind are given; documents that are no Kubernetes objects give none.
    """
    if not isinstance(root, Mapping):
        return
    api_version, kind = text_of(root.get("apiVersion")) or "", text_of(root.get("kind")) or ""
    items = root.get("items")
    if kind.endswith("List") and isinstance(items, Sequence):
        for item in items.items:
            # The items of a typed list (ServiceList) may leave out what the list already says.
            yield from _object(item, api_version if kind != "List" else "", kind.removesuffix("List"))
    else:
        yield from _object(root, "", "")


def _object(node: Node, api_version: str, kind: str) -> Iterator[Resource]:
    if not isinstance(node, Mapping):
        return
    api_version = text_of(node.get("apiVersion")) or api_version
    kind = text_of(node.get("kind")) or kind
    if not kind and api_version and isinstance(node.get("metadata"), Mapping):
        yield Resource(node, api_version, "")
    elif kind and (api_version or (kind in KINDS and isinstance(node.get("metadata"), Mapping))):
        view = _VIEWS.get(kind, Resource) if is_read(api_version, kind) else Resource
        yield view(node, api_version, kind)


def field_path(route: tuple[str | int, ...]) -> str | None:
    """A route in the API server's spelling: `spec.ports[0].port`, `metadata.annotations[example.com/a]`."""
    spelled = ""
    parent: str | int = ""
    for step in route:
        # Below a workload's or policy's `selector` stands a LabelSelector, whose own fields are no labels.
        is_map_key = parent in _MAPS and step not in _LABEL_SELECTOR
        if isinstance(step, int) or is_map_key or not _FIELD_NAME.fullmatch(step):
            spelled += f"[{step}]"
        else:
            spelled += f".{step}" if spelled else step
        parent = step
    return spelled or None


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is a string; None for anything else, and for an empty one."""
    return node.value or None if isinstance(node, Scalar) and isinstance(node.value, str) else None


def integer_of(node: Node | None) -> int | None:
    """The number of a scalar that is a whole number (`80`, `80.0`); None for anything else."""
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return None
    if isinstance(node.value, float):
        return int(node.value) if node.value.is_integer() else None
    return node.value if isinstance(node.value, int) else None


def texts_of(node: Node | None) -> dict[str, Scalar]:
    """The entries of a mapping whose values are strings."""
    if not isinstance(node, Mapping):
        return {}
    return {
        key: value for key, value in node.entries.items() if isinstance(value, Scalar) and isinstance(value.value, str)
    }


def items_of(node: Node | None) -> list[Node]:
    """The items of a sequence; none of anything else."""
    return node.items if isinstance(node, Sequence) else []
