#!/usr/bin/env bash
# Cross-compiles the runtime for aarch64 and runs it under qemu-user: the parity tests of its NEON
# kernels, docs/examples/embed_c, and whole models, whose outputs must be those of this machine's
# reference kernels.
# usage: aarch64_test.sh SOURCE_DIR BUILD_DIR MODEL_OUTPUTS ARM64_ROOT
set -euo pipefail
source=$1 build=$2 model_outputs=$3 root=$4
skipped=77  # ctest's SKIP_RETURN_CODE
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $tool >/dev/null || { echo "no $tool: ./dev test installs it"; exit $skipped; }
done
[[ -e $root/done ]] || { echo "nothing in $root: ./dev test fetches it"; exit $skipped; }

cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDC_RUNTIME_ONLY=ON \
  -DCMAKE_TOOLCHAIN_FILE="$source/cmake/aarch64-linux-gnu.cmake" -DDC_ARM64_ROOT="$root"
cmake --build "$build" --target parity model_outputs dc_runtime_static

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
