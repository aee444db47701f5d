"""Policies of one's own: the ready-made ones, where findings point, what is said of policies that are wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kubelint.page import Example
from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Outcome, Request, run
from kubelint.testing import differences

TESTS = Path(__file__).parent
READY_MADE = TESTS.parent / "examples" / "policies"
MANIFESTS = TESTS / "policies"


@pytest.mark.parametrize("name", sorted(path.stem for path in READY_MADE.glob("*.yaml")))
def test_ready_made_policies_flag_and_accept(name: str) -> None:
    manifest, policies = MANIFESTS / f"{name}.yaml", READY_MADE / f"{name}.yaml"
    overrides: dict[str, object] = {"select": ("policy",)}
    request = Request(str(MANIFESTS), (str(manifest),), isolated=True, policies=(str(policies),), overrides=overrides)
    report = run(request, ()).report
    report.root = str(MANIFESTS)
    example = Example(name, 1, {f"{name}.yaml": manifest.read_text()})
    assert differences(example, report) == []
    assert report.findings


class Tree:
    """A folder to lint, with a configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lint(self, config: str = "", *policies: str, **files: str) -> Outcome:
        """Lint files (`a` is a.yaml) by policies alone."""
        (self.folder / ".kubelint.yaml").write_text(config)
        for name, text in files.items():
            (self.folder / f"{name}.yaml").write_text(text)
        overrides: dict[str, object] = {}
        if "select" not in config:
            overrides["select"] = ("policy",)
        paths = tuple(str(self.folder / f"{name}.yaml") for name in files if not name.startswith("policy"))
        request = Request(str(self.folder), paths, policies=policies, overrides=overrides)
        return run(request, load_rules(plugin_manager()))

    def said(self, outcome: Outcome) -> list[str]:
        """The findings: file, line, column, severity, message, rule."""
        found = []
        for one in outcome.report.findings:
            line, column = one.span.begin
            name = Path(one.span.source.path).name
            found.append(f"{name}:{line}:{column}: {one.severity}: {one.message} [{one.rule}]")
        return found

    def flaws(self, outcome: Outcome) -> list[str]:
        """What is wrong with policies: file, line, column, message."""
        return [
            ":".join((Path(fault.path).name, *map(str, fault.position or ("internal",)), f" {fault.message}"))
            for fault in outcome.report.faults
        ]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  labels: {tier: front}
spec:
  type: NodePort
  ports:
    - name: http
      port: 80
    - name: admin
      port: 9000
