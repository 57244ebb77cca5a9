"""What the lint checks share: which files there are and what they include.

Python's standard library only.
A check is a function of the repository's root that returns a list of findings, one line each.
"""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
    cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
    exception execution filesystem format forward_list fstream functional future initializer_list
    iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource
    mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf
    string string_view syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version""".split()
)
# C headers have them under C's names.
STANDARD |= {"stddef.h", "stdint.h"}

POSIX = re.compile(
    r"^(sys/[a-z]+|dirent|fcntl|poll|pthread|sched|signal|strings|termios|unistd)\.h$"
)


def files(root, *folders, suffixes=(".cc", ".h")):
    """Paths relative to root, as strings, in order; build folders do not count."""
    found = []
    for folder in folders:
        for path in (Path(root) / folder).rglob("*"):
            if path.is_file() and (path.suffix in suffixes or path.name in suffixes):
                found.append(path.relative_to(root).as_posix())
    return sorted(found)


def exists(root, path):
    return (Path(root) / path).is_file()


def read(root, path):
    return (Path(root) / path).read_text(encoding="utf-8", errors="replace")


def includes(root, path):
    """(line number, "<" or '"', included path) of every #include."""
    text = read(root, path)
    return [
        (text.count("\n", 0, m.start(2)) + 1, m.group(1), m.group(2))
        for m in INCLUDE.finditer(text)
    ]


def main(checks):
    """Command line of a check script: ROOT [CHECK]; exit 1 and the findings where there are any."""
    root = sys.argv[1]
    names = sys.argv[2:] or list(checks)
    findings = [f"{name}: {line}" for name in names for line in checks[name](root)]
    for line in findings:
        print(line)
    sys.exit(1 if findings else 0)
