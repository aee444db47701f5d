"""The fingerprint by which GitHub knows an alert again when lines move."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelint.source import Source

_WINDOW = 100
"""UTF-16 code units that are hashed, counted from the start of the line."""

_MULTIPLIER, _MODULUS = 37, 2**64
_END_OF_FILE = "\uffff"


def line_hashes(source: Source, lines: Container[int]) -> dict[int, str]:
    """What GitHub computes as `primaryLocationLineHash` of these 1-based lines of a text.

    The hash covers a hundred code units, whether or not the line is as long; blanks and tabs do not count, and every
    line break is a line feed. `:n` after it says that the line is the n-th one with that hash. GitHub reads the file
    by itself and warns where its own value is another (github/codeql-action, src/fingerprints.ts). The two differ for
    what a Source does not keep: the first line of a file with a byte order mark, and files in UTF-16.
    """
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "") + _END_OF_FILE
    units = text.encode("utf-16-le", "surrogatepass") + bytes(2 * _WINDOW)
    hashes: dict[int, str] = {}
    # Counting the hashed text stands for counting the hashes, of which only the asked ones are computed.
    seen: Counter[bytes] = Counter()
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        window = units[start : start + 2 * _WINDOW]
        seen[window] += 1
        if number in lines:
            hashes[number] = f"{_hash(window):x}:{seen[window]}"
        start += 2 * len(line) + 2 if line.isascii() else len(line.encode("utf-16-le", "surrogatepass")) + 2
    return hashes


def _hash(window: bytes) -> int:
    value = 0
    for unit in struct.unpack(f"<{_WINDOW}H", window):
        value = (value * _MULTIPLIER + unit) % _MODULUS
    return value
