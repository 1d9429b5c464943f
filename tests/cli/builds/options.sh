# Options and build flags: docs/options.md is what the tables say, no flag is missing in its table,
# and each is used by the code. Every counter is counted somewhere.
"$ROOT/build/options_doc" >options.md
diff "$ROOT/docs/options.md" options.md || fail "docs/options.md is out of date: ninja docs-options"

python "$ROOT/allocator" <<'SCRIPT'
import os, re, sys

folder = sys.argv[1]
text = {name: open(os.path.join(folder, name)).read() for name in sorted(os.listdir(folder))
        if name.endswith((".c", ".h"))}
faults = []

# Run-time options: X(field, "HAKMEM_...", ...
options = re.findall(r'X\((\w+), "(HAKMEM_\w+)"', text["options.h"])
assert len(options) >= 4, options
users = "".join(t for name, t in text.items() if name not in ("options.h", "options.c"))
faults += [f"{variable} is read, but no code uses hak_options.{field}"
           for field, variable in options if not re.search(rf"hak_options\.{field}\b", users)]

# Build flags: a default for each, a row for each.
defaults = set(re.findall(r"^#ifndef (HAK\w+)\n#define \1\b", text["config.h"], re.MULTILINE))
defaults.discard("HAK_CONFIG_H")
rows = set(re.findall(r"\bX\((HAK\w+),", text["config.h"]))
assert len(rows) >= 4, rows
faults += [f"{flag}: no row in HAK_BUILD_FLAGS" for flag in sorted(defaults - rows)]
faults += [f"{flag}: no default in config.h" for flag in sorted(rows - defaults)]
code = "".join(t for name, t in text.items() if name != "config.h")
code += "".join(re.findall(r"^#define HAK\w+ (.*HAK.*)$", text["config.h"], re.MULTILINE))
boxes = re.findall(r"^    X\((\w+), \w+, \"", text["telemetry.h"], re.MULTILINE)
assert len(boxes) == 16, boxes
for flag in sorted(rows):
    box = re.fullmatch(r"HAKMEM_(\w+)_STATS_COMPILED", flag)
    if box and box[1] in boxes:
        continue  # the macros of telemetry.h put its name together
    if not re.search(rf"\b{flag}\b", code):
        faults.append(f"{flag} is a build flag, but no code uses it")
faults += [f"{box}: no flag HAKMEM_{box}_STATS_COMPILED" for box in boxes
           if f"HAKMEM_{box}_STATS_COMPILED" not in rows]

# Counters.
lists = dict(re.findall(r"#define HAK_(\w+)_COUNTERS\(X\)((?:.*\\\n)*.*)\n", text["telemetry.h"]))
sites = set()
for name, t in text.items():
    if name != "telemetry.h":
        sites |= set(re.findall(r"HAK_COUNT(?:_ADD)?\(\s*(\w+),\s*(\w+)", t))
        sites |= set(re.findall(r"HAK_COUNT_CLASS\(\s*(\w+),[^;]*?,\s*(\w+)\);", t))
        sites |= set(re.findall(r"HAK_COUNT_ROW_ADD\(\s*(\w+),[^;]*?,\s*(\w+),[^;,]*\);", t))
for box in boxes:
    body = lists[box]
    if "HAK_BACKEND_COUNTERS(X)" in body:
        body += lists["BACKEND"]
    counters = re.findall(r"X\((\w+),", body)
    assert counters, box
    faults += [f"{box}: nothing counts {c}" for c in counters if (box, c) not in sites]
sys.exit("\n".join(faults) if faults else 0)
SCRIPT
