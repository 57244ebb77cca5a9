#!/bin/sh
# Installs ONNX Runtime 1.20.1 from npm into FOLDER/node_modules, unless it is there. The package
# brings the native library for every platform; nothing else is downloaded.
# usage: install_onnxruntime.sh FOLDER
set -eu
folder=${1:?usage: install_onnxruntime.sh FOLDER}
[ ! -d "$folder/node_modules/onnxruntime-node" ] || exit 0
mkdir -p "$folder"
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --fetch-retries=1 \
  onnxruntime-node@1.20.1
