#!/usr/bin/env python3
"""Measures size against error for the recipes for few bytes: docs/frontier.md and its charts.

usage: models/frontier.py --data mnist=SPEC --data cifar10=SPEC [--tools DIR] [--out DIR] [--threads N] [ROW...]

Runs dc-compress for every row (or those whose NETWORK-RECIPE-DENSITY contains ROW) that has no report
in the out folder yet, then writes the tables of docs/frontier.md and docs/frontier-NETWORK.svg from
all reports that are there; rows without a report stay as the page has them. Rows whose data is not
named are not run. A row takes minutes to half an hour and goes on where it was stopped. Remove the
folder of a row whose recipe has changed since.
"""
import argparse
import json
import pathlib
import re
import subprocess

import chart
import page
from methods import training_seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent

# network: title, data, rows (recipe, density or None for the recipe's own, seeds)
NETWORKS = {
    "lenet_300_100": ("LeNet-300-100", "mnist", [
        ("lossless", 0.06, (1,)), ("lossless", None, (1, 2, 3)), ("smallest", 0.025, (1,)), ("smallest", None, (1, 2, 3)),
        ("smallest", 0.011, (1,)), ("smallest", 0.008, (1,))]),
    "lenet_5": ("LeNet-5", "mnist", [
        ("lossless", 0.016, (1,)), ("lossless", None, (1, 2, 3)), ("smallest", None, (1, 2, 3)), ("smallest", 0.0033, (1,))]),
    "mnist_cnn": ("mnist_cnn", "mnist", [("smallest", 0.24, (1,)), ("smallest", None, (1,)), ("smallest", 0.11, (1,))]),
    "resnet20": ("ResNet-20", "cifar10", [("lossless", None, (1,)), ("smallest", None, (1,)), ("smallest", 0.125, (1,)),
        ("30000", None, (1,))]),
}

DATA_TITLES = {"mnist": "MNIST", "cifar10": "CIFAR-10"}

HEAD = ["recipe", "density", "lambda", "seeds", "error %", "bytes", "ratio", "dense error %", "minutes"]


def published(network):
    """What others report, from the network's recipes: name, bytes, error in percent, what the bytes are, source.
    None is a file."""
    text = "".join(path.read_text() for path in sorted((ROOT / "models" / network).glob("recipe-*.textproto")))
    found = re.findall(r'published {\s*name: "(.*)"\s*bytes: (.*)\s*error_percent: (.*)\s*counted: "(.*)"\s*source: "(.*)"\s*}', text)
    return [(who, int(size), float(error), counted, source) for who, size, error, counted, source in dict.fromkeys(found)]


def settings(network, recipe, density):
    """The density and lambda of a row. What a byte may cost falls as bytes become fewer, so that lambda
    goes with the inverse of the density."""
    text = (ROOT / "models" / network / f"recipe-{recipe}.textproto").read_text()
    own, rate = (float(re.search(rf"\b{field}: ([0-9.e-]+)", text).group(1)) for field in ("global_density", "lambda"))
    return (own, rate) if density is None else (density, float(f"{rate * own / density:.3g}"))


def name(network, row):
    return f"{network}-{row[0]}" + (f"-{row[1]}" if row[1] else "")


def folder(args, network, row, seed):
    return args.out / f"{name(network, row)}-{seed}"


def measure(args, data, network, row):
    recipe, density, seeds = row
    for seed in seeds:
        target = folder(args, network, row, seed)
        if (target / "report.json").exists():
            continue
        more = [f"seed={seed}"]
        if density:
            more += ["prune.global_density=%g" % density, "quantize.lambda=%g" % settings(network, recipe, density)[1]]
        command = [args.tools / "dc-compress", ROOT / "models" / network / f"recipe-{recipe}.textproto", "--data", data,
                   "--threads", str(args.threads), "-o", target]
        for field in more:
            command += ["--set", field]
        # Exit 1: the recipe's goal was not met, which is a point of the curve like any other.
        if subprocess.run(command, check=False).returncode not in (0, 1):
            raise SystemExit(f"{name(network, row)}, seed {seed}: dc-compress failed")


