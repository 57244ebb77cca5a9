"""What went wrong: one class per kind of error, all derived from `Error`.

An error says what is wrong, where (a file, tensor, stage or argument) and what to do about it, in
`what`, `where` and `advice`; its text is all three on one line. Each class is also the Python
exception that users of NumPy expect: `ValueError` for arguments and damaged files, `OSError` for what
the operating system refused, `MemoryError`.

Ctrl-C raises `KeyboardInterrupt`, as everywhere in Python.
"""

from __future__ import annotations

import re
from typing import Any, Optional

__all__ = [
    "Error",
    "GoalNotMet",
    "UsageError",
    "BadInput",
    "Unsupported",
    "IoError",
    "InternalError",
    "NoMemory",
    "Cancelled",
]

# The library speaks of its tools' options; here they are keyword arguments of the same names.
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")


def _keywords(text: str) -> str:
    return _OPTION.sub(lambda match: match[1].replace("-", "_"), text)


class Error(Exception):
    """An error of this package: what is wrong, where, and what to do about it.

    `where` and `advice` are "" where there is nothing to say.
    """

    what: str
    where: str
    advice: str

    def __init__(self, what: str, where: str = "", advice: str = "") -> None:
        self.what, self.where, self.advice = _keywords(what), _keywords(where), _keywords(advice)
        super().__init__(self.what, self.where, self.advice)

    def __str__(self) -> str:
        text = self.what
        if self.where:
            text += f" ({self.where})"
        if self.advice:
            text += f": {self.advice}"
        return text


class GoalNotMet(Error):
    """A stated goal was missed: a budget of error or of bytes.

    `result` is what was reached nevertheless, or None where nothing was.
    """

    result: Optional[Any] = None


class UsageError(Error, ValueError):
    """Arguments that contradict each other or the model, or that are impossible."""


class BadInput(Error, ValueError):
    """A damaged or contradictory model, file or array.

    `text`, where `inspect` raised it, describes the file as far as it could be understood.
    """

    text: str = ""


class Unsupported(Error, ValueError):
    """A sound model that this version does not cover."""

    text: str = ""


class IoError(Error, OSError):
    """The operating system refused to read or write a file."""

    __str__ = Error.__str__


class InternalError(Error, RuntimeError):
    """A broken invariant: a bug of this package."""


class NoMemory(Error, MemoryError):
    """There is no memory left, or the limit that was set is reached."""


class Cancelled(Error):
    """The work was ended before it was done."""
