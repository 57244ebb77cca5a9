#!/usr/bin/env python3
"""Times training beside PyTorch: the same networks, batches and images, in turns.

usage: models/beside_torch.py [--tools DIR] [--threads N] [--rounds R] [NETWORK...]

Prints seconds per epoch of dc-train with N threads and of PyTorch (Debian's python3-torch) with one
thread and with N, the median of R rounds, data loading included, and the ratio to PyTorch's better
number of threads. Images are random: arithmetic takes as long whatever they show. Needs an idle
machine and five minutes, and libopenblas0: with the reference BLAS that Debian installs by default,
PyTorch takes twice to twelve times as long.
"""
import argparse
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
EPOCHS = 3  # in a round; the first one warms up
CLASSES = 10
# Folder in models/, shape of an image, images in an epoch, batch.
NETWORKS = {
    "lenet_5": ((1, 28, 28), 6400, 64),
    "lenet_300_100": ((1, 28, 28), 20000, 64),
    "resnet20": ((3, 32, 32), 1280, 128),
}


def images(network):
    """Random bytes and labels."""
    shape, count, _ = NETWORKS[network]
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (count, *shape), np.uint8), rng.integers(0, CLASSES, count, np.int64)


def module(network):
    """The network in PyTorch, as its model.onnxtxt has it."""
    from torch import nn

    if network == "lenet_300_100":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
    if network == "lenet_5":
        return nn.Sequential(
            nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(800, 500), nn.ReLU(), nn.Dropout(0.5), nn.Linear(500, 10))

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
                nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
            self.short = nn.Sequential()
            if inputs != outputs:
                self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

        def forward(self, x):
            return nn.functional.relu(self.body(x) + self.short(x))

    blocks = [Block(a, b, s) for a, b, s in [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2]
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(64, 10))


def torch_epochs(network, threads):
    """Seconds of each epoch in this process."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    x, y = (torch.from_numpy(array) for array in images(network))
    batch = NETWORKS[network][2]
    model = module(network)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    seconds = []
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        errors = 0
        for chosen in torch.randperm(len(x)).split(batch)[: len(x) // batch]:
            logits = model(x[chosen].float().mul_(1 / 255))
            loss = torch.nn.functional.cross_entropy(logits, y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            errors += int((logits.argmax(1) != y[chosen]).sum())
        seconds.append(time.perf_counter() - begin)
    return seconds


def ours(network, tools, threads, folder):
    """Seconds of each epoch of dc-train."""
    log = folder / "log.csv"
    log.unlink(missing_ok=True)
    subprocess.run(
        [tools / "dc-train", ROOT / "models" / network / "model.onnxtxt", "--data", f"npz:{folder / network}.npz", "--epochs", str(EPOCHS),
         "--batch-size", str(NETWORKS[network][2]), "--learning-rate", "0.01", "--threads", str(threads), "--log", log, "--quiet",
         "-o", folder / "trained.onnx"],
        check=True, stdout=subprocess.DEVNULL)
    with open(log, newline="") as rows:
        return [float(row["seconds"]) for row in csv.DictReader(rows)]


def theirs(network, threads):
    # A process of its own: OpenMP's threads keep spinning in one that has used them.
    done = subprocess.run(
        [sys.executable, __file__, "--worker", network, "--threads", str(threads)], check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)})
    return [float(word) for word in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build" / "tools")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(NETWORKS)} (default: all)")
    args = parser.parse_args()
    if args.worker:
        print(*torch_epochs(args.worker, args.threads))
        return
    for network in args.networks:
        if network not in NETWORKS:
            parser.error(f"{network}: choose of {', '.join(NETWORKS)}")
    print(f"| network | images | batch | dc-train, {args.threads} threads | PyTorch, 1 thread | PyTorch, {args.threads} threads | ratio |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for network in args.networks or NETWORKS:
            x, y = images(network)
            np.savez(folder / f"{network}.npz", x_train=x, y_train=y, x_test=x[:100], y_test=y[:100])
            seconds = [[], [], []]
            for _ in range(args.rounds):
                seconds[0] += ours(network, args.tools, args.threads, folder)[1:]
                seconds[1] += theirs(network, 1)[1:]
                seconds[2] += theirs(network, args.threads)[1:]
            own, one, many = map(statistics.median, seconds)
            _, count, batch = NETWORKS[network]
            print(f"| {network} | {count:,} | {batch} | {own:.2f} s | {one:.2f} s | {many:.2f} s | {min(one, many) / own:.1f} |", flush=True)


if __name__ == "__main__":
    main()
