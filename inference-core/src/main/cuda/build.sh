#!/usr/bin/env bash
# Compiles the CUDA kernels into one fatbin a source file, where nvcc is found; says so where it is not.
#   build.sh OUTPUT_FOLDER REPORT_FOLDER
# PTX for compute_80 lets newer devices compile for themselves; sm_90a code starts at once on an H100 or H200.
set -euo pipefail

out=$1
report=$2
source=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$report"

nvcc=${NVCC:-$(command -v nvcc || true)}
[ -n "$nvcc" ] || [ ! -x /usr/local/cuda/bin/nvcc ] || nvcc=/usr/local/cuda/bin/nvcc
if [ -z "$nvcc" ]; then
  echo "no nvcc: this build has no CUDA kernels"
  exit 0
fi

mkdir -p "$out"
for file in "$source"/*.cu; do
  name=$(basename "$file" .cu)
  fatbin="$out/$name.fatbin"
  if [ "$fatbin" -nt "$file" ] && [ "$fatbin" -nt "$0" ]; then continue; fi
  "$nvcc" -O3 -std=c++17 -Werror all-warnings -Xptxas -v \
    -gencode arch=compute_80,code=compute_80 -gencode arch=compute_90a,code=sm_90a \
    --fatbin -o "$fatbin.part" "$file" 2>"$report/$name.ptxas.txt" || { cat "$report/$name.ptxas.txt"; exit 1; }
  mv "$fatbin.part" "$fatbin"
done
