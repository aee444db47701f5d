"""Further policies and objects: audit annotations, bindings, failures, and objects of every kind with their defaults."""

# ruff: noqa: E501 (an expression is easier to read on one line)
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases import APPS, EVERYTHING, SERVICES, Case, Object, demand, of, service, shelf, spec, text, workload

BATCH = {**SERVICES, "apiGroups": ["batch"], "resources": ["jobs", "cronjobs"]}
PODS = {**SERVICES, "resources": ["pods"]}


def cases() -> Iterator[Case]:
    """Every case."""
    yield from _annotations()
    yield from _failures()
    yield from _bindings()
    yield from _parameters()
    yield from _matching()
    yield from _services()
    yield from _workloads()
    yield from _networking()


def _annotated(*expressions: str, validations: tuple[Object, ...] = (), **more: Any) -> Object:
    annotations = [{"key": f"k{number}", "valueExpression": one} for number, one in enumerate(expressions)]
    return spec(*validations, auditAnnotations=annotations, **more)


def _annotations() -> Iterator[Case]:
    """auditAnnotations: they deny nothing, unless they have no value."""
    failing = "string(object.spec.nope)"
    false = {"expression": "object.spec.type != 'NodePort'", "message": "no node ports"}
    objects = shelf("plain", "node-port")
    yield Case("audit-only", _annotated("'seen ' + string(object.metadata.name)"), objects)
    yield Case("audit-null", _annotated("null"), objects)
    yield Case("audit-empty", _annotated("'  '"), objects)
    yield Case("audit-error", _annotated(failing), objects)
    yield Case("audit-error-ignored", _annotated(failing, failurePolicy="Ignore"), objects)
    yield Case("audit-errors", _annotated(failing, "string(object.spec.more)"), objects)
    yield Case("audit-beside", _annotated("'a'", validations=(false,)), objects)
    yield Case("audit-error-beside", _annotated(failing, validations=(false,)), objects)
    for action in ("Warn", "Audit"):
        yield Case(
            f"audit-error-{action.lower()}",
            _annotated(failing, validations=(false,)),
            objects,
            binding={"validationActions": [action]},
        )
    yield Case(
        "audit-condition",
        _annotated(failing, matchConditions=[{"name": "never", "expression": "object.spec.type == 'NodePort'"}]),
        objects,
    )
    yield Case(
        "audit-variable",
        _annotated("string(variables.bad)", variables=[{"name": "bad", "expression": "object.spec.nope"}]),
        objects,
    )


def _failures() -> Iterator[Case]:
    """failurePolicy, and errors beside denials."""
    for policy in ("Fail", "Ignore"):
        name = policy.lower()
        yield Case(
            f"{name}-error-first",
            spec(
                {"expression": "object.spec.nope == 1"},
                {"expression": "false", "message": "second"},
                failurePolicy=policy,
            ),
            shelf("plain", "labelled"),
        )
        yield Case(
            f"{name}-error-last",
            spec(
                {"expression": "false", "message": "first"},
                {"expression": "object.spec.nope == 1"},
                failurePolicy=policy,
            ),
            shelf("plain", "labelled"),
        )
        yield Case(
            f"{name}-variable",
            spec(
                {"expression": "variables.bad == 1 || object.spec.type == 'NodePort'"},
                variables=[{"name": "bad", "expression": "object.spec.nope"}],
                failurePolicy=policy,
            ),
            shelf("plain", "node-port"),
        )
        yield Case(
            f"{name}-conditions",
            spec(
                {"expression": "false", "message": "denied"},
                matchConditions=[
                    {"name": "error", "expression": "object.metadata.labels.team == 'shop'"},
                    {"name": "type", "expression": "object.spec.type == 'ClusterIP'"},
                ],
                failurePolicy=policy,
            ),
            shelf("plain", "node-port", "labelled"),
        )
        yield Case(
            f"{name}-index",
            {
                **demand("object.spec.ports[0].name.startsWith('h')", message="the name of a port"),
                "failurePolicy": policy,
            },
            shelf("plain", "several", "external-name"),
        )
        yield Case(
            f"{name}-conversion",
            {**demand("int(object.metadata.name) > 1"), "failurePolicy": policy},
            [service(), service("w2")],
        )
    yield Case(
        "three-fail",
        spec(
            *(
                {"expression": f"object.metadata.name == '{name}'", "message": f"not {name}"}
                for name in ("a", "b", "web")
            )
        ),
        shelf("plain"),
    )
    yield Case(
        "variable-twice",
        spec(
            {"expression": "variables.a == 2", "message": "the first one counts"},
            variables=[{"name": "a", "expression": "1"}, {"name": "a", "expression": "2"}],
        ),
        shelf("plain"),
    )
    for reason in ("Invalid", "RequestEntityTooLarge", "Forbidden"):
        yield Case(f"reason-{reason.lower()}", demand("false", message="no", reason=reason), shelf("plain"))


