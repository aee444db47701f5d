"""What a project decides about its linting: the keys, the file that holds them, and what is wrong in it.

The declaration of `Config` is the only list of keys. The names, annotations, defaults and attribute docstrings of its
fields say what a file may hold; the decoder here and the JSON Schema (`config_schema.py`) both read them there, as they
read the options of a rule from the dataclass that the rule declares.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import kubelint_schemas
from kubelint import glob
from kubelint.discovery import CONFIGURATION_NAMES
from kubelint.facts.providers import provider_ids
from kubelint.finding import Severity
from kubelint.node import Mapping as MappingNode
from kubelint.node import Node, Scalar
from kubelint.paths import as_read
from kubelint.policy.settings import CATEGORY, ID_PATTERN, PREFIX, PolicyPath, PolicySettings
from kubelint.settings import (
    ITEM_BY_ITEM,
    ConfigError,
    Decoder,
    FolderGlob,
    Glob,
    LeftOut,
    OptionError,
    OptionsByRule,
    Text,
    given_twice,
    located,
    settings_of,
)
from kubelint.source import Source, Undecodable, decode
from kubelint.toml_nodes import node_of, read_toml

if TYPE_CHECKING:
    from kubelint.rule import Rule


def _ids(rules: Sequence[Rule]) -> list[str]:
    return sorted(rule.id for rule in rules)


def _ids_and_categories(rules: Sequence[Rule]) -> list[str]:
    return [*_ids(rules), *sorted({CATEGORY, *(rule.category for rule in rules)})]


def _selectors(rules: Sequence[Rule]) -> list[str]:
    return [*_ids_and_categories(rules), ALL]


ALL = "ALL"
"""Names every rule, where rules are named."""

WORD_PATTERN = f"[a-z][a-z0-9_-]*|{PREFIX}{ID_PATTERN}"
"""What the ids and categories of rules look like."""

_LISTED_BY = "`kubelint rules` lists them"
RULE_ID = Text("rule", _LISTED_BY, _ids, WORD_PATTERN)

Selector = Annotated[str, Text("rule or category", _LISTED_BY, _selectors, f"{ALL}|{WORD_PATTERN}")]
RuleOrCategory = Annotated[str, Text("rule or category", _LISTED_BY, _ids_and_categories, WORD_PATTERN)]
KubernetesVersion = Annotated[
    str, Text("Kubernetes version", "write a minor version", lambda rules: kubelint_schemas.versions(), number=True)
]
Provider = Annotated[str, Text("provider", "", lambda rules: provider_ids())]
Namespace = Annotated[
    str,
    Text(
        "name of a namespace",
        "write at most 63 small letters, digits and `-`, with a letter or digit at both ends",
        pattern="[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    ),
]
WorkloadKind = Annotated[str, Text("kind", "write it as in the manifests", pattern="[A-Z][A-Za-z0-9]*")]
FieldPath = Annotated[
    str,
    Text(
        "path of a field",
        "write the keys from the object's root, with dots between them",
        pattern=r"[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*",
    ),
]

_NODE_PORT_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


@dataclass(frozen=True)
class ClusterConfig:
    """How the API server of the cluster is configured: what its verdict depends on beside the manifest."""

    service_cidrs: tuple[str, ...] = ()
    """The blocks of cluster IPs, as CIDRs (`--service-cluster-ip-range`). Unset: nothing is concluded from them."""

    node_port_range: str = "30000-32767"
    """The first and the last node port (`--service-node-port-range`)."""

    ip_families: tuple[Literal["IPv4", "IPv6"], ...] = ()
    """The IP families of Services, the first one first. Unset: nothing is concluded from them."""

    public_nodes: bool = False
    """Whether the nodes have addresses on the internet: their node ports are then open to everybody."""

    def __post_init__(self) -> None:
        found = _NODE_PORT_RANGE.fullmatch(self.node_port_range)
        if found is None or not 1 <= int(found[1]) <= int(found[2]) <= 65535:
            raise ValueError("`node-port-range` is no range of ports; write it as `30000-32767`")
        if self.service_cidrs:
            from ipaddress import ip_network

            for text in self.service_cidrs:
                try:
                    ip_network(text)
                except ValueError:
                    raise ValueError(f"`{text}` in `service-cidrs` is no CIDR; write it as `10.96.0.0/12`") from None

    @property
    def node_ports(self) -> tuple[int, int]:
        """The first and the last node port."""
        first, last = self.node_port_range.split("-")
        return int(first), int(last)


@dataclass(frozen=True)
class Config:
    """What a project decides about its linting. Without a file: `Config()`.

    A field is a key of the file, in kebab-case there. Paths that are asked about are relative to the project root and
    written with `/`; a folder's path ends in one.
    """

    select: tuple[Selector, ...] | None = None
    """The rules that run, by id, category or `ALL`. Unset: all that are on by default. A rule that is off by default
    runs when its id stands here, or when the preset is `strict`."""

    ignore: tuple[Selector, ...] = ()
    """The rules that do not run, by id, category or `ALL`. It wins over `select`, except where that names a rule more
    specifically: an id is more specific than a category, a category than `ALL`."""

    severity: Mapping[RuleOrCategory, Severity] = field(default_factory=dict)
    """The severity of all findings of a rule or of a category; an id wins over a category."""

    per_file_ignores: Mapping[Glob, tuple[Selector, ...]] = field(default_factory=dict)
    """Path patterns, and the rules (by id, category or `ALL`) whose findings are not reported in files that match."""

    exclude: tuple[Glob, ...] = ()
    """Files and folders that are not read at all, as path patterns."""

    kubernetes_version: KubernetesVersion | None = None
    """The minor version of Kubernetes that the manifests are for, such as `"1.36"`. Unset: a recent one."""

    provider: Provider | None = None
    """Whose load balancers the cluster has. Unset: any provider's, told by annotations and load balancer classes."""

    namespace: Namespace | None = None
    """The namespace in which objects land that name none. Unset: it may be any."""

    applications: tuple[FolderGlob, ...] = ()
    """Folders, as path patterns (`.` for the project root), each of which holds what is deployed together."""

    workload_kinds: Mapping[WorkloadKind, FieldPath] = field(default_factory=dict)
    """Custom resources that stand for pods: their kind, and the path of their pod template, such as
    `Rollout: spec.template`."""

    rules: Annotated[Mapping[str, object], OptionsByRule(RULE_ID)] = field(default_factory=dict)
    """The options of rules, by rule id."""

    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    """How the API server of the cluster is configured."""

    policies: tuple[PolicySettings | PolicyPath, ...] = field(default=(), metadata={ITEM_BY_ITEM: True})
    """Policies of one's own, and files that hold such policies or ValidatingAdmissionPolicies with their bindings and
    parameters; paths are relative to the configuration's folder."""

    preset: Literal["default", "strict"] = "default"
    """Which rules are on: `default`, or `strict` for those too that are off by default."""

    fail_on: Literal["error", "warning", "note", "never"] = "warning"
    """The lowest severity of a finding that makes the run end with exit code 1."""

    @property
    def fail_severity(self) -> Severity | None:
        """The lowest severity that fails a run; None where findings never do."""
        return None if self.fail_on == "never" else Severity(self.fail_on)

    def selects(self, rule: Rule) -> bool:
        """Whether a rule runs.

        `select` and `ignore` name rules by id, by category or by `ALL`, each more specific than the next. The more
        specific one decides, `ignore` where both are equally so. Rules that are off by default run only where `select`
        names their id, or by category and `ALL` too under the preset `strict`.
        """
        selected = _specificity(rule, (ALL,) if self.select is None else self.select)
        if selected < _BY_ID and not rule.default and self.preset != "strict":
            return False
        return selected > _specificity(rule, self.ignore)

    def severity_of(self, rule: Rule) -> Severity | None:
        """The severity that all findings of a rule get, or None where it is the rule's to say."""
        return self.severity.get(rule.id) or self.severity.get(rule.category)

    def options_of(self, rule: Rule) -> object | None:
        """The options of a rule: an instance of its dataclass, with defaults filled in. None where it declares none."""
        if rule.options is None:
            return None
        given = self.rules.get(rule.id)
        return rule.options() if given is None else given

    def ignored_for(self, relative_path: str) -> frozenset[str]:
        """What `per-file-ignores` says of one file: ids, categories, `ALL`. `names` tells whether that means a rule."""
        ignored: frozenset[str] = frozenset()
        for pattern, words in self._per_file_ignores:
            if pattern.fullmatch(relative_path):
                ignored = ignored.union(words)
        return ignored

    def excludes(self, relative_path: str) -> bool:
        """Whether a file is not read, or nothing in a folder is."""
        return self._exclude.fullmatch(relative_path) is not None

    def is_application(self, relative_folder: str) -> bool:
        """Whether a folder itself, not one above it, is named as an application. `.` is the project root."""
        return self._applications.fullmatch(relative_folder) is not None

    def with_command_line(
        self,
        rules: Sequence[Rule],
        *,
        select: Collection[str] | None = None,
        ignore: Collection[str] | None = None,
        kubernetes_version: str | None = None,
        provider: str | None = None,
        namespace: str | None = None,
        fail_on: str | None = None,
    ) -> Config:
        """The same configuration with what the command line says in place of it; None and () say nothing.

        What `--select` names is no longer ignored under that very name. Raises OptionError.
        """
        every = {
            "select": select,
            "ignore": ignore,
            "kubernetes_version": kubernetes_version,
            "provider": provider,
            "namespace": namespace,
            "fail_on": fail_on,
        }
        given = {name: value for name, value in every.items() if value is not None and value != ()}
        if not given:
            return self
        settings = {setting.field.name: setting for setting in settings_of(Config)}
        values: dict[str, Any] = {}
        messages: list[str] = []
        for name, value in given.items():
            setting = settings[name]
            decoder = Decoder(rules)
            written = value if isinstance(value, str) else list(value)
            values[name] = decoder.value(node_of(Source("", ""), written, {}, (), 0), setting.hint, setting.key)
            messages += [f"--{setting.key}: {message}" for _, message in decoder.problems]
        if messages:
            raise OptionError(messages)
        if "select" in values and "ignore" not in values:
            values["ignore"] = tuple(word for word in self.ignore if word not in values["select"])
        return replace(self, **values)

    @cached_property
    def _exclude(self) -> re.Pattern[str]:
        return glob.compiled(self.exclude)

    @cached_property
    def _applications(self) -> re.Pattern[str]:
        return glob.compiled(self.applications, below=False)

    @cached_property
    def _per_file_ignores(self) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
        return [(glob.compiled((pattern,)), words) for pattern, words in self.per_file_ignores.items()]


