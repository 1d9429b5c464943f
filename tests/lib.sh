# What every test script may use; tests/run reads it first, through the lib.sh of the kind.

# Ends the test as skipped; the reason is printed beside its name.
skip() {
    echo "$*"
    exit 77
}

# Ends the test as failed.
fail() {
    echo "failed: $*" >&2
    exit 1
}

# Records in db a run of mixed under allocators $1, with latencies and 1 and 2 threads, that has six
# rounds: the one that was measured, repeated with a little added to every throughput.
six_rounds() {
    "$COMPARE" mixed -a "$1" -t 1,2 -r 1 --quick --seed 1 --latency -o db >measured || [ $? = 1 ]
    PYTHONDONTWRITEBYTECODE=1 "$PYTHON" - "$ROOT/tools" <<'SCRIPT'
import sqlite3, sys

sys.path.insert(0, sys.argv[1])
from publish_benchmark import enlarge

with sqlite3.connect("db/results.db") as db:
    throughput = db.execute("SELECT count(*) FROM sample").fetchone()[0]
    assert enlarge(db, 6 * throughput) == 6 * throughput
SCRIPT
}

# Skips the test when a program is missing.
need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed (./setup --dev)"
    done
}
