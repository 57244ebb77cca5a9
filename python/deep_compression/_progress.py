"""How long work shows where it stands: a bar in a terminal or a notebook, or a function of the
caller's. Remarks go to the logger `deep_compression`, too."""

from __future__ import annotations

import logging
import sys
import time
from typing import Callable, NamedTuple, Optional, TextIO, Union

log = logging.getLogger("deep_compression")


class Event(NamedTuple):
    """What a function for `progress` is called with.

    kind   "begin", "advance", "end" of a job, or "note", a remark that belongs into the log
    name   of the job: "train", "k-means fc1.weight"
    done   steps that are finished, of `total`
    text   a figure worth showing, a job's result, or the remark
    """

    kind: str
    name: str
    done: int
    total: int
    text: str


Progress = Union[None, bool, Callable[[Event], object]]
Listener = Optional[Callable[[str, str, int, int, str], None]]


class Bar:
    """One line that is drawn over and over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begin = time.monotonic()
        self._width = 0

    def _draw(self, line: str, end: str = "") -> None:
        self._stream.write("\r" + line.ljust(self._width) + end)
        self._stream.flush()
        self._width = 0 if end else len(line)

    def __call__(self, event: Event) -> None:
        seconds = time.monotonic() - self._begin
        if event.kind == "note":
            self._draw(event.text, "\n")
        elif event.kind == "begin":
            self._begin = time.monotonic()
        elif event.kind == "end":
            self._draw(f"{event.name:<10} done in {seconds:.1f}s  {event.text}".rstrip(), "\n")
        else:
            share = min(1.0, event.done / max(1, event.total))
            left = f"{seconds * (1 - share) / share:.0f}s" if share > 0 else "-"
            cells = "#" * int(share * 24)
            line = f"{event.name:<10} {100 * share:3.0f} % [{cells:.<24}]  {left} left  {event.text}"
            self._draw(line[:110])


def _in_notebook() -> bool:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


def listener(progress: Progress) -> Listener:
    """What the extension module calls. None asks for a bar where one can be seen, True for a bar,
    False for silence."""
    function: Optional[Callable[[Event], object]] = None
    if callable(progress):
        function = progress
    elif _in_notebook():
        function = None if progress is False else Bar(sys.stdout)
    elif progress is True or (progress is None and sys.stderr is not None and sys.stderr.isatty()):
        function = Bar(sys.stderr)

    def listen(kind: str, name: str, done: int, total: int, text: str) -> None:
        if kind == "note":
            log.info("%s", text)
        if function is not None:
            function(Event(kind, name, done, total, text))

    return listen