_UNNAMED, _BY_ALL, _BY_CATEGORY, _BY_ID = range(4)


def _specificity(rule: Rule, words: Collection[str]) -> int:
    if rule.id in words:
        return _BY_ID
    if rule.category in words:
        return _BY_CATEGORY
    return _BY_ALL if ALL in words else _UNNAMED


def names(words: Collection[str], rule_id: str, category: str) -> bool:
    """Whether ids, categories and `ALL` name a rule."""
    return rule_id in words or category in words or ALL in words


def find(folder: str) -> str | None:
    """The nearest configuration file of an absolute folder: its own, else that of the folder above; None without one.

    A `pyproject.toml` counts where it has a table `[tool.kubelint]`, or is no TOML, which only loading it can say.
    """
    while True:
        for name in CONFIGURATION_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (not path.endswith(".toml") or _may_configure(path)):
                return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def load(path: str, rules: Sequence[Rule]) -> Config:
    """The configuration that a file holds: the table `[tool.kubelint]` of a `.toml` file, else a YAML mapping.

    `rules` are all that it may name, its own policies among them (`policies_in`). Raises ConfigError with every problem
    of the file, in the order of its text.
    """
    decoder = Decoder(rules)
    source, root = _read(path, decoder)
    config = Config() if root is None else decoder.table(root, Config, "", "key")
    if decoder.problems:
        raise ConfigError(located(source, offset, text) for offset, text in sorted(decoder.problems))
    assert isinstance(config, Config)
    return config


