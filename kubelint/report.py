"""What a run has to say: findings in their order, what could not be told, what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kubelint.finding import Finding, Severity

if TYPE_CHECKING:
    from kubelint.policy.errors import PolicyError
    from kubelint.resources import Resource
    from kubelint.rule import Rule
    from kubelint.source import Span


class Undecided(NamedTuple):
    """A rule that cannot tell, of which resource (or of which place, where there is none), and why."""

    rule: str
    span: Span
    resource: Resource | None
    why: str


class Suppressed(NamedTuple):
    """A finding that a comment or an annotation silences, with the reason that it gives (or an empty text)."""

    finding: Finding
    justification: str


class Skipped(NamedTuple):
    """What is deliberately not judged: a path, the 1-based line at which it begins, and why."""

    path: str
    line: int
    why: str


class Fault(NamedTuple):
    """Why a run is not complete: a rule that crashed, with the path that was being judged; or a flaw in a policy.

    `position` is the 1-based line and column of a flaw that stands in the file; None for what is wrong inside kubelint.
    `crash` is the same for all crashes of one rule at one line of code, of which the first is told, and `times` is how
    many there were; 0 for a rule that never began.
    """

    path: str
    message: str
    position: tuple[int, int] | None = None
    crash: str | None = None
    times: int = 1

    @property
    def words(self) -> str:
        """The message and, of a crash, how often it came again."""
        return self.message if self.times < 2 else f"{self.message}; it crashed there {_often(self.times - 1)} more"

    @property
    def text(self) -> str:
        """The words, behind their line and column where they have them."""
        if self.position is None:
            return self.words
        line, column = self.position
        return f"line {line}, column {column}: {self.words}"


@dataclass(slots=True)
class Counts:
    """How much was read: files that hold manifests, documents of Kubernetes kinds, and the Services among them."""

    files: int = 0
    documents: int = 0
    services: int = 0


@dataclass(slots=True)
class Report:
    """The outcome of a run. `rules` are those that ran; `root` is the absolute path of the project's folder."""

    root: str
    rules: tuple[Rule, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    _flawed: set[tuple[str, tuple[int, int]]] = field(default_factory=set)
    """Where a policy is known to be wrong."""

    def sort(self) -> None:
        """Bring everything into its order: by path, then place, then rule. Every format prints in this order."""
        self.findings.sort(key=_finding_order)
        self.suppressed.sort(key=lambda suppressed: _finding_order(suppressed.finding))
        self.undecided.sort(key=lambda entry: (entry.span.source.path, entry.span.start, entry.rule, entry.why))
        self.skipped.sort(key=lambda entry: (entry.path, entry.line, entry.why))
        self.faults.sort(key=lambda fault: (fault.path, fault.position or (0, 0), fault.message))

    def note_flaw(self, error: PolicyError) -> None:
        """Take down what is wrong with a policy, once, however many objects it shows with."""
        place = error.source.path, error.position
        if place not in self._flawed:
            self._flawed.add(place)
            self.faults.append(Fault(error.source.path, str(error), error.position))

    def note_crash(self, crashed: Fault) -> None:
        """Take down that a rule crashed: once for each line of code, however many objects it shows with."""
        for at, known in enumerate(self.faults):
            if known.crash is not None and known.crash == crashed.crash:
                self.faults[at] = known._replace(times=known.times + crashed.times)
                return
        self.faults.append(crashed)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def exit_code(self, fail_on: Severity | None) -> int:
        """2 after a fault; 1 with a finding at or above `fail_on` (None: findings never count); else 0."""
        if self.faults:
            return 2
        if fail_on is None:
            return 0
        return int(any(finding.severity.rank >= fail_on.rank for finding in self.findings if finding.severity))

    def merge(self, others: Iterable[Report]) -> None:
        """Take over what other projects' reports say, and sort."""
        for other in others:
            known = {rule.id for rule in self.rules}
            self.rules = tuple(
                sorted((*self.rules, *(r for r in other.rules if r.id not in known)), key=lambda r: r.id)
            )
            self.findings += other.findings
            self.undecided += other.undecided
            self.suppressed += other.suppressed
            self.skipped += other.skipped
            for fault in other.faults:
                if fault.crash is not None:
                    self.note_crash(fault)
                elif fault.position is None or fault not in self.faults:
                    self.faults.append(fault)
            self.counts.files += other.counts.files
            self.counts.documents += other.counts.documents
            self.counts.services += other.counts.services
        self.sort()


def _often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _finding_order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.span
    return (span.source.path, span.start, span.end, finding.rule, finding.message)
