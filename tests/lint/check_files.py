"""Names, lengths, guards and words of source files.

usage: check_files.py ROOT [length|names|guards|words|mains|scripts]
"""

import os
import re
import statistics
from collections import defaultdict

import sources

MAX_LINES = 800
MAX_MAIN_LINES = 119
# Spelled in two parts so that this file passes its own check.
BANNED = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
CODE = ("lib", "tools", "tests", "python")


def check_length(root):
    """No C++ file is longer than 800 lines; the median is printed for the reviewer."""
    lengths = {path: len(sources.read(root, path).splitlines()) for path in sources.files(root, *CODE)}
    if lengths:
        longest = max(lengths, key=lengths.get)
        print(
            f"{len(lengths)} files, median {statistics.median(lengths.values()):.0f} lines, "
            f"longest {lengths[longest]} ({longest})"
        )
    return [f"{p}: {n} lines, at most {MAX_LINES}" for p, n in lengths.items() if n > MAX_LINES]


def check_names(root):
    """Within lib/, and within tests/, every C++ file has a name of its own."""
    found = []
    for folder in ("lib", "tests"):
        places = defaultdict(list)
        for path in sources.files(root, folder):
            places[path.rsplit("/", 1)[-1]].append(path)
        found += [f"{name}: {' '.join(p)}" for name, p in sorted(places.items()) if len(p) > 1]
    return found


def guard_of(path):
    """DC_STATUS_H_ for lib/include/dc/status.h, DC_BASE_RNG_H_ for lib/base/rng.h."""
    for prefix in ("lib/include/dc/", "lib/"):
        if path.startswith(prefix):
            path = path[len(prefix) :]
            break
    return "DC_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"


def check_guards(root):
    """Header guards are named after the path, opened first and closed with the name."""
    found = []
    for path in sources.files(root, *CODE, suffixes=(".h",)):
        text = sources.read(root, path)
        if "HWY_TARGET_TOGGLE" in text:
            continue  # Highway's include-me-once-a-target headers have a guard of their own
        guard = guard_of(path)
        directives = re.findall(r"^\s*#\s*(\w+)[ \t]*(.*?)\s*$", text, re.MULTILINE)
        if directives[:2] != [("ifndef", guard), ("define", guard)]:
            found.append(f"{path}: does not begin with #ifndef {guard} and #define {guard}")
        elif directives[-1] != ("endif", f"// {guard}"):
            found.append(f"{path}: does not end with #endif  // {guard}")
    return found


def check_words(root):
    """No notes to oneself in what is shipped."""
    word = re.compile(r"\b(" + "|".join(BANNED) + r")\b")
    suffixes = (".cc", ".h", ".py", ".sh", ".cmake", ".in", ".proto", ".txt", ".md", ".textproto")
    paths = sources.files(root, *CODE, "proto", "cmake", "docs", "models", suffixes=suffixes)
    paths += sources.files(root, ".ci", suffixes=("run",))
    paths += sources.files(root, "web", suffixes=suffixes + (".js", ".mjs", ".ts", ".html", ".css"))
    paths += [p for p in ("CMakeLists.txt", "dev", "README.md", "lib/DEPS") if sources.exists(root, p)]
    found = []
    for path in paths:
        for number, line in enumerate(sources.read(root, path).splitlines(), 1):
            match = word.search(line)
            if match:
                found.append(f"{path}:{number}: {match.group(0)}")
    return found


def check_mains(root):
    """A tool's main file only joins library functions: under 120 lines."""
    found = []
    for path in sources.files(root, "tools"):
        if re.fullmatch(r"tools/dc_\w+_main\.cc", path):
            lines = len(sources.read(root, path).splitlines())
            if lines > MAX_MAIN_LINES:
                found.append(f"{path}: {lines} lines, at most {MAX_MAIN_LINES}")
    return found


def check_scripts(root):
    """What says who interprets it can be executed."""
    scripts = sources.files(
        root, "cmake", "docs", "models", "python", "tests", "tools", "web", suffixes=(".sh", ".py", ".mjs")
    )
    return [
        f"{path}: begins with #! and is not executable: chmod +x, git add"
        for path in scripts
        if sources.read(root, path).startswith("#!") and not os.access(os.path.join(root, path), os.X_OK)
    ]


CHECKS = {
    "length": check_length,
    "names": check_names,
    "guards": check_guards,
    "words": check_words,
    "mains": check_mains,
    "scripts": check_scripts,
}

if __name__ == "__main__":
    sources.main(CHECKS)
