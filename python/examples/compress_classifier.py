"""Compresses a classifier of one's own: PyTorch trains it, ONNX carries it, a .dcz ships it.

usage: compress_classifier.py [OUTPUT.dcz] [--samples N] [--epochs N]

The data is Fashion-MNIST as Debian has it (apt-get install dataset-fashion-mnist).
"""

import argparse
import io

import numpy as np
import torch
from fashion_mnist import load_images
from torch import nn

import deep_compression as dc


def make_network():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10)
    )


def train(network, x, y, epochs):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    inputs, labels = torch.from_numpy(x).float() / 255, torch.from_numpy(y.astype(np.int64))
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
            optimizer.step()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", nargs="?", default="classifier.dcz")
    parser.add_argument("--samples", type=int, default=60000)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    torch.manual_seed(1)

    (x, y), (x_test, y_test) = load_images()
    x, y = x[: options.samples], y[: options.samples]
    network = make_network()
    train(network, x, y, options.epochs)
    onnx = io.BytesIO()
    torch.onnx.export(network, torch.zeros(1, 1, 28, 28), onnx, opset_version=13,
                      input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})  # fmt: skip

    # Images are bytes; the network reads them times 1/255, which is the default.
    data = (x, y, x_test, y_test)
    pruned = dc.prune(onnx.getvalue(), data=data, amounts={"fc": 0.15}, schedule="gradual",
                      epochs=options.epochs, learning_rate=0.05)  # fmt: skip
    quantized = dc.quantize(pruned, data=data, bits=4, epochs=1)
    result = dc.encode(quantized)
    result.save(options.output)
    print(result.report)

    session = dc.load(options.output)
    scores = session.run({"x": x_test.astype(np.float32) / 255})["output"]
    print(f"error of the network: {dc.evaluate(onnx.getvalue(), data).error_percent:.2f} %")
    print(f"error of the file:    {100 * np.mean(scores.argmax(axis=1) != y_test):.2f} %")
    print(f"bytes: {len(result)}, {result.report.ratio:.1f} times less than float32")


if __name__ == "__main__":
    main()
