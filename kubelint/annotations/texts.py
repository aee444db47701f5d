"""What becomes of an annotation's text: read as its author meant it, refused, or silently read as something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kubelint.facts.providers import Annotation

_NO = frozenset(("", "0", "f", "n", "no", "off", "none", "false", "disable", "disabled"))
"""How people write no. Whatever else stands where a yes or no belongs is meant as a yes."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
"""A whole number, of no more digits than any of these may have."""

_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)")


class Misreading(NamedTuple):
    """A text that is not read as it is meant.

    `wants` are words for what the controller takes, `became` is what it makes of the text: `error` (it refuses the
    Service), `default` (as if the annotation were not there), `skipped` (of a list, `part` is left out), `true` or
    `false`. `part` is the text, or of a list the part that is wrong. `is_certain` is False where the limits are only
    documented.
    """

    wants: str
    became: str
    part: str
    is_certain: bool = True


def misread(annotation: Annotation, text: str) -> Misreading | None:
    """How the controller misreads a text; None where it does not, or where that is not known."""
    if annotation.grammar:
        return _misread_bool(annotation, text)
    if annotation.invalid is None or text in annotation.harmless:
        return None
    if annotation.type == "enum":
        return _misread_enum(annotation, text)
    if annotation.type in ("integer", "port"):
        return _misread_number(annotation, text)
    if annotation.type == "json":
        return None if _is_json(text) else Misreading("JSON", annotation.invalid, text)
    known = _PARTS.get(annotation.type)
    return None if known is None else _misread_part(annotation, text, *known)


def means_yes(text: str) -> bool:
    """Whether who wrote this where a yes or no belongs meant a yes."""
    return text.strip().lower() not in _NO


def _misread_bool(annotation: Annotation, text: str) -> Misreading | None:
    truth = annotation.truth_of(text)
    if truth == str(means_yes(text)).lower() or (truth == "default" and not means_yes(text)):
        return None
    if truth == "true":
        return Misreading("only `false` for a no", truth, text)
    if truth == "error":
        return Misreading("`true` or `false`", truth, text)
    wants = f"only {_listed(annotation.truths[-1:])} for a yes" if truth == "false" else "`true` or `false`"
    return Misreading(wants, truth, text)


def _misread_enum(annotation: Annotation, text: str) -> Misreading | None:
    if (text.lower() if annotation.any_case else text) in annotation.values:
        return None
    return Misreading(_listed(annotation.values), str(annotation.invalid), text)


def _misread_number(annotation: Annotation, text: str) -> Misreading | None:
    low, high = annotation.minimum, annotation.maximum
    if annotation.type == "port":
        low, high = 1, 65535
    wants = "a port" if annotation.type == "port" else "a whole number"
    if not _INTEGER.fullmatch(text):
        return Misreading(wants, str(annotation.invalid), text)
    number = int(text)
    if low is not None and number < low:
        limits = f"{wants} from {low} to {high}" if high is not None else f"{wants} from {low} on"
        return Misreading(limits, str(annotation.invalid), text, is_certain=False)
    if high is not None and number > high:
        return Misreading(f"{wants} from {low} to {high}", str(annotation.invalid), text, is_certain=False)
    if annotation.values and text not in annotation.values:
        return Misreading(_listed(annotation.values), str(annotation.invalid), text, is_certain=False)
    return None


def _misread_part(
    annotation: Annotation, text: str, wants: str, is_right: Callable[[str], bool], is_list: bool
) -> Misreading | None:
    for part in text.split(",") if is_list else (text,):
        if annotation.is_tight and part != part.strip():
            return Misreading(f"{wants} with no blank between them", str(annotation.invalid), part)
        if (part.strip() or not is_list) and not is_right(part.strip()):
            return Misreading(wants, str(annotation.invalid), part.strip())
    return None


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_range(text: str) -> bool:
    from ipaddress import ip_network

    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _is_port(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and 0 < int(text) < 65536


def _is_pair(text: str) -> bool:
    name, equals, _ = text.partition("=")
    return bool(name and equals)


_PARTS: dict[str, tuple[str, Callable[[str], bool], bool]] = {
    "address": ("an IP address", _is_address, False),
    "addresses": ("IP addresses", _is_address, True),
    "range": ("a range of addresses in CIDR notation", _is_range, False),
    "ranges": ("ranges of addresses in CIDR notation", _is_range, True),
    "ports": ("port numbers", _is_port, True),
    "pairs": ("pairs such as `key=value`", _is_pair, True),
    "duration": ("a duration such as `15s`", lambda text: _DURATION.fullmatch(text) is not None, False),
}
"""By type: words for what a text should be, the test of one part, and whether it is a list."""


def _listed(texts: tuple[str, ...]) -> str:
    quoted = [f"`{text}`" for text in texts]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
