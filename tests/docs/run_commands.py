"""Runs the commands of the documentation, page by page, in a folder that goes away.

Every page has a folder of its own, in which the sources lie as in a checkout that was built, with a
reader's own files beside them: a model, samples, names. Commands see small datasets in place of
large ones.

usage: run_commands.py ROOT TOOLS_DIR [PAGE ...]
"""

import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import markdown

CLASSES = 10
RUN = """set -euo pipefail
PATH=$PWD/build/tools:$PATH
trap 'printf "%s\\n" "line $line: $BASH_COMMAND" >&2' ERR
"""


def images(count, side, rng):
    """Bytes of images and labels: class c is a bright bar in noise, at a place of its own."""
    labels = bytes(i % CLASSES for i in range(count))
    pixels = bytearray()
    for label in labels:
        bright = range(label * side * side // CLASSES, (label + 1) * side * side // CLASSES)
        pixels += bytes(rng.randrange(60) + (180 if at in bright else 0) for at in range(side * side))
    return bytes(pixels), labels


def write_mnist(folder, rng):
    """The four files of MNIST, with few images."""
    folder.mkdir()
    for part, count in (("train", 128), ("t10k", 50)):
        pixels, labels = images(count, 28, rng)
        header = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + pixels)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels)


def npy(values, kind, shape):
    """An array as numpy.save writes it; `kind` is a format of struct."""
    names = {"f": "<f4", "q": "<i8"}
    header = f"{{'descr': '{names[kind]}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    data = struct.pack(f"<{len(values)}{kind}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def write_numbers(folder, rng):
    """Samples of four features, and two numbers to be given for each."""
    with zipfile.ZipFile(folder / "numbers.npz", "w") as archive:
        for part, count in (("train", 200), ("test", 50)):
            x = [[rng.uniform(-1, 1) for _ in range(4)] for _ in range(count)]
            y = [v for row in x for v in (row[0] - row[1], row[2] * row[3])]
            archive.writestr(f"x_{part}.npy", npy(sum(x, []), "f", (count, 4)))
            archive.writestr(f"y_{part}.npy", npy(y, "f", (count, 2)))
    shutil.copy(Path(__file__).with_name("numbers.onnxtxt"), folder)


def write_own_files(folder, rng):
    """What a reader of "your own model" has: samples with and without labels, names of classes."""
    with zipfile.ZipFile(folder / "my.npz", "w") as archive:
        for part, count in (("train", 200), ("test", 50)):
            pixels, labels = images(count, 8, rng)
            samples = npy([p / 255 for p in pixels], "f", (count, 1, 8, 8))
            archive.writestr(f"x_{part}.npy", samples)
            archive.writestr(f"y_{part}.npy", npy(labels, "q", (count,)))
            if part == "test":
                (folder / "x.npy").write_bytes(samples)
            else:
                (folder / "samples.npy").write_bytes(samples)
    (folder / "names.txt").write_text("".join(f"class {i}\n" for i in range(CLASSES)))
    shutil.copy(Path(__file__).with_name("own.onnxtxt"), folder)


def prepare(root, tools, folder):
    for name in ("cmake", "docs", "lib", "models", "proto", "tests", "tools"):
        (folder / name).symlink_to(root / name)
    (folder / "build").mkdir()
    (folder / "build/tools").symlink_to(tools)
    rng = random.Random(1)
    write_mnist(folder / "DIR", rng)
    write_own_files(folder, rng)
    write_numbers(folder, rng)
    train = [tools / "dc-train", "own.onnxtxt", "--data", "npz:my.npz", "--epochs", "8", "--quiet"]
    train += ["--learning-rate", "0.05", "-o", "model.onnx"]
    subprocess.run(train, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (folder / "trained.onnx").write_bytes((folder / "model.onnx").read_bytes())


def script(blocks):
    """One shell script of a page's blocks, in their order; "" where none can be run."""
    runnable = [block for block in blocks if not block.not_run]
    if not runnable:
        return ""
    for block in runnable:
        for words in markdown.commands(block.text):
            if markdown.builds(words):
                raise ValueError(f"line {block.line}: {words[0]} is not for a test to run: mark the block")
    text = "".join(f"line={block.line}\n{block.text}" for block in runnable)
    return RUN + text.replace("fashion-mnist", "mnist:DIR")


def main():
    root, tools = (Path(argument).resolve() for argument in sys.argv[1:3])
    failed = False
    for page in sys.argv[3:] or markdown.pages(root):
        try:
            text = script(markdown.blocks((root / page).read_text(encoding="utf-8")))
        except ValueError as error:
            failed = True
            print(f"{page}: {error}")
            continue
        if not text:
            continue
        with tempfile.TemporaryDirectory(prefix="dc_docs_") as folder:
            prepare(root, tools, Path(folder))
            done = subprocess.run(
                ["bash", "-c", text],
                cwd=folder,
                env={**os.environ, "HOME": folder},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        if done.returncode != 0:
            failed = True
            print(f"{page}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        else:
            print(f"{page}: runs")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
