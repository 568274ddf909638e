#!/usr/bin/env bash
# The whole way of docs/from-photographs-to-the-door.md: photographs of people who agreed become a recognizer at the door.
#
#   scripts/from_photographs.sh PHOTOGRAPHS WORK
#
# PHOTOGRAPHS has one sub-folder a person, some tens of them, with three photographs or more. Everything is written into
# WORK, also the program's data, so that a first try touches nothing else. Needs `make setup-training`.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,8p' "$0"; exit 2; }
photographs=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
cd "$(dirname "$0")/.."
export ATTENDANCE_HOME="$work/home"
# Another Python with both packages can be named, as the tests do.
python=${PYTHON:-.venv/bin/python}

attendance() { step "attendance $*"; "$python" -m attendance "$@"; }
attendance-train() { step "attendance-train $*"; "$python" -m attendance_training "$@"; }
step() { printf '\n[%d s] %s\n' "$SECONDS" "$1"; }

attendance embed "$photographs" -o "$work/photographs.npz" --crops "$work/crops.npz"
attendance-train train --faces "$work/crops.npz" --recipe training/recipes/from-bundled.toml \
    --start resources/models/bundled --held-out 0.3 --validate-every 8 --out "$work/run"
attendance-train evaluate resources/models/bundled --faces "$work/crops.npz" --held-out-of "$work/run" -o "$work/before"
attendance-train evaluate "$work/run" --faces "$work/crops.npz" -o "$work/after"
attendance-train export-pack "$work/run" -o "$work/door-1" --licence "Ours, from the bundled pack (MIT)" \
    --use allowed-data-not-documented --data "60 people who agreed to it"
attendance import "$photographs" || step "Some photographs were not accepted: see above."
attendance models import "$work/door-1"
attendance models calibrate door-1
attendance models prepare door-1
attendance models shadow
attendance models promote || step "The gate refused it: see above. What was in use stays in use."
attendance models list
step "done"
