"""An ExternalName that leads to another Service of the cluster, or that DNS does not complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubelint import CannotTell, Finding, Node, Service, Severity, Workspace, finding, rule
from kubelint.facts.host_names import address_of, host_of, is_loopback_name
from kubelint.facts.metadata_services import metadata_service_named
from kubelint.node import Place

_DOMAIN = ".cluster.local"
"""What a cluster's own names end in, unless it was set up otherwise; then they look like any others."""
_HELP = (
    "let clients dial the Service by its full name, or publish it from its own namespace; a Gateway's route can lead"
    " there where a ReferenceGrant allows it"
)


class _Target(NamedTuple):
    """A Service that a name leads to, or a single pod behind it (`is_pod`).

    `suffix` is what the name ends in behind `svc`; None where it ends with the namespace.
    """

    name: str
    namespace: str
    is_pod: bool
    suffix: str | None


@rule(severity=Severity.WARNING)
def external_name_internal(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """An ExternalName leads to a Service of another namespace, or lacks its domain."""
    node = service.external_name
    if node is None:
        return
    text = node.text
    host = host_of(text)
    if address_of(host) or is_loopback_name(host) or metadata_service_named(host):
        # Worse than internal, and said by external-name-address.
        return
    target = _target_of(host)
    if "." not in host:
        help = f"write the full name: `name.namespace.svc{_DOMAIN}`"
        yield _incomplete(node, text, "is a name of one part", help)
    elif target is not None:
        yield from _judge(service, node, text, target, workspace)


def _target_of(host: str) -> _Target | None:
    """The Service that a name may be meant for: `[pod.]name.namespace[.svc[.cluster.local]]`."""
    labels = host.removesuffix(_DOMAIN).split(".")
    suffix = _DOMAIN if host.endswith(_DOMAIN) else ""
    match labels:
        case [name, namespace] if not suffix:
            return _Target(name, namespace, False, None)
        case [name, namespace, "svc"]:
            return _Target(name, namespace, False, suffix)
        case [_, name, namespace, "svc"]:
            return _Target(name, namespace, True, suffix)
    return None


def _judge(service: Service, node: Node, text: str, target: _Target, workspace: Workspace) -> Iterator[Finding]:
    known = _find(target, workspace)
    service_there = f"Service {target.name} of namespace {target.namespace}"
    related: list[tuple[Place, str]] = [(known.name_place, service_there)] if known is not None else []
    if not target.suffix:
        # `name.namespace` is a name of the outside world, too, unless there is such a Service.
        if target.suffix is not None or known is not None:
            help = f"write `{target.name}.{target.namespace}.svc{_DOMAIN}`, with the domain of your cluster"
            yield _incomplete(node, text, "lacks the domain of the cluster", help, related)
    elif (service.name, service.namespace) == (target.name, target.namespace) and not target.is_pod:
        yield finding(
            node,
            f"the external name `{text}` is this Service's own: it leads to itself",
            help="write the name of the Service that is meant, or its namespace",
        )
    elif _is_elsewhere(service, target):
        yield finding(
            node,
            f"the external name leads to {service_there}, and whatever publishes this Service publishes that one,"
            " without the consent of its namespace",
            help=_HELP,
            related=related,
        )


def _find(target: _Target, workspace: Workspace) -> Service | None:
    """The Service itself, where it is among the manifests and says that it is in that namespace."""
    return next(
        (one for one in workspace.services if (one.name, one.namespace) == (target.name, target.namespace)), None
    )


def _is_elsewhere(service: Service, target: _Target) -> bool:
    """Whether the target is in another namespace. Raises CannotTell where the Service's own is not known."""
    if service.namespace is not None:
        return service.namespace != target.namespace
    if service.name == target.name and not target.is_pod:
        # In the same namespace it would lead to itself.
        return True
    raise CannotTell(f"nothing says which namespace the Service is in; {target.namespace} may be its own")


def _incomplete(node: Node, text: str, lack: str, help: str, related: Sequence[tuple[Place, str]] = ()) -> Finding:
    message = f"the external name `{text}` {lack}, and DNS does not complete the target of an ExternalName"
    return finding(node, message, help=help, related=tuple(related))
