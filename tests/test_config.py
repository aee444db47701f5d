"""The configuration: keys, files, messages and schema; the path patterns and suggestions that it is made with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import pytest

from kubelint import config_schema, parser
from kubelint.config import ClusterConfig, Config, find, load, names, policies_in
from kubelint.facts.providers import provider_ids
from kubelint.finding import Finding, Severity
from kubelint.glob import compiled
from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.plugins import load_rules, plugin_manager
from kubelint.policy.settings import MatchSettings, PolicySettings
from kubelint.resources import Service
from kubelint.rule import Rule, RuleError
from kubelint.settings import ConfigError, LeftOut, Written, settings_of
from kubelint.source import Source
from kubelint.suggestion import closest
from kubelint_schemas import versions


class Engine(StrEnum):
    POSTGRES = "postgres"
    REDIS = "redis"


@dataclass(frozen=True)
class Window:
    from_hour: int = 0
    weights: abc.Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DatabaseOptions:
    ports: tuple[int, ...] = (5432,)
    """Ports that belong to databases."""
    hosts: tuple[str, ...] = ()
    """Hosts that may be reached,
    one an item."""
    engines: tuple[Engine, ...] = (Engine.POSTGRES,)
    strictly: bool = False
    limit: int = 3
    share: float = 0.5
    mode: Literal["any", "all"] = "any"
    level: Literal[1, 2] = 1
    owner: str | None = None
    window: Window = Window()

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError("`limit` is below zero")


def exposed_database(service: Service, options: DatabaseOptions) -> Iterator[Finding]:
    """A database is reachable from outside."""
    return iter(())


def open_dashboard(service: Service) -> Iterator[Finding]:
    """A dashboard is reachable from outside."""
    return iter(())


def unnamed_port(service: Service) -> Iterator[Finding]:
    """A port has no name."""
    return iter(())


def duplicate_port(service: Service) -> Iterator[Finding]:
    """A port comes twice."""
    return iter(())


DATABASE = Rule(exposed_database, Severity.ERROR, "exposure", True)
DASHBOARD = Rule(open_dashboard, Severity.NOTE, "exposure", False)
UNNAMED = Rule(unnamed_port, Severity.WARNING, "wiring", False)
DUPLICATE = Rule(duplicate_port, Severity.ERROR, "api", True)
RULES = (DUPLICATE, DATABASE, DASHBOARD, UNNAMED)


def write(folder: Path, text: str, name: str = ".kubelint.yaml") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return str(path)


def loaded(folder: Path, text: str, name: str = ".kubelint.yaml") -> Config:
    return load(write(folder, text, name), RULES)


def messages(folder: Path, text: str, name: str = ".kubelint.yaml") -> list[str]:
    """What is wrong with a configuration, without the path: `line:column: message`, or only the message."""
    path = write(folder, text, name)
    with pytest.raises(ConfigError) as caught:
        load(path, RULES)
    assert str(caught.value) == "\n".join(caught.value.messages)
    assert all(message.startswith(f"{path}:") for message in caught.value.messages)
    return [message.removeprefix(f"{path}:").strip().replace(": error: ", ": ", 1) for message in caught.value.messages]


FULL_YAML = """\
select: [ALL, unnamed-port]
ignore: [wiring]
severity:
  exposed-database: note
  api: warning
per-file-ignores:
  "tests/**": [ALL]
  "*.gen.yaml": [exposed-database, api]
