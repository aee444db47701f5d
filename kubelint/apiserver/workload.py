"""Workloads: what Services depend on in Pods and in everything with a pod template.

Judged are the selector and whether it matches the template's labels, the template's labels and annotations, and the
ports of containers and probes. Whatever else a PodSpec may have wrong is not.

k8s.io/kubernetes pkg/apis/core/validation (validateContainerPorts, validateProbe, ValidatePodTemplateSpec),
pkg/apis/apps/validation, pkg/apis/batch/validation, and pkg/api/pod/warnings.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kubelint.apiserver import label_selector
from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.metadata import name_of, validate_annotations, validate_labels
from kubelint.apiserver.names import dns_label, label_value, port_name, port_number
from kubelint.apiserver.text_fields import LABEL_HELP, PORT_NAME_HELP, PORT_NUMBER_HELP, PROTOCOLS, shown
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster
from kubelint.node import Mapping, Node, Place, Scalar
from kubelint.resources import POD_TEMPLATES, integer_of, items_of, text_of
from kubelint.template import placeholder_in

MISMATCH = "selector-mismatch"
"""The fault of a workload whose selector does not select its own pods."""

_JOB_NAME_LABELS = ("job-name", "batch.kubernetes.io/job-name")
_SELECTED = "batch.kubernetes.io/controller-uid"
"""The label by which a generated selector finds a Job's pods."""
_CONTROLLER_LABELS = ("controller-uid", _SELECTED)
_NOTHING: dict[str, Node] = {}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_DEAD_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": "write spec.priorityClassName in the pod instead",
    "security.alpha.kubernetes.io/sysctls": "write spec.securityContext.sysctls in the pod instead",
    "security.alpha.kubernetes.io/unsafe-sysctls": "write spec.securityContext.sysctls in the pod instead",
}
"""Annotations of pods that have had no effect since Kubernetes 1.16 and 1.11, and what replaces them."""


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge a Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob."""
    kind, gates = root.child("kind").text, Gates(cluster.version)
    if kind not in POD_TEMPLATES:
        # An item of a typed list may leave its kind out, and then nothing tells which one it is.
        return
    template = root.at(*POD_TEMPLATES[kind])
    if kind == "StatefulSet" and "StatefulSetServiceNameValidation" in gates:
        service = root.at("spec", "serviceName")
        for wrong in dns_label(service.text) if service.text else ():
            _refuse(service, "Invalid", f"the name{shown(service.text)} of the Service {wrong}", LABEL_HELP, verdict)
    if not _SELECTORS[kind](root, template, gates, verdict):
        # The server does not look at the pods of a selector that it cannot read.
        return
    if kind != "Pod":
        metadata = template.child("metadata")
        validate_labels(metadata.child("labels"), f"{template.path}.labels", verdict)
        validate_annotations(metadata.child("annotations"), f"{template.path}.annotations", verdict)
    pod = template.child("spec")
    is_on_host = kind == "Pod" and pod.child("hostNetwork").flag is True
    containers = _containers(pod.child("containers"), is_on_host)
    init_containers = _containers(pod.child("initContainers"), is_on_host)
    if kind != "StatefulSet" or "StatefulSetPodValidation" in gates:
        _validate_pod(pod, containers, init_containers, verdict)
    if not verdict.refusals:
        _warn_of_annotations(template.at("metadata", "annotations"), verdict)
        ports = [port for container in (*init_containers, *containers) for port in container.ports]
        _warn_of_ports(ports, verdict)
        if "DuplicatePortNameWarnings" in gates:
            _warn_of_port_names(ports, verdict)


def _validate_pod(
    pod: Field, containers: list[_Container], init_containers: list[_Container], verdict: Verdict
) -> None:
    """The parts of ValidatePodSpec that are judged here."""
    _validate_ports(containers, verdict)
    _validate_ports(init_containers, verdict)
    _validate_host_ports(containers, pod.child("containers").path, verdict)
    for container in init_containers:
        # The server looks at one init container at a time, and always calls it the first.
        _validate_host_ports([container], pod.child("initContainers").path, verdict)
    if pod.child("hostNetwork").flag:
        _validate_host_network(containers, verdict)
    for container in containers:
        _validate_probes(container, verdict)
    for container in init_containers:
        if text_of(container.node.get("restartPolicy")) == "Always":
            _validate_probes(container, verdict)
        else:
            _refuse_probes(container, verdict)


# Selectors


def _validate_deployment(root: Field, template: Field, gates: Gates, verdict: Verdict) -> bool:
    """ValidateDeploymentSpec, ValidateReplicaSetSpec and ValidateStatefulSetSpec. Whether the template is looked at."""
    selector = root.at("spec", "selector")
    if not selector.is_set:
        verdict.refuse(selector, "Required", "the selector is missing", "write the labels of the pods in matchLabels")
        _refuse_mismatch(template, selector.place, "without a selector, no pod is selected", verdict)
        return True
    known = len(verdict.refusals)
    label_selector.validate(selector, verdict)
    if len(verdict.refusals) > known:
        place = verdict.refusals[known].place
        verdict.refuse(Field(selector.path, None, place), "Invalid", "the selector cannot be read", "correct it")
        return False
    if _is_empty(selector):
        _refuse_empty(selector, verdict)
    else:
        _match(selector, template, _labels_of(template), verdict)
    return True


def _validate_daemon_set(root: Field, template: Field, gates: Gates, verdict: Verdict) -> bool:
    """ValidateDaemonSetSpec."""
    selector = root.at("spec", "selector")
    known = len(verdict.refusals)
    label_selector.validate(selector, verdict)
    if not selector.is_set:
        _refuse_mismatch(template, selector.place, "without a selector, no pod is selected", verdict)
    elif _is_empty(selector):
        _refuse_empty(selector, verdict)
    elif len(verdict.refusals) == known:
        _match(selector, template, _labels_of(template), verdict)
    return True


def _validate_replication_controller(root: Field, template: Field, gates: Gates, verdict: Verdict) -> bool:
    """ValidateReplicationControllerSpec; without a selector, the labels of the template are the selector."""
    selector, labels = root.at("spec", "selector"), _labels_of(template)
    if not _texts(selector) and not labels:
        help = "write the labels of the pods, in the selector or in the template"
        verdict.refuse(selector, "Required", "there is neither a selector nor a label in the template", help)
    if not template.is_set:
        verdict.refuse(template, "Required", "the template is missing", "write the pods' metadata and spec below it")
        return False
    for key, value in selector.entries():
        _match_label(key, value, template, labels, verdict)
    return True


def _validate_job(root: Field, template: Field, gates: Gates, verdict: Verdict) -> bool:
    """ValidateJob. Unless the selector is said to be manual, the server adds a part of its own to it and to labels."""
    selector, labels = root.at("spec", "selector"), _labels_of(template)
    known = len(verdict.refusals)
    label_selector.validate(selector, verdict)
    is_readable = len(verdict.refusals) == known
    if root.at("spec", "manualSelector").flag:
        if not selector.is_set:
            verdict.refuse(selector, "Required", "the manual selector is missing", "write it, or remove manualSelector")
            _refuse_mismatch(template, selector.place, "without a selector, no pod is selected", verdict)
        elif is_readable:
            _match(selector, template, labels, verdict)
        return True
    name = name_of(root)
    _validate_generated_labels(root, template, name, gates, verdict)
    generated = dict.fromkeys(_JOB_NAME_LABELS, name) | dict.fromkeys(_CONTROLLER_LABELS, _UNKNOWN)
    if is_readable:
        labels = generated | labels
        _match(selector, template, labels, verdict)
        if labels[_SELECTED] != _UNKNOWN and _SELECTED not in _texts(selector.child("matchLabels")):
            place = template.at("metadata", "labels").key(_SELECTED).place
            _refuse_mismatch(template, place, f"the label `{_SELECTED}` is not the Job's uid", verdict)
        if any(True for _ in _unmatched(selector, generated)):
            place = selector.child("matchLabels").place
            message = "the selector of a Job is generated, and this one selects something else"
            help = "remove the selector, or write `manualSelector: true`"
            verdict.refuse(Field(selector.path, None, place), "Invalid", message, help)
    return True


def _validate_generated_labels(root: Field, template: Field, name: str, gates: Gates, verdict: Verdict) -> None:
    """The labels that the server gives to a Job's pods (validateGeneratedSelector), where the template has them too."""
    labels, given = template.at("metadata", "labels"), _labels_of(template)
    for key in _JOB_NAME_LABELS:
        if key in given and given[key] != name:
            verdict.refuse(labels.key(key), "Invalid", f"the label `{key}` is not the Job's name", "remove it")
    if any(key not in given for key in _JOB_NAME_LABELS):
        named = root.at("metadata", "name")
        place = named.place if named.text else root.at("metadata", "generateName").place
        paths = [f"{template.path}.labels"]
        is_early = bool(named.text) or "RetryGenerateName" not in gates
        if is_early and labels.is_set and not _texts(root.at("metadata", "labels")):
            # A Job without labels has those of its pods: the very same map (SetDefaults_Job), as long as it is not
            # copied for another try with another generated name.
            paths.append("metadata.labels")
        for wrong in label_value(name):
            message = f"the Job's name becomes a label of its pods, and it {wrong}"
            for path in paths:
                verdict.refuse(Field(path, None, place), "Invalid", message, "write a name of at most 63 characters")
    for key in _CONTROLLER_LABELS:
        if key in given:
            message = f"the label `{key}` is not the Job's uid, which nobody knows before there is the Job"
            verdict.refuse(labels.key(key), "Invalid", message, "remove it")


