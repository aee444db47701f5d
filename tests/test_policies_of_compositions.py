"""What policies see of objects that kustomizations deploy, and of Services and pods that may be out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubelint import cel
from kubelint.cel import DYN, CelUnknown, OpenList, list_of
from kubelint.run import Outcome, Request, run

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, labels: {tier: front}}
spec:
  selector: {app: web}
  ports: [{port: 80}]
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: nginx:1.27
          envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: other}}]
"""
DENIED, ACCEPTED, UNDECIDED = "denied", "accepted", "undecided"


class Tree:
    """A folder of manifests and kustomizations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def outcome(self, expression: str, kind: str, files: dict[str, str], match: str = "") -> Outcome:
        """Lint the folder by one policy. Each file's folders are made; `k` is short for a kustomization of a folder."""
        config = f"policies:\n  - id: p\n    match: {{kinds: [{kind}]{match}}}\n    message: 'no'\n    expression: >-\n"
        (self.folder / ".kubelint.yaml").write_text(f"{config}      {expression}\n")
        for name, text in files.items():
            path = self.folder / (name if name.endswith(".yaml") else f"{name}/kustomization.yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        request = Request(str(self.folder), (str(self.folder),), overrides={"select": ("policy",)})
        return run(request, ())

    def verdict(self, expression: str, kind: str, files: dict[str, str], match: str = "") -> str:
        """What becomes of the only object of a kind."""
        report = self.outcome(expression, kind, files, match).report
        assert not report.faults, report.faults
        if report.findings:
            return DENIED
        return UNDECIDED if report.undecided else ACCEPTED


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def alone(kustomization: str) -> dict[str, str]:
    """A Service and a Deployment that one kustomization deploys."""
    return {
        "web/kustomization.yaml": f"resources: [service.yaml, deployment.yaml]\n{kustomization}",
        "web/service.yaml": SERVICE,
        "web/deployment.yaml": DEPLOYMENT,
    }


def layered(base: str, overlay: str) -> dict[str, str]:
    """The same with an overlay."""
    return {
        "base": f"resources: [service.yaml, deployment.yaml]\n{base}",
        "base/service.yaml": SERVICE,
        "base/deployment.yaml": DEPLOYMENT,
        "prod": f"resources: [../base]\n{overlay}",
    }


IMAGE = "object.spec.template.spec.containers[0].image"


class TestOneKustomization:
    @pytest.mark.parametrize(
        ("kustomization", "kind", "expression"),
        [
            ("namePrefix: team-\n", "Service", "object.metadata.name == 'team-web'"),
            ("nameSuffix: -v2\n", "Service", "object.metadata.name == 'web-v2'"),
            ("namePrefix: team-\n", "Service", "request.name == 'team-web'"),
            ("namespace: shop\n", "Service", "object.metadata.namespace == 'shop' && request.namespace == 'shop'"),
            ("commonLabels: {team: shop}\n", "Service", "object.spec.selector == {'app': 'web', 'team': 'shop'}"),
            ("commonLabels: {team: shop}\n", "Service", "object.metadata.labels.team == 'shop'"),
            ("commonLabels: {app: shop}\n", "Service", "object.spec.selector.app == 'shop'"),
            ("commonLabels: {team: shop}\n", "Deployment", "object.spec.selector.matchLabels.team == 'shop'"),
            ("commonLabels: {team: shop}\n", "Deployment", "object.spec.template.metadata.labels.team == 'shop'"),
            ("labels: [{pairs: {team: shop}}]\n", "Service", "object.spec.selector == {'app': 'web'}"),
            ("labels: [{pairs: {team: shop}}]\n", "Deployment", "!('team' in object.spec.template.metadata.labels)"),
            (
                "labels: [{pairs: {team: shop}, includeTemplates: true}]\n",
                "Deployment",
                "'team' in object.spec.template.metadata.labels && !('team' in object.spec.selector.matchLabels)",
            ),
            (
                "labels: [{pairs: {team: shop}, includeSelectors: true}]\n",
                "Service",
                "object.spec.selector.team == 'shop'",
            ),
            ("commonAnnotations: {a: b}\n", "Service", "object.metadata.annotations.a == 'b'"),
            ("commonAnnotations: {a: b}\n", "Deployment", "object.spec.template.metadata.annotations.a == 'b'"),
            ("images: [{name: nginx, newName: registry.example.com/nginx}]\n", "Deployment", f"{IMAGE} == "
             "'registry.example.com/nginx:1.27'"),
            ("images: [{name: nginx, newTag: '2'}]\n", "Deployment", f"{IMAGE} == 'nginx:2'"),
            ("images: [{name: nginx, digest: 'sha256:ab'}]\n", "Deployment", f"{IMAGE} == 'nginx@sha256:ab'"),
            ("images: [{name: nginx, tagSuffix: -b}]\n", "Deployment", f"{IMAGE} == 'nginx:1.27-b'"),
            ("images: [{name: other, newTag: '2'}]\n", "Deployment", f"{IMAGE} == 'nginx:1.27'"),
            ("images: [{name: nginx, newTag: latest}]\n", "Deployment",
             "object.spec.template.spec.containers[0].imagePullPolicy == 'Always'"),
            ("replicas: [{name: web, count: 3}]\n", "Deployment", "object.spec.replicas == 3"),
            ("replicas: [{name: other, count: 3}]\n", "Deployment", "object.spec.replicas == 1"),
        ],
    )  # fmt: skip
    def test_what_it_sets_is_seen(self, tree: Tree, kustomization: str, kind: str, expression: str) -> None:
        assert tree.verdict(expression, kind, alone(kustomization)) == ACCEPTED

    @pytest.mark.parametrize(
        ("kustomization", "expression"),
        [
            ("namePrefix: x-\n", "object.metadata.name.startsWith('team-')"),
            ("commonLabels: {team: shop}\n", "'owner' in object.metadata.labels"),
            ("commonLabels: {team: shop}\n", "object.spec.selector.team == 'blog'"),
            ("commonAnnotations: {team: shop}\n", "'owner' in object.metadata.annotations"),
        ],
    )
    def test_what_is_wrong_all_the_same_is_denied(self, tree: Tree, kustomization: str, expression: str) -> None:
        assert tree.verdict(expression, "Service", alone(kustomization)) == DENIED

    @pytest.mark.parametrize(
        ("kustomization", "verdict"),
        [
            ("", DENIED),
            ("namePrefix: team-\n", UNDECIDED),
            ("configMapGenerator: [{name: settings}]\n", UNDECIDED),
            ("configMapGenerator: [{name: elsewhere}]\n", DENIED),
            ("configMapGenerator: [{name: settings, options: {disableNameSuffixHash: true}}]\n", DENIED),
            ("configMapGenerator: [{name: settings}]\ngeneratorOptions: {disableNameSuffixHash: true}\n", DENIED),
        ],
    )
    def test_a_name_that_refers_to_another_object(self, tree: Tree, kustomization: str, verdict: str) -> None:
        expression = "object.spec.template.spec.containers[0].envFrom[0].configMapRef.name == 'nothing'"
        assert tree.verdict(expression, "Deployment", alone(kustomization)) == verdict

    @pytest.mark.parametrize(
        ("key", "verdict"),
        [
            ("transformers: [t.yaml]", UNDECIDED),
            ("configurations: [c.yaml]", UNDECIDED),
            ("configurations: [references.yaml]", DENIED),
            ("configurations: [labels.yaml]", UNDECIDED),
            ("vars: [{name: A, objref: {kind: Service, name: web}}]", DENIED),
            ("openapi: {path: schema.json}", DENIED),
            ("labels: [{pairs: {a: b}, fields: [{path: spec/x}]}]", UNDECIDED),
        ],
    )
    def test_what_may_change_anything_leaves_a_denial_open(self, tree: Tree, key: str, verdict: str) -> None:
        files = alone(f"{key}\n")
        files["web/references.yaml"] = "nameReference: [{kind: Issuer, fieldSpecs: []}]\n"
        files["web/labels.yaml"] = "commonLabels: [{path: spec/x, create: true}]\n"
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == verdict

    def test_replicas_that_are_too_few_all_the_same(self, tree: Tree) -> None:
        files = alone("replicas: [{name: web, count: 2}]\n")
        assert tree.verdict("object.spec.replicas >= 3", "Deployment", files) == DENIED

    @pytest.mark.parametrize(
        ("patch", "verdict"),
        [
            ("[{op: replace, path: /spec/ports/0/port, value: 81}]", UNDECIDED),
            ("[{op: replace, path: /spec, value: {}}]", UNDECIDED),
            ("[{op: remove, path: /spec}]", UNDECIDED),
            ("[{op: add, path: /spec/type, value: NodePort}]", DENIED),
        ],
    )
    def test_a_patch_leaves_open_what_it_speaks_of(self, tree: Tree, patch: str, verdict: str) -> None:
        files = alone(f"patches: [{{target: {{kind: Service}}, patch: '{patch}'}}]\n")
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == verdict

    @pytest.mark.parametrize(
        ("directive", "verdict"),
        [
            ("$patch: delete", UNDECIDED),
            ("spec:\n  $patch: replace\n  type: NodePort", UNDECIDED),
            ("spec:\n  more:\n    - name: x\n      $patch: delete", DENIED),
        ],
    )
    def test_what_a_directive_removes(self, tree: Tree, directive: str, verdict: str) -> None:
        files = alone("patches: [{path: p.yaml}]\n")
        files["web/p.yaml"] = f"apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n{directive}\n"
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == verdict

    @pytest.mark.parametrize(
        ("target", "verdict"),
        [
            ("kind: Service|Deployment", UNDECIDED),
            ("kind: S.*, name: w.*", UNDECIDED),
            ("kind: ''", UNDECIDED),
            ("kind: Deployment|StatefulSet", DENIED),
            ("kind: Service, name: api", DENIED),
        ],
    )
    def test_a_target_may_be_a_regular_expression(self, tree: Tree, target: str, verdict: str) -> None:
        patch = "[{op: replace, path: /spec/ports/0/port, value: 81}]"
        files = alone(f"patches: [{{target: {{{target}}}, patch: '{patch}'}}]\n")
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == verdict

    def test_a_replacement_leaves_open_what_it_speaks_of(self, tree: Tree) -> None:
        target = "{select: {kind: Service}, fieldPaths: [spec.type]}"
        files = alone(f"replacements: [{{source: {{kind: A}}, targets: [{target}]}}]\n")
        assert tree.verdict("object.spec.type == 'NodePort'", "Service", files) == UNDECIDED
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == DENIED

    def test_a_variable_may_stand_for_anything(self, tree: Tree) -> None:
        files = alone("vars: [{name: A, objref: {kind: Service, name: web}}]\n")
        files["web/service.yaml"] = SERVICE.replace("tier: front}", "tier: front}, annotations: {a: $(A)}")
        assert tree.verdict("object.metadata.annotations.a == 'x'", "Service", files) == UNDECIDED

    def test_what_another_tool_fills_in_is_not_known(self, tree: Tree) -> None:
        files = alone("images: [{name: nginx, newTag: '${TAG}'}]\n")
        assert tree.verdict(f"{IMAGE} == 'nginx:2'", "Deployment", files) == UNDECIDED

    def test_a_suffix_of_a_tag_beside_a_digest(self, tree: Tree) -> None:
        files = alone("images: [{name: nginx, tagSuffix: -b}]\n")
        files["web/deployment.yaml"] = DEPLOYMENT.replace("1.27", "1.27@sha256:ab")
        assert tree.verdict(f"{IMAGE} == 'nginx:2'", "Deployment", files) == UNDECIDED
        policy = "object.spec.template.spec.containers[0].imagePullPolicy == 'Always'"
        assert tree.verdict(policy, "Deployment", files) == UNDECIDED

    def test_an_object_that_is_removed_is_not_denied(self, tree: Tree) -> None:
        patch = "{apiVersion: v1, kind: Service, metadata: {name: web}, $patch: delete}"
        files = alone(f"patches: [{{patch: '{patch}'}}]\n")
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files) == UNDECIDED

    def test_its_namespace_renames_a_namespace(self, tree: Tree) -> None:
        files = {
            "kustomization.yaml": "namespace: shop\nnamePrefix: x-\nresources: [a.yaml]\n",
            "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: blog}\n",
        }
        assert tree.verdict("object.metadata.name == 'shop'", "Namespace", files) == ACCEPTED

    @pytest.mark.parametrize(("label", "verdict"), [("shop", DENIED), ("blog", ACCEPTED)])
    def test_match_sees_its_labels(self, tree: Tree, label: str, verdict: str) -> None:
        match = f", labels: {{team: {label}}}"
        files = alone("commonLabels: {team: shop}\n")
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files, match) == verdict


