"""What the API server allows in names, labels and keys (k8s.io/apimachinery, pkg/util/validation/validation.go).

Each function gives what is wrong with a text, in words that follow the text ("is longer than 63 characters"); nothing
where all is well.
"""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PORT_CHARACTERS = re.compile(r"[-a-z0-9]+")
_LETTER = re.compile(r"[a-z]")


def dns_label(text: str) -> list[str]:
    """IsDNS1123Label: the names of port entries, of namespaces, and since 1.36 of Services."""
    return _checked(
        text, _LABEL, 63, "is not made of small letters, digits and `-`, with a letter or digit at both ends"
    )


def dns_label_with_letter_first(text: str) -> list[str]:
    """IsDNS1035Label: the names of Services before Kubernetes 1.36."""
    return _checked(
        text,
        _LABEL_1035,
        63,
        "is not made of small letters, digits and `-`, with a letter first and a letter or digit last",
    )


def dns_subdomain(text: str) -> list[str]:
    """IsDNS1123Subdomain: the names of most objects, host names."""
    return _checked(
        text,
        _SUBDOMAIN,
        253,
        "is not made of small letters, digits, `-` and `.`, with a letter or digit at both ends of each part",
    )


def qualified_name(text: str) -> list[str]:
    """IsQualifiedName: the keys of labels, finalizers, application protocols: `name` or `example.com/name`."""
    prefix, slash, name = text.rpartition("/")
    wrong = []
    if slash:
        if text.count("/") > 1:
            return ["has more than one `/`"]
        if not prefix:
            wrong.append("has nothing before its `/`")
        else:
            wrong += [f"has a domain that {one}" for one in dns_subdomain(prefix)]
    if not name:
        wrong.append("has nothing behind its `/`" if slash else "is empty")
    elif len(name.encode()) > 63:
        wrong.append("has a name part longer than 63 characters")
    if not _QUALIFIED.fullmatch(name) and name:
        wrong.append("is not made of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")
    return wrong


def label_value(text: str) -> list[str]:
    """IsValidLabelValue: empty, or as a name without a domain."""
    wrong = ["is longer than 63 characters"] if len(text.encode()) > 63 else []
    if text and not _QUALIFIED.fullmatch(text):
        wrong.append("is not made of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")
    return wrong


def port_name(text: str) -> list[str]:
    """IsValidPortName: the names of container ports, and what a targetPort may be called."""
    wrong = ["is longer than 15 characters"] if len(text.encode()) > 15 else []
    if not _PORT_CHARACTERS.fullmatch(text):
        wrong.append("holds something else than small letters, digits and `-`")
    if not _LETTER.search(text):
        wrong.append("has no letter")
    if "--" in text:
        wrong.append("has two `-` in a row")
    if text.startswith("-") or text.endswith("-"):
        wrong.append("begins or ends with `-`")
    return wrong


def port_number(number: int) -> list[str]:
    """IsValidPortNum."""
    return [] if 1 <= number <= 65535 else ["is not between 1 and 65535"]


def _checked(text: str, pattern: re.Pattern[str], longest: int, words: str) -> list[str]:
    wrong = [f"is longer than {longest} characters"] if len(text.encode()) > longest else []
    if not pattern.fullmatch(text):
        wrong.append(words if text else "is empty")
    return wrong
