"""Policies and the objects that a kube-apiserver is asked to judge by them.

A case is a ValidatingAdmissionPolicy with its binding and parameters, and objects: a namespace of its own keeps it
apart from the others. What the server says of them is not written here; `record.py` asks it.
"""

# ruff: noqa: E501 (an expression is easier to read on one line)
from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

SERVICES = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["services"]}
EVERYTHING = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
APPS = {**SERVICES, "apiGroups": ["apps"], "resources": ["*"]}


@dataclass
class Case:
    """One policy, what comes with it, and the objects.

    `unknowable`: only a cluster can judge some of the objects. `versions` are those of the policy and of its binding.
    """

    name: str
    spec: Object
    objects: list[Object]
    binding: Object = field(default_factory=dict)
    parameters: list[Object] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    unknowable: bool = False
    versions: tuple[str, str] = ("v1", "v1")

    @property
    def namespace(self) -> str:
        """The namespace of its objects."""
        return f"case-{self.name}"


def service(name: str = "web", *, metadata: Object | None = None, **spec: Any) -> Object:
    """A Service with one port, unless the spec says otherwise."""
    spec = {"ports": [{"port": 80}], **spec}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **(metadata or {})},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def workload(
    kind: str = "Deployment", *, metadata: Object | None = None, pod: Object | None = None, **spec: Any
) -> Object:
    """A workload with one container, unless `pod` says otherwise."""
    pod = {"containers": [{"name": "web", "image": "example.com/web:1.0"}], **(pod or {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    metadata = {"name": "web", **(metadata or {})}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": {**metadata, **template["metadata"]}, "spec": pod}
    if kind in ("Job", "CronJob"):
        pod.setdefault("restartPolicy", "Never")
        job = {"template": {"spec": pod}}
        spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": job}, **spec} if kind == "CronJob" else {**job, **spec}
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec},
    }


LABELLED = {"labels": {"app": "web", "team": "shop"}, "annotations": {"example.com/owner": "shop", "note": "a b"}}

SHELF: dict[str, Object] = {
    "plain": service(),
    "node-port": service(type="NodePort"),
    "fixed-node-port": service(type="NodePort", ports=[{"port": 80, "nodePort": 30080}]),
    "load-balancer": service(type="LoadBalancer"),
    "ranges": service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8", "192.0.2.0/24"]),
    "class": service(
        type="LoadBalancer", loadBalancerClass="example.com/internal", allocateLoadBalancerNodePorts=False
    ),
    "local": service(type="LoadBalancer", externalTrafficPolicy="Local"),
    "external-name": service(type="ExternalName", externalName="db.example.com", ports=None),
    "headless": service(clusterIP="None", selector={"app": "web"}),
    "headless-alone": service(clusterIP="None"),
    "external-ips": service(externalIPs=["203.0.113.7"]),
    "affinity": service(sessionAffinity="ClientIP"),
    "several": service(
        selector={"app": "web"},
        ports=[
            {"name": "http", "port": 80, "targetPort": "http"},
            {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 5353},
            {"name": "admin", "port": 8443, "appProtocol": "https"},
        ],
    ),
    "labelled": service(metadata=LABELLED, publishNotReadyAddresses=True),
    "empties": service(metadata={"labels": {}, "annotations": {}}, selector={}, publishNotReadyAddresses=False),
    "dual": service(ipFamilyPolicy="RequireDualStack", ipFamilies=["IPv6", "IPv4"]),
    "fixed-ip": service(clusterIP="10.96.77.7"),
}


def shelf(*names: str) -> list[Object]:
    """Services by their names on the shelf; all of them for none."""
    return [deepcopy(SHELF[name]) for name in names or SHELF]


def demand(expression: str, **more: str) -> Object:
    """A spec with one validation."""
    return spec({"expression": expression, **more})


def spec(*validations: Object, **more: Any) -> Object:
    """A spec for Services, unless `matchConstraints` says otherwise."""
    return {"matchConstraints": {"resourceRules": [SERVICES]}, "validations": list(validations), **more}


def of(*rules: Object, **more: Any) -> Object:
    """matchConstraints."""
    return {"resourceRules": list(rules), **more}


def text(expression: str) -> Object:
    """A spec that denies everything and says what an expression gives."""
    return spec({"expression": "false", "messageExpression": expression})


def cases() -> Iterator[Case]:
    """Every case."""
    yield from _objects()
    yield from _verdicts()
    yield from _messages()
    yield from _variables()
    yield from _matching()
    yield from _conditions()
    yield from _bindings()
    yield from _parameters()
    yield from _context()
    yield from _unknowable()
    yield from _refused()


def _objects() -> Iterator[Case]:
    """What the object looks like when admission sees it."""
    fields = [
        "type",
        "sessionAffinity",
        "externalTrafficPolicy",
        "internalTrafficPolicy",
        "ipFamilyPolicy",
        "allocateLoadBalancerNodePorts",
        "publishNotReadyAddresses",
        "externalName",
        "selector",
        "externalIPs",
        "loadBalancerClass",
        "sessionAffinityConfig",
    ]
    shown = " + ' ' + ".join(
        f"(has(object.spec.{name}) ? '{name}=' + string(dyn(type(object.spec.{name}) == string "
        f"? object.spec.{name} : 'set')) : '')"
        for name in fields
    )
    yield Case("service-fields", text(shown), shelf())
    yield Case(
        "service-has",
        text(
            " + ".join(
                f"string(has(object.spec.{name}))"
                for name in (
                    "clusterIP",
                    "clusterIPs",
                    "ipFamilies",
                    "healthCheckNodePort",
                    "loadBalancerSourceRanges",
                    "ports",
                )
            )
        ),
        shelf(),
    )
    ports = (
        "object.spec.?ports.orValue([]).map(p, p.protocol + ':' + string(p.port) + ':' + "
        "(type(p.targetPort) == int ? 'n' + string(p.targetPort) : 's' + p.targetPort) + ':' + "
        "string(has(p.nodePort)) + ':' + (has(p.name) ? p.name : '-')).join(',')"
    )
    yield Case("service-ports", text(ports), shelf())
    yield Case(
        "service-metadata",
        text(
            "string(has(object.metadata.labels)) + string(has(object.metadata.annotations)) "
            "+ object.metadata.name + object.metadata.namespace + string(has(object.metadata.uid)) "
            "+ string(has(object.metadata.generateName)) + string(has(object.metadata.finalizers))"
        ),
        shelf("plain", "labelled", "empties"),
    )
    yield Case(
        "service-kind",
        text("object.kind + ' ' + object.apiVersion + ' ' + string(has(object.status.loadBalancer))"),
        shelf("plain"),
    )
    template = "object.spec.template"
    pods = (
        f"{template}.spec.restartPolicy + ' ' + {template}.spec.dnsPolicy + ' ' + "
        f"string({template}.spec.terminationGracePeriodSeconds) + ' ' + {template}.spec.schedulerName + ' ' + "
        f"string(has({template}.spec.securityContext)) + string(has({template}.spec.serviceAccount)) + "
        f"{template}.spec.containers.map(c, c.imagePullPolicy + c.terminationMessagePath + string(has(c.resources)) + "
        "string(has(c.ports) && c.ports.all(p, p.protocol == 'TCP'))).join(',')"
    )
    workloads = [
        workload(),
        workload(pod={"containers": [{"name": "web", "image": "web", "ports": [{"containerPort": 80}]}]}),
        workload("StatefulSet", serviceName="web"),
        workload("DaemonSet"),
        workload("ReplicaSet", replicas=0),
        workload(
            pod={
                "serviceAccountName": "web",
                "dnsPolicy": "Default",
                "containers": [
                    {"name": "web", "image": "example.com:5000/web:latest"},
                    {"name": "b", "image": "b@sha256:" + "0" * 64},
                ],
            }
        ),
    ]
    yield Case(
        "pod-template", spec({"expression": "false", "messageExpression": pods}, matchConstraints=of(APPS)), workloads
    )
    yield Case(
        "replicas",
        spec(
            {
                "expression": "object.spec.replicas > 1",
                "messageExpression": "'replicas ' + string(object.spec.replicas)",
            },
            matchConstraints=of({**APPS, "resources": ["deployments", "statefulsets", "replicasets"]}),
        ),
        [
            workload(),
            workload(replicas=0),
            workload(replicas=3),
            workload("StatefulSet", serviceName="web"),
            workload("ReplicaSet", replicas=1),
        ],
    )
    yield Case(
        "strategy",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.strategy.type + (has(object.spec.strategy.rollingUpdate) ? ' ' + string(object.spec.strategy.rollingUpdate.maxSurge) : '')"
                " + ' ' + string(object.spec.revisionHistoryLimit) + ' ' + string(object.spec.progressDeadlineSeconds) + string(has(object.spec.paused))",
            },
            matchConstraints=of({**APPS, "resources": ["deployments"]}),
        ),
        [
            workload(),
            workload(strategy={"type": "Recreate"}),
            workload(strategy={"rollingUpdate": {"maxSurge": 1}}, paused=False),
        ],
    )
    yield Case(
        "stateful-set",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.podManagementPolicy + ' ' + object.spec.updateStrategy.type + ' ' + string(object.spec.updateStrategy.rollingUpdate.partition) + ' ' + "
                "object.spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
            },
            matchConstraints=of({**APPS, "resources": ["statefulsets"]}),
        ),
        [workload("StatefulSet", serviceName="web")],
    )
    yield Case(
        "daemon-set",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.updateStrategy.type + ' ' + string(object.spec.updateStrategy.rollingUpdate.maxUnavailable) + object.metadata.annotations['deprecated.daemonset.template.generation']",
            },
            matchConstraints=of({**APPS, "resources": ["daemonsets"]}),
        ),
        [workload("DaemonSet")],
    )
    probes = {
        "containers": [
            {
                "name": "web",
                "image": "web:1",
                "livenessProbe": {"httpGet": {"port": 80}},
                "readinessProbe": {"grpc": {"port": 9000}, "periodSeconds": 5},
                "env": [
                    {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "B", "value": ""},
                ],
            }
        ],
        "volumes": [
            {"name": "a", "configMap": {"name": "a"}},
            {"name": "b"},
            {"name": "c", "hostPath": {"path": "/c"}},
        ],
    }
    yield Case(
        "containers",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.template.spec.containers.map(c, c.livenessProbe.httpGet.path + c.livenessProbe.httpGet.scheme + string(c.livenessProbe.timeoutSeconds) + "
                "string(c.readinessProbe.periodSeconds) + string(c.readinessProbe.failureThreshold) + '[' + c.readinessProbe.grpc.service + ']' + "
                "c.env[0].valueFrom.fieldRef.apiVersion + string(has(c.env[1].value))).join(',') + "
                "object.spec.template.spec.volumes.map(v, string(has(v.emptyDir)) + (has(v.configMap) ? string(v.configMap.defaultMode) : '') + "
                "(has(v.hostPath) ? '[' + v.hostPath.type + ']' : '')).join(',')",
            },
            matchConstraints=of(APPS),
        ),
        [workload(pod=probes)],
    )
    yield Case(
        "jobs",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.kind == 'Job' ? string(object.spec.backoffLimit) + object.spec.completionMode + string(object.spec.suspend) + string(has(object.spec.completions)) + "
                "object.spec.podReplacementPolicy : object.spec.concurrencyPolicy + string(object.spec.suspend) + string(object.spec.successfulJobsHistoryLimit)",
            },
            matchConstraints=of({**SERVICES, "apiGroups": ["batch"], "resources": ["jobs", "cronjobs"]}),
        ),
        [workload("Job"), workload("Job", parallelism=3), workload("CronJob"), workload("CronJob", suspend=True)],
    )
    yield Case(
        "pods",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.restartPolicy + string(object.spec.enableServiceLinks) + string(has(object.spec.hostNetwork)) + "
                "object.spec.containers.map(c, has(c.resources.requests) ? c.resources.requests.cpu : '-').join(',')",
            },
            matchConstraints=of({**SERVICES, "resources": ["pods"]}),
        ),
        [
            workload("Pod"),
            workload(
                "Pod",
                pod={
                    "containers": [{"name": "a", "image": "a", "resources": {"limits": {"cpu": "1"}}}],
                    "hostNetwork": True,
                },
            ),
        ],
    )
    network = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web"},
        "spec": {"podSelector": {}},
    }
    yield Case(
        "network-policies",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.policyTypes.join(',') + string(has(object.spec.ingress)) + string(has(object.spec.podSelector.matchLabels)) + string(has(object.spec.podSelector))",
            },
            matchConstraints=of({**EVERYTHING, "resources": ["networkpolicies"]}),
        ),
        [network, {**network, "spec": {"podSelector": {}, "egress": [{"ports": [{"port": 53}]}], "ingress": []}}],
    )
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {
            "rules": [
                {
                    "host": "shop.example.com",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "web", "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ]
        },
    }
    yield Case(
        "ingresses",
        spec(
            {"expression": "object.spec.rules.all(r, r.host.endsWith('.internal'))", "message": "not an internal host"},
            {"expression": "has(object.spec.tls)", "message": "no TLS"},
            {"expression": "has(object.spec.ingressClassName)"},
            matchConstraints=of({**EVERYTHING, "apiGroups": ["networking.k8s.io"], "resources": ["ingresses"]}),
        ),
        [
            ingress,
            {**ingress, "spec": {"rules": [{**ingress["spec"]["rules"][0], "host": "shop.internal"}]}},
            {
                **ingress,
                "spec": {
                    "ingressClassName": "nginx",
                    "tls": [{"hosts": ["a.internal"]}],
                    "rules": [{**ingress["spec"]["rules"][0], "host": "a.internal"}],
                },
            },
        ],
    )
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "web"},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.7"]}],
        "ports": [{"port": 80}],
    }
    yield Case(
        "endpoint-slices",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.ports[0].protocol + '[' + object.ports[0].name + ']' + string(has(object.endpoints[0].conditions)) + string(has(object.endpoints[0].conditions.ready))",
            },
            matchConstraints=of({**EVERYTHING, "resources": ["endpointslices"]}),
        ),
        [endpoints],
    )


