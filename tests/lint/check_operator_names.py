"""Who may name an operator: its record, its kernels, and the canonical form; all others ask the record.

usage: check_operator_names.py ROOT
"""

import re

import sources

LIST = "lib/op/ops.inc"
# Files and folders that are about one operator each, or about the list of them.
ALLOWED = (
    "lib/op/",
    "lib/model/canonical/",
    "lib/train/build/kernel_registry.cc",
    "lib/train/operators/",
    "lib/runtime/operators/",
)
# Names that records do not have in ONNX's spelling, or that have no record.
RESPELLED = {"Lrn": "LRN"}
WITHOUT_RECORD = ["Constant"]


def operator_names(root):
    """The names of op/ops.inc, by what follows the k of their enumerator."""
    if not sources.exists(root, LIST):
        return []
    text = sources.read(root, LIST)
    return re.findall(r"^DC_(?:FILE|GRAPH)_OPERATOR\((?:\d+,\s*)?(\w+)\)", text, re.MULTILINE)


def without_comments(text):
    """The text with its comments blanked; line breaks stay, and so do strings that hold //."""
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    blank = lambda m: m[0] if m[0].startswith('"') else re.sub(r"[^\n]", " ", m[0])
    return token.sub(blank, text)


def check_operators(root):
    """No file names an operator as a string or by its number, but for those above."""
    names = operator_names(root)
    if not names:
        return [f"{LIST}: no operators found"]
    texts = "|".join([RESPELLED.get(name, name) for name in names] + WITHOUT_RECORD)
    # "Conv", format::Op::kConv, op::Id::kConv
    named = re.compile(rf'"(?:{texts})"|\b(?:Op|Id)::k(?:{"|".join(names)})\b')
    found = []
    for path in sources.files(root, "lib", "tools"):
        if path.startswith(ALLOWED):
            continue
        lines = without_comments(sources.read(root, path)).splitlines()
        for number, line in enumerate(lines, 1):
            for match in named.finditer(line):
                found.append(f"{path}:{number}: {match[0]}: ask the operator's record (lib/op)")
    return found


CHECKS = {"operators": check_operators}

if __name__ == "__main__":
    sources.main(CHECKS)
