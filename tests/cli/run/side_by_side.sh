# tools/side_by_side.py: its statistics, that its figures are those of its runs, what it refuses, and that what
# belongs to a PU cancels.
need taskset
tool=$ROOT/tools/side_by_side.py
export PYTHONDONTWRITEBYTECODE=1

python "$ROOT/tools" <<'SCRIPT' || fail "see above"
import itertools, math, sys
sys.path.insert(0, sys.argv[1])
import side_by_side as tool

def check(what, got, wanted):
    if got != wanted and not (isinstance(got, float) and abs(got - wanted) < 1e-9):
        sys.exit(f"{what}: {got}, not {wanted}")

# Critical values of the two-sided signed-rank test at 5 % (Hollander, Wolfe, Chicken, 2014, table A.4).
for count, critical in ((5, -1), (6, 0), (8, 3), (10, 8), (15, 25), (20, 52)):
    check(f"place of {count}", tool.interval_place(count), critical + 1)
# Against the enumeration of all signs.
for count in range(6, 11):
    sums = sorted(sum(r for r, sign in zip(range(1, count + 1), signs) if sign)
                  for signs in itertools.product((0, 1), repeat=count))
    place = tool.interval_place(count)
    below = sum(1 for s in sums if s < place)
    check(f"coverage of {count}", 2 * below <= 0.05 * len(sums), True)
    check(f"the next of {count}", 2 * sum(1 for s in sums if s <= place) <= 0.05 * len(sums), False)
cell = tool.estimate([math.log(2)] * 6)
check("the same ratio each time", (round(cell["low"], 9), round(cell["estimate"], 9), round(cell["high"], 9)), (2, 2, 2))

# One PU half as fast as the other, and a peer that takes a tenth longer than the first.
def run(seconds, pu):
    return {"wall_seconds": seconds * (1, 2)[pu]}
document = {"results": [{"peer": "other", "pairs": [{"first": run(1, 0), "peer": run(1.1, 1)},
                                                    {"first": run(1, 1), "peer": run(1.1, 0)}]}] * 6}
check("the PU cancels", tool.estimate(tool.ratios(document, "other", "wall_seconds"))["estimate"], 1.1)
check("a list of PUs", tool.number_list("0-2,7\n"), [0, 1, 2, 7])
SCRIPT

refuses() { # STATUS MESSAGE ARGUMENT...
    local wanted=$1 message=$2 status=0
    shift 2
    "$PYTHON" "$tool" "$@" >out 2>err || status=$?
    [ $status = "$wanted" ] || fail "status $status of '$*': $(cat err)"
    grep -q -e "$message" err || fail "'$*' says: $(cat err)"
    ! grep -q Traceback err || fail "'$*' shows a traceback"
}
refuses 2 'no program is named' -a hakmem,glibc
refuses 2 "there is no allocator 'hakmen'; known are hakmem, .*glibc, and NAME=" -a hakmen -- true
refuses 2 'stands behind --' -a hakmem,glibc true
refuses 2 "'HAKMEM_PURGE' is no setting" -a 'hakmem{HAKMEM_PURGE},glibc' -- true
refuses 2 "'LD_PRELOAD=x' is no setting" -a 'hakmem{LD_PRELOAD=x},glibc' -- true
refuses 2 "settings must end with '}'" -a 'hakmem{HAKMEM_PURGE=off' -- true
refuses 2 "'hakmem{A=1}' is named twice" -a 'hakmem{A=1},hakmem{A=1}' -- true
refuses 2 'there is no file' -a hakmem,mine=/nowhere.so -- true
refuses 2 'is named twice' -a hakmem,hakmem -- true
refuses 2 '6 rounds are the fewest' -r 5 -- true
refuses 2 'invalid int value' -r many -- true
refuses 2 'write two numbers' --pus one -- true
refuses 2 'allowed are two different ones' --pus 0,0 -- true
refuses 2 'unrecognized arguments' --rounds 7 -- true
refuses 2 'needs files' --table
refuses 1 'cannot read nowhere.json' --table nowhere.json
echo '{}' >empty.json
refuses 1 'it is no document' --table empty.json
"$PYTHON" "$tool" -h | grep -q '^usage: tools/side_by_side.py' || fail "no help"

if [ "$(nproc)" = 1 ]; then
    refuses 1 'two runs at once need two cores' -a hakmem,glibc -- sort words
    exit 0
fi
pus=$("$PYTHON" -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2], sep=",")')
seq 3000 >words
refuses 2 "cannot read --input 'missing0'" --pus "$pus" --input 'missing{side}' -a hakmem,glibc -- sort
refuses 1 'No such file' --pus "$pus" -a hakmem,glibc -- sort missing
refuses 1 'no-such-program' --pus "$pus" -a hakmem,glibc -- no-such-program
refuses 1 'cannot write' --pus "$pus" --json nowhere/it.json -a hakmem,glibc -- sort words
refuses 1 'failed' --pus "$pus" --setup false -a hakmem,glibc -- sort words
refuses 1 'another than' --pus "$pus" -a hakmem,glibc -- sort /proc/self/stat
"$PYTHON" "$tool" --pus "$pus" -a hakmem,glibc -r 6 --json two.json --setup 'cp words words0; cp words words1' \
    --input 'words{side}' -- sort -r -o 'sorted{side}' - >table
cmp sorted0 sorted1
sort -r words | cmp - sorted0
"$PYTHON" "$tool" --table two.json | diff - table || fail "not the table of its document"

# Settings: of 4 runs for proof and 48 that are measured 14 have them. All have as many strings and bytes: else the
# output would be another.
"$PYTHON" "$tool" --pus "$pus" -a "hakmem,other=$ROOT/build/lib/libhakmem.so{ONE=1;TWO=a,b}" -r 6 --json settings.json -- sh -c \
    'tr "\0" "\n" </proc/self/environ | grep -v ^LD_DEBUG | wc -lc; echo "$ONE$TWO" >>settings' >table
[ "$(sort settings | uniq -c | tr -s ' ')" = "$(printf ' 38 \n 14 1a,b')" ] || fail "settings: $(sort settings | uniq -c)"
grep -q '^other{ONE=1;TWO=a,b} ' table || fail "not the name that was typed: $(cat table)"

sed 's/"rounds": 6,/"rounds": 5,/' two.json >five.json
refuses 1 'are the fewest' --table five.json
python two.json <<'SCRIPT' || fail "see above"
import json, sys
document = json.load(open(sys.argv[1]))
assert [a["name"] for a in document["allocators"]] == ["hakmem", "glibc"], document["allocators"]
assert document["allocators"][1]["library"] is None
peers = [result["peer"] for result in document["results"]]
assert sorted(peers) == ["A/A control"] * 6 + ["glibc"] * 6, peers
for result in document["results"]:
    straight, exchanged = result["pairs"]
    assert straight["first"]["pu"] == exchanged["peer"]["pu"] == document["pus"][0]
    assert straight["peer"]["pu"] == exchanged["first"]["pu"] == document["pus"][1]
    assert all(run["wall_seconds"] > 0 for pair in result["pairs"] for run in pair.values())
SCRIPT