def _bindings() -> Iterator[Case]:
    """What bindings narrow down, and what follows from a denial."""
    front = {"matchLabels": {"tier": "front"}}
    objects = [service(), service("api", metadata={"labels": {"tier": "front"}}), workload()]
    everything = spec({"expression": "false", "message": "bound"}, matchConstraints=of(EVERYTHING))
    for name, resources in {
        "names": {"resourceRules": [{**SERVICES, "resourceNames": ["api"]}]},
        "scope": {"resourceRules": [{**EVERYTHING, "scope": "Cluster"}]},
        "both": {"resourceRules": [SERVICES], "objectSelector": front},
        "excluded-names": {"excludeResourceRules": [{**SERVICES, "resourceNames": ["api"]}]},
        "exact": {"resourceRules": [{**APPS, "apiVersions": ["v1beta2"]}], "matchPolicy": "Exact"},
        "equivalent": {"resourceRules": [{**APPS, "apiVersions": ["v1beta2"]}], "matchPolicy": "Equivalent"},
        "update": {"resourceRules": [{**SERVICES, "operations": ["UPDATE"]}]},
    }.items():
        yield Case(f"bound-{name}", everything, objects, binding={"matchResources": resources})
    several = spec(
        {"expression": "object.spec.type != 'NodePort'", "message": "no node ports"},
        {"expression": "has(object.metadata.labels)", "message": "no labels"},
        {"expression": "object.spec.nope == 1", "message": "never"},
    )
    for actions in (["Deny"], ["Warn"], ["Audit"], ["Audit", "Deny"], ["Audit", "Warn"]):
        for policy in ("Fail", "Ignore"):
            yield Case(
                f"{policy}-{'-'.join(actions)}".lower(),
                {**several, "failurePolicy": policy},
                shelf("plain", "node-port", "labelled"),
                binding={"validationActions": actions},
            )


