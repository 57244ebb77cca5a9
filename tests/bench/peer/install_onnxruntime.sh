#!/bin/sh
# Installs ONNX Runtime 1.20.1 from npm into FOLDER/node_modules, unless it is there and loads. The
# package brings the native libraries; nothing else is downloaded.
# usage: install_onnxruntime.sh FOLDER
set -eu
folder=${1:?usage: install_onnxruntime.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
loads="require('./node_modules/onnxruntime-node')"
if ! node -e "$loads" 2>/dev/null; then
  echo "== installing onnxruntime-node 1.20.1 into $folder"
  npm install --prefix . --ignore-scripts --no-audit --no-fund --fetch-retries=1 \
    onnxruntime-node@1.20.1
  node -e "$loads"
fi
