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
    if _distribution_with_plugin_exists(sys.path):
        try:
            manager.load_setuptools_entrypoints(ENTRY_POINT_GROUP)
        except Exception as error:
            raise PluginError(f"a plug-in cannot be loaded: {type(error).__name__}: {error}") from error
    return manager


def load_rules(manager: pluggy.PluginManager) -> tuple[Rule, ...]:
    """Every rule of every plug-in, sorted by id. Raises PluginError for an id that comes twice or a rule ill built."""
    found: dict[str, Rule] = {}
    for implementation in manager.hook.kubelint_rules.get_hookimpls():
        for rule in _rules_of(implementation):
            earlier = found.setdefault(rule.id, rule)
            if earlier is not rule:
                raise PluginError(
                    f"plug-in {implementation.plugin_name} brings a rule `{rule.id}`, which exists already"
                )
    return tuple(found[id] for id in sorted(found))


def _rules_of(implementation: pluggy.HookImpl) -> Iterator[Rule]:
    # Asked one by one: a call through the hook would end with the first plug-in that raises.
    try:
        yield from implementation.function()  # type: ignore[misc]
    except RuleError as error:
        raise PluginError(str(error)) from error
    except Exception as error:
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