"""


def policy(expression: str, *, more: str = "", match: str = "") -> str:
    """A configuration with one policy, `p`."""
    expression = f"'{expression}'" if expression in ("true", "false") else expression
    return f"policies:\n  - id: p\n    expression: {expression}\n    message: 'no'\n{match}{more}"


class TestAPolicyIsARule:
    def test_it_is_reported(self, tree: Tree) -> None:
        outcome = tree.lint(policy("object.spec.type != 'NodePort'"), a=SERVICE)
        assert tree.said(outcome) == ["a.yaml:8:9: error: no [policy/p]"]
        assert outcome.exit_code == 1

    @pytest.mark.parametrize(
        "more",
        [
            "select: [api]\n",
            "select: [policy]\nignore: [policy/p]\n",
            "select: [policy/p]\nper-file-ignores: {a.yaml: [policy]}\n",
        ],
    )
    def test_it_is_left_out_like_any_other(self, tree: Tree, more: str) -> None:
        assert tree.said(tree.lint(policy("false", more=more), a=SERVICE)) == []

    def test_its_severity_is_the_users(self, tree: Tree) -> None:
        config = policy("false", more="severity: {policy/p: note}\n")
        assert tree.said(tree.lint(config, a=SERVICE)) == ["a.yaml:4:9: note: no [policy/p]"]

    def test_a_comment_silences_it(self, tree: Tree) -> None:
        text = SERVICE.replace("NodePort", "NodePort # kubelint: ignore[policy/p] soon")
        outcome = tree.lint(policy("object.spec.type != 'NodePort'", more="select: [policy, lint]\n"), a=text)
        assert tree.said(outcome) == []
        assert [one.justification for one in outcome.report.suppressed] == ["soon"]

    def test_a_suppression_of_no_use_is_found(self, tree: Tree) -> None:
        text = SERVICE.replace("NodePort", "NodePort # kubelint: ignore[policy/p]")
        outcome = tree.lint(policy("true", more="select: [policy, lint]\n"), a=text)
        assert [one.rule for one in outcome.report.findings] == ["unused-suppression"]

    def test_a_suppression_of_a_policy_that_is_not_there_is_found(self, tree: Tree) -> None:
        text = SERVICE.replace("NodePort", "NodePort # kubelint: ignore[policy/q]")
        outcome = tree.lint(policy("true", more="select: [policy, lint]\n"), a=text)
        assert [one.message for one in outcome.report.findings] == ["there is no rule `policy/q`"]


class TestWhatItJudges:
    @pytest.mark.parametrize(
        ("match", "is_judged"),
        [
            ("kinds: [Service]", True),
            ("kinds: [Deployment]", False),
            ("namespaces: [shop]", True),
            ("namespaces: ['prod-*', 'sho?']", True),
            ("namespaces: [blog]", False),
            ("labels: {tier: front}", True),
            ("labels: {tier: '*'}", True),
            ("labels: {tier: back}", False),
            ("labels: {team: '*'}", False),
            ("paths: [a.yaml]", True),
            ("paths: [k8s/]", False),
            ("kinds: [Service], namespaces: [shop], labels: {tier: back}", False),
        ],
    )
    def test_match(self, tree: Tree, match: str, is_judged: bool) -> None:
        config = policy("false", match=f"    match: {{{match}}}\n")
        assert bool(tree.said(tree.lint(config, a=SERVICE))) is is_judged

    @pytest.mark.parametrize(
        ("kind", "expression", "is_found"),
        [
            ("NetworkPolicy", "object.spec.podSelector.size() > 0", False),
            ("projectcalico.org/NetworkPolicy", "object.spec.order > 100", True),
            ("crd.projectcalico.org/NetworkPolicy", "object.spec.order > 100", False),
        ],
    )
    def test_a_kind_of_another_group(self, tree: Tree, kind: str, expression: str, is_found: bool) -> None:
        calico = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {order: 5}\n"
        outcome = tree.lint(policy(expression, match=f"    match: {{kinds: [{kind}]}}\n"), a=calico)
        assert tree.flaws(outcome) == []
        assert bool(tree.said(outcome)) is is_found

    def test_a_service_of_another_group_has_no_exposure(self, tree: Tree) -> None:
        knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {template: {}}\n"
        outcome = tree.lint(policy("exposure.level != 'internet'"), a=knative)
        assert (tree.flaws(outcome), tree.said(outcome)) == ([], [])

    def test_an_unknown_namespace_may_be_the_one(self, tree: Tree) -> None:
        config = policy("false", match="    match: {namespaces: [shop]}\n")
        outcome = tree.lint(config, a=SERVICE.replace("  namespace: shop\n", ""))
        assert tree.said(outcome) == []
        assert [one.why for one in outcome.report.undecided] == ["the policy depends on the namespace"]


class TestWhereItPoints:
    @pytest.mark.parametrize(
        ("expression", "place"),
        [
            ("object.spec.type != 'NodePort'", "8:9"),
            ("has(object.metadata.labels.team)", "6:3"),
            ("has(object.metadata.annotations)", "4:9"),
            ("object.spec.ports.all(p, p.port < 1024)", "13:13"),
            ("object.spec.ports.all(p, has(p.appProtocol))", "10:7"),
            ("size(object.spec.ports) == 1", "9:3"),
            ("object.spec.ports.exists(p, p.name == 'metrics')", "9:3"),
            ("exposure.level == 'none'", "8:9"),
            ("false", "4:9"),
        ],
    )
    def test_the_deepest_field_that_is_read_and_there(self, tree: Tree, expression: str, place: str) -> None:
        assert tree.said(tree.lint(policy(expression), a=SERVICE)) == [f"a.yaml:{place}: error: no [policy/p]"]

    @pytest.mark.parametrize(
        ("at", "place"),
        [
            ("spec.type", "8:9"),
            ("object.spec.type", "8:9"),
            ("spec.ports[1].port", "13:13"),
            ("spec.ports[7].port", "9:3"),
            ("metadata.labels[tier]", "6:18"),
            ("'spec.ports[' + string(size(object.spec.ports) - 1) + '].name'", "12:13"),
            ("status.conditions", "4:9"),
        ],
    )
    def test_where_it_is_told_to(self, tree: Tree, at: str, place: str) -> None:
        config = policy("false", more=f'    at: "{at}"\n')
        assert tree.said(tree.lint(config, a=SERVICE)) == [f"a.yaml:{place}: error: no [policy/p]"]

    @pytest.mark.parametrize("at", ["metadata.labels.example.com/tier", "metadata.labels['example.com/tier']"])
    def test_keys_hold_dots(self, tree: Tree, at: str) -> None:
        service = SERVICE.replace("tier: front", "example.com/tier: front")
        config = policy("false", more=f'    at: "{at}"\n')
        assert tree.said(tree.lint(config, a=service)) == ["a.yaml:6:30: error: no [policy/p]"]


PUBLIC = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: [192.0.2.0/24]
  ports:
    - name: http
      port: 80
    - name: admin
      port: 9000
"""


