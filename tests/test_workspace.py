"""What is deployed together, what can be looked up, and what cannot be known."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from kubelint import CannotTell, Service, Workload, Workspace
from kubelint.application import Application
from kubelint.glob import compiled
from kubelint.kustomization import Kustomization, compose, read_kustomization
from kubelint.manifest import may_hold
from kubelint.paths import is_below
from kubelint.project import Project, ProjectSettings
from kubelint.resources import RUNTIME_LABELS, Resource
from kubelint.sight import PODS, Sight
from kubelint.source import Source


def service(name: str = "web", selector: str = "{app: web}", namespace: str = "") -> str:
    metadata = f"{{name: {name}{f', namespace: {namespace}' if namespace else ''}}}"
    return f"apiVersion: v1\nkind: Service\nmetadata: {metadata}\nspec: {{selector: {selector}}}\n"


def deployment(name: str = "web", labels: str = "{app: web}", namespace: str = "", kind: str = "Deployment") -> str:
    metadata = f"{{name: {name}{f', namespace: {namespace}' if namespace else ''}}}"
    api_version = "batch/v1" if kind in ("Job", "CronJob") else "apps/v1"
    template = f"{{template: {{metadata: {{labels: {labels}}}}}}}"
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {metadata}\nspec: {template}\n"


class Tree:
    """A project folder with files, and what its workspace says."""

    def __init__(self, folder: Path, files: dict[str, str], **settings: Any) -> None:
        self.folder = folder
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        self.project = Project(str(folder), ProjectSettings(**settings))
        self.workspace = self.project.workspace_of(str(folder / next(iter(files))))

    def path(self, name: str) -> str:
        return os.path.normpath(self.folder / name)

    def resource(self, name: str, index: int = 0) -> Resource:
        """A resource of a file."""
        return self.project.manifest(self.path(name)).resources[index]

    def service(self, name: str) -> Service:
        resource = next(one for one in self.project.manifest(self.path(name)).resources if isinstance(one, Service))
        return resource

    def application(self, name: str) -> tuple[str, list[str]]:
        """The application of a file: its folder, and which of the project's files belong to it."""
        application = self.workspace.application_of(self.resource(name))
        files = [*self.project.tree.files, *self.project.tree.kustomizations]
        held = sorted(os.path.relpath(file, self.folder) for file in files if application.holds(file))
        return os.path.relpath(application.folder, self.folder), held

    def selected(self, name: str) -> list[str]:
        """The names of the workloads that the Service of a file selects."""
        return [workload.name or "" for workload in self.workspace.selected_by(self.service(name))]

    def spots(self) -> list[str]:
        """Everything that may stand for pods and cannot be seen: where, in which namespace, why."""
        return [
            f"{self.workspace.shown(spot.path)} {spot.namespace}: {spot.why}"
            for spot in self.workspace._sight.spots
            if may_hold(spot.kinds, PODS, self.workspace.is_without_pods)
        ]

    def hiding(self, name: str, namespace: str | None = None) -> str | None:
        """What hides pods from the application of a file, or None."""
        return hiding(self.workspace, self.workspace.application_of(self.resource(name)), namespace)


def hiding(workspace: Workspace, scope: Application, namespace: str | None = None) -> str | None:
    try:
        workspace.require_sight(scope, namespace)
    except CannotTell as reason:
        return str(reason)
    return None


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Tree]:
    def make(files: dict[str, str], **settings: Any) -> Tree:
        return Tree(tmp_path, files, **settings)

    return make


MakeTree = Callable[..., Tree]