class TestBaseAndOverlay:
    @pytest.mark.parametrize(
        ("base", "overlay", "expression", "verdict"),
        [
            ("", "namePrefix: team-\n", "object.metadata.name.startsWith('team-')", UNDECIDED),
            ("namePrefix: team-\n", "", "object.metadata.name == 'team-web'", ACCEPTED),
            ("namePrefix: team-\n", "", "object.metadata.name == 'web'", DENIED),
            ("namePrefix: a-\n", "namePrefix: b-\n", "object.metadata.name.endsWith('-web')", UNDECIDED),
            ("", "commonLabels: {team: shop}\n", "'team' in object.spec.selector", UNDECIDED),
            ("", "commonLabels: {team: shop}\n", "'owner' in object.spec.selector", DENIED),
            ("", "commonLabels: {team: shop}\n", "object.spec.selector.app == 'web'", ACCEPTED),
            ("", "commonLabels: {app: shop}\n", "object.spec.selector.app == 'shop'", UNDECIDED),
            ("commonLabels: {team: a}\n", "commonLabels: {team: b}\n", "'team' in object.metadata.labels", ACCEPTED),
            ("commonLabels: {team: a}\n", "commonLabels: {team: b}\n", "object.metadata.labels.team == 'c'", UNDECIDED),
            ("commonLabels: {team: a}\n", "commonLabels: {team: b}\n", "has(object.metadata.labels.team)", ACCEPTED),
            ("", "commonLabels: {team: shop}\n", "object.spec.ports[0].port == 81", DENIED),
        ],
    )
    def test_what_all_ways_agree_in_is_known(
        self, tree: Tree, base: str, overlay: str, expression: str, verdict: str
    ) -> None:
        assert tree.verdict(expression, "Service", layered(base, overlay)) == verdict

    @pytest.mark.parametrize(("label", "verdict"), [("shop", UNDECIDED), ("blog", UNDECIDED), ("front", DENIED)])
    def test_match_sees_no_more(self, tree: Tree, label: str, verdict: str) -> None:
        match = f", labels: {{{'tier' if label == 'front' else 'team'}: {label}}}"
        files = layered("", "commonLabels: {team: shop}\n")
        assert tree.verdict("object.spec.ports[0].port == 81", "Service", files, match) == verdict

    @pytest.mark.parametrize(
        ("base", "overlay", "findings", "undecided"),
        [
            ("", "", 0, 0),
            ("commonLabels: {team: shop}\n", "", 1, 0),
            ("", "commonLabels: {team: shop}\n", 0, 1),
        ],
    )
    def test_the_selector_of_an_admission_policy_sees_no_more(
        self, tree: Tree, base: str, overlay: str, findings: int, undecided: int
    ) -> None:
        for name, text in layered(base, overlay).items():
            path = tree.folder / (name if name.endswith(".yaml") else f"{name}/kustomization.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        (tree.folder / "policy.txt").write_text(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: p}\nspec:\n"
            "  matchConstraints:\n    objectSelector: {matchLabels: {team: shop}}\n    resourceRules:\n"
            "      - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [services]}\n"
            "  validations: [{expression: 'object.spec.ports[0].port == 81'}]\n"
        )
        policies = (str(tree.folder / "policy.txt"),)
        request = Request(str(tree.folder), (str(tree.folder),), policies=policies, overrides={"select": ("policy",)})
        report = run(request, ()).report
        assert (len(report.findings), len(report.undecided), report.faults) == (findings, undecided, [])

    def test_an_overlay_changes_what_its_base_has_changed(self, tree: Tree) -> None:
        base = "images: [{name: nginx, newName: example.com/nginx}]\nnamePrefix: a-\n"
        overlay = "images: [{name: example.com/nginx, newTag: '2'}]\nreplicas: [{name: a-web, count: 3}]\n"
        files = layered(base, overlay)
        assert tree.verdict(f"{IMAGE}.startsWith('example.com/')", "Deployment", files) == UNDECIDED
        assert tree.verdict("object.spec.replicas == 2", "Deployment", files) == UNDECIDED
        # The first to be changed is known by the name that the base has given it.
        files["base"] = files["base"].replace("a-", "b-")
        assert tree.verdict("object.spec.replicas == 1", "Deployment", files) == ACCEPTED

    def test_a_component_changes_what_uses_it(self, tree: Tree) -> None:
        files = alone("components: [../part]\n")
        files["part"] = "kind: Component\nnamePrefix: team-\n"
        assert tree.verdict("object.metadata.name == 'team-web'", "Service", files) == ACCEPTED

    def test_a_component_that_nobody_uses_changes_its_own(self, tree: Tree) -> None:
        files = {"part": "kind: Component\nnamePrefix: a-\nresources: [a.yaml]\n", "part/a.yaml": SERVICE}
        assert tree.verdict("object.metadata.name == 'a-web'", "Service", files) == ACCEPTED

    def test_prefixes_nest(self, tree: Tree) -> None:
        files = {**alone("namePrefix: c-\ncomponents: [../one, ../two]\n")}
        files["one"] = "kind: Component\nnamePrefix: a-\n"
        files["two"] = "kind: Component\nnamePrefix: b-\n"
        assert tree.verdict("object.metadata.name == 'c-b-a-web'", "Service", files) == ACCEPTED

    def test_a_component_changes_nothing_of_those_after_it(self, tree: Tree) -> None:
        files = {
            "kustomization.yaml": "components: [one, two]\n",
            "one": "kind: Component\nnamePrefix: a-\n",
            "two": "kind: Component\nresources: [service.yaml]\n",
            "two/service.yaml": SERVICE,
        }
        assert tree.verdict("object.metadata.name == 'web'", "Service", files) == ACCEPTED

    def test_kustomizations_that_compose_each_other_end(self, tree: Tree) -> None:
        files = layered("", "namePrefix: a-\n")
        files["base"] = "resources: [service.yaml, ../prod]\n"
        assert tree.verdict("object.spec.ports[0].port == 80", "Service", files) == ACCEPTED

    def test_a_patch_may_mean_an_object_by_its_new_name(self, tree: Tree) -> None:
        patch = "{apiVersion: v1, kind: Service, metadata: {name: a-web}, spec: {type: NodePort}}"
        files = layered(
            "namePrefix: a-\n", f"patches: [{{target: {{kind: Service, name: a-web}}, patch: '{patch}'}}]\n"
        )
        assert tree.verdict("object.spec.type == 'NodePort'", "Service", files) == UNDECIDED

    def test_a_written_namespace_that_overlays_replace(self, tree: Tree) -> None:
        files = layered("", "namespace: a\n")
        files["base/service.yaml"] = SERVICE.replace("name: web,", "name: web, namespace: dev,")
        files["test"] = "resources: [../base]\nnamespace: b\n"
        assert tree.verdict("object.metadata.namespace != 'dev'", "Service", files) == UNDECIDED


