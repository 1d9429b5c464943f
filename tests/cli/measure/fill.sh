# Rings and queues that are full once: the peak is that of all blocks that they may hold, however few
# operations follow, and none is lost or counted.
block=4096 blocks=4096
workloads=(remote,stream "${quick[@]}" --check -a glibc -s remote_pct=1 -s keep=1 -s touch=lines
    -s "ring=$blocks" -s "min=$block" -s "max=$block" -s "size=$block" -s queue=16 -s "batch=$((blocks / 16))")
for threads in 1 2 3; do
    expect 0 "${workloads[@]}" -t $threads --json filled.json >table
    expect 0 "${workloads[@]}" -t $threads --json plain.json -s fill=no >table
    python $((blocks * block)) <<'PYTHON' || fail "with $threads threads: $(cat table)"
import json, sys

held = int(sys.argv[1])
filled, plain = ({cell["workload"]: cell for cell in json.load(open(name))["cells"]}
                 for name in ("filled.json", "plain.json"))
for name, cell in filled.items():
    peak, empty = (cell[key]["median"] for key in ("peak_rss_bytes", "empty_rss_bytes"))
    assert peak - empty >= held, (name, peak, empty, held)
assert filled["remote"]["peak_rss_bytes"]["median"] > plain["remote"]["peak_rss_bytes"]["median"]
PYTHON
done
