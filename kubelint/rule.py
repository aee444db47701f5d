"""What a rule is: a function, the page beside it, and what both say of themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from kubelint.finding import Finding, Severity

Check = Callable[..., Iterable[Finding]]
CheckFunction = TypeVar("CheckFunction", bound=Check)

INPUTS = frozenset({"admission", "workspace", "verdict", "exposure", "cluster", "options", "suppressions"})
"""What a rule may ask for by the name of a parameter, beside its subject."""


class RuleError(Exception):
    """A rule that is not built as rules are: says which and what is wrong with it."""


class Rule:
    """One rule, as read off its function and its file.

    `id` is the function's name in kebab-case, `summary` its docstring's first line, `category` the name of the folder,
    `subject` the annotation of the first parameter, `inputs` the names of the others, `options` the dataclass that
    annotates the parameter `options`, or None. `page` is the path of the Markdown file beside the rule's own.
    `default` says whether the rule runs unless it is ignored.
    """

    __slots__ = ("category", "check", "default", "id", "inputs", "options", "page", "severity", "subject", "summary")

    def __init__(self, check: Check, severity: Severity, category: str | None, default: bool) -> None:
        code = check.__code__
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        where = f"{code.co_filename}:{code.co_firstlineno}: rule {check.__name__}"
        module = sys.modules[check.__module__]
        # The others need no reading: a rule asks for them by name.
        annotations = {
            name: _evaluated(check.__annotations__[name], module, where)
            for name in (*parameters[:1], "options")
            if name in check.__annotations__
        }
        if not parameters or not isinstance(annotations.get(parameters[0]), type):
            raise RuleError(
                f"{where}: its first parameter needs an annotation that says its subject (`service: Service`)"
            )
        unknown = sorted(set(parameters[1:]) - INPUTS)
        if unknown:
            raise RuleError(f"{where}: it asks for `{unknown[0]}`; a rule can ask for {', '.join(sorted(INPUTS))}")
        if "options" in parameters and not isinstance(annotations.get("options"), type):
            raise RuleError(f"{where}: its parameter `options` needs an annotation that says their dataclass")
        if not (check.__doc__ or "").strip():
            raise RuleError(f"{where}: it needs a docstring; its first line is the rule's summary")
        self.check = check
        self.id = check.__name__.replace("_", "-")
        self.summary = (check.__doc__ or "").strip().splitlines()[0].rstrip(".")
        self.severity = severity
        self.category = category or check.__module__.rpartition(".")[0].rpartition(".")[2]
        self.default = default
        self.subject: type = annotations[parameters[0]]
        self.inputs = tuple(parameters[1:])
        self.options: type | None = annotations.get("options")
        self.page = os.path.splitext(code.co_filename)[0] + ".md"

    def __repr__(self) -> str:
        return f"Rule({self.id!r})"

    def read_page(self) -> str:
        """The text of the rule's page. Raises RuleError where it has none."""
        try:
            with open(self.page, encoding="utf-8") as page:
                return page.read()
        except OSError as error:
            raise RuleError(f"rule {self.id} has no page: {error.strerror}: {self.page}") from error


def rule(
    *, severity: Severity, category: str | None = None, default: bool = True
) -> Callable[[CheckFunction], CheckFunction]:
    """Mark a function as a rule. `default=False`: it runs only when it is selected by its id."""

    def mark(check: CheckFunction) -> CheckFunction:
        check.kubelint_rule = (severity, category, default)  # type: ignore[attr-defined]
        return check

    return mark


def rules_in(module: ModuleType) -> Iterator[Rule]:
    """The rules that a module defines, in the order of its text. Raises RuleError for one that is ill built."""
    for value in list(vars(module).values()):
        marked = getattr(value, "kubelint_rule", None)
        if marked is not None and getattr(value, "__module__", None) == module.__name__:
            yield Rule(value, *marked)


def _evaluated(annotation: Any, module: ModuleType, where: str) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(module))
    except NameError as error:
        raise RuleError(f"{where}: the annotation `{annotation}` cannot be read: {error}") from error