SHOP = "apiVersion: shop.example.com/v1\nkind: Shop\nmetadata: {name: web}\n"
CERTIFICATE = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\n"
MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web}\n"


class TestServicesAndPods:
    @pytest.mark.parametrize(
        ("beside", "expression", "verdict"),
        [
            (SHOP, "services.exists(s, s.metadata.name == 'web')", ACCEPTED),
            (SHOP, "services.exists(s, s.metadata.name == 'api')", UNDECIDED),
            (SHOP, "services.all(s, s.metadata.name == 'api')", DENIED),
            (SHOP, "services.all(s, s.metadata.name == 'web')", UNDECIDED),
            (SHOP, "services.filter(s, s.spec.type == 'ClusterIP').all(s, s.spec.type == 'NodePort')", DENIED),
            (SHOP, "services.size() == 1", UNDECIDED),
            (CERTIFICATE, "services.size() == 1", ACCEPTED),
            (MONITOR, "services.size() == 1 && pods.size() == 1", ACCEPTED),
            (SHOP, "pods.exists(p, p.metadata.labels.app == 'web')", ACCEPTED),
            (SHOP, "pods.all(p, p.metadata.labels.app == 'api')", DENIED),
        ],
    )
    def test_beside_a_custom_resource(self, tree: Tree, beside: str, expression: str, verdict: str) -> None:
        files = {"a.yaml": SERVICE, "b.yaml": DEPLOYMENT, "c.yaml": beside}
        assert tree.verdict(expression, "Service", files) == verdict

    @pytest.mark.parametrize(
        ("kustomization", "expression", "verdict"),
        [
            (
                "",
                "pods[0].spec.restartPolicy == 'Always' && pods[0].spec.containers[0].imagePullPolicy != ''",
                ACCEPTED,
            ),
            ("", "has(pods[0].spec.tolerations)", UNDECIDED),
            ("", "pods[0].metadata.name == 'web'", UNDECIDED),
            ("", "'pod-template-hash' in pods[0].metadata.labels", UNDECIDED),
            ("", "pods[0].metadata.namespace == 'shop'", UNDECIDED),
            ("", "pods[0].kind == 'Pod' && pods[0].owner.name == 'web'", ACCEPTED),
            ("namespace: shop\n", "pods[0].metadata.namespace == 'shop'", ACCEPTED),
            ("namePrefix: a-\n", "pods[0].owner.name == 'a-web' && services[0].metadata.name == 'a-web'", ACCEPTED),
            ("commonLabels: {team: shop}\n", "pods.all(p, p.metadata.labels.team == 'shop')", ACCEPTED),
            (
                "commonLabels: {team: shop}\n",
                "pods.exists(p, object.spec.selector.all(key, p.metadata.labels[key] == object.spec.selector[key]))",
                ACCEPTED,
            ),
            ("images: [{name: nginx, newTag: '2'}]\n", "pods[0].spec.containers[0].image == 'nginx:2'", ACCEPTED),
            ("", "pods[0].spec.containers[0].image == 'nginx:2'", DENIED),
            ("patches: [{path: p.yaml}]\n", "pods[0].spec.containers[0].image == 'nginx:2'", UNDECIDED),
            ("patches: [{path: p.yaml}]\n", "pods.all(p, p.spec.restartPolicy == 'Never')", DENIED),
        ],
    )
    def test_a_pod_is_what_its_controller_makes(
        self, tree: Tree, kustomization: str, expression: str, verdict: str
    ) -> None:
        patch = DEPLOYMENT.replace("nginx:1.27", "nginx:2")
        files = alone(kustomization)
        if "p.yaml" in kustomization:
            files["web/p.yaml"] = patch
        assert tree.verdict(expression, "Service", files) == verdict

    def test_a_custom_workload_makes_what_nobody_knows(self, tree: Tree) -> None:
        rollout = DEPLOYMENT.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout")
        files = {"a.yaml": SERVICE, "b.yaml": rollout}
        assert tree.verdict("pods.exists(p, p.metadata.labels.app == 'web')", "Service", files) == ACCEPTED
        assert tree.verdict("pods.all(p, p.spec.restartPolicy == 'Never')", "Service", files) == UNDECIDED

    @pytest.mark.parametrize(
        "malformed",
        [
            SERVICE.replace("[{port: 80}]", "[80, {port: web}]"),
            SERVICE.replace("[{port: 80}]", "web"),
            DEPLOYMENT.replace("        - name: web\n", "        - web\n        - name: web\n"),
            DEPLOYMENT.replace("containers:", "volumes: [x, {name: y, configMap: z}]\n      containers:"),
            "apiVersion: v1\nkind: Service\nmetadata: web\nspec: []\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: y}\nspec: {containers: {}}\n",
        ],
    )
    def test_a_malformed_neighbour_does_no_harm(self, tree: Tree, malformed: str) -> None:
        files = {"a.yaml": SERVICE, "b.yaml": malformed.replace("name: web", "name: other", 1)}
        files["c.yaml"] = DEPLOYMENT.replace("metadata: {name: web", "metadata: {name: third")
        expression = "services.all(s, s.kind == 'Service') && pods.all(p, p.kind == 'Pod')"
        assert tree.verdict(expression, "Service", files, ", labels: {tier: front}") == ACCEPTED


