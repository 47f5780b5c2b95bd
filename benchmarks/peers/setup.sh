#!/usr/bin/env bash
# One virtual environment per peer in FOLDER: benchmarks/peers/setup.sh FOLDER [PEER...]. mlflow takes about 1 GB.
set -euo pipefail
folder=$1
shift
mkdir -p "$folder"
for peer in "${@:-regopy check-jsonschema mlflow}"; do
  for name in $peer; do
    python3 -m venv --clear "$folder/$name"
    "$folder/$name/bin/python" -m pip install -q "$name"
    "$folder/$name/bin/python" -m pip list --format=freeze | grep -i "^$name=="
  done
done