def _parameters() -> Iterator[Case]:
    """Parameters by name, by selector, of other namespaces and kinds."""
    kind = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}

    def config_map(namespace: str, name: str, labels: dict[str, str] | None = None, **more: Any) -> Object:
        metadata = {"name": name, "namespace": namespace, **({"labels": labels} if labels else {})}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **more}

    def judged(case: str, reference: Object, policy: Object, *parameters: Object, objects: list[Object]) -> Case:
        binding = {"paramRef": {"parameterNotFoundAction": "Deny", **reference}}
        return Case(case, {**policy, **kind}, objects, binding=binding, parameters=list(parameters))

    types = demand(
        "object.spec.type in params.data.types.split(',')",
        messageExpression="params.metadata.name + ' allows ' + params.data.types",
    )
    objects = shelf("plain", "node-port", "load-balancer")
    case = "param-selector-expression"
    yield judged(
        case,
        {"selector": {"matchExpressions": [{"key": "for", "operator": "In", "values": ["types", "kinds"]}]}},
        types,
        config_map(f"case-{case}", "a", {"for": "types"}, data={"types": "ClusterIP,NodePort"}),
        config_map(f"case-{case}", "b", {"for": "other"}, data={"types": "nothing"}),
        config_map(f"case-{case}", "c", {"for": "kinds"}, data={"types": "ClusterIP,LoadBalancer"}),
        objects=objects,
    )
    case = "param-selector-missing"
    yield judged(
        case,
        {"selector": {"matchExpressions": [{"key": "for", "operator": "DoesNotExist"}]}},
        types,
        config_map(f"case-{case}", "a", {"for": "types"}, data={"types": "nothing"}),
        config_map(f"case-{case}", "b", data={"types": "ClusterIP"}),
        objects=objects,
    )
    case = "param-elsewhere"
    yield judged(
        case,
        {"name": "types", "namespace": "case-param-selector-expression"},
        types,
        config_map(f"case-{case}", "types", data={"types": "ClusterIP,NodePort"}),
        config_map("case-param-selector-expression", "types", data={"types": "ClusterIP"}),
        objects=objects,
    )
    case = "param-elsewhere-selector"
    yield judged(
        case,
        {"selector": {"matchLabels": {"only": "elsewhere"}}, "namespace": "case-param-selector-expression"},
        types,
        config_map(f"case-{case}", "here", {"only": "elsewhere"}, data={"types": "nothing"}),
        config_map("case-param-selector-expression", "there", {"only": "elsewhere"}, data={"types": "ClusterIP"}),
        objects=objects,
    )
    shown = "(has(params.data) ? 'data ' : '') + (has(params.binaryData) ? 'binary ' : '') + (has(params.immutable) ? 'immutable ' + string(params.immutable) : '') + params.kind + params.apiVersion + params.metadata.namespace + string(has(params.metadata.labels)) + string(has(params.metadata.annotations))"
    for name, more in {
        "empty": {},
        "empty-data": {"data": {}},
        "null-data": {"data": None},
        "immutable": {"immutable": True},
        "mutable": {"immutable": False, "data": {"on": "", "null": "null"}},
        "binary": {"binaryData": {"a": "YQ=="}},
    }.items():
        yield judged(
            f"param-{name}",
            {"name": "held"},
            text(shown),
            config_map(f"case-param-{name}", "held", **more),
            objects=shelf("plain"),
        )
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    for name, reference in {
        "role": {"name": "param-role"},
        "roles": {"selector": {"matchLabels": {"for": "types"}}},
    }.items():
        labels = {"types": "ClusterIP", **({"for": "types"} if name == "roles" else {})}
        yield Case(
            f"param-{name}",
            {
                **demand("object.spec.type == params.metadata.labels.types", message="another type"),
                "paramKind": role,
            },
            objects,
            binding={"paramRef": {"parameterNotFoundAction": "Deny", **reference}},
            parameters=[{**role, "metadata": {"name": f"param-{name}", "labels": labels}, "rules": []}],
        )
    case = "param-null-value"
    yield judged(
        case,
        {"name": "held"},
        text("'[' + params.data.a + ']'"),
        config_map(f"case-{case}", "held", data={"a": None}),
        objects=shelf("plain"),
    )
    case = "param-condition-error"
    yield Case(
        case,
        {
            **demand("false", message="denied"),
            **kind,
            "matchConditions": [{"name": "on", "expression": "params.data.nope == 'true'"}],
        },
        shelf("plain"),
        binding={"paramRef": {"name": "switch", "parameterNotFoundAction": "Deny"}},
        parameters=[config_map(f"case-{case}", "switch", data={"on": "true"})],
    )
    case = "param-annotation"
    yield judged(
        case,
        {"name": "held"},
        {**_annotated("string(params.data.nope)"), **kind},
        config_map(f"case-{case}", "held", data={"a": "b"}),
        objects=shelf("plain"),
    )
    case = "param-service"
    yield Case(
        case,
        {
            **demand(
                "object.spec.ports[0].port == params.spec.ports[0].port",
                messageExpression="params.metadata.name + ' is a ' + params.spec.type",
            ),
            "paramKind": {"apiVersion": "v1", "kind": "Service"},
        },
        [service(), service(ports=[{"port": 81}])],
        binding={"paramRef": {"name": "model", "parameterNotFoundAction": "Deny"}},
        parameters=[{**service("model", clusterIP="None"), "metadata": {"name": "model", "namespace": f"case-{case}"}}],
    )


