# Each broken allocator becomes a named failure, exit 1, while the others have figures.
expect_failure() {
    local fixture=$1 failure=$2 reason=$3
    shift 3
    expect 1 mixed -t 1 "${quick[@]}" -a "hakmem,broken=$FIXTURES/$fixture.so" --json out.json "$@" >table
    grep -Eq "^  broken +1 +$failure " table || fail "$fixture is not named in its row: $(cat table)"
    grep -q '^Failures  *broken' table || fail "$fixture has no line of its own: $(cat table)"
    python "$failure" "$reason" <<'SCRIPT'
import json, re, sys

failure, reason = sys.argv[1:]
cells = {c["allocator"]: c for c in json.load(open("out.json"))["cells"]}
for failed in cells["broken"]["failures"]:
    assert failed["failure"] == failure and re.search(reason, failed["reason"]), failed
assert cells["broken"]["failures"] and not cells["broken"]["samples"], cells["broken"]
for name in "hakmem", "A/A control":
    assert len(cells[name]["samples"]) == 1 and not cells[name]["failures"], cells[name]
SCRIPT
}

expect_failure crash crash 'SIGSEGV'
expect_failure hang hang 'deadline' --deadline 5
expect_failure null out-of-memory 'malloc\(\d+\) returned NULL'
expect_failure eat memory-cap 'RSS passed the limit of 200 MiB' --memory-limit 200M
expect_failure misalign wrong-data '0x[0-9a-f]+ of \d+ bytes is misaligned' --check
expect_failure overlap wrong-data '0x[0-9a-f]+ of \d+ bytes was overwritten' --check
expect_failure double wrong-data '0x[0-9a-f]+ of \d+ bytes was handed out while live' --check
expect_failure corrupt wrong-data '0x[0-9a-f]+ of \d+ bytes was overwritten' --check
expect_failure silent wrong-allocator 'C library'
# A library whose header is sound and whose rest is missing.
head -c 100 "$FIXTURES/plain.so" >"$TMPDIR/short.so"
FIXTURES=$TMPDIR expect_failure short load-failed 'short|cannot be preloaded'
