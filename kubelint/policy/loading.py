"""Policies from where they are written: entries of a configuration, files, folders of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kubelint import parser
from kubelint.cluster import DEFAULT_VERSION
from kubelint.discovery import CONFIGURATION_NAMES, PathNotFound, expand, search
from kubelint.node import Mapping, Node, Place, Scalar, Sequence
from kubelint.paths import SIZE_LIMIT, read_bytes
from kubelint.policy.assembly import Assembly, there_already
from kubelint.policy.configured import ConfiguredPolicy
from kubelint.policy.errors import PolicyError
from kubelint.policy.flawed import FlawedPolicy, page_of
from kubelint.policy.rules import Policy, PolicyRule
from kubelint.policy.settings import ID_PATTERN, PolicyFile, PolicySettings
from kubelint.policy.structure import BINDING_KIND, GROUP, KIND, VERSIONS, flaw_at
from kubelint.resources import KINDS, Resource, resources_in, text_of
from kubelint.settings import Decoder, LeftOut, Written, given_twice, shortened
from kubelint.source import Source, Span, Undecodable, decode
from kubelint.suggestion import closest
from kubelint.template import has_template_actions
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
class _File:
    """What was found in one file: whether any of it is about policies, and the objects that may be parameters."""

    has_policies: bool = False
    others: list[Resource] = field(default_factory=list)


@dataclass
class _Gathered:
    """What stands in files before it is put together."""

    policies: list[Policy] = field(default_factory=list)
    admission_policies: list[Resource] = field(default_factory=list)
    bindings: list[Resource] = field(default_factory=list)
    files: dict[str, _File] = field(default_factory=dict)
    errors: list[PolicyError] = field(default_factory=list)

    @property
    def others(self) -> list[Resource]:
        """The objects of all files that are neither policies nor bindings."""
        return [resource for file in self.files.values() for resource in file.others]

    def add(self, settings: PolicySettings, root: str) -> None:
        """Take a policy, unless it is about kinds that nobody reads."""
        policy = ConfiguredPolicy(settings, root)
        index = Index.of(DEFAULT_VERSION)
        unread = [kind for kind in settings.match.kinds if kind not in KINDS and index.api_versions_of(kind)]
        if unread:
            kinds = " and ".join(f"`{kind}`" for kind in unread)
            what = f"kubelint reads no objects of the kind{'s' if len(unread) > 1 else ''} {kinds}; it reads {_READ}"
            self.errors.append(flaw_at(unread[0].node or policy.place, what))
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


_READ = "Services, workloads, Ingresses, routes, NetworkPolicies, EndpointSlices, Namespaces and custom kinds"
_POLICIES = "policies"
_MAY_HOLD_POLICIES = re.compile(rf"^policies:|{KIND}", re.M)
_KINDS = (KIND, BINDING_KIND)
_NEAR, _NEAR_KEY = 0.9, 0.7
"""How alike a kind must be to one of these for being a slip of it, and a key to that of policies."""
_ARE_READ = f"read are `{_POLICIES}:`, ValidatingAdmissionPolicies and their bindings"


def load(entries: Iterable[PolicySettings | str | LeftOut], folder: str, root: str) -> Loaded:
    """The policies of a configuration, or of a command line: stated there, or in files named from an absolute folder.

    `root` is what path patterns are relative to.
    """
    gathered = _Gathered()
    named: list[_Named] = []
    for entry in entries:
        if isinstance(entry, LeftOut):
            gathered.leave_out(entry)
        elif isinstance(entry, PolicySettings):
            gathered.add(entry, root)
        else:
            meant = _named(entry, folder, gathered.errors)
            named += [meant] if meant is not None else []
    typed = {path for one in named for path in one.files if path == one.path}
    for one in named:
        for path in one.files:
            if path not in gathered.files:
                gathered.files[path] = _File()
                _Reader(path, root, gathered, is_named=path in typed).read()
    assembled = Assembly(gathered.admission_policies, gathered.bindings, gathered.others)
    gathered.policies += assembled.policies
    gathered.errors += assembled.flaws
    gathered.errors += _without_use(named, gathered.files, assembled)
    return Loaded(tuple(_rules(gathered)), gathered.errors, assembled.parameters)


class _Named(NamedTuple):
    """A file, a folder or a pattern that is named, where to point, and the files that it means; paths are absolute."""

    path: str
    place: Place
    files: list[str]


def _without_use(named: Iterable[_Named], files: dict[str, _File], assembled: Assembly) -> Iterator[PolicyError]:
    """What is named and holds neither a policy, a binding or a parameter, nor anything that was meant to be one."""
    for one in named:
        held = [files[path] for path in one.files]
        if any(file.has_policies or any(map(assembled.has_use_for, file.others)) for file in held):
            continue
        kinds = sorted({resource.kind for file in held for resource in file.others if resource.kind})
        only = f", only {shortened(', '.join(kinds))}" if kinds else ""
        yield flaw_at(one.place, f"there is no policy in it{only}; {_ARE_READ}")


def _rules(gathered: _Gathered) -> Iterator[PolicyRule]:
    by_id: dict[str, Policy] = {}
    for policy in gathered.policies:
        first = by_id.setdefault(policy.id, policy)
        if first is not policy:
            gathered.errors.append(flaw_at(policy.place, there_already("policy", policy.id, first.place)))
    return (PolicyRule(by_id[id]) for id in sorted(by_id))


def _named(entry: str, folder: str, errors: list[PolicyError]) -> _Named | None:
    """The files that an entry means: one, or those of a folder or a pattern; notes where there are none."""
    path = os.path.normpath(os.path.join(folder, entry))
    node = entry.node if isinstance(entry, Written) else None
    place = node or _beginning(path)
    try:
        found = expand([entry], folder)
    except PathNotFound:
        errors.append(flaw_at(place, f"there is no file or folder {entry}"))
        return None
    if found == [path] and not os.path.isdir(path):
        return _Named(path, _beginning(path), found)
    files = [file for one in found for file in (_files_in(one) if os.path.isdir(one) else [one])]
    return _Named(path, place, list(dict.fromkeys(files)))


def _files_in(folder: str) -> list[str]:
    return [file for file in search(folder).files if os.path.basename(file) not in CONFIGURATION_NAMES]


def _beginning(path: str) -> Place:
    return Span(Source(path, ""), 0, 0)


class _Reader:
    """Reads one file. One that is named has to hold nothing but what policies need; a folder may hold other files."""

    def __init__(self, path: str, root: str, gathered: _Gathered, *, is_named: bool) -> None:
        self.path = path
        self.root = root
        self.gathered = gathered
        self.is_named = is_named
        self.file = gathered.files[path]

    def read(self) -> None:
        """Take what is in the file."""
        try:
            data, is_whole = read_bytes(self.path)
            source = Source(self.path, decode(data))
        except OSError as error:
            self._refuse(_beginning(self.path), f"the file cannot be read: {error.strerror}")
            return
        except Undecodable as error:
            self._refuse(_beginning(self.path), f"{error}; {error.help}")
            return
        if not is_whole:
            self._refuse(_beginning(self.path), f"the file is larger than {SIZE_LIMIT} bytes")
            return
        documents = [parser.parse(source, start, end) for start, end in parser.split(source.text)]
        is_broken = any(document.problem is not None for document in documents)
        is_meant = self.is_named or _MAY_HOLD_POLICIES.search(source.text) is not None
        if is_broken and not is_meant:
            # Beside policies a folder may hold templates, and what is no YAML at all.
            return
        if is_broken and has_template_actions(source.text):
            self._refuse(_beginning(self.path), "the file is a template; render it first")
            return
        for document in documents:
            self._take_document(document)

    def _take_document(self, document: parser.Document) -> None:
        problem, root = document.problem, document.root
        if problem is not None:
            self._refuse(problem.span, f"{problem.message}; {problem.help}")
        elif isinstance(root, Mapping) and _POLICIES in root.entries:
            self._take_own(root, given_twice(document.duplicates))
        elif resources := list(resources_in(root)):
            for resource in resources:
                self._take(resource)
            if self.file.has_policies:
                # The server takes no key twice, be it merged or written.
                for later, _ in document.duplicates:
                    self._refuse(later.key, f"the key `{later.step}` is given twice; remove one")
        elif root is not None:
            self._take_other(root)

    def _take_own(self, document: Mapping, problems: list[tuple[int, str]]) -> None:
        held = document.entries[_POLICIES]
        if not self.is_named and not _may_be_policies(held):
            # Another tool's file has such a key, too.
            return
        self.file.has_policies = True
        decoder = Decoder(())
        decoder.problems += problems
        file = decoder.table(document, PolicyFile, "", "key")
        source = document.source
        self.gathered.errors += [PolicyError(source, offset, text) for offset, text in sorted(decoder.problems)]
        for item in decoder.left_out:
            self.gathered.leave_out(item)
        if isinstance(file, PolicyFile):
            for settings in file.policies:
                self.gathered.add(settings, self.root)

    def _take(self, resource: Resource) -> None:
        """Take an object: a policy, a binding, what is meant to be one, or what may be a parameter."""
        if resource.kind in _KINDS:
            self.file.has_policies = True
            (self.gathered.admission_policies if resource.kind == KIND else self.gathered.bindings).append(resource)
            return
        is_known = bool(Index.of(DEFAULT_VERSION).api_versions_of(resource.kind))
        meant = None if is_known else closest(resource.kind, _KINDS, cutoff=_NEAR)
        if meant is None:
            self.file.others.append(resource)
        else:
            place = resource.get("kind") or resource.node
            self._refuse(place, f"there is no kind `{resource.kind}`; did you mean `{meant}`?")

    def _take_other(self, root: Node) -> None:
        """Take what is neither policies nor an object: say how it would be, if it looks like it or is all there is."""
        if isinstance(root, Sequence):
            if self.is_named or any(map(_looks_like_policy, root.items)):
                self._refuse(root, f"the document is a list; put it below the key `{_POLICIES}:`", *root.items)
        elif _looks_like_policy(root):
            message = f"the document is a policy by itself; make it an item of a list below `{_POLICIES}:`"
            self._refuse(root, message, root)
        elif isinstance(root, Mapping):
            self._take_other_map(root)
        elif self.is_named and isinstance(root, Scalar) and root.value is not None:
            self._refuse(root, f"the document is a text; {_ARE_READ}")

    def _take_other_map(self, root: Mapping) -> None:
        kind = text_of(root.get("kind"))
        if kind is not None and not kind.endswith("List") and closest(kind, _KINDS, cutoff=_NEAR) is not None:
            self._refuse(root.entries["kind"], f"a {kind} needs an apiVersion; write `{GROUP}/{VERSIONS[0]}`")
            return
        for key, child in root.entries.items():
            items = list(child.children()) if isinstance(child, Sequence) else []
            is_meant = self.is_named or any(map(_looks_like_policy, items))
            if is_meant and closest(key, [_POLICIES], cutoff=_NEAR_KEY) is not None:
                self._refuse(child.key, f"unknown key `{key}`; did you mean `{_POLICIES}`?", *items)
                return
        if self.is_named and root.entries and kind is None:
            self._refuse(root, f"the document holds no policy; {_ARE_READ}")

    def _refuse(self, place: Place, message: str, *policies: Node) -> None:
        """Note what is wrong, with which some policies are left out."""
        self.file.has_policies = True
        for policy in policies:
            self.gathered.leave_out(LeftOut(policy, ()))
        self.gathered.errors.append(flaw_at(place, message))


def _may_be_policies(node: Node) -> bool:
    return isinstance(node, Sequence) and (not node.items or any(map(_looks_like_policy, node.items)))


def _looks_like_policy(node: Node) -> bool:
    return node.get("expression") is not None and node.get("kind") is None
