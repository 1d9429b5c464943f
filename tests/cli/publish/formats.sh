# Every format of a run with a failing allocator: they agree with each other and with the recorded
# data, markup is well-formed, pictures are pictures, and publishing again gives the same bytes.
# deadline: 900
need gnuplot
six_rounds "hakmem,glibc,crash=$FIXTURES/crash.so"
"$COMPARE" results show newest -o db >table
"$COMPARE" publish --from db -o page >said
grep -qx '1 run, 2 cells: page/index.html, README.md, tables.tex, cells.csv, samples.csv, results.json, pictures/' said || fail "$(cat said)"
(cd page && sha256sum --quiet -c MANIFEST && find . -type f ! -name MANIFEST | sort >../files &&
    sed 's/^[0-9a-f]*  /.\//' MANIFEST | sort | diff ../files -) || fail "MANIFEST does not fit"
"$COMPARE" results export newest --csv samples.csv --json run.json -o db
cmp samples.csv page/samples.csv
[ "$(stat -c %s page/index.html)" -lt 2000000 ] || fail "the page is too large"

cat >check.py <<'SCRIPT'
import csv, glob, json, re, struct, sys, xml.dom.minidom
from html.parser import HTMLParser

run = json.load(open("run.json"))
page = json.load(open("page/results.json"))
rows = list(csv.DictReader(open("page/cells.csv")))
key = lambda c: (c["workload"], c["allocator"], str(c["threads"] or ""))
cells = {key(c): c for c in run["cells"]}
assert len(rows) == len(page["cells"]) == len(cells), (len(rows), len(cells))
for row, cell in zip(rows, page["cells"]):
    recorded = cells[key(cell)]
    assert key(row) == key(cell), (row, cell)
    good = recorded["ops_per_second"]["median"]
    assert cell["ops_per_second"] == good and row["ops_per_second"] == ("" if good is None else repr(good).rstrip("0").rstrip(".")) or abs(float(row["ops_per_second"]) - good) < 1e-6 * good, row
    if recorded["ratio_to_first"]:
        assert cell["ratio"] == recorded["ratio_to_first"]["estimate"], cell
        assert cell["ratio_low"] == recorded["ratio_to_first"]["low"], cell
    assert cell["holm_p"] == recorded["holm_p"], cell
    for name, value in cell.items():
        if name in row and isinstance(value, float):
            assert abs(float(row[name]) - value) <= 1e-9 * abs(value), (name, row[name], value)
        elif name in row and value is None:
            assert row[name] == "", (name, row[name])
failed = [c for c in page["cells"] if c["allocator"] == "crash"]
assert len(failed) == 2 and all(c["failures"] == "crash" and c["ops_per_second"] is None for c in failed)

try:
    import jsonschema
    jsonschema.validate(page, json.load(open(sys.argv[1] + "/docs/publication.schema.json")))
except ImportError:
    pass

# Markdown: every table has rows of one width; figures are those of the terminal's table.
text = open("page/README.md", encoding="utf-8").read()
assert "| crash | 1 | n/a | n/a |" in text, text[:3000]
assert text.startswith("# Memory allocators compared\n\n## Summary\n\n"), text[:200]
first = text.split("\n")[4]
assert re.match(r"A peer is ahead of hakmem in \d+ of 4 cells: |No peer is shown to be ahead of hakmem in any of 4 cells\.", first), first
for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
    widths = {len(re.split(r"(?<!\\)\|", line)) for line in block.strip().split("\n")}
    assert len(widths) == 1, block
for line in open("table"):
    figures = re.match(r"  (hakmem|glibc) +([12]) +([\d.]+) +(\[[\d., ]+\]) +([\d.]+) ", line)
    if figures:
        assert f"| {figures[1]} | {figures[2]} | " in text and f"{figures[3]}" in text and figures[4] in text, line

# HTML: well nested, nothing from outside, every table with caption and scopes, text escaped.
class Reader(HTMLParser):
    void = {"meta", "link", "rect", "path", "polygon", "circle", "use", "line", "fefloodx"}
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.captions, self.tables, self.scopes = [], [], 0, 0, set()
    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th":
            self.scopes.add(attributes["scope"])
        for name in ("src", "href", "xlink:href", "data", "action"):
            value = attributes.get(name, "#")
            assert value.startswith("#") or value == "data:,", (tag, name, value)
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in ("meta", "link"):
            self.open.pop()
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

