"""What is written for another tool to fill in: Go, Helm and Jinja templates, and placeholders such as `${VAR}`.

Such a text is no manifest yet. It is never judged, and what it may turn into is never guessed.
"""

from __future__ import annotations

import re

_TEMPLATE = re.compile(r"\{\{|\{%|<%")
_MARKS = frozenset("$({[<%@_")
"""Every placeholder begins with one of these, and few texts hold any."""
# A text: `re` compiles it when it is first needed. None of what is bracketed may open again before it closes: looking
# for one end from every beginning would take the square of the text's length.
_PLACEHOLDER = (
    r"(?s)\$\{(?:(?!\$\{)[^}\n])*\}|\$\([A-Za-z_][\w.-]*\)|\$[A-Za-z_]\w*|\{[A-Za-z_][\w.-]*\}"
    r"|\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}|<%(?:(?!<%).)*?%>|\[\[(?:(?!\[\[).)*?\]\]"
    r"|<[A-Za-z][^<>\n]*>|%[A-Za-z_]\w*%|@@?[A-Za-z_][\w.-]*@@?|\(\([A-Za-z_][\w.-]*\)\)|\b__[A-Z][A-Z0-9_]*__\b"
)


def placeholder_in(text: str) -> str | None:
    """The first placeholder in a text that means something only once another tool has filled it in, or None."""
    found = None if _MARKS.isdisjoint(text) else re.search(_PLACEHOLDER, text)
    return found[0] if found else None


def has_template_actions(text: str) -> bool:
    """Whether a text holds actions of a template language (`{{ … }}`, `{% … %}`, `<% … %>`)."""
    return _TEMPLATE.search(text) is not None


def template_language(text: str, in_chart: bool) -> str:
    """What to call a text that holds template actions: `helm template`, `go template`, `jinja template`, …"""
    if in_chart:
        return "helm template"
    if "{%" in text:
        return "jinja template"
    return "go template" if "{{" in text else "template"
