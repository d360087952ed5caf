#!/usr/bin/env bash
# Builds TensorFlow's native backend where a C++ compiler and Python are present, so that networks are tested on both backends. Kept in
# ${FLEXIML_CI_CACHE:-~/.cache/fleximl-ci}/tensorflow-native; later runs only link it. What is missing is said: this never fails.
set -uo pipefail
cache="${FLEXIML_CI_CACHE:-$HOME/.cache/fleximl-ci}/tensorflow-native"
skipped() { echo "tensorflow: the native backend is left out ($1); networks are tested on WebAssembly alone."; exit 0; }
command -v "${CXX:-g++}" >/dev/null || command -v clang++ >/dev/null || skipped "there is no C++ compiler"
command -v python3 >/dev/null || skipped "there is no Python"
mkdir -p "$cache" || skipped "$cache cannot be made"
within() { if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi; }
# One at a time: two runs on one machine would build the same.
if command -v flock >/dev/null; then
  exec 9>"$cache.lock" && flock -w 600 9 || skipped "another build takes too long"
fi
# Installing the packages, which comes first on a clean checkout, is not what the limit is for.
within 600 npm run --silent tensorflow-native -- --cache "$cache" || skipped "see above"
exit 0