class TestApplication:
    def test_of_a_plain_file_is_its_folder_and_no_folder_below(self, tree: MakeTree) -> None:
        made = tree(
            {"a/web.yaml": service(), "a/db.yaml": deployment(), "a/b/c.yaml": deployment(), "d.yaml": service()}
        )
        assert made.application("a/web.yaml") == ("a", ["a/db.yaml", "a/web.yaml"])
        assert made.application("d.yaml") == (".", ["d.yaml"])

    def test_of_a_chart_is_the_chart(self, tree: MakeTree) -> None:
        made = tree(
            {"shop/Chart.yaml": "name: shop", "shop/templates/a.yaml": service(), "shop/crds/b.yaml": "", "c.yaml": ""}
        )
        files = ["shop/Chart.yaml", "shop/crds/b.yaml", "shop/templates/a.yaml"]
        assert made.application("shop/templates/a.yaml") == ("shop", files)

    def test_of_a_chart_within_a_chart_is_the_inner_one(self, tree: MakeTree) -> None:
        made = tree(
            {
                "a/templates/b.yaml": service(),
                "a/Chart.yaml": "",
                "a/charts/c/Chart.yaml": "",
                "a/charts/c/d.yaml": service(),
            }
        )
        assert made.application("a/charts/c/d.yaml")[0] == "a/charts/c"
        assert made.application("a/templates/b.yaml")[0] == "a"

    def test_of_a_folder_that_the_configuration_names(self, tree: MakeTree, tmp_path: Path) -> None:
        pattern = compiled(["apps/*"], below=False)
        made = tree(
            {"apps/shop/web/a.yaml": service(), "apps/shop/db/b.yaml": deployment(), "apps/c.yaml": service()},
            is_application=lambda path: pattern.fullmatch(path.removeprefix(f"{tmp_path}/")) is not None,
        )
        assert made.application("apps/shop/web/a.yaml") == (
            "apps/shop",
            ["apps/shop/db/b.yaml", "apps/shop/web/a.yaml"],
        )
        assert made.application("apps/c.yaml") == ("apps", ["apps/c.yaml"])

    def test_of_a_kustomization_is_all_that_it_reaches(self, tree: MakeTree) -> None:
        made = tree(
            {
                "prod/kustomization.yaml": "resources: [../base, web.yaml]\ncomponents: [../parts/cache]",
                "prod/web.yaml": service(),
                "prod/unused.yaml": service("unused"),
                "base/kustomization.yaml": "bases: [../deep]\nresources: [db.yaml]",
                "base/db.yaml": deployment(),
                "deep/kustomization.yml": "resources: [job.yaml]",
                "deep/job.yaml": deployment("job"),
                "parts/cache/Kustomization": "kind: Component\nresources: [cache.yaml]",
                "parts/cache/cache.yaml": deployment("cache"),
            }
        )
        everything = (
            ".",
            [
                *("base/db.yaml", "base/kustomization.yaml", "deep/job.yaml", "deep/kustomization.yml"),
                *("parts/cache/Kustomization", "parts/cache/cache.yaml", "prod/kustomization.yaml", "prod/web.yaml"),
            ],
        )
        for name in ("prod/web.yaml", "base/db.yaml", "deep/job.yaml", "parts/cache/cache.yaml"):
            assert made.application(name) == everything, name
        assert made.application("prod/unused.yaml") == (
            "prod",
            ["prod/kustomization.yaml", "prod/unused.yaml", "prod/web.yaml"],
        )

    def test_of_a_base_is_every_overlay_together(self, tree: MakeTree) -> None:
        made = tree(
            {
                "base/kustomization.yaml": "resources: [a.yaml]",
                "base/a.yaml": service(),
                "dev/kustomization.yaml": "resources: [../base, b.yaml]",
                "dev/b.yaml": deployment(),
                "prod/kustomization.yaml": "resources: [../base, c.yaml]",
                "prod/c.yaml": deployment(),
            }
        )
        assert [name for name in made.application("base/a.yaml")[1] if "kustomization" not in name] == [
            *("base/a.yaml", "dev/b.yaml", "prod/c.yaml")
        ]
        assert "prod/c.yaml" not in made.application("dev/b.yaml")[1]

    def test_of_kustomizations_in_a_circle_comes_to_an_end(self, tree: MakeTree) -> None:
        made = tree(
            {
                "a/kustomization.yaml": "resources: [../b, a.yaml]",
                "a/a.yaml": service(),
                "b/kustomization.yaml": "resources: [../a, b.yaml, ../b]",
                "b/b.yaml": deployment(),
            }
        )
        assert made.application("a/a.yaml")[1] == [
            "a/a.yaml",
            "a/kustomization.yaml",
            "b/b.yaml",
            "b/kustomization.yaml",
        ]
        assert made.application("b/b.yaml") == made.application("a/a.yaml")
        assert made.selected("a/a.yaml") == ["web"]

    def test_of_files_that_define_the_same_object_is_each_file_alone(self, tree: MakeTree) -> None:
        made = tree({"a.yaml": service(), "b.yaml": service(), "c.yaml": deployment()})
        assert made.application("a.yaml") == (".", ["a.yaml"])
        assert made.application("c.yaml")[1] == ["a.yaml", "b.yaml", "c.yaml"]
        alone = made.workspace.application_of(made.resource("a.yaml"))
        assert made.workspace.surroundings_of(alone) == alone

    def test_its_surroundings_are_the_folder_above_as_far_as_the_project_reaches(self, tree: MakeTree) -> None:
        made = tree({"a/b/c.yaml": service(), "d.yaml": service()})
        around = made.workspace.surroundings_of(made.workspace.application_of(made.resource("a/b/c.yaml")))
        assert around == Application(made.path("a"), with_folders_below=True)
        outermost = made.workspace.surroundings_of(made.workspace.application_of(made.resource("d.yaml")))
        assert outermost == Application(made.path("."), with_folders_below=True)


class TestNamespace:
    def namespaces(self, made: Tree, name: str) -> str | None:
        return made.resource(name).namespace

    def test_one_that_a_kustomization_gives(self, tree: MakeTree) -> None:
        made = tree(
            {
                "base/kustomization.yaml": "resources: [a.yaml, b.yaml, c.yaml]",
                "base/a.yaml": service(),
                "base/b.yaml": service(namespace="own"),
                "base/c.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
                "prod/kustomization.yaml": "namespace: shop\nresources: [../base]",
            }
        )
        assert self.namespaces(made, "base/a.yaml") == "shop"
        assert self.namespaces(made, "base/b.yaml") == "shop", "kustomize overwrites what is there"
        assert self.namespaces(made, "base/c.yaml") is None, "a Namespace is in none"

    def test_several_of_several_overlays_leave_it_open(self, tree: MakeTree) -> None:
        made = tree(
            {
                "base/kustomization.yaml": "resources: [a.yaml]",
                "base/a.yaml": service(namespace="own"),
                "dev/kustomization.yaml": "namespace: dev\nresources: [../base]",
                "prod/kustomization.yaml": "namespace: prod\nresources: [../base]",
            }
        )
        assert self.namespaces(made, "base/a.yaml") is None

    def test_none_leaves_what_is_written_else_what_is_configured(self, tree: MakeTree) -> None:
        files = {
            "kustomization.yaml": "resources: [a.yaml, b.yaml]",
            "a.yaml": service(),
            "b.yaml": service(namespace="own"),
        }
        assert self.namespaces(tree(files), "a.yaml") is None
        made = tree(files, namespace="configured")
        assert (self.namespaces(made, "a.yaml"), self.namespaces(made, "b.yaml")) == ("configured", "own")

    def test_that_of_a_component_is_that_of_all_around_it(self, tree: MakeTree) -> None:
        made = tree(
            {
                "app/kustomization.yaml": "resources: [a.yaml]\ncomponents: [../part]",
                "app/a.yaml": service(),
                "part/kustomization.yaml": "kind: Component\nnamespace: shop",
            }
        )
        assert self.namespaces(made, "app/a.yaml") == "shop"


