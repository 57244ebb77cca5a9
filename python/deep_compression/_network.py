"""ONNX networks, and the stages that make one from another."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Tuple, Union

from . import _core
from ._arrays import Data, open_data, sample_spec
from ._progress import Progress, listener, log
from ._report import Report
from ._settings import Setting, documented, flags
from .errors import UsageError

__all__ = [
    "Network", "Model", "ValueInfo", "Evaluation", "load_network", "train", "prune", "quantize",
    "calibrate", "decode", "evaluate",
]


class SupportsSerialize(Protocol):
    """An onnx.ModelProto, or anything else that serializes to one."""

    def SerializeToString(self) -> bytes: ...


Model = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, "Network", SupportsSerialize]


class ValueInfo(NamedTuple):
    """An input or output. A dimension of -1 is open; dimension 0 is the batch."""

    name: str
    shape: Tuple[int, ...]
    dtype: str


class Network:
    """An ONNX network in memory, as a stage left it. It never changes.

    Every function that takes a model takes it, and so does whatever calls SerializeToString.
    `report` is what the stage did and measured, or None where the network was only read.
    """

    def __init__(self, core: "_core.Network", report: Optional[Report] = None) -> None:
        self._core = core
        self.report = report

    @property
    def name(self) -> str:
        return self._core.name

    @property
    def inputs(self) -> List[ValueInfo]:
        return [ValueInfo(n, tuple(s), t) for n, s, t in self._core.inputs]

    @property
    def outputs(self) -> List[ValueInfo]:
        return [ValueInfo(n, tuple(s), t) for n, s, t in self._core.outputs]

    @property
    def metadata(self) -> Dict[str, str]:
        """ONNX's metadata_props. Keys of this project's own begin with "dc."."""
        return self._core.metadata

    @property
    def float32_bytes(self) -> int:
        """Bytes of the float32 parameters that the outputs depend on."""
        return self._core.float32_bytes

    def weights(self) -> List[Dict[str, Any]]:
        """The weights that are pruned and quantized, in the order of their nodes.

        Each is a dict: `name`, `kind` ("conv", "fc"), `output_axis`, `values` (float32, the shape
        in the file), and of a quantized one `codes` (uint16, the same shape), `codebook` (float32,
        1-D), `scales` (float32, one per index of `scale_axis`, or None), `policy`, `bits`. Arrays
        are copies.
        """
        return _core.weights(self._core)

    def with_input(
        self,
        *,
        scale: Optional[float] = None,
        mean: Sequence[float] = (),
        deviation: Sequence[float] = (),
        layout: Optional[str] = None,
        channels: Optional[str] = None,
    ) -> "Network":
        """The same network, told how stored samples become inputs: (x * scale - mean) / deviation.

        Args:
            scale: by default 1/255 for bytes, 1 for floats.
            mean, deviation: one number per channel, or one for all.
            layout: how the network reads images, "nchw" or "nhwc".
            channels: "rgb" or "bgr".

        What is not given stays as the model says. Raises UsageError and BadInput for values that
        cannot be.
        """
        for value, allowed in ((layout, ("nchw", "nhwc")), (channels, ("rgb", "bgr"))):
            if value not in (None, *allowed):
                raise UsageError(f"'{value}' is none of {' and '.join(allowed)}", "with_input")
        return Network(
            self._core.with_input(
                scale,
                list(mean),
                list(deviation),
                None if layout is None else layout == "nhwc",
                None if channels is None else channels == "bgr",
            ),
            self.report,
        )

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the network as ONNX. A reader sees the old file or the new one, never half of it.

        Raises IoError, and UsageError for a network whose weights have no values yet.
        """
        if not self._core.is_initialized:
            raise UsageError("the model's weights have no values yet", self.name, "train it first")
        self._core.save(os.fspath(path))

    def SerializeToString(self) -> bytes:
        """The bytes of the ONNX file."""
        with tempfile.TemporaryDirectory(prefix="deep_compression-") as folder:
            path = os.path.join(folder, "model.onnx")
            self.save(path)
            return _core.read_file(path)

    def __repr__(self) -> str:
        return f"<deep_compression.Network '{self.name}', {self.float32_bytes:,} bytes of float32>"


