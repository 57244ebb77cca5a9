"""Masks, codebooks and quantizers on one's own PyTorch modules.

    dc.torch.constrain(module, "quantized.onnx")
    ...                                    # one's own training loop
    network = dc.torch.export(module, example)
    dc.encode(network).save("model.dcz")

`constrain` puts what pruning and quantization decided on the weights as parametrizations
(torch.nn.utils.parametrize): the optimizer sees what may be trained, forward sees weights that keep
the decision, bit for bit, at every step.

    pruned weights        Mask       trains the weight; what was pruned is an exact zero
    k-means codebooks     Codebook   trains the shared values; codes stay, and so does the zero
    other codebooks       Grid       trains latent weights; each becomes the nearest value of the grid
"""

from __future__ import annotations

import copy
import io
import warnings
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from . import _core
from ._network import Model, Network, load_network
from ._torch_rules import Codebook, Grid, Mask
from .errors import BadInput, Unsupported, UsageError

__all__ = ["Codebook", "Grid", "Mask", "constrain", "export", "release"]

# Quantizers of activations, which are no parameters of a module.
_VALUE_QUANTIZERS = {"UniformQuantize", "BinaryQuantize"}
_METADATA = "_deep_compression_metadata"  # attribute of a constrained module
_KEPT_METADATA = ("dc.input.", "dc.baseline_bytes", "dc.history")


class _Place(NamedTuple):
    """A parameter, or what stands for it where it is parametrized."""

    module: nn.Module
    attribute: str

    @property
    def value(self) -> Tensor:
        value: Tensor = getattr(self.module, self.attribute)
        return value

    @property
    def parametrizations(self) -> Any:
        """Those of the parameter; it must have some."""
        return self.module.parametrizations[self.attribute]  # type: ignore[index]


def _places(module: nn.Module) -> Dict[str, _Place]:
    """Every parameter by its name, parametrized ones by the name that they have without."""
    places: Dict[str, _Place] = {}
    seen: Dict[int, str] = {}
    for prefix, part in module.named_modules():
        if "parametrizations" in prefix.split("."):
            continue
        names = [name for name, value in part._parameters.items() if value is not None]
        for name in names:
            full = f"{prefix}.{name}" if prefix else name
            other = seen.setdefault(id(part._parameters[name]), full)
            if other != full:
                raise Unsupported(
                    f"'{full}' and '{other}' are one parameter", "module", "give each its own"
                )
            places[full] = _Place(part, name)
        if parametrize.is_parametrized(part):
            for name in part.parametrizations:
                places[f"{prefix}.{name}" if prefix else name] = _Place(part, name)
    return places


def _is_ours(place: _Place) -> bool:
    if not parametrize.is_parametrized(place.module, place.attribute):
        return False
    return isinstance(place.parametrizations[0], (Mask, Codebook, Grid))


def _matrix_is_turned(place: _Place, weight: Mapping[str, Any]) -> bool:
    """Whether the file has the transpose of a Linear's weight."""
    return isinstance(place.module, nn.Linear) and weight["output_axis"] == 1


def constrain(
    module: nn.Module, model: Model, *, names: Optional[Mapping[str, str]] = None
) -> nn.Module:
    """Makes `module` keep what pruning and quantization decided in `model`.

    The module then computes what the file does: weights, biases and batch-norm statistics are taken
    from it. Masks, codebooks and quantizers are put on its weights as parametrizations, in place of
    those of an earlier call. Build the optimizer afterwards: what is trained has changed.

    Args:
        module: on the CPU, float32. Parameters are found by their names in the file, as
            torch.onnx.export writes them.
        model: pruned.onnx or quantized.onnx, see load_network.
        names: the module's name for a tensor of the file that is called otherwise.

    Returns `module`. Raises BadInput where a parameter and the file do not fit, Unsupported for a
    model with quantizers of activations; `module` is then unchanged.
    """
    network = load_network(model)
    found = _VALUE_QUANTIZERS & network._core.operators
    if found:
        raise Unsupported(
            "the model quantizes activations, which are no parameters of a module",
            "constrain",
            "fine-tune it with train, or quantize weights alone",
        )
    called = dict(names or {})
    places = _places(module)
    weights = {called.get(w["name"], w["name"]): w for w in network.weights()}
    constants = {called.get(n, n): v for n, v in _core.constants(network._core).items()}
    values = _values_for(places, weights, constants)
    pruned = "prune" in network.metadata.get("dc.history", "")
    with torch.no_grad():
        for name, place in places.items():
            if _is_ours(place):
                parametrize.remove_parametrizations(place.module, place.attribute)
            place.value.copy_(values[name])
            if name in weights:
                _register(place, weights[name], values[name], pruned)
        for name, buffer in module.named_buffers():
            if name in constants and buffer.dtype.is_floating_point:
                buffer.copy_(torch.from_numpy(constants[name]))
    kept = {k: v for k, v in network.metadata.items() if k.startswith(_KEPT_METADATA)}
    setattr(module, _METADATA, kept)
    return module


