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

FOLDER = Path(__file__).parent / "conformance" / "policies"
RECORDED_FROM = {"goldens.jsonl.xz": "1.36", "versions.jsonl.xz": "1.30"}
VERSIONS = ("v1-v1", "v1-v1beta1", "v1beta1-v1", "v1beta1-v1beta1")
Line = dict[str, Any]


@cache
def lines() -> dict[str, Line]:
    """Every recorded case by its name."""
    found = {}
    for file, version in RECORDED_FROM.items():
        for text in lzma.decompress((FOLDER / file).read_bytes()).decode().splitlines():
            line = json.loads(text)
            found[line["name"]] = {**line, "version": version}
    return found


def judged(folder: Path, line: Line, objects: list[dict[str, Any]]) -> Report:
    """kubelint's report on objects under a case's policy; object 0 is in 0.json."""
    tree, policies = folder / "tree", folder / "policies"
    tree.mkdir()
    policies.mkdir()
    (tree / "namespace.json").write_text(json.dumps(line["namespace"]))
    for number, obj in enumerate(objects):
        (tree / f"{number}.json").write_text(json.dumps(obj))
    # Of a policy that it refuses, the server was asked no more.
    bindings = [line["binding"]] if line.get("refused") != line["policy"]["kind"] else []
    for number, obj in enumerate((line["policy"], *bindings, *line["parameters"])):
        (policies / f"{number}.json").write_text(json.dumps(obj))
    overrides: dict[str, object] = {"select": ("policy",), "kubernetes_version": line["version"]}
    request = Request(str(folder), (str(tree),), isolated=True, policies=(str(policies),), overrides=overrides)
    return run(request, ()).report


def about(report: Report, number: int) -> tuple[list[tuple[str, str | None]], list[str], bool]:
    """What is said of an object: the messages and reasons of errors, the messages of warnings, whether something cannot
    be told."""
    name = f"{number}.json"
    found = [finding for finding in report.findings if finding.span.source.path.endswith(f"/{name}")]
    errors = [(finding.message, finding.reason) for finding in found if finding.severity is Severity.ERROR]
    warnings = [finding.message for finding in found if finding.severity is Severity.WARNING]
    return errors, warnings, any(one.span.source.path.endswith(f"/{name}") for one in report.undecided)


@pytest.mark.parametrize("name", [name for name, line in lines().items() if line["code"] == 201])
def test_objects_are_judged_as_by_the_server(name: str, tmp_path: Path) -> None:
    line = lines()[name]
    report = judged(tmp_path, line, [answer["object"] for answer in line["answers"]])
    assert report.faults == []
    wrong: list[tuple[object, ...]] = []
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
        is_same = bool(errors) is (answer["code"] != 201) and (not errors or (said, answer["reason"]) in errors)
        if is_undecided or not is_same or sorted(warnings) != sorted(said_in_warnings):
            undecided = [one.why for one in report.undecided]
            wrong.append((answer["object"], said, errors, said_in_warnings, warnings, undecided))
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, line in lines().items() if line["code"] != 201])
def test_what_the_server_refuses_is_a_flaw(name: str, tmp_path: Path) -> None:
    line = lines()[name]
    report = judged(tmp_path, line, [])
    message = line["message"]
    said = [fault.message for fault in report.faults]
    assert all(fault.position is not None for fault in report.faults)
    assert said, message
    assert [one for one in said if not _is_said_by_the_server(one, message)] == []


def _is_said_by_the_server(said: str, message: str) -> bool:
    """Whether a flaw names a field that the server names, what CEL says, or that the server cannot decode it."""
    path, _, words = said.partition("; did you mean")[0].partition(": ")
    if path.startswith("the expression"):
        # What kubelint adds, the way out, stands behind the server's words.
        return words in message or words.rpartition("; ")[0] in message
    return path in message if "is invalid" in message else " stands where " in said or " has no field " in said


def test_enough_is_compared() -> None:
    every = [line for line in lines().values() if line["version"] == "1.36"]
    assert len(every) >= 180
    assert sum(len(line["answers"]) for line in every) >= 450
    assert sum(line.get("refused") == "ValidatingAdmissionPolicyBinding" for line in every) >= 15
