#!/usr/bin/env bash
# Installs the build into a temporary prefix, then configures, builds and runs a project that knows
# nothing but that prefix: an example of docs/examples, or the consumer of the pipeline beside this.
# usage: package_test.sh CMAKE BUILD_DIR CC CXX embed_c|embed_cpp|pkg_config|pipeline
set -euo pipefail
cmake=$1 build=$2 cc=$3 cxx=$4 consumer=$5
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
model=$root/tests/golden/v1/conv_table.dcz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
  echo "$*"
  exit 1
}

# The runtime's two components suffice where nothing is compressed.
components=(runtime runtime_dev)
[[ $consumer == pipeline ]] && components=("")
for component in "${components[@]}"; do
  "$cmake" --install "$build" --prefix "$work/prefix" ${component:+--component "$component"} \
    >"$work/install.log" || { cat "$work/install.log"; exit 1; }
done

# Builds the CMake project $1 into $work/build. Warnings in the installed headers would be the
# consumer's: none are allowed.
consume() {
  local folder=$1
  shift
  "$cmake" -S "$folder" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" \
    -DCMAKE_C_FLAGS="-Wall -Wextra -Wpedantic" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic" \
    -DCMAKE_PREFIX_PATH="$work/prefix" "$@"
  "$cmake" --build "$work/build" -- -v | tee "$work/build.log"
  if grep -q 'warning:' "$work/build.log"; then die "the build has warnings"; fi
}

# Runs program $1, which prints the outputs of the model for inputs of 0.5, and compares with what
# the build tree's reference kernels compute.
expect_outputs() {
  "$@" "$model" | tee "$work/out"
  "$build/tests/cross/model_outputs" --reference "$model" >"$work/expected"
  python3 "$root/tests/cross/compare_outputs.py" "$work/expected" "$work/out"
  if "$@" "$root/dev" 2>"$work/error"; then die "the program loaded a file that is no model"; fi
  grep -q 'not a .dcz file' "$work/error" || die "no message: $(cat "$work/error")"
  # The system's libraries and zstd, nothing else.
  if ldd "$1" | grep -vE 'linux-vdso|ld-linux|lib(c|m|stdc\+\+|gcc_s|pthread|zstd|dc_runtime)\.so'; then
    die "the runtime may not need these libraries"
  fi
}

case $consumer in
  embed_c | embed_cpp)
    # As on a machine that has none of these.
    hide=()
    for package in ONNX Protobuf dnnl OpenMP Boost ZLIB hwy; do
      hide+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
    done
    consume "$root/docs/examples/$consumer" "${hide[@]}"
    expect_outputs "$work/build/$consumer"
    ;;
  pkg_config)
    export PKG_CONFIG_PATH
    PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name dc_runtime.pc)")
    relocated=(pkg-config --define-variable=prefix="$work/prefix")
    # shellcheck disable=SC2046  # flags are words
    "$cc" "$root/docs/examples/embed_c/main.c" -o "$work/static" \
      $("${relocated[@]}" --cflags dc_runtime) "$(find "$work/prefix" -name libdc_runtime.a)" \
      $("${relocated[@]}" --static --libs dc_runtime | sed 's/-ldc_runtime//')
    expect_outputs "$work/static"
    ;;
  pipeline)
    for tool in train prune quantize encode decode run report compress; do
      [[ -x $work/prefix/bin/dc-$tool ]] || die "dc-$tool was not installed"
    done
    consume "$here/package_consumer"
    "$work/build/consumer" | tee "$work/out"
    [[ $(wc -l <"$work/out") -eq 3 ]] || die "three lines were expected"
    ;;
  *) die "unknown consumer $consumer" ;;
esac
