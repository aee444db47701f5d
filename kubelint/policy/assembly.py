"""ValidatingAdmissionPolicies put together: each with its bindings, and the objects that may be its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kubelint.node import Node, Place
from kubelint.paths import as_read
from kubelint.policy.errors import PolicyError
from kubelint.policy.flawed import FlawedPolicy, page_of
from kubelint.policy.rules import Policy
from kubelint.policy.structure import KIND, flaw_at, flaws_of, undecodable
from kubelint.policy.validating import UNBOUND, Binding, ValidatingPolicy, binding_of, parameter_flaw
from kubelint.resources import Resource, text_of
from kubelint.suggestion import closest


class Assembly:
    """What the objects in files of policies come to: `policies`, `parameters`, and `flaws` of whatever stands there.

    A policy is judged by its sound bindings. One that none means, not even by a slip, is judged as if a binding denied
    whatever it matches.
    """

    def __init__(self, policies: Sequence[Resource], bindings: Sequence[Resource], others: Sequence[Resource]) -> None:
        self.policies: list[Policy] = []
        self.flaws: list[PolicyError] = []
        self._names = sorted({policy.name for policy in policies if policy.name})
        self._meant: set[str] = set()
        sound = list(self._sound(bindings))
        self._kinds = {_parameter_kind(policy) for policy in policies}
        self.parameters = known = list(self._known(others, [one.reference for one in sound if one.reference]))
        for policy in policies:
            self._add(policy, [binding for binding in sound if binding.policy == policy.name], known)

    def has_use_for(self, resource: Resource) -> bool:
        """Whether another object is of a kind that parameters are of, or defines such a kind."""
        if resource.kind == "CustomResourceDefinition":
            return text_of(resource.get("spec", "names", "kind")) in {kind for _, kind in self._kinds}
        return (resource.api_version, resource.kind) in self._kinds

    def _add(self, resource: Resource, bindings: list[Binding], known: Iterable[Resource]) -> None:
        flaws = flaws_of(resource)
        if resource.name is None:
            self.flaws += flaws or [flaw_at(resource.name_place, f"a {KIND} is known here by its metadata.name")]
            return
        self.flaws += flaws
        if flaws:
            self.policies.append(FlawedPolicy(resource.name, resource.name_place, page_of(resource.node)))
            return
        unbound = [UNBOUND] if resource.name not in self._meant else []
        policy = ValidatingPolicy(resource, bindings or unbound, known)
        wrong = {binding.name: flaw for binding in bindings if (flaw := parameter_flaw(policy, binding)) is not None}
        self.flaws += wrong.values()
        policy.bindings = tuple(binding for binding in policy.bindings if binding.name not in wrong)
        self.policies.append(policy)

    def _sound(self, bindings: Iterable[Resource]) -> Iterator[Binding]:
        """The bindings that the server takes, of policies that are known; notes what is wrong with the others."""
        for resource in _once(bindings, self.flaws):
            flaws = flaws_of(resource)
            self.flaws += flaws
            node = resource.get("spec", "policyName")
            name = text_of(node)
            if node is None or name is None:
                continue
            meant = name if name in self._names else closest(name, self._names)
            if meant is not None:
                self._meant.add(meant)
            if meant != name:
                way_out = f"did you mean `{meant}`?" if meant is not None else "name the file that has it, too"
                self.flaws.append(flaw_at(node, f"no file of policies has the {KIND} `{name}`; {way_out}"))
            elif not flaws:
                yield binding_of(resource)

    def _known(self, others: Iterable[Resource], references: Sequence[Node]) -> Iterator[Resource]:
        """The objects that may be parameters, or say something of their kind, as far as the server takes them."""
        names = {text_of(reference.get("name")) for reference in references}
        are_selected = not references or any(reference.get("selector") is not None for reference in references)
        wanted: list[Resource] = []
        for one in others:
            is_meant = (one.api_version, one.kind) in self._kinds and (are_selected or one.name in names)
            if is_meant:
                wanted.append(one)
            else:
                yield one
        for resource in _once(wanted, self.flaws):
            flaws = undecodable(resource, resource.api_version)
            self.flaws += flaws
            if not flaws:
                yield resource


def there_already(what: str, name: str, first: Place) -> str:
    """The words for what bears the name of another one, which stands at a place."""
    where = f"{as_read(first.span.source.path)}:{first.span.begin.line}"
    return f"there is a {what} `{name}` already, at {where}; rename one"


def _parameter_kind(policy: Resource) -> tuple[str, str]:
    kind = policy.get("spec", "paramKind")
    return (text_of(kind.get("apiVersion")) or "", text_of(kind.get("kind")) or "") if kind is not None else ("", "")


def _once(resources: Iterable[Resource], flaws: list[PolicyError]) -> Iterator[Resource]:
    """Each object once: what bears the kind, namespace and name of one before is a flaw."""
    seen: dict[tuple[str, str | None, str], Resource] = {}
    for resource in resources:
        if resource.name is None:
            yield resource
            continue
        first = seen.setdefault((resource.kind, resource.namespace, resource.name), resource)
        if first is resource:
            yield resource
        else:
            message = there_already(resource.kind, resource.name, first.name_place)
            flaws.append(flaw_at(resource.name_place, message))