def _verdicts() -> Iterator[Case]:
    """Everyday demands."""
    yield Case("no-node-port", demand("object.spec.type != 'NodePort'", message="node ports are not allowed"), shelf())
    yield Case(
        "reason",
        demand("object.spec.type == 'ClusterIP'", message="only ClusterIP", reason="Forbidden"),
        shelf("plain", "node-port"),
    )
    yield Case(
        "owner",
        demand(
            "has(object.metadata.annotations) && 'example.com/owner' in object.metadata.annotations",
            message="name the owner",
        ),
        shelf("plain", "labelled", "empties"),
    )
    yield Case(
        "optional", demand("object.metadata.?labels[?'team'].orValue('') != ''"), shelf("plain", "labelled", "empties")
    )
    yield Case(
        "no-guard",
        demand("object.metadata.labels.team == 'shop'", message="a team, please"),
        shelf("plain", "labelled"),
    )
    yield Case(
        "ignore-errors",
        {**demand("object.metadata.labels.team == 'blog'"), "failurePolicy": "Ignore"},
        shelf("plain", "labelled"),
    )
    yield Case(
        "ranges",
        demand(
            "object.spec.type != 'LoadBalancer' || (has(object.spec.loadBalancerSourceRanges) && object.spec.loadBalancerSourceRanges.all(r, cidr('10.0.0.0/8').containsCIDR(r)))",
            message="source ranges within 10.0.0.0/8",
        ),
        shelf("plain", "load-balancer", "ranges", "class"),
    )
    yield Case(
        "ports",
        demand(
            "!has(object.spec.ports) || object.spec.ports.all(p, p.port in [80, 443, 8443])",
            messageExpression="'not allowed: ' + object.spec.ports.filter(p, !(p.port in [80, 443, 8443])).map(p, string(p.port)).join(', ')",
        ),
        [
            *shelf("plain", "several", "external-name"),
            service(ports=[{"name": "a", "port": 22}, {"name": "b", "port": 23}]),
        ],
    )
    yield Case(
        "node-port-range",
        demand(
            "object.spec.type != 'NodePort' || object.spec.ports.all(p, p.nodePort >= 30000 && p.nodePort <= 40000)"
        ),
        shelf("plain", "node-port", "fixed-node-port"),
    )
    yield Case(
        "headless",
        demand("object.spec.type == 'ExternalName' || object.spec.clusterIP != 'None'", message="headless"),
        shelf("plain", "headless", "external-name", "fixed-ip"),
    )
    yield Case(
        "address",
        demand("!has(object.spec.clusterIP) || object.spec.clusterIP == 'None' || isIP(object.spec.clusterIP)"),
        shelf("plain", "headless", "external-name", "fixed-ip"),
    )
    yield Case(
        "external-ips",
        demand(
            "!has(object.spec.externalIPs) || object.spec.externalIPs.all(a, cidr('192.0.2.0/24').containsIP(a))",
            message="external IPs",
        ),
        [*shelf("plain", "external-ips"), service(externalIPs=["192.0.2.9"])],
    )
    yield Case(
        "external-name",
        demand(
            "object.spec.type != 'ExternalName' || object.spec.externalName.endsWith('.example.org')",
            messageExpression="'no name of ours: ' + object.spec.externalName",
        ),
        shelf("plain", "external-name"),
    )
    yield Case(
        "class",
        demand(
            "object.spec.?loadBalancerClass.orValue('') == 'example.com/internal' || object.spec.type != 'LoadBalancer'"
        ),
        shelf("plain", "load-balancer", "class"),
    )
    yield Case(
        "types",
        demand("object.spec.ports[0].port == 80.0 && type(object.spec.ports[0].port) == int"),
        shelf("plain", "several"),
    )
    yield Case("not-a-boolean", demand("object.spec.type"), shelf("plain"))
    yield Case("null", demand("dyn(null)"), shelf("plain"))
    yield Case(
        "several",
        spec(
            {"expression": "object.spec.type != 'NodePort'", "message": "first"},
            {"expression": "object.metadata.name == 'api'", "message": "second"},
            {"expression": "object.spec.nope == 1", "message": "third"},
        ),
        shelf("plain", "node-port"),
    )
    yield Case(
        "no-such-key",
        spec({"expression": "object.spec.nope > 1", "message": "nope"}, {"expression": "false", "message": "after"}),
        shelf("plain"),
    )
    yield Case("index", demand("object.spec.ports[1].port > 1"), shelf("plain", "several"))
    yield Case("division", demand("1 / (object.spec.ports[0].port - 80) > 0"), shelf("plain"))
    yield Case("or-error", demand("object.spec.nope == 1 || object.metadata.name == 'web'"), shelf("plain"))
    yield Case("old-object", demand("oldObject == null && request.operation == 'CREATE'"), shelf("plain"))
    yield Case(
        "multi-line",
        demand("object.spec.type !=\n  'NodePort' &&\n  object.metadata.name == 'web'"),
        shelf("plain", "node-port"),
    )


