# Every figure of a table again, in another language, from the raw samples of --csv and the formulas of
# docs/method.md: medians with intervals, ns/op, ratios with intervals and corrected p-values. What belongs to
# the signed-rank statistic is that of tools/side_by_side.py, which cli/run/side_by_side compares with tables.
expect 0 mixed -t 1 "${quick[@]}" -r 8 -a "hakmem,glibc" --csv out.csv --json out.json >table
PYTHONPATH=$ROOT/tools PYTHONDONTWRITEBYTECODE=1 python <<'SCRIPT'
import csv, json, math
import side_by_side

rows = [r for r in csv.DictReader(open("out.csv", newline="")) if r["sample_kind"] == "throughput"]
run = json.load(open("out.json"))

def series(allocator, column="ops_per_second"):
    return {int(r["round"]): float(r[column]) for r in rows if r["allocator"] == allocator and r[column]}

def median(values):
    v = sorted(values)
    return v[len(v) // 2] if len(v) % 2 else (v[len(v) // 2 - 1] + v[len(v) // 2]) / 2

def median_interval(values):
    v, n, low = sorted(values), len(values), None
    for k in range(1, n // 2 + 1):
        coverage = 1 - 2 * sum(math.comb(n, i) for i in range(k)) / 2**n
        if coverage >= 0.95:
            low = v[k - 1], v[n - k]
    return low

def ratio(treatment, base):
    logs = [math.log(treatment[r] / base[r]) for r in sorted(treatment.keys() & base.keys())]
    found, walsh = side_by_side.estimate(logs), side_by_side.walsh(logs)
    statistic = min(sum(w >= 0 for w in walsh), sum(w <= 0 for w in walsh))
    below = sum(side_by_side.signed_rank_ways(len(logs))[: statistic + 1])
    return found["estimate"], found["low"], found["high"], min(1, 2 * below / 2 ** len(logs))

def same(what, mine, theirs):
    assert abs(mine / theirs - 1) < 1e-9, (what, mine, theirs)

base = series("hakmem")
for cell in run["cells"]:
    name, own = cell["allocator"], series(cell["allocator"])
    figures = cell["ops_per_second"]
    same(name + " median", median(own.values()), figures["median"])
    for mine, bound in zip(median_interval(own.values()), ("low", "high")):
        same(f"{name} {bound}", mine, figures[bound])
    same(name + " ns/op", cell["threads"] * 1e9 / median(own.values()), cell["ns_per_op"])
    same(name + " peak", median(series(name, "peak_rss_bytes").values()), cell["peak_rss_bytes"]["median"])
    if name == "hakmem":
        continue
    estimate, low, high, p = ratio(own, base)
    for mine, key in ((estimate, "estimate"), (low, "low"), (high, "high")):
        same(f"{name} ratio {key}", mine, cell["ratio_to_first"][key])
    assert cell["equal_to_first"] == (low <= 1 <= high), cell
    if name == "glibc":  # the only row that is compared: Holm's correction is by 1
        same("p", p, cell["holm_p"])
floor, = (c for c in run["cells"] if c["allocator"] == "floor")
assert all(c["floor_ns_per_op"] == floor["ns_per_op"] for c in run["cells"]), "floor"
control = ratio(series("A/A control"), base)
same("noise floor", control[0], run["noise_floor"]["ratio"])
SCRIPT