def _matching() -> Iterator[Case]:
    """Selectors and rules in company."""
    front = {"matchLabels": {"tier": "front"}}
    denied = {"expression": "false", "message": "matched"}
    objects = [
        service(),
        service("api", metadata={"labels": {"tier": "front"}}),
        workload(),
        workload("StatefulSet", serviceName="web", metadata={"labels": {"tier": "front", "team": "shop"}}),
        workload("Pod"),
    ]
    expressions = [{"key": "tier", "operator": "Exists"}, {"key": "team", "operator": "NotIn", "values": ["shop"]}]
    for name, constraints in {
        "two-selectors": of(EVERYTHING, objectSelector={**front, "matchExpressions": expressions}),
        "expressions": of(EVERYTHING, objectSelector={"matchExpressions": expressions}),
        "label-null": of(EVERYTHING, objectSelector={"matchLabels": {"tier": ""}}),
        "excluded-selector": of(EVERYTHING, objectSelector=front, excludeResourceRules=[APPS]),
        "excluded-operation": of(EVERYTHING, excludeResourceRules=[{**EVERYTHING, "operations": ["DELETE"]}]),
        "excluded-scope": of(EVERYTHING, excludeResourceRules=[{**EVERYTHING, "scope": "Cluster"}]),
        "excluded-version": of(EVERYTHING, excludeResourceRules=[{**APPS, "apiVersions": ["v1beta1"]}]),
        "groups": of({**EVERYTHING, "apiGroups": ["", "apps"], "resources": ["pods", "statefulsets"]}),
        "subresources": of({**EVERYTHING, "resources": ["pods/*", "services/status"]}),
        "star-last": of({**EVERYTHING, "resources": ["services", "*"]}),
        "star-and-subresource": of({**EVERYTHING, "resources": ["*", "pods/exec"]}),
        "names-of-many": of({**EVERYTHING, "resourceNames": ["api", "db"]}),
        "exact": of({**EVERYTHING, "apiVersions": ["v1"]}, matchPolicy="Exact"),
        "operations": of({**EVERYTHING, "operations": ["UPDATE", "CREATE"]}),
        "connect": of({**EVERYTHING, "operations": ["CONNECT"]}),
    }.items():
        yield Case(f"matched-{name}", spec(denied, matchConstraints=constraints), objects)
    for stage in ("prod", "test"):
        yield Case(
            f"matched-namespace-{stage}",
            spec(
                denied,
                matchConstraints=of(
                    EVERYTHING,
                    objectSelector=front,
                    namespaceSelector={"matchExpressions": [{"key": "stage", "operator": "NotIn", "values": ["test"]}]},
                ),
            ),
            objects,
            labels={"stage": stage},
        )


def _services() -> Iterator[Case]:
    """Services of every type."""
    more = [
        service(type="ExternalName", externalName="db.example.com", ports=[{"port": 5432}]),
        service(type="ExternalName", externalName="db.example.com", ports=None, selector={"app": "db"}),
        service(clusterIP="None", ports=None, selector={"app": "web"}),
        service(ipFamilyPolicy="SingleStack", ipFamilies=["IPv6"]),
        service(ipFamilyPolicy="RequireDualStack", ipFamilies=["IPv4", "IPv6"], type="LoadBalancer"),
        service(type="LoadBalancer", loadBalancerIP="203.0.113.9"),
        service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 60}}),
        service(type="NodePort", externalTrafficPolicy="Local", internalTrafficPolicy="Local"),
        service(ports=[{"port": 80, "targetPort": 0}, {"name": "b", "port": 81, "targetPort": ""}][:1]),
        service(trafficDistribution="PreferClose"),
    ]
    shown = {
        "families": "object.spec.?ipFamilyPolicy.orValue('-') + string(has(object.spec.ipFamilies)) + string(has(object.spec.clusterIPs) ? object.spec.clusterIPs.size() : 0)",
        "traffic": "string(object.spec.?externalTrafficPolicy.orValue('-') + object.spec.?internalTrafficPolicy.orValue('-') + object.spec.?trafficDistribution.orValue('-'))",
        "affinity": "object.spec.sessionAffinity + string(object.spec.?sessionAffinityConfig.clientIP.timeoutSeconds.orValue(0))",
        "balancer": "object.spec.type + object.spec.?loadBalancerIP.orValue('-') + string(object.spec.?allocateLoadBalancerNodePorts.orValue(false)) + string(has(object.spec.selector))",
        "targets": "object.spec.?ports.orValue([]).map(p, string(p.targetPort) + p.protocol + string(has(p.appProtocol))).join(',')",
    }
    for name, expression in shown.items():
        yield Case(f"services-{name}", text(expression), more)
    unknown = [
        service(clusterIP="None", selector={"app": "web"}, ipFamilyPolicy="PreferDualStack"),
        service(ipFamilyPolicy="PreferDualStack"),
    ]
    yield Case("services-preferred", demand("object.spec.ipFamilies.size() == 1"), unknown, unknowable=True)
    yield Case("services-preferred-policy", text("string(object.spec.ipFamilyPolicy)"), unknown)
    yield Case(
        "services-headless",
        demand(
            "object.spec.?clusterIP.orValue('') == 'None' || object.spec.type == 'ExternalName'",
            message="has an address",
        ),
        more,
    )
    yield Case(
        "services-dual",
        demand("!has(object.spec.ipFamilies) || object.spec.ipFamilies.size() < 2", message="two families"),
        more[:5],
    )