def _messages() -> Iterator[Case]:
    """Which words a denial has."""
    for name, more in {
        "none": {},
        "blanks": {"message": "  blanks around  "},
        "expression": {"messageExpression": "'from ' + object.metadata.name"},
        "both": {"message": "plain", "messageExpression": "'from ' + object.metadata.name"},
        "failing": {"message": "plain", "messageExpression": "string(object.spec.nope)"},
        "failing-alone": {"messageExpression": "string(object.spec.nope)"},
        "dynamic": {"messageExpression": "object.metadata.name"},
        "empty": {"message": "plain", "messageExpression": "'  '"},
        "line-break": {"message": "plain", "messageExpression": "'a\\nb'"},
        "trimmed": {"messageExpression": "'  a  '"},
        "long": {
            "message": "plain",
            "messageExpression": "'x'.replace('x', 'xxxxxxxxxx').replace('x', 'xxxxxxxxxx').replace('x', 'xxxxxxxxxx').replace('x', 'xxxxxxxxxx')",
        },
    }.items():
        yield Case(f"message-{name}", demand("object.metadata.name == 'api'", **more), shelf("plain"))
    yield Case("message-spaces", demand("  object.metadata.name\n   == 'api'  "), shelf("plain"))


def _variables() -> Iterator[Case]:
    """`variables`."""

    def with_variables(expression: str, **variables: str) -> Object:
        return {
            **demand(expression, messageExpression="'saw ' + string(variables.shown)"),
            "variables": [
                {"name": name, "expression": text}
                for name, text in {"shown": "object.metadata.name", **variables}.items()
            ],
        }

    yield Case(
        "variable",
        with_variables("variables.open.size() == 0", open="object.spec.?ports.orValue([]).filter(p, p.port < 1024)"),
        shelf("plain", "several", "external-name"),
    )
    yield Case(
        "variable-chain",
        with_variables("variables.b > 2", a="object.spec.ports.size()", b="variables.a * 2"),
        shelf("plain", "several"),
    )
    yield Case("variable-error", with_variables("variables.bad == 1", bad="object.spec.nope"), shelf("plain"))
    yield Case(
        "variable-error-twice",
        with_variables("variables.worse == 1", bad="object.spec.nope", worse="variables.bad + 1"),
        shelf("plain"),
    )
    yield Case(
        "variable-lazy",
        with_variables("object.metadata.name == 'web' || variables.bad == 1", bad="object.spec.nope"),
        shelf("plain"),
    )
    yield Case(
        "variable-types",
        with_variables(
            "variables.names.exists(n, n == 'http')", names="object.spec.ports.map(p, has(p.name) ? p.name : '')"
        ),
        shelf("plain", "several"),
    )
    yield Case(
        "variable-condition",
        {
            **with_variables("variables.is_web", is_web="object.metadata.name == 'api'"),
            "matchConditions": [{"name": "web", "expression": "variables.shown == 'web'"}],
        },
        shelf("plain"),
    )