def _validate_cron_job(root: Field, template: Field, gates: Gates, verdict: Verdict) -> bool:
    """ValidateJobTemplateSpec: the selectors of its Jobs are generated."""
    spec = root.at("spec", "jobTemplate", "spec")
    selector, manual = spec.child("selector"), spec.child("manualSelector")
    if selector.is_set:
        verdict.refuse(selector, "Invalid", "the selectors of a CronJob's Jobs are generated", "remove it")
    if manual.flag:
        verdict.refuse(manual, "NotSupported", "the selectors of a CronJob's Jobs are generated", "remove it")
    return True


_SELECTORS: dict[str, Callable[[Field, Field, Gates, Verdict], bool]] = {
    "Pod": lambda root, template, gates, verdict: True,
    "Deployment": _validate_deployment,
    "ReplicaSet": _validate_deployment,
    "StatefulSet": _validate_deployment,
    "DaemonSet": _validate_daemon_set,
    "ReplicationController": _validate_replication_controller,
    "Job": _validate_job,
    "CronJob": _validate_cron_job,
}

_UNKNOWN = "\0"
"""Stands for a value that the server makes up, which no manifest can hold."""


def _labels_of(template: Field) -> dict[str, str]:
    return _texts(template.at("metadata", "labels"))


def _texts(map: Field) -> dict[str, str]:
    return {key: value.text for key, value in map.entries()}


