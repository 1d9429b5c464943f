# kill -9 between two rounds and within one, then --resume: all rounds are there, no sample is repeated.
# The set-up command of a sample counts the samples, and ends compare before the one that is to be cut off.
cat >count.sh <<'SCRIPT'
echo x >>count
! grep -qx "$(wc -l <count)" kills || kill -9 "$PPID"
SCRIPT
printf 'b\nc\na\n' >words
command=(run -r 6 --seed 1 -a "hakmem,glibc" --input words --setup '. ./count.sh' -o "$RESULTS" -- sort -r)
resumed=("${command[@]:0:9}" --resume "${command[@]:9}")
# Runs compare; fails unless it was killed. It is a child of sh, so that bash does not report the kill.
killed() {
    local status=0
    sh -c '"$@"; exit $?' - "$COMPARE" "$@" >killed.out 2>&1 || status=$?
    [ $status = 137 ] || fail "exit status $status instead of 137: $(cat killed.out)"
}
# UUID, status and number of breaks of the run, its samples, and how many there would be without repeats.
state() {
    python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

db = sqlite3.connect(sys.argv[1])
print(*db.execute("SELECT uuid, status, resumed FROM run").fetchone(),
      *db.execute("SELECT count(*), count(DISTINCT cell || ' ' || round) FROM sample").fetchone())
SCRIPT
}
samples() {
    python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

for row in sqlite3.connect(sys.argv[1]).execute("SELECT id, uuid, round, wall_seconds FROM sample ORDER BY id"):
    print(*row)
SCRIPT
}
# Two proofs, two rounds of three rows; then two proofs again, a round, and one sample of the next.
printf '9\n16\n' >kills
killed "${command[@]}"
read -r uuid status _ <<<"$(state)"
[ "$(state)" = "$uuid running 0 6 6" ] || fail "after the first kill: $(state)"
samples >first
expect 0 "${command[@]:0:9}" --dry-run --resume "${command[@]:9}" >plan
grep -q "^Resumes run ${uuid:0:8}: 6 samples are there, 12 are left$" plan || fail "$(cat plan)"
killed "${resumed[@]}"
[ "$(state)" = "$uuid running 1 10 10" ] || fail "after the second kill: $(state)"
samples >second
diff first <(head -n 6 second) || fail "a resumed run changed what was recorded"

expect 0 "${command[@]:0:9}" --resume --json out.json "${command[@]:9}" >table
[ "$(state)" = "$uuid complete 2 18 18" ] || fail "after the last: $(state)"
samples >third
diff second <(head -n 10 third) || fail "a resumed run changed what was recorded"
# Samples and proofs of all three, and the set-up commands that ended compare.
[ "$(wc -l <count)" = $((18 + 3 * 2 + 2)) ] || fail "the set-up command ran $(wc -l <count) times"
grep -q "^Run  *$uuid" table || fail "another run: $(cat table)"
grep -q "sort -r; .*; 6 rounds" table || fail "not all rounds: $(cat table)"
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
assert run["rounds_done"] == 6 and run["interrupted"] is False, run
assert "resumed 2 times" in run["notes"], run["notes"]
for cell in run["cells"]:
    assert [s["round"] for s in cell["samples"]] == list(range(6)) and not cell["failures"], cell
    assert cell["ratio_to_first"] is not None, cell
SCRIPT
expect 2 "${resumed[@]}"

# What the program reads has changed: its output is another, and nothing is added.
rm -r count "$RESULTS"
echo 9 >kills
killed "${command[@]}"
echo d >>words
expect 1 "${resumed[@]}" >changed
[ ! -s changed ] || fail "a report of a run that was refused: $(cat changed)"
read -r uuid status _ count _ <<<"$(state)"
[ "$count" = 6 ] || fail "samples of another output were added: $(state)"
# With what it read before it goes on.
printf 'b\nc\na\n' >words
expect 0 "${resumed[@]}" >table
[ "$(state)" = "$uuid complete 1 18 18" ] || fail "$(state)"
