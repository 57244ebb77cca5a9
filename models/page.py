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


def add_data(parser, *names):
    """Adds --data NAME=SPEC, which may be given for each of the names."""
    parser.add_argument("--data", action="append", default=[], metavar="NAME=SPEC", help=" or ".join(f"{n}={n}:DIR" for n in names))


def data_specs(parser, given, *names):
    """SPEC by NAME of what --data was given."""
    specs = dict(item.partition("=")[::2] for item in given)
    if not all(name in names and spec for name, spec in specs.items()):
        parser.error("--data takes " + " or ".join(f"{name}=SPEC, as in {name}={name}:DIR" for name in names))
    return specs