def _matching() -> Iterator[Case]:
    """matchConstraints."""
    deny = {"expression": "false", "message": "matched"}
    objects = [service(), workload(), service("api", metadata={"labels": {"tier": "front"}})]

    def constrained(name: str, constraints: Object, *more: Object, **rest: Any) -> Case:
        return Case(f"match-{name}", spec(deny, matchConstraints=constraints), [*objects, *more], **rest)

    yield constrained("everything", of(EVERYTHING))
    yield constrained("services", of(SERVICES))
    yield constrained("update", of({**SERVICES, "operations": ["UPDATE", "DELETE"]}))
    yield constrained("any-operation", of({**SERVICES, "operations": ["*"]}))
    yield constrained("group", of({**SERVICES, "apiGroups": ["apps"], "resources": ["services", "deployments"]}))
    yield constrained("version", of({**SERVICES, "apiVersions": ["v2"]}))
    yield constrained("version-exact", of({**APPS, "apiVersions": ["v1beta1"]}, matchPolicy="Exact"))
    yield constrained("version-equivalent", of({**APPS, "apiVersions": ["v1beta1"]}, matchPolicy="Equivalent"))
    yield constrained("subresource", of({**SERVICES, "resources": ["services/status"]}))
    yield constrained("all-subresources", of({**SERVICES, "resources": ["services/*"]}))
    yield constrained("any-subresource", of({**EVERYTHING, "resources": ["*/*"]}))
    yield constrained("scope-namespaced", of({**SERVICES, "scope": "Namespaced"}))
    yield constrained("scope-cluster", of({**SERVICES, "scope": "Cluster"}))
    yield constrained("names", of({**SERVICES, "resourceNames": ["api", "db"]}))
    yield constrained("two-rules", of({**SERVICES, "resourceNames": ["api"]}, APPS))
    yield constrained("excluded", of(EVERYTHING, excludeResourceRules=[{**SERVICES, "resourceNames": ["web"]}]))
    yield constrained("excluded-all", of(SERVICES, excludeResourceRules=[EVERYTHING]))
    yield constrained("object", of(EVERYTHING, objectSelector={"matchLabels": {"tier": "front"}}))
    yield constrained("object-empty", of(SERVICES, objectSelector={}))
    for name, expression in {
        "in": {"key": "tier", "operator": "In", "values": ["front", "back"]},
        "not-in": {"key": "tier", "operator": "NotIn", "values": ["front"]},
        "exists": {"key": "tier", "operator": "Exists"},
        "missing": {"key": "tier", "operator": "DoesNotExist"},
    }.items():
        yield constrained(f"object-{name}", of(SERVICES, objectSelector={"matchExpressions": [expression]}))
    yield constrained(
        "namespace", of(SERVICES, namespaceSelector={"matchLabels": {"stage": "prod"}}), labels={"stage": "prod"}
    )
    yield constrained(
        "namespace-other", of(SERVICES, namespaceSelector={"matchLabels": {"stage": "prod"}}), labels={"stage": "test"}
    )
    yield constrained(
        "namespace-name",
        of(
            SERVICES,
            namespaceSelector={
                "matchExpressions": [
                    {
                        "key": "kubernetes.io/metadata.name",
                        "operator": "NotIn",
                        "values": ["kube-system", "case-match-namespace-name"],
                    }
                ]
            },
        ),
    )
    yield constrained(
        "namespace-exists",
        of(SERVICES, namespaceSelector={"matchExpressions": [{"key": "stage", "operator": "Exists"}]}),
        labels={"stage": "test"},
    )


