#!/usr/bin/env python3
"""Measures compression without training: writes docs/calibration.md and its charts.

usage: models/calibrate.py --data DIR [--tools DIR] [--out DIR] [--samples N] [NETWORK...]

DIR holds imagenet-1000, squeezenet, mobilenetv2, onnx-wild, mnist and cifar10 as the table NETWORKS
below names them. For each network and each setting it prunes and quantizes twice: by magnitude and
plain k-means, and calibrated (dc-prune --calibrate, dc-quantize --calibrate). Half of the pictures
calibrate and the other half measures; of MNIST and CIFAR-10 training images calibrate and test images
measure. What is in the out folder already is not measured again; the page has all that is there.
"""
import argparse
import array
import gzip
import json
import pathlib
import struct
import subprocess
import sys
import zipfile

import chart

ROOT = pathlib.Path(__file__).resolve().parent.parent
BGR = ["--input-scale", "1", "--input-mean", "104,117,123", "--input-channels", "bgr"]
CIFAR = ["--input-mean", "0.4914,0.4822,0.4465", "--input-deviation", "0.2471,0.2435,0.2616"]

# name: file, pictures, side of the centre crop, flags for the input, settings (density, bits)
NETWORKS = {
    "SqueezeNet 1.0": ("squeezenet/squeezenet1.0-dc.onnx", "imagenet", 227, BGR,
                       [(0.33, 5), (0.25, 4), (0.18, 4)]),
    "SqueezeNet 1.1": ("squeezenet/squeezenet1.1.onnx.zst", "imagenet", 224, BGR,
                       [(0.7, 5), (0.5, 4), (0.35, 4)]),
    "MobileNetV2": ("mobilenetv2/mobilenet_v2_1.0_224.onnx.zst", "imagenet", 224,
                    ["--input-scale", "0.00784313725", "--input-mean", "1"],
                    [(0.8, 6), (0.6, 5), (0.45, 5)]),
    "ResNet-20": ("onnx-wild/resnet20_cifar10.onnx", "cifar10", 32, CIFAR,
                  [(0.6, 5), (0.4, 4), (0.3, 4), (0.2, 4)]),
    "LeNet-5": ("onnx-wild/lenet5_mnist.onnx", "mnist", 28,
                ["--input-mean", "0.1307", "--input-deviation", "0.3081"],
                [(0.4, 4), (0.2, 3), (0.1, 3), (0.06, 3)]),
    "mnist-8": ("onnx-wild/mnist-8.onnx", "mnist", 28, ["--input-scale", "1"],
                [(0.6, 4), (0.4, 3), (0.25, 3), (0.15, 3)]),
    "mnist_keras_1k": ("onnx-wild/mnist_keras_1k.onnx", "mnist", 28, [],
                       [(0.8, 4), (0.6, 3), (0.4, 3)]),
}
TEST_IMAGES = 2000  # of MNIST and CIFAR-10 that measure


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def npy(kind, shape, data):
    """A .npy file of bytes `data`."""
    text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s,), }" % (kind, ", ".join(map(str, shape)))
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def write_npz(path, arrays):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, (kind, shape, data) in arrays.items():
            archive.writestr(name + ".npy", npy(kind, shape, data))


def read_npy(path):
    """Rows of a float .npy file of two dimensions or more."""
    data = path.read_bytes()
    header_bytes = struct.unpack("<H", data[8:10])[0]
    shape = eval(data[10:10 + header_bytes].decode(), {"__builtins__": {}}, {"False": False, "True": True})["shape"]
    values = array.array("f")
    values.frombytes(data[10 + header_bytes:])
    columns = len(values) // shape[0]
    return [values[i * columns:(i + 1) * columns] for i in range(shape[0])]


# What becomes of luma Y, by the amount that a channel is moved by its chroma.
SHIFTED = {shift: bytes(min(max(y + shift, 0), 255) for y in range(256)) for shift in range(-256, 257)}


def decode_picture(record, side):
    """RGB planes of the centre, side x side, of a record of 227 x 227 Y and 114 x 114 Cb, Cr."""
    first = (227 - side) // 2
    planes = [bytearray(), bytearray(), bytearray()]
    for row in range(114):
        at = 51529 + 114 * row
        tables = ([], [], [])
        for b, r in zip(record[at:at + 114], record[at + 12996:at + 12996 + 114]):
            b, r = b - 128, r - 128
            for table, shift in zip(tables, ((91881 * r + 32768) >> 16, -((22554 * b + 46802 * r + 32768) >> 16),
                                             (116130 * b + 32768) >> 16)):
                table += (SHIFTED[shift],) * 2
        for y in (2 * row, 2 * row + 1):
            if first <= y < first + side:
                luma = record[y * 227 + first:y * 227 + first + side]
                for plane, table in zip(planes, tables):
                    plane += bytes([t[v] for t, v in zip(table[first:], luma)])
    return b"".join(planes)


