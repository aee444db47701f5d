"""Files and entries that policies are read from: what holds none, what was meant, and where that is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Request, run
from kubelint.settings import ConfigError

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: NodePort, ports: [{port: 80}]}
"""
VALIDATING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-node-ports}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}
  validations:
    - expression: object.spec.type != 'NodePort'
      message: no node ports
"""
WITH_PARAMS = VALIDATING.replace("spec:\n", "spec:\n  paramKind: {apiVersion: v1, kind: ConfigMap}\n", 1)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: types, namespace: shop}\n"
OTHER = "  - {id: other, expression: 'false', message: not so}\n"
OWN = f"policies:\n{OTHER}"
NONE = "there is no policy in it; read are `policies:`, ValidatingAdmissionPolicies and their bindings"
ITEM = "- id: p\n  expression: 'true'\n"


class Folder:
    """A folder with a Service, a configuration and files of policies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []

    def flaws(self, files: Mapping[str, str], *policies: str, ignore: tuple[str, ...] = ()) -> list[str]:
        """What is wrong with policies: file, line, column, message. `said` are then the messages of the findings."""
        for name, text in {"k/a.yaml": SERVICE, **files}.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)
        overrides: dict[str, object] = {"select": ("policy",), "ignore": ignore}
        request = Request(str(self.path), ("k",), policies=policies, overrides=overrides)
        report = run(request, load_rules(plugin_manager())).report
        self.said = [finding.message for finding in report.findings]
        faults = [(fault.path, *(fault.position or (0, 0)), fault.message) for fault in report.faults]
        return [
            f"{Path(path).relative_to(self.path)}:{line}:{column}: {message}" for path, line, column, message in faults
        ]

    def refused(self, config: str) -> list[str]:
        """What is wrong with a configuration that no run can follow: line, column, message."""
        with pytest.raises(ConfigError) as caught:
            self.flaws({".kubelint.yaml": config})
        return [message.removeprefix(f"{self.path}/.kubelint.yaml:") for message in caught.value.messages]

    def kubelint(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "kubelint", *arguments)
        return subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class TestWithoutPolicies:
    @pytest.mark.parametrize(
        ("text", "flaw"),
        [
            ("", f"1:1: {NONE}"),
            ("# nothing\n", f"1:1: {NONE}"),
            ("hello\n", "1:1: the document is a text; read are `policies:`, "),
            (ITEM, "1:3: the document is a list; put it below the key `policies:`"),
            (
                "id: p\nexpression: 'true'\n",
                "1:1: the document is a policy by itself; make it an item of a list below `policies:`",
            ),
            ("policy:\n- id: p\n  expression: 'true'\n", "1:1: unknown key `policy`; did you mean `policies`?"),
            ("polcies: []\n", "1:1: unknown key `polcies`; did you mean `policies`?"),
            ("spec: {a: b}\n", "1:1: the document holds no policy; read are"),
            (
                VALIDATING.replace("gAdmission", "gAdmision"),
                "2:7: there is no kind `ValidatingAdmisionPolicy`; did you mean `ValidatingAdmissionPolicy`?",
            ),
            (
                VALIDATING.replace("Validating", "Mutating"),
                "1:1: there is no policy in it, only MutatingAdmissionPolicy; read are",
            ),
            (
                "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\n",
                "1:1: there is no policy in it, only ClusterPolicy; read are",
            ),
            (CONFIG_MAP, "1:1: there is no policy in it, only ConfigMap; read are"),
            (VALIDATING.partition("\n")[2], "1:7: a ValidatingAdmissionPolicy needs an apiVersion; write `admission"),
            (VALIDATING.replace(".k8s.io", ""), "1:13: ValidatingAdmissionPolicy is read as admissionregistration.k8s"),
            (f"{VALIDATING}      message: other\n", "11:7: the key `message` is given twice; remove one"),
            (f"{VALIDATING}---\n{ITEM}", "12:3: the document is a list; "),
        ],
    )
    @pytest.mark.parametrize("is_configured", [True, False])
    def test_a_file(self, folder: Folder, text: str, flaw: str, is_configured: bool) -> None:
        config = {".kubelint.yaml": "policies: [p.yaml]\n"} if is_configured else {}
        flaws = folder.flaws({**config, "p.yaml": text}, *(() if is_configured else ("p.yaml",)))
        assert [one[: len(flaw) + 7] for one in flaws] == [f"p.yaml:{flaw}"]

    @pytest.mark.parametrize("text", [ITEM, "id: p\nexpression: 'true'\n", f"policy:\n{ITEM}"])
    def test_what_was_meant_as_a_policy_can_be_named(self, folder: Folder, text: str) -> None:
        assert len(folder.flaws({"p.yaml": text}, "p.yaml", ignore=("policy/p",))) == 1

    @pytest.mark.parametrize(
        "files", [{"p/README.md": "policies"}, {"p/kustomization.yaml": "resources: []\n", "p/a.yaml": "a: 1\n"}]
    )
    def test_a_folder(self, folder: Folder, files: dict[str, str]) -> None:
        assert folder.flaws(files, "p") == [f"p:1:1: {NONE}"]
        assert folder.flaws({**files, ".kubelint.yaml": "policies: [p]\n"}) == [f".kubelint.yaml:1:12: {NONE}"]

    @pytest.mark.parametrize(
        "own", [OWN, VALIDATING, f"policies:\n{ITEM}".replace("\n", "\n  ").rstrip(), "policies: []"]
    )
    def test_a_folder_holds_other_files_too(self, folder: Folder, own: str) -> None:
        others = {"p/patch.yaml": "- {op: add, path: /a, value: b}\n", "p/values.yaml": "policy: {a: b}\n"}
        mutating = {"p/b/mutating.yaml": VALIDATING.replace("Validating", "Mutating")}
        template = "{{- if .Values.web }}\nkind: Service\n{{- end }}\n"
        foreign = {"p/chart.yaml": template, "p/chart-values.yaml": "policies: {a: 1}\n", "p/broken.yaml": "a: [1\n"}
        assert folder.flaws({**others, **foreign, **mutating, "p/own.yaml": own}, "p") == []

    def test_a_template_is_to_be_rendered_first(self, folder: Folder) -> None:
        files = {"p/own.yaml": OWN, "p/chart.yaml": f"{{{{- if .Values.web }}}}\n{VALIDATING}{{{{- end }}}}\n"}
        assert folder.flaws(files, "p") == ["p/chart.yaml:1:1: the file is a template; render it first"]

    def test_what_looks_like_policies_is_not_passed_over_in_a_folder(self, folder: Folder) -> None:
        assert folder.flaws({"p/a.yaml": VALIDATING, "p/b.yaml": ITEM}, "p") == [
            "p/b.yaml:1:3: the document is a list; put it below the key `policies:`"
        ]

    def test_a_configuration_is_no_file_of_policies(self, folder: Folder) -> None:
        files = {".kubelint.yaml": "policies: [.]\nignore: []\n", "p/pyproject.toml": "", "p/own.yaml": OWN}
        assert folder.flaws(files) == []
        assert folder.flaws({"p/own.yaml": ""}) == [
            ".kubelint.yaml:1:12: there is no policy in it, only Service; "
            "read are `policies:`, ValidatingAdmissionPolicies and their bindings"
        ]

    def test_parameters_are_of_use(self, folder: Folder) -> None:
        files = {"p.yaml": WITH_PARAMS, "params.yaml": CONFIG_MAP, "other.yaml": CONFIG_MAP.replace("Config", "Konfig")}
        assert folder.flaws(files, "p.yaml", "params.yaml") == []
        assert [one[:9] for one in folder.flaws(files, "p.yaml", "other.yaml")] == ["other.yam"]

    def test_patterns(self, folder: Folder) -> None:
        files = {
            "p/a.yaml": OWN,
            "p/b.yaml": VALIDATING,
            "p/kustomization.yaml": "resources: [b.yaml]\n",
            ".kubelint.yaml": "policies: [p/*.yaml, q/*.yaml]\n",
        }
        assert folder.flaws(files) == [".kubelint.yaml:1:22: there is no file or folder q/*.yaml"]
        assert sorted(folder.said) == ["no node ports", "not so"]


