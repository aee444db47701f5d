"""ServiceMonitors of the Prometheus operator: which Services they select.

monitoring.coreos.com/v1: ServiceMonitorSpec, NamespaceSelector.
"""

from __future__ import annotations

from functools import cached_property

from kubelint.label_selector import LabelSelector
from kubelint.node import Node, Scalar
from kubelint.resources import Resource, Service, is_read, items_of, text_of
from kubelint.workspace import Workspace


class ServiceMonitor:
    """A ServiceMonitor, by the object that is one."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    @cached_property
    def selector(self) -> LabelSelector:
        """Which Services it selects, by their own labels. An empty selector selects all."""
        return LabelSelector(self.resource.get("spec", "selector"))

    @cached_property
    def namespaces(self) -> frozenset[str | None] | None:
        """The namespaces in which it selects; None for any. Without a namespaceSelector it is its own alone."""
        chosen = self.resource.get("spec", "namespaceSelector")
        everywhere = chosen.get("any") if chosen is not None else None
        if isinstance(everywhere, Scalar) and everywhere.value is True:
            return None
        names = {text_of(item) for item in items_of(chosen.get("matchNames"))} if chosen is not None else set()
        return frozenset(names or {self.resource.namespace})

    @property
    def endpoints(self) -> list[Node]:
        """The ports that are scraped."""
        return items_of(self.resource.get("spec", "endpoints"))

    def reaches(self, service: Service) -> bool:
        """Whether a Service is, or may be, in a namespace where it selects."""
        return self.namespaces is None or service.namespace is None or bool({None, service.namespace} & self.namespaces)

    def selects(self, service: Service) -> bool:
        """Whether it selects a Service, with the labels as written or with those that kustomizations add."""
        labels = {key: str(scalar.value) for key, scalar in service.labels.items()}
        return self.reaches(service) and any(
            self.selector.selects(variant) for variant in (labels, {**labels, **service.added_labels})
        )

    def selected(self, workspace: Workspace) -> tuple[Service, ...]:
        """Every Service of the project that it selects, wherever it stands."""
        return tuple(service for service in workspace.services if self.selects(service))


def service_monitor(resource: Resource) -> ServiceMonitor | None:
    """The ServiceMonitor that an object is; None for any other, and for one without a selector."""
    if resource.kind != "ServiceMonitor" or not is_read(resource.api_version, resource.kind):
        return None
    monitor = ServiceMonitor(resource)
    return None if monitor.selector.is_absent else monitor
