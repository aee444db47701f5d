"""What commands share: every rule, or a usage error that says which plug-in is at fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from kubelint import config
from kubelint.discovery import PathNotFound, expand
from kubelint.paths import as_read
from kubelint.plugins import PluginError, load_rules, plugin_manager
from kubelint.policy.errors import PolicyError
from kubelint.rule import Rule

POLICY_HELP = "A file or folder of policies: ValidatingAdmissionPolicies, or one's own. May be repeated."


def all_rules() -> tuple[Rule, ...]:
    """Every rule, built in or brought by a plug-in. Raises click.ClickException."""
    try:
        return load_rules(plugin_manager())
    except PluginError as error:
        raise click.ClickException(str(error)) from error


def policy_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of `rules_and_policies`."""
    command = click.option("--policy", "policies", multiple=True, metavar="PATH", help=POLICY_HELP)(command)
    return click.option("--config", "config_file", metavar="FILE", help="The configuration file with policies.")(
        command
    )


def rules_and_policies(config_file: str | None, policies: tuple[str, ...]) -> tuple[Rule, ...]:
    """Every rule, and the policies of a configuration (the nearest one upwards) and of files.

    What is wrong with a policy goes to stderr. Raises click.ClickException.
    """
    folder = os.getcwd()
    path = os.path.join(folder, config_file) if config_file is not None else config.find(folder)
    if config_file is not None and not os.path.isfile(path or ""):
        raise click.ClickException(f"no such file: {config_file}")
    try:
        named = expand(policies, folder)
    except PathNotFound as error:
        raise click.ClickException(str(error)) from error
    entries: list[Any] = [*(config.policies_in(path) if path is not None else ()), *named]
    if not entries:
        return all_rules()
    from kubelint.policy.loading import load

    above = os.path.dirname(path) if path is not None else folder
    loaded = load(entries, above, above)
    for flaw in loaded.errors:
        say_flaw(flaw)
    return (*all_rules(), *loaded.rules)


def say_flaw(flaw: PolicyError) -> None:
    """Write what is wrong with a policy to stderr, with its place."""
    line, column = flaw.position
    click.echo(f"{as_read(flaw.source.path)}:{line}:{column}: error: {flaw}", err=True)