def imagenet(data, side):
    """Pictures that calibrate, pictures that measure and their labels, shape of one."""
    packed = data / "imagenet-1000/imagenet1000.yuv420.bin.zst"
    raw = subprocess.run(["zstd", "-dcq", str(packed)], capture_output=True, check=True).stdout
    size = 77521
    pictures = [decode_picture(raw[i * size:(i + 1) * size], side) for i in range(len(raw) // size)]
    return pictures[0::2], pictures[1::2], list(range(1, len(pictures), 2)), (3, side, side)


def mnist(data, _):
    def read(name, header):
        return gzip.decompress((data / "mnist" / (name + ".gz")).read_bytes())[header:]
    train, test = read("train-images-idx3-ubyte", 16), read("t10k-images-idx3-ubyte", 16)
    cut = lambda images, count: [images[i * 784:(i + 1) * 784] for i in range(count)]
    return cut(train, 1000), cut(test, TEST_IMAGES), list(read("t10k-labels-idx1-ubyte", 8))[:TEST_IMAGES], (1, 28, 28)


def cifar10(data, _):
    def read(name):
        packed = data / "cifar10" / (name + ".bin.zst")
        raw = subprocess.run(["zstd", "-dcq", str(packed)], capture_output=True, check=True).stdout
        return [raw[i:i + 3073] for i in range(0, len(raw), 3073)]
    train, test = read("data_batch_1")[:1000], read("test_batch")[:TEST_IMAGES]
    return [r[1:] for r in train], [r[1:] for r in test], [r[0] for r in test], (3, 32, 32)


class Network:
    def __init__(self, args, name):
        self.args, self.name = args, name
        file, self.pictures, self.side, self.flags, self.settings = NETWORKS[name]
        self.dir = args.out / name.replace(" ", "_")
        self.dir.mkdir(parents=True, exist_ok=True)
        self.model = args.data / file
        if file.endswith(".zst"):
            self.model = self.dir / "float.onnx"
            if not self.model.exists():
                run("zstd", "-dq", args.data / file, "-o", self.model)
        # What calibrates, what measures (as the network reads it), and its labels and float classes.
        self.samples, self.x, self.truth = self.dir / "samples.npy", self.dir / "x.npy", self.dir / "truth.json"

    def tool(self, name, *more):
        return run(self.args.tools / name, *more, "--quiet", "--threads", self.args.threads)

    def prepare(self):
        """Writes the samples, and how right the float network is."""
        if self.truth.exists():
            return
        say(f"{self.name}: samples")
        calibrate, measure, labels, shape = globals()[self.pictures](self.args.data, self.side)
        if self.name == "mnist_keras_1k":
            shape = (28, 28, 1)
        self.samples.write_bytes(npy("|u1", (len(calibrate), *shape), b"".join(calibrate)))
        self.write_inputs(measure, shape)
        file = self.dir / "float.dcz"
        self.tool("dc-encode", self.model, "--coder", "auto", "-o", file)
        classes = self.classes(file)
        right = sum(a == b for a, b in zip(classes, labels))
        self.truth.write_text(json.dumps({"labels": labels, "classes": classes, "bytes": file.stat().st_size,
                                          "accuracy": 100 * right / len(labels)}))

    def write_inputs(self, pictures, shape):
        """The pictures as the flags say that the network reads them."""
        flags = dict(zip(self.flags[::2], self.flags[1::2]))
        scale = float(flags.get("--input-scale", 1 / 255))
        mean = [float(v) for v in flags.get("--input-mean", "0").split(",")]
        deviation = [float(v) for v in flags.get("--input-deviation", "1").split(",")]
        channels = 1 if len(pictures[0]) == 784 else 3
        order = [2, 1, 0] if flags.get("--input-channels") == "bgr" else list(range(channels))
        plane = len(pictures[0]) // channels
        values = array.array("f")
        for picture in pictures:
            for c in range(channels):
                m, d = mean[c % len(mean)], deviation[c % len(deviation)]
                table = [(v * scale - m) / d for v in range(256)]
                values.extend([table[v] for v in picture[order[c] * plane:(order[c] + 1) * plane]])
        self.x.write_bytes(npy("<f4", (len(pictures), *shape), values.tobytes()))

    def classes(self, file):
        """The class of each picture that measures."""
        self.tool("dc-run", file, "--input", self.x, "-o", self.dir / "y.npy")
        return [max(range(len(row)), key=row.__getitem__) for row in read_npy(self.dir / "y.npy")]

    def measure(self, density, bits, calibrated):
        key = f"{'calibrated' if calibrated else 'magnitude'}-{density}-{bits}"
        done = self.dir / (key + ".json")
        if done.exists():
            return
        say(f"{self.name}: {key}")
        pruned, quantized, file = (self.dir / f"{key}.{end}" for end in ("pruned.onnx", "quantized.onnx", "dcz"))
        more = ["--calibrate", f"npy:{self.samples}", "--calibrate-samples", self.args.samples] if calibrated else []
        prune = ["--criterion", "global", "--global-density", density] if calibrated else ["--amounts", density]
        self.tool("dc-prune", self.model, *self.flags, *prune, *more, "-o", pruned)
        self.tool("dc-quantize", pruned, "--bits", bits, *more, *([] if calibrated else ["--init", "exact"]),
                  "-o", quantized)
        self.tool("dc-encode", quantized, "--coder", "auto", "-o", file)
        truth = json.loads(self.truth.read_text())
        classes = self.classes(file)
        share = lambda wanted: 100 * sum(a == b for a, b in zip(classes, wanted)) / len(classes)
        done.write_text(json.dumps({"density": density, "bits": bits, "calibrated": calibrated,
                                    "bytes": file.stat().st_size, "agreement": share(truth["classes"]),
                                    "accuracy": share(truth["labels"])}))


def interpolate(points, size):
    """The agreement at `size` bytes on the line through `points`, None outside of it."""
    points = sorted(points)
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= size <= x1:
            return y0 + (y1 - y0) * (size - x0) / max(x1 - x0, 1)
    return None


HEAD = """# Compression without training

What a few hundred pictures without labels are worth: one-shot pruning by magnitude, a density for every layer alike, with plain (exact) k-means, against `dc-prune --calibrate` and `dc-quantize --calibrate` (`dc-compress --calibrate` does both), {samples} samples.
*Agreement* is the share of pictures whose class is the float network's, *accuracy* that of right classes. SqueezeNets and MobileNetV2, where measured: 500 of 1,000 ImageNet training pictures calibrate, the other 500 measure (one standard error is about 2 points). MNIST and CIFAR-10: training images calibrate, the first 2,000 test images measure.
Bytes are the whole `.dcz`, by the smallest coder. *At the same bytes* is the calibrated curve, interpolated, at the bytes of the row's magnitude file. Written by `models/calibrate.py`; the lines of the charts are its rows. [How it works](decisions/0043-calibration.md).

"""


def write_page(networks, args):
    text = HEAD.format(samples=args.samples)
    for network in networks:
        points = [json.loads(p.read_text()) for p in sorted(network.dir.glob("*-*.json"))]
        if not points:
            continue
        dense = json.loads(network.truth.read_text())
        text += (f"## {network.name}\n\nFloat: {dense['accuracy']:.1f} % right, {network.model.stat().st_size:,} bytes of ONNX, "
                 f"{dense['bytes']:,} as a `.dcz` without any loss.\n\n"
                 f"![agreement against bytes, {network.name}]({chart_file(network)})\n\n"
                 "| density | bits | magnitude: bytes | agreement | accuracy | calibrated: bytes | agreement | accuracy | calibrated at the same bytes |\n"
                 "|---|---|---|---|---|---|---|---|---|\n")
        curve = [(p["bytes"], p["agreement"]) for p in points if p["calibrated"]]
        for density, bits in network.settings:
            cells = {p["calibrated"]: p for p in points if (p["density"], p["bits"]) == (density, bits)}
            if len(cells) < 2:
                continue
            same = interpolate(curve, cells[False]["bytes"])
            text += f"| {density} | {bits} |"
            for calibrated in (False, True):
                p = cells[calibrated]
                text += f" {p['bytes']:,} | {p['agreement']:.1f} % | {p['accuracy']:.1f} % |"
            text += f" {'–' if same is None else f'{same:.1f} %'} |\n"
        text += "\n"
    (ROOT / "docs/calibration.md").write_text(text.rstrip() + "\n")


def chart_file(network):
    return f"calibration-{network.dir.name}.svg"


def write_charts(networks):
    """Agreement against bytes, a chart per network and a line per way."""
    for network in networks:
        points = [json.loads(p.read_text()) for p in network.dir.glob("*-*.json")]
        line = lambda calibrated: sorted((p["bytes"], p["agreement"]) for p in points if p["calibrated"] == calibrated)
        if points:
            svg = chart.draw(f"{network.name}: agreement with the float network", "bytes of the file",
                             "agreement, percent",
                             [chart.Series("magnitude, k-means", line(False), 1), chart.Series("calibrated", line(True), 0)],
                             y_range=(0, 104), height=320)
            (ROOT / "docs" / chart_file(network)).write_text(svg)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build/tools")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out/calibrate")
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=", ".join(NETWORKS))
    args = parser.parse_args()
    unknown = [name for name in args.networks if name not in NETWORKS]
    if unknown:
        parser.error(f"no network is called {unknown[0]}: there are {', '.join(NETWORKS)}")
    for name in args.networks or NETWORKS:
        network = Network(args, name)
        network.prepare()
        for density, bits in network.settings:
            for calibrated in (False, True):
                network.measure(density, bits, calibrated)
    networks = [Network(args, name) for name in NETWORKS]
    write_page(networks, args)
    write_charts(networks)


if __name__ == "__main__":
    main()
