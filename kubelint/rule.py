"""What a rule is: a function, the page beside it, and what both say of themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from kubelint.finding import Finding, Severity
from kubelint.suggestion import closest

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
        # The others need no reading: a rule asks for them by name.
        annotations = {
            name: _evaluated(check, name, where)
            for name in (*parameters[:1], "options")
            if name in check.__annotations__
        }
        if not parameters or not isinstance(annotations.get(parameters[0]), type):
            raise RuleError(
                f"{where}: its first parameter needs an annotation that says its subject (`service: Service`)"
            )
        unknown = sorted(set(parameters[1:]) - INPUTS)
        if unknown:
            meant = closest(unknown[0], INPUTS)
            way_out = f"did you mean `{meant}`?" if meant else f"a rule can ask for {', '.join(sorted(INPUTS))}"
            raise RuleError(f"{where}: it asks for `{unknown[0]}`; {way_out}")
        if "options" in parameters and not isinstance(annotations.get("options"), type):
            raise RuleError(f"{where}: its parameter `options` needs an annotation that says their dataclass")
        if not (check.__doc__ or "").strip():
            raise RuleError(f"{where}: it needs a docstring; its first line is the rule's summary")
        if not isinstance(severity, Severity):
            raise RuleError(f"{where}: its severity is {severity!r}; write {_severity_meant(severity)}")
        self._name(check, category, default)
        self.check = check
        self.summary = (check.__doc__ or "").strip().splitlines()[0].rstrip(".")
        self.severity = severity
        self.subject: type = annotations[parameters[0]]
        self.inputs = tuple(parameters[1:])
        self.options: type | None = annotations.get("options")

    def _name(self, check: Check, category: str | None, default: bool) -> None:
        """Set what every rule has, however it is built: what it is known by, and where its page is."""
        self.id = check.__name__.replace("_", "-")
        self.category = category or check.__module__.rpartition(".")[0].rpartition(".")[2]
        self.default = default
        self.page = os.path.splitext(check.__code__.co_filename)[0] + ".md"

    def __repr__(self) -> str:
        return f"Rule({self.id!r})"

    def is_about(self, subject: object) -> bool:
        """Whether it judges a subject, as its type tells, and of an object its apiVersion and kind."""
        return isinstance(subject, self.subject)

    def read_page(self) -> str:
        """The text of the rule's page. Raises RuleError where it has none."""
        try:
            with open(self.page, encoding="utf-8") as page:
                return page.read()
        except OSError as error:
            raise RuleError(f"rule {self.id} has no page: {error.strerror}: {self.page}") from error


class IllBuiltRule(Rule):
    """What stands in the place of a rule that cannot run, so that what names it names something.

    `flaw` says what is wrong with it; whoever runs it is told the same.
    """

    __slots__ = ("flaw",)

    def __init__(self, check: Check, severity: object, category: str | None, default: bool, flaw: RuleError) -> None:
        self._name(check, category, default)
        self.flaw = flaw
        self.check = self._refuse
        self.summary = "Judges nothing, since it is not built as rules are"
        self.severity = severity if isinstance(severity, Severity) else Severity.ERROR
        self.subject = object
        self.inputs = ()
        self.options = _options_of(check)

    def _refuse(self, subject: object) -> NoReturn:
        """Raise what is wrong with the rule."""
        # Raised again and again, it would gather a traceback for each object.
        raise self.flaw.with_traceback(None)


def rule(
    *, severity: Severity, category: str | None = None, default: bool = True
) -> Callable[[CheckFunction], CheckFunction]:
    """Mark a function as a rule. `default=False`: it runs only when it is selected by its id."""

    def mark(check: CheckFunction) -> CheckFunction:
        check.kubelint_rule = (severity, category, default)  # type: ignore[attr-defined]
        return check

    return mark


def rules_in(module: ModuleType) -> Iterator[Rule]:
    """The rules that a module defines, in the order of its text; for one that is ill built, an IllBuiltRule."""
    for value in list(vars(module).values()):
        marked = getattr(value, "kubelint_rule", None)
        if marked is not None and getattr(value, "__module__", None) == module.__name__:
            severity, category, default = marked
            try:
                yield Rule(value, severity, category, default)
            except RuleError as flaw:
                yield IllBuiltRule(value, severity, category, default, flaw)


def _evaluated(check: Check, parameter: str, where: str) -> Any:
    annotation = check.__annotations__[parameter]
    # Quoted, and in a module whose annotations are all texts, it is a text in a text.
    while isinstance(annotation, str):
        try:
            annotation = eval(annotation, vars(sys.modules[check.__module__]))
        except Exception as error:
            raise RuleError(f"{where}: the annotation `{annotation}` cannot be read: {error}") from error
    return annotation


def _options_of(check: Check) -> type | None:
    """The annotation of a rule's options, if it has one that can be read: the configuration may speak of them."""
    try:
        options = _evaluated(check, "options", "")
    except (KeyError, RuleError):
        return None
    return options if isinstance(options, type) else None


def _severity_meant(severity: object) -> str:
    every = [f"`Severity.{one.name}`" for one in Severity]
    meant = [f"`Severity.{one.name}`" for one in Severity if one == severity]
    return " or ".join(meant or every)
