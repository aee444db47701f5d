"""`kubelint explain`."""

from __future__ import annotations

import os
import re
import sys

import click

from kubelint.commands._rules import policy_options, rules_and_policies, say_flaw
from kubelint.output._color import wants_color
from kubelint.page import for_reading
from kubelint.paths import as_read
from kubelint.policy.settings import CATEGORY
from kubelint.rule import IllBuiltRule, Rule, RuleError
from kubelint.suggestion import closest_id

_FLAWED = 2
"""The exit code where a policy is flawed, as `kubelint lint` has it."""
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_LINK = re.compile(r"\[([^\]\n]+)\]\((http[^)\n]+)\)")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour the output [auto]."
)
@policy_options
def command(rule_id: str, color: str, config_file: str | None, policies: tuple[str, ...]) -> None:
    """Show the page of a rule or a policy: why it exists, what it flags, what it accepts, how to mend it."""
    rules = {rule.id: rule for rule in rules_and_policies(config_file, policies)}
    if rule_id not in rules:
        meant = closest_id(rule_id, rules)
        suggestion = f"; did you mean `{meant}`?" if meant else "; `kubelint rules` lists them"
        raise click.ClickException(f"there is no rule `{rule_id}`{suggestion}")
    rule = rules[rule_id]
    try:
        page = for_reading(rule.read_page())
    except RuleError as error:
        # A plug-in's rule may have no page; what its function says of itself is the next best.
        said = (rule.check.__doc__ or "").partition("\n")[2].rstrip()
        page = f"{said}\n\n{error}"
    colored = wants_color(color, sys.stdout, os.environ)
    title = f"{rule.id} ({rule.category}, {rule.severity.value}{'' if rule.default else ', off by default'})"
    click.echo(_styled(title, colored, bold=True), color=colored)
    click.echo(rule.summary if rule.summary.endswith("…") else f"{rule.summary}.", color=colored)
    if (where := _stands_at(rule)) is not None:
        click.echo(_styled(where, colored, dim=True), color=colored)
    for line in _rendered(page, colored):
        click.echo(line, color=colored)
    if isinstance(rule, IllBuiltRule):
        raise click.ClickException(str(rule.flaw))
    if rule.category == CATEGORY and not _judges(rule):
        sys.exit(_FLAWED)


def _stands_at(rule: Rule) -> str | None:
    """The file and the line of a policy; None for any other rule."""
    if rule.category != CATEGORY:
        return None
    from kubelint.policy.rules import PolicyRule

    if not isinstance(rule, PolicyRule):
        return None
    place = rule.policy.place.span
    return f"{as_read(place.source.path)}:{place.begin.line}"


def _judges(rule: Rule) -> bool:
    """Whether anything is judged by a policy; says what is wrong with it where nothing is."""
    from kubelint.policy.flawed import FlawedPolicy
    from kubelint.policy.rules import PolicyRule

    if not isinstance(rule, PolicyRule):
        return True
    flaws = rule.flaws()
    for flaw in flaws:
        say_flaw(flaw)
    return not flaws and not isinstance(rule.policy, FlawedPolicy)


def _rendered(page: str, colored: bool) -> list[str]:
    """The lines of a page as a terminal shows them: headings, indented code, words set apart."""
    lines = []
    in_code = False
    for line in page.splitlines():
        if line.startswith("```"):
            settings = [word.removeprefix("file=").replace("=", ": ") for word in line.split()[1:]]
            if not in_code and settings:
                lines.append(_styled(f"    # {', '.join(settings)}", colored, dim=True))
            in_code = not in_code
        elif in_code:
            code, mark, comment = line.partition(" #") if not line.lstrip().startswith("#") else ("", "", line)
            lines.append(f"    {code}{_styled(mark + comment, colored, dim=True) if comment else ''}".rstrip())
        elif line.startswith("# "):
            continue
        elif line.startswith("#"):
            lines.append(_styled(line.lstrip("# "), colored, bold=True, underline=True))
        else:
            lines.append(_inline(line, colored))
    return lines


def _inline(line: str, colored: bool) -> str:
    line = _LINK.sub(r"\1 <\2>", line)
    line = _STRONG.sub(lambda found: _styled(found[1], colored, bold=True), line)
    line = _EMPHASIS.sub(lambda found: _styled(found[1], colored, italic=True), line)
    return _INLINE_CODE.sub(lambda found: _styled(found[1] if colored else found[0], colored, fg="cyan"), line)


def _styled(text: str, colored: bool, **how: object) -> str:
    return click.style(text, **how) if colored else text  # type: ignore[arg-type]