def _is_empty(selector: Field) -> bool:
    has_labels = any(True for _ in selector.child("matchLabels").entries())
    return not has_labels and not selector.child("matchExpressions").items()


def _refuse_empty(selector: Field, verdict: Verdict) -> None:
    verdict.refuse(selector, "Invalid", "the selector is empty", "write the labels of the pods in matchLabels")


def _refuse_mismatch(template: Field, place: Place, message: str, verdict: Verdict) -> None:
    field = Field(f"{template.path}.metadata.labels", None, place)
    verdict.refuse(field, "Invalid", message, "give selector and template the same labels", fault=MISMATCH)


def _match(selector: Field, template: Field, labels: dict[str, str], verdict: Verdict) -> None:
    """Refuse every part of a LabelSelector that does not select pods with these labels."""
    for place, message in _unmatched(selector, labels):
        if isinstance(place, str):
            _match_label(place, selector.child("matchLabels").key(place), template, labels, verdict)
        else:
            _refuse_mismatch(template, place, message, verdict)


def _match_label(key: str, wanted: Field, template: Field, labels: dict[str, str], verdict: Verdict) -> None:
    if key not in labels:
        message = f"the pods do not have the label{shown(key)} that the selector wants"
        _refuse_mismatch(template, wanted.place, message, verdict)
    elif labels[key] != wanted.text:
        message = (
            f"the label{shown(key)} of the pods is{shown(labels[key]) or ' empty'}, and the selector wants another"
        )
        _refuse_mismatch(template, template.at("metadata", "labels").key(key).place, message, verdict)


def _unmatched(selector: Field, labels: dict[str, str]) -> Iterator[tuple[str | Place, str]]:
    """What of a LabelSelector does not select these labels: keys of matchLabels, and places in matchExpressions."""
    for name, value in selector.child("matchLabels").entries():
        if labels.get(name) != value.text:
            yield name, ""
    for expression in selector.child("matchExpressions").items():
        key, operator = expression.child("key"), expression.child("operator").text
        label, values = labels.get(key.text), expression.child("values")
        if operator == "In" and label not in values.texts:
            yield values.place, f"the label{shown(key.text)} of the pods is none of the values"
        elif operator == "NotIn" and label in values.texts:
            yield values.place, f"the label{shown(key.text)} of the pods is one of the values"
        elif operator == "Exists" and label is None:
            yield key.place, f"the pods do not have the label{shown(key.text)}"
        elif operator == "DoesNotExist" and label is not None:
            yield key.place, f"the pods have the label{shown(key.text)}"


