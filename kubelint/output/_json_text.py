"""JSON as kubelint writes it."""

from __future__ import annotations

import json


def json_text(document: object) -> str:
    """The text of a document: indented, in its own order, with a line break at its end.

    A name of a file that is no UTF-8 holds lone surrogates, which no encoding has; they are written as JSON's escapes.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
