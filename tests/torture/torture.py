"""Tries to break the built tools, for as many minutes as asked for, and prints a summary.

usage: torture.py BUILD_DIR GOLDEN_DIR [--minutes M] [--seed N] [--keep DIR] [--only PHASE]

What must hold is docs/limits.md: every file runs or is refused in one line with exit code 3, within
the processor time and memory that a file of its size may cost; a killed run leaves the old file or
the new one; two runs at once do not mix; a tool without memory says so in one line. Findings are
kept in --keep (default: out/torture) with the command that shows them; the exit code is 1 then.
"""

import argparse
import os
import pathlib
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutate  # noqa: E402

# docs/limits.md: what a file of so many bytes may cost. A busy machine does not count: it is
# processor time.
BASE_SECONDS, SECONDS_PER_BYTE = 2.0, 0.0002
BASE_BYTES, BYTES_PER_BYTE = 320 << 20, 128 << 10
# An end for what hangs.
WALL_SECONDS = 60
LONGEST_LINE = 1000


class Outcome:
    def __init__(self, code, seconds, memory, err):
        self.code, self.seconds, self.memory, self.err = code, seconds, memory, err


def run(command, address_space=None, env=None):
    """Runs a command: its exit code (-signal), processor time, most memory and what it said."""
    with tempfile.TemporaryFile() as err:

        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if address_space:
                resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))

        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=err, preexec_fn=prepare, env=env
        )
        timer = threading.Timer(WALL_SECONDS, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        text = err.read().decode("utf-8", "replace")
    return Outcome(
        process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, text
    )


def complaint(outcome, size, allowed=(0, 3)):
    """What is wrong with an outcome for a file of `size` bytes, or None."""
    if outcome.code not in allowed:
        return f"exit code {outcome.code}"
    lines = outcome.err.splitlines()
    if outcome.code == 3 and (len(lines) != 1 or "error: " not in lines[0]):
        return f"{len(lines)} lines of error"
    if outcome.code == 3 and len(lines[0]) > LONGEST_LINE:
        return f"an error of {len(lines[0])} characters"
    if any(ord(c) < 32 and c not in "\n\r\t" for c in outcome.err):
        return "control characters in the error"
    if outcome.seconds > BASE_SECONDS + SECONDS_PER_BYTE * size:
        return f"{outcome.seconds:.1f} s of processor time"
    if outcome.memory > BASE_BYTES + BYTES_PER_BYTE * size:
        return f"{outcome.memory >> 20} MB"
    return None


# Each with its share of the time.
PHASES = {"dcz": 0.5, "onnx": 0.3, "kills": 0.08, "memory": 0.08, "two_at_once": 0.04}


class Campaign:
    def __init__(self, arguments):
        self.tools = pathlib.Path(arguments.build) / "tools"
        self.golden = pathlib.Path(arguments.golden)
        self.keep = pathlib.Path(arguments.keep)
        self.rng = random.Random(arguments.seed)
        self.work = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.work.name)
        self.counts, self.findings = {}, []

    def tool(self, name, *arguments):
        return [str(self.tools / name), *map(str, arguments)]

    def find(self, phase, what, command, data):
        self.keep.mkdir(parents=True, exist_ok=True)
        name = f"{phase}_{len(self.findings)}"
        if data is not None:
            (self.keep / name).write_bytes(data)
        line = f"{phase}: {what}: {' '.join(map(str, command))} (input kept as {self.keep / name})"
        self.findings.append(line)
        print(line, flush=True)

    def count(self, phase, code):
        counts = self.counts.setdefault(phase, {})
        counts[code] = counts.get(code, 0) + 1

    def until(self, end):
        while time.monotonic() < end:
            yield

    def dcz(self, end):
        """Mutated .dcz through one tool each, the runtime most often."""
        files = [p.read_bytes() for p in sorted(self.golden.glob("*.dcz"))]
        path, out = self.dir / "m.dcz", self.dir / "m.onnx"
        commands = {
            "dc-run": self.tool("dc-run", path, "--threads", 1),
            "dc-run --batch 1 --reference": self.tool(
                "dc-run", path, "--threads", 1, "--batch", 1, "--reference"
            ),
            "dc-decode": self.tool("dc-decode", path, "-o", out),
            "dc-report": self.tool("dc-report", path),
            "dc-inspect": self.tool("dc-inspect", path, "--hex"),
        }
        for _ in self.until(end):
            data = self.rng.choice(files)
            for _ in range(self.rng.choice([1, 1, 1, 1, 2])):
                try:
                    data = mutate.mutate_dcz(self.rng, data)
                except (ValueError, IndexError):
                    break
            path.write_bytes(data)
            name = self.rng.choice(list(commands))
            outcome = run(commands[name])
            self.count(f".dcz, {name}", outcome.code)
            # Measuring what runs takes its time whatever the file.
            if outcome.code == 0 and name.startswith("dc-run"):
                outcome.seconds = max(0.0, outcome.seconds - 3)
            wrong = complaint(outcome, len(data))
            if wrong:
                self.find("dcz", wrong, commands[name], data)

    def seeds_of_onnx(self):
        seeds = []
        for path in sorted(self.golden.glob("*.dcz")):
            out = self.dir / "seed.onnx"
            if run(self.tool("dc-decode", path, "-o", out)).code == 0:
                seeds.append(out.read_bytes())
        return seeds

    def onnx(self, end):
        """Mutated ONNX files through dc-encode; what it writes, dc-run must run."""
        seeds = self.seeds_of_onnx()
        path, out = self.dir / "m.onnx", self.dir / "m.dcz"
        encode = self.tool("dc-encode", path, "-o", out)
        for _ in self.until(end):
            data = self.rng.choice(seeds)
            for _ in range(self.rng.choice([1, 1, 2, 3])):
                data = mutate.mutate_onnx(self.rng, data)
            path.write_bytes(data)
            outcome = run(encode)
            self.count("ONNX, dc-encode", outcome.code)
            wrong = complaint(outcome, len(data), (0, 2, 3))
            if not wrong and outcome.code == 0:
                outcome = run(self.tool("dc-run", out, "--threads", 1))
                outcome.seconds = max(0.0, outcome.seconds - 3)
                self.count("ONNX, dc-run of what dc-encode wrote", outcome.code)
                wrong = complaint(outcome, len(data), (0,))
            if wrong:
                self.find("onnx", wrong, encode, data)

    def kills(self, end):
        """Runs that are killed at a random time over an older file, then run again."""
        model, out = self.golden / "example.dcz", self.dir / "kill.onnx"
        command = self.tool("dc-decode", model, "-o", out)
        started = time.monotonic()
        first = run(command)
        took = time.monotonic() - started
        if first.code != 0:
            self.find("kills", f"exit code {first.code}", command, None)
            return
        right, old = out.read_bytes(), b"what was there"
        for _ in self.until(end):
            out.write_bytes(old)
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(self.rng.uniform(0, 1.2 * took))
            process.send_signal(self.rng.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM]))
            process.wait()
            left = out.read_bytes()
            self.count("killed runs", "old" if left == old else "new")
            if left not in (old, right):
                self.find("kills", "neither the old file nor the new one", command, left)
            if self.rng.randrange(8) == 0:
                again = run(command)
                if again.code != 0 or out.read_bytes() != right:
                    self.find("kills", "another result after a kill", command, out.read_bytes())

    def write_samples(self):
        """Images of 4x8 of 8 classes, what the example's network takes, as idx files."""
        for part, count in (("train", 512), ("t10k", 128)):
            images = struct.pack(">4I", 0x803, count, 4, 8) + self.rng.randbytes(count * 32)
            labels = struct.pack(">2I", 0x801, count) + bytes(i % 8 for i in range(count))
            (self.dir / f"{part}-images-idx3-ubyte").write_bytes(images)
            (self.dir / f"{part}-labels-idx1-ubyte").write_bytes(labels)

    def memory(self, end):
        """Less and less address space: done, or one line, from every tool."""
        model, network = self.golden / "example.dcz", self.dir / "network.onnx"
        out, recipe = self.dir / "memory.onnx", self.dir / "recipe.textproto"
        if run(self.tool("dc-decode", model, "-o", network)).code != 0:
            self.find("memory", "no network to train", self.tool("dc-decode", model), None)
            return
        self.write_samples()
        recipe.write_text(
            'name: "m" model: "network.onnx" train { epochs: 1 } prune { amounts: "*=0.2" '
            'retrain { epochs: 1 } } quantize { bits: "3" } encode { coder: "context" }'
        )
        training = ["--data", f"idx:{self.dir}", "--epochs", 1, "--threads", 2]
        commands = [
            self.tool("dc-run", model, "--threads", 2),
            self.tool("dc-run", model, "--threads", 2, *training[:2]),
            self.tool("dc-decode", model, "-o", out),
            self.tool("dc-report", model, "--html", self.dir / "memory.html"),
            self.tool("dc-inspect", model),
            self.tool("dc-encode", network, "-o", self.dir / "memory.dcz"),
            self.tool("dc-train", network, "-o", out, *training),
            self.tool("dc-prune", network, "-o", out, "--amounts", "*=0.2", *training),
            self.tool("dc-quantize", network, "-o", out, "--bits", 3, *training),
            self.tool("dc-compress", recipe, "-o", self.dir / "memory", *training[:2]),
        ]
        commands = [[*command, "--quiet"] for command in commands]
        for _ in self.until(end):
            command = self.rng.choice(commands)
            limit = self.rng.randrange(24 << 10, 400 << 10) << 10
            outcome = run(command, address_space=limit)
            self.count("limited memory", outcome.code)
            outcome.seconds = 0
            wrong = complaint(outcome, 1 << 20)
            # What it takes to load the program itself is not the tool's to refuse.
            if wrong and run([command[0], "--version"], address_space=limit).code == 0:
                self.find("memory", f"{wrong} under ulimit -v {limit >> 10}", command, None)

    def two_at_once(self, end):
        """Two runs that write the same file."""
        model, out = self.golden / "example.dcz", self.dir / "both.onnx"
        command = self.tool("dc-decode", model, "-o", out)
        run(command)
        right = out.read_bytes()
        for _ in self.until(end):
            both = [
                subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for _ in range(2)
            ]
            codes = [process.wait() for process in both]
            self.count("two runs at once", max(codes))
            if out.read_bytes() != right or not any(code == 0 for code in codes):
                self.find("two", f"exit codes {codes}, or other bytes", command, out.read_bytes())

    def go(self, minutes, only):
        for phase, share in PHASES.items():
            if only in (None, phase):
                getattr(self, phase)(time.monotonic() + 60 * minutes * (share if only is None else 1))
        print("\nwhat                                    exit code: runs")
        for phase, counts in self.counts.items():
            text = ", ".join(f"{code}: {n:,}" for code, n in sorted(counts.items(), key=str))
            print(f"{phase:38}  {text}")
        print(f"{len(self.findings)} findings")
        return 1 if self.findings else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("golden")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="out/torture")
    parser.add_argument("--only", choices=PHASES, help="one phase, for all of the time")
    arguments = parser.parse_args()
    return Campaign(arguments).go(arguments.minutes, arguments.only)


if __name__ == "__main__":
    sys.exit(main())
