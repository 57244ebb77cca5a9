#!/usr/bin/env bash
# Only the API is visible: in the shared library's dynamic symbols, and among the archive's globals.
# Nothing in either refers to what the runtime does without.
# usage: symbols_test.sh ARCHIVE SHARED_LIBRARY
set -euo pipefail
archive=$1 shared=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The C API, the classes of dc/runtime.h and dc/status.h with their functions; the linker's own.
api='^(dc_version|dc_model_[a-z_]+)$'
api+='|^dc::(Session|Status)::'
api+='|^dc::(FloatsOf|ExitCode|GoalNotMet|UsageError|BadInput|Unsupported|IoError|Internal|NoMemory|Cancelled)\('
api+='|^(_init|_fini|_edata|_end|__bss_start)$'

# Names of the defined global symbols among those that nm lists.
defined() { grep -E '^[0-9a-f]+ [A-Zuv] ' | cut -d' ' -f3- | sort -u; }

for list in "$(nm -DC "$shared" | defined)" "$(nm -gC "$archive" | defined)"; do
  for name in dc_version dc_model_load dc_model_run dc_model_free; do
    grep -qx "$name" <<<"$list" || { echo "$name is not visible"; exit 1; }
  done
  if grep -vE "$api" <<<"$list"; then
    echo "the symbols above are visible and no API"
    exit 1
  fi
done

if nm -C "$archive" | grep -E 'typeinfo (for|name for) dc::'; then
  echo "the library has RTTI"
  exit 1
fi
python3 -B "$here/../lint/check_runtime.py" "$archive"
