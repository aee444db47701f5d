"""The generated structure of Kubernetes kinds, its reader and its generator."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kubelint_schemas import Definition, Index, Type, UnknownVersion, versions

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
DATA = SCHEMAS / "kubelint_schemas"
NEEDS_SOURCE = "kubernetes-validate, the source of the schemas, is not installed"

SCALARS = {
    *("any", "boolean", "bytes", "int-or-string", "integer:int32", "integer:int64"),
    *("micro-time", "number", "quantity", "string", "time"),
}


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def structure(version: str, api_version: str, kind: str) -> Definition:
    definition = Index.of(version).definition(api_version, kind)
    assert definition is not None
    return definition


def field(definition: Definition, path: str) -> Type:
    """The type at a path such as `spec.ports.port`; a list or a map stands for what it holds."""
    first, *rest = path.split(".")
    type = definition.fields[first]
    for name in rest:
        while type.item is not None:
            type = type.item
        type = type.definition.fields[name]
    return type


def text(type: Type) -> str:
    """A type as the data writes it, an object by the last part of its name."""
    if type.item is not None:
        return ("[" if type.kind == "list" else "{") + text(type.item)
    return "@" + type.definition.name.rpartition(".")[2] if type.kind == "object" else type.kind


class TestData:
    def test_regenerating_changes_nothing(self) -> None:
        pytest.importorskip("kubernetes_validate", reason=NEEDS_SOURCE)
        command = [sys.executable, str(SCHEMAS / "generate.py"), "--check"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")

    def test_size(self) -> None:
        # The data is part of every installation of kubelint.
        assert sum(path.stat().st_size for path in DATA.glob("*/*.json")) < 1_000_000

    def test_hash_is_of_the_file(self) -> None:
        for path in DATA.glob("definitions/*"):
            assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()[:12] + ".json"

    def test_every_reference_resolves_and_every_file_is_referred_to(self) -> None:
        referred = {
            hash
            for path in DATA.glob("versions/*")
            for kinds in load(path).values()
            for hash in kinds.values()
            if hash is not None
        }
        for path in DATA.glob("definitions/*"):
            for type in load(path)["fields"].values():
                _, is_object, hash = type.lstrip("[{").partition("@")
                if is_object:
                    referred.add(hash)
        assert {path.name for path in DATA.glob("definitions/*")} == {hash + ".json" for hash in referred}

    def test_every_type_is_one_of_the_documented(self) -> None:
        for path in DATA.glob("definitions/*"):
            for name, type in load(path)["fields"].items():
                assert "@" in type or type.lstrip("[{") in SCALARS, f"{path.name}: {name}"

    def test_the_same_definition_in_several_versions_is_one_file(self) -> None:
        assert (
            field(structure("1.29", "v1", "Service"), "spec.ports").item
            is field(structure("1.36", "v1", "Service"), "spec.ports").item
        )


class TestReader:
    @pytest.mark.parametrize(
        ("api_version", "kind", "path", "expected"),
        [
            ("v1", "Service", "spec.ports", "[@ServicePort"),
            ("v1", "Service", "spec.ports.port", "integer:int32"),
            ("v1", "Service", "spec.ports.targetPort", "int-or-string"),
            ("v1", "Service", "spec.selector", "{string"),
            ("v1", "Service", "spec.clusterIPs", "[string"),
            ("v1", "Service", "spec.publishNotReadyAddresses", "boolean"),
            ("v1", "Service", "metadata.creationTimestamp", "time"),
            ("v1", "Service", "metadata.generation", "integer:int64"),
            ("v1", "Service", "metadata.managedFields.fieldsV1", "any"),
            ("v1", "Pod", "spec.containers.resources.limits", "{quantity"),
            ("v1", "Pod", "spec.volumes.emptyDir.sizeLimit", "quantity"),
            ("v1", "Pod", "spec.containers.readinessProbe.httpGet.port", "int-or-string"),
            ("apps/v1", "Deployment", "spec.strategy.rollingUpdate.maxSurge", "int-or-string"),
            ("apps/v1", "Deployment", "spec.template.spec.containers.ports.containerPort", "integer:int32"),
            ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates", "[@PersistentVolumeClaim"),
            ("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec", "@PodSpec"),
            ("networking.k8s.io/v1", "NetworkPolicy", "spec.ingress.ports.port", "int-or-string"),
            ("discovery.k8s.io/v1", "EndpointSlice", "endpoints.addresses", "[string"),
        ],
    )
    def test_types(self, api_version: str, kind: str, path: str, expected: str) -> None:
        for version in versions():
            assert text(field(structure(version, api_version, kind), path)) == expected

    def test_fields_differ_between_versions(self) -> None:
        # Service.spec.trafficDistribution came with Kubernetes 1.30.
        present = {
            version: "trafficDistribution" in field(structure(version, "v1", "Service"), "spec").definition.fields
            for version in ("1.29", "1.30", "1.36")
        }
        assert present == {"1.29": False, "1.30": True, "1.36": True}

    def test_definition(self) -> None:
        service = structure("1.36", "v1", "Service")
        assert service.name == "io.k8s.api.core.v1.Service"
        assert list(service.fields) == ["apiVersion", "kind", "metadata", "spec", "status"]
        with pytest.raises(TypeError, match="kind 'string' has no definition"):
            _ = service.fields["kind"].definition

    def test_kinds_known_by_name_only(self) -> None:
        index = Index.of("1.36")
        for api_version, kind in [
            ("v1", "Secret"),
            ("apiregistration.k8s.io/v1", "APIService"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ]:
            assert index.knows(api_version, kind)
            assert index.definition(api_version, kind) is None

    @pytest.mark.parametrize(
        ("api_version", "kind"),
        [
            ("v1", "Sevice"),
            ("v2", "Service"),
            ("v1", "ServiceList"),
            ("v1", "Status"),
            ("v1", "DeleteOptions"),
            ("v1", "WatchEvent"),
            ("v1", "APIGroup"),
            ("v1", "ObjectMeta"),
            ("apps/v1", "Service"),
        ],
    )
    def test_what_is_no_kind(self, api_version: str, kind: str) -> None:
        for version in versions():
            index = Index.of(version)
            assert not index.knows(api_version, kind)
            assert index.definition(api_version, kind) is None
            assert (api_version, kind) not in index.kinds

    def test_every_version_has_the_same_kinds_with_structure(self) -> None:
        for version in versions():
            index = Index.of(version)
            # Kubernetes 1.29 has these two as v1beta1 only.
            policies = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"} if version != "1.29" else ()
            assert {kind for api_version, kind in index.kinds if index.definition(api_version, kind)} == {
                *("ConfigMap", "CronJob", "DaemonSet", "Deployment", "EndpointSlice", "Endpoints", "Ingress", "Job"),
                *("Namespace", "NetworkPolicy", "Pod", "ReplicaSet", "ReplicationController", "Service"),
                "StatefulSet",
                *policies,
            }

    def test_api_versions_of(self) -> None:
        index = Index.of("1.36")
        assert index.api_versions_of("Deployment") == ("apps/v1",)
        assert index.api_versions_of("Event") == ("events.k8s.io/v1", "v1")
        assert index.api_versions_of("Sevice") == ()

    def test_index_is_read_once(self) -> None:
        assert Index.of("1.36") is Index.of("1.36")

    @pytest.mark.parametrize("version", ["1.28", "1.36.0", "v1.36", "", "../versions/1.36"])
    def test_unknown_version(self, version: str) -> None:
        with pytest.raises(UnknownVersion) as raised:
            Index.of(version)
        assert raised.value.version == version
        assert str(raised.value).startswith(f"no structure of Kubernetes {version!r}; there is one of 1.29, 1.30, ")

    def test_versions_are_in_numeric_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "versions").mkdir()
        for version in ("1.100", "1.30", "1.99", "2.0"):
            (tmp_path / "versions" / f"{version}.json").touch()
        monkeypatch.setattr("kubelint_schemas._FOLDER", str(tmp_path))
        monkeypatch.setattr("kubelint_schemas._versions", ())
        assert versions() == ("1.30", "1.99", "1.100", "2.0")

    def test_only_what_is_asked_for_is_opened(self) -> None:
        # A process of its own, because this one has read most of the data already.
        program = f"""