def _conditions() -> Iterator[Case]:
    """matchConditions."""

    def when(*expressions: str, **more: Any) -> Object:
        return spec(
            {"expression": "false", "message": "denied"},
            matchConditions=[{"name": f"c{n}", "expression": one} for n, one in enumerate(expressions)],
            **more,
        )

    yield Case("condition", when("object.metadata.name == 'web'"), [service(), service("api")])
    yield Case(
        "conditions",
        when("object.metadata.name == 'web'", "object.spec.type == 'NodePort'"),
        shelf("plain", "node-port"),
    )
    yield Case("condition-error", when("object.spec.nope == 1"), shelf("plain"))
    yield Case("condition-error-ignored", when("object.spec.nope == 1", failurePolicy="Ignore"), shelf("plain"))
    yield Case("condition-errors", when("object.spec.nope == 1", "object.spec.more == 1"), shelf("plain"))
    yield Case("condition-false-wins", when("object.spec.nope == 1", "false"), shelf("plain"))
    yield Case(
        "condition-request",
        when(
            "request.resource.resource == 'services'",
            "request.kind.kind == 'Service'",
            "request.operation == 'CREATE'",
            "!has(request.subResource)",
        ),
        shelf("plain"),
    )


def _bindings() -> Iterator[Case]:
    """validationActions and matchResources of a binding."""
    two = spec(
        {"expression": "object.spec.type != 'NodePort'", "message": "no node ports"},
        {"expression": "has(object.metadata.labels)", "message": "no labels"},
    )
    for actions in (["Deny"], ["Warn"], ["Audit"], ["Deny", "Audit"], ["Warn", "Audit"]):
        yield Case(
            f"actions-{'-'.join(actions).lower()}",
            two,
            shelf("plain", "node-port", "labelled"),
            binding={"validationActions": actions},
        )
    yield Case(
        "actions-warn-error", demand("object.spec.nope == 1"), shelf("plain"), binding={"validationActions": ["Warn"]}
    )
    yield Case(
        "binding-object",
        demand("false", message="bound"),
        [service(), service("api", metadata={"labels": {"tier": "front"}})],
        binding={"matchResources": {"objectSelector": {"matchLabels": {"tier": "front"}}}},
    )
    yield Case(
        "binding-rules",
        spec({"expression": "false", "message": "bound"}, matchConstraints=of(EVERYTHING)),
        [service(), workload()],
        binding={"matchResources": {"resourceRules": [APPS]}},
    )
    yield Case(
        "binding-excluded",
        spec({"expression": "false", "message": "bound"}, matchConstraints=of(EVERYTHING)),
        [service(), workload()],
        binding={"matchResources": {"excludeResourceRules": [SERVICES]}},
    )
    yield Case(
        "binding-namespace",
        demand("false", message="bound"),
        shelf("plain"),
        labels={"stage": "test"},
        binding={
            "matchResources": {
                "namespaceSelector": {"matchExpressions": [{"key": "stage", "operator": "In", "values": ["prod"]}]}
            }
        },
    )