class TestWhichPartFails:
    @pytest.mark.parametrize(
        ("expression", "place"),
        [
            ("exposure.level == 'none' && object.spec.?loadBalancerSourceRanges.orValue([]).all(r, r != 'x')", "7:9"),
            ("object.spec.type != 'LoadBalancer' && object.spec.ports.all(p, p.port > 1)", "7:9"),
            ("object.spec.ports.all(p, p.port > 1) && object.spec.type != 'LoadBalancer'", "7:9"),
            ("object.spec.type == 'NodePort' || object.spec.ports.all(p, p.port < 1000)", "13:13"),
            ("!(object.spec.type == 'LoadBalancer' && object.spec.ports[0].port == 80)", "11:13"),
            ("!(object.spec.type == 'LoadBalancer' || object.spec.ports[0].port == 8080)", "7:9"),
            ("object.spec.ports[0].port == 80 ? object.spec.type == 'x' : object.spec.ports[1].port == 1", "11:13"),
            ("object.spec.ports.size() > 1 ? object.metadata.name == 'x' : object.spec.ports[1].port == 1", "4:9"),
            ("object.spec.ports.size() > 0 && object.spec.ports.all(p, p.port < 1000)", "13:13"),
            ("!object.spec.ports.exists(p, p.port > 1000) && object.spec.type != 'x'", "13:13"),
            (
                "object.metadata.name == 'web' && object.metadata.namespace == 'x' && object.spec.ports[0].port > 1",
                "5:14",
            ),
        ],
    )
    def test_it_points_there(self, tree: Tree, expression: str, place: str) -> None:
        outcome = tree.lint(policy(f'"{expression}"'), a=PUBLIC)
        assert tree.flaws(outcome) == []
        assert tree.said(outcome) == [f"a.yaml:{place}: error: no [policy/p]"]

    @pytest.mark.parametrize(
        ("variables", "expression", "place"),
        [
            ({"ps": "object.spec.ports"}, "variables.ps.all(p, p.port < 1000)", "13:13"),
            ({"s": "object.spec", "ps": "variables.s.ports"}, "variables.ps.all(p, p.port < 1000)", "13:13"),
            ({"ps": "object.spec.ports"}, "variables.ps.all(p, has(p.appProtocol))", "10:7"),
            ({"t": "object.spec.type"}, "variables.t == 'ClusterIP'", "7:9"),
            (
                {"a": "object.spec.type != 'LoadBalancer'", "b": "object.spec.ports.all(p, p.port > 1)"},
                "variables.a && variables.b",
                "7:9",
            ),
        ],
    )
    def test_it_points_there_through_variables(
        self, tree: Tree, variables: dict[str, str], expression: str, place: str
    ) -> None:
        listed = "".join(f'      {name}: "{text}"\n' for name, text in variables.items())
        outcome = tree.lint(policy(f'"{expression}"', more=f"    variables:\n{listed}"), a=PUBLIC)
        assert tree.flaws(outcome) == []
        assert tree.said(outcome) == [f"a.yaml:{place}: error: no [policy/p]"]


class TestWhatItKnows:
    @pytest.mark.parametrize(
        "expression",
        [
            "exposure.level == 'node' && exposure.opensNodePorts && exposure.isExternal",
            "exposure.paths.exists(path, path.via == 'node-port')",
            "services.size() == 2 && services.exists(s, s.metadata.name == 'api')",
            "pods.size() == 1 && pods[0].metadata.labels.app == 'web' && pods[0].owner.kind == 'Deployment'",
            "request.operation == 'CREATE' && request.namespace == 'shop'",
            "namespaceObject.metadata.labels.stage == 'prod'",
            "oldObject == null",
        ],
    )
    def test_variables(self, tree: Tree, expression: str) -> None:
        deployment = (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n"
            "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
            "    spec: {containers: [{name: web, image: example.com/web:1}]}\n"
        )
        namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {stage: prod}}\n"
        match = "    match: {labels: {tier: front}}\n"
        api = SERVICE.replace("web", "api").replace("front", "back")
        outcome = tree.lint(
            policy(f'"!({expression})"', match=match), a=SERVICE, b="---\n".join((deployment, namespace, api))
        )
        assert tree.flaws(outcome) == []
        assert [one.split(":")[0] for one in tree.said(outcome)] == ["a.yaml"]

    @pytest.mark.parametrize("name", ["pods", "services"])
    def test_what_may_be_out_of_sight_cannot_be_told(self, tree: Tree, name: str) -> None:
        hidden = "apiVersion: shop.example.com/v1\nkind: Shop\nmetadata: {name: web}\n"
        outcome = tree.lint(policy(f"{name}.size() == 7"), a=SERVICE, b=hidden)
        assert tree.said(outcome) == []
        assert len(outcome.report.undecided) == 1

    @pytest.mark.parametrize(
        ("expression", "what"),
        [
            ("namespaceObject.metadata.name == 'shop'", "the namespace"),
            ("namespaceObject.metadata.labels.tier == 'front'", "the namespace"),
            ("authorizer.path('/healthz').check('get').allowed()", "what the cluster's authorizer says"),
            ("request.userInfo.username == 'me'", "who creates the object, and how"),
        ],
    )
    def test_what_only_a_cluster_knows_is_named(self, tree: Tree, expression: str, what: str) -> None:
        outcome = tree.lint(policy(f'"{expression}"'), a=SERVICE.replace("  namespace: shop\n", ""))
        assert [one.why for one in outcome.report.undecided] == [f"the policy depends on {what}"]

    def test_params_and_variables(self, tree: Tree) -> None:
        variables = "    variables:\n      count: size(object.spec.ports)\n      more: variables.count + 1\n"
        more = f"    params: {{most: 1}}\n{variables}"
        config = policy("variables.more <= params.most", more=more)
        assert tree.said(tree.lint(config, a=SERVICE)) == ["a.yaml:9:3: error: no [policy/p]"]

    def test_a_message_is_an_expression_too(self, tree: Tree) -> None:
        config = "policies:\n  - {id: p, expression: 'false', messageExpression: \"'not ' + object.metadata.name\"}\n"
        assert tree.said(tree.lint(config, a=SERVICE)) == ["a.yaml:4:9: error: not web [policy/p]"]

    @pytest.mark.parametrize(
        ("expression", "flaw"),
        [
            (
                "'port ' + object.spec.ports[0].port",
                ".kubelint.yaml:4:33: the expression has no value: no such overload, of Service web; "
                "`+` has nothing for string and int: write `string(…)`",
            ),
            (
                "'x' + object.metadata.labels.nope",
                ".kubelint.yaml:4:54: the expression has no value: no such key: nope, of Service web; "
                "ask `has(….nope)` first, or write `.?nope` and `.orValue(…)`",
            ),
        ],
    )
    def test_a_message_without_a_value_is_a_flaw(self, tree: Tree, expression: str, flaw: str) -> None:
        config = f"policies:\n  - id: p\n    expression: 'false'\n    messageExpression: \"{expression}\"\n"
        outcome = tree.lint(config, a=SERVICE)
        assert tree.said(outcome) == ["a.yaml:4:9: error: failed expression: false [policy/p]"]
        assert tree.flaws(outcome) == [flaw]
        assert outcome.exit_code == 2


