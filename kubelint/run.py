"""One run: from what a user names to one report. Decides which project each name belongs to, and judges each once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kubelint import config as configuration
from kubelint.cluster import DEFAULT_VERSION, Cluster
from kubelint.config import Config
from kubelint.discovery import expand, repository_of, search
from kubelint.engine import lint
from kubelint.exposure import Exposure, exposure_of
from kubelint.finding import Severity
from kubelint.paths import folders_upwards, is_below, relative_path
from kubelint.policy.errors import PolicyError
from kubelint.policy.settings import PolicySettings
from kubelint.project import Project, ProjectSettings
from kubelint.report import Report, Skipped
from kubelint.resources import Service, Workload
from kubelint.rule import Rule
from kubelint.settings import LeftOut
from kubelint.source import Source, decode

if TYPE_CHECKING:
    from kubelint.policy.loading import Loaded

STANDARD_INPUT = "-"


class Request(NamedTuple):
    """What a user asks for. `folder` is the absolute current folder; paths are as typed.

    `standard_input` are the bytes to judge where `-` is among the paths, `standard_input_name` the path that they stand
    for. `policies` are files and folders of policies beside those of the configuration. `overrides` are what the
    command line says in place of the configuration (`Config.with_command_line`).
    """

    folder: str
    paths: tuple[str, ...] = ()
    config_file: str | None = None
    isolated: bool = False
    standard_input: bytes = b""
    standard_input_name: str | None = None
    suppress: bool = True
    policies: tuple[str, ...] = ()
    overrides: Mapping[str, object] = MappingProxyType({})


class Outcome(NamedTuple):
    """The report of a run, and the exit code that it means."""

    report: Report
    exit_code: int


class Exposed(NamedTuple):
    """A Service, how far it reaches, and the workloads whose pods it is known to select."""

    service: Service
    exposure: Exposure
    workloads: tuple[Workload, ...]


def run(request: Request, rules: Sequence[Rule]) -> Outcome:
    """Judge what is asked for. Raises PathNotFound, ConfigError, and Undecodable for standard input."""
    return _projects(request, rules).judge()


class Survey(NamedTuple):
    """How far every Service of a run reaches, in the order of their places, and how many documents are not judged."""

    services: tuple[Exposed, ...]
    skipped: int


def survey(request: Request, rules: Sequence[Rule]) -> Survey:
    """How far each Service of what is asked for reaches; context and errors as `run`."""
    return _projects(request, rules).survey()


def _projects(request: Request, rules: Sequence[Rule]) -> _Projects:
    named = expand([path for path in request.paths or (".",) if path != STANDARD_INPUT], request.folder)
    projects = _Projects(request, rules, named)
    for path in named:
        projects.add(path)
    if STANDARD_INPUT in request.paths:
        projects.add_standard_input()
    return projects


class _Entry(NamedTuple):
    project: Project
    config: Config
    config_path: str | None
    excluded: list[str]


class _Projects:
    """The projects that the names of a request belong to."""

    def __init__(self, request: Request, rules: Sequence[Rule], named: Sequence[str]) -> None:
        self.request = request
        self.rules = rules
        self.entries: dict[tuple[str, str | None], _Entry] = {}
        self.configs: dict[str | None, Config] = {}
        self.found: dict[str, str | None] = {}
        self.common = self._common_parent(named)
        self.named = frozenset(named)
        self.too_wide = _too_wide()
        self.policy_files = tuple(expand(request.policies, request.folder))
        self.policies: dict[tuple[str | None, str], Loaded | None] = {}

    def add(self, path: str) -> None:
        """Take a file, or every file of a folder, into the projects that they belong to."""
        is_folder = os.path.isdir(path)
        entry = self._entry(path if is_folder else os.path.dirname(path))
        if self._is_excluded(entry, path + "/" if is_folder else path):
            entry.excluded.append(path)
        elif is_folder:
            self._add_folder(entry, path)
        else:
            entry.project.name([path], as_typed=True)

    def _add_folder(self, entry: _Entry, path: str) -> None:
        tree = entry.project.tree
        files = [file for file in tree.files if is_below(file, path)]
        if not files and path != entry.project.root:
            # A hidden or ignored folder that is named all the same.
            tree = search(path, entry.project.settings.excludes)
            files = tree.files
        nested = {os.path.dirname(file) for file in tree.configurations} - {entry.project.root}
        by_folder: dict[str, list[str]] = {}
        for file in files:
            by_folder.setdefault(os.path.dirname(file), []).append(file)
        for folder, own in by_folder.items():
            within = entry if nested.isdisjoint(folders_upwards(folder)) else self._entry(folder)
            within.project.name(file for file in own if not self._is_excluded(within, file))

    def add_standard_input(self) -> None:
        """Take standard input: the text of the file that it is named after, or a project of its own."""
        name = self.request.standard_input_name
        if name is None:
            config_path = self._config_path(self.request.folder)
            config = self._config(config_path, self.request.folder)
            project = self._project(self.request.folder, config, is_alone=True)
            entry = self.entries["", None] = _Entry(project, config, config_path, [])
            entry.project.add_text(Source("<stdin>", decode(self.request.standard_input)))
            return
        path = os.path.normpath(os.path.join(self.request.folder, name))
        entry = self._entry(os.path.dirname(path))
        if self._is_excluded(entry, path):
            entry.excluded.append(path)
        else:
            entry.project.add_text(Source(path, decode(self.request.standard_input)))

    def judge(self) -> Outcome:
        """Judge every project and bring the reports together."""
        reports, exit_codes = [], []
        for entry in self.entries.values():
            cluster = _cluster(entry.config)
            rules = self._rules(entry.config_path, entry.project.root)
            choice = _Choice(entry.config, entry.project.root)
            flaws = self._flaws(entry.config_path, entry.project.root, choice)
            report = lint(entry.project, rules, choice, cluster, suppress=self.request.suppress)
            for flaw in flaws:
                report.note_flaw(flaw)
            report.skipped += [Skipped(path, 1, "excluded by the configuration") for path in entry.excluded]
            reports.append(report)
            exit_codes.append(report.exit_code(entry.config.fail_severity))
        merged = Report(self._report_root(), ())
        merged.merge(reports)
        return Outcome(merged, max(exit_codes, default=0))

    def survey(self) -> Survey:
        """How far every named Service reaches."""
        found: list[Exposed] = []
        skipped = 0
        for entry in self.entries.values():
            cluster = _cluster(entry.config)
            for manifest in entry.project.named_manifests():
                workspace = entry.project.workspace_of(manifest.path)
                skipped += sum(part.skipped is not None for part in manifest.parts)
                for service in manifest.resources:
                    if isinstance(service, Service):
                        exposure = exposure_of(service, cluster, workspace)
                        found.append(Exposed(service, exposure, workspace.selected_by(service)))
        found.sort(key=lambda one: (one.service.path, one.service.span.start))
        return Survey(tuple(found), skipped)

    def _is_excluded(self, entry: _Entry, path: str) -> bool:
        return is_below(path, entry.project.root) and entry.project.settings.excludes(path)

    def _entry(self, folder: str) -> _Entry:
        config_path = self._config_path(folder)
        root = self._root(folder, config_path)
        entry = self.entries.get((root, config_path))
        if entry is None:
            config = self._config(config_path, root)
            # Of a folder that is no project's, only what is named is read, unless the folder itself is.
            is_alone = root in self.too_wide and root not in self.named
            project = self._project(root, config, is_alone=is_alone)
            entry = self.entries[root, config_path] = _Entry(project, config, config_path, [])
        return entry

    def _project(self, root: str, config: Config, *, is_alone: bool = False) -> Project:
        def within(path: str) -> str:
            return relative_path(path, root) + ("/" if path.endswith("/") else "")

        settings = ProjectSettings(
            config.kubernetes_version or DEFAULT_VERSION,
            config.namespace,
            lambda path: config.excludes(within(path)),
            lambda path: config.is_application(within(path)),
            {kind: tuple(route.split(".")) for kind, route in config.workload_kinds.items()},
        )
        return Project(root, settings, is_alone=is_alone)

    def _root(self, folder: str, config_path: str | None) -> str:
        if config_path is not None and self.request.config_file is None:
            return os.path.dirname(config_path)
        return repository_of(folder) or (folder if self.common in self.too_wide else self.common)

    def _config_path(self, folder: str) -> str | None:
        if self.request.isolated:
            return None
        if self.request.config_file is not None:
            return os.path.normpath(os.path.join(self.request.folder, self.request.config_file))
        if folder not in self.found:
            self.found[folder] = configuration.find(folder)
        return self.found[folder]

    def _config(self, path: str | None, root: str) -> Config:
        if path not in self.configs:
            rules = self._rules(path, root)
            config = Config() if path is None else configuration.load(path, rules)
            self.configs[path] = config.with_command_line(rules, **self.request.overrides)  # type: ignore[arg-type]
        return self.configs[path]

    def _policies(self, config_path: str | None, root: str) -> Loaded | None:
        """The policies of a configuration, and of the command line; None where there are none."""
        if (config_path, root) not in self.policies:
            entries = (*(configuration.policies_in(config_path) if config_path else ()), *self.policy_files)
            self.policies[config_path, root] = _loaded(entries, config_path, root) if entries else None
        return self.policies[config_path, root]

    def _rules(self, config_path: str | None, root: str) -> tuple[Rule, ...]:
        """Every rule, policies included."""
        policies = self._policies(config_path, root)
        return (*self.rules, *(policies.rules if policies else ()))

    def _flaws(self, config_path: str | None, root: str, choice: _Choice) -> list[PolicyError]:
        """What is wrong with policies: with any that cannot be read, and with those that are to run, which then do
        not."""
        policies = self._policies(config_path, root)
        if policies is None:
            return []
        policies.land_in(choice.namespace)
        flaws = list(policies.errors)
        for rule in policies.rules:
            if choice.selects(rule) and (found := rule.flaws()):
                flaws += found
                choice.drop(rule)
        return flaws

    def _common_parent(self, named: Sequence[str]) -> str:
        folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in named]
        if self.request.standard_input_name is not None:
            name = os.path.normpath(os.path.join(self.request.folder, self.request.standard_input_name))
            folders.append(os.path.dirname(name))
        return os.path.commonpath(folders) if folders else self.request.folder

    def _report_root(self) -> str:
        """The folder that a report's paths are relative to: the repository's, where one tool reads many reports."""
        roots = [entry.project.root for entry in self.entries.values()]
        common = os.path.commonpath(roots) if roots else self.request.folder
        return repository_of(common) or common


def _loaded(entries: Sequence[PolicySettings | str | LeftOut], config_path: str | None, root: str) -> Loaded:
    # Policies bring a language with them, which a run without any does not pay for.
    from kubelint.policy.loading import load

    return load(entries, os.path.dirname(config_path) if config_path else root, root)


def _cluster(config: Config) -> Cluster:
    return Cluster(
        config.kubernetes_version or DEFAULT_VERSION,
        config.provider,
        config.cluster.node_ports,
        config.cluster.service_cidrs,
        config.cluster.ip_families,
        config.cluster.public_nodes,
    )


def _too_wide() -> set[str]:
    """Folders that are no project's, although everything of a user lies below them."""
    return {
        above
        for folder in (os.path.expanduser("~"), "/tmp", "/var/tmp", os.environ.get("TMPDIR", "/tmp"))
        for above in folders_upwards(os.path.realpath(folder))
    }


class _Choice:
    """What one configuration decides about rules, asked with absolute paths."""

    def __init__(self, config: Config, root: str) -> None:
        self._config = config
        self._root = root
        self._dropped: set[str] = set()

    @property
    def namespace(self) -> str | None:
        """Where objects land that name no namespace."""
        return self._config.namespace

    def drop(self, rule: Rule) -> None:
        """Run a rule no more."""
        self._dropped.add(rule.id)

    def selects(self, rule: Rule) -> bool:
        return rule.id not in self._dropped and self._config.selects(rule)

    def severity_of(self, rule: Rule) -> Severity | None:
        return self._config.severity_of(rule)

    def options_of(self, rule: Rule) -> object | None:
        return self._config.options_of(rule)

    def kept_in(self, path: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        words = self._config.ignored_for(relative_path(path, self._root)) if is_below(path, self._root) else None
        if not words:
            return rules
        return tuple(rule for rule in rules if not configuration.names(words, rule.id, rule.category))
