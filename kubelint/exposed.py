"""Findings about technologies that are reachable from outside the cluster: what the `exposed-*` rules share."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint.exposure import Confidence, Exposure, Level, Restriction
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Node
from kubelint.recognition import SCALE, Kind, Recognition, Strength, recognised
from kubelint.resources import Service
from kubelint.workspace import Workspace

_DANGEROUS_ROLES = frozenset(("peer", "admin", "debug"))
_STEPS = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
_NARROWED = {
    Restriction.RANGES: ", from the listed networks only",
    Restriction.OPAQUE: ", for whom something else decides",
}


def exposed(
    kind: Kind,
    service: Service,
    workspace: Workspace,
    exposure: Exposure,
    help: str,
    most: Severity = Severity.ERROR,
) -> Iterator[Finding]:
    """A finding for each port of a Service that leads from outside the cluster to a technology of this kind.

    The severity is the technology's own for the level, one step less where address ranges restrict who can connect and
    one more where authentication is switched off or nothing but the cluster itself should speak there; a note on a
    private network, never more than a warning where a port number is the only sign, never more than `most`.
    """
    if not exposure.is_external:
        return
    workloads = workspace.selected_by(service)
    for port in service.ports:
        reach = exposure.to_port(port)
        if not reach.is_external or port.number_node is None:
            continue
        recognition = recognised(service, port, workloads)
        if recognition is None or recognition.kind is not kind:
            continue
        yield finding(
            port.number_node,
            _message(recognition, reach),
            help=help,
            related=list(_related(port.number_node, recognition, reach)),
            severity=min(_severity(recognition, reach), most, key=lambda severity: severity.rank),
        )


def _message(recognition: Recognition, reach: Exposure) -> str:
    message = f"{recognition.name} is reachable from {reach.reach}"
    if recognition.auth_off is not None:
        message += " without authentication"
    message += _NARROWED.get(reach.restriction, "")
    if reach.confidence is Confidence.ASSUMED:
        message += "; that it is public is assumed"
    if recognition.strength is Strength.SUSPECTED:
        message += "; only its port number says what it is"
    return message


def _related(port: Node, recognition: Recognition, reach: Exposure) -> Iterator[tuple[Node, str]]:
    for sign in recognition.signs:
        if sign.node is not None and sign.node is not port:
            yield sign.node, sign.words
    if recognition.auth_off is not None:
        yield recognition.auth_off, "authentication is switched off"
    for reason in reach.evidence:
        if reason.place is not None:
            yield reason.place, reason.words


def _severity(recognition: Recognition, reach: Exposure) -> Severity:
    if reach.level is Level.PRIVATE:
        return Severity.NOTE
    bad = SCALE.index(recognition.severity) - (reach.level is Level.NODE)
    is_dangerous = recognition.role in _DANGEROUS_ROLES and reach.level is Level.INTERNET
    step = max(0, min(bad, len(_STEPS) - 1)) + (recognition.auth_off is not None or is_dangerous)
    if recognition.strength is not Strength.CERTAIN:
        step = min(step, _STEPS.index(Severity.WARNING))
    is_restricted = reach.restriction in (Restriction.RANGES, Restriction.OPAQUE)
    return _STEPS[max(0, min(step - is_restricted, len(_STEPS) - 1))]
