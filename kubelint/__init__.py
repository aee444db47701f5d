"""kubelint: a static linter and policy checker for Kubernetes Service manifests.

The names below are what a rule, built in or brought by a plug-in, may import.
"""

__version__ = "0.1.0"
HOMEPAGE = "https://github.com/kubelint/kubelint"

from kubelint.apiserver import Verdict
from kubelint.cluster import Cluster
from kubelint.exposure import Exposure, Level
from kubelint.finding import Finding, Severity, finding
from kubelint.manifest import Manifest
from kubelint.node import Key, Mapping, Node, Scalar, Sequence
from kubelint.plugins import hook_implementation
from kubelint.resources import Resource, Service, ServicePort, Workload
from kubelint.rule import Rule, rule, rules_in
from kubelint.suppression import Suppressions
from kubelint.workspace import CannotTell, Workspace

__all__ = [
    "CannotTell",
    "Cluster",
    "Exposure",
    "Finding",
    "Key",
    "Level",
    "Manifest",
    "Mapping",
    "Node",
    "Resource",
    "Rule",
    "Scalar",
    "Sequence",
    "Service",
    "ServicePort",
    "Severity",
    "Suppressions",
    "Verdict",
    "Workload",
    "Workspace",
    "finding",
    "hook_implementation",
    "rule",
    "rules_in",
]