class TestWhatIsWrongWithIt:
    @pytest.mark.parametrize(
        ("expression", "flaw"),
        [
            ("object.spec.type ==", ".kubelint.yaml:3:35: the expression is no CEL: Syntax error: mismatched input"),
            (
                "objekt.spec",
                ".kubelint.yaml:3:17: the expression does not type-check: undeclared reference to 'objekt'",
            ),
            ("true && foo(1)", ".kubelint.yaml:3:28: the expression uses what CEL does not have: undeclared reference"),
            ("1 + 1", ".kubelint.yaml:3:17: the expression does not type-check: must evaluate to bool but got int"),
            (
                "object.metadata.labels.nope == '1'",
                ".kubelint.yaml:3:40: the expression has no value: no such key: nope, of Service web; ask `has(",
            ),
            (
                ">-\n      true &&\n      foo(1)",
                ".kubelint.yaml:5:10: the expression uses what CEL does not have: undeclared reference to 'foo'",
            ),
            (
                '"\'\\"\' == foo"',
                ".kubelint.yaml:3:26: the expression does not type-check: undeclared reference to 'foo'",
            ),
            ("exposure.nope == 1", ".kubelint.yaml:3:25: the expression does not type-check: undefined field 'nope'"),
        ],
    )
    def test_cel_says_what_and_where(self, tree: Tree, expression: str, flaw: str) -> None:
        config = policy(expression, more="  - {id: other, expression: 'false', message: other}\n")
        outcome = tree.lint(config, a=SERVICE)
        assert [one[: len(flaw)] for one in tree.flaws(outcome)] == [flaw]
        assert tree.said(outcome) == ["a.yaml:4:9: error: other [policy/other]"]
        assert outcome.exit_code == 2

    @pytest.mark.parametrize(
        ("expression", "meant"),
        [
            ("objekt.spec.type == 'ClusterIP'", "object"),
            ("object.spec.ports.al(p, p.port > 1)", "all"),
            ("isIp('10.0.0.1')", "isIP"),
            ("exposure.levl == 'internet'", "level"),
        ],
    )
    def test_what_was_meant(self, tree: Tree, expression: str, meant: str) -> None:
        flaws = tree.flaws(tree.lint(policy(expression), a=SERVICE))
        assert [one.rpartition("; ")[2] for one in flaws] == [f"did you mean `{meant}`?"]

    @pytest.mark.parametrize(
        ("expression", "way_out"),
        [
            ("object.spec.type = 'x'", "write `==`"),
            ("object.spec.type === 'x'", "write `==`"),
            ("object.spec.type =~ 'x'", "write `.matches('…')`"),
            ("object.spec.type == 'x' and true", "write `&&`"),
            ("object.spec.type == 'x' or true", "write `||`"),
            ("object.spec.type == 'x' & true", "write `&&`"),
            ("not (object.spec.type == 'x')", "write `!`"),
            ("not has(object.spec.type)", "write `!`"),
            ("object.spec.type not in ['x']", "write `!(object.spec.type in …)`"),
            ("if (object.spec.type == 'x') true", "write `condition ? this : that`"),
            ("self.spec.type == 'x'", "the object is `object`"),
            ("spec.type == 'x'", "write `object.spec`"),
            ("metadata.name == 'x'", "write `object.metadata`"),
            ("name == 'x'", "write `object.metadata.name`"),
            ("namespace == 'x'", "write `object.metadata.namespace`"),
            ("ports.all(p, p.port > 1)", "write `object.spec.ports`"),
            ("has(object.metadata, 1)", "`has` takes another number of arguments"),
            ("len(object.spec.ports) > 1", "write `size(…)`"),
            ("object.spec.ports.any(p, p.port > 1)", "write `.exists(x, …)`"),
            ("object.spec.ports.contains(80)", "of a list write `… in list`"),
            ("object.spec.type in [ClusterIP, X]", "texts are quoted: `'ClusterIP'`"),
            ("object.spec.type != None", "write `null`"),
            ("object.metadata.annotations.example.com/owner == 'x'", "write `annotations['example.com/owner']`"),
            ("object.metadata.labels.app.kubernetes.io/name == 'x'", "write `labels['app.kubernetes.io/name']`"),
            ("object.metadata.?annotations[?'o'] != ''", "add `.orValue('')`"),
            ("has(object.metadata.labels['owner'])", "write `'owner' in object.metadata.labels`"),
            ("object.spec.type == variables.q", "no variable is declared above it"),
            ("object.spec.ports.length > 1", "a list has items, no fields: ask `.all(x, …)`, `.exists(x, …)`, `[0]`"),
            ("object.spec.ports[7].port > 1", "ask `size(…)` first"),
            ("int(object.spec.type) > 1", "the text is no number: ask `.matches('^[0-9]+$')` first"),
            (
                "object.metadata.name != 'a #b'",
                "YAML takes ` #` for the beginning of a comment: put the expression in quotes",
            ),
        ],
    )
    def test_the_way_out(self, tree: Tree, expression: str, way_out: str) -> None:
        (flaw,) = tree.flaws(tree.lint(policy(expression), a=SERVICE))
        assert flaw.rpartition("; ")[2] == way_out

    @pytest.mark.parametrize("expression", ["object.spec.type ==", "object.spec.type == 'and' &&", "(object.spec.type"])
    def test_no_way_out_is_made_up(self, tree: Tree, expression: str) -> None:
        (flaw,) = tree.flaws(tree.lint(policy(expression), a=SERVICE))
        assert "; " not in flaw

    @pytest.mark.parametrize(
        ("more", "expression", "flaw"),
        [
            (
                "params: {max: '3'}",
                "object.spec.ports.size() < params.max",
                "5:42: the expression has no value: no such overload, of Service web; "
                "`<` has nothing for int and string: write `int(…)` around the text",
            ),
            (
                "params: {max: 3}",
                "object.spec.ports.size() < params.y",
                "5:51: `params` has no `y`; known are `max`",
            ),
            (
                "params: {most: 3}",
                "object.spec.ports.size() < params.mst",
                "5:51: `params` has no `mst`; did you mean `most`?",
            ),
            (
                "variables: {max: '3'}",
                "object.spec.ports.size() < variables.q",
                "5:53: the expression does not type-check: undefined field 'q'; known above it are `max`",
            ),
            (
                "variables: {a: '1', b: variables.more, more: '1'}",
                "true || variables.b == 1",
                "4:37: the expression does not type-check: undefined field 'more'; known above it are `a`",
            ),
            (
                "variables: {a: object.metadata.labels.nope}",
                "variables.a == 'x'",
                "4:43: the expression has no value: no such key: nope, of Service web; "
                "ask `has(….nope)` first, or write `.?nope` and `.orValue(…)`",
            ),
        ],
    )
    def test_params_and_variables_that_are_wrong(self, tree: Tree, more: str, expression: str, flaw: str) -> None:
        config = f"policies:\n  - id: p\n    message: 'no'\n    {more}\n    expression: {expression}\n"
        assert tree.flaws(tree.lint(config, a=SERVICE)) == [f".kubelint.yaml:{flaw}"]

    @pytest.mark.parametrize("asked", ["has(params.y)", "params.?y.orValue(2) == 1", "'y' in params && params.y == 1"])
    def test_a_parameter_may_be_missing_where_it_is_asked_for(self, tree: Tree, asked: str) -> None:
        assert tree.flaws(tree.lint(policy(f'"true || ({asked})"', more="    params: {x: 1}\n"), a=SERVICE)) == []

    @pytest.mark.parametrize(
        ("variables", "expression"),
        [
            ("{h: \"'y' in params\", p: params}", "!variables.h || variables.p.y == 1"),
            ("{m: params.y}", "!has(params.y) || variables.m == 1"),
        ],
    )
    def test_wherever_a_policy_asks_for_it(self, tree: Tree, variables: str, expression: str) -> None:
        config = policy(f'"{expression}"', more=f"    variables: {variables}\n    params: {{x: 1}}\n")
        assert tree.flaws(tree.lint(config, a=SERVICE)) == []

    def test_a_variable_may_ask_for_a_parameter(self, tree: Tree) -> None:
        more = "    variables: {is_set: has(params.y)}\n"
        assert tree.flaws(tree.lint(policy('"!variables.is_set || params.y == 1"', more=more), a=SERVICE)) == []

    @pytest.mark.parametrize(
        ("expression", "flaw"),
        [
            ("object.spec.typ != 'NodePort'", "3:29: Service has no field `spec.typ`; did you mean `type`?"),
            (
                "'!has(object.spec.externalTraficPolicy)'",
                "3:35: Service has no field `spec.externalTraficPolicy`; did you mean `externalTrafficPolicy`?",
            ),
            ("object.spec.?typ.orValue('x') == 'x'", "3:30: Service has no field `spec.typ`; did you mean `type`?"),
            ("object.spec['typ'] == 'x'", "3:29: Service has no field `spec.typ`; did you mean `type`?"),
            ("object.type != 'NodePort'", "3:24: Service has no field `type`; did you mean `spec.type`?"),
            (
                "object.spec.ports.all(p, p.prot != 'UDP')",
                "3:44: Service has no field `spec.ports[*].prot`; did you mean `protocol`?",
            ),
            ("object.spec.ports[0].nope == 1", "3:38: Service has no field `spec.ports[0].nope`"),
            (
                "object.metadata.label.size() == 0",
                "3:33: Service has no field `metadata.label`; did you mean `labels`?",
            ),
        ],
    )
    def test_a_field_that_its_kind_does_not_have(self, tree: Tree, expression: str, flaw: str) -> None:
        outcome = tree.lint(policy(expression), a=SERVICE)
        assert tree.flaws(outcome) == [f".kubelint.yaml:{flaw}"]
        assert outcome.exit_code == 2

    def test_a_field_that_a_variable_leads_to(self, tree: Tree) -> None:
        config = policy("variables.ps.all(p, p.prt > 1)", more="    variables: {ps: object.spec.ports}\n")
        assert tree.flaws(tree.lint(config, a=SERVICE)) == [
            ".kubelint.yaml:3:39: Service has no field `spec.ports[*].prt`; did you mean `port`?"
        ]

    @pytest.mark.parametrize(
        ("kinds", "expression"),
        [
            ("[Service]", "object.metadata.labels['any.thing'] == 'x' && object.spec.selector.any == 'x'"),
            ("[Service]", "has(object.status.loadBalancer.ingress) && has(object.metadata.managedFields)"),
            ("[Service]", "object.apiVersion == 'v1' && object.kind == 'x'"),
            ("[Service, Deployment]", "object.spec.replicas == 1 && object.spec.type == 'x'"),
            ("[Service, Gateway]", "object.spec.gatewayClassName == 'x'"),
            ("[HTTPRoute]", "object.spec.nope == 'x'"),
        ],
    )
    def test_a_field_that_a_kind_has_or_may_have(self, tree: Tree, kinds: str, expression: str) -> None:
        config = policy(f'"true || {expression}"', match=f"    match: {{kinds: {kinds}}}\n")
        assert tree.flaws(tree.lint(config, a=SERVICE)) == []

    def test_several_kinds_do_not_have_it(self, tree: Tree) -> None:
        config = policy("object.spec.nope == 1", match="    match: {kinds: [Service, Deployment]}\n")
        assert tree.flaws(tree.lint(config, a=SERVICE)) == [
            ".kubelint.yaml:3:29: neither Service nor Deployment has a field `spec.nope`"
        ]

    @pytest.mark.parametrize(
        ("at", "flaw"),
        [
            (".spec.type", "`.spec.type` is no path of a field; write `spec.type`"),
            ("$.spec.ports[*].port", "`$.spec.ports[*].port` is no path of a field; write `spec.ports[0].port`"),
            ("/spec/type", "`/spec/type` is no path of a field; write `spec.type`"),
            ("/spec/ports/0/port", "`/spec/ports/0/port` is no path of a field; write `spec.ports[0].port`"),
            ("spec.ports[*].port", "`spec.ports[*].port` names no item; write `[0]`, or leave `at` out: "),
            ("''", "`at` is empty: write the path of a field, such as `spec.type`, or leave it out"),
            ("spec.typ", "Service has no field `spec.typ`; did you mean `type`?"),
            ("\"'spec/' + object.spec.type\"", "`at` gives `spec/NodePort`, which is no path of a field"),
            ("\"object.spec.ports[0].port + 'x'\"", "the expression has no value: no such overload, of Service web"),
        ],
    )
    def test_where_it_points_to_nothing(self, tree: Tree, at: str, flaw: str) -> None:
        outcome = tree.lint(policy("false", more=f"    at: {at}\n"), a=SERVICE)
        (found,) = tree.flaws(outcome)
        assert found.startswith(".kubelint.yaml:5:")
        assert found.partition(": ")[2].startswith(flaw)
        assert outcome.exit_code == 2

    def test_other_kinds_have_no_exposure(self, tree: Tree) -> None:
        pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
        pod += "spec: {containers: [{name: web, image: example.com/web:1}]}\n"
        config = policy("exposure.level != 'internet'", more="    match: {kinds: [Service, Pod]}\n")
        (flaw,) = tree.flaws(tree.lint(config, a=SERVICE, b=pod))
        assert flaw.endswith(
            "; only Services have an `exposure`: write `kinds: [Service]`, or ask `exposure != null` first"
        )

    def test_what_costs_too_much(self, tree: Tree) -> None:
        numbers = "[" + ", ".join(map(str, range(200))) + "]"
        config = policy(f'"{numbers}.all(a, {numbers}.all(b, {numbers}.all(c, a + b + c >= 0)))"')
        flaws = tree.flaws(tree.lint(config, a=SERVICE))
        assert len(flaws) == 1
        assert "the expression costs more than an API server allows" in flaws[0]

    def test_one_flaw_is_said_once(self, tree: Tree) -> None:
        outcome = tree.lint(
            policy("object.metadata.labels.nope == '1'"), a=f"{SERVICE}---\n{SERVICE.replace('web', 'api')}", b=SERVICE
        )
        assert len(tree.flaws(outcome)) == 1

    @pytest.mark.parametrize(
        ("config", "message"),
        [
            ("policies:\n  - id: p\n", "the policy `p` needs an `expression`"),
            ("policies:\n  - expression: 'true'\n", "a policy needs an `id`"),
            ("policies:\n  - {id: P, expression: 'true'}\n", "`P` in `policies.id` is no id of a policy"),
            (
                "policies:\n  - {id: p, expresion: 'true'}\n",
                "unknown key of `policies`: `expresion`; did you mean `expression`?",
            ),
            ("policies:\n  - {id: p, expression: 'true', message: a, messageExpression: b}\n", "keep one"),
        ],
    )
    def test_what_is_no_policy_leaves_the_others(self, tree: Tree, config: str, message: str) -> None:
        outcome = tree.lint(f"{config}  - {{id: other, expression: 'false', message: other}}\n", a=SERVICE)
        assert len(tree.flaws(outcome)) == 1
        assert message in tree.flaws(outcome)[0]
        assert tree.flaws(outcome)[0].startswith(".kubelint.yaml:2:")
        assert tree.said(outcome) == ["a.yaml:4:9: error: other [policy/other]"]
        assert outcome.exit_code == 2

    def test_what_is_no_policy_can_be_named(self, tree: Tree) -> None:
        config = "policies:\n  - {id: p, expresion: 'true'}\nignore: [policy/p]\nseverity: {policy/p: note}\n"
        assert len(tree.flaws(tree.lint(config, a=SERVICE))) == 1

    def test_what_is_wrong_beside_policies_is_an_error_of_the_configuration(self, tree: Tree) -> None:
        from kubelint.settings import ConfigError

        with pytest.raises(ConfigError, match=r"\.kubelint\.yaml:2:10: error: unknown rule or category `policy/q`"):
            tree.lint("policies: [p.yaml]\nignore: [policy/q]\n", a=SERVICE)


