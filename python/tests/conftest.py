"""A small network and its data: four clouds of points in 16 dimensions."""

import numpy as np
import pytest

import deep_compression as dc

INPUTS, HIDDEN, CLASSES = 16, 24, 4
MODEL = f"""
<ir_version: 7, opset_import: ["" : 13]>
clouds (float[N, {INPUTS}] x) => (float[N, {CLASSES}] y)
<
  float[{HIDDEN}, {INPUTS}] fc1_weight, float[{HIDDEN}] fc1_bias,
  float[{CLASSES}, {HIDDEN}] fc2_weight, float[{CLASSES}] fc2_bias
>
{{
  a = Gemm <transB = 1> (x, fc1_weight, fc1_bias)
  b = Relu (a)
  y = Gemm <transB = 1> (b, fc2_weight, fc2_bias)
}}
"""


def make_clouds(count, seed):
    rng = np.random.default_rng(seed)
    centers = np.random.default_rng(7).normal(size=(CLASSES, INPUTS))
    labels = rng.integers(0, CLASSES, count)
    samples = centers[labels] + 0.6 * rng.normal(size=(count, INPUTS))
    return samples.astype(np.float32), labels


@pytest.fixture(scope="session")
def clouds():
    """(x_train, y_train, x_test, y_test)"""
    return (*make_clouds(1200, 1), *make_clouds(300, 2))


@pytest.fixture(scope="session")
def model_text(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "clouds.onnxtxt"
    path.write_text(MODEL)
    return path


@pytest.fixture(scope="session")
def trained(model_text, clouds):
    return dc.train(model_text, clouds, epochs=6, learning_rate=0.05, threads=1, progress=False)


@pytest.fixture(scope="session")
def quantized(trained):
    pruned = dc.prune(trained, amounts={"fc": 0.5}, keep_dead_neurons=True, progress=False)
    return dc.quantize(pruned, bits=3, progress=False)


def forward(network, x):
    """What the network computes, by NumPy, in double precision."""
    w = {weight["name"]: weight["values"].astype(np.float64) for weight in network.weights()}
    b = {k: v.astype(np.float64) for k, v in dc._core.constants(network._core).items()}
    hidden = np.maximum(x.astype(np.float64) @ w["fc1_weight"].T + b["fc1_bias"], 0)
    return hidden @ w["fc2_weight"].T + b["fc2_bias"]
