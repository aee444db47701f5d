"""Named formats: `format.dns1123Label().validate(name)`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/format.go; k8s.io/apimachinery 0.36, pkg/util/validation and
pkg/api/validate/content; k8s.io/kube-openapi, pkg/validation/strfmt.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kubelint.cel import types
from kubelint.cel.functions import Overload, member
from kubelint.cel.types import FORMAT, STRING
from kubelint.cel.urls import problem
from kubelint.cel.values import NONE, Opaque, Optional

Check = Callable[[str], list[str]]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_OLD_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_KEY})?"
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[^\n][0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})")
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_OLD_LABEL_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
_KEY_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)


class Format(Opaque):
    """A format: its name, and what is wrong with a text that is to have it."""

    __slots__ = ("check", "name")
    TYPE = FORMAT

    def __init__(self, name: str, check: Check) -> None:
        self.name, self.check = name, check

    def is_same(self, other: Opaque) -> bool:
        """Whether both are one format."""
        assert isinstance(other, Format)
        return self.name == other.name


def _breaks(rule: str, pattern: str, *examples: str) -> str:
    listed = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {listed}regex used for validation is '{pattern}')"


def _too_long(text: str, most: int, unit: str = "characters") -> list[str]:
    return [f"must be no more than {most} {unit}"] if len(text.encode("utf-8", "surrogatepass")) > most else []


def _label(text: str) -> list[str]:
    wrong = _too_long(text, 63)
    if re.fullmatch(_LABEL, text):
        return wrong
    if re.fullmatch(_SUBDOMAIN, text):
        return [*wrong, "must not contain dots"]
    return [*wrong, _breaks(_LABEL_RULE, _LABEL, "my-name", "123-abc")]


def _subdomain(text: str) -> list[str]:
    wrong = _too_long(text, 253)
    return wrong if re.fullmatch(_SUBDOMAIN, text) else [*wrong, _breaks(_SUBDOMAIN_RULE, _SUBDOMAIN, "example.com")]


def _old_label(text: str) -> list[str]:
    wrong = _too_long(text, 63)
    if re.fullmatch(_OLD_LABEL, text):
        return wrong
    return [*wrong, _breaks(_OLD_LABEL_RULE, _OLD_LABEL, "my-name", "abc-123")]


def _prefix_of(check: Check) -> Check:
    """The check of a name that something is going to be added to: a dash at its end is fine."""
    return lambda text: check(text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text)


def _qualified_name(text: str) -> list[str]:
    prefix, slash, name = text.rpartition("/")
    rule = _breaks(_KEY_RULE, _KEY, "MyName", "my.name", "123-abc")
    if "/" in prefix:
        return [f"a valid label key {rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    wrong: list[str] = []
    if slash:
        of_prefix = _subdomain(prefix) if prefix else ["must be non-empty"]
        wrong += [f"prefix part {message}" for message in of_prefix]
    of_name = _too_long(name, 63, "bytes") if name else ["must be non-empty"]
    if not re.fullmatch(_KEY, name):
        of_name = [*of_name, rule]
    return wrong + [f"name part {message}" for message in of_name]


def _label_value(text: str) -> list[str]:
    wrong = _too_long(text, 63, "bytes")
    if re.fullmatch(_VALUE, text):
        return wrong
    return [*wrong, _breaks(_VALUE_RULE, _VALUE, "MyValue", "my_value", "12345")]


def _uri(text: str) -> list[str]:
    wrong = problem(text)
    return [] if wrong is None else [wrong]


def _demand(holds: Callable[[str], bool], message: str) -> Check:
    return lambda text: [] if holds(text) else [message]


def _is_date(text: str) -> bool:
    from datetime import date

    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    try:
        # Go knows a year 0, which is a leap year.
        date(year or 400, month, day)
    except ValueError:
        return False
    return True


def _is_datetime(text: str) -> bool:
    date, letter, rest = text.lower().partition("t")
    time = _TIME.fullmatch(rest.partition("t")[0])
    if not letter or time is None or not _is_date(date):
        return False
    return time[1] <= "23" and time[2] <= "59" and time[3] <= "59"


_FORMATS = {
    "dns1123Label": Format("DNS1123Label", _label),
    "dns1123Subdomain": Format("DNS1123Subdomain", _subdomain),
    "dns1035Label": Format("DNS1035Label", _old_label),
    "qualifiedName": Format("QualifiedName", _qualified_name),
    "dns1123LabelPrefix": Format("DNS1123LabelPrefix", _prefix_of(_label)),
    "dns1123SubdomainPrefix": Format("DNS1123SubdomainPrefix", _prefix_of(_subdomain)),
    "dns1035LabelPrefix": Format("DNS1035LabelPrefix", _prefix_of(_old_label)),
    "labelValue": Format("LabelValue", _label_value),
    "uri": Format("URI", _uri),
    "uuid": Format("uuid", _demand(lambda text: bool(_UUID.fullmatch(text)), "does not match the UUID format")),
    "byte": Format("byte", _demand(lambda text: bool(_BASE64.fullmatch(text)), "invalid base64")),
    "date": Format("date", _demand(_is_date, "invalid date")),
    "datetime": Format("datetime", _demand(_is_datetime, "invalid datetime")),
}


def _named(name: str) -> Optional:
    found = _FORMATS.get(name)
    return NONE if found is None else Optional(found)


def _validate(of: Format, text: str) -> Optional:
    wrong = of.check(text)
    return Optional(wrong) if wrong else NONE


def _constant(found: Format) -> Callable[[], Format]:
    return lambda: found


FUNCTIONS: dict[str, list[Overload]] = {
    "format.named": [Overload("format-named", (STRING,), types.optional_of(FORMAT), _named)],
    "validate": [member("format-validate", (FORMAT, STRING), types.optional_of(types.list_of(STRING)), _validate)],
    **{
        f"format.{name}": [Overload(f"format.{name}", (), FORMAT, _constant(found))] for name, found in _FORMATS.items()
    },
}
