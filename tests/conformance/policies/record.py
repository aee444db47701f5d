"""Ask a running kube-apiserver what it says of objects under policies, and write it down.

    python tests/conformance/policies/record.py URL TOKEN

The policies and objects are those of `cases.py`; what the server says goes to `goldens.jsonl.xz`, a line a case.
Nothing in it is typed by hand. The server is the one that `../README.md` describes, and has not been recorded
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
from pathlib import Path
from typing import Any

from cases import Case, Object, cases, service

GOLDENS = Path(__file__).parent / "goldens.jsonl.xz"
API_VERSION = "admissionregistration.k8s.io/v1"
ADMISSION = f"/apis/{API_VERSION}"
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
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": case.name},
        "spec": case.spec,
    }


def binding_of(case: Case) -> Object:
    """The binding, which holds in the case's namespace only."""
    resources = dict(case.binding.get("matchResources", {}))
    selector = dict(resources.get("namespaceSelector", {}))
    selector["matchLabels"] = {**selector.get("matchLabels", {}), "kubernetes.io/metadata.name": case.namespace}
    spec = {"validationActions": ["Deny"], **case.binding, "policyName": case.name}
    spec["matchResources"] = {**resources, "namespaceSelector": selector}
    return {
        "apiVersion": API_VERSION,
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
    plural = next(one["name"] for one in resources if one["kind"] == obj["kind"] and "/" not in one["name"])
    return f"{root}/namespaces/{namespace}/{plural}"


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
    server.ask("POST", f"{ADMISSION}/{POLICIES}", policy_of(guard))
    server.ask("POST", f"{ADMISSION}/{BINDINGS}", binding_of(guard))
    path = f"/api/v1/namespaces/{guard.namespace}/services?dryRun=All"
    while server.ask("POST", path, service())[0] == 201:
        time.sleep(0.5)
    time.sleep(SETTLING_SECONDS)


def prepare(server: Server, case: Case) -> Object:
    """Create what a case needs; gives its line so far."""
    policy, binding = policy_of(case), binding_of(case)
    server.ask("POST", "/api/v1/namespaces", namespace_of(case))
    for parameter in case.parameters:
        path = path_of(server, parameter, parameter["metadata"]["namespace"])
        code, _, answer = server.ask("POST", path, parameter)
        if code != 201:
            raise SystemExit(f"{case.name}: a parameter is refused: {answer['message']}")
    code, _, answer = server.ask("POST", f"{ADMISSION}/{POLICIES}", policy)
    line: Object = {"name": case.name, "unknowable": case.unknowable, "policy": policy, "binding": binding}
    line |= {"parameters": case.parameters, "namespace": namespace_of(case), "code": code, "answers": []}
    if code != 201:
        return {**line, "message": answer["message"]}
    code, _, answer = server.ask("POST", f"{ADMISSION}/{BINDINGS}", binding)
    if code != 201:
        raise SystemExit(f"{case.name}: the binding is refused: {answer['message']}")
    return line


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


def main() -> None:
    """Record everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("token")
    arguments = parser.parse_args()
    server = Server(arguments.url, arguments.token)
    every = list(cases())
    lines: list[dict[str, Any]] = [prepare(server, case) for case in every]
    settle(server)
    for case, line in zip(every, lines, strict=True):
        if line["code"] == 201:
            judge(server, case, line)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    GOLDENS.write_bytes(lzma.compress(text.encode(), preset=9))
    pairs = sum(len(line["answers"]) for line in lines)
    print(f"{len(lines)} policies, {sum(line['code'] != 201 for line in lines)} refused; {pairs} objects judged")


if __name__ == "__main__":
    main()
