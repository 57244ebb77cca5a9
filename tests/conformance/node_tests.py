#!/usr/bin/env python3
"""ONNX's own tests of operators, through dc-encode and dc-run.

Every test of a folder of ONNX's backend tests (Debian's libonnx-testdata, .../data/node) whose
inputs and outputs are plain tensors and whose opset is 7 to 21 is encoded, run and compared with
the outputs beside it. Inputs that are not float32 (shapes, axes, indices) become constants, as they
are in the files of exporters; where the model is refused so, the test is tried again with all inputs
but the first as constants, which is what weights are. Prints a line per test that is wrong, and how
many are right, wrong and refused, with the reasons.

    tests/conformance/node_tests.py build/tools /usr/share/libonnx-testdata/data/node
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile

import numpy
import onnx
from onnx import numpy_helper
from tool_runner import Crashed, Refused, ToolRunner

OPSETS = range(7, 22)
# As ONNX's own runner compares.
RELATIVE, ABSOLUTE = 1e-3, 1e-7


def tensor(path):
    """The array of a TensorProto's file, or None for what is no tensor (a sequence, an optional)."""
    message = onnx.TensorProto()
    try:
        message.ParseFromString(path.read_bytes())
        return numpy_helper.to_array(message)
    except Exception:
        return None


def is_plain(model):
    """Whether the model's interface is tensors of float32 in part, in a standard opset."""
    domains = {o.domain or "ai.onnx": o.version for o in model.opset_import}
    if set(domains) != {"ai.onnx"} or domains["ai.onnx"] not in OPSETS:
        return False
    values = list(model.graph.input) + list(model.graph.output)
    if any(v.type.WhichOneof("value") != "tensor_type" for v in values):
        return False
    wide = {onnx.TensorProto.FLOAT, onnx.TensorProto.INT64, onnx.TensorProto.INT32, onnx.TensorProto.BOOL}
    types = [v.type.tensor_type.elem_type for v in values]
    floats = {v.type.tensor_type.elem_type for v in model.graph.input}
    return set(types) <= wide and onnx.TensorProto.FLOAT in floats


def with_constants(model, arrays, names):
    """The model with the named inputs as initializers."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    kept = [v for v in result.graph.input if v.name not in names]
    del result.graph.input[:]
    result.graph.input.extend(kept)
    result.graph.initializer.extend(numpy_helper.from_array(arrays[n], n) for n in names)
    return result


def outputs_of(model, arrays, runner):
    """What the tools make of it; raises what the runner raises."""
    source, file = runner.folder / "model.onnx", runner.folder / "model.dcz"
    source.write_bytes(model.SerializeToString())
    runner.call("dc-encode", source, "--keep-names", "-o", file)
    constants = {t.name for t in model.graph.initializer}
    inputs = {v.name: arrays[v.name] for v in model.graph.input if v.name not in constants}
    return runner.outputs(file, inputs, [v.name for v in model.graph.output])


def difference(outputs, wanted):
    """What is wrong with them, or None."""
    for mine, theirs in zip(outputs, wanted):
        if mine.shape != theirs.shape:
            return f"shape {mine.shape} in place of {theirs.shape}"
        if not numpy.allclose(mine.astype(numpy.float64), theirs.astype(numpy.float64), rtol=RELATIVE,
                              atol=max(ABSOLUTE, 1e-6 * float(numpy.abs(theirs).max(initial=0))), equal_nan=True):
            return f"values differ by {numpy.nanmax(numpy.abs(mine.astype(float) - theirs.astype(float))):.3g}"
    return None


def judge(runner, test):
    """("right" | "wrong" | "refused" | "skipped", what to say)."""
    try:
        model = onnx.load(test / "model.onnx")
    except Exception:
        return "skipped", ""
    if not is_plain(model):
        return "skipped", ""
    data = test / "test_data_set_0"
    constants = {t.name for t in model.graph.initializer}
    # An optional input that is left out has no name and no array.
    given = [v for v in model.graph.input if v.name not in constants]
    arrays = {v.name: tensor(data / f"input_{i}.pb") for i, v in enumerate(given)}
    wanted = [tensor(data / f"output_{i}.pb") for i in range(len(model.graph.output))]
    if any(a is None for a in arrays.values()) or any(a is None for a in wanted) or not given:
        return "skipped", ""
    floats = [v.name for v in given if arrays[v.name].dtype == numpy.float32]
    if not floats:
        return "skipped", ""
    reason = None
    for kept in dict.fromkeys((tuple(floats), tuple(floats[:1]))):
        names = [v.name for v in given if v.name not in kept]
        try:
            outputs = outputs_of(with_constants(model, arrays, names), arrays, runner)
        except Refused as refusal:
            reason = reason or str(refusal)
            continue
        except Crashed as crash:
            return "wrong", str(crash)
        wrong = difference(outputs, wanted)
        return ("wrong", wrong) if wrong else ("right", "")
    return "refused", reason


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=pathlib.Path, help="folder of the built tools")
    parser.add_argument("tests", type=pathlib.Path, help="folder of tests, each a folder with model.onnx")
    parser.add_argument("--only", default="", help="regular expression that names must match")
    parser.add_argument("--refused", action="store_true", help="print a line per refused test, too")
    options = parser.parse_args()
    counts, reasons = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        runner = ToolRunner(options.tools, pathlib.Path(folder))
        for path in sorted(options.tests.rglob("model.onnx")):
            test = path.parent
            if not re.search(options.only, test.name):
                continue
            verdict, why = judge(runner, test)
            counts[verdict] += 1
            if verdict == "wrong" or (verdict == "refused" and options.refused):
                print(f"{verdict}: {test.name}: {why}", flush=True)
            if verdict == "refused":
                reasons[re.sub(r'"[^"]*"', '"…"', why)] += 1
    for why, count in reasons.most_common():
        print(f"{count:4} refused: {why}")
    print(f"{counts['right']} right, {counts['wrong']} wrong, {counts['refused']} refused with a reason, "
          f"{counts['skipped']} not of plain float types")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
