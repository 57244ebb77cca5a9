#!/usr/bin/env bash
# Installs the build into a temporary prefix, then configures, builds and runs a consumer project
# that knows nothing but that prefix.
# usage: package_test.sh CMAKE BUILD_DIR COMPILER runtime|pipeline
set -euo pipefail
cmake=$1 build=$2 compiler=$3 component=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/prefix" >"$work/install.log" ||
  { cat "$work/install.log"; exit 1; }
for tool in train prune quantize encode decode run report compress; do
  [[ -x $work/prefix/bin/dc-$tool ]] || { echo "dc-$tool was not installed"; exit 1; }
done

options=(-G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler"
  -DCMAKE_PREFIX_PATH="$work/prefix" -DCOMPONENT="$component")
if [[ $component == runtime ]]; then
  # As on a machine that has none of these.
  for package in ONNX Protobuf dnnl OpenMP Boost ZLIB; do
    options+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
  done
fi
"$cmake" -S "$here/package_consumer" -B "$work/build" "${options[@]}"
# Warnings in the installed headers would be the consumer's: none are allowed.
"$cmake" --build "$work/build" -- -v | tee "$work/build.log"
if grep -q 'warning:' "$work/build.log"; then echo "the build has warnings"; exit 1; fi

"$work/build/consumer" | tee "$work/out"
[[ $(wc -l <"$work/out") -eq $([[ $component == runtime ]] && echo 1 || echo 2) ]] ||
  { echo "an error is one line"; exit 1; }
if [[ $component == runtime ]]; then
  if ldd "$work/build/consumer" | grep -E 'libprotobuf|libonnx|libboost|libdnnl|libgomp'; then
    echo "the runtime may not need these libraries"
    exit 1
  fi
fi
