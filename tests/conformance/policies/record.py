"""Ask a running kube-apiserver what it says of objects under policies, and write it down.

    python tests/conformance/policies/record.py URL TOKEN

    python tests/conformance/policies/record.py --versions URL TOKEN

The policies and objects are those of `cases.py`, `admissions.py` and `refusals.py`; what the server says goes to
`goldens.jsonl.xz`, a line a case.
Nothing in it is typed by hand. With `--versions` some of them are asked in each combination of v1 and v1beta1, of a
kube-apiserver 1.30 with `--runtime-config=admissionregistration.k8s.io/v1beta1=true`, for `versions.jsonl.xz`.
 The server is the one that `../README.md` describes, and has not been recorded
from before: policies, bindings, parameters and namespaces are created in earnest, objects with `dryRun=All`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import lzma
import re
import ssl
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import admissions
import cases
import refusals
from cases import Case, Object, service

FOLDER = Path(__file__).parent
GROUP = "admissionregistration.k8s.io"
IN_EVERY_VERSION = (
    *("actions-deny", "actions-warn", "audit-error", "audit-error-beside", "condition-errors", "fail-variable"),
    *("ignore-error-last", "match-excluded", "message-expression", "no-guard", "param-annotation", "params-name"),
    *("params-selector", "reason", "variable-chain", "refused-binding-deny-warn"),
    *("refused-binding-no-not-found", "refused-binding-unknown-field", "refused-failure-policy"),
    *("refused-nothing-demanded", "refused-reason", "refused-syntax", "refused-unknown-field"),
)
POLICIES, BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"
SETTLING_SECONDS = 3
_WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')


class Server:
    """A running kube-apiserver."""

    def __init__(self, url: str, token: str) -> None:
        context = ssl._create_unverified_context()
        self.connection = http.client.HTTPSConnection(urllib.parse.urlsplit(url).netloc, context=context, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def ask(self, method: str, path: str, body: Object | None = None) -> tuple[int, list[str], Object]:
        """The code, the warnings and the body of an answer."""
        headers = {**self.headers, "Content-Type": "application/json"}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        found = [_WARNING.fullmatch(value) for name, value in answer.getheaders() if name.lower() == "warning"]
        warnings = [re.sub(r"\\(.)", r"\1", one[1]) for one in found if one is not None]
        return answer.status, warnings, json.loads(data or b"{}")


def policy_of(case: Case) -> Object:
    """The policy, as it is created."""
    return {
        "apiVersion": f"{GROUP}/{case.versions[0]}",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": case.name},
        "spec": case.spec,
    }


def binding_of(case: Case) -> Object:
    """The binding, which holds in the case's namespace only."""
    resources = dict(case.binding.get("matchResources", {}))
    selector = dict(resources.get("namespaceSelector", {}))
    selector["matchLabels"] = {**selector.get("matchLabels", {}), "kubernetes.io/metadata.name": case.namespace}
    spec = {"validationActions": ["Deny"], "policyName": case.name, **case.binding}
    spec["matchResources"] = {**resources, "namespaceSelector": selector}
    return {
        "apiVersion": f"{GROUP}/{case.versions[1]}",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": case.name},
        "spec": spec,
    }


def namespace_of(case: Case) -> Object:
    """The namespace of a case's objects."""
    metadata = {"name": case.namespace, **({"labels": case.labels} if case.labels else {})}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def path_of(server: Server, obj: Object, namespace: str) -> str:
    """Where an object is posted to."""
    version = obj["apiVersion"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    resources = server.ask("GET", root)[2]["resources"]
    resource = next(one for one in resources if one["kind"] == obj["kind"] and "/" not in one["name"])
    return (
        f"{root}/namespaces/{namespace}/{resource['name']}" if resource["namespaced"] else f"{root}/{resource['name']}"
    )


def settle(server: Server) -> None:
    """Wait until a policy that was created last is followed: then all are."""
    guard = Case(
        "zz-guard",
        {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["services"]}
                ]
            },
            "validations": [{"expression": "false"}],
        },
        [],
    )
    server.ask("POST", "/api/v1/namespaces", namespace_of(guard))
    for obj, plural in (policy_of(guard), POLICIES), (binding_of(guard), BINDINGS):
        server.ask("POST", f"/apis/{obj['apiVersion']}/{plural}", obj)
    path = f"/api/v1/namespaces/{guard.namespace}/services?dryRun=All"
    while server.ask("POST", path, service())[0] == 201:
        time.sleep(0.5)
    time.sleep(SETTLING_SECONDS)


