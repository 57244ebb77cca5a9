"""Feeds the tests of the documentation what they must find.

usage: docs_selftest.py ROOT TOOLS_DIR
"""

import subprocess
import sys
import unittest

import check_commands
import markdown
import run_commands

ROOT, TOOLS = sys.argv[1:3]


def findings(text):
    return check_commands.Checker(ROOT, TOOLS).page("docs/page.md", text)


class Pages(unittest.TestCase):
    def test_blocks_and_marks(self):
        text = "a\n```sh\nls\n```\n<!-- not run: hours -->\n\n```sh\nrm\n```\n```c\nint i;\n```\n"
        found = markdown.blocks(text)
        self.assertEqual([(b.line, b.text, b.not_run) for b in found],
                         [(3, "ls\n", ""), (8, "rm\n", "hours")])

    def test_words_of_commands(self):
        self.assertEqual(
            markdown.commands("A=1 dc-x a:b --c='d e' # f\ng \\\n  h > i | j && k"),
            [["A=1", "dc-x", "a:b", "--c=d e"], ["g", "h"], ["j"], ["k"]])

    def test_what_is_right_is_not_found(self):
        self.assertEqual(findings(
            "`dc-encode q.onnx --coder raw -o m.dcz`, `dc-TOOL --help`, `./dev test -R x`, "
            "[format](format.md)\n```sh\ndc-run m.dcz --data mnist:DIR\n"
            "dc-compress models/NETWORK/RECIPE.textproto models/*/model.onnxtxt -o DIR\n```\n"), [])

    def test_what_does_not_exist_is_found(self):
        for text, what in (
            ("```sh\ndc-encode q.onnx --codr raw\n```\n", "docs/page.md:2: dc-encode has no option --codr"),
            ("```sh\ndc-encode q.onnx -z\n```\n", "docs/page.md:2: dc-encode has no option -z"),
            ("see `dc-run m.dcz --fast=yes`", "docs/page.md:1: dc-run has no option --fast"),
            ("`dc-encod q.onnx`", "docs/page.md:1: there is no tool dc-encod"),
            ("`./dev tests`", "docs/page.md:1: ./dev has no command tests"),
            ("```sh\nls models/none/x\n```\n", "docs/page.md:2: there is no models/none/x"),
            ("[a](b.md)", "docs/page.md: the link b.md leads nowhere"),
        ):
            self.assertEqual(findings(text), [what])

    def test_what_builds_needs_a_mark(self):
        for command in ("./dev build", "apt-get install x", "~/e/bin/pip install .", "python3 -m venv e"):
            block = f"```sh\n{command}\n```\n"
            self.assertEqual(len(findings(block)), 1, command)
            with self.assertRaises(ValueError, msg=command):
                run_commands.script(markdown.blocks(block))
            marked = "<!-- not run: it builds -->\n" + block
            self.assertEqual(findings(marked), [])
            self.assertEqual(run_commands.script(markdown.blocks(marked)), "")

    def test_a_failure_names_its_line(self):
        text = run_commands.script(markdown.blocks("\n```sh\ntrue\nfalse\n```\n```sh\ntrue\n```\n"))
        done = subprocess.run(["bash", "-c", text], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, "line 3: false\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
