"""CEL says what a kube-apiserver says: `conformance/cel.json.xz` holds its answers, recorded by `record_cel.py`."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from kubelint.cel import (
    DYN,
    EVERY,
    INT,
    STRING,
    CelError,
    CelUnknown,
    EvaluationError,
    Program,
    Route,
    compile,
    list_of,
    object_type,
)
from kubelint.policy.types import ADMISSION_TYPES as VARIABLES

RECORDING: dict[str, Any] = json.loads(
    lzma.decompress((Path(__file__).parent / "conformance" / "cel.json.xz").read_bytes())
)
#: Where kubelint differs and may: the expression, and why.
KNOWN_DIFFERENCES = {
    "object.spec.count.distinct()": "the server panics, and passes on what its runtime says of that",
    "lists.range(3000).map(x, lists.range(1000).size()).size()": "what a function costs by its result is not counted",
}
#: What the server hands to the policies that were recorded, so far as the expressions ask for it.
GROUP = {"group": "cel.example.com", "version": "v1"}
INSTANTIATION = "program instantiation failed: "


def values(name: str) -> dict[str, object]:
    """The values of the variables when an object of this name is created."""
    return {
        "object": RECORDING["object"] | {"metadata": {"name": name}},
        "oldObject": None,
        "namespaceObject": None,
        "request": {
            "kind": GROUP | {"kind": "Thing"},
            "resource": GROUP | {"resource": "things"},
            "name": name,
            "operation": "CREATE",
            "dryRun": True,
            "userInfo": {"username": "admin", "groups": ["system:masters", "system:authenticated"]},
        },
    }


def unabbreviated(program: Program) -> str:
    """The type of an expression as the server's own messages about return types spell it."""
    spelled = str(program.type)
    for short, long in (("duration", "google.protobuf.Duration"), ("timestamp", "google.protobuf.Timestamp")):
        spelled = spelled.replace(short, long)
    return spelled.replace("null", "null_type")


def answer(case: dict[str, Any]) -> dict[str, str]:
    """What kubelint says of a case, in the words of the recording."""
    expression = case["expression"]
    try:
        program = compile(expression, VARIABLES)
    except CelError as error:
        stage, failed, message = error.display.partition(INSTANTIATION)
        return {"instantiate": message} if failed and not stage else {"compile": error.display}
    said = {"type": unabbreviated(program)}
    known, wrapped = values(case["name"]), f"[{expression}\n].size() == 0"
    try:
        compile(wrapped, VARIABLES).evaluate(known)
    except CelError as error:
        return said | {"error": error.message}
    if case["spelling"] is None:
        return said | {"value": f"failed expression: {wrapped}"}
    try:
        return said | {"value": str(compile(case["spelling"], VARIABLES).evaluate(known)).strip()}
    except CelError:
        return said | {"value": f"failed expression: {wrapped}"}


@pytest.mark.parametrize("case", RECORDING["cases"], ids=lambda case: case["name"])
def test_conformance(case: dict[str, Any]) -> None:
    """The same type, value or error as the server's."""
    expected = {key: case[key] for key in ("compile", "instantiate", "type", "value", "error") if key in case}
    if "instantiate" in case:
        expected.pop("type", None)
    is_same = answer(case) == expected
    assert is_same != (case["expression"] in KNOWN_DIFFERENCES), (case["expression"], answer(case), expected)


def test_every_function_is_recorded() -> None:
    """Whatever an expression can call stands in an expression that was recorded."""
    from kubelint.cel.libraries import FUNCTIONS

    recorded = "\n".join(case["expression"] for case in RECORDING["cases"])
    names = {name for name in FUNCTIONS if "@" not in name and "_" not in name.replace("exists_one", "")}
    # The authorizer's have no value offline.
    names -= {"path", "serviceAccount", "subresource", "fieldSelector", "labelSelector", "errored", "error", "reason"}
    assert {name for name in names if f"{name}(" not in recorded} == set()


