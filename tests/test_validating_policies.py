"""ValidatingAdmissionPolicies in files: how policies, bindings and parameters come together, and what is wrong there.

What objects and the server say of each other `test_policy_conformance.py` holds against recordings.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Outcome, Request, run

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  ports:
    - port: 80
"""
POLICY = """\
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
BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec:
  policyName: no-node-ports
  validationActions: [Warn]
"""
WITH_PARAMS = POLICY.replace("spec:\n", "spec:\n  paramKind: {apiVersion: v1, kind: ConfigMap}\n").replace(
    "object.spec.type != 'NodePort'", "object.spec.type in params.data.types.split(',')"
)
WITH_REFERENCE = BINDING + "  paramRef: {name: types, parameterNotFoundAction: Deny}\n"
FOUND = ["7:9: warning: no node ports"]


def config_map(metadata: str, data: str = "types: ClusterIP") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: types{metadata}}}\ndata: {{{data}}}\n"


class Judge:
    """Lints one Service under the policies of one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lint(self, *documents: str, service: str = SERVICE, **overrides: object) -> Outcome:
        (self.folder / "a.yaml").write_text(service)
        (self.folder / "p.yaml").write_text("---\n".join(documents))
        request = Request(
            str(self.folder),
            ("a.yaml",),
            isolated=True,
            policies=("p.yaml",),
            overrides={"select": ("policy",), **overrides},
        )
        return run(request, load_rules(plugin_manager()))


def said(outcome: Outcome) -> list[str]:
    """The findings: line, column, severity, message."""
    return [
        f"{one.span.begin.line}:{one.span.begin.column}: {one.severity}: {one.message}"
        for one in outcome.report.findings
    ]


def flaws(outcome: Outcome) -> list[str]:
    """What is wrong with policies: line, column, message."""
    return [
        ":".join((*map(str, fault.position or ("nowhere",)), f" {fault.message}")) for fault in outcome.report.faults
    ]


def undecided(outcome: Outcome) -> list[str]:
    return [one.why for one in outcome.report.undecided]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


class TestBindings:
    def test_a_binding_decides(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY, BINDING)
        assert (said(outcome), flaws(outcome)) == (FOUND, [])

    @pytest.mark.parametrize("version", ["v1", "v1beta1"])
    def test_a_policy_that_none_names_is_judged_as_if_one_denied(self, judge: Judge, version: str) -> None:
        assert said(judge.lint(POLICY.replace("/v1", f"/{version}"))) == ["7:9: error: no node ports"]

    @pytest.mark.parametrize(
        ("actions", "severity"), [("Deny", "error"), ("Warn, Audit", "warning"), ("Audit", "note")]
    )
    def test_it_says_how_bad_it_is(self, judge: Judge, actions: str, severity: str) -> None:
        assert said(judge.lint(POLICY, BINDING.replace("Warn", actions))) == [f"7:9: {severity}: no node ports"]

    def test_two_that_deny_say_it_once(self, judge: Judge) -> None:
        denying = BINDING.replace("Warn", "Deny")
        outcome = judge.lint(POLICY, denying, denying.replace("everywhere", "again"))
        assert (said(outcome), flaws(outcome)) == (["7:9: error: no node ports"], [])

    def test_a_slip_in_its_name_judges_nothing(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY, BINDING.replace("policyName: no-node-ports", "policyName: no-node-port"))
        assert said(outcome) == []
        assert flaws(outcome) == [
            "16:15: no file of policies has the ValidatingAdmissionPolicy `no-node-port`; did you mean `no-node-ports`?"
        ]
        assert outcome.exit_code == 2

    def test_a_policy_of_elsewhere_is_missed_and_no_other_is_meant(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY, BINDING.replace("policyName: no-node-ports", "policyName: vendor.example.com"))
        assert said(outcome) == ["7:9: error: no node ports"]
        assert flaws(outcome) == [
            "16:15: no file of policies has the ValidatingAdmissionPolicy `vendor.example.com`; "
            "name the file that has it, too"
        ]

    def test_one_that_is_flawed_is_no_reason_to_deny(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY, BINDING.replace("[Warn]", "[Warn, Deny]"))
        assert said(outcome) == []
        assert flaws(outcome) == [
            '17:22: spec.validationActions: Invalid value: ["Warn","Deny"]: must not contain both Deny and Warn '
            "(repeating the same validation failure information in the API response and headers serves no purpose)"
        ]

    def test_the_sound_ones_count(self, judge: Judge) -> None:
        flawed = BINDING.replace("[Warn]", "[Warn, Deny]").replace("everywhere", "flawed")
        outcome = judge.lint(POLICY, flawed, BINDING)
        assert said(outcome) == FOUND
        assert len(flaws(outcome)) == 1

    def test_two_of_a_name(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY, BINDING, BINDING.replace("Warn", "Deny"))
        assert said(outcome) == FOUND
        path = judge.folder / "p.yaml"
        assert flaws(outcome) == [
            f"21:18: there is a ValidatingAdmissionPolicyBinding `everywhere` already, at {path}:14; rename one"
        ]

    @pytest.mark.parametrize("policy", ["v1", "v1beta1"])
    @pytest.mark.parametrize("binding", ["v1", "v1beta1"])
    def test_versions_mix(self, judge: Judge, policy: str, binding: str) -> None:
        outcome = judge.lint(POLICY.replace("/v1", f"/{policy}"), BINDING.replace("/v1", f"/{binding}"))
        assert (said(outcome), flaws(outcome)) == (FOUND, [])


class TestAuditAnnotations:
    ANNOTATED = POLICY.partition("  validations:")[0] + "  auditAnnotations: [{key: seen, valueExpression: VALUE}]\n"

    def lint(self, judge: Judge, value: str) -> Outcome:
        return judge.lint(self.ANNOTATED.replace("VALUE", value), BINDING)

    @pytest.mark.parametrize("value", ["\"'seen'\"", '"null"', "string(object.spec.type)"])
    def test_they_deny_nothing(self, judge: Judge, value: str) -> None:
        outcome = self.lint(judge, value)
        assert (said(outcome), flaws(outcome), outcome.exit_code) == ([], [], 0)

    def test_without_a_value_they_deny_whatever_the_binding_says(self, judge: Judge) -> None:
        outcome = self.lint(judge, "string(object.spec.nope)")
        message = "expression 'string(object.spec.nope)' resulted in error: no such key: nope"
        assert [one.partition(": ")[2] for one in said(outcome)] == [f"error: {message}"]

    @pytest.mark.parametrize(("value", "type"), [('"1"', "int"), ("object.spec.type", "dyn")])
    def test_they_are_texts(self, judge: Judge, value: str, type: str) -> None:
        words = f"the expression does not type-check: must evaluate to one of [string null_type] but got {type}"
        assert [one.partition(": ")[2] for one in flaws(self.lint(judge, value))] == [words]


class TestParameters:
    def test_of_the_namespace_of_the_object(self, judge: Judge) -> None:
        here, there = config_map(", namespace: shop"), config_map(", namespace: blog", "types: NodePort")
        assert said(judge.lint(WITH_PARAMS, WITH_REFERENCE, there, here)) == FOUND
        assert said(judge.lint(WITH_PARAMS, WITH_REFERENCE, here.replace("ClusterIP", "NodePort"), there)) == []

    def test_that_no_binding_means_may_be_anything(self, judge: Judge) -> None:
        other = config_map(", namespace: shop").replace("name: types", "name: other")
        wrong = other.partition("data:")[0] + "data: {a: 8}\n"
        outcome = judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(", namespace: shop"), wrong, wrong)
        assert (said(outcome), outcome.report.faults) == (FOUND, [])

    def test_that_are_not_there(self, judge: Judge) -> None:
        outcome = judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(", namespace: blog"))
        assert said(outcome) == []
        assert undecided(outcome) == [
            "the policy depends on the ConfigMap types, which is not among the files of the policies"
        ]

    def test_in_a_namespace_that_nobody_knows(self, judge: Judge) -> None:
        outcome = judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(""))
        assert said(outcome) == []
        assert undecided(outcome) == [
            "the policy depends on the namespace of the ConfigMap types, which its file does not say"
        ]

    def test_in_the_namespace_of_the_configuration(self, judge: Judge) -> None:
        assert said(judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(""), namespace="shop")) == FOUND
        elsewhere = judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(""), namespace="blog")
        assert (said(elsewhere), len(undecided(elsewhere))) == ([], 1)

    def test_of_an_object_in_a_namespace_that_nobody_knows(self, judge: Judge) -> None:
        service = SERVICE.replace("  namespace: shop\n", "")
        outcome = judge.lint(WITH_PARAMS, WITH_REFERENCE, config_map(", namespace: shop"), service=service)
        assert said(outcome) == []
        assert undecided(outcome) == ["the policy depends on the namespace"]

    def test_selected_ones_in_a_namespace_that_nobody_knows(self, judge: Judge) -> None:
        binding = WITH_REFERENCE.replace("name: types", "selector: {}")
        outcome = judge.lint(WITH_PARAMS, binding, config_map(", namespace: shop", "types: NodePort"), config_map(""))
        assert said(outcome) == []
        assert len(undecided(outcome)) == 1

    def test_that_are_no_texts(self, judge: Judge) -> None:
        other = WITH_PARAMS.replace("no-node-ports", "other")
        data = config_map(", namespace: shop", "types: 443")
        outcome = judge.lint(WITH_PARAMS, other, WITH_REFERENCE, data)
        assert said(outcome) == []
        assert flaws(outcome) == ['36:15: the number 443 stands where a string is due; quote it: "443"']

    def test_two_of_a_name(self, judge: Judge) -> None:
        first, second = config_map(", namespace: shop"), config_map(", namespace: shop", "types: NodePort")
        outcome = judge.lint(WITH_PARAMS, WITH_REFERENCE, first, second)
        assert said(outcome) == FOUND
        assert [one.partition(", at")[0] for one in flaws(outcome)] == ["28:18: there is a ConfigMap `types` already"]

    @pytest.mark.parametrize(("key", "held"), [("on", "true"), ("yes", "true"), ("off", "false"), ("1", "1")])
    def test_keys_are_texts(self, judge: Judge, key: str, held: str) -> None:
        policy = WITH_PARAMS.replace("params.data.types.split(',')", f"[params.data['{held}']]")
        outcome = judge.lint(policy, WITH_REFERENCE, config_map(", namespace: shop", f"{key}: ClusterIP"))
        assert (said(outcome), flaws(outcome)) == (FOUND, [])

    CUSTOM = POLICY.replace("spec:\n", "spec:\n  paramKind: {apiVersion: shop.example.com/v1, kind: Limit}\n").replace(
        "object.spec.type != 'NodePort'", "object.spec.type == params.type"
    )
    LIMIT = "apiVersion: shop.example.com/v1\nkind: Limit\nmetadata: {name: types}\ntype: ClusterIP\n"
    DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: limits.shop.example.com}
spec: {group: shop.example.com, scope: SCOPE, names: {kind: Limit, plural: limits}}
"""

    def test_of_a_custom_kind_without_namespaces(self, judge: Judge) -> None:
        definition = self.DEFINITION.replace("SCOPE", "Cluster")
        assert said(judge.lint(self.CUSTOM, WITH_REFERENCE, self.LIMIT, definition)) == FOUND

    @pytest.mark.parametrize("more", [(), (DEFINITION.replace("SCOPE", "Namespaced"),)])
    def test_of_a_custom_kind_that_may_have_namespaces(self, judge: Judge, more: tuple[str, ...]) -> None:
        outcome = judge.lint(self.CUSTOM, WITH_REFERENCE, self.LIMIT, *more)
        assert said(outcome) == []
        assert len(undecided(outcome)) == 1

    def test_a_kind_without_namespaces_has_none(self, judge: Judge) -> None:
        binding = WITH_REFERENCE.replace("{name: types", "{name: types, namespace: shop")
        outcome = judge.lint(self.CUSTOM, binding, self.LIMIT, self.DEFINITION.replace("SCOPE", "Cluster"))
        assert said(outcome) == []
        assert flaws(outcome) == ["19:38: paramRef.namespace must not be provided for a cluster-scoped `paramKind`"]