source = open("page/index.html", encoding="utf-8").read()
reader = Reader()
reader.feed(source)
assert not reader.open, reader.open
assert reader.tables == reader.captions >= 5 and reader.scopes == {"col", "row"}
double = {i for i in reader.ids if reader.ids.count(i) > 1}
assert not double, double
assert "https:" not in source and not re.search(r"url\(\s*['\"]?(?!#)", source)
for use in re.findall(r"href=['\"]#([^'\"]+)", source):
    assert use in reader.ids, use

# Pictures: of every kind, well-formed, and without what is missing drawn as zero.
kinds = {re.sub(r"-\d+$", "", re.sub(r".*/", "", p)[:-4]) for p in glob.glob("page/pictures/*.svg")}
assert kinds == {"throughput", "ratio", "scaling", "memory", "latency-malloc", "latency-free", "rss"}, kinds
for path in glob.glob("page/pictures/*.svg"):
    xml.dom.minidom.parse(path)
    drawing = open(path).read()
    assert "crash" in drawing, path
    assert "n/a" in drawing, path
    with open(path[:-3] + "png", "rb") as png:
        head = png.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:])[0] == 1600, path
throughput = open("page/pictures/throughput-1.gnuplot").read()
assert re.search(r"set label 'n/a: crash' at graph 0.03, first -\d+ ", throughput), throughput
# Scaling: the curve goes through the medians, and speed-up is that of each allocator over itself.
scaling = open("page/pictures/scaling-1.gnuplot").read()
assert "NaN with points" in scaling and "'crash: n/a'" in scaling, scaling
for curve in re.findall(r"\$c\d+ << EOD\n(.*?)EOD\n", scaling, re.DOTALL):
    medians = [float(line.split()[1]) * 1e6 for line in curve.strip().split("\n") if line]
    assert not medians or any(
        all(abs(m - cells["mixed", a, t]["ops_per_second"]["median"]) < 1e-5 * m for m, t in zip(medians, "12"))
        for a in ("hakmem", "glibc", "floor")), curve
speeds = lambda a, t: {s["round"]: s["ops_per_second"] for s in cells["mixed", a, t]["samples"]}
for cell in page["cells"]:
    if cell["allocator"] == "crash" or cell["control"]:
        assert cell["speed_up"] is None and cell["efficiency"] is None, cell
    elif cell["threads"] == 1:
        assert cell["speed_up"] == cell["efficiency"] == 1, cell
    else:
        one, two = speeds(cell["allocator"], "1"), speeds(cell["allocator"], "2")
        ratios = [two[r] / one[r] for r in one if r in two]
        bounds = [min(ratios), cell["speed_up_low"], cell["speed_up"], cell["speed_up_high"], max(ratios)]
        assert all(a <= b * (1 + 1e-9) for a, b in zip(bounds, bounds[1:])), (bounds, cell)
        assert abs(cell["efficiency"] * (1 if cell["oversubscribed"] else 2) - cell["speed_up"]) < 1e-9, cell
assert "Scaling of mixed" in text and "Knee (threads at which efficiency is below 1/2): " in text
noise = open("page/pictures/ratio-1.gnuplot").read()
assert "fillcolor rgb '#c4c4c3'" in noise, noise
floor = run["noise_floor"]
assert f"from first {floor['low']:.9g}, graph 0 to first {floor['high']:.9g}," in noise, noise
SCRIPT
"$PYTHON" check.py "$ROOT"

# Again: the same bytes, in a fresh folder and over the old one, also from an exported database.
"$COMPARE" publish newest --from db -o page >/dev/null
"$COMPARE" results export newest --database one.db -o db
"$COMPARE" publish newest --from one.db -o again >/dev/null
diff -r page again
# A publication of less removes the pictures of the one before, and nothing else.
echo mine >page/pictures/mine.txt
echo changed >>page/pictures/rss-1.svg
"$COMPARE" publish --from db -o page --no-pictures >/dev/null
find page/pictures | sort >left
printf '%s\n' page/pictures page/pictures/mine.txt page/pictures/rss-1.svg | diff - left
grep -q '<svg' page/index.html && fail "the page has pictures"
[ -z "$(find . -name '.publish*')" ] || fail "left something behind"