VALIDATING = """\
apiVersion: admissionregistration.k8s.io/{version}
kind: ValidatingAdmissionPolicy
metadata: {{name: no-node-ports}}
spec:
  matchConstraints:
    resourceRules:
      - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}}
  validations:
    - expression: object.spec.type != 'NodePort'
      message: no node ports
"""


def test_a_validating_policy_without_a_value_is_named(tree: Tree) -> None:
    expression = "object.metadata.labels.nope != 'x'"
    text = VALIDATING.format(version="v1").replace("object.spec.type != 'NodePort'", expression)
    (tree.folder / "p.yaml").write_text(text)
    (found,) = tree.lint("policies: [p.yaml]\n", a=SERVICE).report.findings
    assert found.message == f"expression '{expression}' resulted in error: no such key: nope"
    assert found.reason == "Invalid"
    (related,) = found.related
    assert (Path(related.span.source.path).name, *related.span.begin) == ("p.yaml", 9, 42)
    assert related.message == (
        "the expression has no value: no such key: nope; ask `has(….nope)` first, or write `.?nope` and `.orValue(…)`"
    )


def test_a_validating_policy_that_costs_too_much_is_named(tree: Tree) -> None:
    numbers = "[" + ", ".join(map(str, range(200))) + "]"
    costly = f'"{numbers}.all(a, {numbers}.all(b, {numbers}.all(c, a + b + c >= 0)))"'
    text = VALIDATING.format(version="v1").replace("object.spec.type != 'NodePort'", costly)
    (tree.folder / "p.yaml").write_text(text)
    (found,) = tree.lint("policies: [p.yaml]\n", a=SERVICE).report.findings
    (related,) = found.related
    assert (Path(related.span.source.path).name, *related.span.begin) == ("p.yaml", 9, 20)
    assert related.message.startswith("the expression costs more than an API server allows")


