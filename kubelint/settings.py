"""What a dataclass declares as settings, and the decoding of nodes to them.

Names, annotations, defaults and attribute docstrings of a declaration's fields are all there is: `Config` is declared
so, and so are the options of rules. Nothing here knows a single key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from kubelint import node
from kubelint.node import Node, Scalar, plain
from kubelint.paths import as_read
from kubelint.rule import RuleError
from kubelint.scalar import plain_value
from kubelint.source import Source, Span
from kubelint.suggestion import closest_id
from kubelint.yaml_faults import NO_PART_OF_VALUE

if TYPE_CHECKING:
    from kubelint.rule import Rule

_LISTING_LIMIT, _LISTING_BESIDE_SUGGESTION_LIMIT = 400, 80


class ConfigError(Exception):
    """A configuration that cannot be followed. `messages` are all of its problems; `str()` gives one a line."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


class OptionError(ConfigError):
    """An option of the command line that cannot be followed: its messages begin with its name, and no path."""


def located_at(source: Source, line: int, column: int, message: str) -> str:
    """A message behind the path (as a reader in the current folder writes it), line and column, as other errors are."""
    return f"{as_read(source.path)}:{line}:{column}: error: {message}"


def located(source: Source, offset: int, message: str) -> str:
    """The same for an offset."""
    line, column = source.position(offset)
    return located_at(source, line, column, message)


def given_twice(duplicates: Iterable[tuple[Node, Node]]) -> list[tuple[int, str]]:
    """What is wrong with keys that are given twice (the later and the earlier value of each), with offsets.

    A key beside `<<` is meant to stand for a merged one: the mapping then holds what is written in it. A word for true
    or false is taken for the word that stands there, and what is wrong with it is said elsewhere.
    """
    problems = []
    for later, earlier in duplicates:
        written, before = later.key.span.text, earlier.key.span.text
        if _MERGE in (written, before):
            if before != _MERGE and isinstance(later.parent, node.Mapping):
                later.parent.entries[str(later.step)] = earlier
        elif written == before or not isinstance(plain_value(written), bool):
            problems.append((later.key.span.start, f"the key `{later.step}` is given twice; remove one"))
    return problems


class Text(NamedTuple):
    """Annotates a `str` that cannot be just any: `noun` is what it is, and `help` how to write one.

    `words` gives what it may be, knowing the rules; `pattern` is an expression that the whole text matches. With both,
    the words decide and the pattern says what words look like that a plug-in may bring. `number`: may be written as
    one, since its text is all that counts. `slip` gives what a text was probably meant to be, None for one that may be
    meant as it is.
    """

    noun: str
    help: str
    words: Callable[[Sequence[Rule]], Collection[str]] | None = None
    pattern: str | None = None
    number: bool = False
    slip: Callable[[str], str | None] | None = None


_GLOB_HELP = "write it as in .gitignore, relative to the project root, without `!` or `..`"
_GLOB_PATTERN = r"(?!!|\.\.(?:/|$))(?=.*[^./]).+"
Glob = Annotated[str, Text("path pattern", _GLOB_HELP, pattern=_GLOB_PATTERN)]
"""A pattern of paths, as `kubelint.glob` reads them."""
FolderGlob = Annotated[str, Text("folder pattern", _GLOB_HELP, pattern=rf"\.|{_GLOB_PATTERN}")]
"""The same for folders; `.` is the project root."""


class Written(str):
    """A text whose place matters later: `node` is the scalar that holds it, None outside of files."""

    node: Scalar | None = None

    @classmethod
    def at(cls, text: str, node: Scalar) -> Written:
        """The text of a scalar."""
        written = cls(text)
        written.node = node
        return written


_MERGE = "<<"

ITEM_BY_ITEM = "item by item"
"""Is true in the metadata of a field whose list is taken without the items that do not fit."""


NOT_EMPTY = "not empty"
"""Is true in the metadata of a field whose list says nothing without items."""


class LeftOut(NamedTuple):
    """An item of a list that does not fit, or what stands in the place of the list; with the offset and the message of
    each of its problems."""

    node: Node
    problems: tuple[tuple[int, str], ...]


class OptionsByRule(NamedTuple):
    """Annotates the mapping of a rule's id, which is such a text, to an instance of the dataclass of its options."""

    id: Text


