# An allocator that never frees is no failure; its memory shows.
expect 0 mixed --check -t 1 "${quick[@]}" -a "plain=$FIXTURES/plain.so,leak=$FIXTURES/leak.so" --json - >out.json
python <<'SCRIPT'
import json

cells = {c["allocator"]: c for c in json.load(open("out.json"))["cells"]}
plain, leak = (cells[name]["end_rss_bytes"]["median"] for name in ("plain", "leak"))
assert leak > 2 * plain > 0, (plain, leak)
SCRIPT
