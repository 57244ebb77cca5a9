#!/usr/bin/env python3
"""Operators at opsets 18 to 21, through dc-encode and dc-run, beside ONNX Runtime.

Each case of later_cases.py and every_operator.py becomes a model of its first opset and one of its
last. What dc-run makes of the .dcz is compared with what ONNX Runtime makes of the model, or the tools
refuse it with the reason that the case gives. Prints a line per model that is wrong, one per operator of
docs/operators.md that no case has, and how many are right, wrong and refused, with the reasons.

    tests/conformance/later_opsets.py build/tools --peer build/peer
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile

import every_operator
import later_cases
import numpy
import onnx
import onnxruntime_peer
from node_tests import difference, outputs_of
from onnx import helper, numpy_helper, parser
from tool_runner import Crashed, Refused, ToolRunner

HERE = pathlib.Path(__file__).resolve().parent
CASES = [*later_cases.reductions(), *later_cases.resizes(), *later_cases.pools(), *later_cases.CHANGED,
         *later_cases.QUANTIZED, *later_cases.BODIES, *every_operator.SIMPLE, *every_operator.REFUSED]
SEED = 1
IR_VERSIONS = {18: 8, 19: 9, 20: 9, 21: 10}
TYPES = {"float32": onnx.TensorProto.FLOAT, "int64": onnx.TensorProto.INT64, "int32": onnx.TensorProto.INT32,
         "bool": onnx.TensorProto.BOOL}
UNSUPPORTED = 3  # the tools' exit code
# Not ONNX's own.
NO_CASES = {"UniformQuantize", "BinaryQuantize", "QuantizeGradient"}


def constant(name, value):
    if not isinstance(value, onnx.TensorProto):
        return numpy_helper.from_array(value, name)
    value.name = name
    return value


def made(case, opset):
    """The case's model, whose outputs have no types yet, and the arrays of its inputs."""
    graph = parser.parse_graph("g () => () {\n" + case.nodes + "\n}")
    random = numpy.random.default_rng(SEED)
    arrays = {n: random.standard_normal(v).astype(numpy.float32) for n, v in case.values.items()
              if isinstance(v, tuple)}
    graph.input.extend(helper.make_tensor_value_info(n, TYPES["float32"], a.shape) for n, a in arrays.items())
    graph.initializer.extend(constant(n, v) for n, v in case.values.items() if n not in arrays)
    read = {name for node in graph.node for name in node.input}
    for node in graph.node:
        graph.output.extend(onnx.ValueInfoProto(name=n) for n in node.output if n and n not in read)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = IR_VERSIONS[opset]
    return model, arrays


def run_onnxruntime(jobs, peer, folder):
    """What ONNX Runtime makes of each (model, arrays): the outputs by name, or why there are none."""
    files = []
    for i, (model, arrays) in enumerate(jobs):
        files.append((folder / f"{i}.onnx", arrays))
        files[-1][0].write_bytes(model.SerializeToString())
    return onnxruntime_peer.run(files, peer, folder)


def outputs_or_refusal(model, arrays, outputs, runner):
    """(what the tools make of it or None, why they refuse it or "", their exit code). `outputs` are of the types and
    shapes that the model's are to have."""
    for value in model.graph.output:
        like = outputs[value.name]
        value.CopyFrom(helper.make_tensor_value_info(value.name, TYPES[like.dtype.name], like.shape))
    try:
        return outputs_of(model, arrays, runner), "", 0
    except Refused as refusal:
        return None, str(refusal), refusal.code


def judge(case, model, arrays, wanted, runner):
    """("right" | "wrong" | "refused", what to say)."""
    if isinstance(wanted, str):
        return "wrong", "ONNX Runtime: " + wanted
    try:
        outputs, reason, code = outputs_or_refusal(model, arrays, wanted, runner)
    except Crashed as crash:
        return "wrong", str(crash)
    if case.refused:
        expected = case.refused in reason and code == UNSUPPORTED
        return ("refused", reason) if expected else ("wrong", f"exit {code}: {reason} in place of {case.refused}")
    if reason:
        return "wrong", reason
    wrong = difference(outputs, [wanted[v.name] for v in model.graph.output])
    return ("wrong", wrong) if wrong else ("right", "")


def operators_without_case():
    document = (HERE.parents[1] / "docs/operators.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (?:\d+ \| yes|.* in its place)", document, re.MULTILINE)
    named = {op for case in CASES if not case.refused for op in re.findall(r"= (\w+)", case.nodes)}
    return sorted(set(rows) - named - NO_CASES)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("tools", type=pathlib.Path, help="folder of the built tools")
    options.add_argument("--only", default="", help="regular expression that a case's nodes must match")
    options.add_argument("--peer", type=pathlib.Path, default=HERE.parents[1] / "build" / "peer",
                         help="folder whose node_modules has onnxruntime-node")
    options = options.parse_args()
    onnxruntime_peer.install(options.peer)
    chosen = [(case, opset) for case in CASES if re.search(options.only, case.nodes)
              for opset in sorted(set(case.opsets))]
    counts, reasons = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        runner = ToolRunner(options.tools, folder)
        jobs = [made(*each) for each in chosen]
        to_judge = [job for (case, _), job in zip(chosen, jobs) if not case.refused]
        judged = run_onnxruntime(to_judge, options.peer, folder)
        for (case, opset), (model, arrays) in zip(chosen, jobs):
            anything = {v.name: numpy.zeros(1, numpy.float32) for v in model.graph.output}
            verdict, why = judge(case, model, arrays, anything if case.refused else next(judged), runner)
            counts[verdict] += 1
            if verdict == "wrong":
                shapes = {name: getattr(v, "shape", v) for name, v in case.values.items()}
                print(f"wrong: opset {opset}: {case.nodes} of {shapes}: {why}", flush=True)
            if verdict == "refused":
                reasons[re.sub(r" \(.*?\)", "", why)] += 1
    missing = operators_without_case()
    for name in missing:
        print(f"no case: {name}")
    for why, count in reasons.most_common():
        print(f"{count:4} refused: {why}")
    print(f"{counts['right']} right, {counts['wrong']} wrong, {counts['refused']} refused with a reason")
    return 1 if counts["wrong"] or missing else 0


if __name__ == "__main__":
    sys.exit(main())
