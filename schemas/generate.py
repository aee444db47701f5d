"""Generates `kubelint_schemas` from the JSON schemas in the PyPI package kubernetes-validate.

    python schemas/generate.py            writes the files that changed and removes those no longer needed
    python schemas/generate.py --check    writes nothing; exits with 1 and names the files that would change

The minor versions are those the installed package carries, from 1.29 on, so adding a Kubernetes version is: install a
newer kubernetes-validate and run this script. `schemas/README.md` describes the files it writes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGE = "kubernetes_validate"
OLDEST_VERSION = (1, 29)
OUTPUT = Path(__file__).resolve().parent / "kubelint_schemas"

# The kinds whose fields kubelint reads; all others are listed by name only.
KINDS_WITH_STRUCTURE = (
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("v1", "ConfigMap"),
    ("v1", "Endpoints"),
    ("v1", "Namespace"),
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("v1", "Service"),
)

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# The published schemas give these as a union of plain types, or as one plain type, and lose what they are: Quantity
# is "string or number", MicroTime has the format of Time, FieldsV1 is an object without fields. The name is what is
# left to tell them by. https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/swagger.json
TYPE_OF_NAME = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "micro-time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
}

TYPE_OF_FORMAT = {
    ("boolean", None): "boolean",
    ("integer", "int32"): "integer:int32",
    ("integer", "int64"): "integer:int64",
    ("number", None): "number",
    ("number", "double"): "number",
    ("string", None): "string",
    ("string", "byte"): "bytes",
    ("string", "date-time"): "time",
}

Schema = dict[str, Any]


class SchemaError(Exception):
    """The published schemas hold something this generator has no type for."""


class VersionGenerator:
    """Turns the definitions of one Kubernetes version (`$defs` of its `_definitions.json`) into files.

    After `index`, `files` holds the bytes of every object definition reached, by hash.
    """

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self.definitions = definitions
        self.files: dict[str, bytes] = {}
        self._hashes: dict[str, str] = {}
        self._open: list[str] = []

    def index(self) -> dict[str, dict[str, str | None]]:
        """The hash of each kind by apiVersion and kind; None for the kinds listed by name only.

        Raises SchemaError.
        """
        index: dict[str, dict[str, str | None]] = {}
        for api_version, kind, name in self._kinds():
            with_structure = (api_version, kind) in KINDS_WITH_STRUCTURE
            index.setdefault(api_version, {})[kind] = self._hash(name) if with_structure else None
        return index

    def _kinds(self) -> Iterator[tuple[str, str, str]]:
        """Every kind one can create, as apiVersion, kind and the name of its definition.

        The schemas do not say what can be created. What has an ObjectMeta is an object; list kinds have a ListMeta,
        APIGroup and the like no metadata. DeleteOptions and WatchEvent belong to every group at once.
        """
        for name, schema in self.definitions.items():
            groups = schema.get("x-kubernetes-group-version-kind", [])
            metadata = schema.get("properties", {}).get("metadata", {})
            if len(groups) == 1 and _reference(metadata) == OBJECT_META:
                group, version, kind = (groups[0][part] for part in ("group", "version", "kind"))
                yield f"{group}/{version}" if group else version, kind, name

    def _hash(self, name: str) -> str:
        """The hash of an object definition, whose file it adds to `files`."""
        if name in self._open:
            # A hash that covers the hashes of what it refers to cannot be computed for a definition that reaches
            # itself, and none that kubelint reads does.
            raise SchemaError(f"recursive definition: {' -> '.join([*self._open, name])}")
        if name not in self._hashes:
            self._open.append(name)
            properties: dict[str, Schema] = self.definitions[name]["properties"]
            fields = {field: self._type(schema, f"{name}.{field}") for field, schema in properties.items()}
            self._open.pop()
            content = canonical({"name": name, "fields": fields})
            hash = hashlib.sha256(content).hexdigest()[:12]
            if self.files.setdefault(hash, content) != content:
                raise SchemaError(f"{name} has the hash {hash} of another definition")
            self._hashes[name] = hash
        return self._hashes[name]

    def _type(self, schema: Schema, where: str) -> str:
        """The type text of a schema; `where` names it in a message."""
        name = _reference(schema)
        if name is not None:
            if name in TYPE_OF_NAME:
                return TYPE_OF_NAME[name]
            if name not in self.definitions:
                raise SchemaError(f"{where}: reference to {name}, which is not there")
            definition = self.definitions[name]
            return f"@{self._hash(name)}" if "properties" in definition else self._type(definition, name)
        types = schema.get("type", [])
        # The published schemas allow null where a field is optional; the API server accepts it everywhere.
        types = [type for type in ([types] if isinstance(types, str) else types) if type != "null"]
        if len(types) != 1:
            raise SchemaError(f"{where}: no type for {json.dumps(schema)}")
        if types == ["array"]:
            return "[" + self._type(schema["items"], where)
        if types == ["object"]:
            if "properties" in schema:
                raise SchemaError(f"{where}: an object with fields and without a name")
            values = schema.get("additionalProperties")
            # Without fields and without a type for values the structure is not known: it may be free (FieldsV1) or
            # empty by intent, and the schema does not tell which.
            return "{" + self._type(values, where) if isinstance(values, dict) else "any"
        type = TYPE_OF_FORMAT.get((types[0], schema.get("format")))
        if type is None:
            raise SchemaError(f"{where}: no type for {types[0]} with the format {schema.get('format')!r}")
        return type


def _reference(schema: Schema) -> str | None:
    """The name of the definition a schema refers to."""
    reference: str | None = schema.get("$ref")
    return None if reference is None else reference.rsplit("/", 1)[-1]


def canonical(content: object) -> bytes:
    """The bytes of a generated file: compact JSON in ASCII with sorted keys and a newline at the end."""
    return (json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")


def sources() -> dict[str, Path]:
    """The file of definitions by minor version, from the installed kubernetes-validate.

    Raises SchemaError when the package is not installed or carries no schemas from 1.29 on.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SchemaError("the package kubernetes-validate is not installed; try: pip install kubernetes-validate")
    newest: dict[tuple[int, int], tuple[int, Path]] = {}
    for folder in Path(spec.submodule_search_locations[0], "kubernetes-json-schema").glob("v*-local-strict"):
        match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)-local-strict", folder.name)
        if match is None:
            raise SchemaError(f"{folder.name} is not named as a version")
        major, minor, patch = map(int, match.groups())
        if (major, minor) >= OLDEST_VERSION:
            newest[major, minor] = max(newest.get((major, minor), (-1, folder)), (patch, folder))
    if not newest:
        raise SchemaError("the installed kubernetes-validate carries no schemas where this script looks for them")
    return {f"{major}.{minor}": newest[major, minor][1] / "_definitions.json" for major, minor in sorted(newest)}


