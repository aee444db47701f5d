"""What answers a Service of type LoadBalancer, and what it reads: the tables `provider_tables/*.json`.

Facts only. Each annotation is read by its controller's own grammar, and an outcome is a word (`private`, `internet`,
`opaque`, …) whose meaning is the exposure's business. One file is one controller; to add one is to add a file. The
tables are read once, when they are first asked for, and an annotation's entry is looked at only when somebody asks.
"""

from __future__ import annotations

import functools
import json
import os

# The usual guard comes from `typing`, which this module does not need at run time; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

    Conditions = Mapping[str, list[str | None]]

_FOLDER = os.path.join(os.path.dirname(__file__), "provider_tables")

ANY = "*"
"""In a list of Service types: every one of them; in a condition: any text at all."""


INGRESS = "Ingress"
"""In place of Service types: the annotation is read on an Ingress, and on no Service."""


class Annotation:
    """One annotation that a controller reads, and what its text means to that controller.

    `key` may hold one `*` for a part that varies (a port, a name). `type` is what the text should be: `text`, `bool`,
    `enum` (one of `values`; letter case counts unless `any_case`), `integer` (`minimum` and `maximum` inclusive, where
    there are any), `port`, `ports`, `address`, `addresses`, `range`, `ranges` (CIDR text, comma between them), `json`,
    `pairs` (`a=b,c=d`), `duration` (as Go writes them). `is_tight`: a blank after the comma spoils a list.

    `invalid` is what the controller makes of any other text: `error` (it refuses the Service), `default` (as if the
    annotation were not there), `skipped` (that part of a list is), or None where that is not known. `harmless` texts
    are none of `values` and do what their author means all the same.

    `implies` is the reach that such an annotation takes for granted, `overridden_by` are annotations and `spec.` fields
    beside which it is not read, `deprecated` is the release that deprecated it (or True, where it is not known which),
    `replaced_by` the key or field to use instead; `is_unread_before` says that no older release reads that one.
    `is_read_only`: the controller writes it. `is_label`: it is read as a label. `read_on` are the types of Services on
    which it is read; on `*`, whoever makes the load balancer. `source` is a key of the tables' sources.
    """

    def __init__(
        self, key: str, entry: Mapping[str, Any], table: Mapping[str, Any], grammars: Mapping[str, Any]
    ) -> None:
        self.key = key
        self.type: str = entry.get("type", "text")
        self.values: tuple[str, ...] = tuple(entry.get("values", ()))
        self.any_case: bool = entry.get("any_case", False)
        self.is_tight: bool = entry.get("tight", False)
        self.minimum: int | None = entry.get("minimum")
        self.maximum: int | None = entry.get("maximum")
        self.harmless: tuple[str, ...] = tuple(entry.get("harmless", ()))
        self.invalid: str | None = entry.get("invalid")
        self.implies: str | None = entry.get("implies")
        self.overridden_by: tuple[str, ...] = tuple(entry.get("overridden_by", ()))
        self.deprecated: str | bool = entry.get("deprecated", False)
        self.replaced_by: str | None = entry.get("replaced_by")
        self.is_unread_before: bool = entry.get("unread_before", False)
        self.is_read_only: bool = entry.get("read_only", False)
        self.is_label: bool = entry.get("label", False)
        self.read_on: tuple[str, ...] = tuple(entry.get("read_on", table.get("read_on", ("LoadBalancer",))))
        self.source: str = entry.get("source", table["annotations_from"])
        self.grammar: str | None = entry.get("grammar")
        self.when: Conditions = entry.get("when", {})
        self.unless: Conditions = entry.get("unless", {})
        self._bool: Mapping[str, Any] = grammars[self.grammar] if self.grammar else {}
        self._says: Mapping[str, str | None] = entry.get("says", {})
        self._otherwise: str | None = entry.get("otherwise")

    def __repr__(self) -> str:
        return f"Annotation({self.key!r})"

    @property
    def is_for_services(self) -> bool:
        """Whether it is an annotation of Services at all: no label, and not read on another kind alone."""
        return not self.is_label and self.read_on != (INGRESS,)

    def is_read(self, texts: Mapping[str, str]) -> bool:
        """Whether the controller looks at it at all beside these other annotations."""
        if self.unless and _holds(self.unless, texts):
            return False
        return _holds(self.when, texts) and not any(key in texts for key in self.overridden_by)

    def says(self, text: str) -> str | None:
        """The outcome of a text: a word of the table, `error` where the controller refuses it, None for no effect."""
        if self._bool:
            return self._says.get(self.truth_of(text))
        return self._says.get(text.lower() if self.any_case else text, self._otherwise)

    def truth_of(self, text: str) -> str:
        """What a boolean's text is to the controller: `true`, `false`, `default` (as if not there), or `error`."""
        folded = text.lower() if self._bool.get("any_case") else text
        for truth in ("true", "false"):
            if folded in self._bool.get(truth, ()):
                return truth
        return str(self._bool["other"])

    @property
    def truths(self) -> tuple[str, ...]:
        """The texts that a boolean's grammar takes for yes."""
        return tuple(self._bool.get("true", ()))


