"""kubelint says of every recorded manifest what a kube-apiserver said of it: `tests/conformance/README.md`."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from kubelint.apiserver import Statement, judge
from kubelint.cluster import Cluster
from kubelint.manifest import of_text
from kubelint.resources import Resource, field_path
from kubelint.source import Source
from kubelint_rules.api.unknown_kind import unknown_kind

FOLDER = Path(__file__).parent / "conformance"
sys.path.insert(0, str(FOLDER))

from record import GOLDENS, STORED, read  # noqa: E402  (a script beside its data, not an installed module)

RECORDINGS = sorted(path.relative_to(GOLDENS).as_posix().removesuffix(".jsonl.xz") for path in GOLDENS.glob("*/*.xz"))
KNOWN = json.loads((FOLDER / "known_differences.json").read_text(encoding="utf-8"))

FIELDS_AGREE = 0.99
"""The least share of refusals (HTTP 422) in which the server and kubelint name the same fields."""

ANY_PORT = (-(2**31), 2**31 - 1)
"""The range of node ports of a server that is asked with dryRun: it does not look."""

each_recording = pytest.mark.parametrize("recording", RECORDINGS)


@dataclass(frozen=True)
class Said:
    """What is said of one manifest. `fields` are those of a semantic refusal; None of a refusal for other reasons."""

    refused: bool
    warned: bool
    fields: frozenset[str] | None = None


def said_by_the_server(case: dict[str, Any]) -> Said:
    """What the server said of a manifest."""
    fields = frozenset(
        field.replace("spec.LoadBalancerSourceRanges", "spec.loadBalancerSourceRanges")
        for field, _ in case.get("causes", ())
    )
    return Said(case["code"] >= 300, "warnings" in case, fields if case["code"] == 422 else None)


def said_by_kubelint(text: str, version: str, node_port_range: tuple[int, int] = ANY_PORT) -> Said:
    """What kubelint says: the verdict on the resource, and what stands outside of it."""
    cluster = Cluster(version, None, node_port_range, ("10.96.0.0/12", "fd00:10:96::/112"), ("IPv4", "IPv6"))
    manifest = of_text(Source("case.yaml", text), lambda kind: True)
    refused, warned = False, False
    fields: set[str] = set()
    for part in manifest.parts:
        assert not part.skipped, part.skipped
        refused = refused or part.problem is not None or bool(part.document.duplicates)
    for resource in manifest.resources:
        verdict = judge(resource, cluster)
        assert verdict.placeholder is None
        refused = refused or bool(verdict.refusals) or _has_unknown_kind(resource, cluster)
        warned = warned or bool(verdict.warnings)
        fields.update(map(_field_of, verdict.refusals))
    return Said(refused, warned, frozenset(fields))


def _field_of(statement: Statement) -> str:
    if statement.field is not None:
        return statement.field
    node = statement.place.node
    return (field_path(node.route) if node is not None else None) or ""


def _has_unknown_kind(resource: Resource, cluster: Cluster) -> bool:
    return any(True for _ in unknown_kind(resource, cluster))


@dataclass(frozen=True)
class Difference:
    """One way in which the two disagree about one manifest; `what` names it in the same words wherever it occurs."""

    what: str
    text: str

    @property
    def about(self) -> str:
        """What they disagree about: `refused`, `fields` or `warned`."""
        return self.what.partition(":")[0]


def differences(case: dict[str, Any], version: str) -> Iterator[Difference]:
    """Where the server and kubelint disagree about one recorded manifest."""
    node_port_range = Cluster().node_port_range if case["name"] in STORED else ANY_PORT
    server, ours = said_by_the_server(case), said_by_kubelint(case["text"], version, node_port_range)
    if server.refused != ours.refused:
        words = _fields(server.fields or ()) if server.refused else _fields(ours.fields or ())
        words = words or case.get("message", "not a valid object")
        yield Difference(f"refused: by {'the server' if server.refused else 'kubelint'} alone: {words}", case["text"])
    elif server.refused and server.fields is not None and server.fields != ours.fields:
        assert ours.fields is not None
        alone = _fields(server.fields - ours.fields), _fields(ours.fields - server.fields)
        sides = zip(("by the server alone", "by kubelint alone"), alone, strict=True)
        yield Difference("fields: " + "; ".join(f"{side}: {names}" for side, names in sides if names), case["text"])
    # A refusal ends the server's warnings where it has come to: before them all if it cannot read the object.
    if server.warned != ours.warned and (case["code"] < 300 or (case["code"] == 422 and server.warned)):
        words = "; ".join(case.get("warnings", ["no warning"]))
        yield Difference(f"warned: by {'the server' if server.warned else 'kubelint'} alone: {words}", case["text"])


def _fields(fields: Iterable[str]) -> str:
    """The fields, with no number of which item of a list it was."""
    return ", ".join(sorted({re.sub(r"\[\d+\]", "[]", field) for field in fields}))


@cache
def cases_of(recording: str) -> list[dict[str, Any]]:
    """The recorded manifests, each with the name of its recording."""
    name = recording.rpartition("/")[2]
    return [{"name": name, **case} for case in read(GOLDENS / f"{recording}.jsonl.xz")[1:]]


@cache
def differences_of(recording: str) -> list[Difference]:
    """All differences of a recording."""
    version = recording.partition("/")[0]
    return [difference for case in cases_of(recording) for difference in differences(case, version)]


def is_known(difference: Difference, recording: str, entries: list[dict[str, Any]] = KNOWN) -> bool:
    """Whether a difference stands in `known_differences.json`."""
    return any(
        recording in known["recordings"]
        and difference.what == known["what"]
        and re.search(known.get("text", ""), difference.text)
        for known in entries
    )


def readable(differences: list[Difference]) -> str:
    """The ten most frequent differences, each with its shortest manifest."""
    shortest: dict[str, Difference] = {}
    for difference in sorted(differences, key=lambda difference: len(difference.text)):
        shortest.setdefault(difference.what, difference)
    frequent = Counter(difference.what for difference in differences).most_common(10)
    return "\n".join(f"{count} x {what}\n{indent(shortest[what].text, '    ')}" for what, count in frequent)


@each_recording
def test_kubelint_says_what_the_server_says(recording: str) -> None:
    new = [difference for difference in differences_of(recording) if not is_known(difference, recording)]
    if new:
        count = len(cases_of(recording))
        pytest.fail(f"{len(new)} new differences in {count} manifests of {recording}\n{readable(new)}", pytrace=False)


@each_recording
def test_the_known_differences_are_few(recording: str) -> None:
    about = Counter(difference.about for difference in differences_of(recording))
    refusals = sum(case["code"] == 422 for case in cases_of(recording))
    assert about["refused"] == 0
    assert about["warned"] == 0
    assert about["fields"] <= (1 - FIELDS_AGREE) * refusals


def test_every_generator_is_recorded() -> None:
    names = {path.stem.removeprefix("generate_") for path in FOLDER.glob("generate_*.py")}
    versions = {recording.partition("/")[0] for recording in RECORDINGS}
    assert versions
    assert set(RECORDINGS) == {f"{version}/{name}" for version in versions for name in names}


def test_the_known_differences_exist() -> None:
    for known in KNOWN:
        assert known["why"]
        for recording in known["recordings"]:
            found = [one for one in differences_of(recording) if is_known(one, recording, [known])]
            assert found, f"{recording} has no difference {known['what']!r} any more"


# The test of the test.

GOOD = """\
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  ports:
    - port: 80
