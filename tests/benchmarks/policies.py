"""What a hundred policies cost, as a ratio to the lint without them.

    python tests/benchmarks/policies.py [--tree FOLDER] [--runs N] [--policies N]

The policies are everyday ones that a sound tree meets, so that it is judging that counts, not reporting: once as a
configuration states them, once as ValidatingAdmissionPolicies with their bindings. The lints run in one process, in
turn, and the processor time counts.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from speed import generate

from kubelint.plugins import load_rules, plugin_manager
from kubelint.rule import Rule
from kubelint.run import Request, run

EXPRESSIONS = (
    "object.spec.type != 'NodePort' || object.metadata.name.startsWith('edge-{0}')",
    "!has(object.spec.externalIPs) || object.spec.externalIPs.all(a, a != '203.0.113.{0}')",
    "object.spec.?ports.orValue([]).all(p, p.port != {0} + 20000)",
    "!(object.metadata.name in ['a-{0}', 'b-{0}', 'c-{0}'])",
    "object.metadata.?labels[?'forbidden-{0}'].orValue('') == ''",
    "object.spec.type != 'ExternalName' || !object.spec.externalName.endsWith('.example-{0}.com')",
    "object.spec.?loadBalancerClass.orValue('') != 'class-{0}'",
    "!has(object.metadata.annotations) || !('example.com/{0}' in object.metadata.annotations)",
    "object.spec.?loadBalancerSourceRanges.orValue([]).all(r, r != '0.0.{0}.0/0')",
    "object.spec.?sessionAffinity.orValue('None') == 'None' || object.metadata.name != 'name-{0}'",
)
MATCHES = ("", "    match: {namespaces: [team-a, team-b]}\n")
"""Half of them are about some namespaces only."""


def policies(count: int) -> str:
    """A file of so many policies."""
    return "policies:\n" + "".join(
        f"  - id: policy-{number}\n{MATCHES[number % 2]}    message: not allowed\n"
        f'    expression: "{EXPRESSIONS[number // 2 % len(EXPRESSIONS)].format(number)}"\n'
        for number in range(count)
    )


VALIDATING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: policy-{number}}}
spec:
  matchConstraints:
    resourceRules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}}]
{conditions}  validations: [{{expression: "{expression}", message: not allowed}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: policy-{number}}}
spec: {{policyName: policy-{number}, validationActions: [Deny]}}
---
"""
CONDITIONS = ("", "  matchConditions: [{name: teams, expression: \"request.namespace in ['team-a', 'team-b']\"}]\n")


def validating(count: int) -> str:
    """The same as ValidatingAdmissionPolicies."""
    return "".join(
        VALIDATING.format(
            number=number,
            conditions=CONDITIONS[number % 2],
            expression=EXPRESSIONS[number // 2 % len(EXPRESSIONS)].format(number),
        )
        for number in range(count)
    )


def seconds(tree: Path, rules: tuple[Rule, ...], *files: str) -> float:
    """The processor time of a lint."""
    start = time.process_time()
    run(Request(str(tree), (str(tree),), isolated=True, policies=files), rules)
    return time.process_time() - start


def compare(title: str, tree: Path, rules: tuple[Rule, ...], file: str, runs: int) -> None:
    """Print the medians, and their ratio."""
    pairs = [(seconds(tree, rules), seconds(tree, rules, file)) for _ in range(runs)]
    ratio = statistics.median(beside / alone for alone, beside in pairs)
    alone, beside = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"  {title:<31} {beside * 1000:7.0f} ms   without {alone * 1000:7.0f} ms   ratio {ratio:5.2f}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="lint this folder instead of a generated one")
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs [5]")
    parser.add_argument("--policies", type=int, default=100, help="policies [100]")
    arguments = parser.parse_args()
    rules = load_rules(plugin_manager())
    with tempfile.TemporaryDirectory() as temporary:
        tree = arguments.tree
        if tree is None:
            tree = Path(temporary) / "tree"
            generate(tree, applications=200)
        seconds(tree, rules)
        for title, text in (("of a configuration", policies), ("of a cluster", validating)):
            file = Path(temporary) / "policies.yaml"
            file.write_text(text(arguments.policies))
            compare(f"{arguments.policies} policies {title}", tree, rules, str(file), arguments.runs)


if __name__ == "__main__":
    main()