def _values_for(
    places: Mapping[str, _Place],
    weights: Mapping[str, Mapping[str, Any]],
    constants: Mapping[str, np.ndarray],
) -> Dict[str, Tensor]:
    """The file's value of every parameter, in the parameter's shape; BadInput where one is missing."""
    homeless = sorted(set(weights) - set(places))
    if homeless:
        raise BadInput(
            "the module has no parameter '" + "', '".join(homeless) + "'",
            "constrain",
            "say what it is called with names={FILE: MODULE}",
        )
    values = {}
    for name, place in places.items():
        if name in weights:
            value = weights[name]["values"]
            value = value.T if _matrix_is_turned(place, weights[name]) else value
        elif name in constants:
            value = constants[name]
        else:
            raise BadInput(
                f"the model has no tensor '{name}'", "constrain", "say it with names={FILE: MODULE}"
            )
        if tuple(value.shape) != tuple(place.value.shape):
            raise BadInput(
                f"'{name}' is {tuple(place.value.shape)} in the module and {value.shape} in the file",
                "constrain",
                "constrain the module that the file was exported from",
            )
        if place.value.dtype != torch.float32 or place.value.device.type != "cpu":
            raise Unsupported(
                f"'{name}' is {place.value.dtype} on {place.value.device}",
                "constrain",
                "use float32 on the CPU",
            )
        values[name] = torch.from_numpy(np.ascontiguousarray(value))
    return values


def _register(place: _Place, weight: Mapping[str, Any], value: Tensor, pruned: bool) -> None:
    """Puts the rule of one weight on its parameter, which holds `value`."""
    kept = value != 0
    if "codes" not in weight:
        if not bool(kept.all()):
            parametrize.register_parametrization(place.module, place.attribute, Mask(kept))
        return
    codebook = torch.from_numpy(weight["codebook"])
    policy, bits, scales = weight["policy"], weight["bits"], weight["scales"]
    turned = _matrix_is_turned(place, weight)
    if scales is None and policy in ("", "kmeans"):
        codes = weight["codes"].T if turned else weight["codes"]
        rule: nn.Module = Codebook(
            torch.from_numpy(np.ascontiguousarray(codes).astype(np.int32)), codebook, policy, bits
        )
        trained = rule.first
    else:
        axis = weight["scale_axis"]
        rule = Grid(
            codebook,
            None if scales is None else torch.from_numpy(scales),
            1 - axis if turned else axis,
            kept if pruned else None,
            policy,
            bits,
        )
        trained = value
    parametrize.register_parametrization(place.module, place.attribute, rule, unsafe=True)
    place.parametrizations.original.copy_(trained)


def release(module: nn.Module) -> nn.Module:
    """Takes the parametrizations of `constrain` off; weights keep the values that they have."""
    for place in _places(module).values():
        if _is_ours(place):
            parametrize.remove_parametrizations(place.module, place.attribute)
    return module