OPEN = OpenList([3, 1], "the rest")


class TestOpenLists:
    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("x.exists(i, i == 1)", True),
            ("x.all(i, i == 1)", False),
            ("1 in x", True),
            ("x.filter(i, i > 1).exists(i, i == 3)", True),
            ("x.map(i, i * 2).exists(i, i == 6)", True),
            ("x.map(i, i > 1, i * 2).all(i, i > 6)", False),
            ("(x + [5]).exists(i, i == 5)", True),
            ("([5] + x).exists(i, i == 5)", True),
            ("(x + x).exists(i, i == 1)", True),
            ("sets.contains(x, [1])", True),
            ("sets.intersects(x, [1])", True),
            ("type(x) == list", True),
            ("optional.ofNonZeroValue(x).hasValue()", True),
            ("x == 1", False),
            ("1 == x", False),
        ],
    )
    def test_what_the_known_elements_decide(self, expression: str, value: object) -> None:
        assert cel.compile(expression, {"x": DYN}).evaluate({"x": OPEN}) is value

    @pytest.mark.parametrize(
        "expression",
        [
            *("x.exists(i, i == 2)", "x.all(i, i > 0)", "x.exists_one(i, i == 1)", "2 in x", "x[2] == 1"),
            *("x[1] == 1", "x[?0].orValue(7) == 3", "x.indexOf(1) == 1", "x.first().hasValue()"),
            *("x[?2] == x[?0]", "([5] + x)[0] == 5", "(x + [5])[1] == 5", "(x + [5]).indexOf(5) == 2"),
            *("size(x) == 2", "x.size() == 2", "x == [3, 1]", "[3, 1] == x", "x != [3, 1]", "[3, 1] != x", "x == x"),
            *("(x + [5]).size() == 3", "([5] + x).size() == 3", "x + [5] == [3, 1, 5]", "[x] == [[3, 1]]"),
            *("x.filter(i, i > 1).size() == 1", "x.map(i, i).size() == 2", "x.filter(i, i > 7) == []"),
            *("x.indexOf(2) == -1", "x.lastIndexOf(1) == 1", "x.isSorted()", "x.sum() == 4", "x.max() == 3"),
            *("x.min() == 1", "x.sort() == [1, 3]", "x.sortBy(i, i) == [1, 3]", "x.reverse() == [1, 3]"),
            *("x.distinct() == [3, 1]", "[x].flatten() == [3, 1]", "x.slice(0, 1) == [3]", "x.last().hasValue()"),
            *("sets.contains(x, [2])", "sets.contains([1, 3], x)", "sets.equivalent(x, [1, 3])"),
            *("sets.intersects(x, [2])", "sets.intersects([2], x)", "'%s'.format([x]) == '[3, 1]'"),
            *("x.map(i, string(i)).join(',') == '3,1'", "x.map(i, optional.of(i)).unwrapOpt() == [3, 1]"),
            *("x.all(i, v, v > 0)", "x.transformMap(i, v, v).size() == 2", "x.transformList(i, v, v).size() == 2"),
            *("dyn(x) == dyn([3, 1])", "{'a': x} == {'a': [3, 1]}"),
        ],
    )  # fmt: skip
    def test_what_depends_on_there_being_more(self, expression: str) -> None:
        typed = any(one in expression for one in ("isSorted", "sum()", "max()", "min()", "sort()"))
        of = cel.INT if typed else DYN
        with pytest.raises(CelUnknown, match="the rest"):
            cel.compile(expression, {"x": list_of(of)}).evaluate({"x": OPEN})

    def test_python_cannot_look_past_its_end_either(self) -> None:
        assert 1 in OPEN
        for look in (
            lambda: 2 in OPEN,
            lambda: OPEN == [3, 1],
            lambda: OPEN != [3, 1],
            lambda: len(OPEN),
            lambda: OPEN[1:],
        ):
            with pytest.raises(CelUnknown, match="the rest"):
                look()

    def test_one_of_which_nothing_is_known(self) -> None:
        for expression in (
            "x.exists(i, true)",
            "x.all(i, false)",
            "x.first().hasValue()",
            "x.size() == 0",
            "x[0] == 1",
        ):
            with pytest.raises(CelUnknown):
                cel.compile(expression, {"x": list_of(DYN)}).evaluate({"x": OpenList([], "the rest")})


