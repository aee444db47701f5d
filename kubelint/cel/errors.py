"""What can go wrong with an expression: the server's errors, and what cannot be known offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["syntax", "type", "unknown-function", "evaluation", "cost"]

#: A longer line of source is not repeated below an error.
_LONGEST_SNIPPET = 16384
_DOT, _WIDE_DOT, _INDICATOR, _WIDE_INDICATOR = ".", "\uff0e", "^", "\uff3e"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that the compiler says of an expression; line and column are 1-based code points.

    Of a name that is not declared, `declared` are those that are.
    """

    kind: Kind
    message: str
    line: int
    column: int
    name: str = ""
    declared: tuple[str, ...] = ()

    def display(self, source: str) -> str:
        """The issue as the server prints it, with the line of the expression that it stands on."""
        text = f"ERROR: <input>:{self.line}:{self.column}: {self.message}"
        lines = source.split("\n")
        snippet = lines[self.line - 1] if self.line <= len(lines) else ""
        if len(snippet.encode("utf-8", "surrogatepass")) > _LONGEST_SNIPPET:
            return text
        snippet = snippet.replace("\t", " ")
        before, at = snippet[: self.column - 1], snippet[self.column - 1 : self.column]
        dots = "".join(_WIDE_DOT if ord(character) > 127 else _DOT for character in before)
        mark = _WIDE_INDICATOR if at and ord(at) > 127 else _INDICATOR
        return f"{text}\n | {snippet}\n | {dots}{mark}"


class CelError(Exception):
    """An expression that the server refuses (`kind` syntax, type, unknown-function) or fails to evaluate.

    `message` is what CEL says of the first issue, `line` and `column` (1-based code points within the expression) are
    where; an evaluation error stands at line 1, column 1, because the server does not say where either. `issues` holds
    everything that a compiler found, and `display` all of it as the server prints it.
    """

    def __init__(self, kind: Kind, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.line = line
        self.column = column
        self.issues: tuple[Issue, ...] = ()
        self.display = message

    @classmethod
    def of_issues(cls, issues: list[Issue], source: str) -> CelError:
        """The error of an expression that does not compile; the issues are put into the order of the source."""
        ordered = sorted(issues, key=lambda issue: (issue.line, issue.column))
        first = ordered[0]
        error = cls(first.kind, first.message, first.line, first.column)
        error.issues = tuple(ordered)
        error.display = "\n".join(issue.display(source) for issue in ordered)
        return error

    @classmethod
    def of_constant(cls, message: str) -> CelError:
        """The error of an expression whose constants fail already: the server refuses it before anything comes in."""
        error = cls("type", message)
        error.display = f"program instantiation failed: {message}"
        return error


class EvaluationError(CelError):
    """An expression that compiles and has no value for these inputs."""

    def __init__(self, message: str) -> None:
        super().__init__("evaluation", message)


class CelUnknown(Exception):
    """The value depends on what cannot be known offline: a variable without a value, the authorizer."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def no_such_overload(*what: str) -> EvaluationError:
    """The error of a function that has nothing for these arguments."""
    return EvaluationError(": ".join(("no such overload", *what)))
