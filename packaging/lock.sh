#!/usr/bin/env bash
# Writes packaging/locks/*.txt: which version of which package is installed, with hashes, without addresses.
#
#   packaging/lock.sh              after a change in pyproject.toml: keeps the versions that still fit
#   packaging/lock.sh --upgrade    takes the newest versions that pyproject.toml allows
#
# One list a flavour serves Python 3.11 to the newest version named in pyproject.toml, on Linux, Windows and macOS: the
# same version of a package everywhere, so that what one Python tested is what the others install. uv does it, in the
# version of packaging/locks/uv.txt, from a temporary environment. uv does not read pip's configuration: whoever uses
# another index names it with UV_DEFAULT_INDEX.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly LOCKS="$PWD/packaging/locks"
UPGRADE=()
case "${1:-}" in
    "") ;;
    --upgrade) UPGRADE=(--upgrade) ;;
    *)
        echo "usage: packaging/lock.sh [--upgrade]" >&2
        exit 2
        ;;
esac

say() { printf 'lock: %s\n' "$*" >&2; }

python=.venv/bin/python
[[ -x "$python" ]] || {
    say "run 'make setup' first"
    exit 1
}
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/uv"
"$work/uv/bin/python" -m pip --disable-pip-version-check install -qq --no-deps -r "$LOCKS/uv.txt"

newest="$(sed -n 's/.*:: Python :: 3\.\([0-9]*\)".*/\1/p' pyproject.toml | sort -n | tail -1)"
readonly AFTER="3.$((newest + 1))"

# --- what uv reads ----------------------------------------------------------------------------------

cp pyproject.toml "$work/"
# The training package needs the program itself, which no index has.
mkdir "$work/training"
grep -v '^ *"face-attendance==' training/pyproject.toml >"$work/training/pyproject.toml"
cat >>"$work/pyproject.toml" <<TOML

[tool.uv]
environments = ["python_version < '$AFTER'"]
TOML
# The build backend too: the project itself is installed without fetching one.
"$python" - >"$work/build-system" <<'PYTHON'
import tomllib
from pathlib import Path

print(*tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"], sep="\n")
PYTHON
# Torch is installed by version, not by hash: its builds for the processor and for CUDA differ. What only the CUDA
# build needs would be 3 GB on a computer without a GPU.
printf '%s\n' triton cuda-toolkit cuda-bindings nvidia-{cudnn,cusparselt,nccl,nvshmem}-cu13 >"$work/cuda"
echo uv >"$work/uv-requirement"

# compile NAME SOURCE... [OPTION...]: writes $work/NAME.txt
compile() {
    local name="$1"
    shift
    if [[ -e "$LOCKS/$name.txt" ]]; then cp "$LOCKS/$name.txt" "$work/"; fi
    say "$name"
    (cd "$work" && UV_CUSTOM_COMPILE_COMMAND="make lock (or make update)" uv/bin/uv pip compile --quiet "$@" \
        --output-file "$name.txt" "${UPGRADE[@]}" --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --only-binary :all: --emit-build-options --no-emit-index-url --annotation-style line)
    # Every line holds for these Pythons only; said of each it would make pip skip everything elsewhere, in silence.
    # Likewise the constraints, which say the same of each.
    sed -i -E -e "s/ ; python_full_version < '$AFTER'( \\\\)?\$/\1/; s/python_full_version < '$AFTER' and //" \
        -e 's/(, )?-c tested[a-z-]*//; s/# via , /# via /' "$work/$name.txt"
}

# pins NAME: "package==version" of each package in $work/NAME.txt
pins() { sed -n -E 's/^([a-zA-Z0-9._-]+==[^ ;]+).*/\1/p' "$work/$1.txt"; }

compile dev pyproject.toml training/pyproject.toml build-system --extra dev --excludes cuda --no-emit-package torch
# The other flavours hold the versions that the tests ran with ...
pins dev >"$work/tested"
compile training pyproject.toml training/pyproject.toml build-system --excludes cuda --no-emit-package torch -c tested
compile base pyproject.toml build-system -c tested
# ... except onnxruntime beside its CUDA build, which comes out later.
pins dev | grep -v '^onnxruntime==' >"$work/tested-gpu"
compile gpu pyproject.toml build-system --extra gpu -c tested-gpu
compile uv uv-requirement

if grep -E '^(nvidia|cuda|triton)' "$work"/{base,training,dev}.txt; then
    say "these come with torch's CUDA build: name them in packaging/lock.sh"
    exit 1
fi
for name in base gpu training dev uv; do cp "$work/$name.txt" "$LOCKS/"; done