class TestPatchesOfWhatDecides:
    """A patch leaves open what it speaks of, wherever that decides: in conditions, in `match`, in the request."""

    def patched(self, patch: str, *more: str) -> dict[str, str]:
        kind = "Namespace" if "kind: Namespace" in patch else "Service"
        text = f"patches:\n- target: {{kind: {kind}}}\n  path: p.yaml\n"
        return {
            "web/kustomization.yaml": f"resources: [service.yaml, namespace.yaml]\nnamespace: shop\n{text}",
            "web/service.yaml": SERVICE,
            "web/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
            "web/p.yaml": patch,
        }

    SERVICE_PATCH = "apiVersion: v1\nkind: Service\nmetadata: {name: web"

    @pytest.mark.parametrize(
        ("expression", "match", "patch"),
        [
            ("false", ", labels: {tier: front}", SERVICE_PATCH + ", labels: {tier: back}}\n"),
            ("request.name == 'two'", "", '[{"op": "replace", "path": "/metadata/name", "value": "two"}]'),
            (
                "'team' in namespaceObject.metadata.?labels.orValue({})",
                "",
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: web}}\n",
            ),
        ],
    )
    def test_what_decides_is_open(self, tree: Tree, expression: str, match: str, patch: str) -> None:
        assert tree.verdict(expression, "Service", self.patched(patch), match) == UNDECIDED
        harmless = self.SERVICE_PATCH + ", annotations: {a: b}}\n"
        (tree.folder / "web" / "p.yaml").unlink()
        assert tree.verdict(expression, "Service", self.patched(harmless), match) == DENIED


