"""Whether to write in colour, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from kubelint.finding import Severity

BOLD, DIM = "1", "2"
HELP = "1;32"
RELATED = "1;34"
SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}


def wants_color(flag: str, stream: IO[str], environment: Mapping[str, str]) -> bool:
    """Whether a stream gets colour: the flag decides, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal.

    The flag is `always`, `never` or `auto`. An empty variable counts as unset (https://no-color.org,
    https://force-color.org). Click's own decision knows none of the variables.
    """
    if flag != "auto":
        return flag == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def painted(text: str, color: str, wanted: bool) -> str:
    """A text in a colour, given as the parameters of an SGR sequence (ECMA-48 §8.3.117); unchanged unless wanted."""
    return f"\x1b[{color}m{text}\x1b[0m" if wanted and text else text
