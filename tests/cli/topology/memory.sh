# Memory bound to the node that every machine has: read back by the worker, and really there.
[ -r /proc/self/numa_maps ] || skip "this kernel has no numa_maps"
node=$(sed 's/[-,].*//' /sys/devices/system/node/has_memory)
pu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
for memory in bind:$node interleave:$node local; do
    "$ROOT/build/worker" mixed ops=200000 threads=2 bind=$pu@$memory >report
    grep -Eq "^  node +[0-9]+ +anonymous=[1-9]" report || fail "$memory: $(cat report)"
done
"$ROOT/build/worker" mixed ops=200000 threads=2 bind=$pu@bind:$node >report
[ "$(grep -c '^  node ' report)" = 1 ] || fail "memory on other nodes: $(cat report)"
"$ROOT/build/worker" mixed ops=200000 threads=2 bind=$pu >report
grep -q '^  node ' report && fail "nodes without a request: $(cat report)"
status=0
"$ROOT/build/worker" mixed ops=1000 bind=$pu@bind:1023 2>message || status=$?
[ $status = 1 ] || fail "exit status $status"
grep -q 'cannot bind memory to bind:1023' message || fail "$(cat message)"
for wrong in $pu@ $pu@bind: $pu@bind:x $pu@bind:1024 $pu@locally $pu@interleave:0,1; do
    status=0
    "$ROOT/build/worker" mixed ops=1000 bind=$wrong 2>message || status=$?
    [ $status = 2 ] || fail "$wrong: exit status $status"
done
# The name of the placement reaches table, data and database, and so does where the memory was.
expect 0 mixed "${quick[@]}" -t 1 -a glibc -p pus:$pu@node:$node,compact@local --json out.json >table
grep -q "placement pus:$pu@node:$node;" table || fail "$(cat table)"
python "$pu" "$node" "$RESULTS/results.db" <<'SCRIPT'
import json, sqlite3, sys
pu, node, database = sys.argv[1:]
cells = json.load(open("out.json"))["cells"]
bound = f"pus:{pu}@node:{node}"
assert {c["placement"] for c in cells} == {bound, "compact@local"}
nodes = {s["sample"]: s["node_bytes"] for c in cells if c["placement"] == bound for s in c["samples"]}
assert nodes and all(list(n) == [node] and n[node] > 0 for n in nodes.values()), nodes
# Of every sample the database has the same.
stored = {}
for sample, *row in sqlite3.connect(database).execute(
        "SELECT uuid, node, bytes FROM node_memory JOIN sample ON sample.id = sample"):
    stored.setdefault(sample, {})[str(row[0])] = row[1]
shown = {s["sample"]: s["node_bytes"] for c in cells for s in c["samples"]}
assert stored == shown, (stored, shown)
SCRIPT
