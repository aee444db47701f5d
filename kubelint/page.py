"""The page of a rule: Markdown that people read, and whose YAML fences are the rule's tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```[ \t]*$", re.M | re.S)
_HEADING = re.compile(r"^##[ \t]+(?P<name>.+?)[ \t]*$", re.M)
_TITLE = re.compile(r"^#[ \t]+(?P<name>.+?)[ \t]*$", re.M)
_EXPECTATION = re.compile(r'(expect|undecided)(-below)?:[ \t]*([\w./-]+)(?:\[(\w+)\])?[ \t]+"([^"\n]*)"')
_EXPECTATIONS = re.compile(rf"(?P<blank>[ \t]*)\#[ \t]*(?:{_EXPECTATION.pattern}[ \t]*)+$", re.M)


@dataclass(frozen=True, slots=True)
class Expectation:
    """That a rule finds something (or cannot tell) at a 1-based line of a file, with these words in what it says."""

    file: str
    line: int
    rule: str
    text: str
    is_undecided: bool = False
    severity: str | None = None


@dataclass(slots=True)
class Example:
    """One or more files that are judged together, from one fence or from neighbours that name their files.

    `section` is the heading that it stands under, `line` the 1-based line of the page at which it begins. `settings` is
    what the info string says beside `yaml`: `provider=gke`, `version=1.30`, `namespace=shop`, `with=another-rule`.
    """

    section: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def expectations(self) -> list[Expectation]:
        """What the comments in its files expect: `# expect: rule-id "words"`, `# undecided: rule-id "words"`.

        `expect-below` speaks of the next line, where no comment can stand; `rule-id[note]` also says the severity.
        """
        found = []
        for file, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                for verdict, below, rule, severity, words in _EXPECTATION.findall(line.partition("#")[2]):
                    at, is_undecided = number + bool(below), verdict == "undecided"
                    found.append(Expectation(file, at, rule, words, is_undecided, severity or None))
        return found


@dataclass(slots=True)
class Page:
    """A page: its title, the names of its sections in order, its examples."""

    title: str
    sections: list[str]
    examples: list[Example]


def read(text: str) -> Page:
    """Read a page's Markdown.

    Fences that name a file (`file=web.yaml`) and follow one another with nothing but blank lines between are one
    example; a fence without a name is an example by itself. Fences of other languages are no examples.
    """
    title = _TITLE.search(text)
    headings = [
        (found.start(), found["name"]) for found in _HEADING.finditer(_FENCE.sub(lambda f: " " * len(f[0]), text))
    ]
    examples: list[Example] = []
    end_of_last = -1
    for fence in _FENCE.finditer(text):
        language, *words = fence["info"].split() or [""]
        if language not in ("yaml", "json", "text"):
            continue
        settings = dict(word.partition("=")[::2] for word in words)
        file = settings.pop("file", None)
        continues = file is not None and end_of_last >= 0 and not text[end_of_last : fence.start()].strip()
        if not continues:
            section = next((name for start, name in reversed(headings) if start < fence.start()), "")
            examples.append(Example(section, text.count("\n", 0, fence.start()) + 1))
        examples[-1].files[file or f"example.{'json' if language == 'json' else 'yaml'}"] = fence["text"]
        examples[-1].settings |= settings
        end_of_last = fence.end() if file is not None else -1
    return Page(title["name"] if title else "", [name for _, name in headings], examples)


def for_reading(text: str) -> str:
    """The page as people read it: expectations in plain words, info strings without what only the tests need."""

    def plain(fence: re.Match[str]) -> str:
        words = [word for word in fence["info"].split() if not word.startswith("with=")]
        return f"```{' '.join(words)}\n{_EXPECTATIONS.sub(_in_plain_words, fence['text'])}```"

    return _FENCE.sub(plain, text)


def _in_plain_words(expectations: re.Match[str]) -> str:
    said = [
        f"{'cannot tell: ' if verdict == 'undecided' else 'found: '}{words}"
        for verdict, _, _, _, words in _EXPECTATION.findall(expectations[0])
    ]
    return f"{expectations['blank']}# {'; '.join(said)}"
