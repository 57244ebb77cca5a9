"""What the tests of the documentation share: which pages there are, and the commands on them.

A block of commands is fenced as ```sh. A comment of HTML before it, which readers do not see, says
where it cannot be run by a test: <!-- not run: why -->.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->\s*\Z", re.DOTALL)
SPAN = re.compile(r"`((?:dc-|\./dev\b|build/tools/dc-)[^`\n]*)`")

# What builds or installs: too much for a test of the pages, and not only in its own folder.
BUILDING = ("./dev", "apt", "apt-get", "sudo", "dpkg", "cmake", "ninja", "npm", "pip", "pip3", "venv")


@dataclass
class Block:
    line: int  # of its first command
    text: str
    not_run: str  # why, or ""


def pages(root):
    """README.md, docs/ and the pages of the models, relative to root."""
    paths = [Path(root) / "README.md"]
    paths += sorted((Path(root) / "docs").rglob("*.md")) + sorted((Path(root) / "models").rglob("*.md"))
    return [path.relative_to(root).as_posix() for path in paths]


def blocks(text):
    found = []
    for match in FENCE.finditer(text):
        if match.group(1) != "sh":
            continue
        before = NOT_RUN.search(text, max(0, match.start() - 400), match.start())
        line = text.count("\n", 0, match.start()) + 2
        found.append(Block(line, match.group(2), before.group(1) if before else ""))
    return found


def spans(text):
    """(line, command) of every `dc-TOOL ...` and `./dev ...` in running text."""
    prose = FENCE.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    return [(prose.count("\n", 0, m.start()) + 1, m.group(1)) for m in SPAN.finditer(prose)]


def commands(text):
    """The words of every simple command of a shell text; comments and redirections are left out."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.wordchars += ":,+%@^[]{}$!"
        command, is_file = [], False
        for word in lexer:
            if set(word) <= set("&|;()"):
                found.append(command)
                command = []
            elif set(word) <= set("<>&"):
                is_file = True  # that a redirection names
            elif is_file:
                is_file = False
            else:
                command.append(word)
        found.append(command)
    return [command for command in found if command]


def builds(words):
    """Whether a command is one of BUILDING, as a path or as a module of python, too."""
    program = words[0] if words[0] == "./dev" else words[0].rsplit("/", 1)[-1]
    is_module = program.startswith("python3") and words[1:2] == ["-m"] and words[2:3] and words[2] in BUILDING
    return program in BUILDING or bool(is_module)