def _workloads() -> Iterator[Case]:
    """Pods and what makes them, with their defaults."""
    busy: Object = {
        "containers": [
            {
                "name": "web",
                "image": "example.com/web:1.0",
                "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP", "name": "dns"}],
                "resources": {"limits": {"cpu": "500m", "memory": "64Mi"}},
                "securityContext": {"runAsNonRoot": True},
                "livenessProbe": {"tcpSocket": {"port": 80}},
                "startupProbe": {"exec": {"command": ["true"]}},
                "lifecycle": {"preStop": {"httpGet": {"port": 80}}},
                "envFrom": [{"configMapRef": {"name": "web"}}],
            },
            {"name": "side", "image": "side", "stdin": False, "env": [{"name": "A", "value": "b"}]},
        ],
        "initContainers": [{"name": "init", "image": "init:latest", "restartPolicy": "Always"}],
        "volumes": [
            {"name": "s", "secret": {"secretName": "s"}},
            {"name": "p", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
            {"name": "d", "downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
            {"name": "e", "emptyDir": {}},
        ],
        "hostNetwork": False,
        "nodeSelector": {"a": "b"},
    }
    kinds = [
        workload(pod=busy),
        workload("StatefulSet", serviceName="web", pod=busy),
        workload("DaemonSet", pod=busy),
        workload("ReplicaSet", pod=busy),
        workload(),
    ]
    template = "object.spec.template.spec"
    for name, expression in {
        "pulls": f"{template}.containers.map(c, c.name + ' ' + c.imagePullPolicy).join(',')",
        "ports": f"{template}.containers.map(c, c.?ports.orValue([]).map(p, string(p.containerPort) + p.protocol + string(has(p.hostPort))).join('+')).join(',')",
        "limits": f"{template}.containers.map(c, string(has(c.resources.limits)) + string(has(c.resources.requests)) + string(has(c.stdin)) + string(has(c.securityContext))).join(',')",
        "probes": f"{template}.containers.map(c, c.?livenessProbe.periodSeconds.hasValue() ? string(c.livenessProbe.periodSeconds) + string(c.livenessProbe.successThreshold) + string(c.startupProbe.failureThreshold) + c.lifecycle.preStop.httpGet.path + c.lifecycle.preStop.httpGet.scheme : '-').join(',')",
        "volumes": f"{template}.?volumes.orValue([]).map(v, v.name + (has(v.secret) ? string(v.secret.defaultMode) : '') + (has(v.projected) ? string(v.projected.defaultMode) + string(v.projected.sources[0].serviceAccountToken.expirationSeconds) : '') + (has(v.downwardAPI) ? v.downwardAPI.items[0].fieldRef.apiVersion : '')).join(',')",
        "init": f"{template}.?initContainers.orValue([]).map(c, c.imagePullPolicy + c.terminationMessagePolicy + c.restartPolicy).join(',')",
        "host": f"string(has({template}.hostNetwork)) + string(has({template}.nodeSelector)) + string(has({template}.affinity)) + string(has({template}.tolerations)) + string(has({template}.enableServiceLinks)) + string(has(object.spec.template.metadata.creationTimestamp))",
    }.items():
        yield Case(
            f"workloads-{name}",
            spec({"expression": "false", "messageExpression": expression}, matchConstraints=of(APPS)),
            kinds,
        )
    yield Case(
        "workloads-demands",
        spec(
            {"expression": f"{template}.containers.all(c, c.imagePullPolicy == 'Always')", "message": "pull always"},
            {
                "expression": f"{template}.containers.all(c, has(c.resources.limits) && 'memory' in c.resources.limits)",
                "message": "limit the memory",
            },
            {"expression": f"!has({template}.hostNetwork) || !{template}.hostNetwork", "message": "no host network"},
            {"expression": f"{template}.containers.all(c, has(c.securityContext) && c.securityContext.runAsNonRoot)"},
            matchConstraints=of(APPS),
        ),
        [
            *kinds,
            workload(
                pod={"hostNetwork": True, "containers": [{"name": "a", "image": "a", "ports": [{"containerPort": 80}]}]}
            ),
        ],
    )
    yield Case(
        "workloads-quantities",
        spec(
            {
                "expression": f"{template}.containers.all(c, !has(c.resources.limits) || quantity(c.resources.limits.cpu).isLessThan(quantity('400m')))",
                "message": "too much",
            },
            matchConstraints=of(APPS),
        ),
        kinds,
    )
    pods = [
        workload("Pod"),
        workload(
            "Pod",
            pod={"hostNetwork": True, "containers": [{"name": "a", "image": "a:1", "ports": [{"containerPort": 80}]}]},
        ),
        workload(
            "Pod", pod={"restartPolicy": "Never", "dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.1"]}}
        ),
        workload("Pod", pod={"containers": busy["containers"], "terminationGracePeriodSeconds": 0}),
    ]
    for name, expression in {
        "spec": "object.spec.restartPolicy + object.spec.dnsPolicy + string(object.spec.terminationGracePeriodSeconds) + object.spec.schedulerName + string(has(object.spec.securityContext))",
        "containers": "object.spec.containers.map(c, c.imagePullPolicy + (has(c.ports) ? c.ports.map(p, string(p.containerPort) + string(has(p.hostPort) ? p.hostPort : 0)).join('+') : '') + (has(c.resources.requests) ? c.resources.requests.memory : '')).join(',')",
    }.items():
        yield Case(
            f"pods-{name}",
            spec({"expression": "false", "messageExpression": expression}, matchConstraints=of(PODS)),
            pods,
        )
    jobs = [
        workload("Job"),
        workload("Job", completions=3, parallelism=2, backoffLimit=0),
        workload("Job", completionMode="Indexed", completions=2, ttlSecondsAfterFinished=0),
        workload("CronJob", concurrencyPolicy="Forbid", successfulJobsHistoryLimit=0),
    ]
    for name, expression in {
        "numbers": "object.kind == 'Job' ? string(object.spec.parallelism) + string(object.spec.?completions.orValue(-1)) + string(object.spec.backoffLimit) + string(object.spec.?ttlSecondsAfterFinished.orValue(-1)) + object.spec.completionMode : object.spec.concurrencyPolicy + string(object.spec.failedJobsHistoryLimit) + string(object.spec.successfulJobsHistoryLimit) + string(has(object.spec.startingDeadlineSeconds))",
        "template": "(object.kind == 'Job' ? object.spec.template : object.spec.jobTemplate.spec.template).spec.containers.map(c, c.imagePullPolicy + c.terminationMessagePath).join(',') + (object.kind == 'Job' ? object.spec.template : object.spec.jobTemplate.spec.template).spec.restartPolicy",
        "selector": "object.kind == 'Job' ? string(object.spec.manualSelector) : string(has(object.spec.jobTemplate.spec.completionMode)) + string(has(object.spec.jobTemplate.spec.backoffLimit)) + string(has(object.spec.timeZone))",
    }.items():
        yield Case(
            f"jobs-{name}",
            spec({"expression": "false", "messageExpression": expression}, matchConstraints=of(BATCH)),
            jobs,
        )
    stateful = workload(
        "StatefulSet",
        serviceName="web",
        podManagementPolicy="Parallel",
        updateStrategy={"type": "OnDelete"},
        minReadySeconds=0,
        volumeClaimTemplates=[
            {
                "metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }
        ],
    )
    yield Case(
        "stateful-sets",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.podManagementPolicy + object.spec.updateStrategy.type + string(has(object.spec.updateStrategy.rollingUpdate)) + string(has(object.spec.minReadySeconds)) + object.spec.?volumeClaimTemplates.orValue([]).map(v, v.metadata.name + v.kind + v.spec.volumeMode + v.status.phase + string(has(v.spec.storageClassName))).join(',') + string(object.spec.replicas) + object.spec.?serviceName.orValue('-')",
            },
            matchConstraints=of({**APPS, "resources": ["statefulsets"]}),
        ),
        [stateful, workload("StatefulSet", serviceName="web")],
    )
    yield Case(
        "daemon-sets",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.spec.updateStrategy.type + (has(object.spec.updateStrategy.rollingUpdate) ? string(object.spec.updateStrategy.rollingUpdate.maxSurge) : '-') + string(has(object.spec.minReadySeconds)) + string(object.spec.revisionHistoryLimit)",
            },
            matchConstraints=of({**APPS, "resources": ["daemonsets"]}),
        ),
        [workload("DaemonSet"), workload("DaemonSet", updateStrategy={"type": "OnDelete"}, revisionHistoryLimit=3)],
    )


