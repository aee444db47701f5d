"""Semantic versions: `semver('1.2.3').isLessThan(semver('2.0.0'))`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/semverlib.go (version 1); github.com/blang/semver/v4 4.0.0.
"""

from __future__ import annotations

import re
from functools import partial

from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.spelling import quote
from kubelint.cel.types import BOOL, INT, SEMVER, STRING
from kubelint.cel.values import UINT_MAXIMUM, Opaque

_PART = re.compile(r"[0-9A-Za-z-]+")


class Version(Opaque):
    """A version: its three numbers and the parts of its pre-release; its build does not matter to any question."""

    __slots__ = ("numbers", "prerelease")
    TYPE = SEMVER

    def __init__(self, numbers: tuple[int, int, int], prerelease: tuple[int | str, ...]) -> None:
        self.numbers, self.prerelease = numbers, prerelease

    def is_same(self, other: Opaque) -> bool:
        """Whether neither is before the other."""
        assert isinstance(other, Version)
        return _compare(self, other) == 0


def _compare(left: Version, right: Version) -> int:
    if left.numbers != right.numbers:
        return 1 if left.numbers > right.numbers else -1
    if not left.prerelease or not right.prerelease:
        # A release comes after what led to it.
        return bool(right.prerelease) - bool(left.prerelease)
    for one, other in zip(left.prerelease, right.prerelease, strict=False):
        if one == other:
            continue
        if isinstance(one, int) and isinstance(other, int):
            return 1 if one > other else -1
        if isinstance(one, int) or isinstance(other, int):
            return -1 if isinstance(one, int) else 1
        return 1 if one > other else -1
    return (len(left.prerelease) > len(right.prerelease)) - (len(left.prerelease) < len(right.prerelease))


def _number(text: str, what: str, zeroes: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise EvaluationError(f"Invalid character(s) found in {what} number {quote(text)}")
    if len(text) > 1 and text.startswith("0"):
        raise EvaluationError(f"{zeroes} must not contain leading zeroes {quote(text)}")
    return _unsigned(text)


def _unsigned(text: str) -> int:
    if not text:
        raise EvaluationError('strconv.ParseUint: parsing "": invalid syntax')
    if int(text) > UINT_MAXIMUM:
        raise EvaluationError(f"strconv.ParseUint: parsing {quote(text)}: value out of range")
    return int(text)


def _parse(text: str) -> Version:
    if not text:
        raise EvaluationError("Version string empty")
    parts = text.split(".", 2)
    if len(parts) != 3:
        raise EvaluationError("No Major.Minor.Patch elements found")
    major = _number(parts[0], "major", "Major number")
    minor = _number(parts[1], "minor", "Minor number")
    before_build, plus, build = parts[2].partition("+")
    patch, dash, prerelease = before_build.partition("-")
    number = _number(patch, "patch", "Patch number")
    identifiers = tuple(map(_identifier, prerelease.split("."))) if dash else ()
    if plus:
        _check_build(build)
    return Version((major, minor, number), identifiers)


def _identifier(text: str) -> int | str:
    if not text:
        raise EvaluationError("Prerelease is empty")
    if text.isascii() and text.isdigit():
        if len(text) > 1 and text.startswith("0"):
            raise EvaluationError(f"Numeric PreRelease version must not contain leading zeroes {quote(text)}")
        return _unsigned(text)
    if not _PART.fullmatch(text):
        raise EvaluationError(f"Invalid character(s) found in prerelease {quote(text)}")
    return text


def _check_build(build: str) -> None:
    for part in build.split("."):
        if not part:
            raise EvaluationError("Build meta data is empty")
        if not _PART.fullmatch(part):
            raise EvaluationError(f"Invalid character(s) found in build meta data {quote(part)}")


def _normalized(text: str) -> str:
    parts = [_without_zeros(part) for part in text.removeprefix("v").split(".", 2)]
    if len(parts) < 3:
        if "+" in parts[-1] or "-" in parts[-1]:
            raise EvaluationError("short version cannot contain PreRelease/Build meta data")
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def _without_zeros(part: str) -> str:
    if len(part) < 2:
        return part
    stripped = part.lstrip("0")
    return stripped if stripped[:1].isascii() and stripped[:1].isdigit() else "0" + stripped


def _to_version(text: str, normalize: bool = False) -> Version:
    return _parse(_normalized(text) if normalize else text)


def _is_version(text: str, normalize: bool = False) -> bool:
    try:
        _to_version(text, normalize)
    except EvaluationError:
        return False
    return True


def _part(index: int, version: Version) -> int:
    number = version.numbers[index]
    # The server keeps the bits of a number that an int has no room for.
    return number - (1 << 64) if number >= 1 << 63 else number


FUNCTIONS: dict[str, list[Overload]] = {
    "semver": [
        Overload("string_to_semver", (STRING,), SEMVER, _to_version),
        Overload("string_bool_to_semver", (STRING, BOOL), SEMVER, _to_version),
    ],
    "isSemver": [
        Overload("is_semver_string", (STRING,), BOOL, _is_version),
        Overload("is_semver_string_bool", (STRING, BOOL), BOOL, _is_version),
    ],
    "isGreaterThan": [
        member("semver_is_greater_than", (SEMVER, SEMVER), BOOL, lambda one, other: _compare(one, other) > 0)
    ],
    "isLessThan": [member("semver_is_less_than", (SEMVER, SEMVER), BOOL, lambda one, other: _compare(one, other) < 0)],
    "compareTo": [member("semver_compare_to", (SEMVER, SEMVER), INT, _compare)],
    "major": [member("semver_major", (SEMVER,), INT, partial(_part, 0))],
    "minor": [member("semver_minor", (SEMVER,), INT, partial(_part, 1))],
    "patch": [member("semver_patch", (SEMVER,), INT, partial(_part, 2))],
}
