"""What is said of a field whose text has not the form that it needs."""

from __future__ import annotations

from kubelint.apiserver.field import Field
from kubelint.apiserver.verdict import Verdict

PROTOCOLS = ("TCP", "UDP", "SCTP")
"""The protocols of ports (supportedPortProtocols)."""

LABEL_HELP = "write at most 63 small letters, digits and `-`, with a letter or digit at both ends"
LABEL_WITH_LETTER_FIRST_HELP = "write at most 63 small letters, digits and `-`, with a letter first"
SUBDOMAIN_HELP = "write small letters, digits, `-` and `.`, with a letter or digit at both ends of each part"
QUALIFIED_HELP = "write a name such as `example` or `example.com/example`"
PORT_NAME_HELP = "write at most 15 small letters, digits and single `-`, with at least one letter"
PORT_NUMBER_HELP = "write a number from 1 to 65535"


def refuse_ill_formed(field: Field, what: str, wrong: list[str], help: str, verdict: Verdict) -> None:
    """Refuse a field as Invalid if anything is wrong with its text; `wrong` is what a function of `names` gave."""
    if wrong:
        verdict.refuse(field, "Invalid", f"{what}{shown(field.text)} {' and '.join(wrong)}", help)


def refuse_unsupported(field: Field, what: str, supported: tuple[str, ...], verdict: Verdict) -> None:
    """Refuse a field as NotSupported if its text is none of the supported ones."""
    if field.text not in supported:
        words = f"{', '.join(supported[:-1])} or {supported[-1]}"
        message = f"{what}{shown(field.text)} is not supported" if field.text else f"{what} is empty"
        verdict.refuse(field, "NotSupported", message, f"write {words}")


def shown(text: str) -> str:
    """A text as messages show it behind a word: in backticks, on one line, not too long; nothing of an empty one."""
    if not text:
        return ""
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return f" `{' '.join(text.split())}`"