# Ports


class _Port(NamedTuple):
    """A port of a container, with what the server fills in. `path` is the server's spelling of its place."""

    node: Node
    path: str
    name: str
    number: int
    protocol: str
    host_port: int
    host_address: str

    def field(self, name: str) -> Field:
        """One of its fields."""
        return Field(self.path, self.node, self.node).child(name)


class _Container(NamedTuple):
    node: Node
    path: str
    ports: list[_Port]

    @property
    def field(self) -> Field:
        """The container itself."""
        return Field(self.path, self.node, self.node)


def _containers(containers: Field, is_on_host: bool) -> list[_Container]:
    """Containers and their ports. In a Pod of the host's network, the server makes every port a port of the host."""
    # Nodes instead of Fields: nearly every port is right, and nobody asks where it stands.
    found = []
    for index, node in enumerate(items_of(containers.node)):
        path = f"{containers.path}[{index}]"
        ports = []
        for number, port in enumerate(items_of(node.get("ports"))):
            entries = port.entries if isinstance(port, Mapping) else _NOTHING
            container_port = integer_of(entries.get("containerPort")) or 0
            ports.append(
                _Port(
                    port,
                    f"{path}.ports[{number}]",
                    text_of(entries.get("name")) or "",
                    container_port,
                    text_of(entries.get("protocol")) or "TCP",
                    integer_of(entries.get("hostPort")) or (container_port if is_on_host else 0),
                    text_of(entries.get("hostIP")) or "",
                )
            )
        found.append(_Container(node, path, ports))
    return found


def _validate_ports(containers: Sequence[_Container], verdict: Verdict) -> None:
    """validateContainerPorts."""
    for container in containers:
        names: set[str] = set()
        for port in container.ports:
            if port.name:
                wrong_name = port_name(port.name)
                for wrong in wrong_name:
                    message = f"the port name{shown(port.name)} {wrong}"
                    _refuse(port.field("name"), "Invalid", message, PORT_NAME_HELP, verdict)
                if not wrong_name and port.name in names:
                    message = f"another port of the container is called{shown(port.name)}, too"
                    _refuse(port.field("name"), "Duplicate", message, "write another name", verdict)
                names.add(port.name)
            if not port.number:
                verdict.refuse(port.field("containerPort"), "Required", "the port has no number", "write containerPort")
            for wrong in port_number(port.number) if port.number else ():
                message = f"the port {port.number} {wrong}"
                verdict.refuse(port.field("containerPort"), "Invalid", message, PORT_NUMBER_HELP)
            for wrong in port_number(port.host_port) if port.host_port else ():
                message = f"the port {port.host_port} of the host {wrong}"
                verdict.refuse(_host_port(port), "Invalid", message, PORT_NUMBER_HELP)
            if port.protocol not in PROTOCOLS:
                message = f"the protocol{shown(port.protocol)} is not supported"
                _refuse(port.field("protocol"), "NotSupported", message, "write TCP, UDP or SCTP", verdict)


def _host_port(port: _Port) -> Field:
    """The field of the host's port; where the server fills it in, it is what it is taken from that one points at."""
    field = port.field("hostPort")
    return field if field.number else Field(field.path, None, port.field("containerPort").place)


def _validate_host_ports(containers: Sequence[_Container], path: str, verdict: Verdict) -> None:
    """checkHostPortConflicts."""
    taken: set[tuple[str, str, int]] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.ports):
            if not port.host_port:
                continue
            identity = (port.protocol, port.host_address, port.host_port)
            if identity in taken:
                field = Field(f"{path}[{index}].ports[{number}].hostPort", None, _host_port(port).place)
                message = f"the port {port.host_port} of the host is taken by another port"
                verdict.refuse(field, "Duplicate", message, "write another port")
            taken.add(identity)


def _validate_host_network(containers: Sequence[_Container], verdict: Verdict) -> None:
    """validatePodHostNetworkDeps."""
    for container in containers:
        for port in container.ports:
            if port.host_port not in (0, port.number):
                message = f"the port {port.host_port} of the host is not the container's, but they share the network"
                verdict.refuse(_host_port(port), "Invalid", message, "write the container's port, or remove hostPort")


