"""The runtime: a loaded .dcz, executed from its compressed weights."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from ._arrays import INTEGERS, Data, as_float32
from ._network import Evaluation, ValueInfo, _need, file_bytes
from ._progress import Progress, listener
from .errors import UsageError

__all__ = ["Session", "LayerPlan", "load"]

_BATCH = 64  # samples that go through the network together


class LayerPlan(NamedTuple):
    """How one layer is executed; resident_bytes are those of its weight in memory."""

    name: str
    op: str
    form: str
    kernel: str
    reason: str
    weights: int
    survivors: int
    resident_bytes: int


def _values(values: Sequence[Tuple[str, Sequence[int], int]], what: str) -> List[ValueInfo]:
    """What people call inputs and outputs: where the file keeps no names, "input", or "input_0"."""
    result = []
    for i, (name, shape, onnx_type) in enumerate(values):
        fallback = what if len(values) == 1 else f"{what}_{i}"
        dtype = INTEGERS.get(onnx_type, "float32")
        result.append(ValueInfo(name or fallback, tuple(shape), dtype))
    return result


class Session:
    """A loaded .dcz. Any number of threads may run it at once; none holds Python's lock meanwhile."""

    def __init__(self, core: "_core.Session") -> None:
        self._core = core
        self._types = [onnx_type for _, _, onnx_type in core.inputs]
        self._has_names = any(name for name, _, _ in core.inputs)
        self.inputs: List[ValueInfo] = _values(core.inputs, "input")
        self.outputs: List[ValueInfo] = _values(core.outputs, "output")

    @property
    def plan(self) -> List[LayerPlan]:
        """How each layer is executed."""
        return [LayerPlan(*layer) for layer in self._core.plan]

    def run(
        self,
        inputs: Union[Mapping[str, Any], Sequence[Any], np.ndarray],
        outputs: Optional[Sequence[str]] = None,
    ) -> Dict[str, np.ndarray]:
        """Runs the network on arrays of samples, as it reads them: nothing is scaled.

        Args:
            inputs: an array by each input's name; or a list of arrays in the order of `inputs`; or,
                for a network with one input, the array. An array has the input's shape with the
                number of samples for -1; one sample may go without its batch dimension, and then
                is a batch of 1. A .dcz usually keeps no names: its only input takes any.
            outputs: names of those that are wanted; None: all of them.

        A float32 array in C order is read where it lies. Others are converted: float64 is rounded,
        integers must be exact as float32; see docs/python.md.

        Returns an array by each output's name. Raises UsageError for inputs that are missing or
        cannot be meant, BadInput for shapes that do not fit. Ctrl-C ends it between batches.
        """
        arrays, names = self._in_order(inputs)
        floats = [
            as_float32(array, f'input "{name}"', onnx_type)
            for array, name, onnx_type in zip(arrays, names, self._types)
        ]
        known = [value.name for value in self.outputs]
        for name in outputs if outputs is not None else ():
            if name not in known:
                raise UsageError(
                    f'there is no output "{name}"', "outputs", "there are " + ", ".join(known)
                )
        wanted = [outputs is None or name in outputs for name in known]
        wheres = [f'input "{name}"' for name in names]
        results = self._core.run(floats, wheres, wanted, _BATCH)
        return {
            value.name: array.astype(value.dtype, copy=False)
            for value, array in zip(self.outputs, results)
            if array is not None
        }

    def __call__(self, *inputs: Any) -> np.ndarray:
        """The first output for these arrays, one per input in their order; see run."""
        first = self.outputs[0].name
        return self.run(list(inputs), [first])[first]

    def _in_order(self, inputs: Any) -> Tuple[List[Any], List[str]]:
        names = [value.name for value in self.inputs]
        if isinstance(inputs, Mapping):
            if len(inputs) == len(names) == 1 and not self._has_names:
                return list(inputs.values()), list(inputs)
            unknown = [str(name) for name in inputs if name not in names]
            missing = [name for name in names if name not in inputs]
            if unknown or missing:
                raise UsageError(
                    "inputs that there are not: " + ", ".join(unknown)
                    if unknown
                    else "no array for " + ", ".join(missing),
                    "inputs",
                    "give " + ", ".join(names),
                )
            return [inputs[name] for name in names], names
        arrays = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if isinstance(inputs, (list, tuple)) and len(names) == 1 and len(arrays) != 1:
            arrays = [inputs]  # numbers of the only input, as NumPy reads nested lists
        if len(arrays) != len(names):
            raise UsageError(
                f"{len(arrays)} arrays for {len(names)} inputs", "inputs", "give " + ", ".join(names)
            )
        return arrays, names

    def evaluate(
        self,
        data: Data,
        *,
        batch: int = _BATCH,
        logits: str = "",
        seed: int = 1,
        progress: Progress = None,
    ) -> Evaluation:
        """The error on the test samples of `data` (see compress), read as the file says.

        Args:
            batch: samples at a time. logits: the output with the classes or targets, where
                there are several.

        Raises BadInput where data and network do not fit.
        """
        if batch < 1:
            raise UsageError(f"a batch of {batch}", "batch", "give 1 or more")
        count, error, top5, squared, microseconds = self._core.evaluate(
            _need(data, seed), batch, logits, listener(progress)
        )
        return Evaluation(count, error, top5, squared, microseconds or None, squared)

    def __repr__(self) -> str:
        values = ", ".join(f"{v.name} {v.shape}" for v in self.inputs)
        return f"<deep_compression.Session of {values}>"


def load(
    file: Union[str, "os.PathLike[str]", bytes],
    *,
    threads: int = 1,
    memory_limit: int = 0,
    reference: bool = False,
    int8_activations: Optional[bool] = None,
) -> Session:
    """Loads a .dcz to run it: load("model.dcz").run({"x": array}).

    Args:
        file: its path, or its bytes.
        threads: of one run; 0: one per core.
        memory_limit: most bytes for weights and activations; 0: any number.
        reference: plain loops instead of SIMD kernels.
        int8_activations: sparse fully connected layers of at most 16 centroids may round the inputs of a
            single sample to 8 bits, where that is faster; evaluate(batch=1) says what it costs. None: where the file says so.

    Raises IoError, BadInput for a damaged file, Unsupported for what this version does not cover,
    NoMemory beyond the limit.
    """
    if threads < 0 or memory_limit < 0:
        raise UsageError("a number below 0", "threads, memory_limit", "give 0 or more")
    contents, name = file_bytes(file)
    return Session(_core.load(contents, name, threads, memory_limit, reference, int8_activations))