class TestFiles:
    def test_a_file_that_is_named_twice_is_read_once(self, tree: Tree) -> None:
        (tree.folder / "policies").mkdir()
        (tree.folder / "policies" / "p.yaml").write_text(policy("false"))
        outcome = tree.lint("policies: [policies, policies/p.yaml]\n", str(tree.folder / "policies"), a=SERVICE)
        assert tree.flaws(outcome) == []
        assert len(tree.said(outcome)) == 1

    def test_several_files_in_one_configuration(self, tree: Tree) -> None:
        (tree.folder / "p.yaml").write_text(VALIDATING.format(version="v1"))
        (tree.folder / "q.yaml").write_text(policy("false"))
        outcome = tree.lint("policies:\n  - p.yaml\n  - q.yaml\n  - {id: r, expression: 'true'}\n", a=SERVICE)
        assert [one.rpartition(" ")[2] for one in tree.said(outcome)] == ["[policy/p]", "[policy/no-node-ports]"]

    @pytest.mark.parametrize(
        ("text", "flaw"),
        [
            (VALIDATING.format(version="v1alpha1"), "p.yaml:1:13: ValidatingAdmissionPolicy is read as"),
            (
                VALIDATING.format(version="v1").replace("message:", "mesage:"),
                "p.yaml:10:7: Validation has no field `mesage`; write `message`",
            ),
            (
                VALIDATING.format(version="v1").replace("'NodePort'", "'NodePort"),
                "p.yaml:9:39: the expression is no CEL",
            ),
            ("policies:\n  - {id: p, expresion: 'true'}\n", "p.yaml:2:13: unknown key"),
            (
                policy("false", match="    match: {kinds: [ConfigMap]}\n"),
                "p.yaml:5:21: kubelint reads no objects of the kind `ConfigMap`; it reads",
            ),
            ("policies: [\n", "p.yaml:1:12: "),
            (policy("false") + "  - {id: p, expression: 'true'}\n", "p.yaml:5:10: there is a policy `p` already, at"),
        ],
    )
    def test_what_is_wrong_in_a_file(self, tree: Tree, text: str, flaw: str) -> None:
        (tree.folder / "p.yaml").write_text(text)
        outcome = tree.lint("policies: [p.yaml]\n", a=SERVICE)
        assert [one[: len(flaw)] for one in tree.flaws(outcome)] == [flaw]
        assert outcome.exit_code == 2

    def test_a_file_that_is_not_there(self, tree: Tree) -> None:
        outcome = tree.lint("policies:\n  - nope.yaml\n", a=SERVICE)
        assert tree.flaws(outcome) == [".kubelint.yaml:2:5: there is no file or folder nope.yaml"]


