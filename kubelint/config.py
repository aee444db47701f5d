"""What a project decides about its linting: the keys, the file that holds them, and what is wrong in it.

The declaration of `Config` is the only list of keys. The names, annotations, defaults and attribute docstrings of its
fields say what a file may hold; the decoder here and the JSON Schema (`config_schema.py`) both read them there, as they
read the options of a rule from the dataclass that the rule declares.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import kubelint_schemas
from kubelint import glob, node
from kubelint.discovery import CONFIGURATION_NAMES
from kubelint.finding import Severity
from kubelint.node import Node, Scalar
from kubelint.rule import RuleError
from kubelint.source import Source, Undecodable, decode
from kubelint.suggestion import closest

if TYPE_CHECKING:
    from kubelint.rule import Rule

PROVIDERS = (
    *("alibaba", "aws-ccm", "aws-lbc", "azure", "cilium", "civo", "digitalocean", "exoscale", "gke", "hetzner", "ibm"),
    *("kube-vip", "linode", "metallb", "none", "oci", "openstack", "ovh", "purelb", "scaleway", "tencent", "vultr"),
)
"""Whose load balancers a cluster has; `none`: it has no load balancers."""

_LISTING_LIMIT, _LISTING_BESIDE_SUGGESTION_LIMIT = 400, 80


class ConfigError(Exception):
    """A configuration that cannot be followed. `messages` are all of its problems; `str()` gives one a line."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


class Text(NamedTuple):
    """Annotates a `str` that cannot be just any: `noun` is what it is, and `help` how to write one.

    `words` gives what it may be, knowing the rules; `pattern` is an expression that the whole text matches. With both,
    the words decide and the pattern says what words look like that a plug-in may bring. `number`: may be written as
    one, since its text is all that counts.
    """

    noun: str
    help: str
    words: Callable[[Sequence[Rule]], Collection[str]] | None = None
    pattern: str | None = None
    number: bool = False


class OptionsByRule(NamedTuple):
    """Annotates the mapping of a rule's id to an instance of the dataclass of its options."""


def _ids(rules: Sequence[Rule]) -> list[str]:
    return sorted(rule.id for rule in rules)


def _ids_and_categories(rules: Sequence[Rule]) -> list[str]:
    return [*_ids(rules), *sorted({rule.category for rule in rules})]


def _selectors(rules: Sequence[Rule]) -> list[str]:
    return [*_ids_and_categories(rules), ALL]


ALL = "ALL"
"""Names every rule, where rules are named."""

WORD_PATTERN = "[a-z][a-z0-9_-]*"
"""What the ids and categories of rules look like."""

_LISTED_BY = "`kubelint rules` lists them"
RULE_ID = Text("rule", _LISTED_BY, _ids, WORD_PATTERN)

