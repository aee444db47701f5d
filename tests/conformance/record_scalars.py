"""Ask a running kube-apiserver what each spelling of a YAML or JSON value means, and write down what it says.

    python tests/conformance/record_scalars.py URL TOKEN

writes `scalars.json` beside this file: each spelling and what the server says of it. No answer in that file is typed by
hand. To ask about one more spelling, write it there with `null` for the answer, and record again.

The server stores nothing (`dryRun=All`); every question is a Service that it is asked to create with
`fieldValidation=Strict`.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import sys
import urllib.parse
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_name("scalars.json")

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: test
  annotations:
{annotations}
spec:
  ports:
  - port: 80
"""
PORT_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: test
spec:
  ports:
  - name: http
    port: {value}
    protocol: TCP
"""
LABELS_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: test
  labels: {value}
  namespace: default
spec:
  ports:
  - port: 80
"""
FLAG_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: test
spec:
  publishNotReadyAddresses: {value}
  ports:
  - port: 80
"""

JSON_SERVICE = """\
{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "test", %s}, "spec": {"ports": [{"port": %s}]}}
"""

JSON_TYPES = {"bool": "boolean", "number": "number", "object": "object", "array": "array", "string": "string"}
UNMARSHAL = re.compile(
    r"json: cannot unmarshal (number|bool|object|array|string)(?: (\S+))? into Go struct field (\S+)"
)
INVALID_PORT = re.compile(r"spec\.ports\[0\]\.port: Invalid value: (\S+): ")
INVALID_KEY = re.compile(r'metadata\.annotations: Invalid value: ("(?:[^"\\]|\\.)*"): ')
TRIES = 100


class Server:
    """A running kube-apiserver."""

    def __init__(self, url: str, token: str) -> None:
        address = urllib.parse.urlsplit(url)
        context = ssl._create_unverified_context()
        self.connection = http.client.HTTPSConnection(address.netloc, context=context, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def version(self) -> dict[str, str]:
        """Which version it is, in its own words."""
        _, answer = self._ask("GET", "/version", None, {})
        return {name: answer[name] for name in ("major", "minor")}

    def create(self, body: str | bytes, kind: str = "application/yaml") -> tuple[int, dict[str, Any]]:
        """The status and the body of the answer to a Service that is to be created."""
        path = "/api/v1/namespaces/default/services?dryRun=All&fieldValidation=Strict"
        data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        return self._ask("POST", path, data, {"Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.connection.request(method, path, body, self.headers | headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        assert isinstance(answer, dict)
        return response.status, answer


def indented(text: str) -> str:
    """A mapping as it stands in the Service."""
    return "\n".join(f"    {line}" for line in text.split("\n"))


def json_service(metadata: str, port: str = "80") -> str:
    """A Service as a JSON document, with more in its metadata."""
    return JSON_SERVICE % (metadata, port)


def value_of(server: Server, spelling: str) -> dict[str, Any]:
    """What a spelling means as a value."""
    status, answer = server.create(SERVICE.format(annotations=f"    a: {spelling}"))
    if status == 201:
        if _type_refused(server.create(LABELS_SERVICE.format(value=spelling))) == "string":
            return {"type": "string", "text": answer["metadata"]["annotations"]["a"]}
        return {"type": "null"}
    found = _type_refused((status, answer))
    if found is None:
        return {"type": "refused"}
    if found == "boolean":
        _, flagged = server.create(FLAG_SERVICE.format(value=spelling))
        return {"type": found, "value": flagged["spec"].get("publishNotReadyAddresses", False)}
    if found == "number":
        return {"type": found, "value": _number(server.create(PORT_SERVICE.format(value=spelling)))}
    return {"type": found}


def json_value_of(server: Server, spelling: str) -> dict[str, Any]:
    """What a spelling means as a value in a JSON document."""
    kind = "application/json"
    status, answer = server.create(json_service(f'"annotations": {{"a": {spelling}}}'), kind)
    if status == 201:
        if _type_refused(server.create(json_service(f'"labels": {spelling}'), kind)) == "string":
            return {"type": "string", "text": answer["metadata"]["annotations"]["a"]}
        return {"type": "null"}
    found = _type_refused((status, answer))
    if found == "boolean":
        # JSON has one spelling of each: what it says is what it means.
        return {"type": found, "value": json.loads(spelling)}
    if found == "number":
        return {"type": found, "value": _number(server.create(json_service('"labels": {}', spelling), kind))}
    return {"type": found or "refused"}


def key_of(server: Server, spelling: str) -> str | None:
    """The JSON key that a spelling becomes, or None where the server refuses it."""
    status, answer = server.create(SERVICE.format(annotations=f"    {spelling}: x"))
    if status == 201:
        (key,) = answer["metadata"]["annotations"]
        assert isinstance(key, str)
        return key
    invalid = INVALID_KEY.search(answer["message"]) if status == 422 else None
    return str(json.loads(invalid[1])) if invalid else None


def mapping_of(server: Server, text: str) -> dict[str, Any]:
    """What a mapping means: its entries, or why it is refused.

    Where the server takes one of two values by chance, asking often tells so: `outcomes` then has both. `read` is what
    it could read and finds invalid, such as a key that no annotation may have.
    """
    outcomes = []
    for _ in range(TRIES):
        status, answer = server.create(SERVICE.format(annotations=indented(text)))
        if status == 422:
            return {"verdict": "read"}
        if status != 201:
            message = answer["message"]
            if "already set in map" in message or "duplicate field" in message:
                return {"verdict": "duplicate"}
            return {"verdict": "wrong type" if _type_refused((status, answer)) else "refused"}
        entries = answer["metadata"].get("annotations", {})
        if entries not in outcomes:
            outcomes.append(entries)
        if len(outcomes) > 1:
            break
    return {"verdict": "accepted", "outcomes": sorted(outcomes, key=json.dumps)}


def encoding_of(server: Server, data: bytes) -> dict[str, Any]:
    """What the server reads in the bytes of a file."""
    status, answer = server.create(data)
    text = answer["metadata"].get("annotations", {}).get("a") if status == 201 else None
    return {"bytes": base64.b64encode(data).decode(), "accepted": status == 201, "text": text}


def encodings() -> dict[str, bytes]:
    """The same Service in several encodings and with several line breaks."""
    service = SERVICE.format(annotations="    a: é😀ü  # end")
    plain = SERVICE.format(annotations="    a: b")
    return {
        "utf-8": service.encode(),
        "utf-8 with BOM": b"\xef\xbb\xbf" + service.encode(),
        "utf-8 with two BOMs": b"\xef\xbb\xbf\xef\xbb\xbf" + service.encode(),
        "utf-16-le with BOM": b"\xff\xfe" + service.encode("utf-16-le"),
        "utf-16-be with BOM": b"\xfe\xff" + service.encode("utf-16-be"),
        "utf-16-le": service.encode("utf-16-le"),
        "utf-16-be": service.encode("utf-16-be"),
        "utf-16-le with BOM, odd": b"\xff\xfe" + service.encode("utf-16-le") + b"\n",
        "utf-16-le with BOM, lone surrogate": b"\xff\xfe" + service.encode("utf-16-le").replace(b"\x00\xde", b"a\x00"),
        "utf-32-le with BOM": b"\xff\xfe\x00\x00" + service.encode("utf-32-le"),
        "utf-32-be with BOM": b"\x00\x00\xfe\xff" + service.encode("utf-32-be"),
        "utf-32-le": service.encode("utf-32-le"),
        "utf-32-be": service.encode("utf-32-be"),
        "latin-1": service.replace("😀", "").encode("latin-1"),
        "utf-8 with an encoded surrogate": service.replace("😀", "\ud83d").encode("utf-8", "surrogatepass"),
        "utf-8, overlong": plain.encode().replace(b"a: b", b"a: \xc1\xa2"),
        "utf-8, truncated": service.encode().replace("ü".encode(), b"\xc3"),
        "utf-8 with NUL": plain.replace("a: b", "a: b\0c").encode(),
        "utf-8 with NUL at the end": plain.encode() + b"\0",
        "utf-8 with NUL in a comment": plain.replace("a: b", "a: b # \0").encode(),
        "utf-8 with ESC": plain.replace("a: b", "a: b\x1bc").encode(),
        "utf-8 with ESC in a comment": plain.replace("a: b", "a: b # \x1b").encode(),
        "utf-8 with BOM inside": plain.replace("a: b", "a: b\ufeffc").encode(),
        "LF": plain.encode(),
        "LF, none at the end": plain.rstrip("\n").encode(),
        "CRLF": plain.replace("\n", "\r\n").encode(),
        "CR": plain.replace("\n", "\r").encode(),
        "LF and CRLF": plain.replace("\n", "\r\n", 4).encode(),
        "NEL": plain.replace("\n", "\x85").encode(),
        "LS": plain.replace("\n", "\u2028").encode(),
        "PS": plain.replace("\n", "\u2029").encode(),
        "form feed": plain.replace("metadata:", "\fmetadata:").encode(),
    }


def record(server: Server, questions: dict[str, Any]) -> dict[str, Any]:
    """What the server says of every spelling that has been asked about before."""
    ask = {"values": value_of, "keys": key_of, "mappings": mapping_of, "json": json_value_of}
    answers: dict[str, Any] = {part: {text: of(server, text) for text in questions[part]} for part, of in ask.items()}
    answers["encodings"] = {name: encoding_of(server, data) for name, data in encodings().items()}
    return {"server": server.version(), **answers}


def _type_refused(answer: tuple[int, dict[str, Any]]) -> str | None:
    """The JSON type that did not fit, where that is why the server refuses."""
    status, body = answer
    found = UNMARSHAL.search(body["message"]) if status >= 400 else None
    return JSON_TYPES[found[1]] if found else None


def _number(answer: tuple[int, dict[str, Any]]) -> Any:
    """The number that the server read where a port is due."""
    status, body = answer
    if status == 201:
        return body["spec"]["ports"][0]["port"]
    message = body["message"]
    found = INVALID_PORT.search(message)
    if found:
        return json.loads(found[1])
    refused = UNMARSHAL.search(message)
    assert refused is not None, message
    return json.loads(refused[2])


def main() -> None:
    """Record the answers of the server that the command line names."""
    url, token = sys.argv[1:]
    golden = record(Server(url, token), json.loads(GOLDEN.read_text(encoding="utf-8")))
    GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(", ".join(f"{len(part)} {name}" for name, part in golden.items() if name != "server"))


if __name__ == "__main__":
    main()
