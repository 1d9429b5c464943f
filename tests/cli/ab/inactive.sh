# A function that never runs in the workload makes the verdict INACTIVE, one that runs does not; a name
# that the library does not have is refused, and so is the C library, which has no functions of its own.
need valgrind
expect 0 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --hit hak_large_resize --json out.json >table
grep -q "Verdict *INACTIVE" table || fail "not INACTIVE"
grep -q "hak_large_resize did not run" table || fail "no word on the function"
# Without -r there are ten rounds: enough to see what was measured, and no budget is spent.
expect 0 ab hakmem hakmem -w mixed -t 1 --seed 1 -o "$RESULTS" --hit hak_large_resize --json out.json >table
python <<'SCRIPT'
import json

verdict, = json.load(open("out.json"))["verdicts"]
assert verdict["verdict"] == "INACTIVE" and verdict["rounds"] == 10, verdict
SCRIPT
expect 0 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --hit hak_lane_refill >table
grep -q "INACTIVE" table && fail "INACTIVE although it runs"
grep -q "hak_lane_refill ran" table || fail "no word on the function"
expect 2 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --hit hak_no_such
expect 2 ab hakmem glibc -w mixed -t 1 "${brief[@]}" --hit malloc