exclude: [vendor/]
kubernetes-version: "1.36"
provider: gke
namespace: shop
applications: [apps/*]
workload-kinds: {Rollout: spec.template}
rules:
  exposed-database:
    ports: [5432, 6379]
    engines: [redis]
    share: 1
    window: {from-hour: 3, weights: {monday: 2}}
cluster:
  service-cidrs: [10.96.0.0/12]
  node-port-range: 31000-31999
  ip-families: [IPv4]
  public-nodes: true
policies:
  - policies/own.yaml
  - id: no-node-ports
    severity: note
    match: {kinds: [Service], namespaces: [shop-*]}
    expression: object.spec.type != 'NodePort'
    messageExpression: "'no node ports'"
preset: strict
fail-on: never
"""
FULL_TOML = """\
[project]
name = "shop"

[tool.kubelint]
select = ["ALL", "unnamed-port"]
ignore = ["wiring"]
exclude = ["vendor/"]
kubernetes-version = "1.36"
provider = "gke"
namespace = "shop"
applications = ["apps/*"]
preset = "strict"
fail-on = "never"
policies = [
    "policies/own.yaml",
    {id = "no-node-ports", severity = "note", match = {kinds = ["Service"], namespaces = ["shop-*"]}, \
expression = "object.spec.type != 'NodePort'", \
messageExpression = "'no node ports'"},
]

[tool.kubelint.cluster]
service-cidrs = ["10.96.0.0/12"]
node-port-range = "31000-31999"
ip-families = ["IPv4"]
public-nodes = true

[tool.kubelint.workload-kinds]
Rollout = "spec.template"

[tool.kubelint.severity]
exposed-database = "note"
api = "warning"

[tool.kubelint.per-file-ignores]
"tests/**" = ["ALL"]
"*.gen.yaml" = ["exposed-database", "api"]

[tool.kubelint.rules.exposed-database]
ports = [5432, 6379]
engines = ["redis"]
share = 1
window = {from-hour = 3, weights = {monday = 2}}
"""
FULL = Config(
    select=("ALL", "unnamed-port"),
    ignore=("wiring",),
    severity={"exposed-database": Severity.NOTE, "api": Severity.WARNING},
    per_file_ignores={"tests/**": ("ALL",), "*.gen.yaml": ("exposed-database", "api")},
    exclude=("vendor/",),
    kubernetes_version="1.36",
    provider="gke",
    namespace="shop",
    applications=("apps/*",),
    workload_kinds={"Rollout": "spec.template"},
    rules={
        "exposed-database": DatabaseOptions(
            ports=(5432, 6379), engines=(Engine.REDIS,), share=1.0, window=Window(3, {"monday": 2})
        )
    },
    cluster=ClusterConfig(("10.96.0.0/12",), "31000-31999", ("IPv4",), public_nodes=True),
    policies=(
        Written("policies/own.yaml"),
        PolicySettings(
            Written("no-node-ports"),
            Severity.NOTE,
            MatchSettings(("Service",), ("shop-*",)),
            expression=Written("object.spec.type != 'NodePort'"),
            message_expression=Written("'no node ports'"),
        ),
    ),
    preset="strict",
    fail_on="never",
)


class TestLoad:
    @pytest.mark.parametrize(("name", "text"), [(".kubelint.yaml", FULL_YAML), ("pyproject.toml", FULL_TOML)])
    def test_every_key(self, tmp_path: Path, name: str, text: str) -> None:
        assert loaded(tmp_path, text, name) == FULL
        assert {f"\n{setting.key}" in f"\n{FULL_YAML}" for setting in settings_of(Config)} == {True}

    @pytest.mark.parametrize(
        "text", ["", "# nothing\n", "---\n", "---\n# nothing\n", "~\n", "{}\n", "\ufeff# nothing\n"]
    )
    def test_nothing_said(self, tmp_path: Path, text: str) -> None:
        assert loaded(tmp_path, text) == Config()

    def test_aliases(self, tmp_path: Path) -> None:
        config = loaded(tmp_path, "select: &these [api]\nper-file-ignores:\n  a/: *these\n")
        assert config == Config(select=("api",), per_file_ignores={"a/": ("api",)})

    @pytest.mark.parametrize(
        ("text", "version"),
        [
            ("kubernetes-version: '1.30'", "1.30"),
            ("kubernetes-version: 1.30", "1.30"),
            ("kubernetes-version: 1.36", "1.36"),
        ],
    )
    def test_version_by_its_text(self, tmp_path: Path, text: str, version: str) -> None:
        assert loaded(tmp_path, text).kubernetes_version == version

    @pytest.mark.parametrize("version", ["1.30", "1.36", '"1.30"'])
    def test_version_by_its_text_in_toml(self, tmp_path: Path, version: str) -> None:
        config = loaded(tmp_path, f"[tool.kubelint]\nkubernetes-version = {version}\n", "pyproject.toml")
        assert config.kubernetes_version == version.strip('"')

    def test_unreadable(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"absent\.yaml: cannot be read: No such file"):
            load(str(tmp_path / "absent.yaml"), RULES)
        (tmp_path / "binary.yaml").write_bytes(b"select: [\xff]")
        with pytest.raises(ConfigError, match=r"binary\.yaml: the file is not UTF-8 text; save it as UTF-8"):
            load(str(tmp_path / "binary.yaml"), RULES)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("selct: [api]", ["1:1: unknown key `selct`; did you mean `select`?"]),
            ("\nper_file_ignores: {}", ["2:1: unknown key `per_file_ignores`; did you mean `per-file-ignores`?"]),
            (
                "color: 1",
                [
                    "1:1: unknown key `color`; known are `select`, `ignore`, `severity`, `per-file-ignores`, "
                    "`exclude`, `kubernetes-version`, `provider`, `namespace`, `applications`, `workload-kinds`, "
                    "`rules`, `cluster`, `policies`, `preset`, `fail-on`"
                ],
            ),
            (
                "select: [api, exposd-database]",
                ["1:15: unknown rule or category `exposd-database` in `select`; did you mean `exposed-database`?"],
            ),
            ("ignore:\n- all", ["2:3: unknown rule or category `all` in `ignore`; did you mean `ALL`?"]),
            (
                "ignore: [other]",
                [
                    "1:10: unknown rule or category `other` in `ignore`; known are `duplicate-port`, "
                    "`exposed-database`, `open-dashboard`, `unnamed-port`, `api`, `exposure`, `policy`, `wiring`, `ALL`"
                ],
            ),
            (
                "severity:\n  exposre: note",
                ["2:3: unknown rule or category `exposre` in `severity`; did you mean `exposure`?"],
            ),
            (
                "severity: {api: high}",
                ["1:17: `severity.api` can be `error` or `warning` or `note`, not the text `high`"],
            ),
            (
                "per-file-ignores: {a: [apy]}",
                [
                    "1:24: unknown rule or category `apy` in `per-file-ignores.a`; known are `duplicate-port`, "
                    "`exposed-database`, `open-dashboard`, `unnamed-port`, `api`, `exposure`, `policy`, `wiring`, `ALL`"
                ],
            ),
            (
                "exclude: ['!a']",
                [
                    "1:11: `!a` in `exclude` is no path pattern; write it as in .gitignore, relative to the project "
                    "root, without `!` or `..`"
                ],
            ),
            (
                "per-file-ignores: {../a: []}",
                [
                    "1:20: `../a` in `per-file-ignores` is no path pattern; write it as in .gitignore, relative to the "
                    "project root, without `!` or `..`"
                ],
            ),
            (
                "kubernetes-version: 1.3",
                [
                    "1:21: unknown Kubernetes version `1.3` in `kubernetes-version`; known are "
                    + ", ".join(f"`{version}`" for version in versions())
                ],
            ),
            (
                "kubernetes-version: v1.36",
                [
                    "1:21: unknown Kubernetes version `v1.36` in `kubernetes-version`; did you mean `1.36`? Known are "
                    + ", ".join(f"`{version}`" for version in versions())
                ],
            ),
            (
                "kubernetes-version: on",
                ["1:21: `kubernetes-version` takes a text, not `on`, which means true; quote it"],
            ),
            (
                "provider: gek",
                [
                    "1:11: unknown provider `gek` in `provider`; known are "
                    + ", ".join(f"`{p}`" for p in provider_ids())
                ],
            ),
            ("provider: metalb", ["1:11: unknown provider `metalb` in `provider`; did you mean `metallb`?"]),
            (
                "namespace: My_Shop",
                [
                    "1:12: `My_Shop` in `namespace` is no name of a namespace; write at most 63 small letters, digits "
                    "and `-`, with a letter or digit at both ends"
                ],
            ),
            ("namespace: 12", ["1:12: `namespace` takes a text, not the number `12`; quote it"]),
            ("namespace: on", ["1:12: `namespace` takes a text, not `on`, which means true; quote it"]),
            ("namespace:", ["1:1: `namespace` takes a text, not an empty value; give it one, or remove the key"]),
            ("namespace: [a]", ["1:12: `namespace` takes a text, not a list"]),
            ("select: api", ["1:9: `select` takes a list, not the text `api`; write `[api]`"]),
            ("select:\nignore: []", ["1:1: `select` takes a list, not an empty value; give it one, or remove the key"]),
            ("severity: [api]", ["1:11: `severity` takes a map, not a list"]),
            ("preset: strct", ["1:9: `preset` can be `default` or `strict`, not the text `strct`"]),
            (
                "fail-on: no",
                ["1:10: `fail-on` can be `error` or `warning` or `note` or `never`, not `no`, which means false"],
            ),
            (
                "rules: {exposed-databse: {}}",
                [
                    "1:9: unknown rule `exposed-databse` in `rules`; did you mean `exposed-database`? "
                    "Known are `duplicate-port`, `exposed-database`, `open-dashboard`, `unnamed-port`"
                ],
            ),
            (
                "rules: {exposed-database: {prots: [1]}}",
                ["1:28: unknown option of the rule `exposed-database`: `prots`; did you mean `ports`?"],
            ),
            (
                "rules: {exposed-database: {window: {form-hour: 1, weights: {a: b}}}}",
                [
                    "1:37: unknown key of `rules.exposed-database.window`: `form-hour`; did you mean `from-hour`? "
                    "Known are `from-hour`, `weights`",
                    "1:64: `rules.exposed-database.window.weights.a` takes a whole number, not the text `b`",
                ],
            ),
            (
                "rules: {open-dashboard: {port: 1}}",
                ["1:26: unknown option of the rule `open-dashboard`: `port`; there are none"],
            ),
            (
                "rules:\n  exposed-database:\n    ports: [5432, '80']\n    strictly: maybe\n"
                "    limit: 2.5\n    share: x",
                [
                    "3:19: `rules.exposed-database.ports` takes a whole number, not the text `80`",
                    "4:15: `rules.exposed-database.strictly` takes true or false, not the text `maybe`",
                    "5:12: `rules.exposed-database.limit` takes a whole number, not the number `2.5`",
                    "6:12: `rules.exposed-database.share` takes a number, not the text `x`",
                ],
            ),
            (
                "rules: {exposed-database: {limit: yes}}",
                ["1:35: `rules.exposed-database.limit` takes a whole number, not `yes`, which means true"],
            ),
            (
                "rules: {exposed-database: {engines: [mysql]}}",
                ["1:38: `rules.exposed-database.engines` can be `postgres` or `redis`, not the text `mysql`"],
            ),
            ("rules: {exposed-database: {limit: -1}}", ["1:9: `rules.exposed-database`: `limit` is below zero"]),
            ("rules: {exposed-database: 1}", ["1:27: `rules.exposed-database` takes a map, not the number `1`"]),
            ("- select", ["1:3: the configuration takes a map, not a list"]),
            ("select", ["1:1: the configuration takes a map, not the text `select`"]),
            ("select: []\nselect: [api]", ["2:1: the key `select` is given twice; remove one"]),
            ("select: [api\n", ["1:9: a bracket that is not closed; close the bracket, or quote the value"]),
            ("select: []\n---\nignore: []\n", ["2:1: a configuration is one YAML document; remove what begins here"]),
            (
                "provider: metalb\nselct: [x]\nnamespace: 1\n",
                [
                    "1:11: unknown provider `metalb` in `provider`; did you mean `metallb`?",
                    "2:1: unknown key `selct`; did you mean `select`?",
                    "3:12: `namespace` takes a text, not the number `1`; quote it",
                ],
            ),
        ],
    )
    def test_messages(self, tmp_path: Path, text: str, expected: list[str]) -> None:
        assert messages(tmp_path, text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("[tool.kubelint]\nselct = []\n", ["2:1: unknown key `selct`; did you mean `select`?"]),
            (
                '[tool.kubelint]\nselect = [\n  "api",\n  "exposd-database",\n]\n',
                ["4:3: unknown rule or category `exposd-database` in `select`; did you mean `exposed-database`?"],
            ),
            (
                '[tool.kubelint]\nselect = ["apis", "apis"]\n',
                [
                    "2:11: unknown rule or category `apis` in `select`; did you mean `api`?",
                    "2:19: unknown rule or category `apis` in `select`; did you mean `api`?",
                ],
            ),
            (
                "[tool.kubelint.rules.exposed-database]\nlimit = -1\n[tool.kubelint.rules.exposed-database.window]\n",
                ["1:2: `rules.exposed-database`: `limit` is below zero"],
            ),
            ("[tool.kubelint]\npreset =  1\n", ["2:11: `preset` can be `default` or `strict`, not the number `1`"]),
            (
                '[tool]\nkubelint.preset = "no"\n',
                ["2:19: `preset` can be `default` or `strict`, not the text `no`"],
            ),
            (
                '[tool.other]\npreset = "x"\n\n[tool.kubelint]\nseverity = {api = "high"}\n',
                ["5:19: `severity.api` can be `error` or `warning` or `note`, not the text `high`"],
            ),
            (
                '[tool.kubelint.rules."exposed-database"]\nports = [1, "2"]\n',
                ["2:13: `rules.exposed-database.ports` takes a whole number, not the text `2`"],
            ),
            (
                "[tool.kubelint.rules.exposed-databse]\nports = [1]\n",
                [
                    "1:2: unknown rule `exposed-databse` in `rules`; did you mean `exposed-database`? "
                    "Known are `duplicate-port`, `exposed-database`, `open-dashboard`, `unnamed-port`"
                ],
            ),
            (
                "[tool.kubelint]\nkubernetes-version = 1.3\n",
                [
                    "2:22: unknown Kubernetes version `1.3` in `kubernetes-version`; known are "
                    + ", ".join(f"`{version}`" for version in versions())
                ],
            ),
            ("[tool]\nkubelint = 3\n", ["2:12: the configuration takes a map, not the number `3`"]),
            ("[tool.kubelint]\nselect = [\n", ["3:1: Invalid value"]),
            ("[tool.kubelint]\nselect : 3\n", ["2:8: Expected '=' after a key in a key/value pair"]),
            (
                "[tool.kubelint]\nprovider = " + "9" * 5000,
                ["a number has more digits than can be read; shorten it"],
            ),
            ("[tool.kubelint]\nprovider = " + "[" * 5000, ["nests too deep; no key needs more than five levels"]),
            ("tool.kubelint" + ".a" * 5000 + " = 1", ["nests too deep; no key needs more than five levels"]),
            ("[project]\nname = 'kubelint'\n", ["has no table [tool.kubelint]; add it, or name another file"]),
        ],
    )
    def test_messages_of_toml(self, tmp_path: Path, text: str, expected: list[str]) -> None:
        assert messages(tmp_path, text, "pyproject.toml") == expected

    def test_a_right_configuration_costs_no_schema(self, tmp_path: Path) -> None:
        path = write(tmp_path, "select: [ALL]\nkubernetes-version: 1.36\n")
        code = (
            "import sys; from kubelint.config import find, load;"
            f"found = find({str(tmp_path)!r}); config = load(found, ());"
            "print(found, config.select, config.excludes('a'));"
            "print(sorted({'jsonschema', 'difflib', 'tomllib'} & set(sys.modules)))"
        )
        search = {"PYTHONPATH": ":".join(sys.path), "PATH": ""}
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=search, check=True)
        assert result.stdout == f"{path} ('ALL',) False\n[]\n"


@dataclass(frozen=True)
class Undecodable:
    when: complex = 1j


@dataclass(frozen=True)
class Required:
    port: int


class Plain:
    port: int = 1


class TestOptionsThatNoFileCanHold:
    @pytest.mark.parametrize(
        ("declaration", "message"),
        [
            (Undecodable, "`rules.exposed-database.when` is annotated with <class 'complex'>"),
            (Required, "Required does not declare options as they are declared: .*'port'"),
            (Plain, "Plain declares options and is no dataclass"),
        ],
    )
    def test_refused(self, tmp_path: Path, declaration: type, message: str) -> None:
        rule = Rule(exposed_database, Severity.ERROR, "exposure", True)
        rule.options = declaration
        path = write(tmp_path, "rules: {exposed-database: {when: 1, port: 1}}")
        with pytest.raises(RuleError, match=message):
            load(path, (rule,))
        with pytest.raises(RuleError, match=message.removeprefix("`rules.exposed-database.")):
            config_schema.schema_of((rule,))


class TestFind:
    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({}, None),
            ({".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({".kubelint.yml": ""}, ".kubelint.yml"),
            ({".kubelint.yml": "", ".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({"pyproject.toml": "[tool.kubelint]"}, "pyproject.toml"),
            ({"pyproject.toml": "tool = {kubelint = {}}"}, "pyproject.toml"),
            ({"pyproject.toml": "[tool.kubelint.rules.x]"}, "pyproject.toml"),
            ({"pyproject.toml": "[tool.kubelint]", ".kubelint.yml": ""}, ".kubelint.yml"),
            ({"pyproject.toml": "[project]\nname = 'kubelint'", ".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({"a/pyproject.toml": "[project]\nname = 'kubelint'", ".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({"a/pyproject.toml": "[tool]\nx = 'kubelint'", ".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({"a/pyproject.toml": "kubelint = [", ".kubelint.yaml": ""}, "a/pyproject.toml"),
            ({"a/pyproject.toml": "other = [", ".kubelint.yaml": ""}, ".kubelint.yaml"),
            ({"a/b/pyproject.toml": "[tool.kubelint]", "a/.kubelint.yaml": ""}, "a/b/pyproject.toml"),
            ({"a/.kubelint.yaml": "", ".kubelint.yaml": ""}, "a/.kubelint.yaml"),
            ({"a/b/c/.kubelint.yaml": ""}, None),
            ({"a/.kubelint.yaml/folder": "", ".kubelint.yaml": ""}, ".kubelint.yaml"),
        ],
    )
    def test_nearest(self, tmp_path: Path, files: dict[str, str], expected: str | None) -> None:
        (tmp_path / "a/b").mkdir(parents=True)
        for name, text in files.items():
            write(tmp_path, text, name)
        found = find(str(tmp_path / "a/b"))
        assert found == (str(tmp_path / expected) if expected else None)


class TestSelection:
    @pytest.mark.parametrize(
        ("config", "expected"),
        [
            (Config(), {DATABASE, DUPLICATE}),
            (Config(preset="strict"), {DATABASE, DUPLICATE, DASHBOARD, UNNAMED}),
            (Config(select=()), set()),
            (Config(select=(), preset="strict"), set()),
            (Config(select=("ALL",)), {DATABASE, DUPLICATE}),
            (Config(select=("exposure",)), {DATABASE}),
            (Config(select=("exposure",), preset="strict"), {DATABASE, DASHBOARD}),
            (Config(select=("open-dashboard",)), {DASHBOARD}),
            (Config(select=("ALL", "open-dashboard")), {DATABASE, DUPLICATE, DASHBOARD}),
            (Config(select=("wiring",)), set()),
            (Config(ignore=("exposed-database",)), {DUPLICATE}),
            (Config(ignore=("exposure",)), {DUPLICATE}),
            (Config(ignore=("ALL",)), set()),
            (Config(select=("exposed-database",), ignore=("exposed-database",)), set()),
            (Config(select=("exposed-database",), ignore=("exposure",)), {DATABASE}),
            (Config(select=("exposed-database",), ignore=("ALL",)), {DATABASE}),
            (Config(select=("exposure",), ignore=("ALL",)), {DATABASE}),
            (Config(select=("exposure",), ignore=("exposure",)), set()),
            (Config(select=("exposure", "api"), ignore=("exposed-database",)), {DUPLICATE}),
            (Config(select=("open-dashboard",), ignore=("open-dashboard",)), set()),
            (Config(ignore=("wiring",), preset="strict"), {DATABASE, DUPLICATE, DASHBOARD}),
        ],
    )
    def test_selects(self, config: Config, expected: set[Rule]) -> None:
        assert {rule for rule in RULES if config.selects(rule)} == expected

    def test_severity(self) -> None:
        config = Config(severity={"exposure": Severity.NOTE, "exposed-database": Severity.WARNING})
        severities = [config.severity_of(rule) for rule in (DATABASE, DASHBOARD, DUPLICATE)]
        assert severities == [Severity.WARNING, Severity.NOTE, None]

    def test_options(self) -> None:
        given = DatabaseOptions(ports=(1,))
        assert Config(rules={"exposed-database": given}).options_of(DATABASE) is given
        assert Config().options_of(DATABASE) == DatabaseOptions()
        assert Config().options_of(DASHBOARD) is None

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("tests/a/b.yaml", {"ALL"}),
            ("k8s/b.gen.yaml", {"exposed-database", "api"}),
            ("tests/b.gen.yaml", {"ALL", "exposed-database", "api"}),
            ("k8s/b.yaml", set()),
        ],
    )
    def test_ignored_for(self, path: str, expected: set[str]) -> None:
        assert FULL.ignored_for(path) == expected

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ((), False),
            (("ALL",), True),
            (("exposure",), True),
            (("exposed-database",), True),
            (("api", "other"), False),
        ],
    )
    def test_names(self, words: tuple[str, ...], expected: bool) -> None:
        assert names(frozenset(words), "exposed-database", "exposure") is expected

    def test_excludes(self) -> None:
        config = Config(exclude=("vendor/", "*.gen.yaml"))
        assert [config.excludes(path) for path in ("a/vendor/", "a/x.gen.yaml", "a/x.yaml")] == [True, True, False]

    def test_applications(self) -> None:
        config = Config(applications=("apps/*", "./tools/", "."))
        paths = ("apps/shop", "apps/shop/", "apps/shop/k8s", "apps", "tools", "other", ".")
        assert [config.is_application(path) for path in paths] == [True, True, False, False, True, False, True]

    @pytest.mark.parametrize(("word", "severity"), [("error", "error"), ("note", "note"), ("never", None)])
    def test_fail_severity(self, word: Literal["error", "note", "never"], severity: str | None) -> None:
        assert Config(fail_on=word).fail_severity == severity


class TestCommandLine:
    def test_replaces(self) -> None:
        config = FULL.with_command_line(
            RULES,
            select=("api",),
            ignore=["duplicate-port"],
            kubernetes_version="1.30",
            provider="aws-lbc",
            namespace="other",
            fail_on="note",
        )
        assert config == Config(
            select=("api",),
            ignore=("duplicate-port",),
            kubernetes_version="1.30",
            provider="aws-lbc",
            namespace="other",
            cluster=FULL.cluster,
            policies=FULL.policies,
            fail_on="note",
            severity=FULL.severity,
            per_file_ignores=FULL.per_file_ignores,
            exclude=FULL.exclude,
            applications=FULL.applications,
            workload_kinds=FULL.workload_kinds,
            rules=FULL.rules,
            preset=FULL.preset,
        )

    def test_nothing_said(self) -> None:
        assert FULL.with_command_line(RULES, select=(), ignore=None) == FULL

    @pytest.mark.parametrize(
        ("ignored", "select", "expected"),
        [
            (("exposed-database",), ("exposed-database",), {DATABASE}),
            (("exposed-database",), ("exposure",), set()),
            (("exposure",), ("exposed-database",), {DATABASE}),
            (("exposure", "api"), ("exposure",), {DATABASE}),
            (("exposure",), ("ALL",), {DUPLICATE}),
        ],
    )
    def test_selected_is_no_longer_ignored_by_the_file(
        self, ignored: tuple[str, ...], select: tuple[str, ...], expected: set[Rule]
    ) -> None:
        config = Config(ignore=ignored).with_command_line(RULES, select=select)
        assert {rule for rule in RULES if config.selects(rule)} == expected

    def test_select_and_ignore_of_one_command_line(self) -> None:
        config = Config().with_command_line(RULES, select=("api",), ignore=("api",))
        assert not config.selects(DUPLICATE)

    def test_messages(self) -> None:
        with pytest.raises(ConfigError) as caught:
            Config().with_command_line(
                RULES,
                select=["apis"],
                ignore=["ALL", "exposre"],
                kubernetes_version="1.36.2",
                provider="",
                fail_on="info",
            )
        assert caught.value.messages == (
            "--select: unknown rule or category `apis` in `select`; did you mean `api`?",
            "--ignore: unknown rule or category `exposre` in `ignore`; did you mean `exposure`?",
            "--kubernetes-version: unknown Kubernetes version `1.36.2` in `kubernetes-version`; known are "
            + ", ".join(f"`{version}`" for version in versions()),
            "--provider: unknown provider `` in `provider`; known are "
            + ", ".join(f"`{one}`" for one in provider_ids()),
            "--fail-on: `fail-on` can be `error` or `warning` or `note` or `never`, not the text `info`",
        )


def plain(node: Node) -> Any:
    """What a validator of JSON sees of a node."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


ACCEPTED = """\
{}
policies: []
policies: [policies/]
policies: [{id: p, expression: a}]
policies: [a.yaml, {id: a.b, expression: a, params: {any: [1, {b: c}]}, variables: {a: b}, at: spec.type, help: x}]
severity: {policy: note}
select: []
select: [ALL]
select: [api, exposed-database, ALL]
ignore: [wiring]
severity: {}
severity: {api: error, exposed-database: note, wiring: warning}
per-file-ignores: {}
per-file-ignores: {"tests/**": [ALL]}
per-file-ignores: {a: [], "*.yaml": [api, unnamed-port]}
exclude: []
exclude: [vendor, "**/charts/", "*.gen.y{a,}ml", "[ab].yaml", .git, ./a, /a, a/../b, ...a]
kubernetes-version: "1.36"
kubernetes-version: 1.36
kubernetes-version: 1.30
provider: gke
provider: none
namespace: shop
namespace: a
namespace: "1"
namespace: a-b-1
applications: [apps/*, tools]
applications: [.]
workload-kinds: {}
workload-kinds: {Rollout: spec.template, SeldonDeployment: spec.predictors}
rules: {}
rules: {exposed-database: {}}
rules: {exposed-database: {ports: [1, 2]}}
rules: {exposed-database: {ports: []}}
rules: {exposed-database: {ports: [2.0]}}
rules: {exposed-database: {hosts: [a, "1"]}}
rules: {exposed-database: {engines: [redis, postgres]}}
rules: {exposed-database: {strictly: true}}
rules: {exposed-database: {strictly: false, limit: 0}}
rules: {exposed-database: {share: 1}}
rules: {exposed-database: {share: 0.25}}
rules: {exposed-database: {mode: all}}
rules: {exposed-database: {level: 2}}
rules: {exposed-database: {level: 2.0}}
rules: {exposed-database: {owner: me}}
rules: {exposed-database: {window: {}}}
rules: {exposed-database: {window: {from-hour: 2, weights: {a: 1}}}}
rules: {open-dashboard: {}}
preset: default
preset: strict
fail-on: never
fail-on: note
cluster: {}
cluster: {service-cidrs: ["fd00:10:96::/112"], node-port-range: 30000-32767, ip-families: [IPv6, IPv4]}
{preset: strict, fail-on: error, provider: azure}
""".splitlines()

REFUSED = """\
[]
policies: a.yaml
policies: [[]]
policies: [{id: P, expression: a}]
policies: [{id: p, expression: a, mesage: b}]
policies: [{id: p, expression: a, match: {kinds: [service]}}]
policies: [{id: p, expression: a, severity: high}]
policies: [{id: p, expression: a, variables: {a-b: c}}]
text
12
selct: []
Select: []
per_file_ignores: {}
select: ALL
select: {}
select: [1]
select: [[api]]
select: [null]
select: [true]
select: null
select: [Exposed]
select: [exposed database]
select: [""]
ignore: api
severity: []
severity: note
severity: {api: high}
severity: {api: 1}
severity: {api: null}
severity: {ALL: note}
severity: {"": note}
per-file-ignores: []
per-file-ignores: {a: ALL}
per-file-ignores: {a: [1]}
per-file-ignores: {"!a": [ALL]}
per-file-ignores: {"": [ALL]}
exclude: vendor
exclude: [""]
exclude: [/]
exclude: [.]
exclude: ["!a"]
exclude: [..]
exclude: [../a]
exclude: [1]
exclude: null
kubernetes-version: "1.3"
kubernetes-version: 1
kubernetes-version: true
kubernetes-version: v1.36
kubernetes-version: "1.36.2"
kubernetes-version: [1.36]
kubernetes-version: null
provider: aws
provider: GKE
provider: [gke]
provider: null
namespace: ""
namespace: A
namespace: -a
namespace: a-
namespace: a.b
namespace: 1
namespace: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
applications: apps
applications: [1]
applications: [./]
workload-kinds: [Rollout]
workload-kinds: {rollout: spec.template}
workload-kinds: {Rollout: [spec, template]}
workload-kinds: {Rollout: spec..template}
rules: []
rules: null
rules: {Exposed: {}}
rules: {exposed-database: []}
rules: {exposed-database: null}
rules: {exposed-database: {prots: [1]}}
rules: {exposed-database: {ports: 1}}
rules: {exposed-database: {ports: ["1"]}}
rules: {exposed-database: {ports: [1.5]}}
rules: {exposed-database: {ports: [true]}}
rules: {exposed-database: {hosts: [1]}}
rules: {exposed-database: {engines: [mysql]}}
rules: {exposed-database: {engines: redis}}
rules: {exposed-database: {strictly: 1}}
rules: {exposed-database: {strictly: "true"}}
rules: {exposed-database: {limit: "1"}}
rules: {exposed-database: {share: half}}
rules: {exposed-database: {mode: some}}
rules: {exposed-database: {level: true}}
rules: {exposed-database: {level: "1"}}
rules: {exposed-database: {level: 3}}
rules: {exposed-database: {owner: null}}
rules: {exposed-database: {window: 3}}
rules: {exposed-database: {window: {from: 3}}}
rules: {exposed-database: {window: {from-hour: x}}}
rules: {exposed-database: {window: {weights: {a: b}}}}
rules: {open-dashboard: {ports: []}}
rules: {open-dashboard: 1}
preset: strct
preset: true
preset: null
fail-on: info
fail-on: false
cluster: 10.96.0.0/12
cluster: {service-cidr: [10.96.0.0/12]}
cluster: {ip-families: [IPv5]}
cluster: {node-port-range: 31000}
""".splitlines()

ONLY_THE_DECODER_REFUSES = """\
select: [of-a-plug-in]
severity: {of-a-plug-in: note}
per-file-ignores: {a: [of-a-plug-in]}
rules: {of-a-plug-in: {option: 1}}
kubernetes-version: 1.3
rules: {exposed-database: {limit: -1}}
cluster: {node-port-range: 32000-31000}
cluster: {service-cidrs: [10.96.0.1/12]}
""".splitlines()


class TestSchema:
    validator = jsonschema.Draft7Validator(config_schema.schema_of(RULES))

    def judge(self, folder: Path, text: str) -> tuple[bool, bool]:
        """Whether the decoder accepts a configuration, and whether the schema does."""
        source = Source("", text)
        root = parser.parse(source, 0, len(text)).root
        assert root is not None
        try:
            loaded(folder, text)
        except ConfigError:
            decoded = False
        else:
            # A policy that is none is left out, and said to be.
            policies = policies_in(str(folder / ".kubelint.yaml"))
            decoded = not any(isinstance(one, LeftOut) for one in policies)
        return decoded, self.validator.is_valid(plain(root))

    @pytest.mark.parametrize("text", ACCEPTED)
    def test_both_accept(self, tmp_path: Path, text: str) -> None:
        assert self.judge(tmp_path, text) == (True, True)

    @pytest.mark.parametrize("text", REFUSED)
    def test_both_refuse(self, tmp_path: Path, text: str) -> None:
        assert self.judge(tmp_path, text) == (False, False)

    @pytest.mark.parametrize("text", ONLY_THE_DECODER_REFUSES)
    def test_an_editor_raises_no_false_alarm(self, tmp_path: Path, text: str) -> None:
        assert self.judge(tmp_path, text) == (False, True)

    def test_every_declared_key_is_tried(self) -> None:
        for key in (setting.key for setting in settings_of(Config)):
            assert any(text.startswith(f"{key}: ") for text in ACCEPTED), key
            assert any(text.startswith(f"{key}: ") for text in REFUSED), key

    def test_is_draft_7(self) -> None:
        jsonschema.Draft7Validator.check_schema(self.validator.schema)

    def test_editors_can_complete_and_explain(self) -> None:
        schema = config_schema.schema_of(RULES)
        assert all(entry["description"].endswith(".") for entry in schema["properties"].values())
        options = schema["properties"]["rules"]["properties"]["exposed-database"]
        assert options["description"] == DATABASE.summary
        assert options["properties"]["hosts"]["description"] == "Hosts that may be reached, one an item."
        assert "description" not in options["properties"]["limit"]
        assert [entry.get("default") for entry in options["properties"].values()] == [
            *([5432], [], ["postgres"], False, 3, 0.5, "any", 1, None, None)
        ]
        words = schema["properties"]["select"]["items"]["anyOf"][0]["enum"]
        assert words == [
            "duplicate-port",
            "exposed-database",
            "open-dashboard",
            "unnamed-port",
            "api",
            "exposure",
            "policy",
            "wiring",
            "ALL",
        ]
        assert schema["properties"]["severity"]["properties"]["unnamed-port"]["description"] == "A port has no name"

    def test_regenerating_the_shipped_one_changes_nothing(self) -> None:
        shipped = Path(config_schema.PATH).read_text(encoding="utf-8")
        schema = config_schema.schema_of(config_schema.built_in(load_rules(plugin_manager())))
        assert json.loads(shipped) == schema, "run `python -m kubelint.config_schema`"
        assert shipped == config_schema.text_of(schema)

    def test_a_plug_in_is_not_built_in(self) -> None:
        assert config_schema.built_in(RULES) == ()


class TestGlob:
    @pytest.mark.parametrize(
        ("pattern", "covered", "not_covered"),
        [
            ("vendor", "vendor vendor/ vendor/a a/vendor a/vendor/b/c", "vendors a/vendored vendor.yaml"),
            ("vendor/", "vendor/ vendor/a a/vendor/b", "vendor a/vendor vendored/a"),
            ("/vendor", "vendor vendor/a", "a/vendor"),
            ("./vendor", "vendor/a", "vendored"),
            ("a/b", "a/b a/b/ a/b/c", "x/a/b a/bc a"),
            ("a/b/", "a/b/ a/b/c", "a/b x/a/b/c"),
            ("*.yaml", "a.yaml .yaml b/a.yaml a.yaml/c", "a.yml a.yaml.bak"),
            ("*", "a .a a/b", ""),
            ("a/*", "a/b a/b/c a/.b", "a b/a/c"),
            ("a/*.yaml", "a/b.yaml", "a/b/c.yaml a/b.yml"),
            ("a/**", "a/ a/b a/b/c", "a b/a/c"),
            ("**/a", "a b/a b/c/a b/a/d", "ba b/ca"),
            ("**/a/b", "a/b x/a/b x/y/a/b/c", "a/x/b"),
            ("a/**/b", "a/b a/x/b a/x/y/b a/b/c", "ab a/xb"),
            ("a**b", "ab axb c/axxb", "a/b"),
            ("**", "a a/b", ""),
            ("a/**/**/b", "a/b a/x/b", "a/xb"),
            ("?.yaml", "a.yaml x/b.yaml", "ab.yaml .yaml /.yaml"),
            ("[ab].yaml", "a.yaml b.yaml", "c.yaml ab.yaml"),
            ("[a-c]", "b", "d -"),
            ("[!a]", "b", "a"),
            ("[^a]", "b", "a"),
            ("x[!a]y", "xby", "x/y xay"),
            ("[]]", "]", "[]] a"),
            ("[.]", ".", "a"),
            ("[z-a]", "[z-a]", "z a"),
            ("[a", "[a", "a"),
            ("*.{yaml,yml}", "a.yaml b/a.yml", "a.json a.{yaml,yml}"),
            ("a/{b,c*}/d", "a/b/d a/cx/d", "a/d a/bx/d"),
            ("{{ name }}", "{{ name }}/a", "name"),
            ("{a}", "{a}", "a"),
            (r"\*", "*", "a"),
            (r"a\{b,c}", "a{b,c}", "ab"),
            ("a.b+(c)", "a.b+(c)", "axb+(c) a.bb(c)"),
        ],
    )
    def test_covers(self, pattern: str, covered: str, not_covered: str) -> None:
        expression = compiled([pattern])
        paths = (covered.split() if " }" not in pattern else [covered]) + not_covered.split()
        assert {path for path in paths if expression.fullmatch(path)} == set(paths) - set(not_covered.split())

    def test_any_of_several(self) -> None:
        expression = compiled(["a", "b/*"])
        assert [bool(expression.fullmatch(path)) for path in ("x/a", "b/c", "b", "")] == [True, True, False, False]

    def test_none(self) -> None:
        assert compiled([]).fullmatch("") is None

    @pytest.mark.parametrize(
        ("pattern", "named", "not_named"),
        [("a/*", "a/b a/b/", "a a/b/c"), ("a", "a x/a x/a/", "a/b"), ("a/", "a a/", "a/b"), ("a/**", "a/b a/b/c", "a")],
    )
    def test_the_folder_alone(self, pattern: str, named: str, not_named: str) -> None:
        expression = compiled([pattern], below=False)
        assert [bool(expression.fullmatch(path)) for path in named.split()] == [True] * len(named.split())
        assert [bool(expression.fullmatch(path)) for path in not_named.split()] == [False] * len(not_named.split())


class TestClosest:
    @pytest.mark.parametrize(
        ("word", "candidates", "expected"),
        [
            ("selct", ["select", "severity"], "select"),
            ("service", ["Service", "ServiceAccount"], "Service"),
            ("NODEPORT", ["nodePort", "port"], "nodePort"),
            ("prots", ["ports", "hosts"], "ports"),
            ("zzz", ["select", "severity"], None),
            ("1.38", ["1.36", "1.37"], None),
            ("word", [], None),
            ("", ["select"], None),
        ],
    )
    def test_closest(self, word: str, candidates: list[str], expected: str | None) -> None:
        assert closest(word, candidates) == expected

    def test_cutoff(self) -> None:
        assert closest("include", ["exclude"]) is None
        assert closest("include", ["exclude"], cutoff=0.7) == "exclude"