class TestWhatBelongsTogether:
    """Whether `services` and `pods` hold all that there is."""

    ELSEWHERE = DEPLOYMENT.replace("app: web", "app: other").replace("name: web", "name: other")
    FINDS_NONE = "pods.exists(p, p.metadata.labels.app == 'web')"

    @pytest.mark.parametrize(
        ("files", "verdict"),
        [
            ({"a/service.yaml": SERVICE, "a/other.yaml": ELSEWHERE}, DENIED),
            ({"a/service.yaml": SERVICE}, UNDECIDED),
            ({"a/service.yaml": SERVICE, "a/other.yaml": ELSEWHERE, "b/deployment.yaml": DEPLOYMENT}, UNDECIDED),
            (
                {"a/kustomization.yaml": "resources: [s.yaml, o.yaml]\n", "a/s.yaml": SERVICE, "a/o.yaml": ELSEWHERE}
                | {"b/deployment.yaml": DEPLOYMENT},
                DENIED,
            ),
            (
                {"a/one.yaml": f"{SERVICE}---\n{ELSEWHERE}", "a/two.yaml": f"{ELSEWHERE}---\n{DEPLOYMENT}"},
                UNDECIDED,
            ),
            (
                {
                    "a/service.yaml": SERVICE.replace("name: web", "name: web, namespace: kube-system"),
                    "a/other.yaml": ELSEWHERE.replace(
                        "metadata: {name: other", "metadata: {namespace: kube-system, name: other"
                    ),
                },
                UNDECIDED,
            ),
        ],
    )
    def test_that_there_is_no_pod(self, tree: Tree, files: dict[str, str], verdict: str) -> None:
        assert tree.verdict(self.FINDS_NONE, "Service", files) == verdict

    def test_more_overlays_than_are_followed(self, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kubelint.kustomization._MOST_WAYS", 3)
        files = {"base": "resources: [service.yaml]\n", "base/service.yaml": SERVICE}
        files |= {f"m{number}": f"resources: [../base]\ncommonLabels: {{env: e{number}}}\n" for number in range(1)}
        assert tree.verdict("object.metadata.labels.tier != 'front'", "Service", files) == DENIED
        files |= {f"m{number}": f"resources: [../base]\ncommonLabels: {{env: e{number}}}\n" for number in range(4)}
        assert tree.verdict("object.metadata.labels.tier != 'front'", "Service", files) == UNDECIDED


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: nginx:1.27
      volumeMounts: [{name: logs, mountPath: /logs}]
  volumes: [{name: logs, hostPath: {path: /var/log}}]
"""


class TestPods:
    @pytest.mark.parametrize(
        ("expression", "verdict"),
        [
            ("object.spec.volumes.all(v, !has(v.hostPath))", DENIED),
            ("object.spec.volumes.exists(v, v.name == 'logs')", ACCEPTED),
            ("object.spec.volumes.size() == 1", UNDECIDED),
            ("object.spec.volumes.all(v, v.name != 'token')", UNDECIDED),
            ("object.spec.containers[0].volumeMounts.all(m, m.mountPath != '/logs')", DENIED),
            ("!has(object.spec.tolerations)", UNDECIDED),
        ],
    )
    def test_plug_ins_may_add_and_take_nothing_away(self, tree: Tree, expression: str, verdict: str) -> None:
        assert tree.verdict(expression, "Pod", {"pod.yaml": POD}) == verdict

    @pytest.mark.parametrize("wrong", ["spec: {}\n", "spec: {containers: []}\n", "spec: {containers: [{name: web}]}\n"])
    def test_that_no_server_takes_are_not_judged(self, tree: Tree, wrong: str) -> None:
        pod = POD.partition("spec:")[0] + wrong
        assert tree.verdict("object.spec.containers[0].image != ''", "Pod", {"pod.yaml": pod}) == UNDECIDED


@pytest.mark.parametrize(
    ("expression", "kind", "manifest", "verdict"),
    [
        (
            "request.resource.resource == 'gateways'",
            "Gateway",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\n",
            ACCEPTED,
        ),
        (
            "'kubernetes.io/metadata.name' in object.metadata.?labels.orValue({})",
            "Namespace",
            "apiVersion: v1\nkind: Namespace\nmetadata: {generateName: shop-}\n",
            ACCEPTED,
        ),
    ],
)
def test_what_the_server_makes_of_names(tree: Tree, expression: str, kind: str, manifest: str, verdict: str) -> None:
    assert tree.verdict(expression, kind, {"a.yaml": manifest}) == verdict