import sys
opened = []
def record(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".json"):
        opened.append(arguments[0])
sys.addaudithook(record)
sys.path.insert(0, {str(SCHEMAS)!r})
import json, kubelint_schemas
counts = [len(opened)]
for _ in range(2):
    service = kubelint_schemas.Index.of("1.36").definition("v1", "Service")
    counts.append(len(opened))
for _ in range(2):
    service.fields["spec"].definition.fields["ports"].item.definition
    counts.append(len(opened))
names = [json.load(open(path)).get("name") for path in list(opened)]
print(json.dumps([counts, names, sorted(sys.modules)]))
"""
        result = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
        counts, names, modules = json.loads(result.stdout)
        assert counts == [0, 2, 2, 4, 4]
        core = "io.k8s.api.core.v1."
        assert names == [None, core + "Service", core + "ServiceSpec", core + "ServicePort"]
        assert not {"dataclasses", "importlib.metadata", "importlib.resources", "typing"} & set(modules)


def accepts(type: Type, value: object) -> bool:
    """A checker as small as can be: types and known fields, no ranges and no formats."""
    if value is None or type.kind == "any":
        return True
    if type.kind == "object":
        fields = type.definition.fields
        return isinstance(value, dict) and all(
            name in fields and accepts(fields[name], item) for name, item in value.items()
        )
    if type.item is not None:
        item = type.item
        if type.kind == "map":
            return isinstance(value, dict) and all(accepts(item, each) for each in value.values())
        return isinstance(value, list) and all(accepts(item, each) for each in value)
    if isinstance(value, bool):
        return type.kind == "boolean"
    python_types = {
        "int-or-string": (int, str),
        "integer:int32": (int,),
        "integer:int64": (int,),
        "number": (int, float),
        "quantity": (int, float, str),
    }
    return type.kind != "boolean" and isinstance(value, python_types.get(type.kind, (str,)))


def service(version: str = "1.36", **spec: object) -> tuple[str, dict[str, object]]:
    return version, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def deployment(container: dict[str, object], **metadata: object) -> tuple[str, dict[str, object]]:
    pod = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", **container}]}}
    return "1.36", {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", **metadata},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pod},
    }


def other(api_version: str, kind: str, **fields: object) -> tuple[str, dict[str, object]]:
    return "1.36", {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, **fields}


def ingress(port: dict[str, object]) -> tuple[str, dict[str, object]]:
    backend = {"service": {"name": "web", "port": port}}
    return other("networking.k8s.io/v1", "Ingress", spec={"defaultBackend": backend})


def network_policy(port: object) -> tuple[str, dict[str, object]]:
    spec = {"podSelector": {}, "ingress": [{"ports": [{"port": port}]}]}
    return other("networking.k8s.io/v1", "NetworkPolicy", spec=spec)


MANIFESTS = {
    "service": (service(selector={"app": "web"}, ports=[{"port": 80, "targetPort": "http"}]), True),
    "target port is a number": (service(ports=[{"port": 80, "targetPort": 8080}]), True),
    "target port is a boolean": (service(ports=[{"port": 80, "targetPort": True}]), False),
    "port is a string": (service(ports=[{"port": "80"}]), False),
    "ports is not a list": (service(ports={"port": 80}), False),
    "port is not an object": (service(ports=[80]), False),
    "selector's value is a number": (service(selector={"app": 1}), False),
    "selector is a string": (service(selector="app=web"), False),
    "unknown field of the spec": (service(selectors={"app": "web"}), False),
    "field from before its version": (service("1.29", trafficDistribution="PreferClose"), False),
    "field of its version": (service("1.30", trafficDistribution="PreferClose"), True),
    "null": (service(clusterIP=None, ports=None, selector=None), True),
    "deployment": (deployment({"image": "web", "ports": [{"containerPort": 80}]}, labels={"app": "web"}), True),
    "quantities": (deployment({"resources": {"limits": {"cpu": 1, "memory": "1Gi"}, "requests": {"cpu": 0.5}}}), True),
    "quantity is a boolean": (deployment({"resources": {"limits": {"cpu": True}}}), False),
    "quantity is a list": (deployment({"resources": {"limits": {"cpu": [1]}}}), False),
    "unknown field of a container": (deployment({"port": [{"containerPort": 80}]}), False),
    "label is a boolean": (deployment({}, labels={"app": True}), False),
    "time is a number": (deployment({}, creationTimestamp=2026), False),
    "free-form value": (deployment({}, managedFields=[{"fieldsV1": {"f:spec": {"f:replicas": {}}}}]), True),
    "endpoint slice": (other("discovery.k8s.io/v1", "EndpointSlice", addressType="IPv4", endpoints=[]), True),
    "address is not a list": (
        other("discovery.k8s.io/v1", "EndpointSlice", addressType="IPv4", endpoints=[{"addresses": "10.0.0.1"}]),
        False,
    ),
    "backend port by number": (ingress({"number": 80}), True),
    "backend port's number is a string": (ingress({"number": "80"}), False),
    "policy port by name": (network_policy("http"), True),
    "policy port is a list": (network_policy([80]), False),
    "unknown field beside the spec": (other("v1", "Namespace", specs={}), False),
}


@pytest.mark.parametrize(("manifest", "valid"), MANIFESTS.values(), ids=MANIFESTS)
def test_agrees_with_the_published_schema(manifest: tuple[str, dict[str, Any]], valid: bool) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason=NEEDS_SOURCE)
    version, content = manifest
    published = True
    try:
        # Checks with the package jsonschema against the file the structure was generated from.
        kubernetes_validate.validate(content, version, strict=True)
    except kubernetes_validate.ValidationError:
        published = False
    fields = structure(version, content["apiVersion"], content["kind"]).fields
    ours = all(name in fields and accepts(fields[name], value) for name, value in content.items())
    assert (published, ours) == (valid, valid)


class TestGenerator:
    @pytest.fixture
    def generator(self) -> ModuleType:
        # By its path: "generate" is too general a name to import.
        spec = importlib.util.spec_from_file_location("schemas_generate", SCHEMAS / "generate.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @pytest.mark.parametrize(
        ("properties", "message"),
        [
            ({"again": {"$ref": "#/$defs/Pod"}}, "recursive definition: Pod -> Pod"),
            ({"items": {"type": "array", "items": {"$ref": "#/$defs/Pod"}}}, "recursive definition: Pod -> Pod"),
            ({"lost": {"$ref": "#/$defs/Lost"}}, "Pod.lost: reference to Lost, which is not there"),
            ({"odd": {"type": "integer", "format": "int128"}}, "Pod.odd: no type for integer with the format 'int128'"),
            ({"odd": {"type": "integer"}}, "Pod.odd: no type for integer with the format None"),
            ({"odd": {"oneOf": [{"type": "string"}]}}, "Pod.odd: no type for "),
            ({"odd": {"type": "object", "properties": {}}}, "Pod.odd: an object with fields and without a name"),
        ],
    )
    def test_what_it_has_no_type_for(self, generator: ModuleType, properties: dict[str, object], message: str) -> None:
        meta = {"$ref": f"#/$defs/{generator.OBJECT_META}"}
        pod = {
            "properties": {**properties, "metadata": meta},
            "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
        }
        with pytest.raises(generator.SchemaError) as raised:
            generator.VersionGenerator({"Pod": pod, generator.OBJECT_META: {"properties": {}}}).index()
        assert str(raised.value).startswith(message)

    def test_writes_what_changed_and_removes_what_is_stale(
        self, generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(generator, "OUTPUT", tmp_path)
        (tmp_path / "__init__.py").touch()
        assert generator.update({"definitions/old.json": b"{}\n", "versions/1.38.json": b"{}\n"}, check=False)
        files = {"definitions/new.json": b"{}\n", "versions/1.38.json": b"{}\n"}
        changes = ["write definitions/new.json", "remove definitions/old.json"]
        assert generator.update(files, check=True) == changes
        assert (tmp_path / "definitions" / "old.json").exists()
        assert generator.update(files, check=False) == changes
        assert generator.update(files, check=True) == []
        present = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
        assert present == ["__init__.py", "definitions/new.json", "versions/1.38.json"]

    def test_without_the_source(self, generator: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generator, "PACKAGE", "kubernetes_validate_is_not_here")
        with pytest.raises(generator.SchemaError, match="pip install kubernetes-validate"):
            generator.sources()
