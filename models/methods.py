#!/usr/bin/env python3
"""Measures the rows of docs/methods.md and writes the page from their reports.

usage: models/methods.py --data mnist=SPEC --data cifar10=SPEC [--tools DIR] [--out DIR] [--threads N]
                         [ROW...]

Runs dc-compress for every row that has no report in the out folder yet (or for those that are
called ROW, as NETWORK-RECIPE, or else contain it), then writes docs/methods.md from all reports that are there; rows without a report stay
as the page has them. A row takes minutes to an hour and goes on where it was stopped.
"""
import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys

from page import add_data, data_specs

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ("mnist", "cifar10")

# network, recipe ("" is recipe.textproto), data, seeds, method, bits w/a, published error in %, note
ROWS = [
    ("tfc", "", "mnist", (1, 2, 3), "BNN", "1/1", "6.83", "no dropout, halving every 5 epochs; Brevitas: best test epoch of 1,000"),
    ("tfc", "1w2a", "mnist", (1,), "BNN", "1/2", "5.21", "likewise"),
    ("tfc", "2w2a", "mnist", (1, 2, 3), "BNN", "2/2", "3.40", "ternary; likewise"),
    ("tfc", "published", "mnist", (1,), "BNN", "1/1", "6.83", "their recipe with dropout, 200 of 1,000 epochs"),
    ("sfc", "", "mnist", (1,), "BNN", "1/1", "2.19", "their recipe, 240 of 1,000 epochs"),
    ("larq_mnist", "", "mnist", (1,), "BNN", "1/1", "2.38", "Larq's tutorial, 6 epochs"),
    ("redbit_lenet", "", "mnist", (1,), "float", "32/32", "0.41", "10 epochs, images shifted by up to 2 pixels; RedBit: best validation of 100"),
] + [
    ("redbit_lenet", f"{m.lower()}-{w}-{a}", "mnist", (1,), m, f"{w}/{a}", p, "first and last layer float")
    for m, w, a, p in [
        ("QNN", 8, 8, "0.48"), ("QNN", 4, 4, "0.45"), ("QNN", 2, 32, "0.37"), ("QNN", 1, 32, "0.44"),
        ("QNN", 2, 2, "0.55"), ("QNN", 2, 1, "1.12"), ("QNN", 1, 2, "0.78"), ("QNN", 1, 1, "1.10"),
        ("DoReFa", 8, 8, "0.31"), ("DoReFa", 4, 4, "0.32"), ("DoReFa", 2, 32, "0.40"), ("DoReFa", 1, 32, "0.31"),
        ("DoReFa", 2, 2, "0.38"), ("DoReFa", 2, 1, "0.93"), ("DoReFa", 1, 2, "0.39"), ("DoReFa", 1, 1, "0.94"),
        ("XNOR", 1, 32, "0.37"), ("XNOR", 1, 1, "0.63")]
] + [
    ("twn_lenet", "", "mnist", (1,), "float", "32/32", "0.59", ""),
    ("twn_lenet", "twn", "mnist", (1,), "TWN", "2/32", "0.65", ""),
    ("twn_lenet", "ttq", "mnist", (1,), "TTQ", "2/32", "", "the paper has no row on MNIST"),
    ("twn_lenet", "bwn", "mnist", (1,), "BWN", "1/32", "0.95", "figure of the TWN paper"),
    ("twn_lenet", "inq5", "mnist", (1,), "INQ", "5/32", "", "the paper has no row on MNIST"),
    ("twn_lenet", "inq4", "mnist", (1,), "INQ", "4/32", "", "likewise"),
    ("twn_lenet", "inq3", "mnist", (1,), "INQ", "3/32", "", "likewise"),
    ("twn_lenet", "pow2", "mnist", (1,), "pow2 connect", "5/32", "", "nnabla prints none"),
    ("twn_lenet", "min-max", "mnist", (1,), "min-max (Jacob et al.)", "8/8", "", "per channel, 4 epochs"),
    ("twn_lenet", "lsq4", "mnist", (1,), "LSQ", "4/4", "", "the paper has ImageNet only"),
    ("twn_lenet", "lsq2", "mnist", (1,), "LSQ", "2/2", "", "likewise"),
    ("mlp_3x1024", "", "mnist", (1,), "BinaryConnect, deterministic", "1/32", "1.29", "half their width, 40 of 1,000 epochs"),
    ("mlp_3x1024", "stochastic", "mnist", (1,), "BinaryConnect, stochastic", "1/32", "1.18", "24 epochs; theirs is tested with float weights"),
    ("mlp_3x1024", "bnn", "mnist", (1,), "BNN", "1/1", "0.96", "theirs: 4,096 wide, dropout, 1,000 epochs"),
    ("mlp_3x1024", "bnn-shift", "mnist", (1,), "BNN, shift-based normalization and AdaMax", "1/1", "1.40", "theirs: 2,048 wide"),
    ("mlp_3x1024", "tnn", "mnist", (1,), "TNN", "2/2", "1.67", "ternary; a teacher of the same size"),
    ("mlp_3x1024", "ftprop", "mnist", (1,), "target propagation (Friesen and Domingos)", "32/1", "", "the paper has CIFAR-10 and ImageNet only"),
    ("lenet_5", "ristretto8", "mnist", (1,), "Ristretto", "8/8", "", ""),
    ("lenet_5", "ristretto4", "mnist", (1,), "Ristretto", "4/4", "1.00", "fine-tuned"),
    ("lenet_5", "gupta14", "mnist", (1,), "Gupta et al.", "16/16", "0.83", "FL 14, of outputs 10, stochastic"),
    ("lenet_5", "gupta10", "mnist", (1,), "Gupta et al.", "16/16", "", "FL 10, stochastic"),
    ("lenet_5", "gupta10-nearest", "mnist", (1,), "Gupta et al.", "16/16", "", "FL 10, to nearest"),
    ("lenet_5", "sung", "mnist", (1,), "Sung et al.", "2/32", "", "retrained"),
    ("lenet_5", "sung-direct", "mnist", (1,), "Sung et al.", "2/32", "", "direct"),
    ("lenet_5", "courbariaux", "mnist", (1,), "Courbariaux et al.", "10/10", "0.59", "12 bits in storage; theirs is a maxout network"),
    ("lenet_5", "vanhoucke", "mnist", (1,), "Vanhoucke et al.", "8/8", "", "no training"),
    ("lenet_5", "qiu", "mnist", (1,), "Qiu et al.", "8/8", "", "no training"),
    ("lenet_5", "lin", "mnist", (1,), "Lin et al.", "4+/32", "", "more bits for smaller layers"),
    ("lenet_5", "lin-talathi", "mnist", (1,), "Lin and Talathi", "8/4", "", "activations from the bottom up"),
    ("resnet20", "", "cifar10", (1,), "float", "32/32", "8.75", "50 epochs of 200"),
    ("resnet20", "ttq", "cifar10", (1,), "TTQ", "2/32", "8.87", "begins with a public network of 7.98 %; theirs with 8.23, up to 400 epochs"),
    ("resnet20", "ttq-sparse", "cifar10", (1,), "TTQ, threshold 0.25 max", "2/32", "8.87", "likewise; for the size of the file"),
    ("resnet20", "dorefa4", "cifar10", (1,), "DoReFa", "4/32", "8.54", "likewise; figure of a later table, the paper has no row on CIFAR-10"),
    ("resnet20", "inq5", "cifar10", (1,), "INQ", "5/32", "", "likewise; the paper has ImageNet only"),
    ("resnet20", "lsq4", "cifar10", (1,), "LSQ", "4/4", "9.11", "likewise; figure of PACT, 4/4"),
    ("resnet20", "fixed-point8", "cifar10", (1,), "fixed-point connect", "8/32", "", "likewise; nnabla prints none"),
    ("resnet20", "int8", "cifar10", (1,), "min-max (Jacob et al.)", "8/8", "", "likewise; after training, per channel"),
    ("resnet23", "", "cifar10", (1,), "float", "32/32", "", "nnabla prints none; 20 of 300 epochs"),
    ("resnet23", "fixed-point", "cifar10", (1,), "fixed-point connect", "8/32", "", "likewise"),
    ("resnet23", "pow2", "cifar10", (1,), "pow2 connect", "8/32", "", "likewise"),
    ("resnet23", "binary-weight", "cifar10", (1,), "binary weight", "1/32", "", "likewise"),
    ("moons", "", "cifar10", (1,), "Moons et al., full-qnn", "4/4", "20.8", "40 epochs; theirs: best validation of 100"),
    ("moons", "bnn", "cifar10", (1,), "Moons et al., full-bnn", "1/1", "29.7", "likewise"),
]