class TestLabels:
    """Which labels kustomizations give to pods."""

    @pytest.mark.parametrize(
        ("kustomization", "is_selected"),
        [
            ("", False),
            ("commonLabels: {env: dev}", True),
            ("commonLabels: {env: prod}", False),
            ("labels: [{pairs: {env: dev}}]", False),
            ("labels: [{pairs: {env: dev}, includeSelectors: true}]", True),
            ("labels: [{pairs: {env: dev}, includeTemplates: true}]", True),
            ("labels: [{pairs: {env: dev}, includeSelectors: false, includeTemplates: false}]", False),
            ("labels: [{pairs: {env: dev}, fields: [{path: spec/template/metadata/labels, create: true}]}]", True),
            ("labels: [{pairs: {x: y}}, {pairs: {env: dev}, includeSelectors: true}]", True),
        ],
    )
    def test_of_a_template(self, tree: MakeTree, kustomization: str, is_selected: bool) -> None:
        made = tree(
            {
                "kustomization.yaml": f"resources: [a.yaml, b.yaml]\n{kustomization}",
                "a.yaml": service(selector="{app: web, env: dev}"),
                "b.yaml": deployment(),
            }
        )
        assert made.selected("a.yaml") == (["web"] if is_selected else [])

    def test_of_a_pod_are_all_of_an_object(self, tree: MakeTree) -> None:
        made = tree(
            {
                "kustomization.yaml": "resources: [a.yaml, b.yaml]\nlabels: [{pairs: {env: dev}}]",
                "a.yaml": service(selector="{app: web, env: dev}"),
                "b.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: pod, labels: {app: web}}\n",
            }
        )
        assert made.selected("a.yaml") == ["pod"]

    def test_of_several_overlays_any_may_be_meant(self, tree: MakeTree) -> None:
        made = tree(
            {
                "base/kustomization.yaml": "resources: [b.yaml]\ncommonLabels: {team: shop}",
                "base/b.yaml": deployment(),
                "dev/kustomization.yaml": "resources: [../base, a.yaml]\ncommonLabels: {env: dev}",
                "dev/a.yaml": service(selector="{app: web, env: dev, team: shop}"),
                "prod/kustomization.yaml": "resources: [../base, a.yaml]\ncommonLabels: {env: prod}",
                "prod/a.yaml": service("other", selector="{env: prod}"),
                "qa/a.yaml": service("third", selector="{env: qa}"),
            }
        )
        assert made.selected("dev/a.yaml") == ["web"]
        assert made.selected("prod/a.yaml") == ["web"]
        assert made.selected("qa/a.yaml") == []

    def test_of_a_component_go_to_all_around_it(self, tree: MakeTree) -> None:
        made = tree(
            {
                "app/kustomization.yaml": "resources: [../base, a.yaml]\ncomponents: [../outer]",
                "app/a.yaml": service(selector="{app: web, tier: front}"),
                "base/kustomization.yaml": "resources: [b.yaml]",
                "base/b.yaml": deployment(),
                "outer/kustomization.yaml": "kind: Component\ncomponents: [../inner]",
                "inner/kustomization.yaml": "kind: Component\ncommonLabels: {tier: front}",
            }
        )
        assert made.selected("app/a.yaml") == ["web"]

    def test_go_to_no_file_of_another_kustomization(self, tree: MakeTree) -> None:
        made = tree(
            {
                "a/kustomization.yaml": "resources: [a.yaml]\ncommonLabels: {env: dev}",
                "a/a.yaml": service(selector="{app: web, env: dev}"),
                "b/kustomization.yaml": "resources: [b.yaml]",
                "b/b.yaml": deployment(),
            }
        )
        assert made.selected("a/a.yaml") == []


PATCH = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n"


