"""Who may include what: lib/DEPS for the library, and the rules for public headers and tools.

usage: check_includes.py ROOT [edges|public|tools]
"""

import sources

# Headers that protoc makes from proto/; who may use protobuf may use them.
GENERATED = ".pb.h"
PROTOBUF = ("google/protobuf/", "pb.h")


class Deps:
    """lib/DEPS, parsed; its header comment explains the syntax."""

    def __init__(self, text):
        self.modules = {}  # folder -> folders that it may include
        self.anywhere = {}  # folder -> header prefixes for all of its files
        self.only = {}  # folder -> [(header prefix, file prefix)]
        self.owner = {}  # public header's name -> folder
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            head, _, rest = line.partition(":")
            if head == "owner":
                names, _, folder = rest.partition("=")
                for name in names.split():
                    self.owner[name] = folder.strip()
                continue
            rest, _, only = rest.partition("@")
            modules, _, anywhere = rest.partition("|")
            self.modules[head] = modules.split()
            self.anywhere[head] = anywhere.split()
            self.only[head] = [tuple(entry.rsplit(":", 1)) for entry in only.split()]

    def folder_of(self, path):
        """The folder that `path` (relative to lib/) belongs to, or None."""
        matches = [m for m in self.modules if path.startswith(m + "/")]
        return max(matches, key=len, default=None)

    def third_party(self, folder, file, header):
        """Whether `file` (relative to the folder) may include the third-party `header`."""
        prefixes = list(self.anywhere[folder])
        prefixes += [prefix for prefix, files in self.only[folder] if file.startswith(files)]
        if header.endswith(GENERATED) and "/" not in header and header != "pb.h":
            return any(p in PROTOBUF for p in prefixes)
        return any(header.startswith(p) for p in prefixes)


def check_edges(root):
    """Every include of lib/ is one that lib/DEPS allows."""
    deps = Deps(sources.read(root, "lib/DEPS"))
    found = []
    for owner in set(deps.owner.values()) | {m for ms in deps.modules.values() for m in ms}:
        if owner not in deps.modules:
            found.append(f"lib/DEPS: {owner} is named but has no line of its own")
    for path in sources.files(root, "lib"):
        relative = path[len("lib/") :]
        if relative.startswith("include/dc/"):
            folder = deps.owner.get(relative[len("include/dc/") :])
            file = ""
            if folder is None:
                found.append(f"{path}: no owner line of lib/DEPS names this header")
                continue
        else:
            folder = deps.folder_of(relative)
            if folder is None:
                found.append(f"{path}: lib/DEPS has no line for this folder")
                continue
            file = relative[len(folder) + 1 :]
        for line, quote, header in sources.includes(root, path):
            where = f"{path}:{line}"
            if header.startswith("dc/"):
                target = deps.owner.get(header[len("dc/") :])
                if target is None:
                    found.append(f"{where}: no owner line of lib/DEPS names {header}")
                    continue
            else:
                target = deps.folder_of(header)
            if target is not None:
                if target != folder and target not in deps.modules[folder]:
                    found.append(f"{where}: {folder} may not include {target} ({header})")
            elif header in sources.STANDARD or sources.POSIX.match(header):
                if quote != "<":
                    found.append(f'{where}: write <{header}>')
            elif header == relative.rsplit("/", 1)[-1]:
                found.append(f"{where}: includes itself without its folder")
            elif not deps.third_party(folder, file, header):
                found.append(f"{where}: {folder} may not include {header}, or not in this file")
    return found


def check_public(root):
    """Public headers include the standard library and each other, nothing else."""
    found = []
    for path in sources.files(root, "lib/include", suffixes=(".h",)):
        for line, _, header in sources.includes(root, path):
            if not header.startswith("dc/") and header not in sources.STANDARD:
                found.append(f"{path}:{line}: a public header may not include {header}")
    return found


def check_tools(root):
    """Tools include dc/, common/, the standard library, Boost; common/ also the system's headers. The
    Python package includes what they do, pybind11 in place of Boost."""
    found = []
    for path in sources.files(root, "python"):
        for line, _, header in sources.includes(root, path):
            fine = header.startswith(("dc/", "common/", "core/", "pybind11/"))
            if not fine and header not in sources.STANDARD:
                found.append(f"{path}:{line}: the Python package may not include {header}")
    for path in sources.files(root, "tools"):
        common = path.startswith("tools/common/")
        for line, _, header in sources.includes(root, path):
            fine = header.startswith(("dc/", "common/", "boost/")) or header in sources.STANDARD
            if not fine and not (common and sources.POSIX.match(header)):
                found.append(f"{path}:{line}: a tool may not include {header}")
    return found


CHECKS = {"edges": check_edges, "public": check_public, "tools": check_tools}

if __name__ == "__main__":
    sources.main(CHECKS)