class TestEntries:
    """What is wrong with an entry leaves the others."""

    @pytest.mark.parametrize(
        ("key", "flaw"),
        [
            ("variables: {n: '1'}", "4:17: the key `n` means false; quote it"),
            ("params: {on: 1, y: [2]}", "4:21: the key `y` means true; quote it"),
            ("params: {a: [{off: 1}]}", "4:19: the key `off` means false; quote it"),
            ("params: {a: 1, a: 2}", "4:20: the key `a` is given twice; remove one"),
            (
                "variables: [{name: a, expression: '1'}]",
                "4:16: `policies.variables` takes a map, not a list; write `a: …` for `- name: a`",
            ),
            ("message: !x", "4:14: `!x` is a tag of YAML here, and no part of the value; quote the whole value"),
            ("at: ! spec", "4:9: `!` is a tag of YAML here, "),
            (
                "match: {kinds: [Deployments]}",
                "4:21: unknown kind `Deployments` in `policies.match.kinds`; did you mean `Deployment`?",
            ),
            (
                "match: {kinds: [Service, Servce]}",
                "4:30: unknown kind `Servce` in `policies.match.kinds`; did you mean",
            ),
            ("match: {kinds: [Pods]}", "4:21: unknown kind `Pods` in `policies.match.kinds`; did you mean `Pod`?"),
            (
                "match: {kinds: [service]}",
                "4:21: unknown kind `service` in `policies.match.kinds`; did you mean `Servic",
            ),
            ("match: {kinds: [a-b]}", "4:21: `a-b` in `policies.match.kinds` is no kind; write it as in the manifests"),
            ("match: {kinds: []}", "4:20: `policies.match.kinds` is empty, "),
            (
                "match: {kinds: [Service, ConfigMap, Secret]}",
                "4:30: kubelint reads no objects of the kinds `ConfigMap` and `Secret`; it reads Services, workloads, ",
            ),
        ],
    )
    @pytest.mark.parametrize("file", [".kubelint.yaml", "p.yaml"])
    def test_a_flaw(self, folder: Folder, key: str, flaw: str, file: str) -> None:
        text = f"policies:\n  - id: p\n    expression: 'false'\n    {key}\n{OTHER}"
        flaws = folder.flaws({file: text}, *(("p.yaml",) if file == "p.yaml" else ()), ignore=("policy/p",))
        assert [one[: len(file) + 1 + len(flaw)] for one in flaws] == [f"{file}:{flaw}"]
        assert folder.said == ["not so"]

    @pytest.mark.parametrize("key", ["params: {'on': 1, \"y\": 2, true: 3}", "match: {kinds: [Rollout, Certificate]}"])
    def test_no_flaw(self, folder: Folder, key: str) -> None:
        text = f"policies:\n  - id: p\n    expression: 'true'\n    {key}\n{OTHER}"
        assert folder.flaws({".kubelint.yaml": text}) == []

    @pytest.mark.parametrize(
        ("expression", "tag"),
        [
            ("!has(object.spec.externalIPs)", "!has(object.spec.externalIPs)"),
            ("!has(object.spec.a) || true", "!has(object.spec.a)"),
            ("!has(object.spec.a) && true", "!has(object.spec.a)"),
            ("!(object.spec.type in ['NodePort'])", "!(object.spec.type"),
        ],
    )
    def test_a_negation_is_a_tag(self, folder: Folder, expression: str, tag: str) -> None:
        flaws = folder.flaws({"p.yaml": f"policies:\n- id: p\n  expression: {expression}\n"}, "p.yaml")
        words = "is a tag of YAML here, and no part of the value; quote the whole value"
        assert flaws == [f"p.yaml:3:15: `{tag}` {words}"]

    def test_a_negation_is_a_tag_for_the_server_too(self, folder: Folder) -> None:
        text = VALIDATING.replace("object.spec.type != 'NodePort'", "!has(object.spec.externalIPs)")
        (flaw,) = folder.flaws({"p.yaml": text}, "p.yaml")
        assert "Required value: expression is not specified; `!has(object.spec.externalIPs)` is a tag" in flaw

    @pytest.mark.parametrize(
        ("policies", "flaw"),
        [
            (
                "{id: p, expression: 'true'}",
                "1:11: `policies` takes a list, not a map; make it an item of a list, as `[{…}]` is one",
            ),
            ("p.yaml", "1:11: `policies` takes a list, not the text `p.yaml`; write `[p.yaml]`"),
            ("", "1:1: `policies` takes a list, not an empty value; give it one, or remove the key"),
        ],
    )
    def test_no_list(self, folder: Folder, policies: str, flaw: str) -> None:
        files = {".kubelint.yaml": f"policies: {policies}\n", "q.yaml": OWN}
        ignore = ("policy/p",) if "id: p" in policies else ()
        assert folder.flaws(files, "q.yaml", ignore=ignore) == [f".kubelint.yaml:{flaw}"]
        assert folder.said == ["not so"]

    @pytest.mark.parametrize("merging", ["{<<: *p, id: q}", "{id: q, <<: *p}"])
    @pytest.mark.parametrize("file", [".kubelint.yaml", "p.yaml"])
    def test_a_key_stands_for_a_merged_one(self, folder: Folder, merging: str, file: str) -> None:
        text = f"policies:\n  - &p {{id: p, expression: 'false', message: '1'}}\n  - {merging}\n"
        assert folder.flaws({file: text}, *(("p.yaml",) if file == "p.yaml" else ()), ignore=("policy/p",)) == []
        assert folder.said == ["1"]

    def test_two_of_an_id(self, folder: Folder) -> None:
        (flaw,) = folder.flaws({".kubelint.yaml": f"{OWN}{OTHER}"})
        assert flaw.endswith("/.kubelint.yaml:2; rename one")

    @pytest.mark.parametrize(
        ("word", "way_out"),
        [
            ("other", "did you mean `policy/other`?"),
            ("policy/othr", "did you mean `policy/other`?"),
            ("policy/nonsense", "`kubelint rules` lists them"),
            ("policy/exposed-databse", "did you mean `exposed-database`?"),
            ("exposed-databse", "did you mean `exposed-database`?"),
        ],
    )
    def test_what_was_meant(self, folder: Folder, word: str, way_out: str) -> None:
        (message,) = folder.refused(f"{OWN}  - {{id: nonce, expression: 'true'}}\nignore: [{word}]\n")
        assert message == f"4:10: error: unknown rule or category `{word}` in `ignore`; {way_out}"