HEAD = """# What the methods reached

Errors are those of the whole test set after the last epoch, of the `.dcz` as `dc-run` executes it; nothing was chosen on the test set. Bytes are the whole file, the ratio float32 parameters over it. *Published* is the figure of the paper or of the code named in the note, which often is the best of many epochs.
This page is written by `models/methods.py` from the reports of the rows; each row is `dc-compress models/NETWORK/RECIPE --data SPEC -o DIR`, its recipe and seed in the first column. Minutes are those of all epochs, the float network among them where the row begins with one, on one core of a busy machine.

| network, recipe | method | bits w/a | error % | published % | bytes | ratio | minutes | |
|---|---|---|---|---|---|---|---|---|
"""


def folder(out, network, recipe, seed):
    return out / (name_of((network, recipe)) + f"-s{seed}")


def title(row):
    return row[0] + ", recipe" + ("-" + row[1] if row[1] else "")


def name_of(row):
    return row[0] + ("-" + row[1] if row[1] else "")


def is_wanted(row, wanted):
    names = [name_of(other) for other in ROWS]
    return not wanted or any(name_of(row) == part if part in names else part in name_of(row) for part in wanted)


def begin_as_another(out, network, seed, target):
    """Copies the float network that another row of `network` has trained: dc-compress takes it where the recipes
    train alike, and trains it anew where they do not."""
    files = ("trained.onnx", "stages.txt", "train.csv")
    if target.exists():
        return
    for other in sorted(out.glob(f"{network}*-s{seed}")):
        if all((other / name).exists() for name in files):
            target.mkdir(parents=True)
            for name in files:
                shutil.copy(other / name, target)
            return


