"""One rule for every array that comes in: numbers keep their meaning, or are refused.

Strides, byte order and memory order do not matter. Booleans, integers and floats are numbers;
anything else is refused. Where floats are read, float64 is rounded to float32 (a finite number that
would become infinite is refused), and integers must be exact as float32. Where integers or booleans
are read, floats are refused. A float32 array in C order is read where it lies, without a copy.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import Any, Iterator, Optional, Tuple, Union

import numpy as np

from . import _core
from .errors import UsageError

# ONNX's numbers of element types that are no floats, as NumPy calls them.
INTEGERS = {2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool"}
_TEST_SHARE = 10  # one of so many samples is for the test where no test set is given

Data = Union[str, "_core.Data", Tuple[Any, ...]]


def as_array(values: Any, where: str) -> np.ndarray:
    """`values` as an array of numbers; `UsageError` for anything else."""
    if isinstance(values, np.ma.MaskedArray):
        raise UsageError("a masked array", where, "fill it first: .filled(...)")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(f"no array: {error}", where, "give an array of numbers") from error
    if array.dtype.kind not in "biuf":
        raise UsageError(
            f"an array of {array.dtype}", where, "give booleans, integers or floats"
        )
    return array


def as_float32(values: Any, where: str, onnx_type: int = 1) -> np.ndarray:
    """`values` as float32 in C order, for an input of ONNX's element type `onnx_type`."""
    array = as_array(values, where)
    wanted = INTEGERS.get(onnx_type)
    if wanted is not None and array.dtype.kind == "f":
        raise UsageError(
            f"an array of {array.dtype} for an input of {wanted}", where, f"use .astype({wanted!r})"
        )
    with np.errstate(over="ignore"):
        floats = np.require(array, np.float32, ["C_CONTIGUOUS", "ALIGNED"])
    if array.dtype.kind in "iu" and array.dtype.itemsize > 2:
        with np.errstate(invalid="ignore"):
            exact = np.array_equal(floats.astype(array.dtype), array)
        if not exact:
            raise UsageError(
                "an integer that float32 cannot hold", where, "integers up to 16,777,216 are exact"
            )
    elif array.dtype.kind == "f" and array.dtype.itemsize > 4:
        if np.any(np.isinf(floats) & np.isfinite(array)):
            raise UsageError(
                "a number beyond the range of float32", where, "scale the array first"
            )
    return floats


def _samples(values: Any, where: str) -> np.ndarray:
    """Samples as the library reads them: uint8 or floats, in C order and little-endian."""
    array = as_array(values, where)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))


def _split(data: Tuple[Any, ...], seed: int) -> Tuple[Any, ...]:
    """x_train, y_train, x_test and y_test from what a user gives."""
    if len(data) == 2 and isinstance(data[0], tuple) and isinstance(data[1], tuple):
        data = data[0] + data[1]  # as Keras's load_data() returns them
    if len(data) == 4:
        return data
    if len(data) != 2:
        raise UsageError(
            f"data of {len(data)} parts", "data", "give (x, y) or (x_train, y_train, x_test, y_test)"
        )
    x, y = as_array(data[0], "data, x"), as_array(data[1], "data, y")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise UsageError(
            f"{len(y) if y.ndim else 1} labels or targets for {len(x) if x.ndim else 0} samples",
            "data",
            "give every sample one label or target",
        )
    if len(x) < 2:
        raise UsageError("too few samples for a test set", "data", "give two or more")
    order = np.random.default_rng(seed).permutation(len(x))
    held = max(1, len(x) // _TEST_SHARE)
    test, train = np.sort(order[:held]), np.sort(order[held:])
    return x[train], y[train], x[test], y[test]


def open_data(data: Optional[Data], seed: int = 1) -> Optional["_core.Data"]:
    """The dataset that `data` stands for: see `compress`."""
    if data is None or isinstance(data, _core.Data):
        return data
    if isinstance(data, (str, os.PathLike)):
        return _core.open_data(os.fspath(data), "")
    if not isinstance(data, (tuple, list)):
        raise UsageError(
            f"data of type {type(data).__name__}", "data", "give arrays (x, y) or a name"
        )
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = {n: _samples(a, f"data, {n}") for n, a in zip(names, _split(tuple(data), seed))}
    with tempfile.TemporaryDirectory(prefix="deep_compression-") as folder:
        path = os.path.join(folder, "data.npz")
        np.savez(path, **arrays)
        return _core.open_data("npz:" + path, "arrays")


@contextlib.contextmanager
def sample_spec(samples: Any) -> Iterator[str]:
    """What the library calls `samples`: a name, or arrays in a file that lives meanwhile."""
    if isinstance(samples, (str, os.PathLike)):
        yield os.fspath(samples)
        return
    array = _samples(samples, "samples")
    with tempfile.TemporaryDirectory(prefix="deep_compression-") as folder:
        path = os.path.join(folder, "samples.npy")
        np.save(path, array)
        yield "npy:" + path
