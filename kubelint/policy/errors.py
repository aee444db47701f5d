"""What is wrong with a policy itself."""

from __future__ import annotations

from kubelint.source import Source


class PolicyError(Exception):
    """A policy that cannot be judged by; `source` and `offset` are where it is wrong, `str()` says what."""

    def __init__(self, source: Source, offset: int, message: str) -> None:
        super().__init__(message)
        self.source = source
        self.offset = offset

    @property
    def position(self) -> tuple[int, int]:
        """The 1-based line and column."""
        return self.source.position(self.offset)
