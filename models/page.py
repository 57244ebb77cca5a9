"""What the scripts of docs/frontier.md and docs/ablations.md share: their option --data, and tables
in a Markdown page that a script fills while the words around them stay as they are.

A table stands between <!-- NAME --> and <!-- end of NAME -->.
"""
import re


def span(text, name):
    """Where the table's lines begin and end."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n(.*?)<!-- end of {re.escape(name)} -->", text, re.DOTALL)
    if not found:
        raise SystemExit(f"the page has no table between <!-- {name} --> and <!-- end of {name} -->")
    return found.span(1)


def rows(text, name):
    """Cells of the table's rows below its head."""
    begin, end = span(text, name)
    lines = [line for line in text[begin:end].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def with_table(text, name, head, body):
    """The text with the table replaced; head is the cells of its first line."""
    begin, end = span(text, name)
    line = lambda cells: "| " + " | ".join(cells) + " |\n"
    table = line(head) + "|" + "---|" * len(head) + "\n" + "".join(line(cells) for cells in body)
    return text[:begin] + "\n" + table + "\n" + text[end:]


def mnist_spec(parser, data):
    """SPEC of --data mnist=SPEC; None where it is not given."""
    if not data:
        return None
    name, equals, spec = data.partition("=")
    if name != "mnist" or not equals:
        parser.error("--data takes mnist=SPEC, as in mnist=mnist:DIR")
    return spec