def test_issues_stand_where_the_server_says() -> None:
    """Line and column are 1-based code points within the expression, sorted."""
    with pytest.raises(CelError) as caught:
        compile("'ä' == nope &&\n  missing(1)", {})
    error = caught.value
    assert (error.kind, error.line, error.column) == ("type", 1, 8)
    assert [(issue.kind, issue.line, issue.column) for issue in error.issues] == [
        ("type", 1, 8),
        ("unknown-function", 2, 10),
    ]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("1 +", "syntax"),
        ("1 + 'a'", "type"),
        ("nope", "type"),
        ("nope()", "unknown-function"),
        ("[1, 'a']", "type"),
    ],
)
def test_kinds_of_what_does_not_compile(expression: str, kind: str) -> None:
    """The kind says what to look for."""
    with pytest.raises(CelError) as caught:
        compile(expression, {})
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("expression", "routes"),
    [
        ("object.spec.type == 'NodePort'", ["object.spec.type"]),
        ("has(object.spec.type) && object.spec.type == 'x'", ["object.spec.type"]),
        (
            "object.spec.ports.all(p, p.port > 1024 && has(p.name))",
            ["object.spec.ports.*.port", "object.spec.ports.*.name"],
        ),
        ("object.spec.ports.exists(i, p, i > 0 && p.port > 1)", ["object.spec.ports.*.port"]),
        ("object.spec.ports[0].port", ["object.spec.ports.0.port"]),
        (
            "object.metadata.annotations['a.b/c'] in params.allowed",
            ["object.metadata.annotations.a.b/c", "params.allowed"],
        ),
        ("object.metadata.?labels.?team.orValue('') != ''", ["object.metadata.labels.team"]),
        ("object.?spec.optMap(s, s.type).orValue('x') == 'x'", ["object.spec.type"]),
        ("object.metadata.labels[params.key] == 'x'", ["object.metadata.labels.*", "params.key"]),
        ("size(object.spec.ports) > 1", ["object.spec.ports"]),
        ("object.spec.ports.map(p, p.port).all(n, n > 1)", ["object.spec.ports.*.port"]),
        ("[1].all(object, object == 1)", []),
    ],
)
def test_reads(expression: str, routes: list[str]) -> None:
    """The deepest fields, in the order in which they are read."""
    found = compile(expression, {"object": DYN, "params": DYN}).reads()
    assert [
        ".".join([route.variable, *("*" if one is EVERY else str(one) for one in route.path)]) for route in found
    ] == routes


def test_reads_are_routes() -> None:
    """An index is a number, an element is EVERY."""
    assert compile("a[1][b].c", {"a": DYN, "b": INT}).reads() == [Route("a", (1, EVERY, "c")), Route("b", ())]


@pytest.mark.parametrize(
    ("expression", "routes"),
    [
        ("o.yes && o.no && o.missing", ["o.no"]),
        ("o.no || (o.yes && !o.yes)", ["o.no", "o.yes"]),
        ("o.missing && o.no", ["o.no"]),
        ("!(o.no || o.yes || o.missing)", ["o.yes"]),
        ("!(o.yes && o.one == 1)", ["o.yes", "o.one"]),
        ("o.yes ? o.one == 2 : o.missing", ["o.yes", "o.one"]),
        ("o.no ? o.missing : o.one == 2", ["o.no", "o.one"]),
        ("o.one == 2", ["o.one"]),
    ],
)
def test_parts_are_what_makes_it_false(expression: str, routes: list[str]) -> None:
    """Of `&&` the first operand that is false, of `||` all; of a choice the condition and the branch taken."""
    values = {"o": {"yes": True, "no": False, "one": 1}}
    program = compile(expression, {"o": DYN})
    assert program.evaluate(values) is False
    found = [route for part in program.parts(values) for route in part.reads]
    assert [".".join([route.variable, *map(str, route.path)]) for route in found] == routes


def test_a_part_can_be_evaluated_again() -> None:
    """By itself, for other values."""
    values = {"o": {"ports": [1, 9]}}
    (part,) = compile("o.ports.all(p, p < 5) && o.missing", {"o": DYN}).parts(values)
    assert part.evaluate(values) is False
    assert part.evaluate({"o": {"ports": [1]}}) is True
    assert part.evaluate({"o": {"ports": [9]}}) is False


@pytest.mark.parametrize(
    ("expression", "at", "function", "types"),
    [
        ("o.one == 1 && o.missing.field == 2", "missing", "", ()),
        ("o.list.all(x, 'a' + x == 'b')", "+", "_+_", ("string", "int")),
        ("o.list[7] == 1", "7", "_[_]", ("list", "int")),
        ("o.one > 5 || int(o.text) > 1", "(o.text", "int", ("string",)),
        ("has(o.missing.field)", "missing", "", ()),
    ],
)
def test_a_failure_stands_where_it_arises(expression: str, at: str, function: str, types: tuple[str, ...]) -> None:
    """At the innermost call or selection without a value, with the types of what it was given."""
    failure = compile(expression, {"o": DYN}).failure({"o": {"one": 1, "list": [1], "text": "x"}})
    assert failure is not None
    assert expression[failure.offset :].startswith(at)
    assert (failure.function, failure.types) == (function, types)


