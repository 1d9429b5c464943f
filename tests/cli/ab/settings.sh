# A row with settings of its environment: the settings reach the worker, and the row is named by them.
expect 0 ab hakmem 'hakmem{HAKMEM_LANE_KIB=7;HAKMEM_PURGE_MS=11}' -w mixed -t 1 "${brief[@]}" --json out.json >table
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
plain, tuned = (a for a in run["allocators"] if not a["control"])
assert tuned["allocator"] == "hakmem{HAKMEM_LANE_KIB=7;HAKMEM_PURGE_MS=11}", tuned
assert "HAKMEM_LANE_KIB=7 " in tuned["configuration"] and "HAKMEM_PURGE_MS=11 " in tuned["configuration"], tuned
assert "HAKMEM_LANE_KIB=512 " in plain["configuration"], plain
SCRIPT