def measure(args, data, row):
    network, recipe, dataset, seeds = row[:4]
    for seed in seeds:
        target = folder(args.out, network, recipe, seed)
        if (target / "report.json").exists():
            continue
        begin_as_another(args.out, network, seed, target)
        if dataset not in data:
            print(f"{network} {recipe}: no --data {dataset}=SPEC", file=sys.stderr)
            return
        path = ROOT / "models" / network / ("recipe" + ("-" + recipe if recipe else "") + ".textproto")
        subprocess.run([args.tools / "dc-compress", path, "--data", data[dataset], "--set", f"seed={seed}",
                        "--threads", str(args.threads), "-o", target], check=False)


def training_seconds(target):
    """Of all epochs, by the logs of the stages."""
    total = 0.0
    for log in target.glob("*.csv"):
        with open(log, newline="") as rows:
            total += sum(float(row["seconds"]) for row in csv.DictReader(rows))
    return total


def line(args, row):
    network, recipe, _, seeds, method, bits, published, note = row
    reports = []
    for seed in seeds:
        file = folder(args.out, network, recipe, seed) / "report.json"
        if file.exists():
            reports.append(json.loads(file.read_text()))
    if not reports:
        return None
    errors = [report["error_percent"] for report in reports]
    error = f"{sum(errors) / len(errors):.2f}"
    if len(errors) > 1:
        error += " (" + ", ".join(f"{e:.2f}" for e in errors) + ")"
    minutes = training_seconds(folder(args.out, network, recipe, seeds[0])) / 60
    size = int(reports[0]["file_bytes"])
    return (f"| {title(row)} | {method} | {bits} | {error} | {published} | {size:,} | "
            f"{reports[0]['ratio']:.1f}x | {minutes:.1f} | {note} |\n")


def rows_of_page(page):
    """The lines of the page's table, by their first column."""
    lines = page.read_text().splitlines(keepends=True) if page.exists() else []
    return {text.split("|")[1].strip(): text for text in lines if text.startswith("| ")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser, *DATA)
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build" / "tools")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out" / "methods")
    parser.add_argument("--threads", type=int, default=0, help="0: one per core (default)")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    args = parser.parse_args()
    data = data_specs(parser, args.data, *DATA)
    for row in ROWS:
        if data and is_wanted(row, args.rows):
            measure(args, data, row)
    page = ROOT / "docs" / "methods.md"
    known = rows_of_page(page)
    lines = [text for text in (line(args, row) or known.get(title(row)) for row in ROWS) if text]
    page.write_text(HEAD + "".join(lines))
    print(f"docs/methods.md: {len(lines)} of {len(ROWS)} rows")


if __name__ == "__main__":
    main()
