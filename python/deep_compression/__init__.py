"""Deep Compression: neural networks made small, and run small.

    import deep_compression as dc

    result = dc.compress("model.onnx", data=(x, y), max_error_increase=0.1)
    result.save("model.dcz")
    outputs = dc.load("model.dcz").run({"x": array})

The stages alone are `train`, `prune`, `quantize`, `calibrate`, `encode` and `decode`; `inspect` and
`report` say what a .dcz is made of; `deep_compression.torch` carries masks and codebooks into one's
own training loop. Errors derive from `Error`; see docs/python.md.
"""

from __future__ import annotations

import importlib
from typing import Any, List, NamedTuple

from . import _core
from ._compress import Compressed, compress, encode, inspect, report
from ._network import (
    Evaluation,
    Network,
    ValueInfo,
    calibrate,
    decode,
    evaluate,
    load_network,
    prune,
    quantize,
    train,
)
from ._progress import Event
from ._report import CurvePoint, Report
from ._session import LayerPlan, Session, load
from ._settings import SettingInfo, settings
from .errors import (
    BadInput,
    Cancelled,
    Error,
    GoalNotMet,
    InternalError,
    IoError,
    NoMemory,
    Unsupported,
    UsageError,
)

__version__: str = _core.version()


class Method(NamedTuple):
    """A published way to train a quantized network; `bits` are those it has by default."""

    name: str
    paper: str
    summary: str
    bits: str


def methods() -> List[Method]:
    """Every method that `train` and `quantize` know."""
    return [Method(*method) for method in _core.methods()]


def __getattr__(name: str) -> Any:
    # PyTorch is large, and most do without it.
    if name == "torch":
        return importlib.import_module(".torch", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "BadInput", "Cancelled", "Compressed", "CurvePoint", "Error", "Evaluation", "Event",
    "GoalNotMet", "InternalError", "IoError", "LayerPlan", "Method", "Network", "NoMemory",
    "Report", "Session", "SettingInfo", "Unsupported", "UsageError", "ValueInfo", "calibrate",
    "compress", "decode", "encode", "evaluate", "inspect", "load", "load_network", "methods",
    "prune", "quantize", "report", "settings", "train",
]  # fmt: skip