"""
BAD = GOOD.replace("port: 80", "port: 80000")
BAD_FIELDS = ["spec.ports[0].port", "spec.ports[0].targetPort"]


@pytest.mark.parametrize(
    ("text", "said", "whats"),
    [
        (GOOD, {"code": 201}, []),
        (GOOD, {"code": 400, "message": "no"}, ["refused: by the server alone: no"]),
        (GOOD, {"code": 422, "causes": [["spec.type", "Invalid"]]}, ["refused: by the server alone: spec.type"]),
        (GOOD, {"code": 201, "warnings": ["careful"]}, ["warned: by the server alone: careful"]),
        (BAD, {"code": 422, "causes": [[field, "Invalid"] for field in BAD_FIELDS]}, []),
        (BAD, {"code": 400, "message": "no"}, []),
        (BAD, {"code": 201}, ["refused: by kubelint alone: spec.ports[].port, spec.ports[].targetPort"]),
        (
            BAD,
            {"code": 422, "causes": [["spec.ports[0].port", "Invalid"], ["spec.type", "Invalid"]]},
            ["fields: by the server alone: spec.type; by kubelint alone: spec.ports[].targetPort"],
        ),
        (GOOD.replace("port:", "prot:"), {"code": 201}, ["refused: by kubelint alone: spec.ports[].prot"]),
        (GOOD.replace("v1", "v2"), {"code": 201}, ["refused: by kubelint alone: not a valid object"]),
        (GOOD + GOOD, {"code": 201}, ["refused: by kubelint alone: not a valid object"]),
        (GOOD + "}", {"code": 201}, ["refused: by kubelint alone: not a valid object"]),
    ],
)
def test_a_difference_is_noticed(text: str, said: dict[str, Any], whats: list[str]) -> None:
    found = differences({"name": "service", "text": text, **said}, "1.36")
    assert [difference.what for difference in found] == whats


def test_a_known_difference_is_known_where_it_is_said_to_be() -> None:
    entry: dict[str, Any] = {
        "recordings": ["1.36/service"],
        "what": "refused: by kubelint alone: spec.type",
        "text": "name: orders",
    }
    difference = Difference(entry["what"], GOOD)
    assert is_known(difference, "1.36/service", [entry])
    assert not is_known(difference, "1.30/service", [entry])
    assert not is_known(Difference(entry["what"], GOOD.replace("orders", "other")), "1.36/service", [entry])
    assert not is_known(Difference("warned: by kubelint alone: no warning", GOOD), "1.36/service", [entry])