def test_the_manual_holds(tree: Tree) -> None:
    manual = (TESTS.parent / "docs" / "policies.md").read_text()
    config = manual.partition("```yaml\n")[2].partition("```")[0]
    (tree.folder / "policies" / "cluster").mkdir(parents=True)
    (tree.folder / "policies" / "ours.yaml").write_text(policy("true"))
    of_the_cluster = VALIDATING.format(version="v1").replace("'NodePort'", "'ExternalName'")
    (tree.folder / "policies" / "cluster" / "a.yaml").write_text(of_the_cluster.replace("name: no-node", "name: no"))
    node_port = SERVICE.replace("shop", "prod-shop")
    public = SERVICE.replace("NodePort", "LoadBalancer")
    owned = public.replace("labels: {tier: front}", "annotations: {owner: shop}")
    outcome = tree.lint(config, a=node_port, b=public, c=owned)
    assert tree.flaws(outcome) == []
    assert tree.said(outcome) == [
        "a.yaml:8:9: error: node ports are not for production [policy/no-node-ports]",
        "b.yaml:8:9: warning: a Service on the internet names its owner [policy/public-services-have-owners]",
    ]


def test_what_has_no_policies_knows_no_cel(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SERVICE)
    text = "import sys; from kubelint.run import *; run(Request('.', ('.',)), ()); print('kubelint.cel' in sys.modules)"
    command = (sys.executable, "-c", text.replace("'.'", repr(str(tmp_path))))
    assert subprocess.run(command, capture_output=True, text=True, timeout=60).stdout == "False\n"