def load_network(model: Model, *, input_shapes: Optional[Mapping[str, Sequence[int]]] = None) -> Network:
    """Reads a network.

    Args:
        model: the path of an ONNX file (or of ONNX text, .onnxtxt), its bytes, an onnx.ModelProto or
            anything else with SerializeToString, or a Network.
        input_shapes: dimensions that the model leaves open or only declares, by the input's name
            ("" stands for the only one); -1 leaves a dimension open.

    Raises IoError, BadInput for what is no ONNX model, Unsupported for what cannot be held.
    """
    shapes = []
    for name, shape in (input_shapes or {}).items():
        text = "x".join("N" if d < 0 else str(int(d)) for d in shape)
        shapes.append(f"{name}={text}" if name else text)
    if isinstance(model, Network) and not shapes:
        return model
    if isinstance(model, (str, os.PathLike)):
        core = _core.load_network(os.fspath(model), shapes)
    else:
        core = _core.parse_network(model_bytes(model), "the model", shapes)
    for note in core.notes:
        log.info("%s", note)
    return Network(core)


def model_bytes(model: Model) -> bytes:
    """The bytes of a model that is not a path; UsageError for what is none."""
    if isinstance(model, (bytes, bytearray, memoryview)):
        return bytes(model)
    serialize = getattr(model, "SerializeToString", None)
    if serialize is None:
        raise UsageError(
            f"a model of type {type(model).__name__}",
            "model",
            "give a path, bytes, an onnx.ModelProto or a Network",
        )
    return bytes(serialize())


def run_of(
    seed: int, threads: int, log_csv: Union[None, str, "os.PathLike[str]"], progress: Progress
) -> "_core.Run":
    if not 0 <= seed < 2**63 or not 0 <= threads <= 1024:
        raise UsageError("a seed or number of threads below 0 or too large", "seed, threads")
    return _core.Run(seed, threads, os.fspath(log_csv) if log_csv else "", listener(progress))


def _result(outcome: Tuple["_core.Network", Tuple[str, str]]) -> Network:
    return Network(outcome[0], Report(*outcome[1]))


@documented("train")
def train(
    model: Model,
    data: Data,
    *,
    method: str = "",
    bits: str = "",
    skip: str = "",
    method_options: str = "",
    seed: int = 1,
    threads: int = 0,
    log_csv: Union[None, str, "os.PathLike[str]"] = None,
    progress: Progress = None,
    **settings: Setting,
) -> Network:
    """Trains a network, as dc-train does. Zeros of a pruned model stay zero, a quantized one trains
    its codebooks.

    Args:
        model: see load_network. Weights of a text model begin with the seed.
        data: see compress.
        method, bits, skip, method_options: train a quantized network by a published method, as in
            method="bnn", bits="w=1,a=1"; `methods()` lists them.
        seed: of all randomness. threads: 0 is one per core; results do not depend on it.
        log_csv: a file that gets a row per epoch.
        progress: a function of an Event; True shows a bar, False nothing, None a bar where one can
            be seen (a terminal, a notebook).

    Returns the trained Network; its report has the test error. Raises UsageError for settings that
    do not fit, BadInput for data that do not fit the model; Ctrl-C ends it with KeyboardInterrupt.
    """
    return _result(
        _core.train(
            load_network(model)._core,
            flags("train", settings),
            _core.Method(method, bits, skip, method_options),
            _need(data, seed),
            run_of(seed, threads, log_csv, progress),
        )
    )


def _need(data: Optional[Data], seed: int) -> "_core.Data":
    opened = open_data(data, seed)
    if opened is None:
        raise UsageError("there is no data", "data", "give arrays (x, y) or a name")
    return opened


@documented("prune")
def prune(
    model: Model,
    *,
    data: Optional[Data] = None,
    calibrate: Any = None,
    seed: int = 1,
    threads: int = 0,
    log_csv: Union[None, str, "os.PathLike[str]"] = None,
    progress: Progress = None,
    **settings: Setting,
) -> Network:
    """Sets weights to zero and retrains the rest for `epochs` epochs (0: one shot, without data), as
    dc-prune does: prune(model, amounts={"fc": 0.08}, epochs=3, data=(x, y)).

    Args:
        model, data, seed, threads, log_csv, progress: see train.
        calibrate: samples without labels (N x ..., as the data) to prune by in place of training.

    Returns a plain Network whose zeros are its mask. Raises as train does.
    """
    return _stage("prune", model, data, calibrate, seed, threads, log_csv, progress, settings)


@documented("quantize")
def quantize(
    model: Model,
    *,
    data: Optional[Data] = None,
    calibrate: Any = None,
    seed: int = 1,
    threads: int = 0,
    log_csv: Union[None, str, "os.PathLike[str]"] = None,
    progress: Progress = None,
    **settings: Setting,
) -> Network:
    """Gives every weight a codebook and fine-tunes it for `epochs` epochs (0: without data), as
    dc-quantize does: quantize(pruned, bits={"conv": 8, "fc": 5}).

    Args:
        model, data, seed, threads, log_csv, progress: see train.
        calibrate: samples without labels (N x ..., as the data) to choose codebooks by.

    Returns a Network with codes and codebooks; exact zeros stay. Raises as train does.
    """
    return _stage("quantize", model, data, calibrate, seed, threads, log_csv, progress, settings)