class Provider:
    """A controller that reads annotations of Services, and most often makes load balancers of them; one table.

    Whom it serves: `classes` maps a loadBalancerClass to its reach (None where the annotations decide), `selected_by`
    are annotations that pick it by their values, and then it serves the types in `also_serves` too. `prefixes` begin
    the keys written for it and those that share them; under `owned_prefixes` nobody else has keys, so that one which is
    in no table is a slip. `objects` are custom resources (`group/Kind`) that only its clusters have.
    `class_is_a_setting`: it serves the class that it is told to. `runs_beside`: it runs in any cluster beside the
    provider's own. `refuses` is what it makes no load balancer with: `sessionAffinity`, `mixed protocols`.

    How far it reaches: of `scope_keys`, the first that says anything wins; `default` is the reach where none does, or
    `address` where one of `address_keys` decides, or else a pool; None for one that makes no load balancers.
    `refused_together` names sets of annotations and `spec.` fields with which it makes no load balancer,
    `contradictions` sets of annotations that exclude each other. `node_ports` is `internet` where the provider opens
    the nodes' firewall for NodePort Services, unless one of `node_port_keys` forbids it. `node_ports_needed` tells
    whether its load balancers lead to node ports (None where that depends on the cluster), `node_ports_unneeded_when`
    with which annotations they do not.

    Who may connect: `treatment_of_ranges` is what becomes of spec.loadBalancerSourceRanges (`enforced`, `ignored`, or
    `depends` on the cluster), `range_keys` are annotations that hold such ranges too. `opaque_keys` put the answer out
    of sight, ranges or not; `restricting_keys` narrow it in a form of their own. `follows_families`: the load balancer
    has the IP families of the Service; where the ranges are of one family only, `other_family_opened_by` names who lets
    everyone in over the other one (None: nobody, or unknown; k8s.io/kubernetes pkg/proxy/serviceport.go:
    newBaseServiceInfo; k8s.io/ingress-gce pkg/utils: IPv6ServiceSourceRanges). `source` holds keys of the tables'
    sources.
    """

    def __init__(
        self, identifier: str, table: dict[str, Any], base: dict[str, Any], grammars: Mapping[str, Any]
    ) -> None:
        self.id = identifier
        self.name: str = table["name"]
        self.default: str = table.get("default", "")
        self.classes: dict[str, str | None] = table.get("classes", {})
        self.prefixes: tuple[str, ...] = tuple(table["prefixes"])
        self.owned_prefixes: tuple[str, ...] = tuple(table.get("owned_prefixes", ()))
        self.selected_by: tuple[dict[str, list[str | None]], ...] = tuple(table.get("selected_by", ()))
        self.also_serves: tuple[str, ...] = tuple(table.get("also_serves", ()))
        self.objects: tuple[str, ...] = tuple(table.get("objects", ()))
        self.class_is_a_setting: bool = table.get("class_is_a_setting", False)
        self.runs_beside: bool = table.get("runs_beside", False)
        self.refuses: tuple[str, ...] = tuple(table.get("refuses", ()))
        self.follows_families: bool = table.get("follows_families", False)
        self.other_family_opened_by: str | None = table.get("other_family_opened_by")
        self.node_ports: str = table.get("node_ports", "node")
        self.node_ports_needed: bool | None = table.get("node_ports_needed")
        self.node_ports_unneeded_when: tuple[Conditions, ...] = tuple(table.get("node_ports_unneeded_when", ()))
        self.address_keys: tuple[str, ...] = tuple(table.get("address_keys", ()))
        self.refused_together: tuple[tuple[str, ...], ...] = tuple(map(tuple, table.get("refused_together", ())))
        self.contradictions: tuple[tuple[str, ...], ...] = tuple(map(tuple, table.get("contradictions", ())))
        self._source_ranges: str = table.get("source_ranges", "depends")
        self._source_ranges_by_class: dict[str, str] = table.get("source_ranges_by_class", {})
        self.range_keys: tuple[str, ...] = tuple(table.get("range_keys", ()))
        self.source: tuple[str, ...] = tuple(table["source"])
        self._table = table
        self._entries: dict[str, Any] = {**base.get("annotations", {}), **table["annotations"]}
        self._base = base
        self._renamed: dict[str, dict[str, Any]] = table.get("renamed_prefixes", {})
        self._grammars = grammars
        self._made: dict[str, Annotation] = {}

    def __repr__(self) -> str:
        return f"Provider({self.id!r})"

    @functools.cached_property
    def scope_keys(self) -> tuple[Annotation, ...]:
        """The annotations that decide how far its load balancers reach; the first that says anything wins."""
        return self._listed("scope_keys")

    @functools.cached_property
    def node_port_keys(self) -> tuple[Annotation, ...]:
        """The annotations that decide whether the nodes' firewall is opened for a NodePort Service."""
        return self._listed("node_port_keys")

    @functools.cached_property
    def opaque_keys(self) -> tuple[Annotation, ...]:
        """The annotations beside which nobody can tell who may connect."""
        return self._listed("opaque_keys")

    @functools.cached_property
    def restricting_keys(self) -> tuple[Annotation, ...]:
        """The annotations that narrow who may connect, in a form of their own."""
        return self._listed("restricting_keys")

    @functools.cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys that it reads, patterns among them, in today's spelling."""
        return tuple(self._entries)

    @property
    def annotations(self) -> Iterator[Annotation]:
        """All that it reads, in today's spelling."""
        for key in self._entries:
            yield self._made_of(key)

    def annotation(self, key: str) -> Annotation | None:
        """What it reads under this key, which may fit a pattern or begin with a renamed prefix; None for nothing."""
        if key in self._made:
            return self._made[key]
        found = self._found(key)
        if found is not None:
            self._made[key] = found
        return found

    def treatment_of_ranges(self, load_balancer_class: str | None = None) -> str:
        """What becomes of spec.loadBalancerSourceRanges: `enforced`, `ignored`, or `depends` on the cluster."""
        return self._source_ranges_by_class.get(load_balancer_class or "", self._source_ranges)

    def needs_node_ports(self, texts: Mapping[str, str]) -> bool | None:
        """Whether its load balancers lead to node ports beside these annotations; None where no manifest can tell."""
        if any(_holds(conditions, texts) for conditions in self.node_ports_unneeded_when):
            return False
        return self.node_ports_needed

    def _listed(self, field: str) -> tuple[Annotation, ...]:
        found = (self.annotation(key) for key in self._table.get(field, ()))
        return tuple(annotation for annotation in found if annotation is not None)

    def _found(self, key: str) -> Annotation | None:
        if key in self._entries:
            return self._made_of(key)
        for prefix, renamed in self._renamed.items():
            current = self.annotation(renamed["to"] + key.removeprefix(prefix)) if key.startswith(prefix) else None
            if current is not None:
                return self._before_renaming(prefix, renamed, current)
        pattern = next((pattern for pattern in self._patterns if _fits(key, pattern)), None)
        return None if pattern is None else self._made_of(pattern)

    @functools.cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(key for key in self._entries if ANY in key)

    def _made_of(self, key: str) -> Annotation:
        own = key in self._table["annotations"]
        return Annotation(key, self._entries[key], self._table if own else self._base, self._grammars)

    def _before_renaming(self, prefix: str, renamed: dict[str, Any], current: Annotation) -> Annotation:
        key = prefix + current.key.removeprefix(renamed["to"])
        entry = {
            **self._entries[current.key],
            "deprecated": renamed.get("since", True),
            "replaced_by": current.key,
            "unread_before": renamed.get("unread_before", False),
            "overridden_by": [current.key],
        }
        return Annotation(key, entry, self._table, self._grammars)


