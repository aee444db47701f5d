"""Ask a running kube-apiserver for its verdict on generated manifests, and write down what it says.

    python tests/conformance/record.py URL TOKEN [--kind NAME …] [--count N] [--seed N] [--version 1.36]

A generator is a module `generate_<name>.py` beside this file with a function `cases(random) -> Iterator[str]`, which
gives manifests of one object each, as YAML or JSON. What the server says of them goes to
`goldens/<minor version>/<name>.jsonl.xz`: a line on the recording, then a line for each manifest. Nothing in it is
typed by hand; the same generators, count and seed give the same file.

The server stores nothing (`dryRun=All`) except the namespaces that manifests name, and what is in `STORED` until it has
answered. README.md says which server it has to be.
"""

from __future__ import annotations

import argparse
import http.client
import json
import lzma
import re
import ssl
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
GOLDENS = FOLDER / "goldens"

TRIES = 20
"""How often a manifest is sent again where the server refused it for what it had drawn by chance."""

LONGEST_MESSAGE = 200

STORED = ("node_port",)
"""Generators whose manifests are created in earnest, and deleted again.

A dry run does not look whether node ports are in the cluster's range. But some versions of the server forget to release
a given cluster IP when they refuse a Service for something else, so that this is no way for Services in general.
"""

# `kubectl create --raw` sends every file as application/json, and `kubectl create -f` reads a file as JSON if it begins
# like JSON and as YAML if that fails; a flow mapping with bare keys is therefore YAML.
_JSON_START = re.compile(r'\s*\{\s*["}]')
_KIND = re.compile(r"""(?:^|[{,]\s*)["']?kind["']?[ \t]*:[ \t]*["']?([^\s"',}#]+)""", re.M)
_API_VERSION = re.compile(r"""(?:^|[{,]\s*)["']?apiVersion["']?[ \t]*:[ \t]*["']?([^\s"',}#]+)""", re.M)
_NAMESPACE = re.compile(r"""\bnamespace["']?\s*:\s*["']?([^\s"',}#]+)""")
_OTHER_NAMESPACE = "does not match the namespace sent on the request"
_DRAWN = "already allocated"
_TAKEN_ADDRESS = re.compile(r"failed to allocate IP (\S+): provided IP is already allocated")
_NO_PORT = "failed to allocate requested HealthCheck NodePort"
_WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')
_SNIPPET = re.compile(r"\s*\(\{.*", re.S)


class Answer(NamedTuple):
    """What the server answers to one request."""

    code: int
    warnings: list[str]
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """Why it refuses; empty where it does not."""
        return str(self.body.get("message", "")) if self.code >= 300 else ""


