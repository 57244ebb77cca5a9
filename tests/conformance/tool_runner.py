"""The built tools, one call at a time, for the checks of this folder."""

import re
import subprocess

import numpy


class Refused(Exception):
    """A tool that said no: its error line and exit code."""

    def __init__(self, line, code):
        super().__init__(line)
        self.code = code


class Crashed(Exception):
    """A tool that ended otherwise than with 0, 2 or 3, or refused without a reason."""


def array_name(output):
    """What dc-run --output-dir calls the file of an output (without .npy)."""
    return re.sub(r"[^A-Za-z0-9.\-]", "_", output)


class ToolRunner:
    """Runs the tools of one folder; their files go into another."""

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder

    def call(self, tool, *arguments):
        command = [self.tools / tool, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return
        lines = [line for line in done.stderr.splitlines() if "error:" in line]
        if done.returncode not in (2, 3) or not lines:
            raise Crashed(f"{tool} ended with {done.returncode}: {done.stderr[-300:]}")
        raise Refused(lines[0].replace(f"{self.folder}/", ""), done.returncode)

    def outputs(self, file, arrays, names):
        """What dc-run makes of the arrays by input name, of a file that keeps names: the named outputs, in order."""
        arguments = []
        for i, (name, array) in enumerate(arrays.items()):
            path = self.folder / f"input{i}.npy"
            numpy.save(path, array)
            arguments += ["--input", f"{name}={path}"]
        folder = self.folder / "outputs"
        for path in folder.glob("*"):
            path.unlink()
        self.call("dc-run", file, *arguments, "--output-dir", folder)
        return [numpy.load(folder / f"{array_name(name)}.npy") for name in names]