def _networking() -> Iterator[Case]:
    """NetworkPolicies, Ingresses, EndpointSlices."""

    def policy(**more: Any) -> Object:
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "web"},
            "spec": {"podSelector": {}, **more},
        }

    policies = [
        policy(),
        policy(policyTypes=["Egress"]),
        policy(ingress=[{}], policyTypes=["Ingress"]),
        policy(
            ingress=[
                {
                    "from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}],
                    "ports": [{"port": 80}, {"protocol": "UDP"}],
                }
            ]
        ),
        policy(egress=[{"to": [{"podSelector": {}}]}], podSelector={"matchLabels": {"app": "web"}}),
        policy(ingress=[{"from": [{"namespaceSelector": {}, "podSelector": {}}]}]),
    ]
    for name, expression in {
        "types": "object.spec.policyTypes.join(',') + string(has(object.spec.ingress)) + string(has(object.spec.egress))",
        "rules": "object.spec.?ingress.orValue([]).map(r, string(has(r.from)) + string(has(r.ports)) + r.?ports.orValue([]).map(p, p.protocol + string(has(p.port))).join('+')).join(',')",
        "peers": "object.spec.?ingress.orValue([]).map(r, r.?from.orValue([]).map(f, string(has(f.ipBlock)) + string(has(f.ipBlock.except)) + string(has(f.podSelector))).join('+')).join(',') + string(has(object.spec.podSelector.matchLabels))",
        "blocks": "object.spec.?ingress.orValue([]).map(r, r.?from.orValue([]).map(f, f.?ipBlock.cidr.orValue('-')).join('+')).join(',')",
    }.items():
        yield Case(
            f"network-policies-{name}",
            spec(
                {"expression": "false", "messageExpression": expression},
                matchConstraints=of({**EVERYTHING, "resources": ["networkpolicies"]}),
            ),
            policies,
        )
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"name": "http"}}}}

    def ingress(**more: Any) -> Object:
        rule = {"host": "shop.example.com", "http": {"paths": [path]}}
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web"},
            "spec": {"rules": [rule], **more},
        }

    ingresses = [
        ingress(),
        ingress(ingressClassName="nginx", tls=[{"secretName": "tls"}]),
        ingress(
            rules=[{"http": {"paths": [{**path, "pathType": "ImplementationSpecific"}]}}, {"host": "*.example.com"}]
        ),
        ingress(rules=None, defaultBackend={"service": {"name": "web", "port": {"number": 80}}}),
    ]
    for name, expression in {
        "hosts": "object.spec.?rules.orValue([]).map(r, r.?host.orValue('*') + (has(r.http) ? r.http.paths.map(p, p.pathType + p.backend.service.?port.name.orValue('-') + string(has(p.backend.resource))).join('+') : '')).join(',')",
        "fields": "string(has(object.spec.ingressClassName)) + string(has(object.spec.tls)) + string(has(object.spec.defaultBackend)) + string(has(object.status.loadBalancer)) + string(has(object.spec.rules))",
    }.items():
        yield Case(
            f"ingresses-{name}",
            spec(
                {"expression": "false", "messageExpression": expression},
                matchConstraints=of({**EVERYTHING, "resources": ["ingresses"]}),
            ),
            ingresses,
        )

    def endpoint_slice(**more: Any) -> Object:
        return {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "web"},
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["192.0.2.7"]}],
            **more,
        }

    yield Case(
        "endpoint-slices-fields",
        spec(
            {
                "expression": "false",
                "messageExpression": "object.addressType + object.?ports.orValue([]).map(p, p.?name.orValue('?') + p.?protocol.orValue('?') + string(p.?port.orValue(0))).join(',') + object.endpoints.map(e, e.addresses.join('+') + string(has(e.conditions.ready)) + e.?hostname.orValue('-') + e.?nodeName.orValue('-')).join(',')",
            },
            matchConstraints=of({**EVERYTHING, "resources": ["endpointslices"]}),
        ),
        [
            endpoint_slice(),
            endpoint_slice(ports=[{"port": 80, "name": "http", "protocol": "UDP"}, {"port": 443, "name": "https"}]),
            endpoint_slice(
                endpoints=[
                    {"addresses": ["192.0.2.8"], "conditions": {"ready": False}, "nodeName": "a", "hostname": "h"}
                ]
            ),
        ],
    )