def _stage(
    stage: str,
    model: Model,
    data: Optional[Data],
    calibrate: Any,
    seed: int,
    threads: int,
    log_csv: Union[None, str, "os.PathLike[str]"],
    progress: Progress,
    settings: Mapping[str, Setting],
) -> Network:
    function = _core.prune if stage == "prune" else _core.quantize
    network, values = load_network(model)._core, flags(stage, settings)
    if stage == "prune" and not {"amounts", "global_density"} & set(settings):
        raise UsageError(
            "nothing says how much to prune", "prune", 'give amounts={"conv": 0.5, "fc": 0.08}'
        )
    opened = open_data(data, seed)
    run = run_of(seed, threads, log_csv, progress)
    if calibrate is None:
        return _result(function(network, values, opened, run))
    with sample_spec(calibrate) as spec:
        return _result(function(network, [*values, ("calibrate", spec)], opened, run))


def calibrate(
    model: Model,
    samples: Any,
    *,
    density: Optional[float] = None,
    bits: Optional[Setting] = None,
    data: Optional[Data] = None,
    seed: int = 1,
    threads: int = 0,
    progress: Progress = None,
) -> Network:
    """Prunes and quantizes by samples in place of training: no labels are needed.

    Args:
        model, seed, threads, progress: see train.
        samples: N x ..., a few hundred, of the data's dtype (uint8 or floats); or a name
            ("npy:FILE", "fashion-mnist").
        density: the share of all weights to keep; None prunes nothing.
        bits: per layer, as in {"conv": 8, "fc": 5}, which is the default; 0 quantizes nothing.
        data: to measure errors by.

    Returns the Network. Raises as train does.
    """
    network = load_network(model)
    with sample_spec(samples) as spec:
        common: Dict[str, Any] = dict(data=open_data(data, seed), calibrate=spec, seed=seed)
        common.update(threads=threads, progress=progress)
        if density is not None:
            network = prune(network, criterion="global", global_density=density, **common)
        if bits != 0:
            choice: Dict[str, Any] = {} if bits is None else {"bits": bits}
            network = quantize(network, **choice, **common)
    return network


def decode(
    file: Union[str, "os.PathLike[str]", bytes], *, dialect: str = "gather", floats: bool = False
) -> Network:
    """The quantized network that a .dcz was made from, codes and centroids bit for bit.

    Args:
        file: the path of a .dcz, or its bytes.
        dialect: how quantizers are written: "gather" (codes and codebooks), "qcdq" or "qonnx".
        floats: plain float weights instead of codes and codebooks.

    Raises IoError, BadInput for a damaged file, UsageError for a dialect that there is not.
    """
    contents, name = file_bytes(file)
    return Network(_core.decode(contents, name, dialect, floats))


def file_bytes(file: Union[str, "os.PathLike[str]", bytes, bytearray, memoryview]) -> Tuple[bytes, str]:
    """The bytes of a .dcz, and what errors call it."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file), "the file"
    if isinstance(file, (str, os.PathLike)):
        return _core.read_file(os.fspath(file)), os.fspath(file)
    raise UsageError(f"a file of type {type(file).__name__}", "file", "give a path or bytes")


class Evaluation(NamedTuple):
    """Errors on so many test samples.

    error_percent       labels: the share of samples that are told wrong. Targets: the share of their
                        variance that the outputs leave unexplained, 100 (1 - R^2)
    top5_error_percent  None for targets
    loss                labels: mean cross entropy in nats, None for a .dcz. Targets:
                        mean_squared_error
    microseconds        of a .dcz, the median time per sample; None where it was not measured
    mean_squared_error  over samples and outputs; None for labels
    """

    samples: int
    error_percent: float
    top5_error_percent: Optional[float]
    loss: Optional[float] = None
    microseconds: Optional[float] = None
    mean_squared_error: Optional[float] = None


def evaluate(
    model: Model, data: Data, *, seed: int = 1, threads: int = 0, progress: Progress = None
) -> Evaluation:
    """The test error of an ONNX network, float or quantized. (Session.evaluate is that of a .dcz.)

    Args and errors are those of train; `seed` draws the test samples where `data` is one pair.
    """
    count, loss, error, top5, squared = _core.evaluate(
        load_network(model)._core, _need(data, seed), run_of(seed, threads, None, progress)
    )
    return Evaluation(count, error, top5, loss, None, squared)
