# The stanzas of variants.ninja: all are understood, and each says what it is for and where it is judged;
# the rule that builds one does what its options tell. One that lacks a line, in a tree of its own, is an
# error that names the line.
"$COMPARE" list variants >list
sed -n 's/^hakmem:\([^ ]*\) .*/\1/p' list >names
sed -n 's,^build build/\(lib/libhakmem\|bin/worker\)-\([^. :]*\).*,\2,p' "$ROOT/allocator/variants.ninja" >stanzas
diff stanzas names || fail "list variants does not list the stanzas of variants.ninja"
[ "$(grep -c '  ledger: ' list)" = "$(($(wc -l <names) + 1))" ] || fail "a ledger id is not shown: $(cat list)"

"$PYTHON" - "$ROOT" <<'SCRIPT'
import os, re, sys

os.chdir(sys.argv[1])
text = re.sub(r"\$\n *", "", open("allocator/variants.ninja").read())
told = {"lto": ("hak_lto", "hak_static_lto"), "pgo": ("hak_pgo",), "section-order": ("hak_ordered",),
        "route-profile": ("hak_routed",), "static": ("hak_static", "hak_static_lto")}
faults = []
stanzas = re.findall(r"^build build/(?:lib/libhakmem|bin/worker)([^. |:]*)(?:\.so)?(?: \|[^:]*)?: (\w+) .*\n"
                     r"((?:  .*\n)*)", text, re.MULTILINE)
assert len(stanzas) > 30, stanzas
for name, rule, body in stanzas:
    variables = dict(re.findall(r"^  (\w+) = (.*)$", body, re.MULTILINE))
    options = variables.get("options", "").split(",")
    for option, rules in told.items():
        if (option in options) != (rule in rules):
            faults.append(f"{name}: rule {rule}, options {options}")
    if ("gc-sections" in options) != ("--gc-sections" in variables.get("ldflags", "")):
        faults.append(f"{name}: gc-sections in its options or in its ldflags, not in both")
    if ("train" in variables) != (rule in ("hak_pgo", "hak_ordered", "hak_routed")):
        faults.append(f"{name}: rule {rule} and a training do not go together")
    for needed in re.findall(r"\bclang\b|\blld\b", variables.get("cc", "") + variables.get("ldflags", "")):
        if needed not in variables.get("needs", ""):
            faults.append(f"{name}: needs {needed}, and does not say so")
    ledger = variables.get("ledger")
    # An experiment that has ended leaves its record.
    if ledger not in ("none", None) and not any(
            map(os.path.exists, (f"experiments/{ledger}.ini", f"results/experiments/{ledger}.json"))):
        faults.append(f"{name}: there is no experiment {ledger}, by which it would be judged")
# Every stanza is in the phony target that `ninja variants` builds.
phony = dict(re.findall(r"^build (\w+): phony (.*)$", text, re.MULTILINE))
listed = set((phony["libhakmem"] + " " + phony["variants"]).split())
targets = re.findall(r"^build (build/(?:lib/libhakmem[^. ]*\.so|bin/worker-[^ :]+))", text, re.MULTILINE)
faults += [f"{t} is in no phony target" for t in targets if t not in listed]
sys.exit("\n".join(faults) if faults else 0)
SCRIPT

mkdir -p tree/build/lib tree/allocator
cp "$COMPARE" tree/compare
cp "$ROOT/build/worker" tree/build/worker
for key in hypothesis ledger; do
    sed "/^build .*libhakmem-lto.so/,/^\$/{/^  $key = /,/[^\$]\$/d}" "$ROOT/allocator/variants.ninja" \
        >tree/allocator/variants.ninja
    line=$(grep -n '^build .*libhakmem-lto.so' tree/allocator/variants.ninja | cut -d: -f1)
    status=0
    tree/compare list variants >out 2>err || status=$?
    [ $status = 2 ] || fail "without $key: exit status $status: $(cat out err)"
    grep -q "^compare: allocator/variants.ninja:$line: variant 'lto' lacks a line such as '$key = " err ||
        fail "without $key: $(cat err)"
done
