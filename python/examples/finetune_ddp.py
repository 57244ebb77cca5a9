"""Fine-tunes a quantized network in PyTorch, in two processes, and gives it back.

usage: finetune_ddp.py [OUTPUT.dcz] [--samples N] [--epochs N] [--processes N]

Pruning and quantization decide which weights are zero and which share a value; the training loop
below is an ordinary one with DistributedDataParallel (gloo), and what was decided survives it.
"""

import argparse
import os
import shutil
import tempfile

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from fashion_mnist import load_images
from torch import nn

import deep_compression as dc


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 5, stride=2)
        self.norm = nn.BatchNorm2d(8)
        self.fc1 = nn.Linear(8 * 12 * 12, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def images(samples):
    (x, y), (x_test, y_test) = load_images()
    return (x[:samples], y[:samples]), (x_test, y_test)


def tensors(x, y):
    return torch.from_numpy(x).float() / 255, torch.from_numpy(y.astype(np.int64))


def train(network, x, y, epochs, rate, seed=0):
    """One's own training loop: it knows nothing of masks and codebooks."""
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
    order = torch.Generator().manual_seed(seed)
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=order).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()


def make_quantized(options, folder):
    """A dense network, trained, pruned and quantized: quantized.onnx in `folder`."""
    torch.manual_seed(1)
    (x, y), test = images(options.samples)
    network = Classifier()
    train(network, *tensors(x, y), options.epochs, 0.05)
    torch.onnx.export(network.eval(), torch.zeros(1, 1, 28, 28), os.path.join(folder, "dense.onnx"),
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                      input_names=["x"], dynamic_axes={"x": {0: "N"}}, opset_version=13)  # fmt: skip
    pruned = dc.prune(os.path.join(folder, "dense.onnx"), amounts={"conv": 0.6, "fc": 0.1})
    quantized = dc.quantize(pruned, bits={"conv": 5, "fc": 3})
    quantized.save(os.path.join(folder, "quantized.onnx"))
    return dc.evaluate(quantized, (x, y, *test)).error_percent


def worker(rank, options, folder):
    torch.set_num_threads(1)
    store = distributed.FileStore(os.path.join(folder, "store"), options.processes)
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=options.processes)
    (x, y), _ = images(options.samples)
    module = dc.torch.constrain(Classifier(), os.path.join(folder, "quantized.onnx"))
    parallel = nn.parallel.DistributedDataParallel(module)
    share = slice(rank, None, options.processes)  # of the samples
    train(parallel, *tensors(x[share], y[share]), options.epochs, 0.002, seed=rank)
    if rank == 0:
        network = dc.torch.export(parallel, torch.zeros(1, 1, 28, 28))
        network.save(os.path.join(folder, "finetuned.onnx"))
    distributed.barrier()
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", nargs="?", default="finetuned.dcz")
    parser.add_argument("--samples", type=int, default=60000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", help="a folder for the ONNX files of the way")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before = make_quantized(options, folder)
        multiprocessing.spawn(worker, (options, folder), options.processes)
        network = dc.load_network(os.path.join(folder, "finetuned.onnx"))
        if options.keep:
            for name in ("quantized.onnx", "finetuned.onnx"):
                shutil.move(os.path.join(folder, name), os.path.join(options.keep, name))
    (x, y), test = images(options.samples)
    after = dc.evaluate(network, (x, y, *test)).error_percent
    result = dc.encode(network)
    result.save(options.output)
    print(f"error before fine-tuning {before:.2f} %, after it {after:.2f} %")
    print(f"bytes: {len(result)}, {result.report.ratio:.1f} times less than float32")


if __name__ == "__main__":
    main()
