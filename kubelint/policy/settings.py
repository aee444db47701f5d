"""How a policy is written in a configuration, or in a file of policies: the keys, and what each may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from kubelint.finding import Severity
from kubelint.settings import ITEM_BY_ITEM, NOT_EMPTY, Glob, Text, Written

PREFIX = "policy/"
"""What the rule id of every policy begins with."""
CATEGORY = "policy"
"""The category of every policy."""
ID_PATTERN = "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
"""What the id of a policy looks like: the name of a ValidatingAdmissionPolicy is one."""

_NEAR = 0.85
"""How alike a kind must be to one that is known for being a slip of it: many a custom kind is called nearly so."""
_MOST_LETTERS = 3


def slip_of_kind(kind: str) -> str | None:
    """The kind of Kubernetes, or of what kubelint reads beside it, that a kind is a slip of; None for any other."""
    from kubelint.resources import KINDS

    if kind in KINDS or "/" in kind:
        return None
    from kubelint.cluster import DEFAULT_VERSION
    from kubelint.facts.kinds import WITHOUT_PODS
    from kubelint.suggestion import closest
    from kubelint_schemas import Index

    known = {*KINDS, *WITHOUT_PODS, *(name for _, name in Index.of(DEFAULT_VERSION).kinds)}
    if kind in known:
        return None
    alike = [one for one in sorted(known) if abs(len(one) - len(kind)) <= _MOST_LETTERS]
    return closest(kind, alike, cutoff=_NEAR)


_ID = Text("id of a policy", "write small letters, digits, `-` and `.`, such as `no-node-ports`", pattern=ID_PATTERN)
_KIND = Text(
    "kind",
    "write it as in the manifests; with its group where that is not Kubernetes' own: `serving.knative.dev/Service`",
    pattern="(?:[a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*",
    slip=slip_of_kind,
)
_NAME_PATTERN = Text("name or pattern of namespaces", "write `prod`, or `prod-*`", pattern="[a-z0-9*?-]+")
_PATH = Text("path", "write that of a file or a folder, from the configuration's folder", pattern=r"[^\n]*[^\n\s]")
_VARIABLE = Text("name of a variable", "write letters, digits and `_`", pattern="[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class MatchSettings:
    """Which objects a policy judges: those that meet every condition given."""

    kinds: tuple[Annotated[Written, _KIND], ...] = field(default=(Written("Service"),), metadata={NOT_EMPTY: True})
    """The kinds of objects. A kind that Kubernetes has means its own; one of another API group is written with it:
    `serving.knative.dev/Service`."""

    namespaces: tuple[Annotated[str, _NAME_PATTERN], ...] = ()
    """The namespaces in which the objects land, as names or patterns with `*`. Unset: any."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels that the objects bear, with their values; `*` in a value stands for any text. Unset: any."""

    paths: tuple[Glob, ...] = ()
    """The files that hold the objects, as path patterns. Unset: any."""


@dataclass(frozen=True)
class PolicySettings:
    """One policy: an expression in CEL that has to be true of every object that matches."""

    id: Annotated[Written, _ID] = Written()  # noqa: RUF009 (a text is immutable)
    """The id; the rule is called `policy/<id>`."""

    severity: Severity = Severity.ERROR
    """The severity of the findings."""

    match: MatchSettings = MatchSettings()
    """Which objects are judged. Unset: every Service."""

    params: Mapping[str, object] = field(default_factory=dict)
    """Values that the expressions know as `params`."""

    variables: Mapping[Annotated[str, _VARIABLE], Written] = field(default_factory=dict)
    """Expressions that the others know as `variables.<name>`; each may use those above it."""

    expression: Written = Written()  # noqa: RUF009 (a text is immutable)
    """What has to be true, in CEL as in a ValidatingAdmissionPolicy."""

    message: str | None = None
    """What is found where the expression is false: one clause."""

    message_expression: Written | None = field(default=None, metadata={"key": "messageExpression"})
    """The same, as an expression that gives the text."""

    help: str = ""
    """What to write instead."""

    at: Written | None = None
    """Where the finding points: the path of a field (`spec.type`), or an expression that gives one. Unset: the deepest
    field that the expression reads and that is there."""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a policy needs an `id`")
        if not self.expression:
            raise ValueError(f"the policy `{self.id}` needs an `expression`")
        if self.message is not None and self.message_expression is not None:
            raise ValueError(f"the policy `{self.id}` has both `message` and `messageExpression`; keep one")


PolicyPath = Annotated[Written, _PATH]
"""A file that holds policies, a folder of such files, or a pattern of such paths as on the command line."""


@dataclass(frozen=True)
class PolicyFile:
    """A file of policies of one's own."""

    policies: tuple[PolicySettings, ...] = field(default=(), metadata={ITEM_BY_ITEM: True})
    """The policies."""
