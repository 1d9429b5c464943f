# --json, --xml and --svg: data of the plan, a machine that loads again, a picture that is valid XML.
machine="pack:2 [numa] core:2 pu:2"
"$COMPARE" topology --topology "$machine" -p scatter,pus:0,kind --membind default,node:1 -t 1,3 --json - >plan.json
"$COMPARE" topology --topology "$machine" --xml machine.xml >first
"$COMPARE" topology --topology machine.xml >second
diff <(tail -n +2 first) <(tail -n +2 second)
"$COMPARE" topology --topology machine.xml -p smt@interleave -t 9 --svg placed.svg >drawn
"$COMPARE" topology --topology machine.xml --svg machine.svg >drawn
"$COMPARE" topology --topology "$ROOT/tests/fixtures/topologies/restricted-cpuset.xml" --svg restricted.svg >drawn
"$COMPARE" topology --xml here.xml >drawn
"$COMPARE" topology --topology here.xml >drawn
python <<'SCRIPT'
import json, xml.etree.ElementTree as tree
plan = json.load(open("plan.json"))
assert plan["pus"] == 8 and plan["schema"] == 1, plan
found = {(p["placement"], p["threads"]): p for p in plan["placements"]}
assert len(found) == 12, found
assert found["scatter", 3]["pus"] == [0, 4, 2] and found["scatter", 3]["bind"] == "0,4,2"
assert found["pus:0@node:1", 3]["pus"] == [0, 0, 0] and found["pus:0@node:1", 3]["oversubscribed"]
assert found["pus:0@node:1", 1]["bind"] == "0@bind:1" and not found["pus:0@node:1", 1]["oversubscribed"]
assert "one kind" in found["kind", 1]["impossible"]
texts = lambda path: [t.text for t in tree.parse(path).iter("{http://www.w3.org/2000/svg}text")]
assert {"PU 7", "t0 t8", "t7", "Core 3"} <= set(texts("placed.svg")), texts("placed.svg")
assert sum("memory is bound here" in t for t in texts("placed.svg")) == 2
assert "PU 7" in texts("machine.svg") and not any(t.startswith("t") for t in texts("machine.svg")[2:])
assert texts("restricted.svg").count("not allowed") == 10
SCRIPT