def line_of(case: Case) -> Object:
    """A case's line, as long as nothing is refused or judged."""
    line: Object = {"name": case.name, "unknowable": case.unknowable, "policy": policy_of(case)}
    line |= {"binding": binding_of(case), "parameters": case.parameters, "namespace": namespace_of(case)}
    return {**line, "code": 201, "answers": []}


def create(server: Server, path: str, obj: Object, line: Object) -> None:
    """Create an object of a case of which none was refused so far; note it if this one is."""
    if line["code"] != 201:
        return
    code, _, answer = server.ask("POST", f"{path}?fieldValidation=Strict", obj)
    if code != 201:
        line |= {"code": code, "refused": obj["kind"], "message": answer["message"]}


def prepare(server: Server, every: list[Case]) -> list[Object]:
    """Create what the cases need; gives their lines so far. Policies come last: some deny whatever is created."""
    lines = [line_of(case) for case in every]
    for case, line in zip(every, lines, strict=True):
        server.ask("POST", "/api/v1/namespaces", namespace_of(case))
        for parameter in case.parameters:
            path = path_of(server, parameter, parameter["metadata"].get("namespace", ""))
            create(server, path, parameter, line)
    for line in lines:
        for obj, plural in (line["policy"], POLICIES), (line["binding"], BINDINGS):
            create(server, f"/apis/{obj['apiVersion']}/{plural}", obj, line)
    return lines


def judge(server: Server, case: Case, line: Object) -> None:
    """Post a case's objects and note the answers."""
    for obj in case.objects:
        obj = {**obj, "metadata": {**obj["metadata"], "namespace": case.namespace}}
        path = path_of(server, obj, case.namespace)
        code, warnings, answer = server.ask("POST", f"{path}?dryRun=All&fieldValidation=Strict", obj)
        message = answer.get("message", "") if code >= 300 else ""
        reason = answer.get("reason", "") if code >= 300 else ""
        line["answers"].append(
            {"object": obj, "code": code, "reason": reason, "message": message, "warnings": warnings}
        )


def in_every_version(every: list[Case]) -> Iterator[Case]:
    """Some cases in each combination of versions, each under a name of its own."""
    for case in every:
        for versions in product(("v1", "v1beta1"), repeat=2) if case.name in IN_EVERY_VERSION else ():
            name = f"{case.name}-{'-'.join(versions)}"
            parameters = json.loads(json.dumps(case.parameters).replace(case.namespace, f"case-{name}"))
            yield replace(case, name=name, versions=versions, parameters=parameters)


def main() -> None:
    """Record everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", action="store_true")
    parser.add_argument("url")
    parser.add_argument("token")
    arguments = parser.parse_args()
    server = Server(arguments.url, arguments.token)
    every = [*cases.cases(), *admissions.cases(), *refusals.cases()]
    if arguments.versions:
        every = list(in_every_version(every))
    lines = prepare(server, every)
    settle(server)
    for case, line in zip(every, lines, strict=True):
        if line["code"] == 201:
            judge(server, case, line)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    goldens = FOLDER / ("versions.jsonl.xz" if arguments.versions else "goldens.jsonl.xz")
    goldens.write_bytes(lzma.compress(text.encode(), preset=9))
    pairs = sum(len(line["answers"]) for line in lines)
    print(f"{len(lines)} policies, {sum(line['code'] != 201 for line in lines)} refused; {pairs} objects judged")


if __name__ == "__main__":
    main()
