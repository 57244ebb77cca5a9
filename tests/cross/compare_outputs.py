"""Whether two files hold the same numbers, one a line, up to float rounding.

usage: compare_outputs.py EXPECTED ACTUAL
"""

import sys


def numbers(path):
    with open(path, encoding="utf-8") as file:
        return [float(line) for line in file]


expected, actual = numbers(sys.argv[1]), numbers(sys.argv[2])
if not expected or len(expected) != len(actual):
    sys.exit(f"{len(expected)} numbers were expected, there are {len(actual)}")
# The kernels sum in different orders: a few roundings of the largest output.
bound = 1e-5 * max(1e-3, *map(abs, expected))
for line, (e, a) in enumerate(zip(expected, actual), 1):
    if not abs(e - a) <= bound:
        sys.exit(f"line {line}: {a}, expected {e} within {bound:.3g}")
print(f"{len(expected)} numbers agree")
