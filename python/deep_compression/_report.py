"""What a stage or a whole run did and measured."""

from __future__ import annotations

import html
import json
from typing import Any, Iterator, Mapping, NamedTuple, Optional


class CurvePoint(NamedTuple):
    """A point of the curve of size and error that a search walked.

    density        share of the weights that are kept
    lambda_        what the coder's bits were worth in training
    bytes          of the .dcz
    error_percent  of training samples that were held out
    """

    density: float
    lambda_: float
    bytes: int
    error_percent: float


class Report(Mapping[str, Any]):
    """What was done and measured: a mapping with the field names of proto/report.proto.

    `str()` of it is the table that the tools print. Sizes are bytes, errors percent of the test
    samples, or of the variance of their targets; a figure that was not measured is missing from the mapping, and None as a property.
    """

    def __init__(self, json_text: str, text: str) -> None:
        self._fields: Mapping[str, Any] = json.loads(json_text)
        self._text = text

    def __getitem__(self, key: str) -> Any:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __str__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"

    @property
    def file_bytes(self) -> int:
        """Bytes of the .dcz; 0 where there is none."""
        return int(self._fields.get("file_bytes", 0))

    @property
    def baseline_bytes(self) -> int:
        """Bytes of the original model's float32 parameters."""
        return int(self._fields.get("baseline_bytes", 0))

    @property
    def ratio(self) -> float:
        """baseline_bytes / file_bytes; 0 where there is no file."""
        return self.baseline_bytes / self.file_bytes if self.file_bytes else 0.0

    @property
    def error_percent(self) -> Optional[float]:
        """Top-1 error of the result; of targets the unexplained variance, 100 (1 - R^2)."""
        return self._fields.get("error_percent")

    @property
    def baseline_error_percent(self) -> Optional[float]:
        """The same of the dense model."""
        return self._fields.get("baseline_error_percent")

    @property
    def mean_squared_error(self) -> Optional[float]:
        """Of the result, over test samples and outputs; None for labels."""
        return self._fields.get("mean_squared_error")
