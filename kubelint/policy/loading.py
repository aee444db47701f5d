"""Policies from where they are written: entries of a configuration, files, folders of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kubelint import parser
from kubelint.cluster import DEFAULT_VERSION
from kubelint.discovery import search
from kubelint.node import Mapping, Scalar
from kubelint.paths import SIZE_LIMIT, read_bytes
from kubelint.policy.assembly import Assembly, located_at
from kubelint.policy.configured import ConfiguredPolicy
from kubelint.policy.errors import PolicyError
from kubelint.policy.flawed import FlawedPolicy, page_of
from kubelint.policy.rules import Policy, PolicyRule
from kubelint.policy.settings import ID_PATTERN, PolicyFile, PolicySettings
from kubelint.policy.structure import KIND, flaw_at, is_of_admission
from kubelint.resources import KINDS, Resource, resources_in
from kubelint.settings import Decoder, LeftOut, Written
from kubelint.source import Source, Undecodable, decode
from kubelint_schemas import Index


@dataclass
class Loaded:
    """The rules that policies are, sorted by id, and what is wrong with policies: those judge nothing."""

    rules: tuple[PolicyRule, ...] = ()
    errors: list[PolicyError] = field(default_factory=list)
    parameters: list[Resource] = field(default_factory=list)

    def land_in(self, namespace: str | None) -> None:
        """Say in which namespace the parameters land that name none."""
        for parameter in self.parameters:
            if parameter.is_namespaced and parameter.namespace is None:
                parameter.namespace = namespace


@dataclass
class _Gathered:
    """What stands in files before it is put together."""

    policies: list[Policy] = field(default_factory=list)
    admission_policies: list[Resource] = field(default_factory=list)
    bindings: list[Resource] = field(default_factory=list)
    others: list[Resource] = field(default_factory=list)
    errors: list[PolicyError] = field(default_factory=list)

    def add(self, settings: PolicySettings, root: str) -> None:
        """Take a policy, unless it is about kinds that nobody reads."""
        policy = ConfiguredPolicy(settings, root)
        index = Index.of(DEFAULT_VERSION)
        unread = [kind for kind in settings.match.kinds if kind not in KINDS and index.api_versions_of(kind)]
        if unread:
            self.errors.append(flaw_at(policy.place, f"kubelint reads no objects of the kind {unread[0]}"))
            self.policies.append(FlawedPolicy(policy.id, policy.place, policy.page()))
        else:
            self.policies.append(policy)

    def leave_out(self, item: LeftOut) -> None:
        """Take down what is wrong with what stands in the place of a policy."""
        source = item.node.source
        self.errors += [PolicyError(source, offset, message) for offset, message in item.problems]
        id = item.node.get("id")
        if isinstance(id, Scalar) and isinstance(id.value, str) and re.fullmatch(ID_PATTERN, id.value):
            self.policies.append(FlawedPolicy(id.value, id, page_of(item.node)))


def load(entries: Iterable[PolicySettings | str | LeftOut], folder: str, root: str) -> Loaded:
    """The policies of a configuration, or of a command line: stated there, or in files named from an absolute folder.

    `root` is what path patterns are relative to.
    """
    gathered = _Gathered()
    read: set[str] = set()
    for entry in entries:
        if isinstance(entry, LeftOut):
            gathered.leave_out(entry)
        elif isinstance(entry, PolicySettings):
            gathered.add(entry, root)
        else:
            for path in _files(entry, folder, gathered.errors):
                if path not in read:
                    read.add(path)
                    _read(path, root, gathered)
    assembled = Assembly(gathered.admission_policies, gathered.bindings, gathered.others)
    gathered.policies += assembled.policies
    gathered.errors += assembled.flaws
    return Loaded(tuple(_rules(gathered)), gathered.errors, assembled.parameters)


def _rules(gathered: _Gathered) -> Iterator[PolicyRule]:
    by_id: dict[str, Policy] = {}
    for policy in gathered.policies:
        first = by_id.setdefault(policy.id, policy)
        if first is not policy:
            where = located_at(first.place)
            gathered.errors.append(flaw_at(policy.place, f"there is a policy `{policy.id}` already, at {where}"))
    return (PolicyRule(by_id[id]) for id in sorted(by_id))


def _files(entry: str, folder: str, errors: list[PolicyError]) -> list[str]:
    path = os.path.normpath(os.path.join(folder, entry))
    if os.path.isdir(path):
        return search(path).files
    if not os.path.isfile(path):
        node = entry.node if isinstance(entry, Written) else None
        source, start = (node.source, node.start) if node is not None else (Source(path, ""), 0)
        errors.append(PolicyError(source, start, f"there is no file or folder {entry}"))
        return []
    return [path]


def _read(path: str, root: str, gathered: _Gathered) -> None:
    try:
        data, is_whole = read_bytes(path)
        source = Source(path, decode(data))
    except OSError as error:
        gathered.errors.append(PolicyError(Source(path, ""), 0, f"the file cannot be read: {error.strerror}"))
        return
    except Undecodable as error:
        gathered.errors.append(PolicyError(Source(path, ""), 0, f"{error}; {error.help}"))
        return
    if not is_whole:
        gathered.errors.append(PolicyError(Source(path, ""), 0, f"the file is larger than {SIZE_LIMIT} bytes"))
        return
    for start, end in parser.split(source.text):
        document = parser.parse(source, start, end)
        if document.problem is not None:
            problem = document.problem
            gathered.errors.append(PolicyError(source, problem.span.start, f"{problem.message}; {problem.help}"))
        elif isinstance(document.root, Mapping) and "policies" in document.root.entries:
            _read_own(document.root, root, gathered)
        else:
            for resource in resources_in(document.root):
                _take(resource, gathered)


def _read_own(document: Mapping, root: str, gathered: _Gathered) -> None:
    decoder = Decoder(())
    file = decoder.table(document, PolicyFile, "", "key")
    gathered.errors += [PolicyError(document.source, offset, text) for offset, text in sorted(decoder.problems)]
    for item in decoder.left_out:
        gathered.leave_out(item)
    if isinstance(file, PolicyFile):
        for settings in file.policies:
            gathered.add(settings, root)


def _take(resource: Resource, gathered: _Gathered) -> None:
    if not is_of_admission(resource):
        gathered.others.append(resource)
    elif resource.kind == KIND:
        gathered.admission_policies.append(resource)
    else:
        gathered.bindings.append(resource)