class TestPatches:
    @pytest.mark.parametrize(
        "patches",
        [
            "patches: [{path: p.yaml}]",
            "patchesStrategicMerge: [p.yaml]",
            "patchesJson6902: [{path: p.yaml, target: {kind: Service}}]",
        ],
    )
    def test_in_files_are_no_objects(self, tree: MakeTree, patches: str) -> None:
        made = tree({"kustomization.yaml": f"resources: [a.yaml]\n{patches}", "a.yaml": service(), "p.yaml": PATCH})
        (part,) = made.project.manifest(made.path("p.yaml")).parts
        assert part.skipped == "kustomize patch"
        assert [one.name for one in made.workspace.services] == ["web"]
        assert made.spots() == [], "a patch of something else than labels hides nothing"

    @pytest.mark.parametrize(
        ("patches", "files"),
        [
            ("patches: [{path: p.yaml}]", {"p.yaml": deployment()}),
            ("patches:\n- patch: |\n    - {op: replace, path: /spec/selector/app, value: x}\n", {}),
            ("patches:\n- patch: '[{op: add, path: /metadata/labels/a, value: b}]'\n", {}),
            ("patchesStrategicMerge:\n- |\n  kind: Deployment\n  spec: {template: {metadata: {labels: {a: b}}}}\n", {}),
            ("patchesStrategicMerge:\n- '{kind: Deployment, metadata: {labels: {a: b}}}'\n", {}),
            (
                "patchesJson6902: [{path: p.json}]",
                {"p.json": '[{"op": "add", "path": "/spec/selector/a", "value": "b"}]'},
            ),
        ],
    )
    def test_of_labels_hide_what_pods_there_are(self, tree: MakeTree, patches: str, files: dict[str, str]) -> None:
        made = tree({"kustomization.yaml": f"resources: [a.yaml]\n{patches}", "a.yaml": service(), **files})
        assert made.spots() == ["kustomization.yaml None: a kustomize patch changes labels or a selector"]
        assert made.hiding("a.yaml") == "a kustomize patch changes labels or a selector (kustomization.yaml)"

    @pytest.mark.parametrize(
        "patches", ["patches: [{patch: 'spec: {replicas: 2}'}]", "patches: [{path: gone.yaml}]", "patches: 7"]
    )
    def test_of_anything_else_hide_nothing(self, tree: MakeTree, patches: str) -> None:
        made = tree({"kustomization.yaml": f"resources: [a.yaml]\n{patches}", "a.yaml": service()})
        assert made.spots() == []


