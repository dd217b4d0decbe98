#!/usr/bin/env bash
# Rebuilds the golden files of the parity suite and the tables of docs/benchmarks/parity.md.
#
#   inference-core/src/test/parity/parity.sh LLAMA_CPP [WORK]
#
# LLAMA_CPP: a source folder of llama.cpp with a static CPU build in `build`, see the README beside this file.
# Without LLAMA_CPP only the table is measured again, against the golden files as they are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
if [ $# -ge 1 ]; then
  python3 "$here/parity.py" "$1" "${2:-/tmp/stellwerk-parity}"
fi
rows=$(mktemp)
(cd "$root" && ./mvnw -q -B -pl inference-core test -Dtest=ParityTest -Dstellwerk.parity.table="$rows")
python3 - "$root/docs/benchmarks/parity.md" "$rows" <<'PYTHON'
import re
import sys

page, rows = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
page = re.sub(r"(<!-- rows -->\n).*?(<!-- end -->)", lambda m: m[1] + rows + m[2], page, flags=re.S)
open(sys.argv[1], "w", encoding="utf-8").write(page)
PYTHON
rm "$rows"
