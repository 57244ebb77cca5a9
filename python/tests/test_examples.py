"""The examples run, on fewer samples."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: apt-get install python3-torch")

import deep_compression as dc

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(tmp_path, script, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [sys.executable, "-B", EXAMPLES / script, *map(str, arguments)],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=600,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_compress_classifier(tmp_path):
    printed = run(tmp_path, "compress_classifier.py", "model.dcz", "--samples", 6000, "--epochs", 2)
    error = float(re.search(r"error of the file: +([\d.]+) %", printed)[1])
    assert error < 25
    assert os.path.getsize(tmp_path / "model.dcz") < (784 * 100 + 100 * 50 + 50 * 10) * 4 / 20


def test_finetune_in_two_processes(tmp_path):
    printed = run(tmp_path, "finetune_ddp.py", "model.dcz", "--samples", 3000, "--epochs", 2,
                  "--keep", tmp_path)  # fmt: skip
    before, after = map(float, re.findall(r"([\d.]+) %", printed))
    assert after < before
    start = dc.load_network(tmp_path / "quantized.onnx").weights()
    end = dc.load_network(tmp_path / "finetuned.onnx").weights()
    moved = 0
    for a, b in zip(start, end):
        assert a["name"] == b["name"]
        # Bit for bit: zeros are +0.0, and what shared a value shares one.
        assert np.array_equal(a["values"].view(np.uint32) == 0, b["values"].view(np.uint32) == 0)
        for code in np.unique(a["codes"]):
            assert len(np.unique(b["values"].view(np.uint32)[a["codes"] == code])) == 1
        moved += np.count_nonzero(a["values"] != b["values"])
    assert moved > 0
    decoded = dc.decode(tmp_path / "model.dcz").weights()
    for a, b in zip(end, decoded):
        assert np.array_equal(a["values"].view(np.uint32), b["values"].view(np.uint32))
