"""The runtime stays small: its archives mention nothing that it promises not to link.

usage: check_runtime.py ARCHIVE...
Reads the symbols with nm: defined, undefined, and instantiated templates alike.
"""

import re
import subprocess
import sys

BANNED = {
    "protobuf": re.compile(r"\bgoogle::protobuf\b"),
    "ONNX": re.compile(r"\bonnx(_torch)?::"),
    "Boost": re.compile(r"\bboost::"),
    "oneDNN": re.compile(r"\bdnnl(::|_)"),
    "iostreams": re.compile(
        r"\bstd::(__cxx11::)?(ios_base|basic_\w*(stream|streambuf|filebuf|stringbuf|ios)\b"
        r"|cout\b|cerr\b|clog\b|cin\b|locale\b)"
    ),
    "exceptions thrown": re.compile(r"\b__cxa_(throw|begin_catch|allocate_exception)\b"),
}


def check(archives):
    found = []
    for archive in archives:
        symbols = subprocess.run(
            ["nm", "-C", "--no-sort", archive], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if not any(re.match(r"[0-9a-f]+ [A-Z] ", line) for line in symbols):
            found.append(f"{archive}: defines nothing: not the archive that was meant")
        for what, pattern in BANNED.items():
            bad = sorted({line[17:].strip() for line in symbols if pattern.search(line)})
            found += [f"{archive}: {what}: {symbol}" for symbol in bad[:5]]
    return found


if __name__ == "__main__":
    findings = check(sys.argv[1:])
    print("\n".join(findings) if findings else f"{len(sys.argv) - 1} archives are clean")
    sys.exit(1 if findings else 0)
