"""What the API server adds to an object before policies see it: defaults, and what it allocates.

Admission comes last, when the object is complete (k8s.io/apiserver, registry/generic: Store.Create). What it gets by
default is filled in here; what only the cluster knows (addresses, node ports, identifiers) is marked as not known.

k8s.io/kubernetes: SetDefaults_* of pkg/apis/{core,apps,batch,networking,discovery}/v1, and the strategies' create.
Held against a kube-apiserver by tests/conformance/policies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from kubelint.cel import OpenList
from kubelint.cluster import Cluster
from kubelint.policy.uncertain import Draw, Uncertain

Object = dict[str, Any]
Drawn = dict[str, tuple[Any, Any]]

_ALLOCATED = "what the cluster allocates"
_SET_BY_SERVER = "what the server sets"
_ADMISSION = "what the cluster's admission plug-ins may set"
_NOT_MODELLED = "what the server may add to an object of this kind"
_IDENTITY: Drawn = {
    "uid": ("00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"),
    "creationTimestamp": ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
}
_REPLACED = (
    *("uid", "creationTimestamp", "selfLink", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"),
    "managedFields",
)
"""What a manifest says in vain of its object's identity (k8s.io/apiserver, registry/rest: BeforeCreate)."""
_IMAGE = re.compile(
    r"(?P<repository>(?:[A-Za-z0-9.:\[\]-]+/)?{part}(?:/{part})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?P<digest>@[\w.+-]+:[0-9a-fA-F]{{32,}})?".format(
        part="[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    ),
    re.ASCII,
)
_IDENTIFIER = re.compile("[a-f0-9]{64}")


def complete(object: Object, cluster: Cluster, draw: Draw, *, is_namespaced: bool) -> Object:
    """The object as admission sees it when it is created; changes the one that is given.

    `draw` chooses among examples of what the cluster draws.
    """
    metadata = object.setdefault("metadata", {})
    for name in _REPLACED if is_namespaced else (*_REPLACED, "namespace"):
        metadata.pop(name, None)
    fill = _BY_KIND.get((object["apiVersion"], object["kind"]))
    if fill is not None:
        object.pop("status", None)
        fill(object, cluster, draw)
    drawn: Drawn = {**_IDENTITY}
    if "generateName" in metadata:
        drawn["name"] = f"{metadata['generateName']}bbbbb", f"{metadata['generateName']}zzzzz"
    object["metadata"] = Uncertain(
        metadata,
        _SET_BY_SERVER,
        drawn=drawn,
        draw=draw,
        present={"namespace": "the namespace"} if is_namespaced and "namespace" not in metadata else {},
        possible=frozenset(("managedFields", "generation")) - metadata.keys(),
    )
    if fill is None:
        if isinstance(object.get("spec"), dict):
            object["spec"] = opened(object["spec"])
        return Uncertain(object, _NOT_MODELLED, is_open=True)
    if "status" in object:
        return object
    return Uncertain(object, _SET_BY_SERVER, possible=frozenset(("status",)))


def opened(value: Any) -> Any:
    """A value of a kind whose defaults nobody knows: any field of it may be filled in."""
    if isinstance(value, Uncertain):
        return value
    if isinstance(value, dict):
        return Uncertain({key: opened(below) for key, below in value.items()}, _NOT_MODELLED, is_open=True)
    return [opened(item) for item in value] if isinstance(value, list) else value


def _service(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    kind = spec.setdefault("type", "ClusterIP")
    if spec.setdefault("sessionAffinity", "None") == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        config = spec.setdefault("sessionAffinityConfig", {})
        config.setdefault("clientIP", {}).setdefault("timeoutSeconds", 10800)
    if kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs")):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    drawn: Drawn = {}
    if kind == "ExternalName":
        spec.pop("internalTrafficPolicy", None)
    else:
        _service_families(spec, drawn, cluster)
        _service_addresses(spec, drawn, cluster)
    if kind == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local" and "healthCheckNodePort" not in spec:
        drawn["healthCheckNodePort"] = cluster.node_port_range
    _service_ports(spec, cluster, draw)
    object["status"] = {"loadBalancer": {}}
    object["spec"] = Uncertain(spec, _ALLOCATED, drawn=drawn, draw=draw)


def _service_families(spec: Object, drawn: Drawn, cluster: Cluster) -> None:
    """The families and their policy (k8s.io/kubernetes, registry/core/service/storage: initIPFamilyFields)."""
    if spec.get("clusterIPs"):
        spec.setdefault("clusterIP", spec["clusterIPs"][0])
    elif "clusterIP" in spec:
        spec["clusterIPs"] = [spec["clusterIP"]]
    addresses = [address for address in spec.get("clusterIPs", []) if address != "None"]
    is_headless = spec.get("clusterIP") == "None"
    families = spec.get("ipFamilies") or ["IPv6" if ":" in str(address) else "IPv4" for address in addresses]
    if "ipFamilyPolicy" not in spec:
        is_dual = len(families) == 2 or (is_headless and not spec.get("selector"))
        spec["ipFamilyPolicy"] = "RequireDualStack" if is_dual else "SingleStack"
    policy = spec["ipFamilyPolicy"]
    first = families[:1] or list(cluster.ip_families[:1])
    if len(families) == 2 or (first and policy == "SingleStack"):
        spec["ipFamilies"] = families or first
        return
    spec.pop("ipFamilies", None)
    one, other = (first, first) if first else (["IPv4"], ["IPv6"])
    if policy == "SingleStack":
        drawn["ipFamilies"] = one, other
    elif policy == "PreferDualStack":
        drawn["ipFamilies"] = one, _both(other)
    else:
        drawn["ipFamilies"] = _both(one), _both(other)


def _both(families: list[str]) -> list[str]:
    return families + [family for family in _FAMILIES if family not in families]


def _service_addresses(spec: Object, drawn: Drawn, cluster: Cluster) -> None:
    if spec.get("clusterIP") == "None":
        return
    given: list[str] = spec.get("clusterIPs", [])
    families = [drawn["ipFamilies"][number] if "ipFamilies" in drawn else spec["ipFamilies"] for number in (0, 1)]
    first, second = (_addresses(given, families[number], number, cluster) for number in (0, 1))
    if first == second == given:
        return
    spec.pop("clusterIPs", None)
    drawn["clusterIPs"] = first, second
    if "clusterIP" not in spec:
        drawn["clusterIP"] = first[0], second[0]


def _addresses(given: list[str], families: list[str], number: int, cluster: Cluster) -> list[str]:
    return given + [_example(family, number, cluster) for family in families[len(given) :]]


def _example(family: str, number: int, cluster: Cluster) -> str:
    """The first or the last address that the cluster may draw, or two that have nothing in common."""
    for text in cluster.service_cidrs:
        from ipaddress import ip_network

        network = ip_network(text)
        if network.version == (6 if family == "IPv6" else 4):
            return str(network[-2] if number else network[1])
    return _EXAMPLES[family][number]


_FAMILIES = ("IPv4", "IPv6")
_EXAMPLES = {"IPv4": ("10.96.0.1", "198.19.255.254"), "IPv6": ("fd00:10:96::1", "2001:db8:ffff::fffe")}


def _service_ports(spec: Object, cluster: Cluster, draw: Draw) -> None:
    allocates = spec["type"] == "NodePort" or (
        spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is not False
    )
    ports = spec.get("ports", [])
    for index, port in enumerate(ports):
        port.setdefault("protocol", "TCP")
        if port.get("targetPort", 0) in (0, ""):
            port["targetPort"] = port.get("port")
        if allocates and "nodePort" not in port:
            ports[index] = Uncertain(port, _ALLOCATED, drawn={"nodePort": cluster.node_port_range}, draw=draw)


def _pod_spec(spec: Object) -> None:
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")
    # Two names of one field, of which the younger one counts.
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in _all_containers(spec):
        _container(container)
    for volume in spec.get("volumes", []):
        _volume(volume)


def _all_containers(spec: Object) -> Iterator[Object]:
    for name in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(name, [])


def _container(container: Object) -> None:
    container.setdefault("resources", {})
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("imagePullPolicy", _pull_policy(container.get("image", "")))
    for port in container.get("ports", []):
        port.setdefault("protocol", "TCP")
    for variable in container.get("env", []):
        _field_reference(variable.get("valueFrom", {}))
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is not None:
            for key, value in (("timeoutSeconds", 1), ("periodSeconds", 10)):
                probe.setdefault(key, value)
            for key, value in (("successThreshold", 1), ("failureThreshold", 3)):
                probe.setdefault(key, value)
            _action(probe)
    for action in container.get("lifecycle", {}).values():
        if isinstance(action, dict):
            _action(action)


def _action(holder: Object) -> None:
    if "httpGet" in holder:
        holder["httpGet"].setdefault("path", "/")
        holder["httpGet"].setdefault("scheme", "HTTP")
    if "grpc" in holder:
        holder["grpc"].setdefault("service", "")


def _field_reference(holder: Object) -> None:
    if "fieldRef" in holder:
        holder["fieldRef"].setdefault("apiVersion", "v1")


def _pull_policy(image: object) -> object:
    if not isinstance(image, str):
        return image
    return "Always" if _is_latest(image) else "IfNotPresent"


def _is_latest(image: str) -> bool:
    """Whether the tag is `latest` (k8s.io/kubernetes, pkg/util/parsers: ParseImageName); of no tag and no digest it is.

    What is no image's name has no tag.
    """
    found = _IMAGE.fullmatch(image)
    if found is None or _IDENTIFIER.fullmatch(found["repository"]):
        return False
    return found["tag"] == "latest" if found["tag"] or found["digest"] else True


def _volume(volume: Object) -> None:
    if not volume.keys() - {"name"}:
        volume["emptyDir"] = {}
    for name in ("configMap", "secret", "downwardAPI", "projected"):
        if name in volume:
            volume[name].setdefault("defaultMode", 0o644)
    for name, defaults in _VOLUME_DEFAULTS.items():
        if name in volume:
            volume[name] = {**defaults, **volume[name]}
    if "image" in volume:
        volume["image"].setdefault("pullPolicy", _pull_policy(volume["image"].get("reference", "")))
    if "ephemeral" in volume and "volumeClaimTemplate" in volume["ephemeral"]:
        claim = volume["ephemeral"]["volumeClaimTemplate"]
        claim.setdefault("metadata", {})
        claim.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    for item in volume.get("downwardAPI", {}).get("items", []):
        _field_reference(item)
    for source in volume.get("projected", {}).get("sources") or []:
        source.get("serviceAccountToken", {"expirationSeconds": 0}).setdefault("expirationSeconds", 3600)
        for item in source.get("downwardAPI", {}).get("items", []):
            _field_reference(item)


_VOLUME_DEFAULTS: dict[str, Object] = {
    "azureDisk": {"cachingMode": "ReadWrite", "fsType": "ext4", "kind": "Shared", "readOnly": False},
    "hostPath": {"type": ""},
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}


def _template(spec: Object) -> None:
    _pod_spec(spec.setdefault("template", {}).setdefault("spec", {}))
    spec["template"].setdefault("metadata", {})


def _pod(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("enableServiceLinks", True)
    _pod_spec(spec)
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1
    for container in _all_containers(spec):
        if spec.get("hostNetwork"):
            # Of a template's ports this is true no longer (Kubernetes 1.28).
            for port in container.get("ports", []):
                port.setdefault("hostPort", port.get("containerPort"))
        for name, amount in container["resources"].get("limits", {}).items():
            container["resources"].setdefault("requests", {}).setdefault(name, amount)
    for name in ("containers", "initContainers"):
        if name in spec:
            spec[name] = [_extended(one, frozenset(("volumeMounts",))) for one in spec[name]]
    possible = ("serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "imagePullSecrets")
    object["spec"] = _extended(spec, frozenset(("tolerations", "volumes")), *possible)


def _extended(holder: Object, lists: frozenset[str], *others: str) -> Object:
    """A map to whose lists of these names admission plug-ins may add; they may set them, and others, where there is
    nothing."""
    known = {key: OpenList(value, _ADMISSION) if key in lists else value for key, value in holder.items()}
    return Uncertain(known, _ADMISSION, possible=lists.union(others) - known.keys())


def _deployment(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    _rolling(spec, "strategy", {"maxUnavailable": "25%", "maxSurge": "25%"})
    _template(spec)


def _rolling(spec: Object, name: str, defaults: Object) -> None:
    strategy = spec.setdefault(name, {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        for key, value in defaults.items():
            rolling.setdefault(key, value)


def _stateful_set(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("podManagementPolicy", "OrderedReady")
    _rolling(spec, "updateStrategy", {"partition": 0})
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    for claim in spec.get("volumeClaimTemplates", []):
        claim.update(kind="PersistentVolumeClaim", apiVersion="v1", status={"phase": "Pending"})
        claim.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    _template(spec)


def _daemon_set(object: Object, cluster: Cluster, draw: Draw) -> None:
    object["metadata"].setdefault("annotations", {}).setdefault("deprecated.daemonset.template.generation", "1")
    spec = object.setdefault("spec", {})
    spec.setdefault("revisionHistoryLimit", 10)
    _rolling(spec, "updateStrategy", {"maxUnavailable": 1, "maxSurge": 0})
    _template(spec)


def _replica_set(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    _template(spec)


def _replication_controller(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    _template(spec)
    labels = spec["template"]["metadata"].get("labels")
    if labels:
        spec.setdefault("selector", dict(labels))
        object["metadata"].setdefault("labels", dict(labels))


def _job(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    if "parallelism" not in spec and "completions" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", 6 if "backoffLimitPerIndex" not in spec else 2**31 - 1)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    is_manual = spec.setdefault("manualSelector", False)
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    for rule in spec.get("podFailurePolicy", {}).get("rules") or []:
        for condition in rule.get("onPodConditions", []):
            condition.setdefault("status", "True")
    _template(spec)
    template = spec["template"]["metadata"]
    if not is_manual:
        # The labels and the selector hold the identifier that the server draws.
        template["labels"] = _job_labels(template.get("labels", {}))
    # A Job without labels of its own shares those of its template, whatever becomes of them.
    if not object["metadata"].get("labels") and "labels" in template:
        object["metadata"]["labels"] = template["labels"]
    if not is_manual:
        spec["selector"] = Uncertain({}, _SET_BY_SERVER, is_open=True)


def _job_labels(labels: Object) -> Object:
    drawn = ("controller-uid", "job-name")
    return Uncertain(
        labels,
        _SET_BY_SERVER,
        present=dict.fromkeys((*drawn, *(f"batch.kubernetes.io/{one}" for one in drawn)), _SET_BY_SERVER),
    )


def _cron_job(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)
    job = spec.setdefault("jobTemplate", {})
    job.setdefault("metadata", {})
    _template(job.setdefault("spec", {}))


def _ingress(object: Object, cluster: Cluster, draw: Draw) -> None:
    object["status"] = {"loadBalancer": {}}


def _network_policy(object: Object, cluster: Cluster, draw: Draw) -> None:
    spec = object.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    for direction in ("ingress", "egress"):
        for rule in spec.get(direction, []):
            _protocols(rule)
    if "policyTypes" not in spec:
        spec["policyTypes"] = ["Ingress", *(["Egress"] if "egress" in spec else [])]


def _protocols(holder: Object) -> None:
    for port in holder.get("ports", []):
        port.setdefault("protocol", "TCP")


def _endpoints(object: Object, cluster: Cluster, draw: Draw) -> None:
    for subset in object.get("subsets", []):
        _protocols(subset)


def _endpoint_slice(object: Object, cluster: Cluster, draw: Draw) -> None:
    _protocols(object)
    for port in object.get("ports", []):
        port.setdefault("name", "")
    for endpoint in object.get("endpoints", []):
        endpoint.setdefault("conditions", {})
        endpoint.pop("deprecatedTopology", None)
    # These two are no `omitempty` in Go.
    for name in ("endpoints", "ports"):
        object.setdefault(name, None)


def _namespace(object: Object, cluster: Cluster, draw: Draw) -> None:
    metadata = object["metadata"]
    labels = metadata.setdefault("labels", {})
    if "name" in metadata:
        labels["kubernetes.io/metadata.name"] = metadata["name"]
    else:
        metadata["labels"] = Uncertain(labels, _SET_BY_SERVER, present={"kubernetes.io/metadata.name": _SET_BY_SERVER})
    object.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    object["status"] = {"phase": "Active"}


_BY_KIND: dict[tuple[str, str], Callable[[Object, Cluster, Draw], None]] = {
    ("v1", "Service"): _service,
    ("v1", "Pod"): _pod,
    ("v1", "ReplicationController"): _replication_controller,
    ("v1", "Endpoints"): _endpoints,
    ("v1", "Namespace"): _namespace,
    ("apps/v1", "Deployment"): _deployment,
    ("apps/v1", "StatefulSet"): _stateful_set,
    ("apps/v1", "DaemonSet"): _daemon_set,
    ("apps/v1", "ReplicaSet"): _replica_set,
    ("batch/v1", "Job"): _job,
    ("batch/v1", "CronJob"): _cron_job,
    ("networking.k8s.io/v1", "Ingress"): _ingress,
    ("networking.k8s.io/v1", "NetworkPolicy"): _network_policy,
    ("discovery.k8s.io/v1", "EndpointSlice"): _endpoint_slice,
}