class Providers(dict[str, Provider]):
    """The tables by identifier, and the ways to find out whom a Service is meant for."""

    def serving(self, load_balancer_class: str) -> Provider | None:
        """The one that serves a loadBalancerClass, or None where no known one does."""
        return next((one for one in self.values() if load_balancer_class in one.classes), None)

    def selected_by(self, texts: Mapping[str, str]) -> Provider | None:
        """The one that these annotations pick by name, as a class would."""
        return next((one for one in self._selectable if any(_holds(these, texts) for these in one.selected_by)), None)

    @functools.cached_property
    def _selectable(self) -> tuple[Provider, ...]:
        return tuple(one for one in self.values() if one.selected_by)

    def meant_by(self, keys: Collection[str]) -> tuple[Provider, ...]:
        """All that annotations with these keys are written for; more than one where they share them."""
        return tuple(one for one in self.values() if any(key.startswith(one.prefixes) for key in keys))

    def reading(self, key: str) -> tuple[tuple[Provider, Annotation], ...]:
        """All that read an annotation with this key, each with what it is to them."""
        found = ((one, one.annotation(key)) for one in self.values())
        return tuple((one, annotation) for one, annotation in found if annotation is not None)


def _holds(conditions: Conditions, texts: Mapping[str, str]) -> bool:
    return all(texts.get(key) in wanted or (ANY in wanted and key in texts) for key, wanted in conditions.items())