class TestCommands:
    def test_paths_are_relative_to_the_current_folder(self, folder: Folder) -> None:
        folder.flaws({".kubelint.yaml": f"{OWN}{OTHER}"})
        ran = folder.kubelint("lint", "--quiet", "k")
        assert "there is a policy `other` already, at .kubelint.yaml:2; rename one" in ran.stdout + ran.stderr
        (folder.path / ".kubelint.yaml").write_text("policies: []\nselct: []\n")
        assert folder.kubelint("lint", "k").stderr.startswith(".kubelint.yaml:2:1: error: unknown key `selct`;")

    def test_explain(self, folder: Folder) -> None:
        expression = " && ".join(f"object.metadata.name != 'a-long-name-{number}'" for number in range(5))
        folder.flaws(
            {
                ".kubelint.yaml": f"""\
policies:
  - id: own
    params: {{types: [NodePort, "no"], limit: 3}}
    expression: {expression}
    messageExpression: object.kind + ' is wrong'
    at: spec.type
  - id: flawed
    expresion: 'true'
    help: no
"""
            }
        )
        shown = folder.kubelint("explain", "policy/own").stdout
        assert shown.splitlines()[1:3] == [f"Demands {expression[:99]}…", ".kubelint.yaml:2"]
        for part in (
            expression,
            '    types: ["NodePort", "no"]\n    limit: 3\n',
            "object.kind + ' is wrong'",
            "    spec.type\n",
        ):
            assert part in shown
        assert (
            "\n    id: flawed\n    expresion: 'true'\n    help: no\n"
            in folder.kubelint("explain", "policy/flawed").stdout
        )
        assert max(map(len, folder.kubelint("rules").stdout.splitlines())) < 180

    @pytest.mark.parametrize(
        ("word", "meant"), [("own", "did you mean `policy/own`?"), ("policy/on", "did you mean `policy/own`?")]
    )
    def test_explain_what_was_meant(self, folder: Folder, word: str, meant: str) -> None:
        folder.flaws({".kubelint.yaml": "policies: [{id: own, expression: 'true'}]\n"})
        assert folder.kubelint("explain", word).stderr.endswith(f"{meant}\n")
