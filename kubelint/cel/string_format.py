"""`text.format([…])`: what it writes, and what the compiler says of a constant format that does not fit its list.

Facts: cel-go 0.26, ext/formatting.go (the formatting of strings before version 4), for the locale en_US.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from kubelint.cel import types
from kubelint.cel.conversions import as_string
from kubelint.cel.errors import EvaluationError
from kubelint.cel.spelling import quote
from kubelint.cel.types import Type
from kubelint.cel.values import Duration, Timestamp, Uint, type_of

_CLAUSE = re.compile(r"%(?:%|(?P<dot>\.(?P<precision>[0-9]*))?(?P<verb>[\s\S])?)")
_DEFAULT_PRECISION = 6
_WRITTEN = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"
_REFUSALS = {
    "s": f"string clause can only be used on {_WRITTEN}, was given ",
    "d": "decimal clause can only be used on integers, was given ",
    "f": "fixed-point clause can only be used on doubles, was given ",
    "e": "scientific clause can only be used on doubles, was given ",
    "b": "only integers and bools can be formatted as binary, was given ",
    "x": "only integers, byte buffers, and strings can be formatted as hex, was given ",
    "o": "octal clause can only be used on integers, was given ",
}
_TAKEN: dict[str, frozenset[str]] = {
    "d": frozenset(("int", "uint")),
    "f": frozenset(("double", "string")),
    "e": frozenset(("double", "string")),
    "b": frozenset(("int", "uint", "bool")),
    "x": frozenset(("int", "uint", "string", "bytes")),
    "o": frozenset(("int", "uint")),
    "s": frozenset(
        (
            *("list", "map", "int", "uint", "double", "bool", "string", "bytes", "type", "null_type"),
            *(types.TIMESTAMP.name, types.DURATION.name),
        )
    ),
}
#: Called with the verb, the precision and the index of the argument; gives what is written.
Clause = Callable[[str, int, int], str]


def format_string(text: str, arguments: list[object]) -> str:
    """The text with its clauses replaced by the arguments, one after another.

    Raises:
        EvaluationError: if a clause does not fit its argument, or there are too few of them.
    """
    return walk(text, len(arguments), lambda verb, precision, index: _write(verb, precision, arguments[index]))


def count_arguments(text: str, available: int, clause: Clause) -> int:
    """How many arguments a text asks for, each of them shown to `clause`.

    Raises:
        EvaluationError: as `format_string` does.
    """
    count = 0

    def counting(verb: str, precision: int, index: int) -> str:
        nonlocal count
        count = index + 1
        return clause(verb, precision, index)

    walk(text, available, counting, is_checking=True)
    return count


def takes(verb: str, of: Type) -> bool:
    """Whether a clause can write values of a type."""
    return types.is_dyn(of) or of.name in _TAKEN[verb.lower()]


def refusal(verb: str, type_name: str) -> EvaluationError:
    """The error of a clause whose argument has the wrong type."""
    return EvaluationError(f"error during formatting: {_REFUSALS[verb.lower()]}{type_name}")


def walk(text: str, available: int, clause: Clause, *, is_checking: bool = False) -> str:
    """The text with each clause replaced by what `clause` makes of it."""
    written: list[str] = []
    position = index = 0
    for match in _CLAUSE.finditer(text):
        written.append(text[position : match.start()])
        position = match.end()
        if match[0] == "%%":
            written.append("%")
            continue
        if index >= available and not is_checking:
            raise EvaluationError(f"index {index} out of range")
        if match[0] == "%":
            raise EvaluationError("unexpected end of string")
        if index >= available:
            raise EvaluationError(f"index {index} out of range")
        verb, precision = _read(match)
        written.append(clause(verb, precision, index))
        index += 1
    return "".join(written) + text[position:]


def _read(match: re.Match[str]) -> tuple[str, int]:
    what = "could not parse formatting clause: "
    precision = _DEFAULT_PRECISION
    if match["dot"]:
        what_precision = f"{what}error while parsing precision: "
        if not match["verb"]:
            raise EvaluationError(f"{what_precision}could not find end of precision specifier")
        if not match["precision"]:
            reason = 'strconv.Atoi: parsing "": invalid syntax'
            raise EvaluationError(f"{what_precision}error while converting precision to integer: {reason}")
        precision = int(match["precision"])
    if match["verb"] not in ("s", "d", "f", "e", "b", "x", "X", "o"):
        raise EvaluationError(f'{what}unrecognized formatting clause "{match["verb"]}"')
    return match["verb"], precision


def _write(verb: str, precision: int, value: object) -> str:
    if verb == "s":
        return _string(value)
    if verb in "fe":
        return _double(verb, precision, value)
    if verb in "xX":
        return _hexadecimal(verb, value)
    if not takes(verb, type_of(value)):
        raise refusal(verb, type_of(value).name)
    assert isinstance(value, int)
    return format(int(value), verb)


def _string(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_element, value)) + "]"
    if isinstance(value, dict):
        return _map(value)
    if not takes("s", type_of(value)):
        raise refusal("s", type_of(value).name)
    return str(as_string(value))


def _element(value: object) -> str:
    """A value within a list or a map."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bytes):
        return "b" + quote(str(as_string(value)))
    if isinstance(value, float):
        if math.isfinite(value):
            return f"{value:.{_DEFAULT_PRECISION}f}"
        return quote(_spell_special(value))
    if isinstance(value, Timestamp):
        return f"timestamp({quote(str(as_string(value)))})"
    if isinstance(value, Duration):
        return f"duration({quote(str(as_string(value)))})"
    if not isinstance(value, list | dict) and not takes("s", type_of(value)):
        raise EvaluationError(f"error during formatting: no formatting function for {type_of(value).name}")
    return _string(value)


def _spell_special(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def _map(value: Mapping[object, object]) -> str:
    entries = []
    for key, held in value.items():
        if not isinstance(key, str | bool | int | Uint):
            what = f"no formatting function for map key of type {type_of(key).name}"
            raise EvaluationError(f"error during formatting: {what}")
        entries.append((_element(key), _element(held)))
    return "{" + ", ".join(f"{key}:{held}" for key, held in sorted(entries, key=lambda entry: entry[0])) + "}"


def _double(verb: str, precision: int, value: object) -> str:
    if value in ("NaN", "Infinity", "-Infinity") and isinstance(value, str):
        value = float(value.replace("Infinity", "inf"))
    if not isinstance(value, float):
        raise refusal(verb, type_of(value).name)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return ("\u221e" if value > 0 else "-\u221e").rjust(precision if verb == "e" else 0)
    if verb == "f":
        return f"{value:,.{precision}f}"
    # The server takes the precision for a width.
    mantissa, _, exponent = f"{value:.{_DEFAULT_PRECISION}e}".partition("e")
    superscript = str.maketrans("0123456789-", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b")
    power = f"{'-' if exponent[0] == '-' else ''}{exponent[1:]}"
    return f"{mantissa}\u00d710{power.translate(superscript)}".rjust(precision)


def _hexadecimal(verb: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str | bytes):
        raise refusal(verb, type_of(value).name)
    if isinstance(value, int):
        return format(int(value), verb)
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return data.hex().upper() if verb == "X" else data.hex()
