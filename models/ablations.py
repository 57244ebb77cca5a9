#!/usr/bin/env python3
"""Measures the ablations of the Deep Compression paper (its figures 6, 7 and 8) on LeNet-5.

usage: models/ablations.py --data mnist=SPEC [--tools DIR] [--out DIR] [--threads N] [--figure N]

Trains LeNet-5 as its recipe does, then prunes and quantizes copies of it with short training (EPOCHS
below), and writes the tables of docs/ablations.md and the charts docs/ablations-*.svg from all that is
in the out folder. What is there already is not measured again; without --data nothing is. 42 epochs of
LeNet-5 in all.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import chart
import page

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "lenet_5" / "model.onnxtxt"
DENSE = ["--epochs", 8, "--learning-rate", 0.015, "--l2", 0.0005]  # as in the recipe
PRUNE = ["--criterion", "global", "--importance", "lamp", "--schedule", "gradual", "--learning-rate", 0.02,
         "--l2", 0.0002, "--epochs", 2]
EPOCHS = 1  # of fine-tuning the centroids
# One of two centroids of 400,000 weights has a gradient that is the sum over half of them.
TUNE = ["--lr-schedule", "cosine", "--gradient-clip", 1]
DENSITIES = (0.005, 0.012, 0.03, 0.08, 0.2)
BITS = (1, 2, 3, 4, 5)
PRUNED = 0.08  # the density of figures 7 and 8; LeNet-5 in the paper keeps 8 %
TOGETHER = 4  # bits of the pruned networks in figure 6
INITS = ("linear", "density", "random")

# A variant is (density, bits, init, epochs of fine-tuning); bits 0: not quantized, density 1: not pruned.
BOTH = [(d, TOGETHER, "linear", EPOCHS) for d in DENSITIES]
PRUNED_ONLY = [(d, 0, "", 0) for d in DENSITIES]
QUANTIZED_ONLY = [(1, b, "linear", EPOCHS) for b in BITS]
FIGURES = {
    6: [(1, 0, "", 0)] + PRUNED_ONLY + BOTH + QUANTIZED_ONLY,
    7: [(d, b, "linear", EPOCHS) for d in (1, PRUNED) for b in BITS],
    8: [(PRUNED, b, init, e) for e in (0, EPOCHS) for init in INITS for b in BITS],
}


class Bench:
    def __init__(self, args):
        self.args = args

    def tool(self, name, *more, data=True):
        given = ["--data", self.args.data] if data else []
        command = [self.args.tools / name, *more, *given, "--quiet", "--threads", self.args.threads]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)

    def make(self, target, name, *more):
        """Runs a tool that writes `target`; a run that was killed leaves nothing under that name."""
        if not target.exists():
            part = target.with_name("part-" + target.name)
            self.tool(name, *more, "-o", part)
            part.rename(target)
        return target

    def pruned(self, density):
        dense = self.make(self.args.out / "dense.onnx", "dc-train", MODEL, *DENSE, "--lr-schedule", "cosine")
        if density == 1:
            return dense
        return self.make(self.args.out / f"pruned-{density}.onnx", "dc-prune", dense, *PRUNE, "--lr-schedule", "cosine",
                         "--global-density", density)

    def measure(self, variant, may_run):
        """Bytes of the file and test error in percent, of the variant; measured once. None where it
        was not and may not be now."""
        density, bits, init, epochs = variant
        result = self.args.out / f"density-{density}-bits-{bits}-{init or 'float'}-epochs-{epochs}.json"
        if not result.exists() and may_run:
            print(result.stem, file=sys.stderr, flush=True)
            model, file, run = (result.with_suffix(end) for end in (".onnx", ".dcz", ".run"))
            if bits:
                train = ["--epochs", epochs, *TUNE] if epochs else []
                self.tool("dc-quantize", self.pruned(density), "--bits", bits, "--init", init, *train, "-o", model,
                          data=bool(epochs))
            else:
                model = self.pruned(density)
            self.tool("dc-encode", model, "-o", file, data=False)
            self.tool("dc-run", file, "--json", run)
            error = json.loads(run.read_text())["error_percent"]
            result.write_text(json.dumps({"bytes": file.stat().st_size, "error_percent": error}))
            for used in (result.with_suffix(".onnx"), file, run):
                used.unlink(missing_ok=True)
        return json.loads(result.read_text()) if result.exists() else None


def figure_6(known):
    """Accuracy against size: pruning and quantizing together and each alone."""
    dense = known.get((1, 0, "", 0))
    if not dense:
        return None
    full = 431080 * 4  # bytes of float32
    body, series = [], []
    for color, (name, variants) in enumerate((("pruned and quantized", BOTH), ("pruned only", PRUNED_ONLY),
                                              ("quantized only", QUANTIZED_ONLY))):
        points = []
        for variant in variants:
            if variant not in known:
                continue
            density, bits = variant[:2]
            size, error = known[variant]["bytes"], known[variant]["error_percent"]
            points.append((100 * size / full, error - dense["error_percent"]))
            body.append([name, f"{100 * density:g} %", str(bits) if bits else "32", f"{size:,}", f"{100 * size / full:.2f} %",
                         f"{full / size:.1f}x", f"{error:.2f}", f"{error - dense['error_percent']:+.2f}"])
        series.append(chart.Series(name, sorted(points), color))
    if not body:
        return None
    body.insert(0, ["dense", "100 %", "32", f"{dense['bytes']:,}", f"{100 * dense['bytes'] / full:.2f} %",
                    f"{full / dense['bytes']:.1f}x", f"{dense['error_percent']:.2f}", ""])
    head = ["", "density", "bits", "bytes", "of float32", "ratio", "error %", "points lost"]
    return head, body, chart.draw("LeNet-5: pruning and quantizing, together and alone",
                                  "size of the file, percent of float32 (log)", "error above the dense network's, points",
                                  series, log_x=True, y_range=(-0.3, 3))


def cells(known, variants):
    return [f"{known[v]['error_percent']:.2f}" if v in known else "–" for v in variants]


def against_bits(known, title, columns, y_range):
    """A table and a chart of error against bits; columns are (name, function from bits to variant, color, dash)."""
    series = [chart.Series(name, [(b, known[variant(b)]["error_percent"]) for b in BITS if variant(b) in known], color, True, dash)
              for name, variant, color, dash in columns]
    if not any(s.points for s in series):
        return None
    body = [[str(b)] + cells(known, [variant(b) for _, variant, _, _ in columns]) for b in BITS]
    return (["bits"] + [f"{name}: error %" for name, _, _, _ in columns], body,
            chart.draw(title, "bits of a code, every layer", "test error, percent", series, y_range=y_range, x_ticks=BITS))


def figure_7(known):
    columns = [("not pruned", lambda b: (1, b, "linear", EPOCHS), 2, True),
               (f"pruned to {100 * PRUNED:g} %", lambda b: (PRUNED, b, "linear", EPOCHS), 0, False)]
    return against_bits(known, "LeNet-5: error against bits, pruned and not", columns, (0.5, 2))


def figure_8(known):
    columns = [(init if epochs else f"{init}, not fine-tuned", lambda b, i=init, e=epochs: (PRUNED, b, i, e), color, not epochs)
               for epochs in (EPOCHS, 0) for color, init in enumerate(INITS)]
    return against_bits(known, "LeNet-5: initial centroids", columns, (0.9, 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    page.add_data(parser, "mnist")
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build" / "tools")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out" / "ablations")
    parser.add_argument("--threads", type=int, default=1, help="0: one per core (default 1)")
    parser.add_argument("--figure", type=int, choices=FIGURES, action="append", help="measure for this one only; may be repeated")
    args = parser.parse_args()
    args.data = page.data_specs(parser, args.data, "mnist").get("mnist")
    if args.data:
        args.out.mkdir(parents=True, exist_ok=True)
    bench, known = Bench(args), {}
    for figure, variants in FIGURES.items():
        for variant in variants:
            found = bench.measure(variant, args.data and (not args.figure or figure in args.figure))
            if found:
                known[variant] = found
    path = ROOT / "docs" / "ablations.md"
    text = path.read_text()
    for figure, make in ((6, figure_6), (7, figure_7), (8, figure_8)):
        made = make(known)
        if made:
            head, body, svg = made
            text = page.with_table(text, f"figure {figure}", head, body)
            (ROOT / "docs" / f"ablations-{figure}.svg").write_text(svg)
    path.write_text(text)
    print(f"docs/ablations.md: {len(known)} of {len(set(sum(FIGURES.values(), [])))} measurements")


if __name__ == "__main__":
    main()