class Server:
    """A running kube-apiserver."""

    def __init__(self, url: str, token: str) -> None:
        address = urllib.parse.urlsplit(url)
        context = ssl._create_unverified_context()
        self.connection = http.client.HTTPSConnection(address.netloc, context=context, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.namespaces = {"default"}
        self.resources: dict[str, dict[str, tuple[str, bool]]] = {}
        self._own: list[str] | None = None

    def version(self) -> dict[str, str]:
        """What it says of its own version."""
        body = self._ask("GET", "/version").body
        return {name: body[name] for name in ("major", "minor", "gitVersion")}

    def create(self, text: str, *, store: bool = False) -> Answer:
        """The answer to a manifest that is to be created in the namespace that it names; in earnest if `store`."""
        api_version, kind = type_of(text)
        path = self._path(api_version, kind)
        if path is None:
            # A client that asks the server which kinds there are never gets as far as sending the manifest.
            return Answer(404, [], {"reason": "NotFound", "message": "the server has no such kind"})
        query = "?fieldValidation=Strict" + ("" if store else "&dryRun=All")
        answer = self._post(path.format(namespace="default"), query, text)
        if _OTHER_NAMESPACE in answer.message:
            # The server knows best how the manifest spells its namespace: whatever looks like one is tried.
            for namespace in dict.fromkeys(_NAMESPACE.findall(text)):
                self._make_namespace(namespace)
                path_there = path.format(namespace=urllib.parse.quote(namespace, safe=""))
                answer = self._post(path_there, query, text)
                if _OTHER_NAMESPACE not in answer.message:
                    break
        if answer.code == 201 and store:
            metadata = answer.body["metadata"]
            self._ask("DELETE", f"{path.format(namespace=metadata['namespace'])}/{metadata['name']}")
        return answer

    def judges(self, answer: Answer) -> bool:
        """Whether an answer depends on the manifest alone, not on what the server holds already."""
        taken = _TAKEN_ADDRESS.search(answer.message)
        # A port or an address that is taken each time is asked for twice by the manifest itself.
        return answer.code != 409 and not (taken and taken[1] in self.own_addresses())

    def own_addresses(self) -> list[str]:
        """The cluster IPs of the server's own Service, which no other can have."""
        if self._own is None:
            spec = self._ask("GET", "/api/v1/namespaces/default/services/kubernetes").body["spec"]
            self._own = list(spec["clusterIPs"])
        return self._own

    def _post(self, path: str, query: str, text: str) -> Answer:
        kind = "application/json" if _JSON_START.match(text) else "application/yaml"
        data = text.encode("utf-8", "surrogatepass")
        answer = self._ask("POST", path + query, data, kind)
        for _ in range(TRIES):
            if _DRAWN not in answer.message:
                break
            answer = self._ask("POST", path + query, data, kind)
        return answer

    def _path(self, api_version: str, kind: str) -> str | None:
        """Where manifests of a kind are posted to, with a gap for the namespace; None where there is no such kind."""
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        if root not in self.resources:
            self.resources[root] = {
                resource["kind"]: (resource["name"], resource["namespaced"])
                for resource in self._ask("GET", urllib.parse.quote(root)).body.get("resources", ())
                if "/" not in resource["name"] and "create" in resource["verbs"]
            }
        if kind not in self.resources[root]:
            return None
        plural, is_namespaced = self.resources[root][kind]
        return f"{root}/namespaces/{{namespace}}/{plural}" if is_namespaced else f"{root}/{plural}"

    def _make_namespace(self, name: str) -> None:
        if name not in self.namespaces:
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            # A name that no namespace can have is refused here, and every manifest with it is refused for it.
            self._ask("POST", "/api/v1/namespaces", json.dumps(namespace).encode(), "application/json")
            self.namespaces.add(name)

    def _ask(self, method: str, path: str, data: bytes | None = None, kind: str = "application/json") -> Answer:
        for attempt in range(TRIES):
            try:
                self.connection.request(method, path, data, self.headers | {"Content-Type": kind})
                response = self.connection.getresponse()
                text = response.read()
            except (http.client.HTTPException, OSError):
                # The server closes connections that have been used often.
                self.connection.close()
                if attempt == TRIES - 1:
                    raise
                continue
            if response.status not in (429, 503, 504):
                break
            time.sleep(0.5)
        warnings = [value for name, value in response.getheaders() if name.lower() == "warning"]
        body = json.loads(text) if text.startswith(b"{") else {"message": text.decode("utf-8", "replace")}
        return Answer(response.status, [_unquoted(warning) for warning in warnings], body)


def golden(text: str, answer: Answer) -> dict[str, Any]:
    """What is kept of an answer: no more than a comparison needs, and nothing that chance decides."""
    kept: dict[str, Any] = {"text": text, "code": answer.code}
    if answer.code >= 300:
        kept["reason"] = answer.body.get("reason", "")
    if answer.code == 422:
        causes = answer.body.get("details", {}).get("causes", ())
        kept["causes"] = sorted(
            [cause.get("field", ""), cause.get("reason", "").removeprefix("FieldValue")] for cause in causes
        )
    elif answer.code >= 300:
        # The end of a long message repeats the manifest.
        kept["message"] = _SNIPPET.sub("", answer.message)[:LONGEST_MESSAGE]
    if answer.warnings:
        kept["warnings"] = sorted(answer.warnings)
    return kept


def record(server: Server, texts: Iterable[str], *, store: bool = False) -> Iterator[dict[str, Any]]:
    """What the server says of each manifest, those left out that it cannot judge by themselves."""
    for text in texts:
        if not all(type_of(text)):
            # Nobody can send it anywhere.
            continue
        answer = server.create(text, store=store)
        if answer.code >= 500 and _NO_PORT not in answer.message:
            sys.exit(f"the server answers {answer.code} {answer.message!r} to\n{text}")
        if server.judges(answer):
            yield golden(text, answer)


def generators() -> dict[str, Callable[[Random], Iterator[str]]]:
    """The generators beside this file, by name."""
    names = sorted(path.stem.removeprefix("generate_") for path in FOLDER.glob("generate_*.py"))
    return {name: import_module(f"generate_{name}").cases for name in names}


def write(path: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Write the lines of a golden file, and say how many bytes it has."""
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    data = lzma.compress(text.encode("utf-8", "surrogatepass"), preset=9 | lzma.PRESET_EXTREME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a golden file."""
    text = lzma.decompress(path.read_bytes()).decode("utf-8", "surrogatepass")
    # The texts hold line breaks of other kinds, which are no ends of lines here.
    return [json.loads(line) for line in text.split("\n") if line]


def type_of(text: str) -> tuple[str, str]:
    """The apiVersion and the kind of a manifest; empty where it does not say."""
    try:
        found = json.loads(text)
        api_version, kind = found.get("apiVersion"), found.get("kind")
        return api_version if isinstance(api_version, str) else "", kind if isinstance(kind, str) else ""
    except ValueError:
        return _top_level(text, _API_VERSION), _top_level(text, _KIND)


def _top_level(text: str, pattern: re.Pattern[str]) -> str:
    """A field of the object itself, from the text alone: the one at the very left, else the first."""
    found = list(pattern.finditer(text))
    at_the_left = [one for one in found if text[one.start()] not in "{,"]
    return next((one[1] for one in at_the_left or found), "")


def _unquoted(warning: str) -> str:
    found = _WARNING.match(warning)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else warning


def _minor_version(said: dict[str, str], given: str | None) -> str:
    """The minor version of a server; servers that were built without a release's own script do not know it."""
    known = f"{said['major']}.{said['minor'].rstrip('+')}" if said["minor"] else None
    if known is None and given is None:
        sys.exit("the server does not know its version: give --version")
    if known is not None and given not in (None, known):
        sys.exit(f"the server says that it is {known}, not {given}")
    return known or str(given)


def main() -> None:
    """Record the answers of the server that the command line names."""
    known = generators()
    parser = argparse.ArgumentParser(description="Record what a kube-apiserver says of generated manifests.")
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--kind", action="extend", nargs="+", choices=sorted(known), metavar="NAME")
    parser.add_argument("--count", type=int, default=600, help="manifests of each kind (default: 600)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", help="the minor version of a server that does not know its own")
    arguments = parser.parse_args()
    server = Server(arguments.url, arguments.token)
    said = server.version()
    version = _minor_version(said, arguments.version)
    for name in arguments.kind or sorted(known):
        start = time.monotonic()
        texts = dict.fromkeys(islice(known[name](Random(f"{arguments.seed} {name}")), arguments.count))
        cases = list(record(server, texts, store=name in STORED))
        recording = {"version": version, "server": said, "seed": arguments.seed, "count": arguments.count}
        size = write(GOLDENS / version / f"{name}.jsonl.xz", [recording, *cases])
        codes = Counter(case["code"] for case in cases)
        warned = sum("warnings" in case for case in cases)
        print(
            f"{version} {name}: {len(cases)} cases ({len(texts) - len(cases)} left out),",
            ", ".join(f"{count} x {code}" for code, count in sorted(codes.items())),
            f"and {warned} with a warning; {size / 1024:.0f} KiB, {time.monotonic() - start:.0f} s",
        )


if __name__ == "__main__":
    main()
