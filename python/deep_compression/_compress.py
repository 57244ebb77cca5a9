"""Compressed models, and the ways to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from typing import Any, List, Mapping, Optional, Union

from . import _core
from ._arrays import Data, open_data, sample_spec
from ._network import Model, Network, decode, file_bytes, load_network, model_bytes, run_of
from ._progress import Progress, listener
from ._report import CurvePoint, Report
from ._session import Session, load
from ._settings import Setting, documented, flags, text_of
from .errors import GoalNotMet, UsageError

__all__ = ["Compressed", "compress", "encode", "inspect", "report"]

Path = Union[str, "os.PathLike[str]"]


class Compressed:
    """A .dcz in memory.

    data    its bytes
    report  what was done and measured
    curve   the points of size and error that a search walked, in their order; else empty
    """

    def __init__(self, data: bytes, report: Report) -> None:
        self.data = data
        self.report = report

    @property
    def curve(self) -> List[CurvePoint]:
        return [
            CurvePoint(p["density"], p["lambda"], int(p["file_bytes"]), p["error_percent"])
            for p in self.report.get("curve", ())
        ]

    def save(self, path: Path) -> None:
        """Writes the file. A reader sees the old one or the new one, never half. Raises IoError."""
        _core.write_file(os.fspath(path), self.data)

    def load(self, **options: Any) -> Session:
        """The same as deep_compression.load(path, **options) after save(path)."""
        return load(self.data, **options)

    def decode(self) -> Network:
        """The quantized network that it was made from."""
        return decode(self.data)

    def __bytes__(self) -> bytes:
        return self.data

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        ratio = self.report.ratio
        return f"<deep_compression.Compressed, {len(self.data):,} bytes, ratio {ratio:.2f}x>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


@documented("encode")
def encode(
    model: Model, *, threads: int = 0, progress: Progress = None, **settings: Setting
) -> Compressed:
    """Writes a quantized network as a .dcz, as dc-encode does.

    Args:
        model, threads, progress: see train.

    Raises Unsupported or BadInput, with all reasons at once, for a model that cannot be encoded and
    executed.
    """
    data, texts = _core.encode(
        load_network(model)._core, flags("encode", settings), run_of(1, threads, None, progress)
    )
    return Compressed(data, Report(*texts))


def compress(
    model: Model,
    data: Optional[Data] = None,
    *,
    max_error_increase: Optional[float] = None,
    max_error: Optional[float] = None,
    target_bytes: Optional[int] = None,
    calibrate: Any = None,
    density: Optional[float] = None,
    settings: Optional[Mapping[str, Setting]] = None,
    held_out: int = 0,
    bisections: int = 3,
    directory: Optional[Path] = None,
    seed: Optional[int] = None,
    threads: int = 0,
    progress: Progress = None,
) -> Compressed:
    """The whole line, from a trained network to a .dcz, as dc-compress runs it.

        result = compress("model.onnx", data=(x, y), max_error_increase=0.1)
        result.save("model.dcz")

    With a budget it searches the smallest file within it, by pruning, retraining and quantizing at
    several densities: hours for a large network. Without one it does what the recipe says, or, for
    an ONNX model, quantizes by k-means.

    Args:
        model: a trained network, see load_network; or the path of a recipe (.textproto).
        data: what to train and measure with.
            (x, y): samples, uint8 or floats (N x features, N x H x W, N x C x H x W or
            N x H x W x C), and class numbers (N integers from 0 on) or, for a regression, targets
            (floats, N or N x the shape of an output). A tenth, drawn with the seed, becomes the
            test set.
            (x_train, y_train, x_test, y_test), or two pairs: with a test set of your own.
            A name: "fashion-mnist", "mnist:DIR", "idx:DIR", "cifar10:DIR" or "npz:FILE".
            How samples become inputs is what the model says (Network.with_input), else bytes are
            multiplied by 1/255 and floats are taken as they are.
        max_error_increase: budget in percentage points above the dense model's error.
        max_error: budget in percent of the samples, or of the targets' variance.
        target_bytes: budget of the whole file, with the least error. At most one of the three.
        calibrate: samples without labels to prune and quantize by, in place of training.
        density: keep this share of all weights (without a budget).
        settings: fields of the recipe by their paths, as in {"prune.retrain.epochs": 3}.
        held_out: training samples that measure the points of the curve; 0: a tenth.
        bisections: of the density, once a point fits and the next one does not.
        directory: keeps every file of the way; a run that was interrupted goes on from there. None:
            a temporary one.
        seed: of all randomness; None: the recipe's, or 1. threads: 0 is one per core.
        progress: see train.

    Raises GoalNotMet where the budget, or the recipe's goal, is missed: its `result` is what was
    reached, or None. UsageError for arguments that contradict each other; BadInput and Unsupported
    for a model that cannot be compressed, before any work. Ctrl-C ends it with KeyboardInterrupt.
    """
    budgets = (max_error_increase, max_error, target_bytes)
    search = any(budget is not None for budget in budgets)
    if search and (calibrate is not None or density is not None):
        raise UsageError(
            "the search for the smallest file trains, and finds its density",
            "calibrate, density",
            "leave them out, or the budget",
        )
    overrides = [f"{path}={text_of(value)}" for path, value in (settings or {}).items()]
    if seed is not None:
        overrides.append(f"seed={int(seed)}")
    if density is not None:
        overrides += ["prune.criterion=global", f"prune.global_density={float(density)!r}"]
    opened = open_data(data, 1 if seed is None else seed)
    with contextlib.ExitStack() as stack:
        if directory is None:
            folder = tempfile.mkdtemp(prefix="deep_compression-")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            folder = os.fspath(directory)
        path = _model_path(model, folder)
        if search:
            if opened is None:
                raise UsageError("the search trains, and there is no data", "data", "give (x, y)")
            outcome = _core.find_smallest(
                path, overrides, opened, folder, max_error, max_error_increase, target_bytes,
                held_out, bisections, 1 if seed is None else seed, threads, listener(progress),
            )  # fmt: skip
        else:
            spec = "" if calibrate is None else stack.enter_context(sample_spec(calibrate))
            outcome = _core.compress(
                path, overrides, spec, opened, folder, threads, listener(progress)
            )
        texts, missed = outcome
        result = Compressed(_core.read_file(os.path.join(folder, "model.dcz")), Report(*texts))
    if missed is not None:
        missed.result = result
        raise missed
    return result


def _model_path(model: Model, folder: str) -> str:
    """The path of `model`, which is model.onnx in `folder` for a model in memory."""
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model)
    contents = model_bytes(model)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    _core.write_file(path, contents)
    return path


def inspect(file: Union[Path, bytes], *, hex: bool = False, all: bool = False) -> str:
    """What a .dcz is made of: sections, tensors and how each is coded, nodes.

    Args:
        file: its path, or its bytes.
        hex: every byte, and the field that it belongs to, instead.
        all: with `hex`, long fields in full.

    Raises BadInput for a damaged file; its `text` is the file as far as it could be understood.
    """
    contents, name = file_bytes(file)
    return _core.inspect(contents, name, hex, all)


def report(file: Union[Path, bytes]) -> Report:
    """Where the bytes of a .dcz went: layers, parts, ratio. Raises BadInput for a damaged file."""
    contents, name = file_bytes(file)
    return Report(*_core.report(contents, name))
