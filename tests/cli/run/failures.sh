# What makes a run of a program worthless becomes a named failure, exit 1, with its reason.
# expect_failure FAILURE REASON ALLOCATOR OPTIONS... -- PROGRAM...
expect_failure() {
    local failure=$1 reason=$2 allocator=$3
    shift 3
    expect 1 run "${quick[@]}" --json out.json "$@" >table
    grep -q "^Failures  *" table || fail "no line on failures: $(cat table)"
    python "$failure" "$reason" "$allocator" <<'SCRIPT'
import json, re, sys

failure, reason, allocator = sys.argv[1:]
cell = [c for c in json.load(open("out.json"))["cells"] if c["allocator"] == allocator][0]
assert cell["failures"] and not cell["samples"] and cell["wall_seconds"] is None, cell
for failed in cell["failures"]:
    assert failed["failure"] == failure and re.search(reason, failed["reason"]), failed
SCRIPT
}

# Output that depends on the allocator: LD_PRELOAD is seen by the program.
expect_failure output-differs 'stdout has .* bytes.*under hakmem.*--ignore-output' glibc \
    -a hakmem,glibc -- sh -c 'echo ${LD_PRELOAD:+set}'
expect 0 run "${quick[@]}" -a hakmem,glibc --ignore-output -- sh -c 'echo ${LD_PRELOAD:+set}' >table
expect_failure exit-status 'ended with status 3, expected is 0: beware' glibc \
    -a glibc -- sh -c 'echo beware >&2; exit 3'
expect 0 run "${quick[@]}" -a glibc --expect-status 3 -- sh -c 'exit 3' >table
expect_failure crash 'SIGSEGV' glibc -a glibc -- sh -c 'kill -SEGV $$'
expect_failure crash 'SIGSEGV' broken -a "glibc,broken=$FIXTURES/crash.so" -- "$PYTHON" -c 'x = [bytearray(1000) for i in range(100000)]'
expect_failure wrong-allocator 'not by the library under test' silent \
    -a "glibc,silent=$FIXTURES/silent.so" -- sort /dev/null
expect_failure hang 'deadline of 0.3 s' glibc -a glibc --deadline 0.3 -- sleep 60
expect_failure memory-cap 'limit of 50 MiB' glibc -a glibc --memory-limit 50M -- \
    "$PYTHON" -c 'x = bytearray(200 << 20); import time; time.sleep(60)'
expect_failure setup-failed "'exit 4' ended with status 4" glibc -a glibc --setup 'exit 4' -- true
