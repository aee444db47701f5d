"""The policies that README and manual show do what they say, and the ready-made ones hold in an application, too."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from kubelint.run import Request, run

ROOT = Path(__file__).parent.parent
FENCES = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MANUAL = (ROOT / "docs" / "policies.md").read_text()
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: LoadBalancer
  selector:
    app: web
  ports: [{port: 80}]
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: example.com/web:1}]}
"""
INTERNAL = SERVICE.replace(
    "  namespace: shop\n",
    "  namespace: shop\n  annotations: {networking.gke.io/load-balancer-type: Internal}\n",
)


def fence_with(words: str) -> str:
    """The example of the manual that holds these words."""
    return next(str(found[1]) for found in FENCES.finditer(MANUAL) if words in found[1])


def readme_config() -> str:
    """The policies of README, but for the folder that they name."""
    text = (ROOT / "README.md").read_text().partition("## State policies")[2]
    block = next(re.finditer(r"(?:^ {4}.*\n)+", text, re.MULTILINE))[0]
    return textwrap.dedent(block).partition("  - policies/")[0]


def said(folder: Path, config: str, *policies: str, **files: str) -> list[str]:
    """The findings of policies: file, line, message, rule."""
    (folder / ".kubelint.yaml").write_text(config)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    request = Request(str(folder), (str(folder),), policies=policies, overrides={"select": ("policy",)})
    outcome = run(request, ())
    assert outcome.report.faults == []
    assert outcome.report.undecided == []
    return [
        f"{Path(one.span.source.path).name}:{one.span.begin.line}: {one.message} [{one.rule}]"
        for one in outcome.report.findings
    ]


@pytest.mark.parametrize(
    ("ranges", "is_accepted"),
    [("", False), ("[10.1.0.0/16, ' 10.2.0.0/16 ']", True), ("[10.1.0.0/16, 192.168.0.0/16]", False)],
)
def test_load_balancers_of_the_readme(tmp_path: Path, ranges: str, is_accepted: bool) -> None:
    text = INTERNAL + (f"  loadBalancerSourceRanges: {ranges}\n" if ranges else "")
    found = said(tmp_path, readme_config(), a=text)
    assert [line.rpartition(": ")[2] for line in found] == (
        []
        if is_accepted
        else ["load balancers are internal, and take connections from 10.0.0.0/8 only [policy/internal-load-balancers]"]
    )


def test_other_policies_of_the_readme(tmp_path: Path) -> None:
    node_port = SERVICE.replace("LoadBalancer", "NodePort").replace("shop", "prod-shop")
    owned = SERVICE.replace("shop\n", "shop\n  annotations: {example.com/owner: shop}\n")
    config = f"{readme_config()}ignore: [policy/internal-load-balancers]\n"
    assert said(tmp_path, config, a=node_port, b=SERVICE, c=owned) == [
        "a.yaml:7: production has no Services of type NodePort [policy/no-node-ports]",
        "b.yaml:7: a Service on the internet names its owner [policy/public-services-have-owners]",
    ]


def test_pods_and_their_owners(tmp_path: Path) -> None:
    deployment = WORKLOAD.replace("StatefulSet", "Deployment").replace("  serviceName: web\n", "")
    stateless = deployment.replace("web", "site")
    site = SERVICE.replace("web", "site")
    config = fence_with("no-public-stateful-sets")
    assert said(tmp_path, config, a=SERVICE, b=WORKLOAD, c=site, d=stateless) == [
        "a.yaml:8: pods of a StatefulSet are not for the internet [policy/no-public-stateful-sets]"
    ]


def test_an_admission_policy_with_parameters(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    manifests = tmp_path / "manifests"
    for folder in (policies, manifests):
        folder.mkdir()
    (policies / "classes.yaml").write_text(fence_with("ValidatingAdmissionPolicyBinding"))
    allowed = f"{SERVICE}  loadBalancerClass: service.k8s.aws/nlb\n"
    other = f"{SERVICE}  loadBalancerClass: example.com/public\n"
    words = "load balancers have one of these classes: service.k8s.aws/nlb example.com/internal"
    assert said(manifests, "", str(policies), a=allowed, b=other, c=SERVICE) == [
        f"b.yaml:11: {words} [policy/load-balancer-classes]",
        f"c.yaml:7: {words} [policy/load-balancer-classes]",
    ]


def test_a_namespace_that_is_given_elsewhere(tmp_path: Path) -> None:
    policies = str(ROOT / "examples" / "policies" / "namespaces.yaml")
    (tmp_path / "kustomization.yaml").write_text("namespace: default\nresources: [a.yaml]\n")
    words = "nothing of ours belongs in the namespace default [policy/forbidden-namespaces]"
    assert said(tmp_path, "", policies, a=SERVICE.replace("  namespace: shop\n", "")) == [f"a.yaml:4: {words}"]


@pytest.mark.parametrize(
    ("other", "is_accepted"),
    [
        (SERVICE.replace("name: web", "name: copy"), False),
        (SERVICE.replace("name: web", "name: copy").replace("shop", "blog"), True),
        (SERVICE.replace("name: web", "name: canary").replace("app: web", "app: web\n    track: canary"), True),
    ],
)
def test_unique_selectors(tmp_path: Path, other: str, is_accepted: bool) -> None:
    policies = str(ROOT / "examples" / "policies" / "unique-selectors.yaml")
    words = "another Service of its namespace selects the same pods [policy/unique-selectors]"
    found = said(tmp_path, "", policies, a=f"{SERVICE}---\n{other}", b=WORKLOAD)
    assert found == ([] if is_accepted else [f"a.yaml:8: {words}", f"a.yaml:19: {words}"])
