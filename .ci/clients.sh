#!/usr/bin/env bash
# Installs the programs of others that some tests speak with: servers of S3 (versitygw), Google Cloud Storage (fake-gcs-server) and Azure
# Blob Storage (azurite), MariaDB, Git LFS, DVC, Schemathesis (requests made from an OpenAPI document) and scikit-learn with ONNX. They are kept in ${FLEXIML_CI_CACHE:-~/.cache/fleximl-ci}/bin,
# or come as packages of the system. What cannot be installed is said, and its tests skip with a sentence: this never fails.
set -uo pipefail
cache="${FLEXIML_CI_CACHE:-$HOME/.cache/fleximl-ci}"
bin="$cache/bin"
mkdir -p "$bin" || { echo "clients: $bin cannot be made; tests with other programs skip."; exit 0; }
export PATH="$bin:$PATH"

# One at a time: two runs on one machine would write the same files.
if command -v flock >/dev/null; then
  exec 9>"$cache/lock" && flock -w 600 9 || { echo "clients: another installation takes too long; what is there is used."; exit 0; }
fi

missing() { echo "clients: $1 is not installed ($2); its tests skip."; }
within() { if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi; }

# install_go NAME MODULE@VERSION
install_go() {
  command -v "$1" >/dev/null && return
  command -v go >/dev/null || { missing "$1" "there is no Go"; return; }
  GOBIN="$bin" within 600 go install "$2" >"$cache/$1.log" 2>&1 || missing "$1" "see $cache/$1.log"
}

# install_package PROGRAM PACKAGE: of Debian and what descends from it
install_package() {
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] && return
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    {
      [ -n "${listed:-}" ] || within 120 apt-get update
      DEBIAN_FRONTEND=noninteractive within 240 apt-get install -y --no-install-recommends "$2"
    } >"$cache/$1.log" 2>&1
    listed=yes
  fi
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing "$1" "install the package $2"
}

install_azurite() {
  command -v azurite-blob >/dev/null && return
  command -v npm >/dev/null || { missing azurite "there is no npm"; return; }
  {
    within 300 npm install --prefix "$cache/azurite" --no-audit --no-fund azurite@3 &&
      ln -sf "$cache/azurite/node_modules/.bin/azurite-blob" "$bin/azurite-blob"
  } >"$cache/azurite.log" 2>&1 || missing azurite "see $cache/azurite.log"
}

install_dvc() {
  command -v dvc >/dev/null && return
  command -v python3 >/dev/null || { missing dvc "there is no Python"; return; }
  {
    python3 -m venv "$cache/dvc" &&
      within 600 "$cache/dvc/bin/pip" install --quiet --disable-pip-version-check dvc dvc-http &&
      ln -sf "$cache/dvc/bin/dvc" "$bin/dvc"
  } >"$cache/dvc.log" 2>&1 || missing dvc "see $cache/dvc.log"
}

install_schemathesis() {
  command -v schemathesis >/dev/null && return
  command -v python3 >/dev/null || { missing schemathesis "there is no Python"; return; }
  {
    python3 -m venv "$cache/schemathesis" &&
      within 600 "$cache/schemathesis/bin/pip" install --quiet --disable-pip-version-check 'schemathesis>=4,<5' &&
      ln -sf "$cache/schemathesis/bin/schemathesis" "$bin/schemathesis"
  } >"$cache/schemathesis.log" 2>&1 || missing schemathesis "see $cache/schemathesis.log"
}

# What trains in docs/examples/train_sklearn.py: commands run under an account of their own, which cannot look into the home of root.
readable="$cache"
python=python3
if [ "$(id -u)" = 0 ]; then
  readable=/var/tmp/fleximl-ci
  # A Python below the home of root is not theirs either.
  [ -x /usr/bin/python3 ] && python=/usr/bin/python3
fi
install_scikit_learn() {
  mkdir -p "$readable"
  [ -x "$readable/scikit-learn/bin/python" ] && "$readable/scikit-learn/bin/python" -c 'import skl2onnx, pandas, pyarrow' 2>/dev/null && return
  command -v python3 >/dev/null || { missing scikit-learn "there is no Python"; return; }
  {
    "$python" -m venv --clear "$readable/scikit-learn" &&
      within 600 "$readable/scikit-learn/bin/pip" install --quiet --disable-pip-version-check scikit-learn skl2onnx pandas pyarrow
  } >"$cache/scikit-learn.log" 2>&1 || missing scikit-learn "see $cache/scikit-learn.log"
}

install_go versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0
install_go fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1
install_package git-lfs git-lfs
install_package mariadbd mariadb-server-core
install_azurite
install_dvc
install_schemathesis
install_scikit_learn
exit 0
