"""ONNX Runtime for Node, the peer of the conformance tests."""

import json
import pathlib
import subprocess

import numpy

HERE = pathlib.Path(__file__).resolve().parent


def install(peer):
    """Into `peer`/node_modules, where it is not yet there."""
    subprocess.run([HERE.parent / "bench/peer/install_onnxruntime.sh", peer], check=True, stdout=subprocess.DEVNULL)


def run(jobs, peer, folder):
    """Runs each (path of a model, arrays by input name) in one process. Yields the outputs by name, or why
    there are none, as text. Files go to `folder`, a folder of their own for each job."""
    written = []
    for i, (model, arrays) in enumerate(jobs):
        here = folder / f"peer{i}"
        here.mkdir(exist_ok=True)
        inputs = {}
        for k, (name, array) in enumerate(arrays.items()):
            inputs[name] = {"file": str(here / f"input{k}.bin"), "dims": list(array.shape), "type": array.dtype.name}
            numpy.ascontiguousarray(array).tofile(inputs[name]["file"])
        written.append({"model": str(model), "inputs": inputs, "folder": str(here)})
    (folder / "jobs.json").write_text(json.dumps(written))
    done = subprocess.run(["node", HERE / "run_onnxruntime.js", peer, folder / "jobs.json"], capture_output=True,
                          text=True, check=True)
    for job, result in zip(written, json.loads(done.stdout)):
        if "error" in result:
            yield result["error"]
            continue
        here = pathlib.Path(job["folder"])
        yield {output["name"]: numpy.fromfile(here / f"{k}.f32", numpy.float32)
               .reshape(output["dims"]).astype(output["type"]) for k, output in enumerate(result["outputs"])}