def _parameters() -> Iterator[Case]:
    """paramKind and paramRef."""
    kind = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}

    def config_map(
        case: str, name: str, labels: dict[str, str] | None = None, namespace: str | None = None, **data: str
    ) -> Object:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": namespace or f"case-{case}",
                **({"labels": labels} if labels else {}),
            },
            "data": data,
        }

    most = {
        **demand(
            "object.spec.?ports.orValue([]).size() <= int(params.data.most)",
            messageExpression="'at most ' + params.data.most",
        ),
        **kind,
    }
    for name, reference in {
        "name": {"name": "limits"},
        "namespace": {"name": "limits", "namespace": "case-params-namespace"},
        "selector": {"selector": {"matchLabels": {"for": "ports"}}},
        "selector-all": {"selector": {}},
    }.items():
        case = f"params-{name}"
        yield Case(
            case,
            most,
            shelf("plain", "several"),
            binding={"paramRef": {"parameterNotFoundAction": "Deny", **reference}},
            parameters=[
                config_map(case, "limits", {"for": "ports"}, most="2"),
                config_map(case, "others", {"for": "ports"}, most="3"),
            ],
        )
    yield Case("params-absent", {**demand("params == null || has(params.data)"), **kind}, shelf("plain"))
    yield Case(
        "params-error",
        {**demand("params.data.nope == ''"), **kind},
        shelf("plain"),
        binding={"paramRef": {"name": "limits", "parameterNotFoundAction": "Deny"}},
        parameters=[config_map("params-error", "limits", most="2")],
    )
    yield Case(
        "params-variable",
        {
            **demand("object.spec.type in variables.allowed", message="not an allowed type"),
            **kind,
            "variables": [{"name": "allowed", "expression": "params.data.types.split(',')"}],
        },
        shelf("plain", "node-port", "load-balancer"),
        binding={"paramRef": {"name": "types", "parameterNotFoundAction": "Allow"}},
        parameters=[config_map("params-variable", "types", types="ClusterIP,LoadBalancer")],
    )
    yield Case(
        "params-condition",
        {
            **demand("false", message="denied"),
            **kind,
            "matchConditions": [{"name": "on", "expression": "params.data.on == 'true'"}],
        },
        shelf("plain"),
        binding={"paramRef": {"name": "switch", "parameterNotFoundAction": "Deny"}},
        parameters=[config_map("params-condition", "switch", on="false")],
    )


