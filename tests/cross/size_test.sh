#!/usr/bin/env bash
# What the runtime adds to a program: links docs/examples/embed_c with the static library (libc,
# libstdc++ and libzstd stay shared), strips it and compares its size with a limit. The limit is for
# the operators of the classic networks; the size with all operators is printed.
# usage: size_test.sh CC RUNTIME_DIR BYTES
set -euo pipefail
cc=$1 runtime=$2 limit=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program with the library in folder $1.
link() {
  "$cc" -Os -s "$root/docs/examples/embed_c/main.c" -I"$root/lib/include" -o "$work/$2" \
    "$1/libdc_runtime.a" -Wl,--gc-sections,-z,noseparate-code,-z,pack-relative-relocs \
    -lzstd -lstdc++ -lm -pthread
}
# Whether program $1 prints the values that follow for model $2.
expect() {
  "$work/$1" "$2" >"$work/out"
  paste "$work/out" <(printf '%s\n' "${@:3}") |
    awk -v n=$(($# - 2)) 'NF != 2 || ($1 - $2) ^ 2 > 1e-10 { wrong = 1 } END { exit wrong || NR != n }' ||
    { echo "$1: wrong outputs:"; cat "$work/out"; exit 1; }
}
link "$runtime/classic" classic
link "$runtime" all
if grep -q avx2 /proc/cpuinfo; then
  # As docs/embedding.md shows them.
  expect classic "$root/tests/golden/v1/conv_table.dcz" 0.338375 -0.595441 -1.38063 0.520114
  # HardSwish: 0.5 * (0.5 + 3) / 6, where the library has it.
  python3 -B "$here/one_operator.py" 25 "$work/hard_swish.dcz"
  expect all "$work/hard_swish.dcz" 0.2916667 0.2916667 0.2916667
  if "$work/classic" "$work/hard_swish.dcz" >"$work/out" 2>&1; then
    echo "classic: runs what it leaves out"
    exit 1
  fi
  grep -q "leaves out operator HardSwish.*: rebuild it with HardSwish in DC_RUNTIME_OPERATORS" \
    "$work/out" || { echo "classic: not the error that names the operator:"; cat "$work/out"; exit 1; }
fi
bytes=$(stat -c %s "$work/classic")
echo "$bytes bytes, at most $limit; $(stat -c %s "$work/all") with all operators"
((bytes <= limit)) || { echo "the runtime has grown"; exit 1; }
# So far below it that the limit is worth nothing: lower it.
((bytes * 100 >= limit * 90)) || { echo "the limit can be lowered"; exit 1; }