class Setting(NamedTuple):
    """What a declaration says of one key: its name in the file, its field, and its annotation, evaluated."""

    key: str
    field: Field[Any]
    hint: Any


@cache
def settings_of(declaration: type) -> tuple[Setting, ...]:
    """The keys that a dataclass declares: its fields' names in kebab-case, or what their metadata call `key`.

    Raises RuleError where it is no dataclass, or a key may not be left out.
    """
    if not is_dataclass(declaration):
        raise RuleError(f"{declaration.__qualname__} declares options and is no dataclass")
    try:
        hints = get_type_hints(declaration, include_extras=True)
        with suppress(ValueError):
            # What it says of the values in a file, it may say of none, too.
            declaration()
    except (NameError, TypeError) as error:
        raise RuleError(f"{declaration.__qualname__} does not declare options as they are declared: {error}") from error
    return tuple(
        Setting(entry.metadata.get("key", entry.name.replace("_", "-")), entry, hints[entry.name])
        for entry in fields(declaration)
    )


def unwrapped(hint: Any) -> tuple[Any, Text | OptionsByRule | None]:
    """An annotation without the None that stands for an unset key, and what annotates it further."""
    if get_origin(hint) in (Union, UnionType):
        others = [other for other in get_args(hint) if other is not NoneType]
        hint = others[0] if len(others) == 1 else hint
    if get_origin(hint) is Annotated:
        core, *further = get_args(hint)
        return core, next((one for one in further if isinstance(one, Text | OptionsByRule)), None)
    return hint, None


def alternatives(hint: Any) -> tuple[type | None, Any]:
    """The dataclass and the text that a union allows, such as `Policy | Path`; None twice for any other annotation."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else ()
    declarations = [member for member in members if is_dataclass(member) and isinstance(member, type)]
    others = [member for member in members if member not in declarations]
    return (declarations[0], others[0]) if len(declarations) == len(others) == 1 else (None, None)


def words_of(hint: Any) -> list[str | int | float | bool] | None:
    """What a Literal or an Enum allows, as it is written in a file; None for any other annotation."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    return None


def unusable(hint: Any, name: str) -> RuleError:
    """The error for an annotation that nothing in a file can be decoded to."""
    return RuleError(f"the option `{name}` is annotated with {hint}, which no value of a configuration can have")


