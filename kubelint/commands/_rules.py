"""What commands share: every rule, or a usage error that says which plug-in is at fault."""

from __future__ import annotations

import click

from kubelint.plugins import PluginError, load_rules, plugin_manager
from kubelint.rule import Rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule, built in or brought by a plug-in. Raises click.ClickException."""
    try:
        return load_rules(plugin_manager())
    except PluginError as error:
        raise click.ClickException(str(error)) from error