Selector = Annotated[str, Text("rule or category", _LISTED_BY, _selectors, f"{ALL}|{WORD_PATTERN}")]
RuleOrCategory = Annotated[str, Text("rule or category", _LISTED_BY, _ids_and_categories, WORD_PATTERN)]
_GLOB_HELP = "write it as in .gitignore, relative to the project root, without `!` or `..`"
_GLOB_PATTERN = r"(?!!|\.\.(?:/|$))(?=.*[^./]).+"
Glob = Annotated[str, Text("path pattern", _GLOB_HELP, pattern=_GLOB_PATTERN)]
FolderGlob = Annotated[str, Text("folder pattern", _GLOB_HELP, pattern=rf"\.|{_GLOB_PATTERN}")]
KubernetesVersion = Annotated[
    str, Text("Kubernetes version", "write a minor version", lambda rules: kubelint_schemas.versions(), number=True)
]
Provider = Annotated[str, Text("provider", "", lambda rules: PROVIDERS)]
Namespace = Annotated[
    str,
    Text(
        "name of a namespace",
        "write at most 63 small letters, digits and `-`, with a letter or digit at both ends",
        pattern="[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
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

    rules: Annotated[Mapping[str, object], OptionsByRule()] = field(default_factory=dict)
    """The options of rules, by rule id."""

    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    """How the API server of the cluster is configured."""

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

        What `--select` names is no longer ignored under that very name. Raises ConfigError, whose messages start with
        the name of the command-line option.
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
            decoder = _Decoder(rules)
            written = value if isinstance(value, str) else list(value)
            values[name] = decoder.value(_node_of(Source("", ""), written, {}, (), 0), setting.hint, setting.key)
            messages += [f"--{setting.key}: {message}" for _, message in decoder.problems]
        if messages:
            raise ConfigError(messages)
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

    Raises ConfigError with every problem of the file, in the order of its text.
    """
    try:
        with open(path, "rb") as file:
            source = Source(path, decode(file.read()))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except Undecodable as error:
        raise ConfigError([f"{path}: {error}; {error.help}"]) from error
    decoder = _Decoder(rules)
    root = _read_toml(source) if path.endswith(".toml") else _read_yaml(source, decoder)
    config = Config() if root is None else decoder.table(root, Config, "", "key")
    if decoder.problems:
        raise ConfigError(_located(source, offset, text) for offset, text in sorted(decoder.problems))
    assert isinstance(config, Config)
    return config


def _located(source: Source, offset: int, message: str) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}: {message}"


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


def _read_yaml(source: Source, decoder: _Decoder) -> Node | None:
    # With its configuration in TOML, or none, a command that reads no manifest needs no YAML.
    from kubelint import parser

    stretches = parser.split(source.text)
    if not stretches:
        return None
    document = parser.parse(source, *stretches[0])
    if document.problem is not None:
        decoder.problems.append((document.problem.span.start, f"{document.problem.message}; {document.problem.help}"))
    for later, _ in document.duplicates:
        decoder.problems.append((later.key.span.start, f"the key `{later.step}` is given twice; remove one"))
    for start, _ in stretches[1:]:
        decoder.problems.append((start, "a configuration is one YAML document; remove what begins here"))
    return None if isinstance(document.root, Scalar) and document.root.value is None else document.root


class Setting(NamedTuple):
    """What a declaration says of one key: its name in the file, its field, and its annotation, evaluated."""

    key: str
    field: Field[Any]
    hint: Any


def settings_of(declaration: type) -> list[Setting]:
    """The keys that a dataclass declares. Raises RuleError where it is none, or a key may not be left out."""
    if not is_dataclass(declaration):
        raise RuleError(f"{declaration.__qualname__} declares options and is no dataclass")
    try:
        hints = get_type_hints(declaration, include_extras=True)
        declaration()
    except (NameError, TypeError) as error:
        raise RuleError(f"{declaration.__qualname__} does not declare options as they are declared: {error}") from error
    return [Setting(entry.name.replace("_", "-"), entry, hints[entry.name]) for entry in fields(declaration)]


def unwrapped(hint: Any) -> tuple[Any, Text | OptionsByRule | None]:
    """An annotation without the None that stands for an unset key, and what annotates it further."""
    if get_origin(hint) in (Union, UnionType):
        others = [other for other in get_args(hint) if other is not NoneType]
        hint = others[0] if len(others) == 1 else hint
    if get_origin(hint) is Annotated:
        core, *further = get_args(hint)
        return core, next((one for one in further if isinstance(one, Text | OptionsByRule)), None)
    return hint, None


def words_of(hint: Any) -> list[str | int | float | bool] | None:
    """What a Literal or an Enum allows, as it is written in a file; None for any other annotation."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    return None


def unusable(hint: Any, name: str) -> RuleError:
    """The error for an annotation that nothing in a file can be decoded to."""
    return RuleError(f"the option `{name}` is annotated with {hint}, which no value of a configuration can have")


class _Decoder:
    """Nodes to what annotations ask for. What does not fit is noted; its value is then of no meaning."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.problems: list[tuple[int, str]] = []
        """Offset and message of each."""

    def table(self, given: Node, declaration: type, name: str, noun: str) -> object:
        """An instance of a dataclass, from a mapping; its keys are called `noun` in messages."""
        if not isinstance(given, node.Mapping):
            self._refuse(given, name or "the configuration", "a map")
            return None
        before = len(self.problems)
        settings = {setting.key: setting for setting in settings_of(declaration)}
        values: dict[str, Any] = {}
        for key, value in given.entries.items():
            setting = settings.get(key)
            if setting is None:
                self._note(value.key, f"unknown {noun} `{key}`{_way_out(key, settings)}")
            else:
                values[setting.field.name] = self.value(value, setting.hint, f"{name}.{key}" if name else key)
        if len(self.problems) > before:
            return None
        try:
            return declaration(**values)
        except ValueError as error:
            self._note(given.key, f"`{name}`: {error}")
            return None

    def value(self, given: Node, hint: Any, name: str) -> Any:
        """What an annotation asks for, from the node that stands under a key (`name`)."""
        core, further = unwrapped(hint)
        if isinstance(further, OptionsByRule):
            return self._options_by_rule(given, name)
        if isinstance(further, Text):
            return self._text(given, further, name)
        words = words_of(core)
        if words is not None:
            return self._word(given, core, words, name)
        arguments = get_args(core)
        if get_origin(core) is tuple and arguments[1:] == (...,):
            return self._list(given, arguments[0], name)
        if get_origin(core) is Mapping:
            return self._map(given, arguments[0], arguments[1], name)
        if is_dataclass(core) and isinstance(core, type):
            return self.table(given, core, name, f"key of `{name}`:")
        if core in _SIMPLE:
            return self._simple(given, core, name)
        raise unusable(hint, name)

    def _list(self, given: Node, hint: Any, name: str) -> tuple[Any, ...]:
        if isinstance(given, node.Sequence):
            return tuple(self.value(item, hint, name) for item in given.items)
        self._refuse(given, name, "a list")
        return ()

    def _map(self, given: Node, key_hint: Any, hint: Any, name: str) -> dict[str, Any]:
        if not isinstance(given, node.Mapping):
            self._refuse(given, name, "a map")
            return {}
        _, kind = unwrapped(key_hint)
        for key, value in given.entries.items():
            if isinstance(kind, Text):
                self._check(value.key, key, kind, name)
        return {key: self.value(value, hint, f"{name}.{key}") for key, value in given.entries.items()}

    def _options_by_rule(self, given: Node, name: str) -> dict[str, object]:
        if not isinstance(given, node.Mapping):
            self._refuse(given, name, "a map")
            return {}
        rules = {rule.id: rule for rule in self.rules}
        options: dict[str, object] = {}
        for id, value in given.entries.items():
            if self._check(value.key, id, RULE_ID, name):
                declaration = rules[id].options or _NoOptions
                options[id] = self.table(value, declaration, f"{name}.{id}", f"option of the rule `{id}`:")
        return options

    def _text(self, given: Node, kind: Text, name: str) -> str:
        if isinstance(given, Scalar):
            # `1.30` is a number to YAML and TOML, and the same one as `1.3`; only its text says which version is meant.
            if kind.number and isinstance(given.value, int | float) and not isinstance(given.value, bool):
                self._check(given, given.text, kind, name)
                return given.text
            if isinstance(given.value, str):
                self._check(given, given.value, kind, name)
                return given.value
        self._refuse(given, name, "a text")
        return ""

    def _check(self, place: node.Place, word: str, kind: Text, name: str) -> bool:
        if kind.words is not None:
            known = kind.words(self.rules)
            if word not in known:
                self._note(place, f"unknown {kind.noun} `{_cut(word)}` in `{name}`{_way_out(word, known, kind.help)}")
            return word in known
        if kind.pattern is not None and re.fullmatch(kind.pattern, word) is None:
            self._note(place, f"`{_cut(word)}` in `{name}` is no {kind.noun}; {kind.help}")
            return False
        return True

    def _word(self, given: Node, core: Any, words: list[Any], name: str) -> Any:
        value = given.value if isinstance(given, Scalar) else None
        for word in words:
            if word == value and isinstance(word, bool) is isinstance(value, bool):
                return word if get_origin(core) is Literal else core(word)
        allowed = " or ".join(f"`{str(word).lower() if isinstance(word, bool) else word}`" for word in words)
        self._note(given, f"`{name}` can be {allowed}, not {_found(given)}")
        return None

    def _simple(self, given: Node, core: Any, name: str) -> Any:
        value = given.value if isinstance(given, Scalar) else None
        if core is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if core is float and type(value) is int:
            return float(value)
        if type(value) is core:
            return value
        self._refuse(given, name, _SIMPLE[core])
        return None

    def _note(self, place: node.Place, message: str) -> None:
        self.problems.append((place.span.start, message))

    def _refuse(self, given: Node, name: str, wanted: str) -> None:
        name = f"`{name}`" if name != "the configuration" else name
        way_out = ""
        if isinstance(given, Scalar):
            if given.value is None:
                way_out = "; give it one, or remove the key"
            elif wanted == "a text":
                way_out = "; quote it"
            elif wanted == "a list":
                way_out = f"; write `[{_cut(given.text)}]`"
        self._note(given, f"{name} takes {wanted}, not {_found(given)}{way_out}")


@dataclass(frozen=True)
class _NoOptions:
    pass


_SIMPLE = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _found(given: Node) -> str:
    if isinstance(given, node.Mapping):
        return "a map"
    if not isinstance(given, Scalar):
        return "a list"
    if given.value is None:
        return "an empty value"
    if isinstance(given.value, bool):
        # YAML has a dozen words for the two, `on` and `no` among them, that do not look it.
        return f"`{given.text}`, which means {'true' if given.value else 'false'}"
    return f"the {'text' if isinstance(given.value, str) else 'number'} `{_cut(given.text)}`"


def _way_out(word: str, known: Collection[str], help: str = "") -> str:
    if not known:
        return "; there are none"
    nearest = closest(word, known)
    listing = "known are " + ", ".join(f"`{one}`" for one in known)
    if nearest is None:
        return f"; {listing if len(listing) <= _LISTING_LIMIT else help}"
    suggestion = f"; did you mean `{nearest}`?"
    return f"{suggestion} K{listing[1:]}" if len(listing) <= _LISTING_BESIDE_SUGGESTION_LIMIT else suggestion


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


# TOML. The parser of the standard library says where nothing stands, so keys are looked for in the text: a key that a
# line starts with is found, whatever stands within a value is found unless the value repeats it in another meaning.

_TOML_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_TOML_ROUTE = rf"{_TOML_KEY}(?:[ \t]*\.[ \t]*{_TOML_KEY})*"
_TOML_LINE = re.compile(
    rf"^[ \t]*(?:\[[ \t]*(?P<table>{_TOML_ROUTE})[ \t]*\]|(?P<route>{_TOML_ROUTE})[ \t]*=[ \t]*)", re.M
)
# No key needs more than five levels; without a limit a hostile file could fill the memory.
_TOML_LEVELS = 8
_TOML_ERROR = re.compile(r"(?P<message>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.S)


class _Number(str):
    """A TOML number with a fraction, as it is written."""

    __slots__ = ()


class _TomlPlace(NamedTuple):
    key_start: int
    key_end: int
    value_start: int


def _read_toml(source: Source) -> Node:
    import tomllib

    route = ("tool", "kubelint")
    try:
        tool = tomllib.loads(source.text, parse_float=_Number).get("tool")
        if not isinstance(tool, dict) or "kubelint" not in tool:
            raise ConfigError([f"{source.path}: has no table [tool.kubelint]; add it, or name another file"])
        places = _toml_places(source.text)
        place = places.get(route, _TomlPlace(0, 0, 0))
        return _keyed(_node_of(source, tool["kubelint"], places, route, place.value_start), None, "", place)
    except RecursionError as error:
        raise ConfigError([f"{source.path}: nests too deep; no key needs more than five levels"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_toml_problem(source, str(error))]) from error
    except ValueError as error:
        # Python converts no more than some thousand digits, and tomllib lets that error through.
        raise ConfigError([f"{source.path}: a number has more digits than can be read; shorten it"]) from error


def _toml_problem(source: Source, message: str) -> str:
    found = _TOML_ERROR.fullmatch(message)
    if found is None:
        return f"{source.path}: {message}"
    if found["line"] is None:
        return _located(source, len(source.text), found["message"])
    return f"{source.path}:{found['line']}:{found['column']}: {found['message']}"


def _toml_places(text: str) -> dict[tuple[str, ...], _TomlPlace]:
    places: dict[tuple[str, ...], _TomlPlace] = {}
    table: tuple[str, ...] = ()
    for found in _TOML_LINE.finditer(text):
        is_table = found["table"] is not None
        group = "table" if is_table else "route"
        steps = tuple(step.strip("\"'") for step in re.findall(_TOML_KEY, found[group]))
        place = _TomlPlace(found.start(group), found.end(group), found.end(group) if is_table else found.end())
        if is_table:
            table, above = steps, 0
        else:
            steps, above = (*table, *steps), len(table)
        # A table that has no header of its own stands where the first header or key below it does.
        for length in range(above + 1, min(len(steps), _TOML_LEVELS) + 1):
            places.setdefault(steps[:length], place)
    return places


def _node_of(
    source: Source, value: Any, places: dict[tuple[str, ...], _TomlPlace], route: tuple[str, ...], start: int
) -> Node:
    """Nodes for a value without positions: known places are taken over, others looked for from `start` on."""
    if isinstance(value, dict):
        mapping = node.Mapping(source, start, start)
        for key, child in value.items():
            place = places.get((*route, key)) or _place_within(source.text, key, start)
            child_node = _node_of(source, child, places, (*route, key), place.value_start)
            mapping.entries[key] = _keyed(child_node, mapping, key, place)
        return mapping
    if isinstance(value, list):
        sequence = node.Sequence(source, start, start)
        position = start
        for item in value:
            written = item if isinstance(item, _Number) or not isinstance(item, str) else f"[\"']{re.escape(item)}[\"']"
            found = (
                re.compile(str(written)).search(source.text, position) if not isinstance(item, dict | list) else None
            )
            position = found.end() if found else position
            sequence.items.append(_node_of(source, item, places, route, found.start() if found else start))
        return sequence
    if isinstance(value, _Number):
        return Scalar(source, start, start, str(value), float(value), True)
    if isinstance(value, bool):
        return Scalar(source, start, start, str(value).lower(), value, True)
    if isinstance(value, int):
        return Scalar(source, start, start, str(value), value, True)
    return Scalar(source, start, start, str(value), str(value), False)


def _place_within(text: str, key: str, start: int) -> _TomlPlace:
    found = re.compile(rf"""["']?(?P<key>{re.escape(key)})["']?[ \t]*=[ \t]*""").search(text, start)
    return _TomlPlace(found.start(), found.end("key"), found.end()) if found else _TomlPlace(start, start, start)


def _keyed(child: Node, parent: Node | None, key: str, place: _TomlPlace) -> Node:
    child.parent, child.step = parent, key
    child.key_start, child.key_end = place.key_start, place.key_end
    return child