class Decoder:
    """Nodes to what annotations ask for. What does not fit is noted; its value is then of no meaning."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.problems: list[tuple[int, str]] = []
        """Offset and message of each."""
        self.left_out: list[LeftOut] = []
        """The items of settings that are decoded item by item, and that do not fit."""

    def table(self, given: Node, declaration: type, name: str, noun: str) -> object:
        """An instance of a dataclass, from a mapping; its keys are called `noun` in messages."""
        if not isinstance(given, node.Mapping):
            self._refuse(given, name or "the configuration", "a map")
            return None
        before = len(self.problems)
        settings = {setting.key: setting for setting in settings_of(declaration)}
        values: dict[str, Any] = {}
        for key, value in given.entries.items():
            setting = settings.get(key)
            if setting is None:
                self._note(value.key, f"unknown {noun} `{key}`{_way_out(key, settings)}")
            elif setting.field.metadata.get(NOT_EMPTY) and isinstance(value, node.Sequence) and not value.items:
                self._note(value, f"`{name}.{key}` is empty, and nothing is ever meant; fill it, or remove the key")
            else:
                read = self.fitting if setting.field.metadata.get(ITEM_BY_ITEM) else self.value
                values[setting.field.name] = read(value, setting.hint, f"{name}.{key}" if name else key)
        if len(self.problems) > before:
            return None
        try:
            return declaration(**values)
        except ValueError as error:
            self._note(given.key, f"`{name}`: {error}")
            return None

    def value(self, given: Node, hint: Any, name: str) -> Any:
        """What an annotation asks for, from the node that stands under a key (`name`)."""
        core, further = unwrapped(hint)
        if isinstance(further, OptionsByRule):
            return self._options_by_rule(given, further.id, name)
        if isinstance(further, Text):
            text = self._text(given, further, name)
            return Written.at(text, given) if core is Written and isinstance(given, Scalar) else text
        words = words_of(core)
        if words is not None:
            return self._word(given, core, words, name)
        arguments = get_args(core)
        if get_origin(core) is tuple and arguments[1:] == (...,):
            return self._list(given, arguments[0], name)
        if get_origin(core) is Mapping:
            return self._map(given, arguments[0], arguments[1], name)
        if is_dataclass(core) and isinstance(core, type):
            return self.table(given, core, name, f"key of `{name}`:")
        if core is Written:
            text = self._simple(given, str, name)
            return Written.at(text, given) if isinstance(given, Scalar) and text is not None else Written()
        if core in _SIMPLE:
            return self._simple(given, core, name)
        if core is object:
            for below in given.walk():
                if isinstance(below, node.Mapping):
                    self._check_keys(below)
            return plain(given)
        declaration, text_hint = alternatives(core)
        if declaration is not None:
            return self.value(given, text_hint if isinstance(given, Scalar) else declaration, name)
        raise unusable(hint, name)

    def fitting(self, given: Node, hint: Any, name: str) -> tuple[Any, ...]:
        """The items of a list that fit; what is wrong with the others goes to `left_out`, be it known already."""
        items = given.items if isinstance(given, node.Sequence) else [given]
        fitting = []
        for item in items:
            outside = [problem for problem in self.problems if not item.start <= problem[0] < item.end]
            self.problems = [problem for problem in self.problems if item.start <= problem[0] < item.end]
            if isinstance(given, node.Sequence):
                decoded = self.value(item, get_args(hint)[0], name)
            else:
                decoded = self._list(given, Any, name)
            if self.problems:
                self.left_out.append(LeftOut(item, tuple(sorted(self.problems))))
            else:
                fitting.append(decoded)
            self.problems = outside
        return tuple(fitting)

    def _list(self, given: Node, hint: Any, name: str) -> tuple[Any, ...]:
        if isinstance(given, node.Sequence):
            return tuple(self.value(item, hint, name) for item in given.items)
        self._refuse(given, name, "a list")
        return ()

    def _map(self, given: Node, key_hint: Any, hint: Any, name: str) -> dict[str, Any]:
        if not isinstance(given, node.Mapping):
            self._refuse(given, name, "a map")
            return {}
        _, kind = unwrapped(key_hint)
        self._check_keys(given)
        for key, value in given.entries.items():
            if isinstance(kind, Text):
                self._check(value.key, key, kind, name)
        return {key: self.value(value, hint, f"{name}.{key}") for key, value in given.entries.items()}

    def _check_keys(self, given: node.Mapping) -> None:
        """Refuse keys that are words for true or false, since nobody knows them as what they are called then."""
        for key, value in given.entries.items():
            written = value.key.span.text
            if key in ("true", "false") and written != key and isinstance(plain_value(written), bool):
                self._note(value.key, f"the key `{written}` means {key}; quote it")

    def _options_by_rule(self, given: Node, kind: Text, name: str) -> dict[str, object]:
        if not isinstance(given, node.Mapping):
            self._refuse(given, name, "a map")
            return {}
        rules = {rule.id: rule for rule in self.rules}
        options: dict[str, object] = {}
        for id, value in given.entries.items():
            if self._check(value.key, id, kind, name):
                declaration = rules[id].options or _NoOptions
                options[id] = self.table(value, declaration, f"{name}.{id}", f"option of the rule `{id}`:")
        return options

    def _text(self, given: Node, kind: Text, name: str) -> str:
        if isinstance(given, Scalar):
            # `1.30` is a number to YAML and TOML, and the same one as `1.3`; only its text says which version is meant.
            if kind.number and isinstance(given.value, int | float) and not isinstance(given.value, bool):
                self._check(given, given.text, kind, name)
                return given.text
            if isinstance(given.value, str):
                if not self._is_tagged(given):
                    self._check(given, given.value, kind, name)
                return given.value
        self._refuse(given, name, "a text")
        return ""

    def _check(self, place: node.Place, word: str, kind: Text, name: str) -> bool:
        if kind.words is not None:
            known = kind.words(self.rules)
            if word not in known:
                self._note(
                    place, f"unknown {kind.noun} `{shortened(word)}` in `{name}`{_way_out(word, known, kind.help)}"
                )
            return word in known
        meant = kind.slip(word) if kind.slip is not None else None
        if meant is not None:
            self._note(place, f"unknown {kind.noun} `{shortened(word)}` in `{name}`; did you mean `{meant}`?")
            return False
        if kind.pattern is not None and re.fullmatch(kind.pattern, word) is None:
            self._note(place, f"`{shortened(word)}` in `{name}` is no {kind.noun}; {kind.help}")
            return False
        return True

    def _word(self, given: Node, core: Any, words: list[Any], name: str) -> Any:
        value = given.value if isinstance(given, Scalar) else None
        for word in words:
            if word == value and isinstance(word, bool) is isinstance(value, bool):
                return word if get_origin(core) is Literal else core(word)
        allowed = " or ".join(f"`{str(word).lower() if isinstance(word, bool) else word}`" for word in words)
        self._note(given, f"`{name}` can be {allowed}, not {_found(given)}")
        return None

    def _simple(self, given: Node, core: Any, name: str) -> Any:
        value = given.value if isinstance(given, Scalar) else None
        if core is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if core is float and type(value) is int:
            return float(value)
        if type(value) is core:
            if isinstance(given, Scalar):
                self._is_tagged(given)
            return value
        self._refuse(given, name, _SIMPLE[core])
        return None

    def _is_tagged(self, given: Scalar) -> bool:
        """Whether a value begins with a `!` that YAML takes for a tag, and an author for a part of it; notes that."""
        tag = tag_of(given)
        if tag is not None:
            self._note(tag, f"{NO_PART_OF_VALUE.format(shortened(tag.text))}; quote the whole value")
        return tag is not None

    def _note(self, place: node.Place, message: str) -> None:
        self.problems.append((place.span.start, message))

    def _refuse(self, given: Node, name: str, wanted: str) -> None:
        name = f"`{name}`" if name != "the configuration" else name
        way_out = ""
        if isinstance(given, Scalar):
            if given.value is None:
                way_out = "; give it one, or remove the key"
            elif wanted == "a text":
                way_out = "; quote it"
            elif wanted == "a list":
                way_out = f"; write `[{shortened(given.text)}]`"
        elif wanted == "a list":
            way_out = "; make it an item of a list, as `[{…}]` is one"
        elif wanted == "a map":
            names = [item.get("name") for item in given.children()]
            first = names[0] if names else None
            if isinstance(first, Scalar):
                way_out = f"; write `{shortened(first.text)}: …` for `- name: {shortened(first.text)}`"
        self._note(given, f"{name} takes {wanted}, not {_found(given)}{way_out}")


@dataclass(frozen=True)
class _NoOptions:
    pass


_TAG = re.compile(r"""["']?[ \t]*:[ \t]+(?:&[^\s,\[\]{}]*[ \t]+)?(?P<tag>!(?!!)\S*)""")
_SIMPLE = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _found(given: Node) -> str:
    if isinstance(given, node.Mapping):
        return "a map"
    if not isinstance(given, Scalar):
        return "a list"
    if given.value is None:
        return "an empty value"
    if isinstance(given.value, bool):
        # YAML has a dozen words for the two, `on` and `no` among them, that do not look it.
        return f"`{given.text}`, which means {'true' if given.value else 'false'}"
    return f"the {'text' if isinstance(given.value, str) else 'number'} `{shortened(given.text)}`"


def tag_of(given: Scalar) -> Span | None:
    """The tag of one's own that stands before a value, such as `!a`; None without one."""
    if given.key_start < 0 or given.repeats is not None:
        return None
    found = _TAG.match(given.source.text, given.key_end)
    return Span(given.source, *found.span("tag")) if found else None


def _way_out(word: str, known: Collection[str], help: str = "") -> str:
    if not known:
        return "; there are none"
    nearest = closest_id(word, known)
    listing = "known are " + ", ".join(f"`{one}`" for one in known)
    if nearest is None:
        return f"; {listing if len(listing) <= _LISTING_LIMIT else help}"
    suggestion = f"; did you mean `{nearest}`?"
    return f"{suggestion} K{listing[1:]}" if len(listing) <= _LISTING_BESIDE_SUGGESTION_LIMIT else suggestion


def shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
