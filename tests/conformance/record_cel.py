#!/usr/bin/env python3
"""Ask a running kube-apiserver what expressions are worth, and write cel.json.xz.

    record_cel.py URL TOKEN

Each expression becomes a ValidatingAdmissionPolicy of its own, on a resource of its own. Whether it compiles, and its
type, the server says when the policy is created with the expression for a validation; its error, when an object comes
in that the policy matches; its value, through a messageExpression that spells it. Policies, objects and the resource
are taken away again.
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

from cel_expressions import GROUPS, OBJECT

GROUP, PLURAL = "cel.example.com", "things"
POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"{PLURAL}.{GROUP}"},
    "spec": {
        "group": GROUP,
        "names": {"kind": "Thing", "plural": PLURAL},
        "scope": "Cluster",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
LABELS = {"recorded": "cel"}
FILE = Path(__file__).parent / "cel.json.xz"
COMPILATION, INSTANTIATION = "compilation failed: ", "program instantiation failed: "
#: How long the server may take to see a new policy, in seconds.
PATIENCE = 60


class Server:
    """A server that new policies are tried on."""

    def __init__(self, url: str, token: str) -> None:
        # It listens on this machine only, with a certificate that it made itself.
        context = ssl._create_unverified_context()
        self.connection = http.client.HTTPSConnection(urllib.parse.urlsplit(url).netloc, context=context, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """The code and the body of an answer."""
        data = None if body is None else json.dumps(body).encode()
        for attempt in (1, 2, 3):
            try:
                self.connection.request(method, path, data, self.headers)
                response = self.connection.getresponse()
                return response.status, json.loads(response.read())
            except (http.client.HTTPException, OSError):
                # The server closes connections that have been used often.
                self.connection.close()
                if attempt == 3:
                    raise
        raise AssertionError


def policy(name: str, expression: str, message: str | None = None) -> dict[str, Any]:
    """A policy for the one object that has its name."""
    validation = {"expression": expression} | ({"messageExpression": message} if message else {})
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [GROUP], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [PLURAL]}
                ]
            },
            "matchConditions": [{"name": "name", "expression": f"object.metadata.name == '{name}'"}],
            "validations": [validation],
        },
    }


def binding(name: str) -> dict[str, Any]:
    """What puts a policy into force."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }


def compiled(server: Server, name: str, expression: str) -> dict[str, Any]:
    """What the compiler says: the `type` of the expression, or why it does not compile."""
    try:
        code, body = server.ask("POST", f"{POLICIES}?dryRun=All", policy(name, expression))
    except http.client.HTTPException:
        print(f"the server panics at {expression}")
        return {}
    if code == 201:
        return {"type": "bool"}
    message = "\n".join(cause["message"] for cause in body["details"]["causes"])
    for stage, key in ((COMPILATION, "compile"), (INSTANTIATION, "instantiate")):
        if stage in message:
            return {key: message.split(stage, 1)[1]}
    found = re.search(r"must evaluate to bool but got (.*)", message)
    if found is None:
        raise SystemExit(f"{expression}: {message}")
    return {"type": found[1]}


def wrapped(expression: str) -> str:
    """A validation that needs the expression's value, and is false."""
    return f"[{expression}\n].size() == 0"


def spelling(expression: str) -> str:
    """A messageExpression for the type and the value."""
    return f"'%s %s'.format([type({expression}\n), {expression}\n])"


def establish(server: Server, name: str, expression: str) -> dict[str, Any]:
    """Create a policy and its binding, and say how it spells the value (None: it cannot), or why it cannot be run."""
    for message in (spelling(expression), f"'%s'.format([type({expression}\n)])", None):
        code, body = server.ask("POST", POLICIES, policy(name, wrapped(expression), message))
        if code == 201:
            server.ask("POST", BINDINGS, binding(name))
            return {"spelling": message}
        causes = [cause["message"] for cause in body["details"]["causes"]]
        if any(INSTANTIATION in cause for cause in causes):
            return {"instantiate": causes[0].split(INSTANTIATION, 1)[1]}
    raise SystemExit(f"{expression}: {body['message']}")


def evaluated(server: Server, name: str) -> dict[str, Any]:
    """What becomes of an object that a policy matches: the `value` as it is spelled, or the `error`."""
    path = f"/apis/{GROUP}/v1/{PLURAL}?dryRun=All"
    thing = OBJECT | {"metadata": {"name": name}}
    for _ in range(PATIENCE * 2):
        code, body = server.ask("POST", path, thing)
        if code != 201:
            break
        time.sleep(0.5)
    message = body["message"].split(f"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request: ")[-1]
    _, is_error, error = message.partition("resulted in error: ")
    return {"error": error} if is_error else {"value": message}


def write(recording: dict[str, Any]) -> None:
    """Write the recording."""
    FILE.write_bytes(lzma.compress(json.dumps(recording, ensure_ascii=False).encode(), preset=9 | lzma.PRESET_EXTREME))


def main() -> None:
    """Record the answers of the server that the command line names."""
    parser = argparse.ArgumentParser(description="Record what a kube-apiserver says of CEL expressions.")
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--version", required=True, help="the server's version, which it may not know itself")
    arguments = parser.parse_args()
    server = Server(arguments.url, arguments.token)
    # What an interrupted recording left behind.
    for path in (BINDINGS, POLICIES):
        server.ask("DELETE", f"{path}?labelSelector=recorded%3Dcel")
    server.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION)
    cases = [
        {"group": group, "name": f"{group}-{index}", "expression": expression}
        for group, expressions in GROUPS.items()
        for index, expression in enumerate(expressions)
    ]
    for case in cases:
        case |= compiled(server, case["name"], case["expression"])
        if "type" in case:
            case |= establish(server, case["name"], case["expression"])
    for case in cases:
        if "spelling" in case:
            case |= evaluated(server, case["name"])
            server.ask("DELETE", f"{BINDINGS}/{case['name']}")
            server.ask("DELETE", f"{POLICIES}/{case['name']}")
    server.ask("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{PLURAL}.{GROUP}")
    # What a server panics at it does not say; what takes too long depends on the machine.
    cases = [case for case in cases if len(case) > 3 and "Timeout" not in case.get("value", "")]
    write({"version": arguments.version, "object": OBJECT, "cases": cases})
    print(f"{len(cases)} expressions, {sum('type' in case for case in cases)} of them compile")


if __name__ == "__main__":
    main()
