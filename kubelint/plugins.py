"""Where rules come from: one hook, for the built-in ones and everyone else's. The only importer of pluggy."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

import pluggy

from kubelint.rule import Rule, RuleError

ENTRY_POINT_GROUP = "kubelint"

hook_specification = pluggy.HookspecMarker("kubelint")
hook_implementation = pluggy.HookimplMarker("kubelint")


class Hooks:
    """What a plug-in can implement."""

    @hook_specification
    def kubelint_rules(self) -> Iterable[Rule]:  # type: ignore[empty-body]
        """Return the rules that the plug-in brings, for example `rules_in(module)`."""


class PluginError(Exception):
    """A plug-in that cannot be loaded, or that brings a rule it may not: says which and why."""


def plugin_manager() -> pluggy.PluginManager:
    """A manager with the built-in rules and every installed plug-in. Raises PluginError.

    Nothing is ever loaded from the tree that is linted: plug-ins are installed distributions with an entry point in the
    group `kubelint`.
    """
    manager = pluggy.PluginManager("kubelint")
    manager.add_hookspecs(Hooks)
    import kubelint_rules

    manager.register(kubelint_rules, "kubelint-rules")
    folders = _installation_folders()
    if _distribution_with_plugin_exists(folders):
        _load_installed(manager, folders)
    return manager


def _installation_folders() -> list[str]:
    # `python -m` puts the current folder in front, which may be the tree that is linted.
    return [folder for folder in sys.path if folder and os.path.abspath(folder) != os.getcwd()]


def _load_installed(manager: pluggy.PluginManager, folders: list[str]) -> None:
    from importlib.metadata import distributions

    for distribution in distributions(path=folders):
        for entry in distribution.entry_points:
            name = f"{distribution.metadata['Name']}:{entry.name}"
            if entry.group != ENTRY_POINT_GROUP or manager.has_plugin(name):
                continue
            try:
                manager.register(entry.load(), name)
            except (Exception, SystemExit) as error:
                message = f"plug-in {entry.name} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}"
                raise PluginError(message) from error


def load_rules(manager: pluggy.PluginManager) -> tuple[Rule, ...]:
    """Every rule of every plug-in, sorted by id; one that is ill built is there as an IllBuiltRule.

    Raises PluginError for an id that comes twice, and for a plug-in that cannot list its rules.
    """
    found: dict[str, Rule] = {}
    brought_by: dict[str, str] = {}
    for implementation in manager.hook.kubelint_rules.get_hookimpls():
        plugin = implementation.plugin_name
        for rule in _rules_of(implementation):
            if not isinstance(rule, Rule):
                raise PluginError(f"plug-in {plugin} brings something that is no rule: {rule!r}")
            if rule.id in found:
                raise PluginError(f"plug-in {plugin} brings a rule `{rule.id}`, as {brought_by[rule.id]} does")
            found[rule.id], brought_by[rule.id] = rule, plugin
    return tuple(found[id] for id in sorted(found))


def _rules_of(implementation: pluggy.HookImpl) -> Iterator[Rule]:
    # Asked one by one: a call through the hook would end with the first plug-in that raises.
    try:
        yield from implementation.function()  # type: ignore[misc]
    except RuleError as error:
        raise PluginError(str(error)) from error
    except (Exception, SystemExit) as error:
        message = f"plug-in {implementation.plugin_name} cannot list its rules: {type(error).__name__}: {error}"
        raise PluginError(message) from error


def _distribution_with_plugin_exists(folders: Iterable[str]) -> bool:
    """Whether an installed distribution declares an entry point of ours.

    Importing importlib.metadata and asking it costs some 50 ms; looking into the few files that could say so costs one.
    """
    wanted = f"[{ENTRY_POINT_GROUP}]".encode()
    for folder in folders:
        try:
            names = [
                entry.name for entry in os.scandir(folder or ".") if entry.name.endswith((".dist-info", ".egg-info"))
            ]
        except OSError:
            continue
        for name in names:
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as declared:
                    if wanted in declared.read():
                        return True
            except OSError:
                continue
    return False
