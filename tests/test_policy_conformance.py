"""Whether kubelint says of objects under ValidatingAdmissionPolicies what a kube-apiserver says of them.

`tests/conformance/policies` holds the recordings, and says how they came to be.
"""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kubelint.finding import Severity
from kubelint.report import Report
from kubelint.run import Request, run

GOLDENS = Path(__file__).parent / "conformance" / "policies" / "goldens.jsonl.xz"
Line = dict[str, Any]


@cache
def lines() -> dict[str, Line]:
    """Every recorded case by its name."""
    text = lzma.decompress(GOLDENS.read_bytes()).decode()
    return {line["name"]: line for line in map(json.loads, text.splitlines())}


def judged(folder: Path, line: Line, objects: list[dict[str, Any]]) -> Report:
    """kubelint's report on objects under a case's policy; object 0 is in 0.json."""
    tree, policies = folder / "tree", folder / "policies"
    tree.mkdir()
    policies.mkdir()
    (tree / "namespace.json").write_text(json.dumps(line["namespace"]))
    for number, obj in enumerate(objects):
        (tree / f"{number}.json").write_text(json.dumps(obj))
    for number, obj in enumerate((line["policy"], line["binding"], *line["parameters"])):
        (policies / f"{number}.json").write_text(json.dumps(obj))
    overrides: dict[str, object] = {"select": ("policy",), "kubernetes_version": "1.36"}
    request = Request(str(folder), (str(tree),), isolated=True, policies=(str(policies),), overrides=overrides)
    return run(request, ()).report


def about(report: Report, number: int) -> tuple[list[str], list[str], bool]:
    """What is said of an object: the messages of errors, those of warnings, whether something cannot be told."""
    name = f"{number}.json"
    found = [finding for finding in report.findings if finding.span.source.path.endswith(f"/{name}")]
    errors = [finding.message for finding in found if finding.severity is Severity.ERROR]
    warnings = [finding.message for finding in found if finding.severity is Severity.WARNING]
    return errors, warnings, any(one.span.source.path.endswith(f"/{name}") for one in report.undecided)


@pytest.mark.parametrize("name", [name for name, line in lines().items() if line["code"] == 201])
def test_objects_are_judged_as_by_the_server(name: str, tmp_path: Path) -> None:
    line = lines()[name]
    report = judged(tmp_path, line, [answer["object"] for answer in line["answers"]])
    assert report.faults == []
    wrong = []
    for number, answer in enumerate(line["answers"]):
        errors, warnings, is_undecided = about(report, number)
        if line["unknowable"]:
            if not is_undecided or errors or warnings:
                wrong.append((answer["object"], "is decided", errors, warnings))
            continue
        denial = f"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request: "
        failure = f"Validation failed for ValidatingAdmissionPolicy '{name}' with binding '{name}': "
        said = answer["message"].partition(denial)[2]
        said_in_warnings = [text.removeprefix(failure) for text in answer["warnings"] if text.startswith(failure)]
        # Of several denials the server names the first one, as kubelint does in the order of the policy.
        is_same = bool(errors) is (answer["code"] != 201) and (not errors or said in errors)
        if is_undecided or not is_same or sorted(warnings) != sorted(said_in_warnings):
            undecided = [one.why for one in report.undecided]
            wrong.append((answer["object"]["spec"], said, errors, said_in_warnings, warnings, undecided))
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, line in lines().items() if line["code"] != 201])
def test_policies_are_refused_as_by_the_server(name: str, tmp_path: Path) -> None:
    line = lines()[name]
    report = judged(tmp_path, line, [])
    assert len(report.faults) == 1
    fault = report.faults[0]
    assert fault.position is not None
    message = line["message"]
    said = fault.message.partition(": ")[2]
    assert said in message


def test_enough_is_compared() -> None:
    assert sum(len(line["answers"]) for line in lines().values()) >= 150