def generate() -> dict[str, bytes]:
    """Every generated file: its bytes by its path below `kubelint_schemas`.

    Raises SchemaError.
    """
    files: dict[str, bytes] = {}
    seen: set[tuple[str, str]] = set()
    for version, source in sources().items():
        generator = VersionGenerator(json.loads(source.read_bytes())["$defs"])
        try:
            index = generator.index()
        except SchemaError as error:
            raise SchemaError(f"Kubernetes {version}: {error}") from error
        for api_version, kind in KINDS_WITH_STRUCTURE:
            if kind in index.get(api_version, {}):
                seen.add((api_version, kind))
            elif (api_version, kind) in seen:
                print(f"note: Kubernetes {version} no longer has {api_version} {kind}", file=sys.stderr)
        files[f"versions/{version}.json"] = canonical(index)
        files.update((f"definitions/{hash}.json", content) for hash, content in generator.files.items())
    return files


def update(files: dict[str, bytes], *, check: bool) -> list[str]:
    """Makes the generated folders hold exactly these files, or only says what that takes.

    Returns a line for each file written or removed, sorted by path.
    """
    present = {path.relative_to(OUTPUT).as_posix() for path in OUTPUT.glob("*/*.json")}
    lines = []
    for name in sorted(present | files.keys()):
        path = OUTPUT / name
        if name not in files:
            lines.append(f"remove {name}")
            if not check:
                path.unlink()
        elif name not in present or path.read_bytes() != files[name]:
            lines.append(f"write {name}")
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(files[name])
    return lines


def main() -> int:
    """Runs the command line; returns the exit code: 0, 1 (`--check` found a difference) or 2 (cannot generate)."""
    parser = argparse.ArgumentParser(description="Generates kubelint_schemas from the package kubernetes-validate.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    check: bool = parser.parse_args().check
    try:
        files = generate()
    except SchemaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    lines = update(files, check=check)
    for line in lines:
        print(f"would {line}" if check else line)
    return 1 if check and lines else 0


if __name__ == "__main__":
    sys.exit(main())
