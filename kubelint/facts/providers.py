"""What answers a Service of type LoadBalancer, and what it makes of its annotations: the table `providers.json`.

Facts only. Each annotation is read by its controller's own grammar, and an outcome is a word (`private`, `internet`,
`opaque`, …) whose meaning is the exposure's business. The table is read once, when it is first asked for.
"""

from __future__ import annotations

import functools
import json
import os

# The usual guard comes from `typing`, which this module does not need at run time; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any


class Annotation:
    """One annotation that a controller reads, and what its text means to that controller."""

    def __init__(self, key: str, entry: dict[str, Any], grammars: dict[str, dict[str, str]]) -> None:
        self.key = key
        self._spellings = grammars.get(entry["grammar"], {})
        self._values: dict[str, str | None] = entry["values"]
        self._otherwise: str | None = entry["otherwise"]
        self._when: dict[str, list[str | None]] = entry.get("when", {})

    def is_read(self, texts: Mapping[str, str]) -> bool:
        """Whether the controller looks at it at all beside these other annotations."""
        return _holds(self._when, texts)

    def says(self, text: str) -> str | None:
        """The outcome of a text: a word of the table, `error` where the controller refuses it, None for no effect."""
        return self._values.get(self._spellings.get(text, text), self._otherwise)


class Provider:
    """A controller that serves Services of type LoadBalancer; one entry of `providers.json`.

    Whom it serves: `classes` maps a loadBalancerClass to its reach (None where the annotations decide), `selected_by`
    are annotations that pick it by their values, `prefixes` begin the keys written for it and those that share them.

    How far it reaches: of `scope_keys`, the first that says anything wins; `default` is the reach where none does, or
    `address` where one of `address_keys` decides, or else a pool. `refused_together` names sets of annotations and
    `spec.` fields with which it makes no load balancer. `node_ports` is `internet` where the provider opens the nodes'
    firewall for NodePort Services, unless one of `node_port_keys` forbids it.

    Who may connect: `source_ranges` is what becomes of spec.loadBalancerSourceRanges (`enforced`, `ignored`, or
    `depends` on the cluster), `range_keys` are annotations that hold such ranges too. `opaque_keys` put the answer out
    of sight, ranges or not; `restricting_keys` narrow it in a form of their own. `source` holds keys of the table's
    `sources`.
    """

    def __init__(self, identifier: str, entry: dict[str, Any], grammars: dict[str, dict[str, str]]) -> None:
        def annotations(field: str) -> tuple[Annotation, ...]:
            return tuple(Annotation(key, meaning, grammars) for key, meaning in entry[field].items())

        self.id = identifier
        self.name: str = entry["name"]
        self.default: str = entry["default"]
        self.classes: dict[str, str | None] = entry["classes"]
        self.prefixes: tuple[str, ...] = tuple(entry["prefixes"])
        self.selected_by: tuple[dict[str, list[str | None]], ...] = tuple(entry["selected_by"])
        self.scope_keys = annotations("scope_keys")
        self.node_ports: str = entry["node_ports"]
        self.node_port_keys = annotations("node_port_keys")
        self.address_keys: tuple[str, ...] = tuple(entry["address_keys"])
        self.refused_together: tuple[tuple[str, ...], ...] = tuple(map(tuple, entry["refused_together"]))
        self.source_ranges: str = entry["source_ranges"]
        self.range_keys: tuple[str, ...] = tuple(entry["range_keys"])
        self.opaque_keys = annotations("opaque_keys")
        self.restricting_keys = annotations("restricting_keys")
        self.source: tuple[str, ...] = tuple(entry["source"])


class Providers(dict[str, Provider]):
    """The table by identifier, and the ways to find out whom a Service is meant for."""

    def serving(self, load_balancer_class: str) -> Provider | None:
        """The one that serves a loadBalancerClass, or None where no known one does."""
        return next((one for one in self.values() if load_balancer_class in one.classes), None)

    def selected_by(self, texts: Mapping[str, str]) -> Provider | None:
        """The one that these annotations pick by name, as a class would."""
        return next((one for one in self.values() if any(_holds(these, texts) for these in one.selected_by)), None)

    def meant_by(self, keys: Collection[str]) -> tuple[Provider, ...]:
        """All that annotations with these keys are written for; more than one where they share them."""
        return tuple(one for one in self.values() if any(key.startswith(one.prefixes) for key in keys))


def _holds(conditions: dict[str, list[str | None]], texts: Mapping[str, str]) -> bool:
    return all(texts.get(key) in wanted for key, wanted in conditions.items())


@functools.cache
def providers() -> Providers:
    """The table of providers."""
    with open(os.path.join(os.path.dirname(__file__), "providers.json"), encoding="utf-8") as file:
        table = json.load(file)
    grammars = table["grammars"]
    return Providers({name: Provider(name, entry, grammars) for name, entry in table["providers"].items()})


NO_PROVIDER = "none"
"""The configured provider of a cluster in which nothing serves `type: LoadBalancer`."""


def provider_ids() -> tuple[str, ...]:
    """What a configuration may name as the provider: the identifiers of the table, and `none`."""
    return tuple(sorted((*providers(), NO_PROVIDER)))