def _fits(key: str, pattern: str) -> bool:
    before, _, after = pattern.partition(ANY)
    return len(key) > len(pattern) - len(ANY) and key.startswith(before) and key.endswith(after)


@functools.cache
def controllers() -> Providers:
    """Every table: the providers, and those that read annotations beside them and make no load balancers."""
    grammars = _shared()["grammars"]
    tables = {
        name.removesuffix(".json"): _read(name) for name in sorted(os.listdir(_FOLDER)) if not name.startswith("_")
    }
    return Providers(
        {
            name: Provider(name, table, tables.get(table.get("based_on", ""), {}), grammars)
            for name, table in tables.items()
        }
    )


@functools.cache
def providers() -> Providers:
    """The tables of those that make load balancers."""
    return Providers({name: one for name, one in controllers().items() if one.default})


@functools.cache
def sources() -> dict[str, str]:
    """Where the facts were read: keys of the tables, and what they stand for."""
    return dict(_shared()["sources"])


@functools.cache
def _shared() -> dict[str, Any]:
    return _read("_shared.json")


def _read(name: str) -> dict[str, Any]:
    with open(os.path.join(_FOLDER, name), "rb") as file:
        table: dict[str, Any] = json.loads(file.read())
    return table


NO_PROVIDER = "none"
"""The configured provider of a cluster in which nothing serves `type: LoadBalancer`."""


def provider_ids() -> tuple[str, ...]:
    """What a configuration may name as the provider: the identifiers of those that make load balancers, and `none`."""
    return tuple(sorted((*providers(), NO_PROVIDER)))
