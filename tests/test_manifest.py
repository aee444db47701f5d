"""Which documents of a file are read, and what is said of a file that cannot be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kubelint.manifest import Manifest, kinds_in, may_hold, of_text, placeholder_of, read
from kubelint.paths import SIZE_LIMIT
from kubelint.sight import PODS
from kubelint.source import Source

SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: orders\nspec:\n  ports:\n  - port: 80\n"


def wants(*kinds: str) -> Callable[[str], bool]:
    """Only these kinds concern the caller."""
    return lambda kind: kind in kinds


def manifest(text: str, *kinds: str, in_chart: bool = False) -> Manifest:
    """A text, read for the sake of some kinds (Service, if none is named)."""
    return of_text(Source("file.yaml", text), wants(*(kinds or ("Service",))), in_chart=in_chart)


def names(found: Manifest) -> list[tuple[str, str | None]]:
    """Kind and name of each resource."""
    return [(resource.kind, resource.name) for resource in found.resources]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (SERVICE, {"Service"}),
        (SERVICE.replace("\n", "\r\n"), {"Service"}),
        (SERVICE.replace("\n", "\r"), {"Service"}),
        ("kind: Service", {"Service"}),
        ("kind:  Service  # why\n", {"Service"}),
        ("kind:\tService\n", {"Service"}),
        ("kind : Service\n", {"Service"}),
        ("'kind': 'Service'\n", {"Service"}),
        ('"kind": "Service"\n', {"Service"}),
        ('"kind":    Service\n', {"Service"}),
        ("{kind: Service, apiVersion: v1}\n", {"Service"}),
        ('{"apiVersion":"v1","kind":"Service"}', {"Service"}),
        ('{\n\t"kind":\t"Service"\n}\n', {"Service"}),
        ('{\n  "kind"\n  :\n  "Service"}\n', {"Service"}),
        ("--- {kind: Service}\n", {"Service"}),
        ("  apiVersion: v1\n  kind: Service\n", {"Service"}),
        ("kind:\n  Service\n", {"Service"}),
        ("? kind\n: Service\n", {"Service"}),
        ("kind: Service\nspec:\n  kind: Deployment\n", {"Service"}),
        ("kind: Service\nmetadata:\n  annotations:\n    a: |\n      kind: Pod\n", {"Service"}),
        # A custom resource definition, which speaks of `kind:` in many places.
        (
            "kind: CustomResourceDefinition\nspec:\n  names: {kind: Service}\n  schema:\n    kind: {type: string}\n",
            {"CustomResourceDefinition"},
        ),
        # A list of any kind holds others: whatever it speaks of may be in it.
        ("kind: List\nitems:\n- kind: Service\n- {kind: Pod}\n", {"List", "Service", "Pod"}),
        ("kind: ServiceList\nitems:\n- kind: Service\n", {"ServiceList", "Service"}),
        # Two at the left: the later one counts, but a document that gives a key twice is read whichever it is.
        ("kind: Pod\nkind: Service\n", {"Pod", "Service"}),
        # Nothing of Kubernetes.
        ("", set()),
        ("a: b\n", set()),
        ("mankind: Service\n", {"Service"}),
        ("# Services are documented elsewhere\nname: x\n", set()),
        # What only a parser can tell.
        ("kind: >-\n  Service\n", None),
        ("kind: |-\n  Service\n", None),
        ("kind: &kind Service\n", None),
        ("a: &kind Service\nkind: *kind\n", None),
        ("kind: !!str Service\n", None),
        ('kind: "\\x53ervice"\n', None),
        ('kind: "Ser\\x76ice"\n', None),
        ('"\\x6bind": Service\n', None),
        ('"k\\u0069nd": Service\n', None),
        ('{"\\u006Bind": "Service"}', None),
        ("kind: # why\n  Service\n", None),
        ("kind: ${KIND}\n", None),
        ("kind: {{ .Values.kind }}\n", None),
    ],
)
def test_kinds_are_told_from_the_text_alone(text: str, kinds: set[str] | None) -> None:
    found = kinds_in(text)
    assert found is None if kinds is None else found == kinds


SAME_SERVICE = [
    ("block", SERVICE),
    ("flow", "{apiVersion: v1, kind: Service, metadata: {name: orders}, spec: {ports: [{port: 80}]}}"),
    ("JSON", '{"apiVersion":"v1","kind":"Service","metadata":{"name":"orders"},"spec":{"ports":[{"port":80}]}}'),
    ("JSON with an escaped key", '{"apiVersion":"v1","\\u006bind":"Service","metadata":{"name":"orders"}}'),
    ("quoted", "'apiVersion': 'v1'\n\"kind\": \"Service\"\nmetadata: {name: orders}\n"),
    ("indented", "  apiVersion: v1\n  kind: Service\n  metadata:\n    name: orders\n"),
    ("behind a comment", "# kind: Pod\n" + SERVICE),
    ("behind comments with CRLF", "# nothing\r\n" * 60 + SERVICE.replace("\n", "\r\n")),
    ("behind blank lines with CRLF", "\r\n" * 200 + SERVICE.replace("\n", "\r\n")),
    ("behind a directive", "%YAML 1.1\n---\n" + SERVICE),
    ("behind a byte order mark", "\ufeff".encode().decode("utf-8-sig") + SERVICE),
    ("folded", SERVICE.replace("Service", ">-\n  Service")),
    ("anchored", SERVICE.replace("Service", "&kind Service")),
    ("aliased", SERVICE.replace("kind: Service", "kind: *kind").replace("v1", "v1\nx-kind: &kind Service")),
    ("merged", "<<: {apiVersion: v1, kind: Service}\nmetadata: {name: orders}\n"),
    ("tagged", SERVICE.replace("Service", "!!str Service")),
    ("explicit key", SERVICE.replace("kind: Service", "? kind\n: Service")),
    ("item of a list", "apiVersion: v1\nkind: List\nitems:\n- " + SERVICE.replace("\n", "\n  ").rstrip(" ")),
    ("second document", "a: b\n---\n" + SERVICE),
    ("beside a broken document", "a: [\n---\n" + SERVICE),
    ("before the document's end", SERVICE + "...\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in SAME_SERVICE], ids=[case[0] for case in SAME_SERVICE])
def test_a_service_is_found_however_it_is_written(text: str) -> None:
    assert names(manifest(text)) == [("Service", "orders")]


def test_only_documents_of_a_wanted_kind_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    from kubelint import manifest as module

    parsed: list[str] = []
    parse = module.parse
    monkeypatch.setattr(
        module,
        "parse",
        lambda source, start, end: (parsed.append(source.text[start:end]), parse(source, start, end))[1],
    )
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  names:\n    kind: Service\n"
    configuration = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    kind: Service\n"
    found = manifest("---\n".join((configuration, SERVICE, crd, "a: b\n")))
    assert names(found) == [("Service", "orders")]
    assert parsed == ["---\n" + SERVICE]


def test_a_part_begins_where_its_content_does() -> None:
    found = manifest("# head\n---\n# about\n\n" + SERVICE + "---\n\n" + SERVICE)
    assert [part.line for part in found.parts] == [5, 14]


PARSES = wants("Service", "Pod")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SERVICE + "  a: [b\n", "a bracket that is not closed"),
        (SERVICE + "  a: [\n", "no value, or one with a character that cannot start it"),
        (SERVICE.replace("spec:\n", "spec:\n\t"), "a tab used as indentation"),
        (SERVICE + "a: " + "[" * 100_000 + "\n", "the document nests deeper than 200 levels"),
        (SERVICE + "a: " + "{a: " * 100_000 + "\n", "the document nests deeper than 200 levels"),
        (SERVICE + "a:\n  " + "- " * 100_000 + "\n", "the document nests deeper than 200 levels"),
        (SERVICE + "a: \x1b\n", "a control character"),
        (SERVICE + "a: *a\n", "the alias *a has no anchor"),
        (
            SERVICE
            + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)),
            "the aliases of the document repeat too many values",
        ),
        (
            SERVICE
            + "a0: &a0 {a: x, b: x}\n"
            + "".join(
                f"a{level}: &a{level} {{a: *a{level - 1}, b: *a{level - 1}, c: *a{level - 1}}}\n"
                for level in range(1, 40)
            ),
            "the aliases of the document repeat too many values",
        ),
    ],
    ids=["bracket", "no value", "tab", "lists", "mappings", "dashes", "control", "alias", "list bomb", "mapping bomb"],
)
def test_a_broken_document_is_one_problem_with_a_place(text: str, message: str) -> None:
    (part,) = manifest(text).parts
    assert part.problem is not None
    assert part.problem.message == message
    assert part.problem.help
    assert part.resources == ()
    assert part.problem.span.start >= text.index("ports") - 12


def test_a_broken_document_that_names_no_api_version_says_nothing() -> None:
    assert manifest(SERVICE.replace("apiVersion", "version") + "  a: [b\n").parts == ()


def test_merges_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{number}: x" for number in range(50)) + "}"]
    lines += [f"a{level}: &a{level} {{b: {{<<: *a{level - 1}}}, c: *a{level - 1}}}" for level in range(1, 40)]
    (part,) = manifest(SERVICE + "\n".join(lines)).parts
    assert part.problem is not None
    assert part.problem.kind == "limit"


HOSTILE = {
    "line breaks": "\r\n" * 200_000,
    "comments": "# a\r\n" * 100_000,
    "spaces": " " * 1_000_000,
    "tabs": "\t" * 1_000_000,
    "separators": "---\n" * 100_000,
    "separators and comments": "---\r\n# a\r\n" * 50_000,
    "directives": "%a\r\n" * 100_000,
    "brackets": "[" * 1_000_000,
    "braces": "{" * 1_000_000,
    "dollars": "${" * 500_000,
    "quotes": "'" * 1_000_001,
    "double quotes": '"' * 1_000_001,
    "backslashes": '"' + "\\" * 1_000_001,
    "colons": "a:" * 500_000,
    "colons in brackets": "[" + "a:b, " * 100_000,
    "escaped quotes": '"' + "\\'" * 300_000,
    "kinds": "kind " * 200_000,
    "kinds with colons": "kind: " * 200_000,
    "kinds apart": ("kind" + " " * 1_000) * 500,
    "anchors": "&a " * 300_000,
    "tags": "! " * 300_000,
    "aliases": "*a " * 300_000,
    "dashes": "- " * 500_000,
    "closing and opening": "}\n{" * 200_000,
    "JSON seams": '{"a": 1}\n' * 20_000,
    "surrogates": '{"' + "\\ud83d" * 100_000,
    "angles": "<a" * 300_000,
    "percents": "{%" * 300_000,
    "underscores": "__A" * 300_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("head", ["", "apiVersion: v1\nkind: Service\nspec: "], ids=["alone", "in a Service"])
def test_hostile_text_ends(text: str, head: str) -> None:
    # Whatever is said of it: reading takes time in proportion to the text. If not, this test does not end.
    for part in manifest(head + text).parts:
        assert part.problem is not None or part.skipped is not None or part.resources


def written(folder: Path, name: str, data: bytes) -> str:
    """The path of a new file."""
    path = folder / name
    path.write_bytes(data)
    return str(path)


UNREADABLE = [
    ("NUL", SERVICE.encode() + b"\0", "the file is binary: it holds a NUL byte"),
    ("Latin-1", SERVICE.encode() + "# é".encode("latin-1"), "the file is not UTF-8 text"),
    ("UTF-16, odd", b"\xff\xfe" + SERVICE.encode("utf-16-le") + b"\n", "the file is not UTF-16-LE text"),
    ("program", b"\x7fELF\x02\x01\x01\0apiVersion kind", "the file is binary: it holds a NUL byte"),
    ("large", SERVICE.encode() + b"#" * SIZE_LIMIT, "the file is larger than 16 MiB"),
]


@pytest.mark.parametrize(("data", "message"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_a_file_that_cannot_be_read_is_one_finding(tmp_path: Path, data: bytes, message: str) -> None:
    for name in ("a.yaml", "b.yml", "c.json", "d"):
        found = read(written(tmp_path, name, data), wants("Service"))
        assert found.unreadable is not None
        assert (found.unreadable.kind, found.unreadable.message) == ("unreadable", message)
        assert found.unreadable.help
        assert found.says_something
        assert found.parts == ()


def test_a_file_that_says_nothing_of_kubernetes_says_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "image.json", b"\x89PNG\0\0")
    assert not read(path, wants("Service")).says_something
    assert read(path, wants("Service"), is_named=True).says_something
    assert read(written(tmp_path, "image.yaml", b"\x89PNG\0\0"), wants("Service")).says_something
    for text in ("", "# a\n", "a: b\n", "- a\n", "a: [\n", "{{ a }}\n", "plain text\n"):
        assert not read(written(tmp_path, "file.yaml", text.encode()), wants("Service")).says_something, text


def test_a_huge_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(SERVICE.encode())
    os.truncate(path, 100 * 1024 * 1024)
    from kubelint import manifest as module

    sizes: list[int] = []
    unwatched = module.read_bytes

    def watched(path: str) -> tuple[bytes, bool]:
        data, is_whole = unwatched(path)
        sizes.append(len(data))
        return data, is_whole

    monkeypatch.setattr(module, "read_bytes", watched)
    found = read(str(path), wants("Service"))
    assert found.unreadable is not None
    assert found.unreadable.message == "the file is larger than 16 MiB"
    assert sizes == [1024 * 1024]


def test_a_file_that_is_not_there_or_no_file_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        found = read(str(path), wants("Service"), is_named=True)
        assert found.unreadable is not None
        assert found.unreadable.message.startswith("the file cannot be read: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_every_encoding_that_the_server_reads(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "a.yaml", SERVICE.replace("orders", "'örders😀'").encode(encoding))
    found = read(path, wants("Service"))
    assert names(found) == [("Service", "örders😀")]
    assert found.source.text.startswith("apiVersion")


TEMPLATES = [
    ("Helm", '{{ include "a" . }}\n' + SERVICE, True, "helm template"),
    ("Helm, harmless to YAML", SERVICE.replace("orders", '"{{ .Release.Name }}"'), True, "helm template"),
    ("Helm, whole lines", "{{- if .Values.a }}\n" + SERVICE + "{{- end }}\n", True, "helm template"),
    ("Go", "{{- if .a }}\n" + SERVICE + "{{- end }}\n", False, "go template"),
    ("Go in a value", SERVICE.replace("orders", "{{ .Name }}"), False, "go template"),
    ("Jinja", "{% if a %}\n" + SERVICE + "{% endif %}\n", False, "jinja template"),
    ("ERB", SERVICE + "<% if a %>\n  b: c\n", False, "template"),
    ("placeholder that breaks", SERVICE.replace("orders", "@NAME@"), False, "placeholder `@NAME@`"),
    ("placeholder beside", SERVICE.replace("orders", "a: ${NAME}"), False, "placeholder `${NAME}`"),
]


@pytest.mark.parametrize(
    ("text", "in_chart", "why"), [case[1:] for case in TEMPLATES], ids=[case[0] for case in TEMPLATES]
)
def test_a_template_is_skipped_with_the_reason(text: str, in_chart: bool, why: str) -> None:
    (part,) = manifest(text, in_chart=in_chart).parts
    assert part.skipped == why
    assert part.problem is None
    assert part.resources == ()


def test_a_template_outside_of_a_chart_that_is_yaml_is_read() -> None:
    found = manifest(SERVICE.replace("orders", '"{{ name }}"'))
    assert names(found) == [("Service", "{{ name }}")]
    (service,) = found.resources
    assert placeholder_of(service) is not None


def test_a_fault_of_its_own_beside_a_placeholder_elsewhere_is_told() -> None:
    (part,) = manifest(SERVICE.replace("orders", "${NAME}") + "  a: [\n").parts
    assert part.skipped is None
    assert part.problem is not None


PLACEHOLDERS = ["${NAME}", "$(NAME)", "$NAME", "{{ name }}", "{name}", "<name>", "@NAME@", "((name))", "[[ name ]]"]


@pytest.mark.parametrize("placeholder", [*PLACEHOLDERS, "%NAME%", "__NAME__", "a-${NAME}-b", "${NAME:-orders}"])
@pytest.mark.parametrize(
    "place",
    [
        "{metadata: {name: PLACE}}",
        "{metadata: {name: a, namespace: PLACE}}",
        "{metadata: {name: a, labels: {app: PLACE}}}",
        "{metadata: {name: a, labels: {PLACE: app}}}",
        "{metadata: {name: a}, spec: {selector: {app: PLACE}}}",
        "{metadata: {name: a}, spec: {ports: [{port: PLACE}]}}",
        "{metadata: {name: a}, spec: {type: PLACE}}",
    ],
)
def test_a_placeholder_in_what_a_service_is_known_by_is_found(place: str, placeholder: str) -> None:
    text = "{apiVersion: v1, kind: Service, " + place[1:].replace("PLACE", f"'{placeholder}'")
    (service,) = manifest(text).resources
    found = placeholder_of(service)
    assert found is not None
    assert placeholder in (found.step, getattr(found, "value", None))


@pytest.mark.parametrize(
    "text",
    [
        SERVICE,
        SERVICE.replace("  name: orders", "  name: orders\n  annotations: {a: '${TAG}'}"),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'a:${TAG}'}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, args: [$(HOST)]}]}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
        "spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{image: '{{ image }}'}]}}}\n",
    ],
)
def test_a_placeholder_elsewhere_is_no_reason_to_skip(text: str) -> None:
    (resource,) = manifest(text, "Service", "Pod", "Deployment").resources
    assert placeholder_of(resource) is None


def test_a_placeholder_in_a_pod_template_s_labels_is_found() -> None:
    template = "{metadata: {labels: {app: '${APP}'}}}"
    texts = (
        "{apiVersion: apps/v1, kind: Deployment, spec: {template: " + template + "}}",
        "{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: " + template + "}}}}",
    )
    for text in texts:
        (resource,) = manifest(text, "Deployment", "CronJob").resources
        assert placeholder_of(resource) is not None


def test_a_document_that_cannot_be_read_may_hold_the_pods_that_it_names() -> None:
    def verdict(kind: str) -> bool:
        (part,) = manifest(SERVICE.replace("Service", kind) + "  a: [\n", kind).parts
        return may_hold(part.kinds, PODS, lambda kind: kind == "Certificate")

    assert verdict("Deployment")
    assert verdict("Database")
    assert not verdict("Service")
    assert not verdict("Certificate")
    (part,) = manifest("apiVersion: v1\nkind: ${KIND}\na: [\n").parts
    assert may_hold(part.kinds, PODS, lambda kind: True)
