#!/usr/bin/env bash
# Unpacks Debian's arm64 packages of the libraries that the runtime and its parity tests need into a
# folder, without installing anything: apt-get keeps the package lists of that architecture there.
# usage: arm64_packages.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"
folder=$PWD
[[ ! -e done ]] || exit 0

mkdir -p apt/lists/partial apt/cache/archives/partial
apt=(apt-get -q -o APT::Architectures::=arm64 -o Dir::State::lists="$folder/apt/lists"
  -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User="$(id -un)")
# The lists are 20 MB; only indices of packages are needed.
"${apt[@]}" -o Acquire::Languages=none update
packages=()
for name in libzstd1 libzstd-dev libhwy-dev libgtest-dev libgmock-dev; do
  packages+=("$name:arm64")
done
"${apt[@]}" download "${packages[@]}"
for package in *.deb; do dpkg-deb -x "$package" .; done
rm -rf apt ./*.deb
touch done
