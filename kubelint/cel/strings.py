"""Functions of strings.

Facts: cel-go 0.26, ext/strings.go (version 2); Go 1.26, strings.Split, strings.Replace, strings.TrimSpace.
"""

from __future__ import annotations

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.spelling import GO_ESCAPES, spell_for_error
from kubelint.cel.string_format import format_string
from kubelint.cel.types import DYN, INT, STRING

_LIST_OF_STRINGS = types.list_of(STRING)
#: What unicode.IsSpace takes for white space.
_SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _out_of_range(index: int) -> EvaluationError:
    return EvaluationError(f"index out of range: {index}")


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise _out_of_range(index)
    return text[index : index + 1]


def _index_of(text: str, part: str, offset: int = 0) -> int:
    if not part:
        return offset
    if offset < 0:
        raise _out_of_range(offset)
    return text.find(part, offset)


def _last_index_of(text: str, part: str) -> int:
    return text.rfind(part)


def _last_index_of_offset(text: str, part: str, offset: int) -> int:
    if not part:
        return offset
    if offset < 0:
        raise _out_of_range(offset)
    if offset >= len(text):
        return -1
    return text.rfind(part, 0, offset + len(part))


def _ascii(text: str, first: str, difference: int) -> str:
    last = chr(ord(first) + 25)
    return "".join(chr(ord(one) + difference) if first <= one <= last else one for one in text)


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    return text.replace(old, new, max(count, -1))


def _split(text: str, separator: str, count: int = -1) -> list[object]:
    if count == 0:
        return []
    if not separator:
        return _characters(text, count)
    return list(text.split(separator, count - 1 if count > 0 else -1))


def _characters(text: str, count: int) -> list[object]:
    if count < 0 or count >= len(text):
        return list(text)
    return [*text[: count - 1], text[count - 1 :]]


def _substring(text: str, start: int) -> str:
    if not 0 <= start <= len(text):
        raise _out_of_range(start)
    return text[start:]


def _substring_range(text: str, start: int, end: int) -> str:
    if start > end:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    for index in (start, end):
        if not 0 <= index <= len(text):
            raise _out_of_range(index)
    return text[start:end]


def _join(values: list[object], separator: str = "") -> str:
    for value in values:
        if not isinstance(value, str):
            raise EvaluationError(f"join: invalid input: {spell_for_error(value)}")
    return separator.join(map(str, values))


def _quote(text: str) -> str:
    return '"' + "".join(GO_ESCAPES.get(character, character) for character in text) + '"'


FUNCTIONS: dict[str, list[Overload]] = {
    "charAt": [member("string_char_at_int", (STRING, INT), STRING, _char_at)],
    "indexOf": [
        member("string_index_of_string", (STRING, STRING), INT, _index_of),
        member("string_index_of_string_int", (STRING, STRING, INT), INT, _index_of),
    ],
    "lastIndexOf": [
        member("string_last_index_of_string", (STRING, STRING), INT, _last_index_of),
        member("string_last_index_of_string_int", (STRING, STRING, INT), INT, _last_index_of_offset),
    ],
    "lowerAscii": [member("string_lower_ascii", (STRING,), STRING, lambda text: _ascii(text, "A", 32))],
    "upperAscii": [member("string_upper_ascii", (STRING,), STRING, lambda text: _ascii(text, "a", -32))],
    "replace": [
        member("string_replace_string_string", (STRING, STRING, STRING), STRING, _replace),
        member("string_replace_string_string_int", (STRING, STRING, STRING, INT), STRING, _replace),
    ],
    "split": [
        member("string_split_string", (STRING, STRING), _LIST_OF_STRINGS, _split),
        member("string_split_string_int", (STRING, STRING, INT), _LIST_OF_STRINGS, _split),
    ],
    "substring": [
        member("string_substring_int", (STRING, INT), STRING, _substring),
        member("string_substring_int_int", (STRING, INT, INT), STRING, _substring_range),
    ],
    "trim": [member("string_trim", (STRING,), STRING, lambda text: text.strip(_SPACE))],
    "format": [member("string_format", (STRING, types.list_of(DYN)), STRING, format_string)],
    "strings.quote": [Overload("strings_quote", (STRING,), STRING, _quote)],
    "join": [
        member("list_join", (_LIST_OF_STRINGS,), STRING, _join),
        member("list_join_string", (_LIST_OF_STRINGS, STRING), STRING, _join),
    ],
}
