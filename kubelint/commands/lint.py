"""`kubelint lint`."""

from __future__ import annotations

import os
import sys

import click

from kubelint import output
from kubelint.commands._project import print_text, project_options, request_of, usage_errors
from kubelint.commands._rules import POLICY_HELP, all_rules
from kubelint.finding import Severity
from kubelint.output._color import wants_color
from kubelint.report import Report
from kubelint.run import run

_LIST_HELP = "Separate several by commas, or repeat the option."


def _words(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _format_and_file(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        format, _, path = value.partition("=")
        if not path:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE")
        if format not in output.names():
            raise click.BadParameter(f"there is no format {format!r}; there are {', '.join(output.names())}")
        pairs.append((format, path))
    return tuple(pairs)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@project_options
@click.option("--format", "format", type=click.Choice(output.names()), default="text", help="What to print [text].")
@click.option(
    "--report",
    "reports",
    callback=_format_and_file,
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write a report to a file, too.",
)
@click.option(
    "--select",
    multiple=True,
    callback=_words,
    metavar="RULES",
    help=f"Rules to run: ids, categories, ALL. {_LIST_HELP}",
)
@click.option("--ignore", multiple=True, callback=_words, metavar="RULES", help=f"Rules to leave out. {_LIST_HELP}")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "note", "never")),
    help="The lowest severity that makes the exit code 1 [warning].",
)
@click.option("--policy", "policies", multiple=True, metavar="PATH", help=POLICY_HELP)
@click.option("--no-suppressions", is_flag=True, help="Show what comments and annotations silence.")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour the output [auto]."
)
@click.option("-v", "--verbose", is_flag=True, help="List on stderr what was skipped and what could not be told.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[str, ...],
    format: str,
    reports: tuple[tuple[str, str], ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    config_file: str | None,
    isolated: bool,
    kubernetes_version: str | None,
    provider: str | None,
    namespace: str | None,
    stdin_filename: str | None,
    policies: tuple[str, ...],
    no_suppressions: bool,
    color: str,
    verbose: bool,
    quiet: bool,
) -> None:
    """Lint manifests: files, folders or patterns; nothing means the current folder, `-` standard input.

    Exit code: 0 nothing found at or above --fail-on, 1 something found, 2 wrong usage, a flawed policy, or an internal
    fault.
    """
    request = request_of(
        paths=paths,
        config_file=config_file,
        isolated=isolated,
        stdin_filename=stdin_filename,
        suppress=not no_suppressions,
        policies=policies,
        select=select,
        ignore=ignore,
        kubernetes_version=kubernetes_version,
        provider=provider,
        namespace=namespace,
        fail_on=fail_on,
    )
    with usage_errors():
        outcome = run(request, all_rules())
    report = outcome.report
    for name, path in reports:
        _write(path, output.load(name).render(report, output.Style(False, request.folder)))
    style = output.Style(wants_color(color, sys.stdout, os.environ), request.folder)
    print_text(output.load(format).render(report, style))
    if verbose:
        click.echo(_left_out(report, style), err=True, nl=False)
    if not quiet:
        click.echo(_summary(report, is_listed=verbose), err=True)
    context.exit(outcome.exit_code)


def _write(path: str, text: str) -> None:
    """Write a file whole or not at all. What is no file of its own (a device, a pipe, a link) is written through."""
    # Most runs write none, and the module takes as long to import as a small manifest to lint.
    import tempfile

    data = text.encode()
    temporary = None
    try:
        if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)):
            with open(path, "wb") as file:
                file.write(data)
            return
        folder = os.path.dirname(os.path.abspath(path))
        os.makedirs(folder, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=folder, delete=False) as file:
            temporary = file.name
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise click.ClickException(f"the report {path} cannot be written: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _left_out(report: Report, style: output.Style) -> str:
    lines = [f"{style.path(entry.path)}:{entry.line}: skipped: {entry.why}" for entry in report.skipped]
    for undecided in report.undecided:
        line = undecided.span.begin.line
        lines.append(
            f"{style.path(undecided.span.source.path)}:{line}: cannot tell: {undecided.why} [{undecided.rule}]"
        )
    return "".join(f"{line}\n" for line in lines)


def _summary(report: Report, *, is_listed: bool) -> str:
    found = [_counted(report.count(severity), severity.value) for severity in Severity if report.count(severity)]
    counts = report.counts
    read = ((counts.files, "file"), (counts.documents, "document"), (counts.services, "Service"))
    parts = [f"{', '.join(found) or 'nothing found'} in {', '.join(_counted(*one) for one in read)}"]
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} suppressed")
    if report.skipped:
        parts.append(f"{len(report.skipped)} skipped")
    if report.undecided:
        parts.append(f"{len(report.undecided)} undecided")
    flaws = sum(fault.position is not None for fault in report.faults)
    if flaws:
        parts.append(_counted(flaws, "flaw") + " in policies")
    if len(report.faults) > flaws:
        parts.append(_counted(len(report.faults) - flaws, "internal fault"))
    is_told = is_listed or not (report.skipped or report.undecided)
    return "; ".join(parts) + ("" if is_told else " (--verbose lists what is skipped and undecided)")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
