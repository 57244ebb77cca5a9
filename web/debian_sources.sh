#!/usr/bin/env bash
# Unpacks the source of zstd that this Debian was released with into a folder: the library that is
# installed is for this machine's processor. Installs nothing; apt-get checks what it fetches
# and keeps its lists in the folder meanwhile.
# usage: debian_sources.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"
folder=$PWD
[[ ! -e done ]] || exit 0

mkdir -p apt/lists/partial apt/cache/archives/partial
# Where this machine gets its packages from, but for updates: not every mirror has their sources.
# shellcheck disable=SC2016
apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' 'Origin: Debian' | grep -v -e '-updates ' -e '-security ' >apt/sources.list ||
  true
[[ -s apt/sources.list ]] || {
  echo "debian_sources.sh: error: apt knows no Debian archive: run apt-get update" >&2
  exit 4
}
apt=(apt-get -q -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=-
  -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache"
  -o APT::Sandbox::User="$(id -un)")
"${apt[@]}" update
"${apt[@]}" source --download-only --tar-only libzstd
mkdir -p libzstd
tar -xf libzstd_*.orig.tar.[gx]z -C libzstd --strip-components=1
rm -rf apt ./*.tar.*
touch done