def export(
    module: nn.Module,
    example: Any,
    *,
    input_names: Sequence[str] = ("input",),
    output_names: Optional[Sequence[str]] = None,
    opset_version: int = 13,
) -> Network:
    """The ONNX network of a constrained module, codebooks included, as `encode` takes it.

    Args:
        module: as constrain left it, or trained since; a DistributedDataParallel is looked through.
            It is exported as it evaluates (eval()), and does not change.
        example: a Tensor of inputs, or a tuple of them; dimension 0 is the batch.
        input_names, output_names: of the network; outputs are called "output" or "output_0", ...

    Returns a Network: save it, or hand it to encode. Raises UsageError for a module that is not
    constrained, Unsupported and BadInput for what ONNX or this package cannot hold.
    """
    if isinstance(module, nn.parallel.DistributedDataParallel):
        module = module.module
    if not hasattr(module, _METADATA):
        raise UsageError("the module is not constrained", "export", "call constrain first")
    rules = _rules(module)
    plain = _plain(module).eval()
    arguments = example if isinstance(example, tuple) else (example,)
    network = load_network(_onnx(plain, arguments, input_names, output_names, opset_version))
    for name, rule in rules.items():
        value = _places(plain)[name].value.detach().numpy()
        network = _with_codebook(network, name, value, rule)
    return Network(network._core.with_metadata(dict(getattr(module, _METADATA))))


def _plain(module: nn.Module) -> nn.Module:
    """A copy without parametrizations, whose weights are what they are now."""
    plain = copy.deepcopy(module)
    for (_, part), (_, source) in zip(list(plain.named_modules()), list(module.named_modules())):
        if not parametrize.is_parametrized(source):
            continue
        values = {name: getattr(source, name).detach().clone() for name in source.parametrizations}
        # The copy shares the class that parametrize made for the original: it may not be changed.
        part.__class__ = type(source).__bases__[0]
        del part.parametrizations
        for name, value in values.items():
            part.register_parameter(name, nn.Parameter(value))
    return plain


def _rules(module: nn.Module) -> Dict[str, Dict[str, Any]]:
    """Codes and codebook of every parameter that has one."""
    result = {}
    for name, place in _places(module).items():
        if not _is_ours(place):
            continue
        rule = place.parametrizations[0]
        if isinstance(rule, (Codebook, Grid)):
            entry = rule.quantized(place.parametrizations.original)
            entry.update(policy=rule.policy, bits=rule.bits)
            result[name] = entry
    return result


def _onnx(
    plain: nn.Module,
    arguments: Tuple[Any, ...],
    input_names: Sequence[str],
    output_names: Optional[Sequence[str]],
    opset_version: int,
) -> bytes:
    """What torch.onnx writes; layers are not merged, so that weights keep names and values."""
    if len(input_names) != len(arguments):
        raise UsageError(
            f"{len(input_names)} names for {len(arguments)} inputs", "input_names", "name each input"
        )
    with torch.no_grad():
        results = plain(*arguments)
    count = len(results) if isinstance(results, (list, tuple)) else 1
    if output_names is None:
        output_names = ["output"] if count == 1 else [f"output_{i}" for i in range(count)]
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            plain,
            arguments,
            buffer,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_axes={name: {0: "N"} for name in (*input_names, *output_names)},
            opset_version=opset_version,
        )
    return buffer.getvalue()


def _with_codebook(
    network: Network, name: str, value: np.ndarray, rule: Mapping[str, Any]
) -> Network:
    """`network` with the weight `name`, whose values are `value`, as codes into its codebook."""

    def holds(weight: Mapping[str, Any], array: np.ndarray) -> bool:
        return weight["values"].shape == array.shape and np.array_equal(weight["values"], array)

    weights = network.weights()
    weights.sort(key=lambda w: w["name"] != name)  # names change where layers are rewritten
    codes, axis = rule["codes"], rule["scale_axis"]
    for weight in weights:
        turned = value.ndim == 2 and not holds(weight, value) and holds(weight, value.T)
        if not turned and not holds(weight, value):
            continue
        scales = rule["scales"]
        return Network(
            _core.with_quantized(
                network._core,
                weight["name"],
                np.ascontiguousarray(codes.T if turned else codes).astype(np.uint16),
                rule["codebook"],
                np.zeros(0, np.float32) if scales is None else scales,
                1 - axis if turned else axis,
                rule["policy"],
                rule["bits"],
            )
        )
    raise Unsupported(
        f"the exported network has no weight with the values of '{name}'",
        "export",
        "use it as the weight of a convolution or linear layer",
    )