def policies_in(path: str) -> tuple[PolicySettings | str | LeftOut, ...]:
    """The policies, and the paths of files of policies, that a configuration file names; behind them what stands in
    their place and is none. What else is wrong in the file, `load` says."""
    decoder = Decoder(())
    try:
        _, root = _read(path, decoder)
    except ConfigError:
        return ()
    given = root.entries.get("policies") if isinstance(root, MappingNode) else None
    if given is None:
        return ()
    hint = next(setting.hint for setting in settings_of(Config) if setting.field.name == "policies")
    return (*decoder.fitting(given, hint, "policies"), *decoder.left_out)


def _read(path: str, decoder: Decoder) -> tuple[Source, Node | None]:
    try:
        with open(path, "rb") as file:
            source = Source(path, decode(file.read()))
    except OSError as error:
        raise ConfigError([f"{as_read(path)}: cannot be read: {error.strerror}"]) from error
    except Undecodable as error:
        raise ConfigError([f"{as_read(path)}: {error}; {error.help}"]) from error
    return source, read_toml(source) if path.endswith(".toml") else _read_yaml(source, decoder)


def _may_configure(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return False
    if b"kubelint" not in data:
        return False
    import tomllib

    try:
        tool = tomllib.loads(decode(data)).get("tool")
    except (ValueError, RecursionError):
        return True
    return isinstance(tool, dict) and "kubelint" in tool


def _read_yaml(source: Source, decoder: Decoder) -> Node | None:
    # With its configuration in TOML, or none, a command that reads no manifest needs no YAML.
    from kubelint import parser

    stretches = parser.split(source.text)
    if not stretches:
        return None
    document = parser.parse(source, *stretches[0])
    if document.problem is not None:
        decoder.problems.append((document.problem.span.start, f"{document.problem.message}; {document.problem.help}"))
    decoder.problems += given_twice(document.duplicates)
    for start, _ in stretches[1:]:
        decoder.problems.append((start, "a configuration is one YAML document; remove what begins here"))
    return None if isinstance(document.root, Scalar) and document.root.value is None else document.root
