"""`kubelint exposure`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from kubelint import output
from kubelint.commands._project import print_text, project_options, request_of, usage_errors
from kubelint.commands._rules import all_rules
from kubelint.exposure import Confidence, Evidence, Level, Path, Restriction
from kubelint.exposure.drawing import drawn
from kubelint.output._cells import printable
from kubelint.output._color import BOLD, painted, wants_color
from kubelint.run import Exposed, survey

if TYPE_CHECKING:
    from kubelint.output import Style

SCHEMA_VERSION = 1
"""Changes when a program that reads the JSON would have to."""

_GAP = "  "


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@project_options
@click.option("--format", "format", type=click.Choice(("text", "json")), default="text", help="What to print [text].")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour the output [auto]."
)
def command(format: str, color: str, **asked: Any) -> None:
    """Show how far each Service reaches, and every path that leads to it.

    Manifests are files, folders or patterns; nothing means the current folder, `-` standard input.
    """
    request = request_of(**asked)
    with usage_errors():
        surveyed = survey(request, all_rules())
    services = surveyed.services
    style = output.Style(wants_color(color, sys.stdout, os.environ), request.folder)
    print_text(_json(services, style) if format == "json" else _table(services, style))
    if surveyed.skipped:
        documents = "1 document" if surveyed.skipped == 1 else f"{surveyed.skipped} documents"
        click.echo(f"{documents} skipped (`kubelint lint --verbose` lists them)", err=True)


def _json(services: Iterable[Exposed], style: Style) -> str:
    from kubelint.output._json_text import json_text

    return json_text({"schema_version": SCHEMA_VERSION, "services": [_service(one, style) for one in services]})


def _service(exposed: Exposed, style: Style) -> dict[str, Any]:
    service, exposure = exposed.service, exposed.exposure
    return {
        "path": style.path(service.path),
        "line": service.span.begin.line,
        "namespace": service.namespace,
        "name": service.name,
        "level": exposure.level.value,
        "confidence": exposure.confidence.value,
        "restriction": exposure.restriction.value,
        "paths": [_path(path, style) for path in exposure.paths],
    }


def _path(path: Path, style: Style) -> dict[str, Any]:
    return {
        "level": path.level.value,
        "via": path.via.value,
        "evidence": [_evidence(evidence, style) for evidence in path.evidence if evidence.field is not None],
    }


def _evidence(evidence: Evidence, style: Style) -> dict[str, Any]:
    place = evidence.place
    return {
        "field": evidence.field,
        "value": evidence.value,
        "path": None if place is None else style.path(place.source.path),
        "line": None if place is None else place.span.begin.line,
    }


def _table(services: Sequence[Exposed], style: Style) -> str:
    if not services:
        return "no Service found\n"
    rows = [("SERVICE", "WHERE", "LEVEL", "PATHS")]
    for exposed in services:
        lines = [
            printable(line)
            for path in exposed.exposure.paths
            for line in drawn(exposed.service, path, exposed.workloads)
        ]
        first, *more = lines or [""]
        rows.append((_name(exposed), _where(exposed, style), _level(exposed), first))
        rows += [("", "", "", line) for line in more]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    printed = [_GAP.join((*map(str.ljust, row, widths), row[3])).rstrip() for row in rows]
    printed[0] = painted(printed[0], BOLD, style.color)
    return "".join(f"{line}\n" for line in printed)


def _name(exposed: Exposed) -> str:
    service = exposed.service
    return printable(f"{service.namespace}/{service.name}" if service.namespace else service.name or "?")


def _where(exposed: Exposed, style: Style) -> str:
    return printable(f"{style.path(exposed.service.path)}:{exposed.service.span.begin.line}")


def _level(exposed: Exposed) -> str:
    exposure = exposed.exposure
    said = [exposure.level.value]
    if exposure.confidence is not Confidence.CERTAIN and exposure.level is not Level.UNKNOWN:
        said.append(exposure.confidence.value)
    if exposure.restriction is not Restriction.NONE:
        said.append(_RESTRICTIONS[exposure.restriction])
    return ", ".join(said)


_RESTRICTIONS = {
    Restriction.RANGES: "restricted",
    Restriction.OPAQUE: "limited elsewhere",
    Restriction.NOT_ENFORCED: "ranges without effect",
}