class TestBlindSpots:
    """Each with its reason and its scope."""

    @pytest.mark.parametrize(
        ("kustomization", "why"),
        [
            (
                "resources: [a.yaml, https://example.com/x.yaml]",
                "composes https://example.com/x.yaml, which is not in this project",
            ),
            ("resources: [a.yaml, github.com/a/b]", "composes github.com/a/b, which is not in this project"),
            (
                "resources: [a.yaml, 'git@example.com:a/b']",
                "composes git@example.com:a/b, which is not in this project",
            ),
            (
                "resources: [a.yaml, 'example.com/a/b?ref=v1']",
                "composes example.com/a/b?ref=v1, which is not in this project",
            ),
            ("resources: [a.yaml, bitbucket.org/a/b]", "composes bitbucket.org/a/b, which is not in this project"),
            ("resources: [a.yaml, gone.yaml]", "composes gone.yaml, which is not in this project"),
            ("resources: [a.yaml, ../outside]", "composes ../outside, which is not in this project"),
            ("resources: [a.yaml, folder]", "composes folder, which is not in this project"),
            ("bases: [gone]\nresources: [a.yaml]", "composes gone, which is not in this project"),
            ("components: [gone]\nresources: [a.yaml]", "composes gone, which is not in this project"),
            ("resources: [a.yaml]\ngenerators: [g.yaml]", "the kustomization has generators"),
            ("resources: [a.yaml]\ntransformers: [t.yaml]", "the kustomization has transformers"),
            ("resources: [a.yaml]\nhelmCharts: [{name: x}]", "the kustomization has helmCharts"),
            (
                "resources: [a.yaml]\nhelmChartInflationGenerator: [{}]",
                "the kustomization has helmChartInflationGenerator",
            ),
            (
                "resources: [a.yaml]\nreplacements: [{targets: [{fieldPaths: [spec.selector.app]}]}]",
                "the kustomization has replacements",
            ),
            ("resources: [a.yaml]\nreplacements: [{targets: [{fieldPaths: [spec.type]}]}]", None),
            ("resources: [a.yaml]\nconfigMapGenerator: [{name: x}]", None),
            ("resources: [a.yaml]\nsecretGenerator: [{name: x}]\nimages: []", None),
        ],
    )
    def test_of_a_kustomization(self, tree: MakeTree, kustomization: str, why: str | None) -> None:
        made = tree(
            {"k/kustomization.yaml": kustomization, "k/a.yaml": service(), "k/folder/b.yaml": "", "c.yaml": service()}
        )
        hidden = made.hiding("k/a.yaml")
        assert (hidden is None) == (why is None)
        assert why is None or (hidden is not None and why in hidden and hidden.endswith(" (k/kustomization.yaml)"))
        assert made.hiding("c.yaml") is None or why is not None

    @pytest.mark.parametrize("text", ["", "{", "- a", "resources: [a.yaml"])
    def test_of_a_kustomization_that_is_none(self, tree: MakeTree, text: str) -> None:
        made = tree({"kustomization.yaml": text, "a.yaml": service()})
        assert made.hiding("a.yaml") == "kustomization.yaml is not YAML (kustomization.yaml)"

    def test_of_a_kustomization_that_is_no_text(self, tree: MakeTree, tmp_path: Path) -> None:
        (tmp_path / "kustomization.yaml").write_bytes(b"\xff\xfe\xfd")
        made = tree({"a.yaml": service()})
        (spot,) = made.spots()
        assert spot.startswith("kustomization.yaml None: kustomization.yaml cannot be read: ")

    def test_of_a_kustomization_that_is_excluded(self, tree: MakeTree, tmp_path: Path) -> None:
        files = {"k/kustomization.yaml": "resources: [../b, a.yaml]", "k/a.yaml": service()}
        files |= {"b/kustomization.yaml": "resources: [b.yaml]", "b/b.yaml": deployment()}
        made = tree(files, excludes=lambda path: path == f"{tmp_path}/b/")
        assert (
            made.hiding("k/a.yaml")
            == "the kustomization composes ../b, which is not in this project (k/kustomization.yaml)"
        )

    def test_of_a_base_is_one_of_its_overlays(self, tree: MakeTree) -> None:
        made = tree(
            {
                "overlay/kustomization.yaml": "resources: [../base, a.yaml]",
                "overlay/a.yaml": service(),
                "base/kustomization.yaml": "resources: ['https://example.com/deployment.yaml']",
                "other/b.yaml": service("other"),
            }
        )
        assert made.hiding("overlay/a.yaml", "any") is not None
        assert made.hiding("other/b.yaml", "any") is None

    def test_in_a_namespace_reaches_all_of_that_namespace_and_no_other(self, tree: MakeTree) -> None:
        rollout = "apiVersion: example.com/v1\nkind: Unheard\nmetadata: {name: x, namespace: shop}\n"
        made = tree({"a/a.yaml": service(), "b/x.yaml": rollout, "b/b.yaml": service("b")})
        why = "the kind Unheard is unknown and may stand for pods (b/x.yaml)"
        assert made.hiding("a/a.yaml", "shop") == why
        assert made.hiding("a/a.yaml", "other") is None
        assert made.hiding("a/a.yaml", None) is None
        assert made.hiding("b/b.yaml", None) == why
        assert made.hiding("b/b.yaml", "other") is None
        everything = Application(made.path("."), with_folders_below=True)
        assert hiding(made.workspace, everything, None) == why

    def test_without_a_namespace_reaches_the_folder_and_what_is_below(self, tree: MakeTree) -> None:
        made = tree(
            {"a/a.yaml": service(), "a/b/x.yaml": "apiVersion: v1\nkind: Deployment\na: [", "c/c.yaml": service("c")}
        )
        assert made.spots() == ["a/b/x.yaml None: a document cannot be read"]
        assert made.hiding("a/a.yaml", "any") == "a document cannot be read (a/b/x.yaml)"
        assert made.hiding("c/c.yaml", "any") is None

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("apiVersion: v1\nkind: Deployment\na: [", "a document cannot be read"),
            ("apiVersion: v1\nkind: Unheard\na: [", "a document cannot be read"),
            ("apiVersion: v1\nkind: Service\na: [", None),
            ("apiVersion: v1\nkind: ConfigMap\na: [", None),
            ("apiVersion: v1\nkind: Deployment\nmetadata: {name: {{ x }}", "a document is not rendered: go template"),
            ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ x }}", None),
            (deployment(name="${NAME}"), "a document is not rendered: placeholder `${NAME}`"),
            (service(name="${NAME}"), None),
            ("a: [", None),
            ("just: data", None),
        ],
    )
    def test_of_a_document(self, tree: MakeTree, text: str, why: str | None) -> None:
        assert tree({"a.yaml": text}).spots() == ([f"a.yaml None: {why}"] if why else [])

    def test_of_a_template_in_a_chart(self, tree: MakeTree) -> None:
        files = {"a/Chart.yaml": "", "a/templates/b.yaml": "kind: Deployment\nname: {{ x }}\n"}
        assert tree(files).spots() == ["a/templates/b.yaml None: a document is not rendered: helm template"]

    def test_of_a_file_that_cannot_be_read(self, tree: MakeTree, tmp_path: Path) -> None:
        (tmp_path / "b.yaml").write_bytes(b"kind: \xff")
        (tmp_path / "c.json").write_bytes(b"data: \xff")
        assert tree({"a.yaml": service()}).spots() == ["b.yaml None: a file cannot be read"]

    @pytest.mark.parametrize(
        ("api_version", "kind", "is_blind"),
        [
            ("example.com/v1", "Unheard", True),
            ("serving.knative.dev/v1", "Service", True),
            ("example.com/v1", "Deployment", True),
            ("argoproj.io/v1alpha1", "Rollout", True),
            ("monitoring.coreos.com/v1", "Prometheus", True),
            ("monitoring.coreos.com/v1", "ServiceMonitor", False),
            ("cert-manager.io/v1", "Certificate", False),
            ("networking.istio.io/v1", "Gateway", False),
            ("networking.istio.io/v1", "VirtualService", False),
            ("kustomize.config.k8s.io/v1beta1", "Unheard", False),
            ("tool.skaffold/v1", "Unheard", False),
            ("v1", "Service", False),
            ("v1", "ConfigMap", False),
            ("apps/v1", "Deployment", False),
            ("apps/v1beta1", "Deployment", False),
            ("rbac.authorization.k8s.io/v1", "Role", False),
        ],
    )
    def test_of_a_kind(self, tree: MakeTree, api_version: str, kind: str, is_blind: bool) -> None:
        made = tree({"a.yaml": f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n"})
        assert made.spots() == ([f"a.yaml None: the kind {kind} is unknown and may stand for pods"] if is_blind else [])

    def test_of_a_kind_without_a_name_are_none(self, tree: MakeTree) -> None:
        made = tree({"a.yaml": "apiVersion: tool.example.com/v1\nkind: Configuration\n"})
        assert made.spots() == [], "the configuration of a tool, not an object of a cluster"

    def test_in_a_text_that_is_in_no_folder_reach_that_text(self, tree: MakeTree) -> None:
        made = tree({"a.yaml": service("a")})
        unheard = "apiVersion: example.com/v1\nkind: Unheard\nmetadata: {name: x}\n"
        made.project.add_text(Source("<stdin>", f"{service()}---\n{unheard}"))
        workspace = made.project.workspace_of("<stdin>")
        scope = workspace.application_of(made.project.manifest("<stdin>").resources[0])
        assert hiding(workspace, scope) == "the kind Unheard is unknown and may stand for pods (<stdin>)"
        assert made.hiding("a.yaml") is None

    def test_of_an_unknown_kind_with_a_pod_template_is_one_all_the_same(self, tree: MakeTree) -> None:
        rollout = deployment().replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout")
        made = tree({"a.yaml": service(), "b.yaml": rollout})
        assert made.selected("a.yaml") == ["web"]
        assert made.spots() == ["b.yaml None: the kind Rollout is unknown and may stand for pods"]


class TestLookUp:
    def test_workloads_are_everything_with_pods(self, tree: MakeTree) -> None:
        kinds = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
        text = "---\n".join(deployment(kind.lower(), kind=kind) for kind in kinds)
        template = "{template: {metadata: {labels: {app: web}}}}"
        jobs = f"{{jobTemplate: {{spec: {template}}}}}"
        cron = f"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: cron}}\nspec: {jobs}\n"
        pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: pod, labels: {app: web}}\n"
        custom = f"apiVersion: example.com/v1\nkind: Custom\nmetadata: {{name: custom}}\nspec: {template}\n"
        without = custom.replace("name: custom", "name: without").replace("{app: web}", "7")
        text = "---\n".join((text, cron, pod, custom, without))
        made = tree({"a.yaml": text, "b.yaml": service()})
        names = [*(kind.lower() for kind in kinds), "cron", "pod", "custom"]
        assert [workload.name for workload in made.workspace.workloads] == names
        assert all(isinstance(workload, Workload) for workload in made.workspace.workloads)
        assert made.selected("b.yaml") == names

    @pytest.mark.parametrize(
        ("selector", "selected"),
        [
            ("{app: web}", "one two"),
            ("{app: web, tier: front}", "one"),
            ("{tier: front, app: web}", "one"),
            ("{app: other}", ""),
            ("{app: web, tier: other}", ""),
            ("{}", ""),
            ("{number: '1'}", "two three"),
            ("{number: 1}", ""),
            ("{pod-template-hash: x, app: web}", "one two"),
            ("{statefulset.kubernetes.io/pod-name: db-0, app: web}", ""),
            ("{statefulset.kubernetes.io/pod-name: db-0}", "db"),
            ("{statefulset.kubernetes.io/pod-name: db-0, app: db}", "db"),
        ],
    )
    def test_by_labels(self, tree: MakeTree, selector: str, selected: str) -> None:
        workloads = [
            deployment("one", "{app: web, tier: front}"),
            deployment("two", "{app: web, number: '1'}"),
            deployment("three", "{tier: back, number: 1}"),
            deployment("db", "{app: db}", kind="StatefulSet"),
        ]
        made = tree({"a.yaml": service(selector=selector), "b.yaml": "---\n".join(workloads)})
        assert made.selected("a.yaml") == selected.split()
        found = made.workspace.with_labels(made.service("a.yaml").selector)
        assert [workload.name for workload in found] == selected.split()

    @pytest.mark.parametrize(
        ("namespace", "selected"),
        [("", "any shop other"), ("shop", "any shop"), ("elsewhere", "any")],
    )
    def test_an_unset_namespace_may_be_any(self, tree: MakeTree, namespace: str, selected: str) -> None:
        workloads = [deployment("any"), deployment("shop", namespace="shop"), deployment("other", namespace="other")]
        made = tree({"a.yaml": service(namespace=namespace), "b.yaml": "---\n".join(workloads)})
        assert made.selected("a.yaml") == selected.split()
        every = made.workspace.with_labels(made.service("a.yaml").selector)
        assert [workload.name for workload in every] == ["any", "shop", "other"]

    def test_the_nearest_circle_that_has_any_is_meant(self, tree: MakeTree) -> None:
        made = tree(
            {
                "x/a/a.yaml": service() + "---\n" + deployment("own"),
                "x/b/a.yaml": service("b", "{app: web}"),
                "x/b/c/c.yaml": deployment("near"),
                "y/y.yaml": deployment("far"),
                "z/z/a.yaml": service("z", "{app: web}"),
            }
        )
        assert made.selected("x/a/a.yaml") == ["own"]
        assert made.selected("x/b/a.yaml") == ["own", "near"]
        assert made.selected("z/z/a.yaml") == ["own", "near", "far"]

    def test_known_labels(self, tree: MakeTree) -> None:
        made = tree({"kustomization.yaml": "resources: [a.yaml]\ncommonLabels: {env: dev}", "a.yaml": deployment()})
        assert [key for key in ("app", "env", "tier") if made.workspace.is_known_label(key)] == ["app", "env"]

    def test_manifests_come_in_the_order_of_their_paths(self, tree: MakeTree) -> None:
        made = tree(
            {"b.yaml": service("b"), "a/c.yaml": service("c"), "a.yaml": service("a"), "x.yaml": "kind: ConfigMap"}
        )
        assert [one.name for one in made.workspace.services] == ["a", "c", "b"]
        assert len(made.workspace.manifests) == 3

    def test_paths_are_shown_relative_to_the_project(self, tree: MakeTree) -> None:
        made = tree({"a/b.yaml": service()})
        assert made.workspace.shown(made.path("a/b.yaml")) == os.path.join("a", "b.yaml")
        assert made.workspace.shown("/elsewhere/c.yaml") == "/elsewhere/c.yaml"
        assert made.workspace.shown("<stdin>") == "<stdin>"


class TestLinearity:
    """Twice as many objects ask for twice as much, counted."""

    def count(self, tree: MakeTree, monkeypatch: pytest.MonkeyPatch, size: int) -> dict[str, int]:
        counted = {"namespaces": 0, "labels": 0, "spots": 0, "folders": 0}

        def counting(name: str, original: Callable[..., bool]) -> Callable[..., bool]:
            def counts(*arguments: object) -> bool:
                counted[name] += 1
                return original(*arguments)

            return counts

        files = {"kustomization.yaml": "resources: [" + ", ".join(f"f{index}.yaml" for index in range(size)) + "]"}
        for index in range(size):
            labels = f"{{app.kubernetes.io/part-of: shop, app: a{index}}}"
            files[f"f{index}.yaml"] = service(f"s{index}", labels) + "---\n" + deployment(f"d{index}", labels)
            files[f"charts/c{index}/Chart.yaml"] = ""
            files[f"charts/c{index}/x.yaml"] = service(f"c{index}", labels)
        made = tree(files)
        workspace = made.workspace
        services = workspace.services
        monkeypatch.setattr("kubelint.workspace.may_share_namespace", counting("namespaces", lambda *_: True))
        monkeypatch.setattr("kubelint.workspace.RUNTIME_LABELS", _CountedLabels(counted))
        monkeypatch.setattr("kubelint.application.is_below", counting("folders", is_below))
        monkeypatch.setattr(Sight, "spots", _Counted(counted))
        for one in services:
            assert len(workspace.selected_by(one)) == 1
            assert workspace.with_labels(one.selector)
            hiding(workspace, workspace.application_of(one), None)
        applications = {id(workspace.application_of(one)) for one in services}
        assert len(applications) == 1 + size, "one for the kustomization, one for each chart"
        return counted

    def test_look_ups(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        counts = []
        for size in (20, 40):
            folder = tmp_path / str(size)
            folder.mkdir()
            with monkeypatch.context() as patch:
                counts.append(self.count(lambda files, folder=folder: Tree(folder, files), patch, size))
        for name, count in counts[1].items():
            assert count <= 2.1 * counts[0][name], name
        assert counts[0]["namespaces"] == 40, "each Service is compared with the one workload that bears its labels"
        assert counts[0]["labels"] == 0, "no workload is looked at that lacks the rarest label"
        assert counts[0]["spots"] == 21, "each application is looked over once"


class _CountedLabels(dict[str, tuple[str, ...]]):
    def __init__(self, counted: dict[str, int]) -> None:
        super().__init__(RUNTIME_LABELS)
        self.counted = counted

    def get(self, *arguments: Any) -> Any:
        self.counted["labels"] += 1
        return super().get(*arguments)


class _Counted:
    def __init__(self, counted: dict[str, int]) -> None:
        self.counted = counted

    def __get__(self, instance: object, owner: type) -> tuple[()]:
        self.counted["spots"] += 1
        return ()


class TestKustomization:
    """The reading of one file, beyond what the look-ups show."""

    def read(self, folder: Path, text: str) -> Kustomization:
        path = folder / "kustomization.yaml"
        path.write_text(text)
        return read_kustomization(str(path))

    def test_says_what_it_composes(self, tmp_path: Path) -> None:
        text = "resources: [a.yaml, ./b/../c]\nbases: [../d]\ncomponents: [e]\nnamespace: shop\n"
        found = self.read(tmp_path, text)
        assert [os.path.relpath(path, tmp_path) for path in found.resources] == ["a.yaml", "c", "../d", "e"]
        assert (found.namespace, found.blind, found.is_component) == ("shop", None, False)
        assert found.folder == str(tmp_path)

    @pytest.mark.parametrize(
        "text",
        [
            "resources: 7",
            "resources: [7, null, {a: b}]",
            "namespace: [a]",
            "commonLabels: [a]",
            "labels: {a: b}",
            "labels: [7]",
        ],
    )
    def test_of_wrong_types_says_nothing(self, tmp_path: Path, text: str) -> None:
        found = self.read(tmp_path, text)
        assert (found.resources, found.namespace, found.pod_labels, found.blind) == ((), None, {}, None)

    def test_a_chain_longer_than_python_recurses_is_followed_to_its_end(self) -> None:
        length = sys.getrecursionlimit() + 100

        def link(number: int) -> Kustomization:
            below = (f"/k{number + 1}",) if number < length else ("/last.yaml",)
            return Kustomization(f"/k{number}/kustomization.yaml", below, (), (), None, {}, {}, None)

        composition = compose(map(link, range(length + 1)), ["/last.yaml"])
        assert "/last.yaml" in composition.files_of["/k0/kustomization.yaml"]
        assert len(composition.reaching["/last.yaml"]) == length + 1


class TestNamedObjects:
    """Look-ups by name."""

    def test_by_name_and_namespace(self, tree: MakeTree) -> None:
        made = tree({"a.yaml": service(namespace="shop"), "b/c.yaml": service(), "d.yaml": service(namespace="dev")})
        found = made.workspace.named("Service", "web", "shop")
        assert [made.workspace.shown(one.path) for one in found] == ["a.yaml", "b/c.yaml"]
        assert len(made.workspace.named("Service", "web", None)) == 3
        assert made.workspace.named("Service", "other", None) == ()


class TestTogether:
    """What is sure to be in one cluster at one time."""

    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({"a.yaml": service("a"), "b.yaml": service("b")}, True),
            ({"a.yaml": service("a"), "demo/b.yaml": service("b")}, False),
            ({"a.yaml": service("a"), "b.yaml": service("a")}, False),
            ({"a.yaml": service("a", namespace="dev"), "b.yaml": service("a", namespace="prod")}, False),
            ({"kustomization.yaml": "resources: [a.yaml, b.yaml]", "a.yaml": service(), "b.yaml": service("b")}, True),
            ({"kustomization.yaml": "resources: [a.yaml]", "a.yaml": service(), "b.yaml": service("b")}, False),
            (
                {
                    "base/kustomization.yaml": "resources: [c.yaml]",
                    "base/c.yaml": service("c"),
                    "dev/kustomization.yaml": "resources: [../base, ../a.yaml]",
                    "prod/kustomization.yaml": "resources: [../base, ../b.yaml]",
                    "a.yaml": service("a"),
                    "b.yaml": service("b"),
                },
                False,
            ),
            (
                {
                    "base/kustomization.yaml": "resources: [../a.yaml]",
                    "dev/kustomization.yaml": "resources: [../base, ../b.yaml]",
                    "a.yaml": service("a"),
                    "b.yaml": service("b"),
                },
                True,
            ),
            ({"Chart.yaml": "", "a.yaml": service("a"), "b.yaml": service("b")}, True),
        ],
    )
    def test_files(self, tree: MakeTree, files: dict[str, str], expected: bool) -> None:
        made = tree(files)
        other = "demo/b.yaml" if "demo/b.yaml" in files else "b.yaml"
        assert made.workspace.are_together(made.resource("a.yaml"), made.resource(other)) is expected
        assert made.workspace.are_together(made.resource(other), made.resource("a.yaml")) is expected