def test_an_object_that_the_server_refuses_comes_before_no_policy(tree: Tree) -> None:
    outcome = tree.lint(policy("object.spec.ports[0].port > 1"), a=SERVICE.replace("port: 80", "port: 80000"))
    assert tree.said(outcome) == []
    assert [one.why for one in outcome.report.undecided] == [
        "the API server refuses the object before it asks any policy"
    ]


class TestCommands:
    def ran(self, *arguments: str) -> str:
        command = (sys.executable, "-m", "kubelint", *arguments)
        return subprocess.run(command, cwd=MANIFESTS, capture_output=True, text=True, timeout=60).stdout

    def test_policies_are_listed(self) -> None:
        listed = self.ran("rules", "--policy", str(READY_MADE / "external-ips.yaml"))
        assert "policy/\n  policy/external-ips" in listed

    def test_policies_are_explained(self) -> None:
        page = self.ran("explain", "policy/external-ips", "--policy", str(READY_MADE))
        assert page.startswith("policy/external-ips (policy, error)\nthe external IP is not one of ours.\n")
        assert "isIP(address)" in page

    def test_standard_input_is_judged_by_them(self, tree: Tree) -> None:
        (tree.folder / ".kubelint.yaml").write_text(policy("false", more="select: [policy]\n"))
        request = Request(str(tree.folder), ("-",), standard_input=SERVICE.encode())
        assert [one.rule for one in run(request, ()).report.findings] == ["policy/p"]


def test_what_nobody_knows_of_a_list_takes_back_no_denial(tree: Tree) -> None:
    config = """\
policies:
  - {id: one, match: {kinds: [Pod]}, expression: "object.spec.volumes.all(v, has(v.emptyDir)) && false", message: first}
  - {id: two, match: {kinds: [Pod]}, expression: "object.kind != 'Pod'", message: second}
"""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\nspec: {containers: [{name: a, image: b}]}\n"
    report = tree.lint(config, pod=pod).report
    assert [finding.message for finding in report.findings if finding.category == "policy"] == ["first", "second"]