def _context() -> Iterator[Case]:
    """request and namespaceObject."""
    yield Case(
        "request",
        text(
            "request.kind.group + '|' + request.kind.version + '|' + request.kind.kind + '|' + request.resource.resource + '|' + request.name + '|' + request.namespace + '|' + request.operation + '|' + request.requestKind.kind"
        ),
        shelf("plain"),
    )
    yield Case(
        "request-apps",
        spec(
            {
                "expression": "false",
                "messageExpression": "request.kind.group + '|' + request.resource.resource + '|' + request.requestResource.group",
            },
            matchConstraints=of(APPS),
        ),
        [workload()],
    )
    yield Case(
        "namespace-object",
        demand(
            "namespaceObject.metadata.labels.stage == 'prod'",
            messageExpression="namespaceObject.metadata.name + ' is ' + namespaceObject.metadata.labels.stage",
        ),
        shelf("plain"),
        labels={"stage": "test"},
    )
    yield Case("namespace-object-missing", demand("namespaceObject.metadata.labels.stage == 'prod'"), shelf("plain"))
    yield Case(
        "namespace-object-status",
        text(
            "namespaceObject.status.phase + namespaceObject.spec.finalizers.join(',') + string(has(namespaceObject.metadata.annotations))"
        ),
        shelf("plain"),
    )


def _unknowable() -> Iterator[Case]:
    """What nobody can know without a cluster."""
    yield Case("unknown-user", demand("request.userInfo.username == 'admin'"), shelf("plain"), unknowable=True)
    yield Case(
        "unknown-authorizer",
        demand("authorizer.group('').resource('services').namespace('default').check('create').allowed()"),
        shelf("plain"),
        unknowable=True,
    )
    yield Case("unknown-address", demand("object.spec.clusterIP.startsWith('10.')"), shelf("plain"), unknowable=True)
    yield Case(
        "unknown-node-port", demand("object.spec.ports.all(p, p.nodePort < 31000)"), shelf("node-port"), unknowable=True
    )


def _refused() -> Iterator[Case]:
    """Policies that the server does not even take."""
    for name, expression in {
        "syntax": "object.spec.type ==",
        "undeclared": "objekt.spec.type == 'x'",
        "function": "foo(object)",
        "type": "1 + 'a' == 'b'",
        "not-a-boolean": "'text'",
        "variable": "variables.nope == 1",
        "params": "params.data.a == 'b'",
        "request": "request.nope == 'b'",
        "namespace": "namespaceObject.nope == 'b'",
    }.items():
        yield Case(f"refused-{name}", demand(expression), shelf("plain"))
