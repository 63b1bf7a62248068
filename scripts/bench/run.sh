#!/usr/bin/env bash
# Keeps this folder's part of the archive; when all parts are there, unpacks them and runs the bench on the machine's GPU.
#   bash run.sh [options of npm run bench]     needs Linux on x86-64 with glibc 2.36 or newer, python3 or xz, no network
# HALFTONE_BENCH_DIR: where to unpack (/opt/halftone-bench). HALFTONE_ADAPTER: 'gpu' (default) or 'swiftshader'.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${HALFTONE_BENCH_DIR:-/opt/halftone-bench}
parts=$(cat "$here/parts")
mkdir -p "$root/parts" "$root/bench"
cp "$here"/base.tar.xz.* "$root/parts/"
have=$(find "$root/parts" -name 'base.tar.xz.*' | wc -l)
if [ "$have" -lt "$parts" ]; then echo "part kept: $have of $parts are in $root/parts; run the next part's run.sh"; exit 0; fi
if [ ! -e "$root/bench/versions.json" ]; then
  if command -v xz >/dev/null; then unxz='xz -dc -T0'; else
    unxz='python3 -c "import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer)"'
  fi
  cat "$root/parts"/base.tar.xz.* | eval "$unxz" | tar -x --no-same-owner -C "$root/bench"
fi
tar -xzf "$here/bench.tar.gz" --no-same-owner -C "$root/bench"
cd "$root/bench"
# The driver's own libraries come after ours, which they were not linked against by file name.
export LD_LIBRARY_PATH="$root/bench/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}:/usr/local/nvidia/lib64:/usr/lib/x86_64-linux-gnu"
export FONTCONFIG_FILE="$root/bench/fonts.conf" PLAYWRIGHT_BROWSERS_PATH="$root/bench/none"
export HALFTONE_ADAPTER=${HALFTONE_ADAPTER:-gpu}
if [ "$HALFTONE_ADAPTER" = gpu ] && [ -z "${VK_DRIVER_FILES:-}" ]; then
  for icd in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json; do
    if [ -e "$icd" ]; then export VK_DRIVER_FILES=$icd VK_ICD_FILENAMES=$icd; break; fi
  done
fi
echo "driver: ${VK_DRIVER_FILES:-the system default}"
torch=()
if [ "$HALFTONE_ADAPTER" = gpu ] && env -u LD_LIBRARY_PATH python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  if env -u LD_LIBRARY_PATH python3 torchPeer.py torch.json; then torch=(--torch torch.json); fi
fi
exec ./node bench.mjs "${torch[@]}" "$@"
