"""`kubelint rules`."""

from __future__ import annotations

import click

from kubelint.commands._rules import policy_options, rules_and_policies


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--format", "format", type=click.Choice(("text", "json")), default="text", help="What to print [text].")
@policy_options
def command(format: str, config_file: str | None, policies: tuple[str, ...]) -> None:
    """List every rule, and every policy of the project: its id, its severity, and what it finds."""
    rules = rules_and_policies(config_file, policies)
    if format == "json":
        import json

        entries = [
            {
                "id": rule.id,
                "category": rule.category,
                "severity": rule.severity.value,
                "default": rule.default,
                "summary": rule.summary,
            }
            for rule in rules
        ]
        click.echo(json.dumps({"schema_version": 1, "rules": entries}, indent=2, ensure_ascii=False))
        return
    width = max((len(rule.id) for rule in rules), default=0)
    for category in sorted({rule.category for rule in rules}):
        click.echo(f"{category}/")
        for rule in rules:
            if rule.category == category:
                off = "" if rule.default else " (off by default)"
                click.echo(f"  {rule.id:<{width}}  {rule.severity.value:<7}  {rule.summary}{off}")
