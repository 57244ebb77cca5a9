#!/usr/bin/env bash
# Runs what the build has cross-compiled for aarch64 under qemu-user: the parity tests of the NEON
# kernels, docs/examples/embed_c, and whole models, whose outputs must be those of this machine's
# reference kernels.
# usage: aarch64_test.sh SOURCE_DIR BUILD_DIR MODEL_OUTPUTS ARM64_ROOT
set -euo pipefail
source=$1 build=$2 model_outputs=$3 root=$4
skipped=77  # ctest's SKIP_RETURN_CODE
if [[ ! -e $root/done || ! -e $build/build.ninja ]] || ! command -v qemu-aarch64 >/dev/null; then
  echo "nothing was built for aarch64: ./dev test installs what that needs"
  exit $skipped
fi

run=(qemu-aarch64 -L /usr/aarch64-linux-gnu)
"${run[@]}" "$build/tests/cross/parity/parity" | tee "$build/parity.log"
grep -q 'PASSED' "$build/parity.log"

aarch64-linux-gnu-gcc "$source/docs/examples/embed_c/main.c" -I"$source/lib/include" \
  "$build/runtime/libdc_runtime.a" "$root/usr/lib/aarch64-linux-gnu/libzstd.a" -lstdc++ -lm -pthread \
  -o "$build/embed_c"
"${run[@]}" "$build/embed_c" "$source/tests/golden/v1/conv_table.dcz" 2>&1 | tee "$build/embed.log"
grep -q 'csb NEON' "$build/embed.log"

models=0
for model in "$source"/tests/golden/v1/*.dcz; do
  [[ $model != */bad_* ]] || continue
  for batch in 1 20; do
    "$model_outputs" --reference --batch $batch "$model" >"$build/expected"
    "${run[@]}" "$build/tests/cross/model_outputs" --batch $batch "$model" >"$build/actual"
    python3 "$source/tests/cross/compare_outputs.py" "$build/expected" "$build/actual" ||
      { echo "$model, batch $batch"; exit 1; }
  done
  models=$((models + 1))
done
((models >= 12)) || { echo "only $models models"; exit 1; }
