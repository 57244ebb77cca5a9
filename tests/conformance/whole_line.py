#!/usr/bin/env python3
"""Whole ONNX models through the whole line, beside ONNX Runtime.

Each model goes through dc-prune, dc-quantize and dc-encode (no training), and once more without
dc-prune. What dc-run makes of the .dcz, at batches of 1 and 3 random samples, is compared with what
ONNX Runtime makes of quantized.onnx, output by output: the largest difference over the largest
value, at most 1e-4. A model whose first dimension is fixed is run by ONNX Runtime sample by sample.

    tests/conformance/whole_line.py build/tools MODEL.onnx[:NAME=1x3x224x224]...
"""

import argparse
import pathlib
import re
import sys
import tempfile

import numpy
import onnx
import onnxruntime_peer
from tool_runner import Crashed, Refused, ToolRunner

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-4
SEED = 1


def open_shapes(model, given):
    """The inputs' shapes by name: given ones, else the model's. An open first dimension is None, other open ones
    are 1."""
    constants = {t.name for t in model.graph.initializer}
    shapes = {}
    for value in model.graph.input:
        if value.name in constants:
            continue
        dims = [d.dim_value or None for d in value.type.tensor_type.shape.dim]
        if value.name in given:
            dims = dims[:1] + given[value.name][1:]
        shapes[value.name] = dims[:1] + [d or 1 for d in dims[1:]]
    return shapes


class OnnxRuntime:
    """onnxruntime-node in a child process for each run."""

    def __init__(self, peer, folder):
        self.peer, self.folder = peer, folder / "peer"
        self.folder.mkdir()

    def run(self, model, arrays):
        (outputs,) = onnxruntime_peer.run([(model, arrays)], self.peer, self.folder)
        if isinstance(outputs, str):
            raise RuntimeError("ONNX Runtime: " + outputs)
        return outputs

    def samples(self, model, arrays, fixed):
        """Of a model with a fixed first dimension: the samples one by one, joined."""
        if not fixed:
            return self.run(model, arrays)
        count = len(next(iter(arrays.values())))
        runs = [self.run(model, {n: a[i : i + 1] for n, a in arrays.items()}) for i in range(count)]
        return {name: numpy.concatenate([r[name] for r in runs]) for name in runs[0]}


def compress(runner, source, shapes, prune):
    """Paths of quantized.onnx and of the .dcz."""
    options = []
    for name, dims in shapes.items():
        options += ["--input-shape", f"{name}={'x'.join(map(str, dims))}"]
    here = source
    if prune:
        pruned = runner.folder / "pruned.onnx"
        runner.call("dc-prune", here, *options, "--amounts", "*=0.4", "-o", pruned)
        here = pruned
    quantized, file = runner.folder / "quantized.onnx", runner.folder / "model.dcz"
    runner.call("dc-quantize", here, *options, "--bits", "*=8", "-o", quantized)
    runner.call("dc-encode", quantized, *options, "--keep-names", "-o", file)
    return quantized, file


def random_values(random, element_type, shape):
    """Normal numbers, or whole ones below 4, which are words of any vocabulary."""
    kind = onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[element_type]
    if numpy.issubdtype(kind, numpy.floating):
        return random.standard_normal(shape).astype(kind)
    return random.integers(0, 4, shape).astype(kind)


def compare(runner, peer, source, given, prune):
    """The largest relative difference of any output at any batch."""
    quantized, file = compress(runner, source, given, prune)
    model = onnx.load(quantized)
    random = numpy.random.default_rng(SEED)
    types = {value.name: value.type.tensor_type.elem_type for value in model.graph.input}
    worst = 0.0
    for batch in (1, 3):
        shapes = open_shapes(model, given)
        arrays = {name: random_values(random, types[name], [batch, *dims[1:]]) for name, dims in shapes.items()}
        fixed = batch > 1 and any(dims[0] for dims in shapes.values())
        wanted = peer.samples(quantized, arrays, fixed)
        mine = runner.outputs(file, arrays, wanted)
        for (name, theirs), ours in zip(wanted.items(), mine):
            if ours.size != theirs.size:
                raise RuntimeError(f"{name}: shape {ours.shape} in place of {theirs.shape} at batch {batch}")
            difference = numpy.abs(ours.reshape(theirs.shape) - theirs)
            worst = max(worst, float(difference.max() / max(1e-6, numpy.abs(theirs).max())))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=pathlib.Path, help="folder of the built tools")
    parser.add_argument("models", nargs="+", metavar="MODEL[:NAME=SHAPE]", help="with shapes for inputs left open")
    parser.add_argument("--peer", type=pathlib.Path, default=HERE.parents[1] / "build" / "peer",
                        help="folder whose node_modules has onnxruntime-node")
    options = parser.parse_args()
    onnxruntime_peer.install(options.peer)
    bad = 0
    for text in options.models:
        path, *shapes = text.split(":")
        given = {s.split("=")[0]: [int(d) for d in re.split("x", s.split("=")[1])] for s in shapes}
        for prune in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                runner = ToolRunner(options.tools, pathlib.Path(folder))
                peer = OnnxRuntime(options.peer, runner.folder)
                try:
                    worst = compare(runner, peer, pathlib.Path(path), given, prune)
                    verdict = f"{'right' if worst <= TOLERANCE else 'WRONG'}, differs by {worst:.1e}"
                    bad += worst > TOLERANCE
                except Refused as refusal:
                    verdict = f"refused: {refusal}"
                except (Crashed, RuntimeError) as error:
                    verdict = f"WRONG: {error}"
                    bad += 1
            print(f"{pathlib.Path(path).name} {'pruned' if prune else 'dense'}: {verdict}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