def with_spread(values, digits):
    mean = f"{sum(values) / len(values):,.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def spread_of(cell):
    """Mean, least and greatest of what with_spread wrote."""
    numbers = [float(n.replace(",", "")) for n in re.findall(r"[0-9][0-9,.]*", cell)]
    return (numbers * 3)[:3] if len(numbers) == 1 else numbers


def line(args, network, row):
    """The cells of a row, None without any report."""
    recipe, density, seeds = row
    reports = {}
    for seed in seeds:
        file = folder(args, network, row, seed) / "report.json"
        if file.exists():
            reports[seed] = json.loads(file.read_text())
    if not reports:
        return None
    every = list(reports.values())
    sizes = [int(r["file_bytes"]) for r in every]
    minutes = sum(training_seconds(folder(args, network, row, s)) for s in reports) / 60 / len(reports)
    density, rate = settings(network, recipe, density)
    return [f"recipe-{recipe}", f"{100 * density:g} %", f"{rate:g}", ", ".join(map(str, reports)),
            with_spread([r["error_percent"] for r in every], 2), with_spread(sizes, 0),
            f"{every[0]['baseline_bytes'] / (sum(sizes) / len(sizes)):.0f}x",
            with_spread([r["baseline_error_percent"] for r in every], 2), f"{minutes:.1f}"]


def draw(network, title, data, rows):
    """Of the cells of a table's rows."""
    own = {r: f"{100 * settings(network, r, None)[0]:g} %" for r in dict.fromkeys(row[0] for row in NETWORKS[network][2])}
    series = []
    for recipe in own:
        color = ("lossless", "smallest", "30000").index(recipe)
        points = {}
        for cells in rows:
            if cells[0] == f"recipe-{recipe}":
                error, low, high = spread_of(cells[4])
                points[cells[1]] = (spread_of(cells[5])[0], error, low, high, None)
        series.append(chart.Series(f"recipe-{recipe} at other densities", sorted(points.values()) if len(points) > 1 else [], color,
                                   marker="ring"))
        series.append(chart.Series(f"recipe-{recipe}", [points[own[recipe]]] if own[recipe] in points else [], color, line=False))
    series.append(chart.Series("published, counted without a file",
                               [(size, error, None, None, who) for who, size, error, _, _ in published(network)],
                               4, line=False, marker="diamond"))
    return chart.draw(f"{title} on {DATA_TITLES[data]}: error against size", "bytes (log)", "test error, percent", series, log_x=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    page.add_data(parser, *DATA_TITLES)
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build" / "tools")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out" / "frontier")
    parser.add_argument("--threads", type=int, default=0, help="0: one per core (default)")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    args = parser.parse_args()
    specs = page.data_specs(parser, args.data, *DATA_TITLES)
    path = ROOT / "docs" / "frontier.md"
    count = 0
    for network, (title, data, rows) in NETWORKS.items():
        for row in rows:
            if data in specs and (not args.rows or any(part in name(network, row) for part in args.rows)):
                measure(args, specs[data], network, row)
        # Read anew for every network: measuring takes long, and the page may be edited meanwhile.
        text = path.read_text()
        known = {tuple(cells[:2]): cells for cells in page.rows(text, network)}
        lines = []
        for row in rows:
            key = (f"recipe-{row[0]}", f"{100 * settings(network, *row[:2])[0]:g} %")
            cells = line(args, network, row) or known.get(key)
            lines += [cells] if cells else []
        count += len(lines)
        text = page.with_table(text, network, HEAD, lines)
        text = page.with_table(text, f"{network}, published", ["published", "bytes", "error %", "what the bytes are", "source"],
                               [[who, f"{size:,}", f"{error:g}", what, source] for who, size, error, what, source in published(network)])
        path.write_text(text)
        (ROOT / "docs" / f"frontier-{network}.svg").write_text(draw(network, title, data, lines))
    print(f"docs/frontier.md: {count} of {sum(len(rows) for _, _, rows in NETWORKS.values())} rows")


if __name__ == "__main__":
    main()
