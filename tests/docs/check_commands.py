"""What the documentation tells a reader to type exists: tools, their options, files, links.

usage: check_commands.py ROOT TOOLS_DIR     exit 1 and the findings where there are any
"""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import markdown

# Folders of the sources; what a command writes lies elsewhere.
SOURCES = ("cmake", "docs", "lib", "models", "proto", "tests", "tools")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


def is_placeholder(word):
    """RECIPE, models/NETWORK/x: what the reader replaces."""
    return re.search(r"(^|[/:.=-])[A-Z][A-Z_]+\b", word) is not None


class Checker:
    def __init__(self, root, tools):
        self.root, self.tools = Path(root), Path(tools)

    @cache
    def options(self, tool):
        """What --help of a tool lists: {"--output", "-o", ...}; None where there is no such tool."""
        if not (self.tools / tool).is_file():
            return None
        help = subprocess.run([self.tools / tool, "--help"], capture_output=True, text=True, check=True)
        found = set()
        for match in re.finditer(r"^  (?:(-\w) \[ )?(--[\w-]+)", help.stdout, re.MULTILINE):
            found.update(option for option in match.groups() if option)
        return found

    @cache
    def dev_commands(self):
        help = subprocess.run([self.root / "dev", "--help"], capture_output=True, text=True, check=True)
        return set(re.findall(r"^  (\w+)", help.stdout, re.MULTILINE))

    def command(self, words):
        """What is wrong with one command."""
        words = [word for word in words if not re.fullmatch(r"\w+=.*", word)] or [""]
        name = words[0].rsplit("/", 1)[-1]
        found = []
        if name.startswith("dc-") and not is_placeholder(name):
            known = self.options(name)
            if known is None:
                return [f"there is no tool {name}"]
            for word in words[1:]:
                option = word.split("=")[0]
                if re.match(r"--?[a-z]", option) and option not in known:
                    found.append(f"{name} has no option {option}")
        elif words[0] == "./dev" and len(words) > 1 and re.match("[a-z]", words[1]):
            if words[1] not in self.dev_commands():
                found.append(f"./dev has no command {words[1]}")
        for word in words:
            path = word.split(":")[-1].split("=")[-1]
            if path.split("/")[0] in SOURCES and "/" in path and not is_placeholder(path):
                if not list(self.root.glob(path)):
                    found.append(f"there is no {path}")
        return found

    def page(self, path, text):
        """Findings of one page, as lines."""
        found = []
        for block in markdown.blocks(text):
            for words in markdown.commands(block.text):
                found += [f"{path}:{block.line}: {what}" for what in self.command(words)]
                if markdown.builds(words) and not block.not_run:
                    found.append(
                        f"{path}:{block.line}: {words[0]} is not for a test to run: put"
                        " <!-- not run: why --> before the block"
                    )
        for line, span in markdown.spans(text):
            for words in markdown.commands(span):
                found += [f"{path}:{line}: {what}" for what in self.command(words)]
        for match in LINK.finditer(markdown.FENCE.sub("", text)):
            target = match.group(1)
            if ":" not in target and not (self.root / path).parent.joinpath(target).exists():
                found.append(f"{path}: the link {target} leads nowhere")
        return found


def main():
    checker = Checker(*sys.argv[1:3])
    found = []
    for path in markdown.pages(sys.argv[1]):
        found += checker.page(path, (checker.root / path).read_text(encoding="utf-8"))
    print(*found, sep="\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