def test_what_has_a_value_has_no_failure() -> None:
    """An error that another operand outvotes is none."""
    assert compile("o.missing || true", {"o": DYN}).failure({"o": {}}) is None


def test_steps_stand_in_the_text() -> None:
    """Every step of a route at its name; whether the expression asks for it first."""
    expression = "has(o.a.b) && o.c.?d.orValue(1) == 1 && o.e.all(x, x.f)"
    steps = [step for step in compile(expression, {"o": DYN}).steps() if step.route.path]
    assert [expression[step.offset] for step in steps] == ["a", "b", "c", "d", "e", "f"]
    assert [step.is_asked for step in steps] == [False, True, False, True, False, False]


def test_an_expression_may_be_a_route() -> None:
    """As a whole, or not."""
    assert compile("o.?a.orValue([])[0]", {"o": DYN}).route == Route("o", ("a", 0))
    assert compile("o.a + 1", {"o": DYN}).route is None


def test_what_is_left_out_is_unknown() -> None:
    """A variable without a value is not an error: nobody knows it; what does not depend on it has a value."""
    program = compile("object.kind == 'Service' && params.strict", {"object": DYN, "params": DYN})
    with pytest.raises(CelUnknown, match="params"):
        program.evaluate({"object": {"kind": "Service"}})
    assert program.evaluate({"object": {"kind": "Pod"}}) is False
    with pytest.raises(CelUnknown):
        compile("authorizer.path('/x').check('get').allowed()", VARIABLES).evaluate({})


def test_unknown_outweighs_errors() -> None:
    """What is not known might have settled it."""
    with pytest.raises(CelUnknown):
        compile("1 / 0 == 1 || x", {"x": DYN}).evaluate({})


def test_values_may_come_when_they_are_asked_for() -> None:
    """A map of the caller's own works its values out, and its errors come through."""

    class Lazy(dict[str, object]):
        def __missing__(self, name: str) -> object:
            if name == "good":
                return 1
            raise EvaluationError("it went wrong")

    variables = {"variables": object_type("variables", {"good": INT, "bad": STRING})}
    assert compile("variables.good + 1", variables).evaluate({"variables": Lazy()}) == 2
    with pytest.raises(EvaluationError, match="it went wrong"):
        compile("variables.bad", variables).evaluate({"variables": Lazy()})
    with pytest.raises(CelError, match="undefined field 'ugly'"):
        compile("variables.ugly", variables)
    with pytest.raises(CelError, match="found no matching overload"):
        compile("variables.bad + 1", variables)


def test_types_of_results() -> None:
    """A program knows the type of its value."""
    assert compile("object.x == 1", {"object": DYN}).type.name == "bool"
    assert compile("xs.map(x, x + 1)", {"xs": list_of(INT)}).type == list_of(INT)


def test_cost_is_bounded() -> None:
    """A loop ends when the server would have ended it."""
    program = compile("xs.all(x, xs.all(y, x != y || x == y))", {"xs": list_of(INT)})
    with pytest.raises(CelError) as caught:
        program.evaluate({"xs": list(range(3000))})
    assert caught.value.kind == "cost"
    with pytest.raises(CelError, match="cost limit"):
        program.evaluate({"xs": list(range(100))}, cost_limit=1000)
    assert program.evaluate({"xs": list(range(100))}) is True


def test_an_expression_that_nests_too_deep() -> None:
    """As the server, or not at all; never a crash."""
    with pytest.raises((CelError, CelUnknown)):
        compile("(" * 300 + "1" + ")" * 300, {})
    with pytest.raises((CelError, CelUnknown)):
        compile("!".join(["(" * 240, "true" + ")" * 240]), {}).evaluate({})
    long = compile(" && ".join(["true"] * 2000), {})
    assert long.evaluate({}) is True


def test_values_are_not_changed() -> None:
    """What is handed in stays as it is."""
    given = {"spec": {"ports": [1, 2]}}
    compile("object.spec.ports + [3] == [1, 2, 3]", {"object": DYN}).evaluate({"object": given})
    assert given == {"spec": {"ports": [1, 2]}}