ROLLOUT = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n"


class TestTaughtKinds:
    """Kinds that the configuration knows stand for the pods of their template, and hide nothing."""

    def test_a_taught_kind_is_a_workload(self, tree: MakeTree) -> None:
        text = ROLLOUT + "spec: {deep: {pod: {metadata: {labels: {app: web}}}}}\n"
        files = {"a.yaml": service(), "b.yaml": text}
        assert tree(files).selected("a.yaml") == []
        taught = tree(files, workload_kinds={"Rollout": ("spec", "deep", "pod")})
        assert taught.selected("a.yaml") == ["web"]

    def test_a_taught_kind_hides_nothing(self, tree: MakeTree) -> None:
        files = {"a.yaml": service(), "b.yaml": ROLLOUT}
        assert tree(files).hiding("a.yaml") is not None
        assert tree(files, workload_kinds={"Rollout": ("spec", "template")}).hiding("a.yaml") is None


class TestPatchesOfAnObject:
    """Which patches speak of an object; none is applied."""

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ("patches: [{path: p.yaml}]", True),
            ("patchesStrategicMerge: [p.yaml]", True),
            ("patches: [{path: p.yaml, target: {kind: Deployment}}]", True),
            ("patches: [{path: p.yaml, target: {kind: Service}}]", False),
            ("patches: [{path: p.yaml, target: {name: w.*}}]", True),
            ("patches: [{path: p.yaml, target: {name: 'we('}}]", True),
            ("patches: [{path: p.yaml, target: {name: other}}]", False),
            ("patches:\n- patch: |\n    kind: Deployment\n    metadata:\n      name: web\n", True),
            (
                "patches:\n- patch: |\n    kind: Deployment\n    metadata:\n      labels: {a: b}\n      name: api\n",
                False,
            ),
            ("patches:\n- patch: |\n    kind: Service\n    metadata:\n      name: web\n", False),
            ("patches:\n- patch: |\n    kind: Service\n    ---\n    kind: Deployment\n", True),
            ("patches:\n- patch: '[{op: remove, path: /spec/replicas}]'\n  target: {kind: Deployment}", True),
            ("patchesJson6902: [{patch: '[]', target: {kind: Deployment, name: web}}]", True),
            ("replicas: [{name: web, count: 3}]", True),
            ("replicas: [{name: api, count: 3}]", False),
            ("patches: [{path: gone.yaml}]", False),
            ("images: [{name: web, newTag: v2}]", False),
            ("replacements: [{targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]}]", True),
            ("commonAnnotations: {team: web}", True),
            ('patches: [{path: "a\\0"}]', False),
        ],
    )
    def test_of_an_object(self, tree: MakeTree, patch: str, expected: bool) -> None:
        patched = "kind: Deployment\nmetadata:\n  name: web\nspec: {replicas: 2}\n"
        files = {"kustomization.yaml": f"resources: [a.yaml]\n{patch}", "a.yaml": deployment(), "p.yaml": patched}
        made = tree({**files, "b/a.yaml": deployment()})
        assert bool(made.workspace.patches_of(made.resource("a.yaml"))) is expected
        assert made.workspace.patches_of(made.resource("b/a.yaml")) == (), "nothing deploys it"


@pytest.mark.parametrize(
    "group", ["argoproj.io", "kustomize.toolkit.fluxcd.io", "helm.cattle.io", "operators.coreos.com"]
)
def test_what_deploys_others_may_do_so_in_any_namespace(tree: MakeTree, group: str) -> None:
    text = f"apiVersion: {group}/v1\nkind: Unheard\nmetadata: {{name: a, namespace: delivery}}\n"
    made = tree({"a.yaml": service(namespace="shop"), "b.yaml": text})
    assert made.hiding("a.yaml", "shop") is not None
    own = text.replace(group, "example.com")
    assert tree({"a.yaml": service(namespace="shop"), "b.yaml": own}).hiding("a.yaml", "shop") is None