def _validate_probes(container: _Container, verdict: Verdict) -> None:
    """validateHandler of each probe: one handler, and its port."""
    for name in _PROBES:
        if container.node.get(name) is None:
            continue
        probe = container.field.child(name)
        if not probe.is_set:
            continue
        handlers = [handler for kind in _HANDLERS if (handler := probe.child(kind)).is_set]
        if not handlers:
            help = f"write one of {', '.join(_HANDLERS)}"
            verdict.refuse(probe, "Required", "the probe does not say what to probe", help)
            continue
        for handler in handlers[1:]:
            message = "the probe has another handler already"
            verdict.refuse(_at_key(handler), "Forbidden", message, "remove one of the two")
        if not handlers[0].path.endswith(".exec"):
            _validate_probed_port(handlers[0].child("port"), verdict)


def _validate_probed_port(port: Field, verdict: Verdict) -> None:
    """ValidatePortNumOrName. A port that is not there is the number 0."""
    if isinstance(port.node, Scalar) and isinstance(port.node.value, str):
        help = f"write {port.text} without quotes" if port.text.isdigit() else PORT_NAME_HELP
        for wrong in port_name(port.text):
            _refuse(port, "Invalid", f"the port name{shown(port.text)} {wrong}", help, verdict)
        return
    for wrong in port_number(port.number):
        message = f"the port {port.number} {wrong}" if port.is_set else "the probe has no port"
        verdict.refuse(port, "Invalid", message, PORT_NUMBER_HELP)


def _refuse_probes(container: _Container, verdict: Verdict) -> None:
    """What an init container cannot have that ends before the others start (validateInitContainers)."""
    for name in _PROBES:
        probe = container.field.child(name)
        if probe.is_set:
            help = "remove it, or write `restartPolicy: Always` if the container runs beside the others"
            verdict.refuse(_at_key(probe), "Forbidden", "an init container that ends is not probed", help)


def _at_key(field: Field) -> Field:
    """A field that should not be there, with its key as its place."""
    return Field(field.path, None, field.node.key if field.node is not None else field.place)


# Warnings


def _warn_of_annotations(annotations: Field, verdict: Verdict) -> None:
    """Annotations without effect."""
    for key, value in annotations.entries():
        if key in _DEAD_ANNOTATIONS:
            message = f"the annotation `{key}` has no effect any more"
            verdict.warn(_at_key(value), "deprecated-field", message, _DEAD_ANNOTATIONS[key])


def _warn_of_ports(ports: Sequence[_Port], verdict: Verdict) -> None:
    """Ports that get in each other's way, and addresses of the host without a port of the host."""
    known: dict[tuple[int, str], list[_Port]] = {}
    for port in ports:
        if port.host_address and not port.host_port:
            place = Field(port.path, None, port.field("hostIP").place)
            verdict.warn(
                place, "ignored-field", "hostIP has no effect without hostPort", "write hostPort, or remove it"
            )
        others = known.setdefault((port.number, port.protocol), [])
        for other in others:
            message = _overlap(port, other)
            if message:
                place = Field(port.path, None, port.field("containerPort").place)
                verdict.warn(place, "questionable-value", message, "remove one of the two")
        others.append(port)


def _overlap(port: _Port, other: _Port) -> str | None:
    name = f"the port {port.number} ({port.protocol})"
    if (port.host_address, port.host_port) == (other.host_address, other.host_port):
        return f"{name} is given twice in the pod"
    if not port.host_port or not other.host_port:
        return f"{name} is given once with and once without a port of the host"
    if port.host_port == other.host_port and bool(port.host_address) != bool(other.host_address):
        return f"{name} has the same port of the host on one address and on all of them"
    return None


def _warn_of_port_names(ports: Sequence[_Port], verdict: Verdict) -> None:
    """Names that more than one container of the pod uses."""
    names: set[str] = set()
    for port in ports:
        if port.name in names:
            message = f"another port of the pod is called{shown(port.name)}, too, and the name stands for that one"
            place = Field(port.path, None, port.field("name").place)
            verdict.warn(place, "questionable-value", message, "write another name")
        elif port.name:
            names.add(port.name)


def _refuse(field: Field, reason: str, message: str, help: str, verdict: Verdict) -> None:
    """Refuse a text, unless another tool is to fill it in."""
    if placeholder_in(field.text):
        verdict.placeholder = verdict.placeholder or field.node
        return
    verdict.refuse(field, reason, message, help)