class TestFlaws:
    @pytest.mark.parametrize(
        ("old", "new", "flaw"),
        [
            (
                "validations:",
                "failurePolicy: Sometimes\n  validations:",
                '8:18: spec.failurePolicy: Unsupported value: "Sometimes": supported values: "Fail", "Ignore"',
            ),
            (
                "message: no node ports",
                "message: no",
                '10:16: the boolean no stands where a string is due; quote it: "no"',
            ),
            (
                "message: no node ports",
                "reason: Nonsense",
                '10:15: spec.validations[0].reason: Unsupported value: "Nonsense": '
                'supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
            ),
            (
                "operations: [CREATE]",
                "operations: [Create]",
                '7:59: spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "Create": '
                'supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
            ),
            (
                "resourceRules:",
                "resourcRules:",
                "6:5: MatchResources has no field `resourcRules`; write `resourceRules`",
            ),
            (
                "matchConstraints:",
                "matchConditions: [{name: a, expression: 'true'}, {name: a, expression: 'true'}]\n  matchConstraints:",
                '5:59: spec.matchConditions[1].name: Duplicate value: "a"',
            ),
        ],
    )
    def test_the_place_is_exact(self, judge: Judge, old: str, new: str, flaw: str) -> None:
        outcome = judge.lint(POLICY.replace(old, new, 1), BINDING)
        assert (said(outcome), flaws(outcome), outcome.exit_code) == ([], [flaw], 2)

    def test_a_flawed_document_leaves_the_others(self, judge: Judge) -> None:
        flawed = POLICY.replace("no-node-ports", "flawed").replace("message:", "mesage:")
        outcome = judge.lint(flawed, POLICY, BINDING, BINDING.replace("everywhere", "b").replace("[Warn]", "[]"))
        assert said(outcome) == FOUND
        assert len(flaws(outcome)) == 2

    def test_a_policy_has_a_name(self, judge: Judge) -> None:
        outcome = judge.lint(POLICY.replace("{name:", "{generateName:"))
        assert flaws(outcome) == ["2:7: a ValidatingAdmissionPolicy is known here by its metadata.name"]

    def test_a_flawed_policy_can_be_named(self, judge: Judge) -> None:
        flawed = POLICY.replace("message:", "mesage:")
        assert len(flaws(judge.lint(flawed, ignore=("policy/no-node-ports",)))) == 1

    @pytest.mark.parametrize("wrong", ["expresion: 'true'", "expression: 'true', match: {kinds: [ConfigMap]}"])
    def test_a_bad_policy_of_ones_own_can_be_named(self, judge: Judge, wrong: str) -> None:
        outcome = judge.lint(f"policies:\n  - {{id: a, {wrong}}}\n", ignore=("policy/a",))
        assert len(flaws(outcome)) == 1

    def test_a_bad_policy_of_ones_own_leaves_the_others(self, judge: Judge) -> None:
        file = "policies:\n  - {id: a, expresion: 'true'}\n  - {id: b, expression: 'false', message: not so}\n"
        outcome = judge.lint(file)
        assert said(outcome) == ["4:9: error: not so"]
        assert [one.partition(";")[0] for one in flaws(outcome)] == ["2:13: unknown key of `policies`: `expresion`"]
        assert outcome.exit_code == 2


class TestExplain:
    def explain(self, folder: Path, text: str, rule: str) -> subprocess.CompletedProcess[str]:
        (folder / "p.yaml").write_text(text)
        command = (sys.executable, "-m", "kubelint", "explain", rule, "--policy", "p.yaml")
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)

    @pytest.mark.parametrize(
        ("old", "new", "flaw"),
        [
            ("!=", "!!", "p.yaml:9:36: error: the expression is no CEL: "),
            ("message:", "mesage:", "p.yaml:10:7: error: Validation has no field `mesage`; write `message`"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_page(self, tmp_path: Path, old: str, new: str, flaw: str) -> None:
        ran = self.explain(tmp_path, POLICY.replace(old, new), "policy/no-node-ports")
        assert ran.stderr.startswith(flaw)
        assert "no node ports" in ran.stdout
        assert ran.returncode == 2

    def test_what_is_right_is_explained(self, tmp_path: Path) -> None:
        ran = self.explain(tmp_path, POLICY, "policy/no-node-ports")
        assert (ran.stderr, ran.returncode) == ("", 0)
